package stream

import (
	"hash/maphash"

	"github.com/cardwatch/cardwatch/store"
)

// ref names an entry of the cache; it is valid until the entry is evicted, which only add does.
type ref = uint32

const none ref = ^ref(0)

// entry is one customer's place in the cache. Entries hold no pointers.
type entry struct {
	hash  uint64
	block block
	// key and value are the lengths of the customer's id and of its value, which lie in the block one after the other.
	key   uint16
	value uint32
	// chained is the next entry with the same hash.
	chained ref
	used    bool
	recent  bool
	dirty   bool
	// flying is a value on its way to the changelog and the store.
	flying bool
	// since is the mark that was newest when the entry became dirty.
	since uint64
	// storedWake is the timer that the store holds for the customer, 0 for none.
	storedWake int64
}

// cache keeps customers' values, envelope and encoded state, as the store has them: compact and free of pointers, so that a million
// cost the garbage collector nothing. What has changed since it was last written stays until it is; the rest is evicted in clock
// order when the budget is exceeded.
type cache struct {
	seed    maphash.Seed
	index   map[uint64]ref
	entries []entry
	vacant  []ref
	hand    int
	arena   arena
	used    int64
	// dirty holds the changed entries in the order of their first change.
	dirty      fifo
	dirtyBytes int64
}

func newCache(budget *Budget) *cache {
	return &cache{seed: maphash.MakeSeed(), index: make(map[uint64]ref), arena: arena{budget: budget}}
}

func (c *cache) find(customer string) ref {
	r, ok := c.index[maphash.String(c.seed, customer)]
	if !ok {
		return none
	}
	for r != none && string(c.key(r)) != customer {
		r = c.entries[r].chained
	}
	if r != none {
		c.entries[r].recent = true
	}
	return r
}

// key is the customer's id, a view.
func (c *cache) key(r ref) []byte {
	e := &c.entries[r]
	return c.arena.bytes(e.block)[:e.key]
}

// value is the customer's envelope and encoded state, a view until the entry is replaced.
func (c *cache) value(r ref) []byte {
	e := &c.entries[r]
	return c.arena.bytes(e.block)[e.key : uint32(e.key)+e.value]
}

// add makes room and adds a customer with the value that the store has; an empty one for a customer never seen.
func (c *cache) add(customer string, value []byte, storedWake int64) ref {
	c.evict()
	r := ref(len(c.entries))
	if n := len(c.vacant); n > 0 {
		r, c.vacant = c.vacant[n-1], c.vacant[:n-1]
	} else {
		c.entries = append(c.entries, entry{})
	}
	hash := maphash.String(c.seed, customer)
	chained, ok := c.index[hash]
	if !ok {
		chained = none
	}
	c.entries[r] = entry{hash: hash, key: uint16(len(customer)), chained: chained, used: true, recent: true, storedWake: storedWake}
	c.index[hash] = r
	c.place(r, len(customer)+len(value))
	copy(c.arena.bytes(c.entries[r].block), customer)
	c.replace(r, value)
	return r
}

func (c *cache) place(r ref, size int) {
	c.entries[r].block = c.arena.alloc(size)
	c.used += int64(classSize[c.entries[r].block.class])
}

// replace puts another value in place of the entry's.
func (c *cache) replace(r ref, value []byte) {
	e := &c.entries[r]
	need := int(e.key) + len(value)
	if class := classOf(need); class != e.block.class {
		old := e.block
		c.place(r, need)
		copy(c.arena.bytes(e.block), c.arena.bytes(old)[:e.key])
		c.used -= int64(classSize[old.class])
		if e.dirty {
			c.dirtyBytes += int64(classSize[class] - classSize[old.class])
		}
		c.arena.release(old)
	}
	copy(c.arena.bytes(e.block)[e.key:], value)
	e.value = uint32(len(value))
}

// touch notes that the entry differs from the store since the given mark.
func (c *cache) touch(r ref, mark uint64) {
	e := &c.entries[r]
	if e.dirty {
		return
	}
	e.dirty, e.since = true, mark
	c.dirty.push(r)
	c.dirtyBytes += int64(classSize[e.block.class])
}

// takeDirty takes out the entry that has been dirty longest, for it to fly; none when all are clean.
func (c *cache) takeDirty() ref {
	r, ok := c.dirty.pop()
	if !ok {
		c.dirtyBytes = 0
		return none
	}
	e := &c.entries[r]
	e.dirty, e.flying = false, true
	c.dirtyBytes -= int64(classSize[e.block.class])
	return r
}

// oldest is the mark since which the store lacks something; false when it lacks nothing.
func (c *cache) oldest() (mark uint64, ok bool) {
	r, ok := c.dirty.peek()
	if !ok {
		return 0, false
	}
	return c.entries[r].since, true
}

// landed notes that an entry's value is stored, with its timer.
func (c *cache) landed(r ref, wake int64) {
	c.entries[r].flying, c.entries[r].storedWake = false, wake
}

// evictSteps bounds the search for room: where nearly all is dirty, the task writes it before it goes on.
const evictSteps = 64

// evict drops clean entries that have not been used lately until the budget holds.
func (c *cache) evict() {
	for range min(evictSteps, len(c.entries)) {
		if !c.arena.budget.exceeded() {
			return
		}
		c.hand = (c.hand + 1) % len(c.entries)
		e := &c.entries[c.hand]
		switch {
		case !e.used || e.dirty || e.flying:
		case e.recent:
			e.recent = false
		default:
			c.remove(ref(c.hand))
		}
	}
}

func (c *cache) remove(r ref) {
	e := &c.entries[r]
	if head := c.index[e.hash]; head != r {
		for c.entries[head].chained != r {
			head = c.entries[head].chained
		}
		c.entries[head].chained = e.chained
	} else if e.chained != none {
		c.index[e.hash] = e.chained
	} else {
		delete(c.index, e.hash)
	}
	c.used -= int64(classSize[e.block.class])
	c.arena.release(e.block)
	*e = entry{}
	c.vacant = append(c.vacant, r)
}

// close gives the cache's memory back to the budget.
func (c *cache) close() { c.arena.close(c.used) }

// fifo is a queue of entries.
type fifo struct {
	refs []ref
	head int
}

func (q *fifo) push(r ref) { q.refs = append(q.refs, r) }

func (q *fifo) peek() (ref, bool) {
	if q.head == len(q.refs) {
		return none, false
	}
	return q.refs[q.head], true
}

func (q *fifo) pop() (ref, bool) {
	r, ok := q.peek()
	if !ok {
		return none, false
	}
	q.head++
	if q.head > len(q.refs)/2 {
		q.refs = append(q.refs[:0], q.refs[q.head:]...)
		q.head = 0
	}
	return r, true
}

func (q *fifo) len() int { return len(q.refs) - q.head }

// emptyEnvelope makes the envelope one that has seen nothing of any input.
func emptyEnvelope(e *store.Envelope, inputs int) {
	e.Applied = append(e.Applied[:0], make([]int64, inputs)...)
	e.Wake = 0
}
