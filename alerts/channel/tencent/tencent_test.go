package tencent_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/alerts/channel"
	"github.com/cardwatch/cardwatch/alerts/channel/channeltest"
	"github.com/cardwatch/cardwatch/alerts/channel/internal/fake"
	"github.com/cardwatch/cardwatch/alerts/channel/tencent"
	"github.com/cardwatch/cardwatch/detectors/card"
)

func options(s *fake.Server) tencent.Options {
	vars := []string{"card", "when", "what"}
	return tencent.Options{
		Name: "tencent", SecretID: secretID, SecretKey: secretKey, SDKAppID: "1400006666", SignName: "示例银行", Receipts: true,
		Templates: []tencent.Template{
			{Template: alerts.AskSMS, Language: card.Chinese, ID: "1", Vars: vars},
			{Template: alerts.AskSMS, Language: card.English, ID: "2", Vars: vars, SignName: "Example Bank"},
			{Template: alerts.AskSMS, Language: card.English, Abroad: true, ID: "3", Vars: vars},
			{Template: alerts.HelpText, Language: card.Chinese, ID: "4"},
		},
		Endpoint: s.URL, AllowPrivate: true, Roots: s.Roots, Now: fake.Now,
	}
}

func open(t testing.TB, o tencent.Options) *tencent.Channel {
	c, err := tencent.New(o)
	require.NoError(t, err)
	return c
}

func TestTencentIsAChannel(t *testing.T) {
	channeltest.Run(t, func(t *testing.T) channeltest.Subject {
		s, _ := server(t)
		o := options(s)
		// The suite's message names no template, so there is a wording for that.
		o.Templates = append(o.Templates, tencent.Template{Language: card.English, ID: "0"})
		return channeltest.Subject{
			Channel: open(t, o), Received: s.Received, Hang: s.Hang,
			Break: func() { s.Answer(http.StatusOK, nil, `{"Response":{"Error":{"Code":"InternalError"}}}`) },
		}
	})
}

func ask() channel.Outgoing {
	return channel.Outgoing{
		MessageID: "m1", To: "+8613800138000", Template: alerts.AskSMS, Language: card.Chinese,
		Vars: map[string]string{"bank": "示例银行", "card": "1234", "when": "03-01 11:58", "what": "18,800.00元交易"},
	}
}

func TestWhatTencentIsSent(t *testing.T) {
	s, sent := server(t)
	c := open(t, options(s))
	values := []string{"1234", "03-01 11:58", "18,800.00元交易"}
	for _, x := range []struct {
		name   string
		change func(*channel.Outgoing)
		want   params
	}{
		{"at home", func(*channel.Outgoing) {},
			params{PhoneNumberSet: []string{"+8613800138000"}, TemplateId: "1", SignName: "示例银行", TemplateParamSet: values}},
		{"in English", func(m *channel.Outgoing) { m.Language = card.English },
			params{PhoneNumberSet: []string{"+8613800138000"}, TemplateId: "2", SignName: "Example Bank", TemplateParamSet: values}},
		{"abroad", func(m *channel.Outgoing) { m.Language, m.To = card.English, "+85261234567" },
			params{PhoneNumberSet: []string{"+85261234567"}, TemplateId: "3", TemplateParamSet: values}},
		{"without values", func(m *channel.Outgoing) { m.Template = alerts.HelpText },
			params{PhoneNumberSet: []string{"+8613800138000"}, TemplateId: "4", SignName: "示例银行", TemplateParamSet: []string{}}},
	} {
		t.Run(x.name, func(t *testing.T) {
			m := ask()
			m.MessageID = x.name
			x.change(&m)
			x.want.SessionContext, x.want.SmsSdkAppId = x.name, "1400006666"
			got, err := c.Send(t.Context(), m)
			require.NoError(t, err)
			require.Regexp(t, `^5000:\d+$`, got.ProviderMessageID)
			require.True(t, got.ReceiptExpected)
			require.Equal(t, x.want, <-sent)
		})
	}
	m := ask()
	m.Template = alerts.AskWhich
	_, err := c.Send(t.Context(), m)
	require.Equal(t, channel.BadMessage, channel.ReasonOf(err), "a template without an approved wording")
}

func TestWhatTencentAnswersMeans(t *testing.T) {
	s, _ := server(t)
	c := open(t, options(s))
	for code, want := range map[string]channel.Reason{
		"AuthFailure.SignatureFailure":                       channel.BadCredentials,
		"AuthFailure.SecretIdNotFound":                       channel.BadCredentials,
		"AuthFailure.SignatureExpire":                        channel.BadCredentials,
		"UnauthorizedOperation.RequestIpNotInWhitelist":      channel.BadCredentials,
		"UnauthorizedOperation.SerivceSuspendDueToArrears":   channel.BadCredentials,
		"FailedOperation.InsufficientBalanceInSmsPackage":    channel.BadCredentials,
		"FailedOperation.SignatureIncorrectOrUnapproved":     channel.BadCredentials,
		"InvalidParameterValue.SdkAppIdNotExist":             channel.BadCredentials,
		"FailedOperation.PhoneNumberInBlacklist":             channel.Blocked,
		"InvalidParameterValue.IncorrectPhoneNumber":         channel.BadAddress,
		"FailedOperation.ContainSensitiveWord":               channel.BadMessage,
		"FailedOperation.TemplateIncorrectOrUnapproved":      channel.BadMessage,
		"InvalidParameterValue.TemplateParameterLengthLimit": channel.BadMessage,
		"LimitExceeded.PhoneNumberThirtySecondLimit":         channel.RateLimited,
		"LimitExceeded.PhoneNumberDailyLimit":                channel.RateLimited,
		"LimitExceeded.DeliveryFrequencyLimit":               channel.RateLimited,
		"LimitExceeded.AppDailyLimit":                        channel.Unavailable,
		"RequestLimitExceeded.UinLimitExceeded":              channel.RateLimited,
		"InternalError.OtherError":                           channel.Unavailable,
		"InternalError.Timeout":                              channel.NoAnswer,
		"SomethingNew":                                       channel.NoAnswer,
		"":                                                   channel.NoAnswer,
	} {
		for _, body := range []string{
			fmt.Sprintf(`{"Response":{"Error":{"Code":%q,"Message":"+8613800138000"},"RequestId":"r"}}`, code),
			fmt.Sprintf(`{"Response":{"SendStatusSet":[{"SerialNo":"","PhoneNumber":"+8613800138000","Code":%q}]}}`, code),
		} {
			s.Answer(http.StatusOK, nil, body)
			_, err := c.Send(t.Context(), ask())
			require.Equal(t, want, channel.ReasonOf(err), body)
			require.NotContains(t, err.Error(), "138001380")
		}
	}
	s.Answer(http.StatusBadGateway, nil, "<html>")
	_, err := c.Send(t.Context(), ask())
	require.Equal(t, channel.Unavailable, channel.ReasonOf(err))
}

func TestAnotherSecretIsRefused(t *testing.T) {
	s, _ := server(t)
	o := options(s)
	o.SecretKey = "another"
	_, err := open(t, o).Send(t.Context(), ask())
	require.Equal(t, channel.BadCredentials, channel.ReasonOf(err))
	require.Empty(t, s.Received())
}

func TestASetUpIsChecked(t *testing.T) {
	s, _ := server(t)
	for name, spoil := range map[string]func(*tencent.Options){
		"no id":         func(o *tencent.Options) { o.SecretID = "" },
		"no key":        func(o *tencent.Options) { o.SecretKey = "" },
		"no app":        func(o *tencent.Options) { o.SDKAppID = "" },
		"no number":     func(o *tencent.Options) { o.Templates[0].ID = "" },
		"no sign name":  func(o *tencent.Options) { o.SignName = "" },
		"a value twice": func(o *tencent.Options) { o.Templates = append(o.Templates, o.Templates[0]) },
		"an odd value":  func(o *tencent.Options) { o.Templates[0].Vars = []string{"pin"} },
		"plain http":    func(o *tencent.Options) { o.Endpoint = "http://sms.tencentcloudapi.com" },
	} {
		o := options(s)
		spoil(&o)
		_, err := tencent.New(o)
		require.Error(t, err, name)
	}
}
