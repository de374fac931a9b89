package outbound_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/alerts/channel"
	"github.com/cardwatch/cardwatch/alerts/channel/internal/fake"
	"github.com/cardwatch/cardwatch/alerts/channel/internal/outbound"
)

func clientOf(t *testing.T, s *fake.Server) *outbound.Client {
	c, err := outbound.New(outbound.Config{Provider: "p", Endpoint: s.URL, AllowPrivate: true, Roots: s.Roots, Now: fake.Now})
	require.NoError(t, err)
	return c
}

func echo(_ *fake.Server, w http.ResponseWriter, _ *http.Request, body []byte) { _, _ = w.Write(body) }

func post(ctx context.Context, c *outbound.Client) (outbound.Answer, error) {
	return c.Post(ctx, c.Endpoint.String()+"/secret-token", http.Header{}, []byte("hello"))
}

func TestAnAnswerIsBoundedAndNoRedirectIsFollowed(t *testing.T) {
	s := fake.New(t, echo)
	a, err := post(t.Context(), clientOf(t, s))
	require.NoError(t, err)
	require.True(t, a.OK())
	require.Equal(t, "hello", string(a.Body))

	s.Answer(http.StatusOK, nil, strings.Repeat("x", 1<<20))
	a, err = post(t.Context(), clientOf(t, s))
	require.NoError(t, err)
	require.Len(t, a.Body, 64<<10)

	s.Answer(http.StatusTemporaryRedirect, http.Header{"Location": {s.URL + "/elsewhere"}}, "")
	before := s.Calls()
	a, err = post(t.Context(), clientOf(t, s))
	require.NoError(t, err)
	require.Equal(t, http.StatusTemporaryRedirect, a.Status)
	require.Equal(t, before+1, s.Calls())
}

func TestWhatACallThatFailedMeans(t *testing.T) {
	reason := func(err error) channel.Reason {
		require.Error(t, err)
		require.NotContains(t, fmt.Sprintf("%v %+v", err, err), "secret-token")
		require.NotContains(t, fmt.Sprint(errors.Unwrap(err)), "secret-token", "a cause is logged sooner or later")
		return channel.ReasonOf(err)
	}
	t.Run("nobody listens: the message has not been taken", func(t *testing.T) {
		c, err := outbound.New(outbound.Config{Provider: "p", Endpoint: fake.Closed(t), AllowPrivate: true, Now: fake.Now})
		require.NoError(t, err)
		_, err = post(t.Context(), c)
		require.Equal(t, channel.Unavailable, reason(err))
	})
	t.Run("the name is not known", func(t *testing.T) {
		c, err := outbound.New(outbound.Config{Provider: "p", Endpoint: "https://nowhere.invalid", Now: fake.Now})
		require.NoError(t, err)
		_, err = post(t.Context(), c)
		require.Equal(t, channel.Unavailable, reason(err))
	})
	t.Run("a stranger's certificate", func(t *testing.T) {
		s := fake.New(t, echo)
		c, err := outbound.New(outbound.Config{Provider: "p", Endpoint: s.URL, AllowPrivate: true, Now: fake.Now})
		require.NoError(t, err)
		_, err = post(t.Context(), c)
		require.Equal(t, channel.Unavailable, reason(err))
		require.Zero(t, s.Calls())
	})
	t.Run("broken off after it was sent: the message may have been taken", func(t *testing.T) {
		s := fake.New(t, echo)
		s.Cut()
		_, err := post(t.Context(), clientOf(t, s))
		require.Equal(t, channel.NoAnswer, reason(err))
	})
	t.Run("no answer before the deadline", func(t *testing.T) {
		s := fake.New(t, echo)
		s.Hang()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := post(ctx, clientOf(t, s))
		require.Equal(t, channel.NoAnswer, reason(err))
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.False(t, channel.Cancelled(err))
	})
}

func TestNothingOlderIsSpoken(t *testing.T) {
	for name, x := range map[string]struct {
		onlyHTTP2 bool
		tls       *tls.Config
		want      bool
	}{
		"TLS 1.2":                         {tls: &tls.Config{MaxVersion: tls.VersionTLS12}, want: true},
		"TLS 1.1":                         {tls: &tls.Config{MaxVersion: tls.VersionTLS11}},
		"HTTP/1 where only HTTP/2 may be": {onlyHTTP2: true, tls: &tls.Config{NextProtos: []string{"http/1.1"}}},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
			server.Config.ErrorLog = log.New(io.Discard, "", 0)
			server.TLS = x.tls
			server.StartTLS()
			t.Cleanup(server.Close)
			roots := x509.NewCertPool()
			roots.AddCert(server.Certificate())
			c, err := outbound.New(outbound.Config{
				Provider: "p", Endpoint: server.URL, AllowPrivate: true, Roots: roots, OnlyHTTP2: x.onlyHTTP2, Now: fake.Now,
			})
			require.NoError(t, err)
			_, err = post(t.Context(), c)
			if x.want {
				require.NoError(t, err)
				return
			}
			require.Equal(t, channel.Unavailable, channel.ReasonOf(err))
		})
	}
}

func TestAPrivateAddressIsRefusedWhenItIsDialled(t *testing.T) {
	s := fake.New(t, echo)
	for _, host := range []string{s.URL, strings.Replace(s.URL, "127.0.0.1", "localhost", 1)} {
		c, err := outbound.New(outbound.Config{Provider: "p", Endpoint: host, Roots: s.Roots, Now: fake.Now})
		require.NoError(t, err, "a name tells nothing about where it leads")
		_, err = post(t.Context(), c)
		require.ErrorIs(t, err, outbound.ErrForbidden)
		require.Equal(t, channel.Unavailable, channel.ReasonOf(err))
	}
	require.Zero(t, s.Calls())
}

func TestStatusesHaveReasons(t *testing.T) {
	for status, want := range map[int]channel.Reason{
		301: channel.Unavailable, 307: channel.Unavailable,
		400: channel.BadMessage, 401: channel.BadCredentials, 402: channel.BadCredentials, 403: channel.BadCredentials,
		404: channel.BadCredentials, 405: channel.BadCredentials, 408: channel.Unavailable, 410: channel.BadAddress,
		413: channel.BadMessage, 415: channel.BadMessage, 421: channel.Unavailable, 422: channel.BadMessage, 425: channel.Unavailable,
		429: channel.RateLimited, 500: channel.Unavailable, 502: channel.Unavailable, 503: channel.Unavailable, 504: channel.NoAnswer,
	} {
		require.Equal(t, want, outbound.ReasonOf(status), status)
	}
}

func TestRetryAfterIsHonoured(t *testing.T) {
	c := clientOf(t, fake.New(t, echo))
	for value, want := range map[string]time.Duration{
		"":                              0,
		"120":                           2 * time.Minute,
		"Sun, 01 Mar 2026 04:01:00 GMT": time.Minute,
		"Sun, 01 Mar 2026 03:00:00 GMT": 0,
		"-5":                            0,
		"soon":                          0,
		"4294967295":                    24 * time.Hour,
		"Sun, 01 Mar 2126 04:01:00 GMT": 24 * time.Hour,
	} {
		err := c.Refused(channel.RateLimited, outbound.Answer{Header: http.Header{"Retry-After": {value}}})
		var e *channel.Error
		require.ErrorAs(t, err, &e)
		require.Equal(t, want, e.RetryAfter, value)
	}
}

func TestAddressesAreCheckedWhenTheyAreConfigured(t *testing.T) {
	for _, bad := range []string{
		"", "ftp://gateway", "http://gateway.bank", "https://", "https://user:secret@gateway", "https://gateway/#x", "gateway:443",
		"file:///etc/passwd", "gopher://gateway", "http://localhost", "https:gateway", "https://%zz",
	} {
		_, err := outbound.Address(bad, false)
		require.Error(t, err, bad)
		require.NotContains(t, err.Error(), "secret")
	}
	for _, good := range []string{"https://gateway.bank/push", "https://10.1.2.3:8443/push?tenant=1"} {
		_, err := outbound.Address(good, false)
		require.NoError(t, err, good)
	}
	for _, local := range []string{"http://localhost:1/", "http://127.0.0.1:1", "http://[::1]:1"} {
		_, err := outbound.Address(local, true)
		require.NoError(t, err, local)
	}
	_, err := outbound.Address("http://10.1.2.3", true)
	require.Error(t, err, "a bank's network is no reason to go without TLS")
}

func TestASetUpMustBeComplete(t *testing.T) {
	good := outbound.Config{Provider: "p_1", Endpoint: "https://gateway", Now: fake.Now}
	for name, spoil := range map[string]func(*outbound.Config){
		"no name":        func(c *outbound.Config) { c.Provider = "" },
		"not a label":    func(c *outbound.Config) { c.Provider = "Push Gateway" },
		"no clock":       func(c *outbound.Config) { c.Now = nil },
		"no https":       func(c *outbound.Config) { c.Endpoint = "http://gateway" },
		"no endpoint":    func(c *outbound.Config) { c.Endpoint = "" },
		"name too long":  func(c *outbound.Config) { c.Provider = strings.Repeat("p", 33) },
		"name with dash": func(c *outbound.Config) { c.Provider = "p-1" },
	} {
		c := good
		spoil(&c)
		_, err := outbound.New(c)
		require.Error(t, err, name)
	}
	_, err := outbound.New(good)
	require.NoError(t, err)
}

func TestAMemoryIsBounded(t *testing.T) {
	var m outbound.Memory
	const held = 10_000
	for i := range held + 5 {
		m.Keep(fmt.Sprint("m", i), channel.Accepted{ProviderMessageID: fmt.Sprint("p", i)})
	}
	_, ok := m.Find("m4")
	require.False(t, ok)
	for _, i := range []int{5, held, held + 4} {
		a, ok := m.Find(fmt.Sprint("m", i))
		require.True(t, ok)
		require.Equal(t, fmt.Sprint("p", i), a.ProviderMessageID)
	}
	m.Keep("m5", channel.Accepted{ProviderMessageID: "other"})
	a, _ := m.Find("m5")
	require.Equal(t, "p5", a.ProviderMessageID, "the first acceptance stands")
}

func TestProviderIDsFitIntoReceipts(t *testing.T) {
	require.Equal(t, "SM123", outbound.ID("SM123"))
	require.Empty(t, outbound.ID(""))
	for _, odd := range []string{strings.Repeat("x", 65), "with space", "序号"} {
		got := outbound.ID(odd)
		require.Regexp(t, `^sha256-[0-9a-f]{48}$`, got)
		require.Equal(t, got, outbound.ID(odd))
	}
}
