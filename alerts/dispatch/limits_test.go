package dispatch_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/alerts/channel"
	"github.com/cardwatch/cardwatch/alerts/dispatch"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// diary notes at which second, counted from its making, a provider was given which customer's message.
type diary struct {
	begun time.Time
	mu    sync.Mutex
	lines []line
}

type line struct {
	second   int
	customer string
	purpose  alerts.Purpose
}

func newDiary() *diary { return &diary{begun: time.Now()} }

func (d *diary) write(_ context.Context, m channel.Outgoing) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.lines = append(d.lines, line{int(time.Since(d.begun).Seconds()), m.Customer, m.Purpose})
	return nil
}

func (d *diary) perSecond() map[int]int {
	d.mu.Lock()
	defer d.mu.Unlock()
	count := map[int]int{}
	for _, l := range d.lines {
		count[l.second]++
	}
	return count
}

func (d *diary) all() []line {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.lines)
}

func TestAProviderIsGivenNoMoreThanItAllows(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bank) {
		d := newDiary()
		defer b.runLimited(dispatch.Provider{Channel: app(d.write), PerSecond: 5})()
		for n := range 40 {
			b.suspect(fmt.Sprint("c", n))
		}
		pass(20 * time.Second)
		require.Len(t, d.all(), 40, "and all are sent in the end")
		for second, n := range d.perSecond() {
			// A second's worth may go at once, and the next one drop by drop meanwhile.
			require.LessOrEqual(t, n, 10, "in second %d", second)
		}
		require.GreaterOrEqual(t, d.all()[39].second, 6, "40 at 5 a second, 5 of them at once")
	})
}

// The backlog of an outage goes out in the order in which it matters: fraud before service, and what has waited longest first.
func TestABacklogIsWorkedOffInOrderOfUrgency(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bank) {
		d := newDiary()
		push := app(fails(channel.Unavailable))
		defer b.runLimited(dispatch.Provider{Channel: push, PerSecond: 4})()
		pass(2 * time.Hour) // into the morning, when reminders may go out
		for n := range 12 {
			b.remind(fmt.Sprintf("owes%02d", n))
			pass(100 * time.Millisecond)
		}
		pass(50 * time.Minute)
		push.become(d.write)
		for n := range 8 {
			b.suspect(fmt.Sprintf("asks%02d", n))
			pass(10 * time.Millisecond)
		}
		pass(5 * time.Minute)
		var reminded []string
		last := 0
		for i, l := range d.all() {
			if l.purpose == alerts.FraudPrompt {
				last = i
			} else {
				reminded = append(reminded, l.customer)
			}
		}
		require.Len(t, reminded, 12)
		require.Less(t, last, 14, "what protects a card is not kept waiting by what reminds of a bill")
	})
}

func TestAnOutageOfAnHourIsProbedNotHammered(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bank) {
		push := app(fails(channel.Unavailable))
		defer b.run(push, sms(works))()
		for n := range 30 {
			b.suspect(fmt.Sprint("c", n))
		}
		pass(time.Minute)
		before := len(push.sent())
		for n := range 60 {
			b.suspect(fmt.Sprint("later", n))
			pass(time.Minute)
		}
		// Half open every 15 s at most, with three attempts at most; a customer a minute is what there is to try with.
		require.LessOrEqual(t, len(push.sent())-before, 120)
		push.become(works)
		pass(20 * time.Second)
		b.suspect("after")
		pass(2 * time.Second)
		require.Equal(t, []alerts.SendOutcome{alerts.Accepted}, b.recorded("after"))
	})
}

func TestAPromptIsNotSentAfterItsTime(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bank) {
		b.suspect("c1")
		pass(31 * time.Minute)
		b.apply("c1", &alerts.Receipt{}) // time passes at the desk as well
		push, texts := app(works), sms(works)
		defer b.run(push, texts)()
		pass(time.Minute)
		require.Empty(t, push.sent())
		require.Empty(t, texts.sent())
	})
}

// Which failures let the next provider of the kind have the message, at once.
func TestWhoGetsAMessageThatTheFirstProviderDidNotTake(t *testing.T) {
	for _, tc := range []struct {
		reason   channel.Reason
		reminder bool
		want     bool
	}{
		{reason: channel.Unavailable, want: true},
		{reason: channel.BadCredentials, want: true},
		{reason: channel.RateLimited, want: true},
		{reason: channel.NoAnswer, want: true}, // a second question is harmless
		{reason: channel.NoAnswer, reminder: true, want: false},
		{reason: channel.Unavailable, reminder: true, want: true},
		{reason: channel.BadAddress, want: false},
		{reason: channel.BadMessage, want: false},
		{reason: channel.Blocked, want: false},
	} {
		t.Run(fmt.Sprint(tc.reason, " reminder ", tc.reminder), func(t *testing.T) {
			inBubble(t, func(t *testing.T, b *bank) {
				first, second := app(fails(tc.reason)), app(works)
				second.name = "push2"
				defer b.run(first, second)()
				pass(2 * time.Hour)
				if tc.reminder {
					b.remind("c1")
				} else {
					b.suspect("c1")
				}
				pass(time.Second)
				require.Len(t, first.sent(), 1)
				require.Equal(t, tc.want, len(second.sent()) == 1)
			})
		})
	}
}

func TestOneNumberIsNotFlooded(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bank) {
		texts := sms(works)
		defer b.run(texts)()
		// A family of twenty shares a telephone.
		for n := range 20 {
			c := fmt.Sprint("c", n)
			b.apply(c, &alerts.Contact{Phone: "+8613800138000"})
			b.accuse(c)
		}
		pass(time.Second)
		require.Len(t, texts.sent(), 6, "at once")
		pass(time.Minute)
		require.Len(t, texts.sent(), 12, "and one every ten seconds")
	})
}

func TestAProviderThatAsksForAPauseGetsIt(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bank) {
		d := newDiary()
		push := app(func(context.Context, channel.Outgoing) error {
			return &channel.Error{Provider: "push", Reason: channel.RateLimited, RetryAfter: 20 * time.Second}
		})
		defer b.run(push)()
		b.suspect("c1")
		pass(time.Second)
		push.become(d.write)
		for n := range 5 {
			b.suspect(fmt.Sprint("more", n))
		}
		pass(15 * time.Second)
		require.Empty(t, d.all(), "for all messages, not only for the one that was refused")
		pass(10 * time.Second)
		require.Len(t, d.all(), 6)
		require.True(t, slices.ContainsFunc(d.all(), func(l line) bool { return l.customer == "c1" }))
	})
}

// What was under way when the provider began to hang has waited for one time-out; it does not wait for a second one.
func TestWhoWaitedForAHangingProviderGoesTheOtherWay(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bank) {
		push, texts := app(hangs), sms(works)
		defer b.run(push, texts)()
		for n := range 30 {
			b.suspect(fmt.Sprint("c", n))
			pass(20 * time.Millisecond)
		}
		pass(4 * time.Second)
		require.Len(t, texts.sent(), 30)
		require.Len(t, push.sent(), 30, "nobody was tried there twice")
	})
}

// When the app's provider begins to hang in a flood of 200 prompts a second, its workers are soon all waiting. Those behind them are asked by
// text as soon as the first have waited in vain.
func TestAHangingProviderHoldsAFloodUpForOneTimeOut(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bank) {
		push, texts := app(hangs), sms(works)
		defer b.run(push, texts)()
		for n := range 400 {
			b.suspect(fmt.Sprint("c", n))
			pass(5 * time.Millisecond)
		}
		pass(200 * time.Millisecond)
		require.Greater(t, len(texts.sent()), 320, "who only waited for a worker")
		require.Less(t, len(push.sent()), 64+10, "no more were given to it than it took to see")
		pass(1300 * time.Millisecond)
		require.Greater(t, len(texts.sent()), 390, "who waited for an answer")
		pass(2 * time.Second)
		require.Len(t, texts.sent(), 400, "the few who took their places")
	})
}

// A provider that is only slow is not given up: a push may take 2 s, a text message and a reminder 5 s.
func TestASlowProviderIsWaitedFor(t *testing.T) {
	after := func(d time.Duration) func(context.Context, channel.Outgoing) error {
		return func(ctx context.Context, _ channel.Outgoing) error {
			select {
			case <-time.After(d):
				return nil
			case <-ctx.Done():
				return &channel.Error{Provider: "fake", Reason: channel.NoAnswer, Err: ctx.Err()}
			}
		}
	}
	for _, tt := range []struct {
		name        string
		raise       func(*bank, string)
		push, texts time.Duration
		want        []alerts.SendOutcome
	}{
		{"a push in time", (*bank).suspect, 1900 * time.Millisecond, 0, []alerts.SendOutcome{alerts.Accepted}},
		{"a slow text message", func(b *bank, customer string) {
			b.apply(customer, &alerts.Contact{Phone: phoneOf(customer), Language: card.English})
			b.accuse(customer)
		}, 0, 4900 * time.Millisecond, []alerts.SendOutcome{alerts.Accepted}},
		{"a slow reminder", (*bank).remind, 4900 * time.Millisecond, 0, []alerts.SendOutcome{alerts.Sending, alerts.Accepted}},
	} {
		inBubble(t, func(t *testing.T, b *bank) {
			defer b.run(app(after(tt.push)), sms(after(tt.texts)))()
			tt.raise(b, "c1")
			pass(6 * time.Second)
			require.Equal(t, tt.want, b.recorded("c1"), tt.name)
		})
	}
}
