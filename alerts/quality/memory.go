package quality

import (
	"cmp"
	"hash/fnv"
	"slices"

	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// alert is what has to be kept of one so that its answer, or its like, is counted with the right rule and day.
type alert struct {
	id, subject uint64
	at          int64
	day         int32
	series      *series

	answered   bool
	answeredAt int64
	verdict    card.Verdict
	// met says that the live set opened a draft's alert, too.
	met bool
}

// meet counts a draft's alert, once, as one that the live set opened, too.
func (e *alert) meet() {
	if t := e.series.at(e.day); t != nil && !e.met {
		e.met = true
		t.AlsoLive++
	}
}

// memory finds alerts by their id and by whom they are about. It forgets the oldest ones.
type memory struct {
	byID, bySubject map[uint64][]*alert
	// queue are the alerts as they came; those before head are forgotten.
	queue []*alert
	head  int
}

func (m *memory) knows(e *alert) bool {
	return slices.ContainsFunc(m.byID[e.id], func(o *alert) bool { return o.series == e.series })
}

func (m *memory) add(e *alert, today int32) {
	if m.byID == nil {
		m.byID, m.bySubject = make(map[uint64][]*alert), make(map[uint64][]*alert)
	}
	for m.head < len(m.queue) && (len(m.queue)-m.head >= maxAlerts || m.queue[m.head].day <= today-Days) {
		m.forget(m.queue[m.head])
		m.queue[m.head] = nil
		m.head++
	}
	if m.head > len(m.queue)/2 {
		m.queue, m.head = slices.Delete(m.queue, 0, m.head), 0
	}
	m.queue = append(m.queue, e)
	m.byID[e.id] = append(m.byID[e.id], e)
	m.bySubject[e.subject] = append(m.bySubject[e.subject], e)
}

func (m *memory) forget(e *alert) {
	drop := func(from map[uint64][]*alert, key uint64) {
		rest := slices.DeleteFunc(from[key], func(o *alert) bool { return o == e })
		if from[key] = rest; len(rest) == 0 {
			delete(from, key)
		}
	}
	drop(m.byID, e.id)
	drop(m.bySubject, e.subject)
}

// meeting gives the alerts that are the same as one of the other kind: by id, or about the same card within a day.
func (m *memory) meeting(e *alert, with func(*alert)) {
	for _, o := range m.byID[e.id] {
		with(o)
	}
	for _, o := range m.bySubject[e.subject] {
		if apart := o.at - e.at; max(apart, -apart) <= together.Milliseconds() {
			with(o)
		}
	}
}

// subject is whom an alert is about: a card, or else an account, whose tokens may be the same.
func subject(a *detectors.Alert) uint64 {
	kind := "card "
	if a.Card == "" {
		kind = "account "
	}
	return hash(kind + cmp.Or(a.Card, a.Account))
}

// hash stands for a text: of a hundred thousand alerts, two have the same one once in four billion books.
func hash(s string) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(s))
	return h.Sum64()
}
