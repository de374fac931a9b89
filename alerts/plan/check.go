package plan

// FindingCode names what speaks against a plan, or must be known about it.
type FindingCode string

// The findings. Those up to TermsProblem block a plan, the others are to be known.
const (
	// Unaffordable: an instalment is above what the customer can pay (CONC 7.3, UK-PRESS).
	Unaffordable FindingCode = "unaffordable"
	// NeedsBorrowing: it could only be paid with new debt (CN-BAN).
	NeedsBorrowing FindingCode = "needs_borrowing"
	// NothingAffordable: nothing is left to pay with.
	NothingAffordable FindingCode = "nothing_affordable"
	// SavingsTooSmall: a lump sum would eat the reserve.
	SavingsTooSmall FindingCode = "savings_too_small"
	// NoRecoverySeen: a deferral helps when things get better, and nothing says that they will.
	NoRecoverySeen FindingCode = "no_recovery_seen"
	// RecoveryTooLate: the hardship lasts longer than a deferral may.
	RecoveryTooLate FindingCode = "recovery_too_late"
	// NotOffered: the bank's policy has no such plan.
	NotOffered FindingCode = "not_offered"
	// NoInterestToReduce: the card's rate is not above the reduced one.
	NoInterestToReduce FindingCode = "no_interest_to_reduce"
	// OtherCurrency: the policy speaks of another currency than the debt.
	OtherCurrency FindingCode = "other_currency"
	// TermsProblem: the terms cannot be calculated; Finding.Problem says why.
	TermsProblem FindingCode = "terms_problem"

	// DistressedLoss: the bank's loss in value is above 1 %: a default in the EU (EU-DOD).
	DistressedLoss FindingCode = "distressed_loss"
	// DearerThanMinimum: it costs more than paying the minimum.
	DearerThanMinimum FindingCode = "dearer_than_minimum"
	// InterestBearsInterest: the contract lets unpaid interest bear interest.
	InterestBearsInterest FindingCode = "interest_bears_interest"
	// Tight: it asks for more than the comfortable part of what is affordable.
	Tight FindingCode = "tight"
)

// Blocks reports whether a plan with this finding must not be agreed.
func (c FindingCode) Blocks() bool {
	switch c {
	case DistressedLoss, DearerThanMinimum, InterestBearsInterest, Tight:
		return false
	default:
		return true
	}
}

// Finding is one finding with the value and the limit that it was measured by: minor units, or a Rate for DistressedLoss.
type Finding struct {
	Code         FindingCode
	Value, Limit int64
	// Problem is what is wrong with the terms, for TermsProblem.
	Problem ProblemCode
}

// Blocked reports whether a finding blocks the plan.
func Blocked(findings []Finding) bool {
	for _, f := range findings {
		if f.Code.Blocks() {
			return true
		}
	}
	return false
}

// Check says what speaks against a schedule for a customer with these means. None means that it may be agreed.
func Check(p Policy, m Means, s Schedule) (findings []Finding) {
	t := s.Terms
	if found := t.Problems(); len(found) > 0 {
		return []Finding{{Code: TermsProblem, Problem: found[0]}}
	}
	if t.Currency != p.Currency {
		return []Finding{{Code: OtherCurrency}}
	}
	findings = p.checkMonthly(m, s)
	if t.Kind == LumpSum {
		findings = p.checkLumpSum(m, s)
	}
	f := s.Figures(p.Minimum)
	if f.Distressed {
		findings = append(findings, Finding{Code: DistressedLoss, Value: int64(f.NPVLoss), Limit: int64(distressed)})
	}
	if f.Minimum.Ends && f.SavingMinor < 0 {
		findings = append(findings, Finding{Code: DearerThanMinimum, Value: f.PayableMinor, Limit: f.Minimum.PaidMinor})
	}
	if t.InterestOnInterest {
		findings = append(findings, Finding{Code: InterestBearsInterest})
	}
	return findings
}

// checkMonthly holds every instalment against what is affordable when it falls due.
func (p Policy) checkMonthly(m Means, s Schedule) (findings []Finding) {
	room, asks := p.Room(m), s.InstalmentMinor()
	if s.Terms.Kind == Deferral && s.Terms.DeferMonths >= m.RecoveryMonths {
		room = p.LaterRoom(m)
	}
	over := Finding{Value: asks, Limit: room.AffordableMinor}
	switch {
	case room.AffordableMinor == 0:
		over.Code = NothingAffordable
	case asks > room.FreeMinor:
		over.Code, over.Limit = NeedsBorrowing, room.FreeMinor
	case asks > room.AffordableMinor:
		over.Code = Unaffordable
	case asks > p.Comfort.Of(room.AffordableMinor):
		over.Code, over.Limit = Tight, p.Comfort.Of(room.AffordableMinor)
	default:
		return nil
	}
	return []Finding{over}
}

// checkLumpSum holds one payment against the savings: a reserve for living must stay.
func (p Policy) checkLumpSum(m Means, s Schedule) []Finding {
	free := max(0, within(m.SavingsMinor)-int64(p.ReserveMonths)*p.Room(m).NeededMinor)
	if s.PayableMinor() > free {
		return []Finding{{Code: SavingsTooSmall, Value: s.PayableMinor(), Limit: free}}
	}
	return nil
}
