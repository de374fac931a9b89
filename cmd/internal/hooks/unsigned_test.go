package hooks_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/alerts/channel/aliyun"
	"github.com/cardwatch/cardwatch/alerts/channel/tencent"
	"github.com/cardwatch/cardwatch/cmd/internal/hooks"
	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/stream/wire"
)

// newUnsignedTown is a town whose hooks server has the doors of Aliyun and Tencent.
func newUnsignedTown(t *testing.T) *town {
	b := newTown(t)
	clock := func() card.Moment { return now }
	ali, err := aliyun.New(aliyun.Options{Name: "ali", AccessKeyID: "id", AccessKeySecret: "secret", Now: clock})
	require.NoError(t, err)
	ten, err := tencent.New(tencent.Options{Name: "ten", SecretID: "id", SecretKey: "key", SDKAppID: "1", Now: clock})
	require.NoError(t, err)
	metrics, err := hooks.NewMetrics(prometheus.NewRegistry())
	require.NoError(t, err)
	b.server = hooks.NewServer(hooks.Config{
		Doors:   map[string]hooks.Door{"ali": {Hook: ali, Secret: aSecret}, "ten": {Hook: ten, Secret: aSecret}},
		BaseURL: outward, Inbox: b.inbox, Now: clock, Metrics: metrics, Log: slog.New(slog.DiscardHandler),
	})
	return b
}

// Providers in China sign nothing: the secret in the address is all that there is.
func TestWhoDoesNotSignIsHeardAtTheSecretAddressAlone(t *testing.T) {
	b := newUnsignedTown(t)
	for _, x := range []struct{ path, body, thanks string }{
		{"/hooks/ali/", `[{"phone_number":"13800138000","send_time":"2026-03-01 02:13:04","content":"N","dest_code":"1234","sequence_id":1}]`,
			`{"code":0,"msg":"成功"}`},
		{"/hooks/ten/", `{"extend":"1234","mobile":"13800138000","nationcode":"86","sign":"示例银行","text":"N","time":1772302384}`,
			`{"result":0,"errmsg":"OK"}`},
	} {
		before := len(b.written())
		for _, guess := range []string{"", aSecret[1:], strings.ToUpper(aSecret), aSecret + "/"} {
			status, _ := b.call(httptest.NewRequest(http.MethodPost, x.path+guess, strings.NewReader(x.body)))
			require.Equal(t, http.StatusNotFound, status, x.path+guess)
		}
		require.Len(t, b.written(), before)
		status, thanks := b.call(httptest.NewRequest(http.MethodPost, x.path+aSecret, strings.NewReader(x.body)))
		require.Equal(t, http.StatusOK, status)
		require.JSONEq(t, x.thanks, thanks)
		r := b.reply()
		require.Equal(t, alerts.Phone("+8613800138000"), r.From)
		require.Equal(t, alerts.Phone("1234"), r.To)
		require.Equal(t, "N", r.Text)
		require.False(t, r.Verified)
		require.Equal(t, now.Add(-1e9).UnixMilli, r.At.UnixMilli)
	}
}

func TestReportsOfThoseWhoDoNotSignFindTheirMessages(t *testing.T) {
	b := newUnsignedTown(t)
	b.taken("ali", "msg-1", "1^0", alerts.SMS)
	b.taken("ten", "msg-2", "5000:1", alerts.SMS)
	for path, body := range map[string]string{
		"/hooks/ali/": `[{"biz_id":"1^0","out_id":"msg-1","success":true,"err_code":"DELIVERED","report_time":"2026-03-01 02:13:04"}]`,
		"/hooks/ten/": `[{"sid":"5000:1","report_status":"FAIL","errmsg":"MK:0001","user_receive_time":"2026-03-01 02:13:04"}]`,
	} {
		status, _ := b.call(httptest.NewRequest(http.MethodPost, path+aSecret, strings.NewReader(body)))
		require.Equal(t, http.StatusOK, status)
	}
	require.Equal(t, []string{wire.ReceiptTopic, wire.ReceiptTopic}, b.written())
}
