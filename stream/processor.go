package stream

import (
	"slices"

	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/store"
	"github.com/cardwatch/cardwatch/stream/kafka"
	"github.com/cardwatch/cardwatch/stream/wire"
)

// Processor folds the events of one customer into a state S. It is pure: no I/O, no clock, no goroutine.
type Processor[S any] interface {
	// Spec names the processor and its topics.
	Spec() Spec
	// Step applies one event to a customer's state and adds what follows to out. It returns "" or, when the event must go to
	// the dead letters, the reason.
	Step(s *S, ev card.Event, out *Outputs) (reject string)
	// NextWake is when the state next asks for a Tick; the zero Moment when it does not.
	NextWake(s *S) card.Moment
	// AppendState appends the state's binary form.
	AppendState(dst []byte, s *S) []byte
	// LoadState is the reverse of AppendState. The bytes are valid during the call only.
	LoadState(state []byte, s *S) error
	// Index appends the secondary index rows that follow from the state; none for a processor that nobody queries.
	Index(s *S, rows []store.Row) []store.Row
}

// Spec is what the engine has to know about a processor.
type Spec struct {
	// Name is in metrics, consumer groups and transactional ids.
	Name string
	// Tag keeps the processor's keys apart in the store; it must never change.
	Tag byte
	// Inputs are the topics read, all with the same number of partitions. Records with equal append times apply in this order. One that a
	// later release brings comes last, and only to a processor without Later outputs.
	Inputs []string
	// Overheard are those inputs that another processor answers for: a record of theirs that is no good is passed over here, and stands in the
	// dead letters once.
	Overheard []string
	// Outputs are the topics that Step writes to; the dead letters of the inputs come on top.
	Outputs []string
	// Later are outputs that a later release brought: behind the dead letters, since a progress remembers its topics by their place.
	Later []string
	// Indexed says that Index gives rows.
	Indexed bool
	// Level is the newest format level that the processor knows; 0 means store.Level, this release's.
	Level byte
}

// Written lists every topic that a partition of the processor writes to, except its changelog.
func (s *Spec) Written() []string {
	topics := slices.Clone(s.Outputs)
	for _, input := range s.Inputs {
		if !slices.Contains(s.Overheard, input) {
			topics = append(topics, wire.DeadLetter(input))
		}
	}
	return append(topics, s.Later...)
}

// fit makes room in a progress for the inputs and outputs that the release which wrote it did not have: nothing was read of the former,
// nothing stands in the latter.
func (s *Spec) fit(p *store.Progress) {
	for len(p.Next) < len(s.Inputs) {
		p.Next, p.Last = append(p.Next, kafka.Earliest), append(p.Last, store.Anchor{Offset: -1})
	}
	if missing := len(s.Written()) - len(p.Outputs); missing > 0 {
		p.Outputs = append(p.Outputs, make([]int64, missing)...)
	}
}

// Outputs collects the records that follow from a batch of events.
type Outputs struct {
	messages  []kafka.Message
	partition int32
	now       int64
}

// Add appends a record for a customer. It goes to the partition that is being processed, which is the customer's own since
// all topics are co-partitioned. The value is kept, not copied.
func (o *Outputs) Add(topic, customer string, value []byte) {
	o.messages = append(o.messages, kafka.Message{
		Topic: topic, Partition: o.partition, Key: []byte(customer), Value: value, Timestamp: o.now,
	})
}

// Len is the number of records waiting.
func (o *Outputs) Len() int { return len(o.messages) }

func (o *Outputs) truncate(n int) { o.messages = o.messages[:n] }
