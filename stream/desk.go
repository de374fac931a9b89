package stream

import (
	"bytes"
	"encoding/binary"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/store"
	"github.com/cardwatch/cardwatch/stream/wire"
)

// Desk hosts the alerts package: findings, answers and acts of staff in; feedback, card actions and what was agreed in collecting out. Cases, queues and the
// outbox are indexes of its states.
type Desk struct {
	core    *alerts.Desk
	effects alerts.Effects
	observe func(*alerts.Effects)
}

// NewDesk wraps the pure core for one partition; observe, which may be nil, sees the effects of every step.
func NewDesk(core *alerts.Desk, observe func(*alerts.Effects)) *Desk {
	return &Desk{core: core, observe: observe}
}

// Spec names the desk's topics. How a customer may be reached comes before what there is to say. Payments, by which promises and plans
// are judged, came with a later release and so stand last: a progress remembers its inputs by their place.
func (d *Desk) Spec() Spec {
	return Spec{Name: "desk", Tag: DeskTag, Inputs: []string{
		wire.ContactTopic, wire.AlertTopic, wire.CollectionTopic, wire.ReplyTopic, wire.CommandTopic, wire.ReceiptTopic, wire.TickTopic,
		wire.PaymentTopic,
	}, Overheard: []string{wire.PaymentTopic}, Outputs: []string{wire.FeedbackTopic, wire.CardActionTopic}, Later: []string{wire.ConductTopic}, Indexed: true}
}

// Step applies one event. Nothing is rejected: a command that does not fit is refused, which is an effect.
func (d *Desk) Step(s *alerts.State, ev card.Event, out *Outputs) string {
	d.effects.Reset()
	d.core.Step(s, ev, &d.effects)
	for i := range d.effects.Feedback {
		f := &d.effects.Feedback[i]
		out.Add(wire.FeedbackTopic, f.Customer, wire.AppendFeedback(nil, f))
	}
	for i := range d.effects.CardActions {
		a := &d.effects.CardActions[i]
		out.Add(wire.CardActionTopic, a.Customer, wire.AppendCardAction(nil, a))
	}
	for i := range d.effects.Conduct {
		c := &d.effects.Conduct[i]
		out.Add(wire.ConductTopic, c.Customer, wire.AppendConduct(nil, c))
	}
	if d.observe != nil {
		d.observe(&d.effects)
	}
	return ""
}

// NextWake is when a prompt climbs or expires, a lease ends or a message falls due.
func (d *Desk) NextWake(s *alerts.State) card.Moment { return d.core.NextWake(s) }

// AppendState appends the state's binary form.
func (d *Desk) AppendState(dst []byte, s *alerts.State) []byte { return s.AppendBinary(dst) }

// LoadState is the reverse of AppendState.
func (d *Desk) LoadState(state []byte, s *alerts.State) error { return s.UnmarshalBinary(state) }

// Index turns the state's rows into keys that sort as the desk reads them; every row leads to its customer. The customer is in the key
// too: two of them may share a telephone, or an account.
func (d *Desk) Index(s *alerts.State, rows []store.Row) []store.Row {
	s.Index(func(r alerts.IndexRow) {
		key := append(IndexPrefix(r.Group), binary.BigEndian.AppendUint64(nil, r.Order)...)
		key = append(append(append(key, r.Key...), 0), s.Customer...)
		rows = append(rows, store.Row{Index: IndexTag(r.Kind), Key: key, Value: []byte(s.Customer)})
	})
	return rows
}

// IndexTag is the store's tag of a desk index. A tag never changes its meaning.
func IndexTag(kind alerts.IndexKind) byte {
	switch kind {
	case alerts.IndexCases:
		return 1
	case alerts.IndexQueue:
		return 2
	case alerts.IndexOutbox:
		return 3
	case alerts.IndexCase:
		return 4
	case alerts.IndexPrompt:
		return 5
	case alerts.IndexPhone:
		return 6
	case alerts.IndexProvider:
		return 7
	case alerts.IndexInstalment:
		return 8
	default:
		return 0
	}
}

// IndexPrefix is how the keys of one group of an index begin.
func IndexPrefix(group string) []byte { return append([]byte(group), 0) }

// LookupKey is how the keys of the rows begin that are looked up by an id and have neither group nor order: one row per customer.
func LookupKey(id string) []byte {
	return append(append(append(IndexPrefix(""), make([]byte, 8)...), id...), 0)
}

// RowKey takes the id back out of a row's key.
func RowKey(group string, key []byte) string {
	id, _, _ := bytes.Cut(key[len(group)+1+8:], []byte{0})
	return string(id)
}

// RowOrder takes the order back out of a row's key.
func RowOrder(group string, key []byte) uint64 { return binary.BigEndian.Uint64(key[len(group)+1:]) }
