package smpp_test

import (
	"context"
	"errors"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/alerts/channel"
	"github.com/cardwatch/cardwatch/alerts/channel/channeltest"
	"github.com/cardwatch/cardwatch/alerts/channel/smpp"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestIsAChannel(t *testing.T) {
	channeltest.Run(t, func(t *testing.T) channeltest.Subject {
		centre := newSMSC()
		c := run(t, options().Over(centre.dial), new(ears).hear)
		require.Eventually(t, c.Bound, 5*time.Second, time.Millisecond)
		return channeltest.Subject{
			Channel: c, Received: centre.ids,
			Break: func() { centre.set(func() { centre.answers = always(0x08) }) },
			Hang:  func() { centre.set(func() { centre.answers = always(silent) }) },
		}
	})
}

var _ channel.Listener = (*smpp.Channel)(nil)

func always(status uint32) func(int, submitted) (uint32, string) {
	return func(int, submitted) (uint32, string) { return status, "" }
}

// run keeps a channel running for as long as the test.
func run(t *testing.T, o smpp.Options, hear channel.Hear) *smpp.Channel {
	t.Helper()
	c, err := smpp.New(o)
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

// bubble runs a scenario on a clock of its own, with a client that is bound.
func bubble(t *testing.T, change func(*smpp.Options, *smsc), scenario func(t *testing.T, c *smpp.Channel, centre *smsc, e *ears)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		centre, e := newSMSC(), new(ears)
		o := options()
		change(&o, centre)
		c := run(t, o.Over(centre.dial), e.hear)
		synctest.Wait()
		scenario(t, c, centre, e)
	})
}

func unchanged(*smpp.Options, *smsc) {}

func text(id, text string) channel.Outgoing {
	m := channel.Outgoing{MessageID: id, Kind: alerts.SMS, To: "+8613800138000", Text: text, ExpiresAt: noon()}
	m.ExpiresAt.UnixMilli += 15 * 60_000
	return m
}

func failure(t *testing.T, err error) *channel.Error {
	t.Helper()
	var e *channel.Error
	require.ErrorAs(t, err, &e)
	return e
}

func TestASubmitHasTheFieldsOfTheSpecification(t *testing.T) {
	bubble(t, unchanged, func(t *testing.T, c *smpp.Channel, centre *smsc, _ *ears) {
		got, err := c.Send(t.Context(), text("m1", "您的卡在上海消费"))
		require.NoError(t, err)
		require.Equal(t, channel.Accepted{ProviderMessageID: "id-a", ReceiptExpected: true}, got)
		s := centre.sent()[0]
		require.Equal(t, "95588", s.source)
		require.Equal(t, []byte{3, 0, 1}, []byte{s.sourceTON, s.sourceNPI, s.toTON})
		require.Equal(t, "8613800138000", s.to)
		require.Equal(t, "000000001500000R", s.validity, "a quarter of an hour")
		require.Equal(t, []byte{0, 1, 8}, []byte{s.esmClass, s.registered, s.coding})
		require.Equal(t, []byte{0x60, 0xA8, 0x76, 0x84}, s.text[:4], "UTF-16, big end first")
	})
}

func TestWhatTheCentreRefusesIsClassed(t *testing.T) {
	for status, want := range map[uint32]channel.Error{
		0x08:  {Reason: channel.Unavailable},
		0x0A:  {Reason: channel.BadCredentials},
		0x0B:  {Reason: channel.BadAddress},
		0x14:  {Reason: channel.RateLimited, RetryAfter: 5 * time.Second},
		0x58:  {Reason: channel.RateLimited, RetryAfter: time.Second},
		0x62:  {Reason: channel.BadMessage},
		0x40F: {Reason: channel.Unavailable},
	} {
		bubble(t, func(_ *smpp.Options, centre *smsc) { centre.answers = always(status) }, func(t *testing.T, c *smpp.Channel, _ *smsc, _ *ears) {
			_, err := c.Send(t.Context(), text("m1", "hello"))
			got := failure(t, err)
			require.Equal(t, want.Reason, got.Reason, "%#x", status)
			require.Equal(t, want.RetryAfter, got.RetryAfter, "%#x", status)
		})
	}
}

func TestWithoutASessionNothingIsSent(t *testing.T) {
	unreachable := func(context.Context) (net.Conn, error) { return nil, errors.New("no route") }
	for name, tt := range map[string]struct {
		change func(*smpp.Options, *smsc)
		want   channel.Reason
	}{
		"the centre cannot be reached": {func(o *smpp.Options, _ *smsc) { *o = o.Over(unreachable) }, channel.Unavailable},
		"the password is wrong":        {func(_ *smpp.Options, c *smsc) { c.bindStatus = 0x0E }, channel.BadCredentials},
		"the centre is out of order":   {func(_ *smpp.Options, c *smsc) { c.bindStatus = 0x08 }, channel.Unavailable},
		"the centre does not answer":   {func(_ *smpp.Options, c *smsc) { c.dead = true }, channel.Unavailable},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				centre := newSMSC()
				o := options().Over(centre.dial)
				tt.change(&o, centre)
				c := run(t, o, new(ears).hear)
				synctest.Wait()
				_, err := c.Send(t.Context(), text("m1", "hello"))
				require.Equal(t, tt.want, failure(t, err).Reason)
				require.False(t, c.Bound())
			})
		})
	}
}

func TestASessionLostAfterTheSubmitLeavesTheOutcomeOpen(t *testing.T) {
	bubble(t, unchanged, func(t *testing.T, c *smpp.Channel, centre *smsc, _ *ears) {
		centre.set(func() {
			centre.answers = func(int, submitted) (uint32, string) { centre.cut(); return silent, "" }
		})
		_, err := c.Send(t.Context(), text("m1", "hello"))
		require.Equal(t, channel.NoAnswer, failure(t, err).Reason)
		time.Sleep(time.Minute)
		require.True(t, c.Bound(), "it comes back by itself")
	})
}

func (c *smsc) cut() {
	c.mu.Lock()
	defer c.mu.Unlock()
	_ = c.line.Close()
}

func TestAnAcceptanceThatComesLateCounts(t *testing.T) {
	bubble(t, unchanged, func(t *testing.T, c *smpp.Channel, centre *smsc, _ *ears) {
		centre.set(func() { centre.answers = always(silent) })
		_, err := c.Send(t.Context(), text("m1", "hello"))
		require.Equal(t, channel.NoAnswer, failure(t, err).Reason)
		// The first request after the bind has the number 2.
		centre.line.send(0x80000004, 0, 2, []byte("late\x00"))
		synctest.Wait()
		got, err := c.Send(t.Context(), text("m1", "hello"))
		require.NoError(t, err)
		require.Equal(t, "late", got.ProviderMessageID)
	})
}

func TestOfALongTextOnlyTheMissingPartsAreSubmittedAgain(t *testing.T) {
	bubble(t, unchanged, func(t *testing.T, c *smpp.Channel, centre *smsc, _ *ears) {
		throttle := true
		centre.set(func() {
			centre.answers = func(n int, s submitted) (uint32, string) {
				if n == 1 && throttle {
					throttle = false
					return 0x58, ""
				}
				return 0, "id-" + string(rune('a'+n))
			}
		})
		long := strings.Repeat("x", 153+153+10)
		_, err := c.Send(t.Context(), text("m1", long))
		require.Equal(t, channel.RateLimited, failure(t, err).Reason)
		got, err := c.Send(t.Context(), text("m1", long))
		require.NoError(t, err)
		require.Equal(t, "id-c", got.ProviderMessageID)
		parts := centre.sent()
		require.Len(t, parts, 3)
		for n, p := range parts {
			require.Equal(t, byte(0x40), p.esmClass)
			require.Equal(t, []byte{5, 0, 3, parts[0].text[3], 3, byte(n + 1)}, p.text[:6])
		}
	})
}

func TestAFullWindowWaitsAndThenSaysThatNothingWasSent(t *testing.T) {
	bubble(t, func(o *smpp.Options, _ *smsc) { o.Window = 1 }, func(t *testing.T, c *smpp.Channel, centre *smsc, _ *ears) {
		centre.set(func() { centre.answers = always(silent) })
		go c.Send(context.Background(), text("m1", "hello"))
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := c.Send(ctx, text("m2", "hello"))
		require.Equal(t, channel.Unavailable, failure(t, err).Reason)
		require.Equal(t, []uint32{9, 4}, centre.heardCommands())
	})
}

func TestBothSidesAskWhetherTheOtherLives(t *testing.T) {
	bubble(t, unchanged, func(t *testing.T, c *smpp.Channel, centre *smsc, _ *ears) {
		require.Equal(t, uint32(0x80000015), centre.tell(t, 0x15, nil).command)
		time.Sleep(95 * time.Second)
		require.Equal(t, []uint32{9, 0x80000015, 0x15, 0x15, 0x15}, centre.heardCommands())
		centre.set(func() { centre.dead = true })
		time.Sleep(45 * time.Second)
		require.False(t, c.Bound(), "a centre that says nothing is left")
		centre.set(func() { centre.dead = false })
		time.Sleep(2 * time.Minute)
		require.True(t, c.Bound())
	})
}

func TestTheCentreMayEndTheSession(t *testing.T) {
	bubble(t, unchanged, func(t *testing.T, c *smpp.Channel, centre *smsc, _ *ears) {
		require.Equal(t, uint32(0x80000006), centre.tell(t, 0x06, nil).command)
		time.Sleep(10 * time.Second)
		require.True(t, c.Bound())
		require.Equal(t, []uint32{9, 0x80000006, 9}, centre.heardCommands())
	})
}

func TestTheClientSaysGoodBye(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		centre := newSMSC()
		c, err := smpp.New(options().Over(centre.dial))
		require.NoError(t, err)
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- c.Run(ctx, new(ears).hear) }()
		synctest.Wait()
		cancel()
		require.NoError(t, <-ended)
		require.Equal(t, []uint32{9, 6}, centre.heardCommands())
	})
}

func TestAnUnknownCommandIsRefused(t *testing.T) {
	bubble(t, unchanged, func(t *testing.T, _ *smpp.Channel, centre *smsc, _ *ears) {
		got := centre.tell(t, 0x103, nil)
		require.Equal(t, uint32(0x80000000), got.command)
		require.Equal(t, uint32(3), got.status)
	})
}

func TestALengthOutOfBoundsEndsTheSession(t *testing.T) {
	bubble(t, unchanged, func(t *testing.T, c *smpp.Channel, centre *smsc, _ *ears) {
		_, _ = centre.line.Write([]byte{0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 9})
		got := <-centre.responses
		require.Equal(t, response{0x80000000, 2, 9}, got)
		synctest.Wait()
		time.Sleep(10 * time.Second)
		require.True(t, c.Bound(), "on a new session")
	})
}

func TestOptionsAreChecked(t *testing.T) {
	for name, change := range map[string]func(*smpp.Options){
		"no name":             func(o *smpp.Options) { o.Name = "" },
		"no port":             func(o *smpp.Options) { o.Addr = "smsc.example" },
		"no account":          func(o *smpp.Options) { o.SystemID = "" },
		"a long system id":    func(o *smpp.Options) { o.SystemID = strings.Repeat("x", 16) },
		"no source":           func(o *smpp.Options) { o.Source = "" },
		"a long sender name":  func(o *smpp.Options) { o.Source = "A BANK SO LONG" },
		"half a numbering":    func(o *smpp.Options) { o.SourceTON = new(uint8) },
		"an unknown alphabet": func(o *smpp.Options) { o.Alphabet = "klingon" },
		"an unknown way":      func(o *smpp.Options) { o.Long = "pigeon" },
		"one base only":       func(o *smpp.Options) { o.ReceiptIDBase = 10 },
		"too wide a window":   func(o *smpp.Options) { o.Window = 1001 },
		"no clock":            func(o *smpp.Options) { o.Now = nil },
	} {
		t.Run(name, func(t *testing.T) {
			o := options()
			change(&o)
			_, err := smpp.New(o)
			require.ErrorContains(t, err, "channel "+o.Name)
		})
	}
}
