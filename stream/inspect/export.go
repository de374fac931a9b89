package inspect

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/cardwatch/cardwatch/store"
)

// Customer is one customer's state at one processor.
type Customer struct {
	Processor string `json:"processor"`
	Partition int    `json:"partition"`
	Customer  string `json:"customer"`
	// Applied holds, by input topic, the offset after the last record that changed the state.
	Applied map[string]int64 `json:"applied,omitempty"`
	// Wake is when the state asks to be woken.
	Wake string `json:"wake,omitempty"`
	// State is the decoded state with numbers to call masked; what is zero is left out.
	State json.RawMessage `json:"state,omitempty"`
	// Error says why the value cannot be decoded.
	Error string `json:"error,omitempty"`
	// Raw is the value as it is stored, nothing masked.
	Raw []byte `json:"raw,omitempty"`
}

// Customer gives one customer's state; nil when there is none.
func (s Share) Customer(id string) (*Customer, error) {
	value, found, err := s.Space.AppendValue(nil, id)
	if !found || err != nil {
		return nil, err
	}
	return s.decode([]byte(id), value), nil
}

func (s Share) decode(customer, value []byte) *Customer {
	c := &Customer{Processor: s.Spec.Name, Partition: s.Space.Partition(), Customer: string(customer)}
	var e store.Envelope
	state, err := store.ReadEnvelope(value, &e)
	if err == nil {
		c.State, err = s.show(state)
		c.Applied = make(map[string]int64)
		for i, offset := range e.Applied {
			c.Applied[name(s.Spec.Inputs, i)] = offset
		}
		if e.Wake != 0 {
			c.Wake = rfc3339(e.Wake)
		}
	}
	if err != nil {
		c.Error = err.Error()
	}
	return c
}

// Export writes a line of JSON per customer of the shares, by processor, partition and customer: the same states give the same bytes. It
// says how many there were, and how many of them could not be decoded; those stand there with their error.
func Export(w io.Writer, shares []Share, raw bool) (customers, damaged int64, err error) {
	out := json.NewEncoder(w)
	for _, s := range shares {
		err := s.Space.Values(func(customer, value []byte) error {
			c := s.decode(customer, value)
			if raw {
				c.Raw = value
			}
			if c.Error != "" {
				damaged++
			}
			customers++
			return out.Encode(c)
		})
		if err != nil {
			return customers, damaged, fmt.Errorf("inspect: export the %s's partition %d: %w", s.Spec.Name, s.Space.Partition(), err)
		}
	}
	return customers, damaged, nil
}
