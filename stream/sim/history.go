package sim

import (
	"encoding/binary"
	"errors"
	"hash/fnv"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/store"
	"github.com/cardwatch/cardwatch/stream"
	"github.com/cardwatch/cardwatch/stream/wire"
)

// kept is a processor's state together with the events that made it, in order. It is stored, moved and rebuilt as one, so the
// list is what the state has truly seen, whatever happened on the way.
type kept[S any] struct {
	state S
	past  []seen
}

// seen is one event: its topic, its append time, and a hash of its id. For a wake-up the time is when it was due. rules is the
// version of those that decided.
type seen struct {
	topic string
	at    int64
	id    uint64
	rules byte
}

// is reports whether it is the same event, whatever the rules.
func (s seen) is(o seen) bool { return s.topic == o.topic && s.at == o.at && s.id == o.id }

// topics are the input topics of both processors; a topic's index is its code in a stored list.
var topics = []string{
	wire.CustomerTopic, wire.FeedbackTopic, wire.StatementTopic, wire.PaymentTopic, wire.TransactionTopic, wire.ContactTopic,
	wire.AlertTopic, wire.CollectionTopic, wire.ReplyTopic, wire.CommandTopic, wire.ReceiptTopic, wire.TickTopic,
}

func topicOf(body card.Body) string {
	switch body.(type) {
	case *card.Customer:
		return wire.CustomerTopic
	case *card.Feedback:
		return wire.FeedbackTopic
	case *card.Statement:
		return wire.StatementTopic
	case *card.Payment:
		return wire.PaymentTopic
	case *card.Transaction:
		return wire.TransactionTopic
	case *alerts.Contact:
		return wire.ContactTopic
	case *detectors.Alert:
		return wire.AlertTopic
	case *detectors.Collection:
		return wire.CollectionTopic
	case *alerts.Reply:
		return wire.ReplyTopic
	case *alerts.Command:
		return wire.CommandTopic
	case *alerts.Receipt:
		return wire.ReceiptTopic
	default:
		return wire.TickTopic
	}
}

func seenOf(ev card.Event) seen {
	hash := fnv.New64a()
	hash.Write([]byte(ev.Body.Meta().ID))
	return seen{topic: topicOf(ev.Body), at: ev.Arrived.UnixMilli, id: hash.Sum64()}
}

// historian is a processor that keeps lists; everything else is the real processor's.
type historian[S any] struct {
	inner stream.Processor[S]
	rules byte
}

// Spec implements stream.Processor.
func (h historian[S]) Spec() stream.Spec { return h.inner.Spec() }

// Step implements stream.Processor.
func (h historian[S]) Step(s *kept[S], ev card.Event, out *stream.Outputs) string {
	event := seenOf(ev)
	event.rules = h.rules
	s.past = append(s.past, event)
	return h.inner.Step(&s.state, ev, out)
}

// NextWake implements stream.Processor.
func (h historian[S]) NextWake(s *kept[S]) card.Moment { return h.inner.NextWake(&s.state) }

// Index implements stream.Processor.
func (h historian[S]) Index(s *kept[S], rows []store.Row) []store.Row {
	return h.inner.Index(&s.state, rows)
}

// AppendState implements stream.Processor: the list, then the state.
func (h historian[S]) AppendState(dst []byte, s *kept[S]) []byte {
	dst = binary.AppendUvarint(dst, uint64(len(s.past)))
	at := int64(0)
	for _, e := range s.past {
		code := 0
		for topics[code] != e.topic {
			code++
		}
		dst = append(dst, byte(code), e.rules)
		dst = binary.AppendVarint(dst, e.at-at)
		dst = binary.LittleEndian.AppendUint64(dst, e.id)
		at = e.at
	}
	return h.inner.AppendState(dst, &s.state)
}

// LoadState implements stream.Processor.
func (h historian[S]) LoadState(b []byte, s *kept[S]) error {
	past, rest, err := readPast(b, s.past[:0])
	if err != nil {
		return err
	}
	s.past = past
	return h.inner.LoadState(rest, &s.state)
}

var errPast = errors.New("sim: the list of events before a state is damaged")

func readPast(b []byte, past []seen) (list []seen, state []byte, err error) {
	count, n := binary.Uvarint(b)
	if n <= 0 {
		return nil, nil, errPast
	}
	b = b[n:]
	at := int64(0)
	for range count {
		if len(b) < 2 || int(b[0]) >= len(topics) {
			return nil, nil, errPast
		}
		step, n := binary.Varint(b[2:])
		if n <= 0 || len(b) < 2+n+8 {
			return nil, nil, errPast
		}
		at += step
		past = append(past, seen{topic: topics[b[0]], rules: b[1], at: at, id: binary.LittleEndian.Uint64(b[2+n:])})
		b = b[2+n+8:]
	}
	return past, b, nil
}
