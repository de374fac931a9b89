package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"

	"github.com/cardwatch/cardwatch/cmd/internal/config"
	"github.com/cardwatch/cardwatch/detectors/lifecycle"
	"github.com/cardwatch/cardwatch/stream/kafka"
	"github.com/cardwatch/cardwatch/stream/wire"
)

// Office is where people act on rule sets, from the command line or at the console. Act, Refresh and View may be called at the same time.
type Office struct {
	control  string
	producer *kafka.Producer
	// reading is full while somebody reads the topic; the book itself is guarded by mu, so that looking at it waits for no broker.
	reading chan struct{}
	mu      sync.Mutex
	book    *ruleBook
}

func newOffice(client *kafka.Client, producer *kafka.Producer, control string, log *slog.Logger) *Office {
	return &Office{control: control, producer: producer, reading: make(chan struct{}, 1), book: newRuleBook(client, log)}
}

// OpenOffice reads the life cycle of the rule sets. Whoever got no error has to Close.
func OpenOffice(ctx context.Context, cfg *config.Config, log *slog.Logger) (o *Office, err error) {
	client, err := Connect(cfg, log)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, client.Close())
		}
	}()
	if err := checkRuleTopic(ctx, client); err != nil {
		return nil, err
	}
	producer, err := client.Producer(ctx, "")
	if err != nil {
		return nil, err
	}
	o = newOffice(client, producer, cfg.RulesControl, log)
	return o, o.Refresh(ctx)
}

// Book is how things stand, for whoever is alone in the office; it is not to be changed.
func (o *Office) Book() *lifecycle.Book { return &o.book.Book }

// View shows how things stand; the book is not to be changed, nor kept.
func (o *Office) View(look func(*lifecycle.Book)) {
	o.mu.Lock()
	defer o.mu.Unlock()
	look(&o.book.Book)
}

// Refresh reads what others have done since.
func (o *Office) Refresh(ctx context.Context) error {
	select {
	case o.reading <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-o.reading }()
	return o.book.catchUp(ctx, func(batch *kafka.Batch) {
		o.mu.Lock()
		defer o.mu.Unlock()
		o.book.apply(batch)
	})
}

// follow refreshes until ctx ends, so that nobody who only looks has to wait for the broker.
func (o *Office) follow(ctx context.Context) error {
	for ctx.Err() == nil {
		if err := o.Refresh(ctx); err != nil && ctx.Err() == nil {
			o.book.log.Error("the rules' life cycle cannot be read on; what is shown of it is old", "error", err)
		}
		pause(ctx, qualityEvery)
	}
	return nil
}

// Act writes an act, unless it would have no effect or somebody else was faster; a *lifecycle.RefusedError then says why. Stop and Resume are
// about the live set, whichever that is.
func (o *Office) Act(ctx context.Context, e lifecycle.Event) error {
	if err := o.check(&e); err != nil {
		return err
	}
	if err := sendRuleEvent(ctx, o.producer, &e); err != nil {
		var reject *wire.RejectError
		if errors.As(err, &reject) {
			return &lifecycle.RefusedError{Why: lifecycle.Unwritable, Text: err.Error()}
		}
		return err
	}
	if err := o.Refresh(ctx); err != nil {
		return err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.book.Applied(e.ID) {
		return nil
	}
	r := o.book.Refuses(&e)
	return &lifecycle.RefusedError{Why: r, Text: "somebody else was faster: " + o.book.Explain(&e, r)}
}

// check says why an act is refused before it is written: by the book, or for what the book does not know.
func (o *Office) check(e *lifecycle.Event) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	refused := func(why lifecycle.Refusal, format string, args ...any) error {
		return &lifecycle.RefusedError{Why: why, Text: fmt.Sprintf(format, args...)}
	}
	switch e.Verb {
	case lifecycle.Stop, lifecycle.Resume:
		live := o.book.Live()
		if live == nil {
			return refused(lifecycle.NothingLive, "no set is live yet")
		}
		e.Set = live.Version
		if names, err := RuleNames(live.Text); err == nil && !slices.Contains(names, e.Rule) {
			return refused(lifecycle.UnknownRule, "set %s has no rule %q; it has %s", live.Version, e.Rule, strings.Join(names, ", "))
		}
	case lifecycle.GoLive, lifecycle.Rollback:
		if o.control != config.ControlFourEyes {
			return refused(lifecycle.DecidedByFiles,
				"rules_control is %s: every process decides by its own rules; change them there and send SIGHUP", o.control)
		}
	}
	if r := o.book.Refuses(e); r != "" {
		return refused(r, "%s", o.book.Explain(e, r))
	}
	switch e.Verb {
	case lifecycle.Shadow, lifecycle.Approve, lifecycle.GoLive:
		// Processes that cannot decide by a set would stay with the one before.
		if err := CheckSet(o.book.Set(e.Set).Text); err != nil {
			return refused(lifecycle.Unusable, "%s", err.Error())
		}
	}
	return nil
}

// Close lets go of the connections.
func (o *Office) Close() error { return o.book.client.Close() }
