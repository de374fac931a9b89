package stream

import (
	"fmt"
	"strings"

	"github.com/cardwatch/cardwatch/store"
)

// open finds a customer's entry, in the store if need be, and reads its envelope. The encoded state is a view, empty for a customer
// never seen.
func (t *Task[S]) open(customer string) (r ref, state []byte, err error) {
	if r = t.cache.find(customer); r == none {
		if r, err = t.fetch(customer); err != nil {
			return none, nil, t.broken(err)
		}
	}
	value := t.cache.value(r)
	if len(value) == 0 {
		emptyEnvelope(&t.envelope, len(t.spec.Inputs))
		return r, nil, nil
	}
	if state, err = store.ReadEnvelope(value, &t.envelope); err != nil {
		return none, nil, t.broken(err)
	}
	for len(t.envelope.Applied) < len(t.spec.Inputs) { // written by a release with fewer inputs
		t.envelope.Applied = append(t.envelope.Applied, 0)
	}
	return r, state, nil
}

func (t *Task[S]) fetch(customer string) (ref, error) {
	value, found, err := t.cfg.Space.AppendValue(t.buf[:0], customer)
	t.buf = value
	if err != nil {
		return none, err
	}
	if found {
		if _, err := store.ReadEnvelope(value, &t.envelope); err != nil {
			return none, err
		}
		return t.cache.add(customer, value, t.envelope.Wake), nil
	}
	return t.cache.add(customer, nil, 0), nil
}

// load decodes the state into hand, before it is changed.
func (t *Task[S]) load(r ref, state []byte) error {
	if len(state) == 0 {
		var nobody S
		t.state = nobody
	} else if err := t.proc.LoadState(state, &t.state); err != nil {
		return t.broken(err)
	}
	if t.spec.Indexed {
		if _, known := t.rows[r]; !known {
			t.rows[r] = t.proc.Index(&t.state, nil)
		}
	}
	return nil
}

func (t *Task[S]) broken(err error) error {
	return fmt.Errorf("stream: load a state of the %s in partition %d: %w", t.spec.Name, t.cfg.Partition, err)
}

// keep puts the state in hand back, and registers its timer.
func (t *Task[S]) keep(r ref, customer string) {
	wake := t.proc.NextWake(&t.state).UnixMilli
	if wake != t.envelope.Wake {
		t.envelope.Wake = wake
		if wake != 0 {
			t.timers.set(store.Timer{Due: wake, Customer: strings.Clone(customer)})
		}
	}
	t.value = t.proc.AppendState(store.AppendEnvelope(t.value[:0], &t.envelope), &t.state)
	t.cache.replace(r, t.value)
	t.cache.touch(r, t.newest().n)
}
