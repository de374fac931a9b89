package alerts

import (
	"fmt"
	"slices"
	"strings"

	"github.com/cardwatch/cardwatch/detectors/card"
)

// Treatment is everything about working overdue accounts that an experiment may vary, and no more: in what order the standard line is
// worked, who is left to digital reminders before a person gets in touch, and when a promise is recalled. What protects customers is not in
// it, so no arm can differ in it: contact rules, caps, consent, flags, and the lines that money does not order. In an experiment's
// challenger a zero field is the champion's.
type Treatment struct {
	// Rank is what an account of the standard line begins with.
	Rank RankBy `yaml:"rank"`
	// SelfCurePercent is how likely it must be, 50 … 100 %, that an account in its first days is paid without anybody's work, for it to get
	// digital reminders first and no agent's time.
	SelfCurePercent int `yaml:"self_cure_percent"`
	// RemindDays are the days before a promise falls due on which its customer is reminded: some of 7, 3 and 1.
	RemindDays []int `yaml:"remind_days"`
}

// RankBy is what orders the standard line.
type RankBy string

// The orders. Only the first looks at what is owed.
const (
	ByExpectedLoss RankBy = "expected_loss"
	ByRisk         RankBy = "risk"
	ByAge          RankBy = "age"
)

const minSelfCure, maxSelfCure = 50, 100

var remindDays = []int{7, 3, 1}

// TreatmentOf is how a customer's accounts are worked at a moment: the champion's treatment, with what the challengers change whose arm the
// customer is in.
func (p *Policy) TreatmentOf(customer string, at card.Moment) Treatment {
	t := p.Treatment
	for i := range p.Experiments {
		if x := &p.Experiments[i]; x.Runs(at) && x.ArmOf(customer) == Challenger {
			t = t.with(x.Challenger)
		}
	}
	return t
}

// with is the treatment with another one's fields that are not zero.
func (t Treatment) with(changed Treatment) Treatment {
	if changed.Rank != "" {
		t.Rank = changed.Rank
	}
	if changed.SelfCurePercent != 0 {
		t.SelfCurePercent = changed.SelfCurePercent
	}
	if len(changed.RemindDays) > 0 {
		t.RemindDays = changed.RemindDays
	}
	return t
}

// Named lists the fields that are not zero, by their names in the configuration.
func (t *Treatment) Named() (fields []string) {
	for _, f := range []struct {
		name string
		set  bool
	}{{"rank", t.Rank != ""}, {"self_cure_percent", t.SelfCurePercent != 0}, {"remind_days", len(t.RemindDays) > 0}} {
		if f.set {
			fields = append(fields, f.name)
		}
	}
	return fields
}

// check adds what is wrong with the fields that are set; whole says that none may be missing.
func (t *Treatment) check(add func(bad bool, format string, args ...any), key string, whole bool) {
	known := []RankBy{ByExpectedLoss, ByRisk, ByAge}
	add((whole || t.Rank != "") && !slices.Contains(known, t.Rank), "%s.rank: %q is none of %s, %s, %s", key, t.Rank, known[0], known[1], known[2])
	add((whole || t.SelfCurePercent != 0) && (t.SelfCurePercent < minSelfCure || t.SelfCurePercent > maxSelfCure),
		"%s.self_cure_percent: %d is outside %d … %d", key, t.SelfCurePercent, minSelfCure, maxSelfCure)
	add(whole && len(t.RemindDays) == 0, "%s.remind_days: is empty; a customer is reminded of a promise at least once", key)
	for i, d := range t.RemindDays {
		add(!slices.Contains(remindDays, d), "%s.remind_days: %d is none of %s", key, d, strings.Trim(fmt.Sprint(remindDays), "[]"))
		add(slices.Contains(t.RemindDays[:i], d), "%s.remind_days: %d is there twice", key, d)
	}
}

// Unranked reports whether an account of the customer stands elsewhere in its line than the desk would put it now: what decides has changed
// since the customer's last event. A Rerank brings it in line.
func (d *Desk) Unranked(s *State, now card.Moment) bool {
	treatment := d.policy.TreatmentOf(s.Customer, now)
	return slices.ContainsFunc(s.Queue, func(e QueueEntry) bool {
		if e.Line == "" {
			return false
		}
		priority, _ := rank(&e, s.FlagsOf(e.Account), now, &d.policy, &treatment)
		return priority != e.Priority
	})
}
