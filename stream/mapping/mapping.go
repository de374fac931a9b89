package mapping

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"sync"

	"github.com/cardwatch/cardwatch/stream/mapping/strictyaml"
)

// Mapping is a compiled mapping file.
type Mapping struct {
	name, about string
	csv         csvSpec
	skip        []skipSpec
	label       *labelSpec
	records     []*record
	// columns are those that any part of the mapping reads, sorted.
	columns   []string
	lookups   map[string]*lookup
	needToken bool
	// numbers says that a template uses the number of the row.
	numbers  bool
	tokenKey []byte
	// decoders holds *wire.Decoder, which belong to one goroutine at a time.
	decoders sync.Pool
}

// record is one recordSpec, ready to run.
type record struct {
	topic  string
	when   map[string]string
	once   bool
	fields []*field
	// suffix tells the events apart that one row makes when their ids come from the row's.
	suffix string
	// currency, customer and event are the entries of fields that other parts of the row need.
	currency, customer, event *field
}

// Parse reads a mapping. name stands in messages. All problems come at once, as strictyaml.Problems.
func Parse(name string, yaml []byte) (*Mapping, error) {
	var s spec
	doc := strictyaml.Read(name, yaml, &s)
	if !doc.Parsed() {
		return nil, doc.Err()
	}
	c := compiler{doc: doc, spec: &s, columns: map[string]bool{}}
	m := c.mapping(name)
	if err := doc.Err(); err != nil {
		return nil, err
	}
	return m, nil
}

// Name is the name given to Parse, About the mapping's own description.
func (m *Mapping) Name() string { return m.name }

// About is the mapping's own description.
func (m *Mapping) About() string { return m.about }

// Topics lists the topics that the mapping writes, sorted.
func (m *Mapping) Topics() []string {
	topics := map[string]bool{}
	for _, r := range m.records {
		topics[r.topic] = true
	}
	return slices.Sorted(maps.Keys(topics))
}

// Lookups lists the second files that the mapping needs, sorted; each is to be given to UseLookup before Apply.
func (m *Mapping) Lookups() []string { return slices.Sorted(maps.Keys(m.lookups)) }

// NeedsTokenKey reports whether a field is tokenised, so that UseTokenKey is to be called before Apply.
func (m *Mapping) NeedsTokenKey() bool { return m.needToken }

// UseTokenKey sets the key of the card tokens, at least 32 bytes and not all zero. Two imports with the same key give a card the
// same token; whoever holds the key can test guesses, so it is kept like a password.
func (m *Mapping) UseTokenKey(key []byte) error {
	if len(key) < 32 {
		return fmt.Errorf("the token key has %d bytes; it needs at least 32", len(key))
	}
	if !slices.ContainsFunc(key, func(b byte) bool { return b != 0 }) {
		return errors.New("the token key is all zero; make one with: openssl rand -out FILE 32")
	}
	m.tokenKey = slices.Clone(key)
	return nil
}

// UseLookup loads the second file of that name into memory.
func (m *Mapping) UseLookup(name string, in io.Reader) error {
	l, ok := m.lookups[name]
	if !ok {
		return fmt.Errorf("mapping %s has no lookup %q%s", m.name, name, strictyaml.DidYouMean(name, m.Lookups()))
	}
	return l.load(name, in)
}

// ready reports what is still to be set before rows can be mapped.
func (m *Mapping) ready() error {
	if m.needToken && m.tokenKey == nil {
		return fmt.Errorf("mapping %s makes tokens of card numbers and needs a token key", m.name)
	}
	for _, name := range m.Lookups() {
		if m.lookups[name].rows == nil {
			return fmt.Errorf("mapping %s needs the lookup file %q", m.name, name)
		}
	}
	return nil
}

// Apply makes the records of one row and hands each to emit with its topic, key (the customer_id) and JSON value; value is valid
// only during the call. Either all of a row's records are emitted or, with a *RowError or *SkipError, none. Other errors come from
// emit or from a missing key or lookup. A record marked `once` is emitted for every row: only Import knows what came before.
func (m *Mapping) Apply(row Row, emit func(topic, key string, value []byte) error) error {
	made, err := m.apply(row)
	if err != nil {
		return err
	}
	for _, r := range made {
		if err := emit(r.topic, r.customer, r.value); err != nil {
			return err
		}
	}
	return nil
}

// made is a record of one row before it is written.
type made struct {
	topic, customer, event string
	once                   bool
	value                  []byte
}

func (m *Mapping) apply(row Row) ([]made, error) {
	if err := m.ready(); err != nil {
		return nil, err
	}
	for _, s := range m.skip {
		if row.matches(s.If) {
			return nil, &SkipError{Reason: s.Reason}
		}
	}
	out := make([]made, 0, len(m.records))
	for _, r := range m.records {
		if !row.matches(r.when) {
			continue
		}
		one, err := m.build(r, row)
		if err == nil {
			err = m.verify(one)
		}
		if err != nil {
			return nil, err
		}
		out = append(out, one)
	}
	return out, nil
}
