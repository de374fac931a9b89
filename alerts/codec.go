package alerts

import (
	"fmt"
	"slices"

	"github.com/cardwatch/cardwatch/alerts/plan"
	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/detectors/pack"
)

// stateVersion is the first byte of an encoded state. A change of the layout raises it, and keeps a reader for the old one.
const (
	stateVersion = 4
	// oldestVersion is the oldest form that can still be read.
	oldestVersion = 1
)

// AppendBinary appends the state's compact, versioned form to dst and returns the longer slice.
func (s *State) AppendBinary(dst []byte) []byte {
	w := writer{append(dst, stateVersion)}
	w.str(s.Customer)
	w.contact(&s.Contact)
	strs(&w, s.OptOut)
	each(&w, s.Cases, w.fraudCase)
	each(&w, s.Prompts, w.prompt)
	each(&w, s.Messages, w.message)
	each(&w, s.Queue, w.entry)
	each(&w, s.seen, func(e *seenEvent) {
		w.uint(e.hash)
		w.moment(e.until)
	})
	each(&w, s.Flags, w.flagged)
	each(&w, s.Received, w.received)
	each(&w, s.Plans, func(p *plan.Plan) { w.buf = p.AppendBinary(w.buf) })
	w.buf = s.Contacts.AppendBinary(w.buf)
	w.restrictions(s)
	w.debts(s)
	w.platform(&s.Contact)
	w.instalments(s)
	w.statements(s)
	return w.buf
}

// UnmarshalBinary replaces the state by what AppendBinary wrote. Damaged or unknown input is an error and leaves the state
// empty; it is never a panic. The state shares no memory with data.
func (s *State) UnmarshalBinary(data []byte) error {
	*s = State{}
	r := reader{Reader: pack.NewReader(data)}
	r.version = r.Byte()
	if r.version < oldestVersion || r.version > stateVersion {
		r.Fail(fmt.Errorf("version %d is not one of %d … %d, which this program knows", r.version, oldestVersion, stateVersion))
	}
	var got State
	got.Customer = r.String()
	r.contact(&got.Contact)
	got.OptOut = readStrs[ChannelKind](&r)
	got.Cases = readEach(&r, r.fraudCase)
	got.Prompts = readEach(&r, r.prompt)
	got.Messages = readEach(&r, r.message)
	got.Queue = readEach(&r, r.entry)
	got.seen = readEach(&r, func(e *seenEvent) {
		e.hash = r.Uint()
		e.until = r.moment()
		if r.version < 3 { // it was when the id was seen
			e.until = e.until.Add(eventMemory)
		}
	})
	if r.version > 3 {
		got.Flags = readEach(&r, r.flagged)
		got.Received = readEach(&r, r.received)
		got.Plans = readEach(&r, func(p *plan.Plan) { *p = plan.Read(r.Reader) })
		got.Contacts.Read(r.Reader)
		r.tail(&got)
	}
	if err := r.Done(); err != nil {
		return fmt.Errorf("desk state: %w", err)
	}
	if err := got.check(); err != nil {
		return fmt.Errorf("desk state: %w", err)
	}
	*s = got
	return nil
}

// The parts of a state that came after version 4, each with its mark, in rising order, and only when there is something in them: a state
// without them is what it was, and each release adds its own at the end.
const (
	tailRestrictions byte = 1
	tailDebts        byte = 2
	tailPlatform     byte = 3
	tailInstalments  byte = 4
	tailStatements   byte = 5
)

func (w *writer) restrictions(s *State) {
	if len(s.Restrictions) > 0 {
		w.buf = append(w.buf, tailRestrictions)
		each(w, s.Restrictions, w.restriction)
	}
}

func (w *writer) debts(s *State) {
	if len(s.debts) > 0 {
		w.buf = append(w.buf, tailDebts)
		each(w, s.debts, w.debt)
	}
}

func (w *writer) platform(c *Contact) {
	if c.PushPlatform != "" {
		w.buf = append(w.buf, tailPlatform)
		w.str(string(c.PushPlatform))
	}
}

func (w *writer) instalments(s *State) {
	if len(s.Instalments) > 0 {
		w.buf = append(w.buf, tailInstalments)
		each(w, s.Instalments, func(i *plan.Instalment) { w.buf = i.AppendBinary(w.buf) })
	}
}

// statements are what the newest ones told of the accounts in the queue, in its order: rates, and what is in instalments. Nothing when none told any.
func (w *writer) statements(s *State) {
	if !slices.ContainsFunc(s.Queue, func(e QueueEntry) bool { return e.RateBps != 0 || e.InstalmentMinor != 0 }) {
		return
	}
	w.buf = append(w.buf, tailStatements)
	each(w, s.Queue, func(e *QueueEntry) {
		w.uint(uint64(e.RateBps))
		w.int(e.InstalmentMinor)
	})
}

func (r *reader) statements(s *State) {
	type told struct {
		bps   uint64
		minor int64
	}
	list := readEach(r, func(t *told) { t.bps, t.minor = r.Uint(), r.Int() })
	if r.Err() == nil && len(list) != len(s.Queue) {
		r.Fail(fmt.Errorf("%d statements for %d accounts", len(list), len(s.Queue)))
		return
	}
	for i, t := range list {
		if t.bps > card.MaxRateBps || t.minor < 0 {
			r.Fail(fmt.Errorf("a statement of %d basis points and %d in instalments", t.bps, t.minor))
			return
		}
		s.Queue[i].RateBps, s.Queue[i].InstalmentMinor = int(t.bps), t.minor
	}
}

func (r *reader) tail(s *State) {
	last := byte(0)
	for r.Err() == nil && len(r.Rest()) > 0 {
		mark := r.Byte()
		if mark <= last {
			r.Fail(fmt.Errorf("part %d is left over after part %d", mark, last))
			return
		}
		switch last = mark; mark {
		case tailRestrictions:
			s.Restrictions = readEach(r, r.restriction)
		case tailDebts:
			s.debts = readEach(r, r.debt)
		case tailPlatform:
			s.Contact.PushPlatform = PushPlatform(r.String())
		case tailInstalments:
			s.Instalments = readEach(r, func(i *plan.Instalment) { *i = plan.ReadInstalment(r.Reader) })
		case tailStatements:
			r.statements(s)
		default:
			r.Fail(fmt.Errorf("part %d is left over, or of a newer release", mark))
		}
	}
}

// check refuses a state that Step could not have written and would stumble over.
func (s *State) check() error {
	for i := range s.Prompts {
		p := &s.Prompts[i]
		if c := s.Case(p.CaseID); p.State == PromptOpen && (c == nil || c.State == CaseClosed) {
			return fmt.Errorf("open prompt %s without an open case", p.ID)
		}
	}
	return nil
}

// writer appends fields; reader takes them back in the same order. Each pair of methods below lists one type's fields.
type writer struct{ buf []byte }

type reader struct {
	*pack.Reader
	// version is that of the state being read.
	version byte
}

func (w *writer) uint(v uint64)   { w.buf = pack.Uint(w.buf, v) }
func (w *writer) int(v int64)     { w.buf = pack.Int(w.buf, v) }
func (w *writer) bool(v bool)     { w.buf = pack.Bool(w.buf, v) }
func (w *writer) float(v float64) { w.buf = pack.Float(w.buf, v) }
func (w *writer) str(v string)    { w.buf = pack.String(w.buf, v) }

func (w *writer) moment(m card.Moment) {
	w.int(m.UnixMilli)
	w.int(int64(m.OffsetMinutes))
}

func (r *reader) moment() card.Moment {
	return card.Moment{UnixMilli: r.Int(), OffsetMinutes: int16(r.Int())}
}

func (w *writer) currency(c card.Currency) { w.buf = append(w.buf, c[:]...) }

func (r *reader) currency() card.Currency { return card.Currency{r.Byte(), r.Byte(), r.Byte()} }

func (w *writer) head(h *card.Head) {
	w.str(h.ID)
	w.str(h.Customer)
	w.moment(h.At)
}

func (r *reader) head() card.Head {
	return card.Head{ID: r.String(), Customer: r.String(), At: r.moment()}
}

func strs[S ~string](w *writer, list []S) {
	w.uint(uint64(len(list)))
	for _, s := range list {
		w.str(string(s))
	}
}

func readStrs[S ~string](r *reader) []S {
	return readEach(r, func(s *S) { *s = S(r.String()) })
}

func each[T any](w *writer, list []T, put func(*T)) {
	w.uint(uint64(len(list)))
	for i := range list {
		put(&list[i])
	}
}

// readEach reads a list; nil when it is empty, as Step leaves it.
func readEach[T any](r *reader, get func(*T)) []T {
	n := r.Count(1)
	if n == 0 {
		return nil
	}
	var list []T
	for range n {
		var v T
		get(&v)
		if r.Err() != nil {
			return nil
		}
		list = append(list, v)
	}
	return list
}
