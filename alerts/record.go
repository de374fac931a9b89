package alerts

import (
	"strconv"

	"github.com/cardwatch/cardwatch/alerts/conduct"
	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// Conduct is one thing that was agreed with or done to a customer in collecting (cardwatch.conduct.v1): the bank's record for its own
// systems and its regulator, and what the figures about collecting are made of. It holds no number and no free text. What may be done is
// the business of package conduct.
type Conduct struct {
	card.Head
	Account string
	Kind    ConductKind
	// Tier and Currency are the account's then; Tier is empty for an account that is in none.
	Tier     detectors.Tier
	Currency card.Currency
	// AmountMinor is what was promised or agreed, PaidMinor what of it had come when it was judged, in minor units.
	AmountMinor, PaidMinor int64
	// Channel, Party and Outcome belong to contacts: by what way, with whom, and how it ended.
	Channel, Party, Outcome string
	// Rules are those that refused a contact.
	Rules []RuleID
	// Flag is what a flag says about the customer, such as "complaint", a RestrictionKind, or the class of what was erased.
	Flag string
	// Actor is the staff member, or one of the actors of a case's history.
	Actor string
}

// ConductKind is what happened.
type ConductKind string

// The kinds of conduct. A promise ends as one of the last three of its own; a plan ends as kept or ended.
const (
	PromiseMade       ConductKind = "promise_made"
	PromiseKeptInTime ConductKind = "promise_kept"
	PromiseKeptInPart ConductKind = "promise_partial"
	PromiseFailed     ConductKind = "promise_broken"

	PlanOffered  ConductKind = "plan_offered"
	PlanSigned   ConductKind = "plan_signed"
	PlanKept     ConductKind = "plan_kept"
	PlanBreached ConductKind = "plan_breached"
	PlanEnded    ConductKind = "plan_ended"

	// An ordinary instalment is offered, applied for, consented to and booked; it ends as one of the last four.
	InstalmentOffered   ConductKind = "instalment_offered"
	InstalmentApplied   ConductKind = "instalment_applied"
	InstalmentConsented ConductKind = "instalment_consented"
	InstalmentBooked    ConductKind = "instalment_booked"
	InstalmentRefused   ConductKind = "instalment_refused"
	InstalmentLapsed    ConductKind = "instalment_lapsed"
	InstalmentWithdrawn ConductKind = "instalment_withdrawn"
	InstalmentEnded     ConductKind = "instalment_ended"

	// ContactReserved is a contact that staff are about to make, ContactMade one whose outcome is known, ContactSent a message that a
	// provider has accepted, ContactRefused one that the rules did not let happen.
	ContactReserved ConductKind = "contact_reserved"
	ContactMade     ConductKind = "contact_made"
	ContactSent     ConductKind = "contact_sent"
	ContactRefused  ConductKind = "contact_refused"

	FlagSet ConductKind = "flagged"
	// OptedOut is a customer with an overdue account who refuses a channel.
	OptedOut ConductKind = "opted_out"

	FlagCleared ConductKind = "unflagged"
	// Erased is a class of records, named in Flag, that nothing keeps any more and that has gone (PIPL art. 47).
	Erased ConductKind = "erased"
)

// ConductKinds lists them all.
func ConductKinds() []ConductKind {
	return []ConductKind{
		PromiseMade, PromiseKeptInTime, PromiseKeptInPart, PromiseFailed, PlanOffered, PlanSigned, PlanKept, PlanBreached, PlanEnded,
		InstalmentOffered, InstalmentApplied, InstalmentConsented, InstalmentBooked, InstalmentRefused, InstalmentLapsed, InstalmentWithdrawn, InstalmentEnded,
		ContactReserved, ContactMade, ContactSent, ContactRefused, FlagSet, FlagCleared, OptedOut, Erased,
	}
}

// conduct tells what happened about an account, with what it stands at. The id is the same in every replay.
func (st *step) conduct(c Conduct) {
	if e := st.s.Entry(c.Account); e != nil {
		c.Tier, c.Currency = e.Tier, e.Currency
	}
	c.Head = card.Head{
		ID:       newID("conduct", st.s.Customer, string(c.Kind), c.Account, st.now.String(), strconv.Itoa(len(st.out.Conduct))),
		Customer: st.s.Customer, At: st.now,
	}
	st.out.Conduct = append(st.out.Conduct, c)
}

// messageConduct tells of a message about money that went out, or that rules kept back.
func (st *step) messageConduct(m *Message, kind ConductKind, actor string, rules []RuleID) {
	if m.Purpose == Service {
		st.conduct(Conduct{Account: m.Account, Kind: kind, Channel: string(m.Channel), Party: string(conduct.Debtor), Rules: rules, Actor: actor})
	}
}
