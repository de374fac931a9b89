package stream

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/store"
	"github.com/cardwatch/cardwatch/stream/kafka"
)

// ErrNotFound says that the desk knows no such case, prompt or customer.
var ErrNotFound = errors.New("not found")

// View reads what the processors of this process have stored. It sees each committed step and nothing of a step under way.
// Safe for concurrent use.
type View struct {
	DB *store.DB
	// Partitions is the number of partitions of every topic.
	Partitions int
	// Only, when set, leaves out the partitions it does not list: rows of a partition that another process has now are stale.
	Only func() []int
	// Newest, when set, is a customer's encoded state at the monitor with what is not stored yet; nil when it knows nothing newer.
	Newest func(customer string) []byte
}

// PartitionOf is the partition that a customer's records are in.
func (v View) PartitionOf(customer string) int {
	return kafka.Partition([]byte(customer), v.Partitions)
}

// Desk is a customer's state at the desk; ErrNotFound when there is none.
func (v View) Desk(customer string) (*alerts.State, error) {
	state := new(alerts.State)
	return state, v.read(DeskTag, customer, state.UnmarshalBinary)
}

// Monitor is a customer's state at the monitor; ErrNotFound when there is none or the monitor runs elsewhere.
func (v View) Monitor(customer string) (*detectors.State, error) {
	state := new(detectors.State)
	if v.Newest != nil {
		if encoded := v.Newest(customer); len(encoded) > 0 {
			return state, state.UnmarshalBinary(encoded)
		}
	}
	return state, v.read(MonitorTag, customer, state.UnmarshalBinary)
}

func (v View) read(tag byte, customer string, decode func([]byte) error) error {
	found, err := v.DB.Space(tag, v.PartitionOf(customer)).View(customer, decode)
	if err != nil {
		return fmt.Errorf("stream: read a state: %w", err)
	}
	if !found {
		return ErrNotFound
	}
	return nil
}

// Entry is a row of a desk index.
type Entry struct {
	// ID is the case, account, prompt or message; Order is what the index sorts by.
	ID       string
	Order    uint64
	Customer string
}

// List gives the first entries of one group of an index, in order, over all partitions.
func (v View) List(kind alerts.IndexKind, group string, limit int) ([]Entry, error) {
	return v.Below(kind, group, 0, math.MaxUint64, limit)
}

// Below gives the entries of a group from the order from on, as long as their order is below until.
func (v View) Below(kind alerts.IndexKind, group string, from, until uint64, limit int) ([]Entry, error) {
	prefix := IndexPrefix(group)
	found, err := v.DB.ScanRange(DeskTag, IndexTag(kind), v.all(),
		binary.BigEndian.AppendUint64(prefix, from), binary.BigEndian.AppendUint64(IndexPrefix(group), until), limit)
	if err != nil {
		return nil, err
	}
	entries := make([]Entry, len(found))
	for i, f := range found {
		entries[i] = Entry{ID: RowKey(group, f.Key), Order: RowOrder(group, f.Key), Customer: string(f.Value)}
	}
	return entries, nil
}

// CustomerOf finds whose case, prompt or hashed number (alerts.PhoneKey) an id is; ErrNotFound when nobody's, or not one's
// alone.
func (v View) CustomerOf(kind alerts.IndexKind, id string) (string, error) {
	customers, err := v.CustomersOf(kind, id, 2)
	if err != nil {
		return "", err
	}
	if len(customers) != 1 {
		return "", ErrNotFound
	}
	return customers[0], nil
}

// CustomersOf lists the first customers in order whose lookup of a kind is an id; several may share a hashed number.
func (v View) CustomersOf(kind alerts.IndexKind, id string, limit int) ([]string, error) {
	found, err := v.DB.Scan(DeskTag, IndexTag(kind), v.all(), LookupKey(id), limit)
	if err != nil {
		return nil, err
	}
	customers := make([]string, len(found))
	for i, f := range found {
		customers[i] = string(f.Value)
	}
	return customers, nil
}

// FindByPhone is TaskConfig.FindByPhone over this view.
func (v View) FindByPhone(phone alerts.Phone) ([]*alerts.State, error) {
	customers, err := v.CustomersOf(alerts.IndexPhone, alerts.PhoneKey(phone), alerts.MaxSharers)
	if err != nil {
		return nil, err
	}
	states := make([]*alerts.State, 0, len(customers))
	for _, customer := range customers {
		state, err := v.Desk(customer)
		if errors.Is(err, ErrNotFound) {
			continue // another process has the customer by now
		}
		if err != nil {
			return nil, fmt.Errorf("stream: whose number it is: %w", err)
		}
		states = append(states, state)
	}
	return states, nil
}

// DeskStates visits every customer at the desk, until visit returns false.
func (v View) DeskStates(visit func(*alerts.State) bool) error {
	for _, p := range v.all() {
		var failed error
		err := v.DB.Space(DeskTag, p).States(func(_ string, encoded []byte) bool {
			var state alerts.State
			if failed = state.UnmarshalBinary(encoded); failed != nil {
				return false
			}
			return visit(&state)
		})
		if err = errors.Join(failed, err); err != nil {
			return fmt.Errorf("stream: read the desk's states: %w", err)
		}
	}
	return nil
}

func (v View) all() []int {
	if v.Only != nil {
		return v.Only()
	}
	partitions := make([]int, v.Partitions)
	for p := range partitions {
		partitions[p] = p
	}
	return partitions
}
