package stream

import (
	"errors"
	"slices"
	"sync"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// Outbox is the desk's outbox index as a sender reads it, many times a second. Make one with NewOutbox; it is safe for concurrent use.
//
// Rows leave at the front, and what has left lies there as a deletion until the store compacts: from the beginning, each look would pass
// over everything that was sent in the last minutes. So a look begins where the last one found its first row, and once a second one
// begins at the beginning, for the row that was due before and has come late.
type Outbox struct {
	view View

	mu    sync.Mutex
	heads map[class]head
}

// NewOutbox reads an outbox through a view. Its Only should list the partitions that this process owns and has caught up with: elsewhere a
// receipt may lie unread.
func NewOutbox(view View) *Outbox { return &Outbox{view: view, heads: map[class]head{}} }

type class struct {
	kind    alerts.ChannelKind
	purpose alerts.Purpose
}

// head is where a class of messages begins, in Unix milliseconds, and when that was last looked up from the beginning.
type head struct{ from, since int64 }

const (
	// lookBack is how much before the last look a new row may be due and still be found by the next: a message is due when its cause came
	// to Kafka, and its row is there as soon as the desk has applied that. One that is later waits for the look of fullEvery.
	lookBack  = 5_000
	fullEvery = 1_000
)

// Due gives at most limit messages that wait to go over a channel: class of urgency by class, and in each the one due first.
func (o *Outbox) Due(kind alerts.ChannelKind, now card.Moment, limit int) (due []Entry, err error) {
	for _, p := range []alerts.Purpose{alerts.FraudPrompt, alerts.FraudAnswer, alerts.Service} {
		if len(due) == limit {
			break
		}
		h := o.head(class{kind, p}, now.UnixMilli)
		from, until := alerts.OutboxOrder(p.Urgency(), h.from), alerts.OutboxOrder(p.Urgency(), now.UnixMilli+1)
		rows, err := o.view.Below(alerts.IndexOutbox, string(kind), from, until, limit-len(due))
		if err != nil {
			return nil, err
		}
		h.from = max(now.UnixMilli-lookBack, 0)
		if len(rows) > 0 {
			h.from = min(h.from, int64(rows[0].Order-alerts.OutboxOrder(p.Urgency(), 0)))
		}
		o.remember(class{kind, p}, h)
		due = append(due, rows...)
	}
	return due, nil
}

// head is where to begin now: at the beginning when that is due, or when the clock has been set back.
func (o *Outbox) head(c class, now int64) head {
	o.mu.Lock()
	defer o.mu.Unlock()
	h := o.heads[c]
	if now-h.since >= fullEvery || now < h.since {
		return head{since: now}
	}
	return h
}

func (o *Outbox) remember(c class, h head) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.heads[c] = h
}

// State reads a customer's newest state: an empty one when another process has the customer now.
func (o *Outbox) State(customer string) (*alerts.State, error) {
	if o.view.Only != nil && !slices.Contains(o.view.Only(), o.view.PartitionOf(customer)) {
		return &alerts.State{}, nil
	}
	state, err := o.view.Desk(customer)
	if errors.Is(err, ErrNotFound) {
		return &alerts.State{}, nil
	}
	return state, err
}
