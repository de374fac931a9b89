package aliyun_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/alerts/channel"
	"github.com/cardwatch/cardwatch/alerts/channel/aliyun"
	"github.com/cardwatch/cardwatch/alerts/channel/channeltest"
	"github.com/cardwatch/cardwatch/alerts/channel/internal/fake"
	"github.com/cardwatch/cardwatch/detectors/card"
)

func options(s *fake.Server) aliyun.Options {
	vars := map[string]string{"card": "card", "time": "when", "event": "what"}
	return aliyun.Options{
		Name: "aliyun", AccessKeyID: keyID, AccessKeySecret: secret, SignName: "示例银行", Receipts: true,
		Templates: []aliyun.Template{
			{Template: alerts.AskSMS, Language: card.Chinese, Code: "SMS_1", Vars: vars},
			{Template: alerts.AskSMS, Language: card.English, Code: "SMS_2", Vars: vars, SignName: "Example Bank"},
			{Template: alerts.AskSMS, Language: card.English, Abroad: true, Code: "SMS_3", Vars: vars},
			{Template: alerts.AskWhich, Language: card.Chinese, Code: "SMS_4", Vars: map[string]string{"list": "choices"}},
		},
		Endpoint: s.URL, AllowPrivate: true, Roots: s.Roots, Now: fake.Now,
	}
}

func open(t testing.TB, o aliyun.Options) *aliyun.Channel {
	c, err := aliyun.New(o)
	require.NoError(t, err)
	return c
}

// suite is the conformance suite's message: it names no template, so the channel's options have a wording for that.
func suite(s *fake.Server) aliyun.Options {
	o := options(s)
	o.Templates = append(o.Templates, aliyun.Template{Language: card.English, Code: "SMS_0"})
	return o
}

func TestAliyunIsAChannel(t *testing.T) {
	channeltest.Run(t, func(t *testing.T) channeltest.Subject {
		s, _ := server(t)
		return channeltest.Subject{
			Channel: open(t, suite(s)), Received: s.Received, Hang: s.Hang,
			Break: func() { s.Answer(http.StatusServiceUnavailable, nil, `{"Code":"ServiceUnavailable"}`) },
		}
	})
}

func ask() channel.Outgoing {
	return channel.Outgoing{
		MessageID: "m1", To: "+8613800138000", Template: alerts.AskSMS, Language: card.Chinese, Text: "【示例银行】…",
		Vars: map[string]string{"bank": "示例银行", "card": "1234", "when": "03-01 11:58", "what": "18,800.00元交易（深圳，街角小店）"},
	}
}

func TestWhatAliyunIsSent(t *testing.T) {
	s, sent := server(t)
	c := open(t, options(s))
	for _, x := range []struct {
		name                       string
		change                     func(*channel.Outgoing)
		number, sign, code, params string
	}{
		{"at home", func(*channel.Outgoing) {}, "13800138000", "示例银行", "SMS_1",
			`{"card":"1234","event":"18,800.00元交易（深圳，街角小店）","time":"03-01 11:58"}`},
		{"in English", func(m *channel.Outgoing) { m.Language = card.English }, "13800138000", "Example Bank", "SMS_2",
			`{"card":"1234","event":"18,800.00元交易（深圳，街角小店）","time":"03-01 11:58"}`},
		{"abroad", func(m *channel.Outgoing) { m.Language, m.To = card.English, "+85261234567" }, "85261234567", "示例银行", "SMS_3",
			`{"card":"1234","event":"18,800.00元交易（深圳，街角小店）","time":"03-01 11:58"}`},
		{"with much to say", func(m *channel.Outgoing) {
			m.Vars["what"] = "3笔交易（最大18,800.00元，" + strings.Repeat("店", 40)
		},
			"13800138000", "示例银行", "SMS_1",
			`{"card":"1234","event":"3笔交易（最大18,800.00元，` + strings.Repeat("店", 16) + `…","time":"03-01 11:58"}`},
	} {
		t.Run(x.name, func(t *testing.T) {
			m := ask()
			m.MessageID = x.name
			x.change(&m)
			got, err := c.Send(t.Context(), m)
			require.NoError(t, err)
			require.Regexp(t, `^\d+\^0$`, got.ProviderMessageID)
			require.True(t, got.ReceiptExpected)
			q := <-sent
			require.Equal(t, x.number, q.Get("PhoneNumbers"))
			require.Equal(t, x.sign, q.Get("SignName"))
			require.Equal(t, x.code, q.Get("TemplateCode"))
			require.JSONEq(t, x.params, q.Get("TemplateParam"))
			require.Equal(t, x.name, q.Get("OutId"))
		})
	}
}

func TestWhatNoApprovedWordingSaysIsNotSent(t *testing.T) {
	s, _ := server(t)
	c := open(t, options(s))
	for name, change := range map[string]func(*channel.Outgoing){
		"a template without a wording": func(m *channel.Outgoing) { m.Template = alerts.HelpText },
		"no wording for abroad":        func(m *channel.Outgoing) { m.To = "+85261234567" },
		"a list that is cut is wrong": func(m *channel.Outgoing) {
			m.Template, m.Vars = alerts.AskWhich, map[string]string{"choices": strings.Repeat("7F=1234 ", 5)}
		},
	} {
		m := ask()
		change(&m)
		_, err := c.Send(t.Context(), m)
		require.Equal(t, channel.BadMessage, channel.ReasonOf(err), name)
	}
	require.Zero(t, s.Calls())
}

func TestWhatAliyunAnswersMeans(t *testing.T) {
	s, _ := server(t)
	c := open(t, options(s))
	for _, x := range []struct {
		status int
		code   string
		want   channel.Reason
	}{
		{200, "isv.MOBILE_NUMBER_ILLEGAL", channel.BadAddress},
		{200, "isv.BUSINESS_LIMIT_CONTROL", channel.RateLimited},
		{200, "isv.DAY_LIMIT_CONTROL", channel.Unavailable},
		{200, "isv.OUT_OF_SERVICE", channel.BadCredentials},
		{200, "isv.AMOUNT_NOT_ENOUGH", channel.BadCredentials},
		{200, "isp.RAM_PERMISSION_DENY", channel.BadCredentials},
		{200, "isv.SMS_SIGNATURE_ILLEGAL", channel.BadCredentials},
		{200, "isv.SMS_TEMPLATE_ILLEGAL", channel.BadMessage},
		{200, "isv.BLACK_KEY_CONTROL_LIMIT", channel.BadMessage},
		{200, "isv.SOMETHING_NEW", channel.BadMessage},
		{200, "isp.SYSTEM_ERROR", channel.Unavailable},
		{400, "SignatureDoesNotMatch", channel.BadCredentials},
		{404, "InvalidAccessKeyId.NotFound", channel.BadCredentials},
		{400, "InvalidTimeStamp.Expired", channel.BadCredentials},
		{400, "Throttling.User", channel.RateLimited},
		{400, "SignatureNonceUsed", channel.Unavailable},
		{503, "ServiceUnavailable", channel.Unavailable},
		{500, "", channel.Unavailable},
		{200, "", channel.NoAnswer},
	} {
		s.Answer(x.status, nil, fmt.Sprintf(`{"Code":%q,"Message":"13800138000","RequestId":"r"}`, x.code))
		_, err := c.Send(t.Context(), ask())
		require.Equal(t, x.want, channel.ReasonOf(err), x)
		require.NotContains(t, err.Error(), "138001380")
	}
}

func TestAnotherSecretIsRefused(t *testing.T) {
	s, _ := server(t)
	o := options(s)
	o.AccessKeySecret = "another"
	_, err := open(t, o).Send(t.Context(), ask())
	require.Equal(t, channel.BadCredentials, channel.ReasonOf(err))
	require.Empty(t, s.Received())
}

func TestASetUpIsChecked(t *testing.T) {
	s, _ := server(t)
	for name, spoil := range map[string]func(*aliyun.Options){
		"no key":        func(o *aliyun.Options) { o.AccessKeyID = "" },
		"no secret":     func(o *aliyun.Options) { o.AccessKeySecret = "" },
		"no room":       func(o *aliyun.Options) { o.MaxValue = 3 },
		"no code":       func(o *aliyun.Options) { o.Templates[0].Code = "" },
		"no sign name":  func(o *aliyun.Options) { o.SignName = "" },
		"a value twice": func(o *aliyun.Options) { o.Templates = append(o.Templates, o.Templates[0]) },
		"an odd value":  func(o *aliyun.Options) { o.Templates[0].Vars = map[string]string{"pin": "pin"} },
		"an odd name":   func(o *aliyun.Options) { o.Name = "A" },
	} {
		o := options(s)
		spoil(&o)
		_, err := aliyun.New(o)
		require.Error(t, err, name)
	}
}
