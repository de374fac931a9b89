package conduct

import (
	"slices"

	"github.com/cardwatch/cardwatch/detectors/card"
)

// Decide judges one contact by every rule of a pack. A rule that no passing of time changes denies, and beats every window; otherwise the
// windows that are closed defer to the first moment at which all of them are open. Nothing is written: see Log.Reserve.
func Decide(p Pack, f Flags, l *Log, r Request) Decision {
	q := &inquiry{Request: r, pack: &p, flags: &f, log: l}
	d := Decision{Outcome: Allow}
	if len(p.Rules) == 0 {
		return Decision{Outcome: Deny, Rules: []RuleID{OwnComplete}}
	}
	at := q.local(r.At)
	for _, rule := range p.Rules {
		opens, ever := q.opens(&rule, at)
		switch {
		case !ever:
			d.Outcome = Deny
		case !at.Before(opens):
			continue
		case d.Outcome == Allow:
			d.Outcome = Defer
		}
		if !slices.Contains(d.Rules, rule.ID) {
			d.Rules = append(d.Rules, rule.ID)
		}
	}
	switch d.Outcome {
	case Defer:
		if until, ever := q.allOpen(at); ever {
			d.Until = until
		} else {
			d.Outcome = Deny
		}
	case Allow:
		q.advise(&d)
	}
	return d
}

// opens asks one rule, which the debtor's agreement may lift.
func (q *inquiry) opens(rule *Rule, at card.Moment) (card.Moment, bool) {
	if rule.Yields && q.Agreement != "" {
		return at, true
	}
	return rule.Check.opens(q, at)
}

// allOpen is the first moment from at on at which every rule is open. Each rule moves the moment to its own next opening, until none
// does; as none moves it further than it must, none is passed over.
func (q *inquiry) allOpen(at card.Moment) (card.Moment, bool) {
	for t := at; t.Sub(at) <= maxWait; {
		before := t
		for i := range q.pack.Rules {
			opens, ever := q.opens(&q.pack.Rules[i], t)
			if !ever {
				return card.Moment{}, false
			}
			t = opens
		}
		if !before.Before(t) {
			return q.local(t), true
		}
	}
	return card.Moment{}, false
}

// advise names what whoever makes an allowed contact should know.
func (q *inquiry) advise(d *Decision) {
	for _, rule := range q.pack.Rules {
		switch check := rule.Check.(type) {
		case Cap:
			if check.nears(q) && !(rule.Yields && q.Agreement != "") && !slices.Contains(d.Warnings, rule.ID) {
				d.Warnings = append(d.Warnings, rule.ID)
			}
		case Duty:
			if check.falls(&q.Request) && !slices.Contains(d.Duties, rule.ID) {
				d.Duties = append(d.Duties, rule.ID)
			}
		}
	}
}
