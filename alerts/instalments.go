package alerts

import (
	"time"

	"github.com/cardwatch/cardwatch/alerts/plan"
	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// InstalmentAct is the part of a Command that is about an ordinary instalment; the amount is the command's own. What it costs, the desk reckons
// itself from the bank's price: Shown is only compared with it.
type InstalmentAct struct {
	// Kind, Months (1 … 60) and Way are what ApplyInstalment asks for. OfInstalment says that the amount holds a debt in instalments,
	// ToOwnAccount that cash goes to the customer's own account that is not a credit card's.
	Kind                       plan.OfferKind
	Months                     int
	Way                        plan.Collection
	OfInstalment, ToOwnAccount bool
	// MonthlyFee is the bank's price when they applied (Policy.InstalmentFee), which the server writes into the command: a replay under a later
	// price has to agree the same.
	MonthlyFee plan.Rate
	// Shown is the cost that the customer was shown, with ApplyInstalment and ConsentInstalment.
	Shown plan.Quote
	// Reference is the record of the application, the consent or the contract, an opaque id.
	Reference string
	// ByCustomer says that the customer applied or consented, and nobody for them; Form and Recording are those of the consent.
	ByCustomer bool
	Form       plan.Form
	Recording  string
}

// instalmentActs says which act on an instalment a verb asks for; OfferInstalment makes one.
var instalmentActs = map[Verb]plan.InstalmentAct{
	OfferInstalment: "", ApplyInstalment: plan.InstalmentApply, ConsentInstalment: plan.InstalmentConsent, BookInstalment: plan.InstalmentBook,
	RefuseInstalment: plan.InstalmentRefuse, WithdrawInstalment: plan.InstalmentWithdraw, AskInstalmentPerson: plan.InstalmentAskPerson,
}

// InstalmentVerbs are what staff can do to an instalment in a state, an offer of a new one left out.
func InstalmentVerbs(state plan.InstalmentState) []Verb {
	switch state {
	case plan.InstalmentOffered:
		return []Verb{ApplyInstalment, RefuseInstalment, WithdrawInstalment}
	case plan.InstalmentApplied:
		return []Verb{ApplyInstalment, ConsentInstalment, RefuseInstalment, WithdrawInstalment}
	case plan.InstalmentConsented:
		return []Verb{BookInstalment, RefuseInstalment, WithdrawInstalment}
	}
	return nil
}

// MaxReference bounds the number of a record, in bytes: it is an id.
const MaxReference = 64

// maxInstalments bounds the instalments that a customer's state remembers; those that are over go first.
const maxInstalments = 16

// Instalment is the newest instalment of an account, whatever its state; nil when there never was one. The pointer is valid until the next Step.
func (s *State) Instalment(account string) *plan.Instalment {
	for i := len(s.Instalments) - 1; i >= 0; i-- {
		if s.Instalments[i].Account == account {
			return &s.Instalments[i]
		}
	}
	return nil
}

// InstalmentByID finds an instalment; nil when there is none. The pointer is valid until the next Step.
func (s *State) InstalmentByID(id string) *plan.Instalment {
	return find(s.Instalments, func(i *plan.Instalment) bool { return i.ID == id })
}

// InInstalments reports whether a debt of the account is in instalments already, or is about to be: by an ordinary instalment that is not over,
// or by a plan.
func (s *State) InInstalments(account string) bool {
	return s.RunningPlan(account) != nil ||
		find(s.Instalments, func(i *plan.Instalment) bool { return i.Account == account && i.State.Binds() }) != nil
}

// offerRest is for how long a customer who has refused an offer is made no other unasked. Own choice: three bills.
const offerRest = 90 * 24 * time.Hour

// wantsNoOffer reports whether an account is not to be offered an instalment unasked: its customer wants no such offers or has refused the last
// one not long ago, or there is nothing that may be put into instalments.
func (s *State) wantsNoOffer(account string, at card.Moment) bool {
	i := s.Instalment(account)
	refused := i != nil && i.State == plan.InstalmentRefused && at.Before(i.Since.Add(offerRest))
	return refused || s.restriction(noOffersID) != nil || s.instalmentSuppressed(account) || s.InInstalments(account)
}

// OffersStopped reports whether the customer has said that they want no unasked offers.
func (s *State) OffersStopped() bool { return s.restriction(noOffersID) != nil }

var noOffersID = (&Restriction{Kind: NoOffers}).id()

// NoMoreOffers is the act of customers who want no unasked offers any more, OffersAgain that of those who want them again; both lack the head,
// the actor and the account.
func NoMoreOffers() Command {
	return Command{Verb: Restrict, Restriction: RestrictionAct{Kind: NoOffers}}
}

// OffersAgain is described at NoMoreOffers.
func OffersAgain() Command {
	return Command{Verb: LiftRestriction, Restriction: RestrictionAct{ID: noOffersID}}
}

// instalmentSuppressed reports whether nobody may agree an instalment for an account: its debt is disputed, its customer is not to be dealt
// with, or cannot consent.
func (s *State) instalmentSuppressed(account string) bool {
	for _, flag := range s.FlagsOf(account) {
		if flag == Disputed || flag == Incapacity || flagRules[flag].suppressed {
			return true
		}
	}
	return false
}

// InstalmentFee is the bank's price of an ordinary instalment: the share of the whole amount that is charged with every part.
func (p *Policy) InstalmentFee() plan.Rate { return plan.Rate(p.InstalmentFeeBps) * plan.BasisPoint }

// heardByAnybody are the acts that wait for nobody who works the account: what the customer wants, by whoever hears it, and that the bank has
// booked what they consented to.
var heardByAnybody = map[Verb]bool{RefuseInstalment: true, AskInstalmentPerson: true, BookInstalment: true}

// instalmentCommand applies an act to the account's instalment.
func (st *step) instalmentCommand(cmd *Command) Refusal {
	e, act := st.s.Entry(cmd.Account), &cmd.Instalment
	byCustomer := cmd.Actor == ActorCustomer
	if !heardByAnybody[cmd.Verb] && !byCustomer && e != nil && e.Owner != "" && e.Owner != cmd.Actor {
		return RefusedNotOwner
	}
	if max(len(act.Reference), len(act.Recording)) > MaxReference {
		return RefusedBadArgument
	}
	if cmd.Verb == OfferInstalment {
		if e == nil {
			return RefusedUnknownAccount
		}
		refusal := st.offerInstalment(e.Account, cmd.ID, nil, clone(cmd.Actor))
		if refusal == "" && !byCustomer {
			st.queue(st.serviceMessage(cmd.ID, e.Account, InstalmentOffer)) // whether or not they may get it, the offer stands: they have asked for it
		}
		return refusal
	}
	i := st.s.Instalment(cmd.Account)
	if i == nil {
		return RefusedNoInstalment
	}
	ev := plan.InstalmentEvent{
		Act: instalmentActs[cmd.Verb], Way: clone(act.Way), Shown: act.Shown, Reference: clone(act.Reference), ByCustomer: act.ByCustomer,
		Form: clone(act.Form), Recording: clone(act.Recording), Suppressed: st.s.instalmentSuppressed(i.Account),
		InInstalments: !i.State.Binds() && st.s.InInstalments(i.Account),
	}
	if cmd.Verb == ApplyInstalment {
		if e == nil {
			return RefusedUnknownAccount // nobody has told us its currency
		}
		ev.Offer = plan.OrdinaryOffer(clone(act.Kind), e.Currency, cmd.AmountMinor, act.Months, act.MonthlyFee)
		ev.Offer.OfInstalment, ev.Offer.ToOwnAccount = act.OfInstalment, act.ToOwnAccount
		ev.OwedMinor, ev.UndividedMinor = e.BalanceMinor, e.UndividedMinor()
	}
	refusal := st.instalmentMoves(i, ev, clone(cmd.Actor))
	if refusal == "" && !byCustomer && cmd.Verb != AskInstalmentPerson {
		i.Person = false // a person is at it
	}
	return refusal
}

// personSpoke notes that staff have spoken with the customer about an account.
func (st *step) personSpoke(account string) {
	if i := st.s.Instalment(account); i != nil {
		i.Person = false
	}
}

// PersonWanted reports whether the customer waits for a person about an account's instalment.
func (s *State) PersonWanted(account string) bool {
	i := s.Instalment(account)
	return i != nil && i.Person
}

// offerInstalment lays an offer before the customer. One that is under way stands; a debt that is in instalments is not offered again.
func (st *step) offerInstalment(account, cause string, why []string, actor string) Refusal {
	switch i := st.s.Instalment(account); {
	case i != nil && !i.State.Over() && !i.State.Binds():
		return RefusedWrongState
	case st.s.instalmentSuppressed(account):
		return Refusal(plan.AccountSuppressed)
	case st.s.InInstalments(account):
		return Refusal(plan.AgainRefused)
	}
	until := st.now.Add(time.Duration(st.policy.InstalmentOfferDays) * 24 * time.Hour)
	i := plan.OfferInstalment(newID("instalment", account, cause), account, why, st.now, until)
	st.s.Instalments = append(st.s.Instalments, i)
	st.instalmentMoved(&i, "", actor)
	return ""
}

// offeredBy makes the offer that a finding of the monitor proposes, once and with its message; it is withdrawn when the finding ends before the
// customer has applied: the bill is paid.
func (st *step) offeredBy(a *detectors.Alert) {
	id := newID("instalment", a.Account, a.AlertID)
	made := find(st.s.Instalments, func(i *plan.Instalment) bool { return i.ID == id })
	switch {
	case a.State != detectors.Closed:
		if st.service(a, InstalmentOffer) && made == nil && a.Account != "" {
			st.offerInstalment(clone(a.Account), a.AlertID, whyOffered(a), ActorMonitor)
		}
	case made != nil && made.State == plan.InstalmentOffered:
		st.instalmentMoves(made, plan.InstalmentEvent{Act: plan.InstalmentWithdraw}, ActorMonitor)
	}
}

// whyOffered are the codes of a finding's first reasons, as many as a customer reads.
func whyOffered(a *detectors.Alert) (codes []string) {
	for _, r := range a.Reasons[:min(len(a.Reasons), maxWhyOffered)] {
		codes = append(codes, string(clone(r.Code)))
	}
	return codes
}

const maxWhyOffered = 8

// instalmentMoves applies an event to an instalment.
func (st *step) instalmentMoves(i *plan.Instalment, ev plan.InstalmentEvent, actor string) Refusal {
	before := i.State
	next, refusal := plan.StepInstalment(*i, ev, st.now)
	if refusal != "" {
		return Refusal(refusal) // both are in the glossary's one list
	}
	*i = next
	switch e := st.s.Entry(i.Account); {
	case i.State != before || ev.Act == plan.InstalmentApply:
		st.instalmentMoved(i, before, actor)
	case ev.Act == plan.InstalmentAskPerson && e != nil:
		st.note(&e.History, ActPersonAsked, actor, "")
	}
	return ""
}

// instalmentConduct is what the record says of an instalment's new state.
var instalmentConduct = map[plan.InstalmentState]ConductKind{
	plan.InstalmentOffered: InstalmentOffered, plan.InstalmentApplied: InstalmentApplied, plan.InstalmentConsented: InstalmentConsented,
	plan.InstalmentActive: InstalmentBooked, plan.InstalmentRefused: InstalmentRefused, plan.InstalmentLapsed: InstalmentLapsed,
	plan.InstalmentWithdrawn: InstalmentWithdrawn, plan.InstalmentFinished: InstalmentEnded,
}

// instalmentMoved tells of an instalment's new state, and writes it into its account's history. An offer that is over is not sent any more.
func (st *step) instalmentMoved(i *plan.Instalment, before plan.InstalmentState, actor string) {
	st.moved(InstalmentMoved, i.ID, string(before), string(i.State), "")
	st.conduct(Conduct{Account: i.Account, Kind: instalmentConduct[i.State], AmountMinor: i.Offer.AmountMinor, Currency: i.Offer.Currency, Actor: actor})
	if e := st.s.Entry(i.Account); e != nil {
		st.note(&e.History, ActInstalmentMoved, actor, string(i.State))
	}
	if i.State.Over() {
		st.withdrawService(i.Account, RuleNoOffer, InstalmentOffer)
	}
}

// passInstalmentTime lets time alone change an instalment: an offer lapses, a term is over.
func (st *step) passInstalmentTime(i *plan.Instalment) {
	if st.due(i.Until) {
		st.instalmentMoves(i, plan.InstalmentEvent{Act: plan.InstalmentPass}, ActorClock)
	}
}

// instalmentOver reports whether nothing can happen to an instalment any more.
func instalmentOver(i *plan.Instalment) bool { return i.State.Over() }
