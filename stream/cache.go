package stream

import (
	"github.com/cardwatch/cardwatch/store"
)

// entry is one customer's state while it is being worked on.
type entry[S any] struct {
	customer string
	state    S
	envelope store.Envelope
	// storedWake and storedRows are what the store holds, so that a commit writes the difference.
	storedWake int64
	storedRows []store.Row
	dirty      bool
	recent     bool
}

// cache keeps decoded states between commits: all that have changed since the last one, and as many others as fit.
type cache[S any] struct {
	entries map[string]*entry[S]
	// dirty lists the changed entries in the order of their first change.
	dirty []*entry[S]
	ring  []*entry[S]
	hand  int
	limit int
}

func newCache[S any](limit int) *cache[S] {
	return &cache[S]{entries: make(map[string]*entry[S]), limit: limit}
}

func (c *cache[S]) get(customer string) (*entry[S], bool) {
	e, ok := c.entries[customer]
	if ok {
		e.recent = true
	}
	return e, ok
}

func (c *cache[S]) add(e *entry[S]) {
	c.entries[e.customer] = e
	c.ring = append(c.ring, e)
}

func (c *cache[S]) touch(e *entry[S]) {
	if !e.dirty {
		e.dirty = true
		c.dirty = append(c.dirty, e)
	}
}

// clean marks all entries as stored and evicts, in clock order, those not used lately until the limit holds.
func (c *cache[S]) clean() {
	for _, e := range c.dirty {
		e.dirty = false
	}
	c.dirty = c.dirty[:0]
	for len(c.ring) > c.limit {
		if c.hand >= len(c.ring) {
			c.hand = 0
		}
		e := c.ring[c.hand]
		if e.recent {
			e.recent = false
			c.hand++
			continue
		}
		delete(c.entries, e.customer)
		last := len(c.ring) - 1
		c.ring[c.hand] = c.ring[last]
		c.ring[last] = nil
		c.ring = c.ring[:last]
	}
}
