// Package dispatch sends what waits in the outbox: it is the only code path that reaches a customer.
//
// One lane per channel kind claims rows in order of urgency, asks the contact rules again with the fresh state, renders, and
// calls the provider through its circuit breaker. Lanes share nothing, so a dead app provider delays no text message; nothing
// here is on the way of a transaction, so a dead provider delays no alert.
//
// A Dispatcher keeps no durable state of its own. What it did is a receipt, which the desk applies, and which takes the row
// out of the outbox. A crash between a send and its receipt therefore sends again under the same message id, except for
// messages that must not go out twice: those are claimed first by a receipt "sending", sent once the desk has applied the claim, and what
// a crash leaves claimed ends as "unknown". For this to hold, the outbox lists a row only after the desk has applied every receipt that
// was recorded before it came to own the row.
package dispatch

import (
	"context"
	cryptorand "crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/alerts/channel"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// Outbox is the desk's store as the dispatcher sees it.
type Outbox interface {
	// Pending lists at most limit rows of a channel that are due at now: the most urgent first, and among equals the one due first.
	Pending(ctx context.Context, kind alerts.ChannelKind, now card.Moment, limit int) ([]Row, error)
	// State reads a customer's newest state. The caller may keep it.
	State(ctx context.Context, customer string) (*alerts.State, error)
}

// Row names one message in the outbox.
type Row struct{ Customer, MessageID string }

// Config is what a Dispatcher needs; every field but Link must be set.
type Config struct {
	Policy alerts.Policy
	// Channels are the providers; of those of one kind, the first that can take a message gets it.
	Channels []Provider
	Outbox   Outbox
	// Link is the signed address on which a customer answers a prompt or sees an offer, "" for messages without one; nil gives the app none.
	Link func(s *alerts.State, m *alerts.Message) string
	// Record makes a receipt durable. It returns once the receipt cannot be lost.
	Record func(context.Context, alerts.Receipt) error
	// Now is the desk's time, by which messages fall due and expire.
	Now     func() card.Moment
	Metrics *Metrics
	Log     *slog.Logger
	// Seed makes the spread of retries repeatable.
	Seed uint64
}

// Provider is a channel, and how much it may be given.
type Provider struct {
	channel.Channel
	// PerSecond is how many attempts a second the provider allows; 0 is any number.
	PerSecond float64
	// Platforms are the devices that it reaches, "" standing for one whose platform nobody has told; none is all.
	Platforms []alerts.PushPlatform
}

const (
	// callTimeout ends an attempt that its provider does not answer.
	callTimeout = 5 * time.Second
	// promptTimeout does so for a prompt to the app. Push services answer in well under a second, and a text message can still ask: nobody,
	// nor whoever waits for a worker meanwhile, should wait longer. A text message has no other way, and gets callTimeout.
	promptTimeout = 2 * time.Second
	// workers bounds the attempts under way in one lane: 300 messages a second at a provider that takes 200 ms. A breaker counts an attempt
	// in the second in which it began, so one round of attempts that hang has to hold more than the ten that trip it.
	workers = 64
	// pollEvery finds rows whose time has come when nobody called Wake.
	pollEvery = time.Second
	// batch is how many rows a lane looks at at a time.
	batch = 256
)

// Dispatcher sends from an outbox. Its methods may be called by many goroutines at once.
type Dispatcher struct {
	lanes []*lane
}

// New makes a dispatcher with a lane for the app and one for text messages, or says which fields are missing.
func New(cfg Config) (*Dispatcher, error) {
	var problems []error
	for name, missing := range map[string]bool{
		"Outbox": cfg.Outbox == nil, "Record": cfg.Record == nil, "Now": cfg.Now == nil, "Metrics": cfg.Metrics == nil, "Log": cfg.Log == nil,
	} {
		if missing {
			problems = append(problems, fmt.Errorf("dispatch: Config.%s is not set", name))
		}
	}
	if err := cfg.Policy.Validate(); err != nil {
		problems = append(problems, err)
	}
	if err := errors.Join(problems...); err != nil {
		return nil, err
	}
	d, process := &Dispatcher{}, cryptorand.Text()[:12]
	for n, kind := range []alerts.ChannelKind{alerts.App, alerts.SMS} {
		l := &lane{
			cfg: cfg, kind: kind, process: process, wake: make(chan struct{}, 1), ended: make(chan result),
			jobs: map[string]*job{}, rng: rand.New(rand.NewPCG(cfg.Seed, uint64(n))),
		}
		for _, ch := range cfg.Channels {
			if ch.Kind() == kind {
				l.providers = append(l.providers, newProvider(ch, cfg.Metrics))
			}
		}
		d.lanes = append(d.lanes, l)
	}
	return d, nil
}

// Wake makes every lane look at the outbox now. It never blocks.
func (d *Dispatcher) Wake() {
	for _, l := range d.lanes {
		select {
		case l.wake <- struct{}{}:
		default:
		}
	}
}

// Run sends until ctx ends, then cancels the attempts under way, waits for them and returns. It may be called once.
func (d *Dispatcher) Run(ctx context.Context) {
	var running sync.WaitGroup
	for _, l := range d.lanes {
		running.Go(func() { l.run(ctx) })
	}
	running.Wait()
}
