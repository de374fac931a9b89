package kafka

import "slices"

// abortFilter leaves out what read_committed must not return. The broker lists the aborted transactions that touch a response; each
// covers its producer's batches from its first offset to its abort marker.
type abortFilter struct {
	pending []abortedTxn // sorted by first offset
	open    []int64      // producers inside an aborted transaction
}

func newAbortFilter(aborted []abortedTxn) abortFilter {
	slices.SortFunc(aborted, func(a, b abortedTxn) int { return int(min(max(a.first-b.first, -1), 1)) })
	return abortFilter{pending: aborted}
}

// skips reports whether the batch is a control batch or belongs to an aborted transaction. Batches have to be shown in offset order.
func (f *abortFilter) skips(h *batchHeader, payload []byte) bool {
	for len(f.pending) > 0 && f.pending[0].first <= h.last {
		f.open = append(f.open, f.pending[0].producerID)
		f.pending = f.pending[1:]
	}
	if h.control() {
		if isAbortMarker(payload) {
			f.open = slices.DeleteFunc(f.open, func(id int64) bool { return id == h.producerID })
		}
		return true
	}
	return h.transactional() && slices.Contains(f.open, h.producerID)
}

// isAbortMarker looks at a control batch's only record, whose key is a version and a type (0 for abort, 1 for commit), two bytes each.
func isAbortMarker(payload []byte) bool {
	c := cursor{b: payload}
	body := cursor{b: c.take(c.varint())}
	body.take(1)
	body.varint() // timestamp
	body.varint() // offset
	key := body.bytes()
	return !body.bad && len(key) >= 4 && key[2] == 0 && key[3] == 0
}
