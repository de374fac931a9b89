package alerts_test

import (
	"math"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/detectors/card"
)

var placeholder = regexp.MustCompile(`\{[a-z]+\}`)

// The shipped texts keep the rules that a bank's own are held to, for a bank with the longest name.
func TestTheShippedTextsKeepEveryRule(t *testing.T) {
	p, _ := worst(alerts.AskSMS, card.Chinese)
	for id, texts := range alerts.Texts() {
		require.Empty(t, alerts.CheckWording(p, id, texts[0], texts[1]), "template %s", id)
	}
}

func TestABanksOwnWordingIsRefusedWithTheRuleItBreaks(t *testing.T) {
	good := alerts.Wording{
		Version: 2, Zh: "【{bank}】尾号{card}的卡于{when}有{what}，是您吗？回Y是，回N否，退订回T。",
		En: "{bank}: Card {card} had {what}, {when}. You? Y yes, N no, STOP ends.",
	}
	for _, tc := range []struct {
		name   string
		id     alerts.TemplateID
		change func(*alerts.Wording)
		wants  string
	}{
		{"nothing wrong", alerts.AskSMS, func(*alerts.Wording) {}, ""},
		{"no such template", "ask_fax", func(*alerts.Wording) {}, "templates.ask_fax: there is no such template; they are ask_app"},
		{"the shipped version", alerts.AskSMS, func(w *alerts.Wording) { w.Version = 1 }, "templates.ask_sms.version: 1 must be above 1"},
		{"no bank", alerts.AskSMS, func(w *alerts.Wording) { w.En = "Dear customer of {bank}: {card} {when} {what} Y N STOP" }, `templates.ask_sms.en: must begin with "{bank}: "`},
		{"unknown value", alerts.AskSMS, func(w *alerts.Wording) { w.En += " {name}" }, "en: {name} is not known here; this template has {bank} {card} {what} {when}"},
		{"another template's value", alerts.AskSMS, func(w *alerts.Wording) { w.Zh += "{choices}" }, "zh-CN: {choices} is not known here"},
		{"a value left out", alerts.AskSMS, func(w *alerts.Wording) { w.Zh = "【{bank}】{when}{what}，回Y或N，退订回T" }, "zh-CN: leaves out {card}"},
		{"half a brace", alerts.AskSMS, func(w *alerts.Wording) { w.En += " {bank" }, "en: has a brace without its other one"},
		{"a link", alerts.AskSMS, func(w *alerts.Wording) { w.En += " bank-safe.cn/x" }, `en: holds a link: "bank-safe.cn"`},
		{"a full-width link", alerts.AskSMS, func(w *alerts.Wording) { w.Zh += "ｗｗｗ．bank" }, "zh-CN: holds a link"},
		{"a number", alerts.AskSMS, func(w *alerts.Wording) { w.Zh += "电95588" }, `zh-CN: holds a telephone number, or more of a card than its last four: "95588"`},
		{"a number with gaps", alerts.AskSMS, func(w *alerts.Wording) { w.En += " 4-00 (88)" }, "en: holds a telephone number"},
		{"a code", alerts.AskSMS, func(w *alerts.Wording) { w.Zh += "请回复验证码" }, "zh-CN: holds a request for a code or password"},
		{"a code in English", alerts.AskSMS, func(w *alerts.Wording) { w.En += " Send your PIN." }, "en: holds a request for a code or password"},
		{"no way to answer", alerts.AskSMS, func(w *alerts.Wording) { w.Zh = "【{bank}】{card}{when}{what}，回Y或N" }, "zh-CN: does not say that 退订 is an answer"},
		{"hidden characters", alerts.AskSMS, func(w *alerts.Wording) { w.En += "\u202e" }, "en: has a character that cannot be seen"},
		{"too long", alerts.AskSMS, func(w *alerts.Wording) { w.En += strings.Repeat(" Please.", 15) }, "en: takes 2 text messages at worst"},
		{"too long in Chinese", alerts.AskSMS, func(w *alerts.Wording) { w.Zh += strings.Repeat("请尽快", 40) }, "zh-CN: takes 3 text messages at worst"},
		{"outside GSM-7", alerts.AskSMS, func(w *alerts.Wording) { w.En += " ’" }, "en: has a character outside GSM-7"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			p, w := alerts.Defaults(), good
			tc.change(&w)
			p.Templates = map[alerts.TemplateID]alerts.Wording{tc.id: w}
			err := p.Validate()
			if tc.wants == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, tc.wants)
		})
	}
}

// A message that was queued before the bank changed its words says what it said then; newer ones say the new words.
func TestAMessageKeepsTheVersionItWasQueuedWith(t *testing.T) {
	before := newCustomer(t)
	before.apply(alert("a1", smallAmount))
	old := before.state.Messages[0]

	p := alerts.Defaults()
	p.Templates = map[alerts.TemplateID]alerts.Wording{alerts.AskApp: {
		Version: 7, Zh: "【{bank}】新：{card}{when}{what}", En: "{bank}: New words, {card}, {when}, {what}.",
	}}
	after := strangerAt(t, p)
	after.contact(func(*alerts.Contact) {})
	after.apply(alert("a1", smallAmount))
	for _, tc := range []struct {
		message alerts.Message
		version int
		says    string
	}{{old, 1, "Was it you?"}, {after.state.Messages[0], 7, "New words"}} {
		r, err := p.Render(tc.message)
		require.NoError(t, err)
		require.Equal(t, tc.version, tc.message.Version)
		require.Equal(t, tc.version, r.Version)
		require.Contains(t, r.Text, tc.says)
	}
	gone := after.state.Messages[0]
	r, err := alerts.Defaults().Render(gone)
	require.NoError(t, err)
	require.Equal(t, 1, r.Version, "words that are no more are not claimed")
}

func TestPreviewsShowWhatATemplateCosts(t *testing.T) {
	p := alerts.Defaults()
	require.Len(t, p.Previews(card.English), len(alerts.Texts()))
	ask, known := p.Preview(alerts.AskSMS, card.English)
	require.True(t, known)
	require.Equal(t, alerts.Sample{
		Text:       "Demo Bank: Card 1234, 1 Mar 14:00: a charge of CNY 1,880.00 in Shenzhen at Corner Shop. Was it you? Reply Y for yes, N for no. STOP ends texts.",
		Characters: 143, Parts: 1, Encoding: "GSM-7",
	}, ask.Typical)
	require.GreaterOrEqual(t, ask.Worst.Characters, ask.Typical.Characters-len(" at Corner Shop"))
	chinese, _ := p.Preview(alerts.AskSMS, 0)
	require.Equal(t, "UCS-2", chinese.Typical.Encoding)
	require.LessOrEqual(t, chinese.Worst.Parts, 2)
	_, known = p.Preview("poem", card.English)
	require.False(t, known)
}

// worst is a message with the longest values that can be; in Chinese a foreign currency is longer than yuan.
func worst(id alerts.TemplateID, lang card.Language) (alerts.Policy, alerts.Message) {
	p := alerts.Defaults()
	p.BankName = alerts.BankName{Zh: strings.Repeat("银", 12), En: strings.Repeat("B", 20)}
	return p, alerts.Message{ID: "m", Template: id, Language: lang, Args: alerts.Args{
		Card: "9999", AmountMinor: 99_999_999_999, Currency: card.Currency{'U', 'S', 'D'}, Uses: 20,
		City: "230700", Merchant: strings.Repeat("W", 24),
		When:    card.Moment{UnixMilli: 1_766_849_580_000, OffsetMinutes: 480},
		Choices: "7F=1234 8F=1234 9F=1234 3A=1234",
	}}
}

func TestEveryPlaceholderIsFilled(t *testing.T) {
	for id := range alerts.Texts() {
		for _, lang := range []card.Language{card.Chinese, card.English, 0} {
			p, m := worst(id, lang)
			r, err := p.Render(m)
			require.NoError(t, err)
			require.NotRegexp(t, placeholder, r.Text)
		}
	}
}

func TestRender(t *testing.T) {
	p := alerts.Defaults()
	args := alerts.Args{Card: "1234", AmountMinor: 1_880_000, Currency: card.Currency{'C', 'N', 'Y'}, Uses: 1, When: start}
	night := args
	night.Uses, night.AmountMinor = 7, 0
	shop, spree, abroad := args, args, night
	shop.City, shop.Merchant = "440300", "星巴克"
	spree.Uses, spree.City, spree.Merchant = 3, "440300", "Corner Shop"
	abroad.Uses, abroad.City, abroad.Country = 1, "DEXXX", "DE"
	for _, tc := range []struct {
		template alerts.TemplateID
		lang     card.Language
		args     alerts.Args
		want     string
	}{
		{alerts.AskSMS, card.Chinese, args, "【示范银行】您尾号1234的卡03-01 14:00有18,800.00元交易。回复Y确认，回复N否认，退订回T。"},
		{alerts.AskSMS, card.Chinese, shop, "【示范银行】您尾号1234的卡03-01 14:00有18,800.00元交易（深圳市，星巴克）。回复Y确认，回复N否认，退订回T。"},
		{alerts.AskSMS, card.Chinese, spree, "【示范银行】您尾号1234的卡03-01 14:00有3笔交易（最大18,800.00元，深圳市，Corner Shop）。回复Y确认，回复N否认，退订回T。"},
		{alerts.AskSMS, card.English, shop, "Demo Bank: Card 1234, 1 Mar 14:00: a charge of CNY 18,800.00 in Shenzhen. Was it you? Reply Y for yes, N for no. STOP ends texts."},
		{alerts.AskApp, card.English, shop, "Demo Bank: Card 1234, 1 Mar 14:00: a charge of CNY 18,800.00 in Shenzhen at 星巴克. Was it you? Tap Yes or No."},
		{alerts.AskSMS, card.English, spree, "Demo Bank: Card 1234, 1 Mar 14:00: 3 charges, up to CNY 18,800.00 in Shenzhen at Corner Shop. Was it you? Reply Y for yes, N for no. STOP ends texts."},
		{alerts.AskApp, card.English, abroad, "Demo Bank: Card 1234, 1 Mar 14:00: a charge in Germany. Was it you? Tap Yes or No."},
		{alerts.AskSMS, card.English, args, "Demo Bank: Card 1234, 1 Mar 14:00: a charge of CNY 18,800.00. Was it you? Reply Y for yes, N for no. STOP ends texts."},
		{alerts.AskApp, card.Chinese, night, "【示范银行】您尾号1234的卡03-01 14:00有7笔交易。是您本人操作吗？请点“是”或“不是”。"},
		{alerts.AskApp, card.English, night, "Demo Bank: Card 1234, 1 Mar 14:00: 7 charges. Was it you? Tap Yes or No."},
	} {
		got, err := p.Render(alerts.Message{Template: tc.template, Language: tc.lang, Args: tc.args})
		require.NoError(t, err)
		require.Equal(t, tc.want, got.Text)
	}
	_, err := p.Render(alerts.Message{ID: "m1", Template: "poem"})
	require.ErrorContains(t, err, `no template "poem"`)
}

// The longest values leave an English text message no room for the whole place, and never cost a second one.
func TestThePlaceGivesWayToTheLengthOfATextMessage(t *testing.T) {
	for _, tc := range []struct {
		name, merchant, want string
	}{
		{"a name is cut", "Corner Shop and Bakery", " in Yichun (Heilongjiang) at Corner Shop. Was"},
		{"one that the alphabet lacks is left out", "星巴克", " in Yichun (Heilongjiang). Was"},
	} {
		p, m := worst(alerts.AskSMS, card.English)
		p.BankName.En = "ABank"
		m.Args.AmountMinor, m.Args.Merchant = 1_880_000, tc.merchant
		r, err := p.Render(m)
		require.NoError(t, err)
		require.Contains(t, r.Text, tc.want, tc.name)
		require.Equal(t, 1, alerts.Parts(r.Text))
	}
}

func TestParts(t *testing.T) {
	for _, tc := range []struct {
		name string
		text string
		want int
	}{
		{"nothing", "", 1},
		{"160 septets", strings.Repeat("a", 160), 1},
		{"161 septets", strings.Repeat("a", 161), 2},
		{"two full parts", strings.Repeat("a", 306), 2},
		{"one more", strings.Repeat("a", 307), 3},
		{"the euro sign counts twice", strings.Repeat("€", 80), 1},
		{"and is not cut in two", strings.Repeat("a", 152) + "€" + strings.Repeat("a", 152), 3},
		{"70 Chinese characters", strings.Repeat("卡", 70), 1},
		{"71 Chinese characters", strings.Repeat("卡", 71), 2},
		{"one Chinese comma makes it UCS-2", strings.Repeat("a", 70) + "，", 2},
		{"an emoji is two units", strings.Repeat("😀", 35), 1},
		{"and is not cut in two", strings.Repeat("😀", 67), 3},
	} {
		require.Equal(t, tc.want, alerts.Parts(tc.text), tc.name)
	}
}

func TestAnAmountOfAnySizeIsRendered(t *testing.T) {
	p, m := worst(alerts.AskSMS, card.Chinese)
	m.Args.AmountMinor = math.MaxInt64
	r, err := p.Render(m)
	require.NoError(t, err)
	require.Contains(t, r.Text, "USD 92,233,720,368,547,758.07")
}
