package alerts_test

import (
	"math"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/detectors/card"
)

var placeholder = regexp.MustCompile(`\{[a-z]+\}`)

func TestBothLanguagesHoldTheSamePlaceholders(t *testing.T) {
	for id, texts := range alerts.Texts() {
		holes := func(text string) []string {
			found := placeholder.FindAllString(text, -1)
			slices.Sort(found)
			return slices.Compact(found)
		}
		require.Equal(t, holes(texts[0]), holes(texts[1]), "template %s", id)
	}
}

func TestTextsAskForNothingThatAThiefWould(t *testing.T) {
	forbidden := regexp.MustCompile(`(?i)https?:|www\.|\.com|\.cn|://|[0-9]{5,}|验证码|密码|\bcode\b|\bPIN\b|password|click|点击链接`)
	for id, texts := range alerts.Texts() {
		require.True(t, strings.HasPrefix(texts[0], "【{bank}】"), "%s: the bank's name comes first", id)
		require.True(t, strings.HasPrefix(texts[1], "{bank}: "), "%s: the bank's name comes first", id)
		for _, text := range texts {
			require.NotRegexp(t, forbidden, text, "template %s", id)
		}
	}
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

func TestTextMessagesStayShort(t *testing.T) {
	for id := range alerts.Texts() {
		if id == alerts.AskApp || id == alerts.PaymentReminder || id == alerts.InstalmentOffer {
			continue // for the app only
		}
		p, m := worst(id, card.English)
		r, err := p.Render(m)
		require.NoError(t, err)
		require.True(t, alerts.GSM7(r.Text), "%s: %q", id, r.Text)
		require.Equal(t, 1, alerts.Parts(r.Text), "%s has %d characters: %q", id, len(r.Text), r.Text)

		p, m = worst(id, card.Chinese)
		r, err = p.Render(m)
		require.NoError(t, err)
		require.LessOrEqual(t, alerts.Parts(r.Text), 2, "%s: %q", id, r.Text)
	}
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
