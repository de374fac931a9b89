package detectors

import (
	"math"

	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/detectors/ledger"
)

// Delinquency says what counts as paid and in which order overdue accounts are worked.
type Delinquency struct {
	// Tolerance (容差) is how far a payment may fall short of the minimum and still count, in major units of the account's
	// currency.
	Tolerance int64 `yaml:"tolerance" doc:"How far a payment may fall short of the minimum and still count, in major units of the currency."`
	// ToleranceDays (容时) is for how many days after its due date an unpaid minimum is not overdue at all. It is not the grace tier,
	// which is the gentle treatment of the first overdue days: with 3 days of tolerance an account that goes on not paying is mild
	// on the fourth day and never in grace.
	ToleranceDays int `yaml:"tolerance_days" doc:"For how many days after its due date an unpaid minimum does not count as overdue; then the days count from the due date."`
	// Allocation is which minimum a payment goes to first. Fees, interest and principal are no part of a statement here, so payments
	// are not split by them.
	Allocation Allocation `yaml:"allocation" doc:"Which unpaid minimum a payment goes to first: oldest_minimum or newest_minimum."`
	// HalfPriority is the value of miss probability × √(balance at risk in major units) that gets priority 50.
	HalfPriority float64 `yaml:"half_priority" doc:"The miss probability times the square root of the balance at risk, in major units, that gets priority 50 of 100."`
}

// Allocation is the order in which a payment is booked to unpaid minimums.
type Allocation string

// The allocations. Oldest first re-ages the account with every payment; newest first keeps the current bill paid while the old debt
// ages.
const (
	OldestMinimum Allocation = "oldest_minimum"
	NewestMinimum Allocation = "newest_minimum"
)

// DefaultDelinquency gives the defaults and why.
func DefaultDelinquency() Delinquency {
	return Delinquency{
		// About 10 yuan is what Chinese banks agreed to forgive (notes/collections.md CN-GRACE).
		Tolerance: 10,
		// The three days that Chinese banks wait (容时) are the grace tier: the account is seen, and only served.
		ToleranceDays: 0,
		// Collection systems match payments first in, first out (notes/collections.md §3), and the customer is never longer past
		// due than need be.
		Allocation: OldestMinimum,
		// A one-in-five risk on 20,000 yuan, an ordinary overdue balance, stands in the middle.
		HalfPriority: 28,
	}
}

// problems names everything that is wrong with the section.
func (d *Delinquency) problems() []Problem {
	var c checks
	c.that(d.Tolerance >= 0 && d.Tolerance <= 1000, "delinquency.tolerance", "must lie in 0 … 1000 major units")
	c.that(d.ToleranceDays >= 0 && d.ToleranceDays <= 10, "delinquency.tolerance_days", "must lie in 0 … 10, before the next statement")
	c.that(d.Allocation == OldestMinimum || d.Allocation == NewestMinimum, "delinquency.allocation", "must be oldest_minimum or newest_minimum")
	c.that(d.HalfPriority > 0 && d.HalfPriority < 1e6, "delinquency.half_priority", "must be above 0 and below 1000000")
	return c
}

func (d *Delinquency) terms(c card.Currency) ledger.Terms {
	return ledger.Terms{ToleranceMinor: d.Tolerance * int64(math.Pow10(c.Places())), ToleranceDays: d.ToleranceDays,
		NewestFirst: d.Allocation == NewestMinimum}
}

// unknownRisk stands in for an account that was never assessed: an overdue one is late again every other time
// (49.5 % of the late in the UCI data, notes/collections.md §3.1).
const unknownRisk = 0.5

// Priority orders a queue for people's time, 0 … 100: risk × √balance, which reached the most money at equal people
// (notes/collections.md §3.1). The value is squeezed by v ÷ (v + HalfPriority), which keeps the order of the ranks without
// knowing the other accounts.
func (d *Delinquency) Priority(missProbability, balanceMajor float64) int {
	v := missProbability * math.Sqrt(max(balanceMajor, 0))
	return int(math.Round(100 * v / (v + d.HalfPriority)))
}

// judgeTier reports the account's tier when it is another than last time.
func (v *visit) judgeTier(standing *ledger.Standing) {
	marks := &v.account.Marks
	tier := tierIndex(standing.DaysPastDue, marks.Assessed && marks.High && standing.Next.Minor > 0)
	if tier == marks.Tier {
		return
	}
	tiers := Tiers()
	c := Collection{
		Account: v.account.ID, Tier: tiers[tier].Tier, PreviousTier: tiers[marks.Tier].Tier, DaysPastDue: standing.DaysPastDue,
		Labels:       Classification(standing.DaysPastDue),
		OverdueMinor: standing.OverdueMinor, BalanceMinor: v.account.AtRiskMinor(standing.OverdueMinor), Currency: v.account.Currency,
		RateBps: v.account.RateBps, MissProbability: unknownRisk,
	}
	if b := v.account.Newest(); b != nil {
		c.InstalmentMinor = b.InstalmentMinor
	}
	if marks.Assessed {
		c.MissProbability = float64(marks.MissBasisPoints) / 1e4
	}
	if c.Tier != NoTier {
		c.Priority = v.m.rules.Delinquency.Priority(c.MissProbability, v.major(c.BalanceMinor))
	}
	c.Reasons = []Reason{
		{Code: "days_past_due", Value: int64(c.DaysPastDue), Limit: int64(tiers[tier].From), Unit: Days},
		{Code: "overdue", Value: c.OverdueMinor, Unit: Minor},
		{Code: "miss_probability", Value: percent(c.MissProbability), Unit: Percent},
		{Code: "balance_at_risk", Value: c.BalanceMinor, Unit: Minor},
	}
	if standing.Estimated {
		date := standing.OldestDue.String()[:len("2026-03-20")]
		c.Reasons = append(c.Reasons, Reason{Code: "due_date_estimated", Value: int64(standing.DaysPastDue), Unit: Days,
			Baseline: Text{Zh: date, En: date}})
	}
	if standing.Told {
		c.Reasons = append(c.Reasons, Reason{Code: "bank_ageing", Value: int64(standing.DaysPastDue), Unit: Days})
	}
	c.Head = v.head("collection", string(c.PreviousTier), string(c.Tier))
	v.out.Collections = append(v.out.Collections, c)
	marks.Tier = tier
}

// midnight is the start of the local day that lies days after a due date, in the due date's offset.
func midnight(due card.Moment, days int) card.Moment {
	const day, minute = 24 * 60 * 60 * 1000, 60 * 1000
	due.UnixMilli = (int64(due.LocalDay())+int64(days))*day - int64(due.OffsetMinutes)*minute
	return due
}

func percent(share float64) int64 { return int64(math.Round(100 * share)) }
