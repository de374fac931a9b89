package plan

import "github.com/cardwatch/cardwatch/detectors/card"

// Instalment is an ordinary instalment from its offer to its end, by the 2022 notice: the customer applies on their own, consents in a step of
// its own, and only then is it booked.
type Instalment struct {
	// ID and Account are opaque.
	ID, Account string
	State       InstalmentState
	// Why are the codes of what an unasked offer was made for; empty for one that somebody asked for.
	Why []string
	// Since is when it came into its state. Until is when time alone ends it: an offer or an application lapses then, the term of one that is
	// booked is over then; zero for never.
	Since, Until card.Moment
	// Offer is what was applied for, Way how its interest is paid; both are empty before that.
	Offer Offer
	Way   Collection
	// Consent refers to the application, the contract and the separate consent; Form says how the consent was given, Recording is that of an
	// oral one.
	Consent   Consent
	Form      Form
	Recording string
	// Person says that the customer has asked for a person, and nobody has spoken to them since.
	Person bool
}

// InstalmentState is where an instalment stands.
type InstalmentState string

// The states.
const (
	InstalmentOffered InstalmentState = "offered"
	// InstalmentApplied: the customer has applied, nothing is agreed.
	InstalmentApplied InstalmentState = "applied"
	// InstalmentConsented: the customer has consented separately; the bank has to book it.
	InstalmentConsented InstalmentState = "consented"
	InstalmentActive    InstalmentState = "active"
	// The ends: the customer does not want it, nobody took it in time, the bank took it back, its term is over.
	InstalmentRefused   InstalmentState = "refused"
	InstalmentLapsed    InstalmentState = "lapsed"
	InstalmentWithdrawn InstalmentState = "withdrawn"
	InstalmentFinished  InstalmentState = "finished"
)

// InstalmentAct is what happens to an instalment.
type InstalmentAct string

// The acts. The last two follow from time.
const (
	InstalmentApply   InstalmentAct = "apply"
	InstalmentConsent InstalmentAct = "consent"
	// InstalmentBook is the bank that has booked it under a contract of its own.
	InstalmentBook   InstalmentAct = "book"
	InstalmentRefuse InstalmentAct = "refuse"
	// InstalmentAskPerson is the customer who wants a person instead of a machine (PIPL art. 24); it changes nothing that was agreed.
	InstalmentAskPerson InstalmentAct = "ask_person"
	InstalmentWithdraw  InstalmentAct = "withdraw"
	// InstalmentPass is time alone.
	InstalmentPass   InstalmentAct = "pass"
	InstalmentLapse  InstalmentAct = "lapse"
	InstalmentFinish InstalmentAct = "finish"
)

// instalmentTable says where an act takes an instalment; what a state does not list is refused. No way leads to the consent but through an
// application, and the customer may refuse until it is booked. Never written to.
var instalmentTable = map[InstalmentState]map[InstalmentAct]InstalmentState{
	InstalmentOffered: {
		InstalmentApply: InstalmentApplied, InstalmentRefuse: InstalmentRefused, InstalmentWithdraw: InstalmentWithdrawn,
		InstalmentAskPerson: InstalmentOffered, InstalmentPass: InstalmentOffered, InstalmentLapse: InstalmentLapsed,
	},
	InstalmentApplied: {
		InstalmentApply: InstalmentApplied, InstalmentConsent: InstalmentConsented, InstalmentRefuse: InstalmentRefused,
		InstalmentWithdraw: InstalmentWithdrawn, InstalmentAskPerson: InstalmentApplied, InstalmentPass: InstalmentApplied,
		InstalmentLapse: InstalmentLapsed,
	},
	InstalmentConsented: {
		InstalmentBook: InstalmentActive, InstalmentRefuse: InstalmentRefused, InstalmentWithdraw: InstalmentWithdrawn,
		InstalmentAskPerson: InstalmentConsented,
	},
	InstalmentActive:  {InstalmentAskPerson: InstalmentActive, InstalmentPass: InstalmentActive, InstalmentFinish: InstalmentFinished},
	InstalmentRefused: {}, InstalmentLapsed: {}, InstalmentWithdrawn: {}, InstalmentFinished: {},
}

// Over reports whether nothing can happen to an instalment in this state any more.
func (s InstalmentState) Over() bool { return len(instalmentTable[s]) == 0 }

// Binds reports whether a part of the account's debt is in instalments, or is about to be: it must not be put into instalments again.
func (s InstalmentState) Binds() bool { return s == InstalmentConsented || s == InstalmentActive }

// InstalmentRefusal says why an act changed nothing.
type InstalmentRefusal string

// The refusals. Each is of a rule of the 2022 notice (Rule), but for the first four.
const (
	InstalmentWrongState InstalmentRefusal = "wrong_state"
	// OfferLapsed: its time is over.
	OfferLapsed InstalmentRefusal = "offer_lapsed"
	// AccountSuppressed: the debt is disputed, or nobody may deal with the customer about it.
	AccountSuppressed InstalmentRefusal = "account_suppressed"
	// MoreThanOwed: a bill's instalment is of the bill, and of no more.
	MoreThanOwed InstalmentRefusal = "more_than_owed"
	// AgainRefused: what is in instalments already is not put into instalments again.
	AgainRefused        InstalmentRefusal = "instalment_again"
	CashTooMuchRefused  InstalmentRefusal = "cash_too_much"
	CashTooLongRefused  InstalmentRefusal = "cash_too_long"
	CashElsewhereDenied InstalmentRefusal = "cash_elsewhere"
	// TermsRefused: an amount, a term, a currency or a way to pay that no instalment may have.
	TermsRefused InstalmentRefusal = "terms_refused"
	// CostNotShown: without the cost a year, in interest and in all, there is no application and no consent; CostChanged: what was shown is not
	// what it costs.
	CostNotShown InstalmentRefusal = "cost_not_shown"
	CostChanged  InstalmentRefusal = "cost_changed"
	// NoReference: the application, the consent or the contract has no record.
	NoReference InstalmentRefusal = "no_reference"
	// NotTheCustomer: somebody else applied or consented.
	NotTheCustomer InstalmentRefusal = "not_the_customer"
	// NotSeparate: the consent refers to the record of the application.
	NotSeparate InstalmentRefusal = "not_separate"
	// NoForm: nothing says whether the consent was written or oral; NoRecording: it was oral and was not recorded.
	NoForm      InstalmentRefusal = "no_form"
	NoRecording InstalmentRefusal = "no_recording"
)

// refusalRules are the rules that refusals keep. Never written to.
var refusalRules = map[InstalmentRefusal]RuleID{
	AgainRefused: RuleRepeated, CashTooMuchRefused: RuleLimits, CashTooLongRefused: RuleLimits, CashElsewhereDenied: RuleLimits,
	TermsRefused: RuleLimits, CostNotShown: RuleCost, CostChanged: RuleCost, NoReference: RuleApplication, NotTheCustomer: RuleApplication,
	NotSeparate: RuleApplication, NoForm: RuleApplication, NoRecording: RuleApplication,
}

// Rule is the rule of the 2022 notice that a refusal keeps; empty when it keeps none.
func (r InstalmentRefusal) Rule() RuleID { return refusalRules[r] }

// Quote is the cost as a customer was shown it, the cost a year first.
type Quote struct {
	Annual                      Rate
	InterestMinor, PayableMinor int64
}

// Quote is what of a cost has to be shown with the schedule.
func (c *Cost) Quote() Quote { return Quote{c.Annual, c.InterestMinor, c.PayableMinor} }

// InstalmentEvent is an act with what belongs to it.
type InstalmentEvent struct {
	Act InstalmentAct
	// Offer is what the customer applies for, Way how they want to pay the interest: they choose, nothing is chosen for them.
	Offer Offer
	Way   Collection
	// Shown is the cost that the customer has been shown, with an application and with a consent.
	Shown Quote
	// Reference is the record of the application, the consent or the contract.
	Reference string
	// ByCustomer says that it is the customer who applies or consents, and nobody for them.
	ByCustomer bool
	Form       Form
	Recording  string
	// OwedMinor is what the account owes, UndividedMinor the part of it that is not in instalments yet: an instalment of a bill goes beyond neither.
	OwedMinor, UndividedMinor int64
	// Suppressed and InInstalments are facts about the account: nobody may deal with it; it has a debt in instalments already.
	Suppressed, InInstalments bool
}

// OrdinaryOffer is an instalment shown as the notice wants it: both ways to pay the interest, neither ticked, and the cost a year first.
func OrdinaryOffer(kind OfferKind, currency card.Currency, amountMinor int64, months int, monthlyFee Rate) Offer {
	return Offer{
		Kind: kind, Currency: currency, AmountMinor: amountMinor, Months: months, MonthlyFee: monthlyFee,
		Collect: []Collection{Monthly, UpFront}, Shown: []Shown{ShownAnnual, ShownInterest, ShownPayable, ShownSchedule},
	}
}

// OfferInstalment makes an offer that stands until a moment. why is described at Instalment.
func OfferInstalment(id, account string, why []string, now, until card.Moment) Instalment {
	return Instalment{ID: id, Account: account, State: InstalmentOffered, Why: why, Since: now, Until: until}
}
