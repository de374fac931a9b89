package detectors

import (
	"fmt"
	"slices"

	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/detectors/pack"
	"github.com/cardwatch/cardwatch/detectors/window"
)

// seenEvents are the ids of the events other than transactions that arrived within the last Day, the oldest first, at most
// maxSeen. (Transactions are recognised in their card's window.)
type seenEvents []seenEvent

type seenEvent struct {
	id uint64
	// arrived is in Unix milliseconds.
	arrived int64
}

const maxSeen = 32

// note reports whether the id is new, and remembers it.
func (s *seenEvents) note(id string, arrived card.Moment) (fresh bool) {
	s.forget(arrived)
	hash := window.Hash(id)
	if slices.ContainsFunc(*s, func(e seenEvent) bool { return e.id == hash }) {
		return false
	}
	if len(*s) == maxSeen {
		*s = slices.Delete(*s, 0, 1)
	}
	*s = append(*s, seenEvent{hash, arrived.UnixMilli})
	return true
}

// forget lets go of the ids that are older than a Day.
func (s *seenEvents) forget(now card.Moment) {
	if len(*s) > 0 {
		dayAgo := now.UnixMilli - window.Day.Milliseconds()
		*s = slices.DeleteFunc(*s, func(e seenEvent) bool { return e.arrived <= dayAgo })
	}
}

func (s seenEvents) append(dst []byte) []byte {
	dst = pack.Uint(dst, uint64(len(s)))
	for _, e := range s {
		dst = pack.Int(pack.Fixed64(dst, e.id), e.arrived)
	}
	return dst
}

func (s *seenEvents) read(r *pack.Reader) {
	n := r.Count(9)
	if n > maxSeen {
		r.Fail(fmt.Errorf("detectors: %d event ids where at most %d are kept", n, maxSeen))
		return
	}
	for range n {
		*s = append(*s, seenEvent{r.Fixed64(), r.Int()})
	}
}
