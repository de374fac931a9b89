package backtest

import (
	"cmp"
	"errors"
	"fmt"
	"hash/maphash"
	"strings"

	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/stream/wire"
)

// record is one record of a history on its way to a lane.
type record struct {
	topic      string
	key, value []byte
	arrived    int64
	partition  int32
	offset     int64
	headers    []wire.Header
	// unkeyed says that it comes from a file.
	unkeyed bool
}

// lane applies the records of its customers, one after the other.
type lane struct {
	cfg      *Config
	monitor  *detectors.Monitor
	from, to int64
	decoder  wire.Decoder
	// customers hold their states in binary form: decoded ones take ten times the room, and the detour costs less than the decoding
	// of a record.
	customers map[string]*customer
	state     detectors.State
	effects   detectors.Effects
	// now is when the newest record arrived, first when the first transaction did.
	now, first int64

	counts
	live, draft notes
	// answers are the verdicts by alert id.
	answers map[string]card.Verdict
	// attacks are when the labelled attacks began.
	attacks map[string]int64
}

type customer struct {
	state []byte
	// wake is when the state asks for a tick, in Unix milliseconds; 0 for never.
	wake int64
}

// counts are the records that were counted.
type counts struct {
	records, refused map[string]int64
	transactions     int64
	// began and ended are the first and the last counted arrival.
	began, ended int64
	cards        map[uint64]struct{}
}

// seed makes the same cards the same in every lane.
var seed = maphash.MakeSeed()

func newLane(cfg *Config, pair *detectors.Monitor) *lane {
	l := &lane{
		cfg: cfg, monitor: pair, customers: map[string]*customer{}, answers: map[string]card.Verdict{},
		counts: counts{records: map[string]int64{}, refused: map[string]int64{}, cards: map[uint64]struct{}{}},
		live:   notes{}, draft: notes{}, attacks: map[string]int64{},
	}
	l.from, l.to = cfg.bounds()
	return l
}

// apply decodes a record as a monitor would and steps its customer.
func (l *lane) apply(r *record) error {
	l.now = max(l.now, r.arrived)
	if l.first == 0 && r.topic == wire.TransactionTopic {
		l.first = r.arrived
	}
	l.records[r.topic]++
	arrived := l.cfg.moment(r.arrived)
	body, _, err := l.decoder.Decode(wire.Record{
		Topic: r.topic, Key: r.key, Value: r.value, Headers: r.headers, Arrived: arrived, Unkeyed: r.unkeyed,
	})
	var bad *wire.RejectError
	if errors.As(err, &bad) {
		l.refused[bad.Label()]++
		return nil
	}
	if err != nil {
		return failed(fmt.Sprintf("decode %s[%d]@%d", r.topic, r.partition, r.offset), err)
	}
	c := l.open(body.Meta().Customer)
	if err := l.load(c); err != nil {
		return err
	}
	if err := l.wake(c, body.Meta().Customer, r.arrived); err != nil {
		return err
	}
	switch b := body.(type) {
	case *card.Feedback:
		l.answers[strings.Clone(b.AlertID)] = b.Verdict
	case *card.Transaction:
		l.count(r.arrived, b)
	}
	l.step(c, card.Event{Arrived: arrived, Source: card.Source{Topic: r.topic, Partition: r.partition, Offset: r.offset}, Body: body})
	if l.effects.Admission == detectors.Conflict {
		l.refused[string(wire.EventIDConflict)]++
	}
	l.keep(c)
	return nil
}

func (l *lane) count(arrived int64, t *card.Transaction) {
	if attack, labelled := l.cfg.Frauds[t.ID]; labelled {
		name := cmp.Or(attack, t.Card)
		if _, known := l.attacks[name]; !known {
			l.attacks[strings.Clone(name)] = arrived
		}
	}
	if arrived < l.from {
		return
	}
	if l.began == 0 {
		l.began = arrived
	}
	l.began, l.ended = min(l.began, arrived), max(l.ended, arrived)
	l.transactions++
	l.cards[maphash.String(seed, t.Card)] = struct{}{}
}

// finish wakes every customer who is due by the end of the history.
func (l *lane) finish(end int64) error {
	for name, c := range l.customers {
		if c.wake == 0 || c.wake > end {
			continue
		}
		if err := l.load(c); err != nil {
			return err
		}
		if err := l.wake(c, name, end); err != nil {
			return err
		}
	}
	l.customers = nil
	return nil
}

func (l *lane) open(name string) *customer {
	c := l.customers[name]
	if c == nil {
		c = &customer{}
		l.customers[strings.Clone(name)] = c
	}
	return c
}

func (l *lane) load(c *customer) error {
	if c.state == nil {
		l.state.Reset()
		return nil
	}
	if err := l.state.UnmarshalBinary(c.state); err != nil {
		return failed("read a state back", err)
	}
	return nil
}

func (l *lane) keep(c *customer) { c.state = l.state.AppendBinary(c.state[:0]) }

// wake lets the time up to now pass for the customer in hand.
func (l *lane) wake(c *customer, name string, now int64) error {
	for c.wake != 0 && c.wake <= now {
		due := c.wake
		at := l.cfg.moment(due)
		l.step(c, card.Event{Arrived: at, Body: &card.Tick{Head: card.Head{Customer: name, At: at}}})
		if c.wake != 0 && c.wake <= due {
			return fmt.Errorf("backtest: a state asks to be woken at %s although that has passed: a defect in NextWake", at)
		}
	}
	return nil
}

func (l *lane) step(c *customer, ev card.Event) {
	l.effects.Reset()
	l.monitor.Step(&l.state, ev, &l.effects)
	c.wake = 0
	if wake := l.monitor.NextWake(&l.state); !wake.IsZero() {
		c.wake = wake.UnixMilli
	}
	for i := range l.effects.Alerts {
		a := &l.effects.Alerts[i]
		l.live.add(a, l.from)
		if l.cfg.Alert != nil {
			l.cfg.Alert(a)
		}
	}
	for i := range l.effects.Shadow {
		l.draft.add(&l.effects.Shadow[i], l.from)
	}
}
