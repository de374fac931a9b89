package aliyun_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/alerts/channel"
	"github.com/cardwatch/cardwatch/alerts/channel/aliyun"
	"github.com/cardwatch/cardwatch/alerts/channel/internal/fake"
	"github.com/cardwatch/cardwatch/detectors/card"
)

var _ channel.Hook = (*aliyun.Channel)(nil)

// The examples of Aliyun's descriptions of SmsReport and SmsUp, with numbers of ours.
const (
	report = `[
 {"phone_number":"13800138000","send_time":"2026-03-01 11:59:00","report_time":"2026-03-01 11:59:05","success":true,
  "err_code":"DELIVERED","err_msg":"用户接收成功","sms_size":"1","biz_id":"12345^0","out_id":"m1"},
 {"phone_number":"13800138001","send_time":"2026-03-01 11:59:00","report_time":"2026-03-01 11:59:06","success":false,
  "err_code":"MOBILE_NOT_ON_SERVICE","err_msg":"停机、空号、关机","sms_size":"1","biz_id":"12346^0","out_id":"m2"}]`
	up = `[
 {"phone_number":"13800138000","send_time":"2026-03-01 11:59:30","content":"N","sign_name":"示例银行","dest_code":"1234","sequence_id":1234567890},
 {"phone_number":"+8613800138001","send_time":"2026-03-01 11:59:31","content":"Y","dest_code":"1234","sequence_id":"1234567891"}]`
)

func callOf(body string) channel.Call {
	return channel.Call{Method: http.MethodPost, URL: "https://desk.bank/hooks/aliyun/secret", Body: []byte(body), At: fake.Now()}
}

func china(second int64) card.Moment {
	return card.Moment{UnixMilli: 1_772_337_540_000 + second*1000, OffsetMinutes: 480}
}

func TestReportsAreHeard(t *testing.T) {
	s, _ := server(t)
	heard, err := open(t, options(s)).Open(callOf(report))
	require.NoError(t, err)
	require.Equal(t, []channel.Heard{
		{ID: "aliyun:12345^0:delivered", Delivery: &channel.Delivery{
			MessageID: "m1", ProviderMessageID: "12345^0", Outcome: alerts.Delivered, At: china(5)}},
		{ID: "aliyun:12346^0:undelivered", Delivery: &channel.Delivery{
			MessageID: "m2", ProviderMessageID: "12346^0", Outcome: alerts.Undelivered, Reason: channel.Unavailable, At: china(6)}},
	}, heard)
}

func TestWhatBecameOfAMessageIsClassed(t *testing.T) {
	s, _ := server(t)
	c := open(t, options(s))
	for code, want := range map[string]channel.Delivery{
		"INVALID_NUMBER":          {Outcome: alerts.Undelivered, Reason: channel.BadAddress},
		"MOBILE_IN_BLACK":         {Outcome: alerts.Undelivered, Reason: channel.Blocked},
		"USER_REJECT":             {Outcome: alerts.Undelivered, Reason: channel.Blocked},
		"MOBILE_SEND_LIMIT":       {Outcome: alerts.Undelivered, Reason: channel.RateLimited},
		"CONTENT_KEYWORD":         {Outcome: alerts.Undelivered, Reason: channel.BadMessage},
		"SIGNATURE_BLACKLIST":     {Outcome: alerts.Undelivered, Reason: channel.BadCredentials},
		"MOBILE_ACCOUNT_ABNORMAL": {Outcome: alerts.Undelivered, Reason: channel.Unavailable},
		"SOMETHING_NEW":           {Outcome: alerts.Undelivered, Reason: channel.Unavailable},
		"REQUEST_SUCCESS":         {Outcome: alerts.OutcomeUnknown},
	} {
		heard, err := c.Open(callOf(`[{"biz_id":"1^0","success":false,"err_code":"` + code + `"}]`))
		require.NoError(t, err)
		want.ProviderMessageID, want.At = "1^0", fake.Now()
		require.Equal(t, &want, heard[0].Delivery, code)
	}
}

func TestRepliesAreHeard(t *testing.T) {
	s, _ := server(t)
	c := open(t, options(s))
	heard, err := c.Open(callOf(up))
	require.NoError(t, err)
	require.Len(t, heard, 2)
	require.Equal(t, &alerts.Reply{
		Head: card.Head{ID: "aliyun:1234567890", At: china(30)}, Channel: alerts.SMS, From: "+8613800138000", To: "1234",
		ProviderMessageID: "aliyun:1234567890", Text: "N",
	}, heard[0].Reply)
	require.Equal(t, "aliyun:1234567891", heard[1].ID, "a sequence number is a text in newer versions")
	require.Equal(t, alerts.Phone("+8613800138001"), heard[1].Reply.From)
	require.JSONEq(t, `{"code":0,"msg":"成功"}`, c.Thank().Body)
}

func TestOneBadEntryDoesNotLoseTheOthers(t *testing.T) {
	s, _ := server(t)
	c := open(t, options(s))
	heard, err := c.Open(callOf(`[{"sequence_id":1,"phone_number":"nobody"},{"biz_id":"1^0","success":true},{"success":true},
		{"sequence_id":2,"phone_number":"13800138000","send_time":"soon","content":"N"}]`))
	require.NoError(t, err)
	require.Len(t, heard, 2)
	require.Equal(t, "1^0", heard[0].Delivery.ProviderMessageID)
	require.Equal(t, fake.Now(), heard[1].Reply.At, "a time that cannot be read is now")
	for _, body := range []string{`[]`, `{}`, ``, `[{}]`, `[{"sequence_id":1,"phone_number":"x"}]`} {
		heard, err := c.Open(callOf(body))
		var e *channel.CallError
		require.ErrorAs(t, err, &e, body)
		require.Equal(t, channel.BadCall, e.Reason)
		require.Empty(t, heard)
	}
}
