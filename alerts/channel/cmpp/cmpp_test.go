package cmpp_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/alerts/channel"
	"github.com/cardwatch/cardwatch/alerts/channel/channeltest"
	"github.com/cardwatch/cardwatch/alerts/channel/cmpp"
	"github.com/cardwatch/cardwatch/detectors/card"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var _ channel.Listener = (*cmpp.Channel)(nil)

func noon() card.Moment { return card.Moment{UnixMilli: 1_772_337_600_000, OffsetMinutes: 480} }

func options(v cmpp.Version) cmpp.Options {
	return cmpp.Options{
		Name: "mobile", Addr: "127.0.0.1:7890", SourceAddr: "901234", Secret: "shared", ServiceID: "svc", Source: "10690001",
		Version: v, Receipts: true, Now: noon,
	}
}

type ears struct {
	mu    sync.Mutex
	heard []channel.Heard
	err   error
}

func (e *ears) hear(_ context.Context, list []channel.Heard) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.err == nil {
		e.heard = append(e.heard, list...)
	}
	return e.err
}

func (e *ears) fail(err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.err = err
}

func (e *ears) all() []channel.Heard {
	e.mu.Lock()
	defer e.mu.Unlock()
	return append([]channel.Heard{}, e.heard...)
}

func run(t *testing.T, o cmpp.Options, hear channel.Hear) *cmpp.Channel {
	t.Helper()
	c, err := cmpp.New(o)
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- c.Run(ctx, hear) }()
	t.Cleanup(func() {
		cancel()
		require.NoError(t, <-ended)
	})
	return c
}

// named puts the message's id before its text, since the protocol has no other place for it.
type named struct{ *cmpp.Channel }

func (n named) Send(ctx context.Context, m channel.Outgoing) (channel.Accepted, error) {
	m.Text = m.MessageID + " " + m.Text
	return n.Channel.Send(ctx, m)
}

func TestIsAChannel(t *testing.T) {
	for name, v := range map[string]cmpp.Version{"2.0": cmpp.V2, "3.0": cmpp.V3} {
		t.Run(name, func(t *testing.T) {
			channeltest.Run(t, func(t *testing.T) channeltest.Subject {
				g := newGateway(byte(v))
				c := run(t, options(v).Over(g.dial), new(ears).hear)
				require.Eventually(t, c.Bound, 5*time.Second, time.Millisecond)
				return channeltest.Subject{
					Channel: named{c},
					Received: func() (ids []string) {
						for _, s := range g.list() {
							id, _, _ := strings.Cut(s.text, " ")
							ids = append(ids, id)
						}
						return ids
					},
					Break: func() { g.set(func() { g.result = 99 }) },
					Hang:  func() { g.set(func() { g.silent = true }) },
				}
			})
		})
	}
}

// bubble runs a scenario in both versions on a clock of its own, with a client that is bound.
func bubble(t *testing.T, scenario func(t *testing.T, c *cmpp.Channel, g *gateway, e *ears)) {
	t.Helper()
	for _, v := range []cmpp.Version{cmpp.V2, cmpp.V3} {
		synctest.Test(t, func(t *testing.T) {
			g, e := newGateway(byte(v)), new(ears)
			c := run(t, options(v).Over(g.dial), e.hear)
			synctest.Wait()
			require.True(t, c.Bound())
			scenario(t, c, g, e)
		})
	}
}

func text(id, text string) channel.Outgoing {
	m := channel.Outgoing{MessageID: id, Kind: alerts.SMS, To: "+8613800138000", Text: text, ExpiresAt: noon()}
	m.ExpiresAt.UnixMilli += 15 * 60_000
	return m
}

func reason(t *testing.T, err error) channel.Reason {
	t.Helper()
	var e *channel.Error
	require.ErrorAs(t, err, &e)
	return e.Reason
}

func TestASubmitHasItsFields(t *testing.T) {
	bubble(t, func(t *testing.T, c *cmpp.Channel, g *gateway, _ *ears) {
		got, err := c.Send(t.Context(), text("m1", "是否本人🙏"))
		require.NoError(t, err)
		require.Equal(t, channel.Accepted{ProviderMessageID: "1001", ReceiptExpected: true}, got)
		require.Equal(t, taken{
			to: "13800138000", source: "10690001", service: "svc", validity: "260301121500032+", report: 1, format: 8, total: 1, number: 1,
			text: "是否本人🙏",
		}, g.list()[0])
	})
}

func TestALongTextGoesInPartsAndArrivesWhole(t *testing.T) {
	bubble(t, func(t *testing.T, c *cmpp.Channel, g *gateway, e *ears) {
		long := strings.Repeat("是否本人", 20)
		_, err := c.Send(t.Context(), text("m1", long))
		require.NoError(t, err)
		parts := g.list()
		require.Len(t, parts, 2)
		require.Equal(t, long, parts[0].text+parts[1].text)
		require.Equal(t, []byte{5, 0, 3, parts[0].header[3], 2, 2}, parts[1].header)
		g.deliver(1, 0, 0, 1, report(1001, "DELIVRD"))
		require.Empty(t, e.all())
		g.deliver(2, 0, 0, 1, report(1002, "DELIVRD"))
		require.Equal(t, alerts.Delivered, e.all()[0].Delivery.Outcome)
		require.Equal(t, "m1", e.all()[0].Delivery.MessageID)
	})
}

func TestReportsAndRefusalsAreClassed(t *testing.T) {
	bubble(t, func(t *testing.T, c *cmpp.Channel, g *gateway, e *ears) {
		for n, stat := range []string{"UNDELIV", "MA:0001", "ACCEPTD", "UNKNOWN"} {
			g.deliver(uint64(n+1), 0, 0, 1, report(7, stat))
		}
		var got []alerts.SendOutcome
		for _, h := range e.all() {
			got = append(got, h.Delivery.Outcome)
		}
		require.Equal(t, []alerts.SendOutcome{alerts.Undelivered, alerts.Undelivered, alerts.Accepted, alerts.OutcomeUnknown}, got)
		for result, want := range map[byte]channel.Reason{1: channel.BadMessage, 7: channel.BadCredentials, 8: channel.RateLimited, 99: channel.Unavailable} {
			g.set(func() { g.result = result })
			_, err := c.Send(t.Context(), text("m1", "hello"))
			require.Equal(t, want, reason(t, err), "result %d", result)
		}
		_, err := c.Send(t.Context(), channel.Outgoing{MessageID: "abroad", To: "+4915112345678", Text: "hello"})
		require.Equal(t, channel.BadAddress, reason(t, err))
	})
}

func TestRepliesAreHeardAndAnswered(t *testing.T) {
	bubble(t, func(t *testing.T, _ *cmpp.Channel, g *gateway, e *ears) {
		e.fail(errors.New("the log is away"))
		answer := g.deliver(77, 0, 8, 0, "\x54\x26")
		require.Equal(t, byte(8), answer[len(answer)-1], "come again")
		e.fail(nil)
		answer = g.deliver(77, 0, 8, 0, "\x54\x26")
		require.Equal(t, "\x80\x00\x00\x05\x00\x00\x00\x00\x00\x00\x00\x4d", string(answer[:12]))
		require.Equal(t, byte(0), answer[len(answer)-1])
		g.deliver(78, 0, 15, 0, "\xb7\xf1")
		g.deliver(80, 1, 0, 0, "\x05\x00\x03\x07\x02\x02O")
		g.deliver(79, 1, 0, 0, "\x05\x00\x03\x07\x02\x01N")
		for n, want := range []string{"否", "否", "NO"} {
			r := e.all()[n].Reply
			require.Equal(t, want, r.Text)
			require.Equal(t, alerts.Phone("+8613800138000"), r.From)
			require.Equal(t, alerts.Phone("10690001"), r.To)
		}
		require.Equal(t, "mobile:77", e.all()[0].ID)
	})
}

func TestWhoDoesNotKnowTheSecretIsNotSpokenTo(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(*cmpp.Options, *gateway)
		want   channel.Reason
	}{
		"we":          {func(o *cmpp.Options, _ *gateway) { o.Secret = "wrong" }, channel.BadCredentials},
		"the gateway": {func(_ *cmpp.Options, g *gateway) { g.faulty = true }, channel.Unavailable},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				g := newGateway(0x20)
				o := options(cmpp.V2)
				tt.change(&o, g)
				c := run(t, o.Over(g.dial), new(ears).hear)
				synctest.Wait()
				_, err := c.Send(t.Context(), text("m1", "hello"))
				require.Equal(t, tt.want, reason(t, err))
			})
		})
	}
}

func TestASessionIsKept(t *testing.T) {
	bubble(t, func(t *testing.T, c *cmpp.Channel, g *gateway, _ *ears) {
		time.Sleep(65 * time.Second)
		require.Equal(t, []uint32{1, 8, 8}, g.seen)
		require.NoError(t, g.conn.Close())
		synctest.Wait()
		require.False(t, c.Bound())
		time.Sleep(5 * time.Second)
		require.True(t, c.Bound(), "it comes back by itself")
	})
}
