package backtest

import (
	"cmp"
	"slices"

	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// compare adds what the lane's customers come to. All alerts of a customer are in one lane, so that figures of lanes add up.
func (l *lane) compare(r *Report) {
	l.counts.addTo(r, l.first)
	for attack, began := range l.attacks {
		if began >= l.from {
			r.attacks.all[attack] = true
		}
	}
	sides := []struct {
		mine, other notes
		alone       ChangeKind
		found       map[string]bool
		pick        func(*Row) (all, alone *Figures)
	}{
		{l.live, l.draft, NewlyMissed, r.attacks.live, func(row *Row) (_, _ *Figures) { return &row.Live, &row.Missed }},
		{l.draft, l.live, NewlyCaught, r.attacks.draft, func(row *Row) (_, _ *Figures) { return &row.Draft, &row.Caught }},
	}
	for _, s := range sides {
		sums := map[detectors.Name]*sum{}
		for _, o := range s.mine.counted(l.from) {
			twin := s.other.twin(o)
			f := l.fact(o, twin, s.found)
			for _, name := range []detectors.Name{"", o.detector} {
				if sums[name] == nil {
					sums[name] = newSum(l.cfg.PromptsPerDay)
				}
				sums[name].add(&f, twin == nil)
			}
			change := Change{Kind: s.alone, At: l.cfg.moment(o.opened).String(), Hit: f.hit, Answer: f.answer.String(), at: o.opened}
			switch {
			case twin == nil && s.alone == NewlyMissed:
				change.Live = o.record
			case twin == nil:
				change.Draft = o.record
			case s.alone == NewlyCaught && o.differs(twin):
				change.Kind, change.Live, change.Draft = Changed, twin.record, o.record
				r.Total.Changed++
				r.row(o.detector).Changed++
			default:
				continue
			}
			r.Changes = append(r.Changes, change)
		}
		for name, sum := range sums {
			row := &r.Total
			if name != "" {
				row = r.row(name)
			}
			all, alone := s.pick(row)
			all.add(&sum.all)
			alone.add(&sum.alone)
		}
	}
}

func (o *note) differs(other *note) bool {
	return o.detector != other.detector || o.severity != other.severity || o.asks != other.asks
}

// counted lists the alerts that opened in the time that counts, by card and time.
func (n notes) counted(from int64) (list []*note) {
	for _, of := range n {
		for _, o := range of {
			if o.counted(from) {
				list = append(list, o)
			}
		}
	}
	slices.SortFunc(list, func(a, b *note) int {
		return cmp.Or(cmp.Compare(a.customer, b.customer), cmp.Compare(a.opened, b.opened), cmp.Compare(a.id, b.id))
	})
	return list
}

// fact is what is known of an alert besides itself.
type fact struct {
	*note
	hit    bool
	answer card.Verdict
}

// fact asks the labels and the answers. Nobody was asked about a draft's alert, so it has the answer to the alert about the same incident.
func (l *lane) fact(o, twin *note, found map[string]bool) fact {
	f := fact{note: o, answer: l.answers[o.id]}
	if f.answer == 0 && twin != nil {
		f.answer = l.answers[twin.id]
	}
	for _, id := range o.events {
		if attack, labelled := l.cfg.Frauds[id]; labelled {
			f.hit = true
			if name := cmp.Or(attack, o.card); l.attacks[name] >= l.from {
				found[name] = true
			}
		}
	}
	return f
}

// sum adds up alerts of one side, all of them and those that the other side does not have. They come customer by customer.
type sum struct {
	all, alone Figures
	inAll      *touched
	inAlone    *touched
}

// touched is the customer in hand, and how many messages they would have had on the day in hand.
type touched struct {
	perDay   int
	customer string
	day      int32
	sent     int
	// cases are the openings of the newest case of each card.
	cases map[string]openCase
}

type openCase struct {
	opened int64
	right  bool
}

func newSum(perDay int) *sum {
	return &sum{inAll: &touched{perDay: perDay}, inAlone: &touched{perDay: perDay}}
}

func (s *sum) add(f *fact, alone bool) {
	s.inAll.add(&s.all, f)
	if alone {
		s.inAlone.add(&s.alone, f)
	}
}

func (t *touched) add(to *Figures, f *fact) {
	if t.customer != f.customer {
		t.customer, t.day, t.sent, t.cases = f.customer, f.day, 0, map[string]openCase{}
		to.Customers++
	}
	if t.day != f.day {
		t.day, t.sent = f.day, 0
	}
	if f.asks && (t.perDay == 0 || t.sent < t.perDay) {
		t.sent++
		to.Messages++
	}
	to.Alerts++
	switch f.answer {
	case card.Fraud:
		to.Fraud++
	case card.Genuine:
		to.Genuine++
	}
	if f.hit {
		to.Hits++
	}
	t.addToCase(to, f)
}

// addToCase counts a case as false until an alert in it names an attack.
func (t *touched) addToCase(to *Figures, f *fact) {
	c, known := t.cases[f.card]
	switch {
	case !known || f.opened-c.opened >= incidentSpan:
		c = openCase{opened: f.opened, right: f.hit}
		if !f.hit {
			to.FalseCases++
		}
	case f.hit && !c.right:
		c.right = true
		to.FalseCases--
	}
	t.cases[f.card] = c
}

func (f *Figures) add(o *Figures) {
	f.Alerts += o.Alerts
	f.Hits += o.Hits
	f.Fraud += o.Fraud
	f.Genuine += o.Genuine
	f.Customers += o.Customers
	f.Messages += o.Messages
	f.FalseCases += o.FalseCases
}

func (c *counts) addTo(r *Report, first int64) {
	for topic, n := range c.records {
		r.Records[topic] += n
	}
	for reason, n := range c.refused {
		r.Refused[reason] += n
	}
	r.Transactions += c.transactions
	r.Cards += len(c.cards)
	if first != 0 && (r.warm == 0 || first < r.warm) {
		r.warm = first
	}
	if c.began != 0 && (r.began == 0 || c.began < r.began) {
		r.began = c.began
	}
	r.ended = max(r.ended, c.ended)
}

func sortChanges(changes []Change) {
	slices.SortStableFunc(changes, func(a, b Change) int { return cmp.Compare(a.at, b.at) })
}
