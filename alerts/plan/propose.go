package plan

import (
	"cmp"
	"slices"
	"sort"

	"github.com/cardwatch/cardwatch/detectors/card"
)

// Debt is what a customer owes on a card, as Terms has it.
type Debt struct {
	Currency                                 card.Currency
	PrincipalMinor, InterestMinor, FeesMinor int64
	// Rate is the card contract's interest a year.
	Rate Rate
	// FirstDue is when the first payment could fall due.
	FirstDue card.Moment
}

// Proposal is a plan that an agent may lay before a customer, or why it may not.
type Proposal struct {
	Schedule Schedule
	Figures  Figures
	// Findings are what blocks it or must be known.
	Findings []Finding
	// MarginMinor is what stays of the affordable amount each month.
	MarginMinor int64
}

// Feasible reports whether nothing blocks the proposal.
func (p Proposal) Feasible() bool { return !Blocked(p.Findings) }

// Propose tries every kind and gives one proposal for each: the shortest term whose instalments are comfortable, the longest term when none
// is. What is feasible comes first, ordered by what leaves the customer most safe: comfortable before tight; what works with the means of
// today before what spends savings, and that before what rests on a better future; then the least to pay in all, then the shortest.
func Propose(p Policy, m Means, d Debt) []Proposal {
	proposals := make([]Proposal, 0, len(Kinds()))
	for _, k := range Kinds() {
		proposals = append(proposals, p.propose(m, d, k))
	}
	slices.SortStableFunc(proposals, func(a, b Proposal) int {
		return cmp.Or(cmp.Compare(a.danger(), b.danger()), cmp.Compare(a.Figures.PayableMinor, b.Figures.PayableMinor),
			cmp.Compare(len(a.Schedule.Lines), len(b.Schedule.Lines)))
	})
	return proposals
}

// danger orders proposals before money does.
func (p Proposal) danger() (n int) {
	switch p.Schedule.Terms.Kind {
	case LumpSum:
		n = 1
	case Deferral:
		n = 2
	}
	if slices.ContainsFunc(p.Findings, func(f Finding) bool { return f.Code == Tight }) {
		n += 4
	}
	if !p.Feasible() {
		n += 8
	}
	return n
}

func (p Policy) propose(m Means, d Debt, k Kind) Proposal {
	t := Terms{Kind: k, Currency: d.Currency, PrincipalMinor: d.PrincipalMinor, InterestMinor: d.InterestMinor, FeesMinor: d.FeesMinor,
		Rate: d.Rate, FirstDue: d.FirstDue, Months: min(p.MaxMonths, MaxMonths)}
	var findings []Finding
	if !slices.Contains(p.Kinds, k) {
		findings = append(findings, Finding{Code: NotOffered})
	}
	room := p.Room(m)
	switch k {
	case LumpSum:
		t.Months = 1
	case Reduced:
		t.PlanRate = p.ReducedRate
		if d.Rate <= p.ReducedRate {
			t.PlanRate = max(0, d.Rate-1)
			findings = append(findings, Finding{Code: NoInterestToReduce, Value: int64(d.Rate), Limit: int64(p.ReducedRate)})
		}
	case Deferral:
		room = p.LaterRoom(m)
		t.DeferMonths = max(1, min(m.RecoveryMonths, p.DeferMonths, t.Months-1))
		findings = append(findings, p.recovery(m)...)
	}
	if found := t.Problems(); len(found) > 0 {
		return Proposal{Schedule: Schedule{Terms: t}, Findings: append(findings, Finding{Code: TermsProblem, Problem: found[0]})}
	}
	if k != LumpSum {
		t.Months = t.shortest(p.Comfort.Of(room.AffordableMinor))
	}
	s, err := t.Schedule()
	if err != nil {
		return Proposal{Schedule: Schedule{Terms: t}, Findings: append(findings, Finding{Code: TermsProblem})}
	}
	return Proposal{Schedule: s, Figures: s.Figures(p.Minimum), Findings: append(findings, Check(p, m, s)...),
		MarginMinor: max(0, room.AffordableMinor-s.InstalmentMinor())}
}

// recovery says what speaks against counting on a better future.
func (p Policy) recovery(m Means) []Finding {
	switch {
	case m.RecoveryMonths <= 0 || m.LaterIncomeMinor == 0:
		return []Finding{{Code: NoRecoverySeen}}
	case m.RecoveryMonths > p.DeferMonths:
		return []Finding{{Code: RecoveryTooLate, Value: int64(m.RecoveryMonths), Limit: int64(p.DeferMonths)}}
	default:
		return nil
	}
}

// shortest is the least number of months whose instalment is within a limit, t.Months when none is: a longer term never asks for more
// a month.
func (t Terms) shortest(limit int64) int {
	least := t.DeferMonths + 1
	return least + sort.Search(t.Months-least, func(i int) bool {
		t.Months = least + i
		return t.level() <= limit
	})
}
