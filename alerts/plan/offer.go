package plan

import (
	"slices"

	"github.com/cardwatch/cardwatch/detectors/card"
)

// OfferKind is what an ordinary instalment turns into parts.
type OfferKind string

// The kinds of ordinary instalments.
const (
	BillInstalment     OfferKind = "bill"     // 账单分期
	PurchaseInstalment OfferKind = "purchase" // 消费分期
	CashInstalment     OfferKind = "cash"     // 预借现金分期
)

// Collection is when the interest of an instalment is paid.
type Collection string

// The ways.
const (
	Monthly Collection = "monthly"
	UpFront Collection = "up_front"
)

// Shown is a figure that an offer shows.
type Shown string

// The figures.
const (
	ShownAnnual   Shown = "annual_rate"
	ShownInterest Shown = "total_interest"
	ShownPayable  Shown = "total_payable"
	ShownSchedule Shown = "schedule"
)

// Offer is an ordinary instalment before the customer has asked for it, as the 2022 notice sees it.
type Offer struct {
	Kind        OfferKind
	Currency    card.Currency
	AmountMinor int64
	Months      int
	// MonthlyFee is the share of the whole amount that is charged with every instalment, the way cards in China quote it. It is interest
	// and must be called so.
	MonthlyFee Rate
	// Collect are the ways that the customer can choose from, Ticked the one that is chosen beforehand; none is the honest one.
	Collect []Collection
	Ticked  Collection
	// Accepted says that the offer is accepted unless the customer refuses.
	Accepted bool
	// OfInstalment says that the amount holds a balance that is an instalment already; Personalised that it is a plan under Art. 70.
	OfInstalment, Personalised bool
	// MinimumPayment says that its parts may be paid by the minimum.
	MinimumPayment bool
	// ToOwnAccount says that cash goes to the customer's own account that is not a credit card's.
	ToOwnAccount bool
	// Shown are the figures in the order in which they are shown.
	Shown []Shown
}

// Consent is what the customer did to get an instalment.
type Consent struct {
	// Application and Contract refer to the customer's own application and to the contract of this instalment alone, Separate to the
	// consent that was asked for by itself.
	Application, Contract, Separate string
	// Bundled says that it came with another product.
	Bundled bool
}

// RuleID is a rule of the 2022 notice, as notes/collections.md §1.1 numbers them.
type RuleID string

// The rules.
const (
	RuleApplication RuleID = "CN-INST-1"
	RuleRepeated    RuleID = "CN-INST-2"
	RuleUpFront     RuleID = "CN-INST-3"
	RuleLimits      RuleID = "CN-INST-4"
	RuleCost        RuleID = "CN-FEE"
)

// Violation is a rule that an offer or a consent breaks, and how.
type Violation struct {
	Rule   RuleID
	Detail ViolationCode
}

// ViolationCode says how a rule is broken.
type ViolationCode string

// The violations.
const (
	AcceptedByDefault      ViolationCode = "accepted_by_default"
	NoApplication          ViolationCode = "no_application"
	NoOwnContract          ViolationCode = "no_own_contract"
	NoSeparateConsent      ViolationCode = "no_separate_consent"
	BundledWithOther       ViolationCode = "bundled"
	InstalmentAgain        ViolationCode = "instalment_again"
	MinimumOnInstalment    ViolationCode = "minimum_on_instalment"
	OnlyUpFront            ViolationCode = "only_up_front"
	UpFrontTicked          ViolationCode = "up_front_ticked"
	NoWayToPay             ViolationCode = "no_way_to_pay"
	TermTooLong            ViolationCode = "term_too_long"
	NoTerm                 ViolationCode = "no_term"
	CashTooMuch            ViolationCode = "cash_too_much"
	CashTooLong            ViolationCode = "cash_too_long"
	CashElsewhere          ViolationCode = "cash_elsewhere"
	CashOtherCurrency      ViolationCode = "cash_other_currency"
	AnnualNotFirst         ViolationCode = "annual_not_first"
	CostIncomplete         ViolationCode = "cost_incomplete"
	AmountOrFeeOutOfBounds ViolationCode = "amount_or_fee_out_of_bounds"
	// UnknownOffer: nobody can say which limits hold.
	UnknownOffer ViolationCode = "unknown_offer"
)

const (
	maxCash       = 50_000_00 // yuan, in fen
	maxCashMonths = 24
)

// Validate lists the rules that an offer breaks, nothing when it may be shown.
func (o *Offer) Validate() (broken []Violation) {
	add := func(breaks bool, rule RuleID, detail ViolationCode) {
		if breaks {
			broken = append(broken, Violation{rule, detail})
		}
	}
	add(o.Accepted, RuleApplication, AcceptedByDefault)
	add(o.OfInstalment && !o.Personalised, RuleRepeated, InstalmentAgain)
	add(o.MinimumPayment, RuleRepeated, MinimumOnInstalment)
	upFront, monthly := slices.Contains(o.Collect, UpFront), slices.Contains(o.Collect, Monthly)
	add(!upFront && !monthly, RuleUpFront, NoWayToPay)
	add(upFront && !monthly, RuleUpFront, OnlyUpFront)
	add(o.Ticked == UpFront, RuleUpFront, UpFrontTicked)
	add(!slices.Contains([]OfferKind{BillInstalment, PurchaseInstalment, CashInstalment}, o.Kind), RuleLimits, UnknownOffer)
	add(o.Months < 1, RuleLimits, NoTerm)
	add(o.Months > MaxMonths, RuleLimits, TermTooLong)
	if o.Kind == CashInstalment {
		yuan := o.Currency == card.Currency{'C', 'N', 'Y'}
		add(!yuan, RuleLimits, CashOtherCurrency)
		add(yuan && o.AmountMinor > maxCash, RuleLimits, CashTooMuch)
		add(o.Months > maxCashMonths, RuleLimits, CashTooLong)
		add(!o.ToOwnAccount, RuleLimits, CashElsewhere)
	}
	add(o.AmountMinor <= 0 || o.AmountMinor > maxMinor || o.MonthlyFee < 0 || o.MonthlyFee > maxRate, RuleCost, AmountOrFeeOutOfBounds)
	add(len(o.Shown) == 0 || o.Shown[0] != ShownAnnual, RuleCost, AnnualNotFirst)
	for _, s := range []Shown{ShownInterest, ShownPayable, ShownSchedule} {
		if !slices.Contains(o.Shown, s) {
			add(true, RuleCost, CostIncomplete)
			break
		}
	}
	return broken
}

// Agree lists the rules that taking up an offer would break: those of the offer itself, and an own application, an own contract and a
// consent asked for by itself.
func (o *Offer) Agree(c Consent) []Violation {
	broken := o.Validate()
	for _, lack := range []struct {
		lacks  bool
		detail ViolationCode
	}{
		{c.Application == "", NoApplication}, {c.Contract == "", NoOwnContract}, {c.Separate == "", NoSeparateConsent}, {c.Bundled, BundledWithOther},
	} {
		if lack.lacks {
			broken = append(broken, Violation{RuleApplication, lack.detail})
		}
	}
	return broken
}
