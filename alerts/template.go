package alerts

import (
	"fmt"
	"strings"

	"github.com/cardwatch/cardwatch/detectors/card"
)

// TemplateID names a message's text.
type TemplateID string

// The templates. Those that ask come in a wording for the app, which has buttons, and one for text messages.
const (
	AskApp TemplateID = "ask_app"
	AskSMS TemplateID = "ask_sms"
	// AskWhich asks which of several open prompts a text meant.
	AskWhich      TemplateID = "ask_which"
	CardProtected TemplateID = "card_protected"
	ThankYou      TemplateID = "thank_you"
	// RequestEnded answers a yes that came too late, or after a no.
	RequestEnded TemplateID = "request_ended"
	// ConfirmInApp answers a yes that is too weak for the amount.
	ConfirmInApp         TemplateID = "confirm_in_app"
	HelpText             TemplateID = "help"
	OptedOutConfirmation TemplateID = "opted_out"
	// PersonComing answers a customer who wants a person.
	PersonComing    TemplateID = "person"
	PaymentReminder TemplateID = "payment_reminder"
	InstalmentOffer TemplateID = "instalment_offer"
	// PromiseReminder goes out on the day before a promise to pay falls due.
	PromiseReminder TemplateID = "promise_reminder"
	// PromiseComing goes out some days before that one, where the treatment has it.
	PromiseComing TemplateID = "promise_coming"
)

// template is one text in both languages. Version rises with every change of words.
type template struct {
	version int
	zh, en  string
}

// templates holds every text. Those that may go out as text messages open with the bank's name, and hold no link, no telephone
// number, no request for a code and no more of a card than its last four characters. A debt is never named in one.
// A bank may word them itself (Policy.Templates), by the same rules.
var templates = map[TemplateID]template{
	AskApp: {1, "【{bank}】您尾号{card}的卡{when}有{what}。是您本人操作吗？请点“是”或“不是”。",
		"{bank}: Card {card}, {when}: {what}. Was it you? Tap Yes or No."},
	AskSMS: {1, "【{bank}】您尾号{card}的卡{when}有{what}。回复Y确认，回复N否认，退订回T。",
		"{bank}: Card {card}, {when}: {what}. Was it you? Reply Y for yes, N for no. STOP ends texts."},
	AskWhich: {1, "【{bank}】您有多张卡待确认：{choices}。请回复Y或N加两位编号，如Y{mark}。",
		"{bank}: Several cards wait for your answer: {choices}. Reply Y or N with the two characters, such as Y{mark}."},
	CardProtected: {1, "【{bank}】已收到。我们已为您尾号{card}的卡申请保护，将与您联系。如有疑问请打开手机银行或致电卡背面的号码。",
		"{bank}: Thank you. We have asked to protect card {card} and will contact you. Questions? Use our app or call the number on your card."},
	ThankYou: {1, "【{bank}】感谢确认。尾号{card}的卡可继续使用，交易未成功请重试。",
		"{bank}: Thank you. Card {card} can be used. If a payment failed, please try again."},
	RequestEnded: {1, "【{bank}】该确认请求已结束。如需帮助，请打开手机银行或致电卡背面的号码。",
		"{bank}: This request has ended. For help, use our app or call the number on your card."},
	ConfirmInApp: {1, "【{bank}】金额较大，不能以短信确认。请在手机银行中确认，或致电卡背面的号码。",
		"{bank}: This amount is too large to confirm by text. Please confirm in our app or call the number on your card."},
	HelpText: {2, "【{bank}】因{why}，我们想确认尾号{card}的卡是否由您本人使用。本人请回Y，非本人请回N，需人工请回“人工”，退订回T。",
		"{bank}: We ask if you used card {card}, as {why}. Reply Y for yes, N for no, AGENT for a person. STOP ends texts."},
	PersonComing: {1, "【{bank}】已收到。尾号{card}的卡将由我们的工作人员处理并与您联系，不再自动发送此事的询问。",
		"{bank}: Thank you. A member of our staff will look at card {card} and contact you. You get no more automatic questions about it."},
	OptedOutConfirmation: {1, "【{bank}】您已退订此类消息。如有可疑用卡，我们将以其他方式联系您。",
		"{bank}: You will get no more of these messages. If your card is at risk, we will reach you another way."},
	PaymentReminder: {1, "【{bank}】您尾号{card}的账户账单即将到期，按时还清最低还款额可避免违约金。可在设置中关闭此类提醒，或联系人工服务。",
		"{bank}: The bill of account {card} is due soon. Paying at least the minimum on time avoids late fees. " +
			"You can turn these messages off in settings, or ask for a person."},
	InstalmentOffer: {1, "【{bank}】您尾号{card}的账户本期还款如有压力，可在手机银行查看分期方案及其年化利率。可在设置中关闭此类提醒，或联系人工服务。",
		"{bank}: If this bill of account {card} is hard to pay, our app shows instalment plans and their yearly rate. " +
			"You can turn these messages off in settings, or ask for a person."},
	PromiseReminder: {1, "【{bank}】您与我们约定的尾号{card}的账户还款日是明天。如有困难，请在手机银行联系我们另作安排，或联系人工服务。可在设置中关闭此类提醒。",
		"{bank}: The day we agreed for your payment to account {card} is tomorrow. If that is difficult, tell us in our app or ask for a person. " +
			"You can turn these messages off in settings."},
	PromiseComing: {1, "【{bank}】您与我们约定的尾号{card}的账户还款时间是{when}。如有困难，请在手机银行联系我们另作安排，或联系人工服务。可在设置中关闭此类提醒。",
		"{bank}: The time we agreed for your payment to account {card} is {when}. If that is difficult, tell us in our app or ask for a person. " +
			"You can turn these messages off in settings."},
}

// HasTemplate reports whether there is a template of that name.
func HasTemplate(id TemplateID) bool {
	_, known := templates[id]
	return known
}

// template is the wording in force: the bank's own, else the shipped one.
func (p Policy) template(id TemplateID) (template, bool) {
	t, known := templates[id]
	if w, own := p.Templates[id]; known && own {
		t = template{w.Version, w.Zh, w.En}
	}
	return t, known
}

// wordingOf is the wording that a message was queued with, as far as it is still known: after a change of the configuration that is the
// shipped one, or else the one in force.
func (p Policy) wordingOf(m Message) (template, bool) {
	if shipped, known := templates[m.Template]; known && shipped.version == m.Version {
		return shipped, true
	}
	return p.template(m.Template)
}

// Rendered is a message in words.
type Rendered struct {
	Text string
	// Version is that of the wording it is written in.
	Version int
	// Vars are the values that stand in the text, by the names of the template's placeholders, for providers that hold the wording
	// themselves.
	Vars map[string]string
}

// Render writes a message in its language, Chinese unless it is English. It depends on the policy's bank name and wordings and on the
// message alone, so that a resend says the same. A text message that asks is kept to one part in English and two in Chinese: what it
// says about the place gives way.
func (p Policy) Render(m Message) (Rendered, error) {
	t, ok := p.wordingOf(m)
	if !ok {
		return Rendered{}, fmt.Errorf("message %s: no template %q", m.ID, m.Template)
	}
	return p.write(t, m.Template, m.Args, m.Language == card.English), nil
}

func (p Policy) write(t template, id TemplateID, a Args, english bool) Rendered {
	limit, where := maxPartsZh, placeOf(a, english)
	if english && id == AskSMS {
		limit = maxPartsEn
		where.keepGSM7()
	}
	r := p.fill(t, a, where, english)
	for id == AskSMS && Parts(r.Text) > limit && where.shorten() {
		r = p.fill(t, a, where, english)
	}
	return r
}

func (p Policy) fill(t template, a Args, where place, english bool) Rendered {
	text, bank, what, when := t.zh, p.BankName.Zh, whatZh(a, where), "01-02 15:04"
	if english {
		text, bank, what, when = t.en, p.BankName.En, whatEn(a, where), "2 Jan 15:04"
	}
	r := Rendered{Text: text, Version: t.version, Vars: map[string]string{
		"bank": bank, "card": a.Card, "what": what, "when": a.When.Time().Format(when), "choices": a.Choices, "mark": firstMark(a.Choices),
		"why": a.Why.short(english),
	}}
	// One pass over the template: a merchant called "{card}" stays what it is.
	var pairs []string
	for name, value := range r.Vars {
		pairs = append(pairs, "{"+name+"}", value)
	}
	r.Text = strings.NewReplacer(pairs...).Replace(text)
	return r
}

func firstMark(choices string) string {
	mark, _, _ := strings.Cut(choices, "=")
	return mark
}
