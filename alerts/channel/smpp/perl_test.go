package smpp_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/alerts/channel"
	"github.com/cardwatch/cardwatch/alerts/channel/smpp"
)

// perl is Debian's Net::SMPP as a message centre (.ci/peers/smsc.pl). Its tests run where CARDWATCH_SMSC_PEER names the script.
type perl struct {
	t      *testing.T
	orders io.Writer
	events chan perlEvent
	port   int
}

type perlEvent struct {
	Event, ID, To, Source, Validity, Verb string
	Port, Coding, Status                  int
	Faults                                []string
	Text                                  *string
	Accepted                              bool
}

func startPerl(t *testing.T) *perl {
	t.Helper()
	script := os.Getenv("CARDWATCH_SMSC_PEER")
	if script == "" {
		t.Skip("CARDWATCH_SMSC_PEER is not set")
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	cmd := exec.CommandContext(ctx, "perl", script, "SMPP3TEST", "secret08")
	cmd.Stderr = os.Stderr
	orders, err := cmd.StdinPipe()
	require.NoError(t, err)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	p := &perl{t: t, orders: orders, events: make(chan perlEvent, 1000)}
	go func() {
		defer close(p.events)
		for lines := bufio.NewScanner(out); lines.Scan(); {
			var e perlEvent
			if json.Unmarshal(lines.Bytes(), &e) == nil {
				p.events <- e
			}
		}
	}()
	t.Cleanup(func() {
		_ = orders.Close()
		for range p.events {
		}
		_ = cmd.Wait()
		cancel()
	})
	p.port = p.await("listening").Port
	return p
}

// await gives the next event of a kind; an "invalid" one fails the test.
func (p *perl) await(kind string) perlEvent {
	p.t.Helper()
	for e := range p.events {
		require.NotEqual(p.t, "invalid", e.Event, "the peer found fault with %v", e.Faults)
		if e.Event == kind {
			return e
		}
	}
	p.t.Fatalf("the peer ended before it said %s", kind)
	return perlEvent{}
}

func (p *perl) order(format string, args ...any) {
	p.t.Helper()
	_, err := fmt.Fprintf(p.orders, format+"\n", args...)
	require.NoError(p.t, err)
	if !strings.HasPrefix(format, "cut") {
		p.await("obeyed")
	}
}

// withPerl binds a client to a fresh centre; what it hears comes out of the channel.
func withPerl(t *testing.T, change func(*smpp.Options)) (*perl, *smpp.Channel, chan channel.Heard) {
	t.Helper()
	p := startPerl(t)
	o := options()
	o.Addr, o.Source = fmt.Sprintf("127.0.0.1:%d", p.port), "95588"
	o.MessageIDBase, o.ReceiptIDBase = 16, 10
	change(&o)
	heard := make(chan channel.Heard, 100)
	c := run(t, o, func(_ context.Context, list []channel.Heard) error {
		for _, h := range list {
			heard <- h
		}
		return nil
	})
	p.await("bind")
	require.Eventually(t, c.Bound, 5*time.Second, time.Millisecond)
	return p, c, heard
}

func TestPerlReadsWhatWeSend(t *testing.T) {
	for name, tt := range map[string]struct {
		text   string
		long   smpp.Long
		parts  int
		coding int
	}{
		"Chinese":                {"【测试银行】您尾号1234的卡消费8000元，本人操作请回复Y", smpp.UDH, 1, 8},
		"English":                {"BANK: was it you? €8,000 [shop] @ Shanghai", smpp.UDH, 1, 0},
		"long Chinese by header": {strings.Repeat("是否本人🙏", 30), smpp.UDH, 3, 8},
		"long English by header": {strings.Repeat("Was it you? €", 30), smpp.UDH, 3, 0},
		"long Chinese by sar":    {strings.Repeat("是否本人", 40), smpp.SAR, 3, 8},
		"long Chinese, payload":  {strings.Repeat("是否本人", 40), smpp.Payload, 1, 8},
	} {
		t.Run(name, func(t *testing.T) {
			p, c, _ := withPerl(t, func(o *smpp.Options) { o.Long = tt.long })
			_, err := c.Send(t.Context(), text("m1", tt.text))
			require.NoError(t, err)
			var last perlEvent
			for range tt.parts {
				last = p.await("submit")
			}
			require.NotNil(t, last.Text, "the peer misses parts")
			require.Equal(t, tt.text, *last.Text)
			require.Equal(t, tt.coding, last.Coding)
			require.Equal(t, "8613800138000", last.To)
			require.Equal(t, "000000001500000R", last.Validity)
		})
	}
}

func TestPerlTellsWhatBecameOfAMessage(t *testing.T) {
	for _, tt := range []struct {
		form, state   string
		receiptIDBase int
		want          alerts.SendOutcome
	}{
		{"text", "DELIVRD", 10, alerts.Delivered},
		{"text", "UNDELIV", 10, alerts.Undelivered},
		{"tlv", "DELIVRD", 16, alerts.Delivered},
		{"tlv", "EXPIRED", 16, alerts.Undelivered},
	} {
		t.Run(tt.form+" "+tt.state, func(t *testing.T) {
			p, c, heard := withPerl(t, func(o *smpp.Options) { o.ReceiptIDBase = tt.receiptIDBase })
			p.order("receipts %s", tt.form)
			p.order("state %s", tt.state)
			p.order("delay 1")
			got, err := c.Send(t.Context(), text("m1", strings.Repeat("是否本人", 40)))
			require.NoError(t, err)
			h := <-heard
			require.Equal(t, tt.want, h.Delivery.Outcome)
			require.Equal(t, "m1", h.Delivery.MessageID)
			if tt.want == alerts.Delivered {
				require.Equal(t, got.ProviderMessageID, h.Delivery.ProviderMessageID, "the last part decides")
			}
			require.Zero(t, p.await("deliver_sm_resp").Status)
		})
	}
}

func TestPerlPassesOnReplies(t *testing.T) {
	p, _, heard := withPerl(t, func(*smpp.Options) {})
	p.order("reply 8613800138000 8 5426")
	require.Equal(t, "否", (<-heard).Reply.Text)
	require.Zero(t, p.await("deliver_sm_resp").Status)
	p.order("reply 8613800138000 0 4E4F")
	require.Equal(t, "NO", (<-heard).Reply.Text)
	p.order("reply 8613800138000 8 %s udh", strings.Repeat("5426", 100))
	require.Equal(t, strings.Repeat("否", 100), (<-heard).Reply.Text)
}

func TestPerlThrottlesAndIsSilent(t *testing.T) {
	p, c, _ := withPerl(t, func(o *smpp.Options) { o.ResponseTimeout = 300 * time.Millisecond })
	p.order("status 88 1")
	_, err := c.Send(t.Context(), text("m1", "hello"))
	require.Equal(t, channel.RateLimited, failure(t, err).Reason)
	p.order("drop 1")
	_, err = c.Send(t.Context(), text("m1", "hello"))
	require.Equal(t, channel.NoAnswer, failure(t, err).Reason)
	_, err = c.Send(t.Context(), text("m1", "hello"))
	require.NoError(t, err)
}

func TestPerlAsksEndsAndComesBack(t *testing.T) {
	p, c, _ := withPerl(t, func(*smpp.Options) {})
	p.order("enquire")
	require.Zero(t, p.await("enquire_link_resp").Status)
	p.order("unbind")
	p.await("unbind_resp")
	p.await("bind")
	require.Eventually(t, c.Bound, 5*time.Second, time.Millisecond)
	p.order("cut")
	p.await("bind")
	require.Eventually(t, c.Bound, 5*time.Second, time.Millisecond)
	_, err := c.Send(t.Context(), text("m1", "hello"))
	require.NoError(t, err)
}

func TestPerlKnowsThePassword(t *testing.T) {
	p := startPerl(t)
	o := options()
	o.Addr, o.Password = fmt.Sprintf("127.0.0.1:%d", p.port), "wrong"
	c := run(t, o, new(ears).hear)
	require.False(t, p.await("bind").Accepted)
	require.Eventually(t, func() bool {
		_, err := c.Send(t.Context(), text("m1", "hello"))
		return failure(t, err).Reason == channel.BadCredentials
	}, 5*time.Second, time.Millisecond)
}
