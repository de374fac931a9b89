package alerts

import (
	"fmt"
	"slices"
	"time"

	"github.com/cardwatch/cardwatch/detectors/card"
)

// Experiment compares what is done today, the champion, with one change, the challenger, on customers who are drawn by their id: the same
// one always falls into the same arm, whoever asks, and knowing it needs no state.
type Experiment struct {
	// Name is the experiment's id for good, and the salt of its draw. One that was stopped never runs again under the same name.
	Name string `yaml:"name"`
	// Share is how many of a hundred customers are in the challenger's arm: 1 … 90, so that a tenth at least is control
	// (notes/collections.md §3.2). When it grows, nobody leaves the arm.
	Share int `yaml:"share"`
	// From is the local day on which it begins, as 2026-03-01: what happened before is not compared. Without one it has always run.
	From string `yaml:"from"`
	// Challenger names what differs from the policy's Treatment. When it names nothing, the difference is made elsewhere, by the bank's own
	// systems, which see the arm in the API.
	Challenger Treatment `yaml:"challenger"`
	// Stop ends the experiment for the customers' sake.
	Stop StopRule `yaml:"stop"`
}

// Arm is one side of an experiment.
type Arm string

// The arms.
const (
	// Champion is what is done today, and for customers of experiments that nobody runs.
	Champion   Arm = "champion"
	Challenger Arm = "challenger"
)

// maxShare leaves a tenth of the customers as control.
const maxShare = 90

// ArmOf is the arm that a customer is drawn into. Two experiments draw apart from each other, since the name is part of the draw.
func (x *Experiment) ArmOf(customer string) Arm {
	if hash64("experiment", x.Name, customer)%100 < uint64(max(x.Share, 0)) {
		return Challenger
	}
	return Champion
}

// Runs reports whether the experiment has begun.
func (x *Experiment) Runs(at card.Moment) bool { return x.From == "" || x.From <= date(at) }

// begins is the midnight at which the experiment begins, in a moment's offset; unknown without a day.
func (x *Experiment) begins(near card.Moment) card.Moment {
	day, err := time.Parse(time.DateOnly, x.From)
	if err != nil {
		return card.Moment{}
	}
	near.UnixMilli = day.UnixMilli() - int64(near.OffsetMinutes)*time.Minute.Milliseconds()
	return near
}

// ArmsOf is the arm of a customer in each of the policy's experiments that have begun; nil without any.
func (p *Policy) ArmsOf(customer string, at card.Moment) (arms map[string]Arm) {
	for i := range p.Experiments {
		if x := &p.Experiments[i]; x.Runs(at) {
			if arms == nil {
				arms = map[string]Arm{}
			}
			arms[x.Name] = x.ArmOf(customer)
		}
	}
	return arms
}

// WithoutExperiments is the same desk without the experiments of these names: all their customers are the champion's.
func (d *Desk) WithoutExperiments(stopped []string) *Desk {
	core := &Desk{policy: d.policy, silences: d.silences}
	core.policy.Experiments = slices.DeleteFunc(slices.Clone(d.policy.Experiments), func(x Experiment) bool { return slices.Contains(stopped, x.Name) })
	return core
}

// checkExperiments adds what is wrong with the experiments.
func (p Policy) checkExperiments(add func(bad bool, format string, args ...any)) {
	seen, varied := map[string]bool{}, map[string]string{}
	for i, x := range p.Experiments {
		add(x.Name == "" || len(x.Name) > 64, "experiments[%d].name: must have 1 … 64 bytes", i)
		add(seen[x.Name], "experiments[%d].name: %q is there twice", i, x.Name)
		seen[x.Name] = true
		add(x.Share < 1 || x.Share > maxShare, "experiments[%d].share: %d is outside 1 … %d: a tenth at least is control", i, x.Share, maxShare)
		_, err := time.Parse(time.DateOnly, x.From)
		add(x.From != "" && err != nil, "experiments[%d].from: %q is no day such as 2026-03-01", i, x.From)
		p.checkChallenger(add, i, varied)
		x.Stop.check(add, i)
	}
}

// checkChallenger holds a challenger against the champion and the other ones: of two that vary the same thing, neither could be judged.
func (p Policy) checkChallenger(add func(bad bool, format string, args ...any), i int, varied map[string]string) {
	x := &p.Experiments[i]
	x.Challenger.check(add, fmt.Sprintf("experiments[%d].challenger", i), false)
	for _, field := range x.Challenger.Named() {
		add(varied[field] != "", "experiments[%d].challenger.%s: experiment %q varies it already", i, field, varied[field])
		varied[field] = x.Name
	}
	same := x.Challenger.Rank == p.Treatment.Rank || x.Challenger.SelfCurePercent == p.Treatment.SelfCurePercent ||
		len(x.Challenger.RemindDays) > 0 && sameDays(x.Challenger.RemindDays, p.Treatment.RemindDays)
	add(same, "experiments[%d].challenger: names what the champion does already; leave out what does not differ", i)
}

// sameDays reports whether two lists of days hold the same, in any order.
func sameDays(a, b []int) bool {
	return len(a) == len(b) && !slices.ContainsFunc(a, func(d int) bool { return !slices.Contains(b, d) })
}
