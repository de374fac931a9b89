package stream

import (
	"hash/maphash"

	"github.com/cardwatch/cardwatch/store"
	"github.com/cardwatch/cardwatch/stream/kafka"
)

// Tail is what a predecessor did after the progress that the store knows: the outputs that it sent, and in which order it applied
// what led to them. The zero Tail is nothing.
type Tail struct {
	seed maphash.Seed
	// sent counts the outputs by their hash.
	sent   map[uint64]int
	script script
	// until holds, per input, the end of the log when the predecessor was fenced.
	until []int64
	// ends holds, per output topic, the end of the log then: what is made after the replay stands behind it.
	ends []int64
}

// sentBefore notes an output that stands in the log.
func (l *Tail) sentBefore(m *kafka.Message) {
	if l.sent == nil {
		l.seed, l.sent = maphash.MakeSeed(), make(map[uint64]int)
	}
	l.sent[l.hash(m)]++
}

// hash tells outputs apart by their content: made again from the same records, an output is the same byte for byte. Dead letters of
// records that were repeated have the same content and differ in the offset that they name.
func (l *Tail) hash(m *kafka.Message) uint64 {
	var h maphash.Hash
	h.SetSeed(l.seed)
	add := func(part []byte) {
		maphash.WriteComparable(&h, len(part))
		_, _ = h.Write(part)
	}
	add([]byte(m.Topic))
	add(m.Key)
	add(m.Value)
	for _, header := range m.Headers {
		if header.Key == deadOffset {
			add(header.Value)
		}
	}
	return h.Sum64()
}

// unsent leaves out the messages that stand in the log already.
func (l *Tail) unsent(messages []kafka.Message) []kafka.Message {
	if len(l.sent) == 0 {
		return messages
	}
	fresh := messages[:0]
	for i := range messages {
		h := l.hash(&messages[i])
		if l.sent[h] == 0 {
			fresh = append(fresh, messages[i])
			continue
		}
		if l.sent[h]--; l.sent[h] == 0 {
			delete(l.sent, h)
		}
	}
	return fresh
}

// replayed reports whether everything that was in the inputs when the predecessor was fenced has been applied.
func (l *Tail) replayed(p *store.Progress) bool {
	for i, end := range l.until {
		if p.Next[i] < end {
			return false
		}
	}
	return true
}

// Replayed reports whether a predecessor's work has been repeated to its end and GoLive has to be called.
func (t *Task[S]) Replayed() bool {
	return t.cfg.Tail.until != nil && t.cfg.Tail.replayed(&t.progress)
}

// GoLive forgets the predecessor. Call it right after Commit; then ChangeRules.
func (t *Task[S]) GoLive() {
	for i, end := range t.cfg.Tail.ends {
		t.progress.Outputs[i] = max(t.progress.Outputs[i], end)
	}
	t.cfg.Tail = Tail{}
}

// scripted is script.wants for the task's position.
func (t *Task[S]) scripted() (input int, through int64) {
	return t.cfg.Tail.script.wants(t.progress.Last)
}

// skipScript gives up the run in hand.
func (t *Task[S]) skipScript() { t.cfg.Tail.script.skip() }
