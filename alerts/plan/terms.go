package plan

import (
	"fmt"

	"github.com/cardwatch/cardwatch/detectors/card"
)

// Kind is a way to pay back. The kinds are the measures that CONC 7.3 and CCD2 Art. 35 name, and the principal-first plan (先本后息) of
// Chinese banks.
type Kind string

// The kinds.
const (
	// Equal pays the same every month; a payment covers the month's interest and fees first, then principal.
	Equal Kind = "equal"
	// PrincipalFirst pays the same every month; it goes to the principal until that is gone, to interest and fees afterwards. As principal
	// falls faster, it never costs more than Equal.
	PrincipalFirst Kind = "principal_first"
	// Deferral asks for nothing in the first Terms.DeferMonths, then pays as Equal. Interest of the deferred months is owed, but bears none.
	Deferral Kind = "deferral"
	// Reduced pays as Equal at the lower Terms.PlanRate.
	Reduced Kind = "reduced"
	// Frozen pays as Equal and charges no interest from the signing on.
	Frozen Kind = "frozen"
	// LumpSum settles the debt in one payment at Terms.FirstDue, usually with something waived; its amount is final.
	LumpSum Kind = "lump_sum"
)

// Kinds lists the kinds.
func Kinds() []Kind { return []Kind{Equal, PrincipalFirst, Deferral, Reduced, Frozen, LumpSum} }

const (
	// MaxMonths is the longest plan (Art. 70: five years).
	MaxMonths = 60
	// maxMinor bounds every amount: ten thousand million yuan. It keeps sums and products far from overflow.
	maxMinor = 1_000_000_000_000
)

// Terms are what a plan is calculated from. Interest is charged by the month, a twelfth of the year's rate on the principal that is left,
// the first time for the month that ends at FirstDue; what accrued before belongs into InterestMinor. Fees never bear interest
// (违约金 is not compounded, CN-LATE).
type Terms struct {
	Kind     Kind
	Currency card.Currency
	// PrincipalMinor, InterestMinor and FeesMinor are owed at the start: principal > 0, the interest accrued and the fees ≥ 0.
	PrincipalMinor, InterestMinor, FeesMinor int64
	// Rate is the card contract's interest a year, what the debt costs without a plan: 0 … 100 %.
	Rate Rate
	// PlanRate is the agreed lower rate; for Reduced alone, 0 for the others.
	PlanRate Rate
	// Months is the whole term, deferred months included: 1 … MaxMonths; 1 for a LumpSum.
	Months int
	// DeferMonths is how many months at the start ask for nothing; for Deferral alone, 1 … Months−1.
	DeferMonths int
	// FirstDue is when the first month ends. Its local day is the due day of every month, or the month's last where it has no such day.
	FirstDue card.Moment
	// WaivedInterestMinor and WaivedFeesMinor are parts of InterestMinor and FeesMinor that the bank lets go.
	WaivedInterestMinor, WaivedFeesMinor int64
	// InterestOnInterest says that the contract lets unpaid interest bear interest. Without a word in the contract it does not.
	InterestOnInterest bool
}

// ProblemCode names what is wrong with terms.
type ProblemCode string

// The problems.
const (
	UnknownKind        ProblemCode = "unknown_kind"
	NoCurrency         ProblemCode = "no_currency"
	NoPrincipal        ProblemCode = "no_principal"
	NegativeAmount     ProblemCode = "negative_amount"
	AmountTooLarge     ProblemCode = "amount_too_large"
	RateOutOfRange     ProblemCode = "rate_out_of_range"
	RateNotReduced     ProblemCode = "rate_not_reduced"
	PlanRateUnused     ProblemCode = "plan_rate_unused"
	TermOutOfRange     ProblemCode = "term_out_of_range"
	LumpSumHasNoTerm   ProblemCode = "lump_sum_has_no_term"
	DeferralOutOfRange ProblemCode = "deferral_out_of_range"
	NoFirstDue         ProblemCode = "no_first_due"
	WaivedTooMuch      ProblemCode = "waived_too_much"
)

// Problem is one thing that is wrong with terms; it is the error of Schedule. The words for people are in the glossary under plan_problem.
type Problem struct{ Code ProblemCode }

// Error implements error.
func (p *Problem) Error() string { return fmt.Sprintf("plan: terms cannot be calculated: %s", p.Code) }

// Problems lists all that is wrong with terms, nothing when a schedule can be made of them.
func (t Terms) Problems() (found []ProblemCode) {
	add := func(wrong bool, code ProblemCode) {
		if wrong {
			found = append(found, code)
		}
	}
	amounts := []int64{t.PrincipalMinor, t.InterestMinor, t.FeesMinor, t.WaivedInterestMinor, t.WaivedFeesMinor}
	negative, large := false, false
	for _, a := range amounts {
		negative, large = negative || a < 0, large || a > maxMinor
	}
	add(!t.Kind.known(), UnknownKind)
	add(t.Currency == card.Currency{}, NoCurrency)
	add(t.PrincipalMinor == 0, NoPrincipal)
	add(negative, NegativeAmount)
	add(large, AmountTooLarge)
	add(!negative && (t.WaivedInterestMinor > t.InterestMinor || t.WaivedFeesMinor > t.FeesMinor), WaivedTooMuch)
	add(t.Rate < 0 || t.Rate > maxRate || t.PlanRate < 0 || t.PlanRate > maxRate, RateOutOfRange)
	add(t.Kind == Reduced && t.PlanRate >= t.Rate, RateNotReduced)
	add(t.Kind != Reduced && t.PlanRate != 0, PlanRateUnused)
	add(t.Months < 1 || t.Months > MaxMonths, TermOutOfRange)
	add(t.Kind == LumpSum && t.Months > 1, LumpSumHasNoTerm)
	deferrable := t.DeferMonths >= 1 && t.DeferMonths < t.Months
	add(t.Kind == Deferral && !deferrable || t.Kind != Deferral && t.DeferMonths != 0, DeferralOutOfRange)
	add(t.FirstDue.IsZero(), NoFirstDue)
	return found
}

func (k Kind) known() bool {
	for _, known := range Kinds() {
		if k == known {
			return true
		}
	}
	return false
}

// RunningRate is the interest a year that the plan charges while it runs.
func (t Terms) RunningRate() Rate {
	switch t.Kind {
	case Frozen, LumpSum:
		return 0
	case Reduced:
		return t.PlanRate
	default:
		return t.Rate
	}
}

// DebtMinor is all that is owed at the start, before anything is waived.
func (t Terms) DebtMinor() int64 { return t.PrincipalMinor + t.InterestMinor + t.FeesMinor }
