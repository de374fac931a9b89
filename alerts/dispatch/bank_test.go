package dispatch_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/alerts/channel"
	"github.com/cardwatch/cardwatch/alerts/dispatch"
	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// bank is a desk with its states in memory, as an Outbox.
type bank struct {
	t    *testing.T
	desk *alerts.Desk

	mu       sync.Mutex
	states   map[string]*alerts.State
	receipts []alerts.Receipt
	// recordFails makes Record fail, as when Kafka is away.
	recordFails bool
	// deskLags keeps recorded receipts from the desk.
	deskLags bool
	// wake tells the running dispatcher that the outbox may have changed, as the engine does after a Step.
	wake func()
}

func newBank(t *testing.T) *bank {
	desk, err := alerts.NewDesk(alerts.Defaults())
	require.NoError(t, err)
	return &bank{t: t, desk: desk, states: map[string]*alerts.State{}, wake: func() {}}
}

func now() card.Moment { return card.MomentOf(time.Now()) }

func (b *bank) apply(customer string, body card.Body) {
	b.mu.Lock()
	defer b.mu.Unlock()
	head := body.Meta()
	head.Customer = customer
	if head.At.IsZero() {
		head.At = now()
	}
	s := b.states[customer]
	if s == nil {
		s = &alerts.State{}
		b.states[customer] = s
	}
	b.desk.Step(s, card.Event{Arrived: now(), Body: body}, &alerts.Effects{})
	b.wake()
}

// suspect gives a customer a contact and an alert that asks them.
func (b *bank) suspect(customer string) {
	b.known(customer)
	b.accuse(customer)
}

// accuse raises an alert that asks the customer.
func (b *bank) accuse(customer string) {
	b.apply(customer, &detectors.Alert{
		AlertID: "alert-" + customer, Revision: 1, State: detectors.Open, Mode: detectors.Live, Severity: detectors.High,
		Card: "tok-" + customer, OccurredAt: now(), Action: detectors.ConfirmWithCustomer,
	})
}

// remind gives a customer a contact and an alert that makes a reminder.
func (b *bank) remind(customer string) {
	b.known(customer)
	b.owe(customer)
}

// owe raises an alert that makes a reminder.
func (b *bank) owe(customer string) {
	b.apply(customer, &detectors.Alert{
		AlertID: "stress-" + customer, Revision: 1, State: detectors.Open, Mode: detectors.Live, Severity: detectors.Low,
		Account: "acct-" + customer, Action: detectors.RemindMinPayment,
	})
}

func (b *bank) known(customer string) {
	b.apply(customer, &alerts.Contact{
		Phone: phoneOf(customer), PushToken: "token", Language: card.English, OffsetMinutes: 480,
		Consent: alerts.Consent{SMS: true, Push: true, Profiling: true},
	})
}

// phoneOf is a telephone of the customer's own.
func phoneOf(customer string) alerts.Phone {
	h := fnv.New32a()
	h.Write([]byte(customer))
	return alerts.Phone(fmt.Sprintf("+86199%08d", h.Sum32()%100_000_000))
}

func (b *bank) Pending(_ context.Context, kind alerts.ChannelKind, at card.Moment, limit int) ([]dispatch.Row, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	type due struct {
		row   dispatch.Row
		order uint64
	}
	var list []due
	for customer, s := range b.states {
		for _, m := range s.Messages {
			if m.Waiting() && m.Channel == kind && !at.Before(m.DueAt) {
				list = append(list, due{dispatch.Row{Customer: customer, MessageID: m.ID}, alerts.OutboxOrder(m.Purpose.Urgency(), m.DueAt.UnixMilli)})
			}
		}
	}
	slices.SortFunc(list, func(x, y due) int { return cmp.Compare(x.order, y.order) })
	var rows []dispatch.Row
	for _, d := range list[:min(len(list), limit)] {
		rows = append(rows, d.row)
	}
	return rows, nil
}

func (b *bank) State(_ context.Context, customer string) (*alerts.State, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	s := new(alerts.State)
	return s, s.UnmarshalBinary(b.states[customer].AppendBinary(nil))
}

func (b *bank) record(_ context.Context, r alerts.Receipt) error {
	b.mu.Lock()
	failing, lags := b.recordFails, b.deskLags
	if !failing {
		b.receipts = append(b.receipts, r)
	}
	b.mu.Unlock()
	if failing {
		return errors.New("no broker")
	}
	if !lags {
		b.apply(r.Customer, &r)
	}
	return nil
}

// broker takes Kafka away or gives it back.
func (b *bank) broker(away bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.recordFails = away
}

func (b *bank) recorded(customer string) []alerts.SendOutcome {
	b.mu.Lock()
	defer b.mu.Unlock()
	var outcomes []alerts.SendOutcome
	for _, r := range b.receipts {
		if r.Customer == customer {
			outcomes = append(outcomes, r.Outcome)
		}
	}
	return outcomes
}

func (b *bank) lastReason() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.receipts[len(b.receipts)-1].Reason
}

// run starts a dispatcher and gives the function that stops it.
func (b *bank) run(channels ...channel.Channel) (stop func()) {
	b.t.Helper()
	var providers []dispatch.Provider
	for _, ch := range channels {
		providers = append(providers, dispatch.Provider{Channel: ch})
	}
	return b.runLimited(providers...)
}

// runLimited is run for providers that may not be given any number of messages.
func (b *bank) runLimited(providers ...dispatch.Provider) (stop func()) {
	b.t.Helper()
	metrics, err := dispatch.NewMetrics(prometheus.NewRegistry())
	require.NoError(b.t, err)
	d, err := dispatch.New(dispatch.Config{
		Policy: b.desk.Policy(), Channels: providers, Outbox: b, Record: b.record, Now: now, Metrics: metrics,
		Log: slog.New(slog.DiscardHandler), Seed: 1,
	})
	require.NoError(b.t, err)
	b.wake = d.Wake
	ctx, cancel := context.WithCancel(b.t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		d.Run(ctx)
	}()
	return func() {
		cancel()
		<-done
	}
}

// provider is a channel whose answer the test decides.
type provider struct {
	name   string
	kind   alerts.ChannelKind
	answer func(ctx context.Context, m channel.Outgoing) error

	mu    sync.Mutex
	calls []channel.Outgoing
}

func (p *provider) Name() string             { return p.name }
func (p *provider) Kind() alerts.ChannelKind { return p.kind }

func (p *provider) Send(ctx context.Context, m channel.Outgoing) (channel.Accepted, error) {
	p.mu.Lock()
	p.calls = append(p.calls, m)
	n, answer := len(p.calls), p.answer
	p.mu.Unlock()
	if err := answer(ctx, m); err != nil {
		return channel.Accepted{}, err
	}
	return channel.Accepted{ProviderMessageID: fmt.Sprint(p.name, "-", n)}, nil
}

func (p *provider) become(answer func(ctx context.Context, m channel.Outgoing) error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.answer = answer
}

func (p *provider) sent() []channel.Outgoing {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]channel.Outgoing(nil), p.calls...)
}

func works(context.Context, channel.Outgoing) error { return nil }

func hangs(ctx context.Context, _ channel.Outgoing) error {
	<-ctx.Done()
	return &channel.Error{Provider: "fake", Reason: channel.NoAnswer, Err: ctx.Err()}
}

func fails(reason channel.Reason) func(context.Context, channel.Outgoing) error {
	return func(context.Context, channel.Outgoing) error { return &channel.Error{Provider: "fake", Reason: reason} }
}

func app(answer func(context.Context, channel.Outgoing) error) *provider {
	return &provider{name: "push", kind: alerts.App, answer: answer}
}

func sms(answer func(context.Context, channel.Outgoing) error) *provider {
	return &provider{name: "gateway", kind: alerts.SMS, answer: answer}
}

// inBubble runs a test in fake time, from 08:00 in China.
func inBubble(t *testing.T, test func(t *testing.T, b *bank)) {
	synctest.Test(t, func(t *testing.T) { test(t, newBank(t)) })
}

// pass lets fake time go by until everything that is due has happened.
func pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}
