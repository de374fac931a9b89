package detectors

import (
	"time"

	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/detectors/ledger"
)

// RepaymentStress (还款压力) judges accounts at each statement and 7, 3 and 1 days before the due date while the minimum is
// unpaid: a scorecard tells how likely the payment is missed. The stressed are offered an instalment plan, once a bill; who
// only tends to forget is reminded.
type RepaymentStress struct {
	// ElevatedAt and HighAt are the miss probabilities at which the bands begin.
	ElevatedAt float64 `yaml:"elevated_at" doc:"The probability of missing the minimum payment, 0 to 1, from which the band is elevated."`
	HighAt     float64 `yaml:"high_at" doc:"The probability of missing the minimum payment, 0 to 1, from which the band is high and a plan is offered."`
	// ForgetfulMonths of the last three, with the minimum paid late but paid, make a customer forgetful.
	ForgetfulMonths int `yaml:"forgetful_months" doc:"So many of the last three months with the minimum paid late make a customer forgetful, who is reminded."`
	// The shares of income, of spending and the number of failed draws that weigh on a stressed account (affordability).
	SpendToIncomePercent       int64 `yaml:"spend_to_income_percent" doc:"From this percentage of income spent on the card on, an offer has high severity."`
	MinDueToIncomePercent      int64 `yaml:"min_due_to_income_percent" doc:"From a minimum payment of this percentage of monthly income on, an offer has high severity."`
	InstalmentsToIncomePercent int64 `yaml:"instalments_to_income_percent" doc:"From instalments of this percentage of monthly income in one bill on, an offer has high severity."`
	CashGrowthPercent          int64 `yaml:"cash_growth_percent" doc:"From cash in the last cycle of this percentage of the cycles before on, an offer has high severity."`
	SalaryGapDays              int64 `yaml:"salary_gap_days" doc:"From so many days since the last salary on, an offer has high severity."`
	SalaryShortPercent         int64 `yaml:"salary_short_percent" doc:"From a last salary of this percentage below the known income on, an offer has high severity."`
	CashSharePercent           int64 `yaml:"cash_share_percent" doc:"From this percentage of spending drawn as cash on, an offer has high severity."`
	FailedAutopay              int64 `yaml:"failed_autopay" doc:"From so many failed automatic payments in the last bills on, an offer has high severity."`
	// StrainsForOffer of the above at their limits are trouble that the probability does not know of.
	StrainsForOffer int64 `yaml:"strains_for_offer" doc:"With so many of the affordability limits reached, a plan is offered in the elevated band already."`
	// Scorecard is the table of points; it travels in a file of its own.
	Scorecard Scorecard `yaml:"-"`
}

// DefaultRepaymentStress gives the defaults and why.
func DefaultRepaymentStress() RepaymentStress {
	return RepaymentStress{
		// Of the customers who are still current in the UCI data, 6 % are at 0.25 or above and a third of those miss the
		// payment; 29 % are at 0.15 or above. A bank that fits its own table sets its own.
		ElevatedAt: 0.15, HighAt: 0.25,
		// One month is enough: a reminder costs next to nothing and helps those who can pay (notes/collections.md §3.2).
		ForgetfulMonths: 1,
		// Who spends more on the card than comes in lives on credit.
		SpendToIncomePercent: 100,
		// Half of the income is the usual bound of all debt service (notes/collections.md §3.3); one card's minimum at a
		// third leaves little for rent and other loans.
		MinDueToIncomePercent: 33,
		// A third again for instalments, which cannot be put off to the next month as spending can.
		InstalmentsToIncomePercent: 33,
		// Twice the usual cash is a change; less is a holiday.
		CashGrowthPercent: 200,
		// Salaries come monthly: half a month overdue is no bank holiday.
		SalaryGapDays: 45,
		// A third less is a lost bonus or short time, more than overtime that varies.
		SalaryShortPercent: 33,
		// One strain may be a habit; two together are seldom.
		StrainsForOffer: 2,
		// Cash advances cost interest from the first day; those who can wait do not draw a third of their use.
		CashSharePercent: 33,
		// A draw that fails once is a fact about the customer's bank account.
		FailedAutopay: 1,
		Scorecard:     DefaultScorecard(),
	}
}

// About says who the detector is.
func (d *RepaymentStress) About() About {
	return About{
		Name: "repayment_stress", Version: 1,
		Title: Text{Zh: "还款压力", En: "Repayment stress"},
		Summary: Text{
			Zh: "出账单时及到期前7、3、1天评估未还最低还款额的可能性；压力高者提供分期方案，仅易忘记者发还款提醒。",
			En: "How likely the minimum payment is missed, at the statement and 7, 3 and 1 days before due: a plan is offered to the stressed, a reminder to the forgetful.",
		},
	}
}

// Validate names everything that is wrong with the configuration.
func (d *RepaymentStress) Validate() []Problem {
	var c checks
	c.that(d.ElevatedAt > 0 && d.ElevatedAt < d.HighAt, "elevated_at", "must be above 0 and below high_at")
	c.that(d.HighAt < 1, "high_at", "must be below 1")
	c.between("forgetful_months", d.ForgetfulMonths, 1, ledger.Months)
	c.between("spend_to_income_percent", int(d.SpendToIncomePercent), 1, 1000)
	c.between("min_due_to_income_percent", int(d.MinDueToIncomePercent), 1, 100)
	c.between("cash_share_percent", int(d.CashSharePercent), 1, 100)
	c.between("instalments_to_income_percent", int(d.InstalmentsToIncomePercent), 1, 100)
	c.between("cash_growth_percent", int(d.CashGrowthPercent), 101, mostGrowth)
	c.between("salary_gap_days", int(d.SalaryGapDays), 1, 366)
	c.between("salary_short_percent", int(d.SalaryShortPercent), 1, 100)
	c.between("strains_for_offer", int(d.StrainsForOffer), 1, 100)
	c.between("failed_autopay", int(d.FailedAutopay), 1, 100)
	if err := d.Scorecard.Validate(); err != nil {
		c.that(false, "scorecard", err.Error())
	}
	return c
}

// The bands of an assessment.
const (
	bandLow      = "low"
	bandElevated = "elevated"
	bandHigh     = "high"
	// bandUnknown is an account's before its first whole billing cycle: the table was fitted on accounts with a past, and
	// takes a newcomer for one who never pays. Nothing follows from it.
	bandUnknown = "unknown"
)

// band is low where no minimum is asked for: an unused card looks like one that nobody pays.
func (d *RepaymentStress) band(missProbability float64, cycles int, minDueMinor int64) string {
	switch {
	case cycles == 0:
		return bandUnknown
	case minDueMinor == 0:
		return bandLow
	case missProbability >= d.HighAt:
		return bandHigh
	case missProbability >= d.ElevatedAt:
		return bandElevated
	}
	return bandLow
}

// stage is when in a bill's life an assessment is made; each is one bit of ledger.Marks.Done.
type stage uint8

const (
	atStatement stage = iota
	sevenDaysBefore
	threeDaysBefore
	dayBefore
	// offered and reminded are the alerts that a bill has had.
	offered
	reminded
)

// assessmentHour is the local hour of assessments before the due date: a message that follows is inside all contact hours.
const assessmentHour = 10

// daysBefore is how long before the due date a stage is.
func (g stage) daysBefore() int {
	return [...]int{sevenDaysBefore: 7, threeDaysBefore: 3, dayBefore: 1}[g]
}

// at is the moment of a stage before the due date of a bill.
func (g stage) at(b *ledger.Bill) card.Moment {
	return midnight(b.DueAt, -g.daysBefore()).Add(assessmentHour * time.Hour)
}

func done(a *ledger.Account, g stage) bool { return a.Marks.Done&(1<<g) != 0 }

func markDone(a *ledger.Account, g stage) { a.Marks.Done |= 1 << g }

// pending reports whether an assessment before the due date of the newest bill is still to be made. A stage from before the
// statement is not.
func pending(a *ledger.Account, g stage) bool {
	b := a.Newest()
	return !done(a, g) && b.At.Before(g.at(b))
}

// nextAssessment is the moment of the newest bill's next assessment; false when all have been made.
func nextAssessment(a *ledger.Account) (at card.Moment, ok bool) {
	for g := sevenDaysBefore; g <= dayBefore; g++ {
		if pending(a, g) {
			return g.at(a.Newest()), true
		}
	}
	return card.Moment{}, false
}

// assessBeforeDue makes the assessment of the latest stage that time has reached. Stages that were slept through are not
// made up for, and nothing is assessed that is paid or past due.
func (v *visit) assessBeforeDue() {
	if v.account.Newest() == nil {
		return
	}
	reached := atStatement
	for g := sevenDaysBefore; g <= dayBefore; g++ {
		if pending(v.account, g) && !v.now.Before(g.at(v.account.Newest())) {
			markDone(v.account, g)
			reached = g
		}
	}
	if reached != atStatement && v.account.Standing(v.now, v.terms).Next.Minor > 0 {
		v.assess(reached, "")
	}
}
