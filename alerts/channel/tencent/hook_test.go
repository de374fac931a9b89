package tencent_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/alerts/channel"
	"github.com/cardwatch/cardwatch/alerts/channel/internal/fake"
	"github.com/cardwatch/cardwatch/alerts/channel/tencent"
	"github.com/cardwatch/cardwatch/detectors/card"
)

var _ channel.Hook = (*tencent.Channel)(nil)

// The examples of Tencent's descriptions of its call-backs, with numbers of ours.
const (
	reports = `[
 {"user_receive_time":"2026-03-01 11:59:05","nationcode":"86","mobile":"13800138000","report_status":"SUCCESS","errmsg":"DELIVRD",
  "description":"用户短信送达成功","sid":"5000:1"},
 {"user_receive_time":"","nationcode":"86","mobile":"13800138001","report_status":"FAIL","errmsg":"MK:0001","description":"…","sid":"5000:2"}]`
	said = `{"extend":"01","mobile":"13800138000","nationcode":"86","sign":"示例银行","text":"N","time":1772337570}`
)

func callOf(body string) channel.Call {
	return channel.Call{Method: http.MethodPost, URL: "https://desk.bank/hooks/tencent/secret", Body: []byte(body), At: fake.Now()}
}

func TestReportsAreHeard(t *testing.T) {
	s, _ := server(t)
	c := open(t, options(s))
	heard, err := c.Open(callOf(reports))
	require.NoError(t, err)
	require.Equal(t, []channel.Heard{
		{ID: "tencent:5000:1:delivered", Delivery: &channel.Delivery{
			ProviderMessageID: "5000:1", Outcome: alerts.Delivered, At: card.Moment{UnixMilli: 1_772_337_545_000, OffsetMinutes: 480}}},
		{ID: "tencent:5000:2:undelivered", Delivery: &channel.Delivery{
			ProviderMessageID: "5000:2", Outcome: alerts.Undelivered, Reason: channel.Unavailable, At: fake.Now()}},
	}, heard)
	require.JSONEq(t, `{"result":0,"errmsg":"OK"}`, c.Thank().Body)
}

func TestRepliesAreHeardAndToldFromEachOther(t *testing.T) {
	s, _ := server(t)
	c := open(t, options(s))
	read := func(body string) channel.Heard {
		heard, err := c.Open(callOf(body))
		require.NoError(t, err)
		require.Len(t, heard, 1)
		return heard[0]
	}
	h := read(said)
	require.Regexp(t, `^tencent:[0-9a-f]{30}$`, h.ID)
	require.Equal(t, &alerts.Reply{
		Head: card.Head{ID: h.ID, At: card.Moment{UnixMilli: 1_772_337_570_000, OffsetMinutes: 480}}, Channel: alerts.SMS,
		From: "+8613800138000", ProviderMessageID: h.ID, Text: "N",
	}, h.Reply)
	require.Equal(t, h.ID, read(strings.ReplaceAll(said, ",", " , ")).ID, "told again, it is the same")
	for _, change := range [][2]string{{`"N"`, `"Y"`}, {"13800138000", "13800138001"}, {"1772337570", "1772337571"}} {
		require.NotEqual(t, h.ID, read(strings.Replace(said, change[0], change[1], 1)).ID)
	}
}

func TestACallThatCannotBeReadIsRefused(t *testing.T) {
	s, _ := server(t)
	c := open(t, options(s))
	for _, body := range []string{
		``, `[]`, `{}`, `[{}]`, `[1]`, `[{"sid":"1","report_status":"MAYBE"}]`, `{"mobile":"1","nationcode":"86","time":1}x`,
		`{"mobile":"bank","nationcode":"86","time":1772337570,"text":"Y"}`, `{"mobile":"13800138000","time":1772337570,"text":"Y"}`,
		`{"mobile":"13800138000","nationcode":"86","text":"Y"}`, `{"mobile":"13800138000","nationcode":"86","text":"Y","time":9223372036854775807}`,
	} {
		heard, err := c.Open(callOf(body))
		var e *channel.CallError
		require.ErrorAs(t, err, &e, body)
		require.Equal(t, channel.BadCall, e.Reason)
		require.Empty(t, heard)
	}
	heard, err := c.Open(callOf(`[{"sid":"1"},{"sid":"2","report_status":"SUCCESS"}]`))
	require.NoError(t, err)
	require.Len(t, heard, 1, "one bad entry does not lose the others")
}
