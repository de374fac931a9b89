package alerts

import (
	"slices"
	"strconv"

	"github.com/cardwatch/cardwatch/alerts/conduct"
	"github.com/cardwatch/cardwatch/alerts/plan"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// PlanAct is the part of a Command that is about a plan to pay back. PlanOffer needs Terms; PlanSign needs what Art. 70 asks of a contract
// beside the schedule that was offered, in Contract.
type PlanAct struct {
	// Terms are what is offered; their currency is the account's.
	Terms plan.Terms
	// Contract holds what the customer agrees to. Its schedule, grace and tolerance are not the command's to say.
	Contract plan.Contract
}

// planActs says which act on a plan a verb asks for.
var planActs = map[Verb]plan.Act{
	PlanOffer: plan.ActOffer, PlanSign: plan.ActSign, PlanDecline: plan.ActDecline, PlanReview: plan.ActReview,
	PlanContinue: plan.ActContinue, PlanTerminate: plan.ActTerminate, PlanRenegotiate: plan.ActRenegotiate,
}

// PlanVerbs are what staff can do to a plan in a state, an offer of a new one left out.
func PlanVerbs(state plan.State) []Verb {
	switch state {
	case plan.Offered:
		return []Verb{PlanSign, PlanDecline}
	case plan.Breached:
		return []Verb{PlanReview}
	case plan.UnderReview:
		return []Verb{PlanContinue, PlanRenegotiate, PlanTerminate}
	}
	return nil
}

// cardRate is the interest of card contracts whose own the bank does not tell: 0.05 % a day (2016 notice of the central bank).
const cardRate = plan.Rate(1825) * plan.BasisPoint

// Rate is the interest of the account's card contract a year, of which plans and what they are compared with are reckoned.
func (e *QueueEntry) Rate() plan.Rate {
	if e.RateBps == 0 {
		return cardRate
	}
	return plan.Rate(e.RateBps) * plan.BasisPoint
}

// UndividedMinor is what of the balance is not in instalments yet: an instalment of the bill is of this, and of no more (CN-INST-2).
func (e *QueueEntry) UndividedMinor() int64 { return max(e.BalanceMinor-e.InstalmentMinor, 0) }

// ProposePlans reckons what could be offered to the customer with the means that they tell of, the first payment in a month. Nothing of it is
// kept: job and family are their own affair (PIPL art. 28).
func (e *QueueEntry) ProposePlans(means plan.Means, now card.Moment) []plan.Proposal {
	debt := plan.Debt{Currency: e.Currency, PrincipalMinor: max(e.BalanceMinor, e.OverdueMinor), Rate: e.Rate(), FirstDue: plan.MonthsAfter(now, 1)}
	return plan.Propose(plan.Defaults(), means, debt)
}

// PlanLacks is what keeps an account's offered plan from being signed under what the customer has agreed to; nothing when there is no plan.
func (s *State) PlanLacks(account string, said plan.Contract) []plan.Missing {
	p := s.Plan(account)
	if p == nil {
		return nil
	}
	c := agreed(&p.Contract, &said)
	return c.Complete()
}

// planRefusals says how the desk names why an act on a plan has no effect.
var planRefusals = map[plan.Refusal]Refusal{
	plan.RefusedState: RefusedWrongState, plan.RefusedIncomplete: RefusedPlanIncomplete, plan.RefusedLapsed: RefusedPlanLapsed,
	plan.RefusedAmount: RefusedBadArgument, plan.RefusedNoReason: RefusedBadArgument, plan.RefusedOver: RefusedPlanOver,
}

// maxPlans bounds the plans that a customer's state remembers; those that have ended go first.
const maxPlans = 16

// Plan is the newest plan for an account, whatever its state; nil when there never was one. The pointer is valid until the next Step.
func (s *State) Plan(account string) *plan.Plan {
	for i := len(s.Plans) - 1; i >= 0; i-- {
		if s.Plans[i].Account == account {
			return &s.Plans[i]
		}
	}
	return nil
}

// RunningPlan is the plan that forbids collecting from an account: signed, and not ended (Art. 70); nil when there is none.
func (s *State) RunningPlan(account string) *plan.Plan {
	return find(s.Plans, func(p *plan.Plan) bool { return p.Account == account && p.State.StopsCollections() })
}

// planOver reports whether nothing can happen to a plan any more but a payment's being taken back.
func planOver(p *plan.Plan) bool {
	switch p.State {
	case plan.Declined, plan.Terminated, plan.Renegotiated, plan.Kept:
		return true
	}
	return false
}

// planCommand applies an act of staff to an account's plan. The account need not be in the queue any more, but a plan is offered to one that is.
func (st *step) planCommand(cmd *Command) Refusal {
	e := st.s.Entry(cmd.Account)
	if e != nil && e.Owner != "" && e.Owner != cmd.Actor {
		return RefusedNotOwner
	}
	if cmd.Verb == PlanOffer {
		return st.offerPlan(e, cmd)
	}
	p := st.s.Plan(cmd.Account)
	if p == nil {
		return RefusedNoPlan
	}
	next := *p
	if cmd.Verb == PlanSign {
		next.Contract = agreed(&p.Contract, &cmd.Plan.Contract)
		st.out.Missing = next.Contract.Complete()
	}
	return st.planMoves(p, next, plan.Event{Act: planActs[cmd.Verb], Reason: clone(cmd.Note)}, clone(cmd.Actor))
}

// agreed is an offered contract with what the customer has agreed to.
func agreed(offered, said *plan.Contract) plan.Contract {
	c := *said
	c.Schedule, c.GraceDays, c.ToleranceMinor = offered.Schedule, offered.GraceDays, offered.ToleranceMinor
	c.Rights, c.Breach, c.Other, c.Form, c.Recording = clone(c.Rights), clone(c.Breach), clone(c.Other), clone(c.Form), clone(c.Recording)
	return c
}

// offerPlan drafts a plan for an account in the queue and lays it before the customer; one that is under way has to end first.
func (st *step) offerPlan(e *QueueEntry, cmd *Command) Refusal {
	if e == nil {
		return RefusedUnknownAccount
	}
	if p := st.s.Plan(e.Account); p != nil && !planOver(p) {
		return RefusedWrongState
	}
	terms := cmd.Plan.Terms
	terms.Kind, terms.Currency = clone(terms.Kind), e.Currency
	schedule, err := terms.Schedule()
	if err != nil {
		return RefusedBadArgument
	}
	c := plan.Contract{Schedule: schedule, GraceDays: st.policy.PlanGraceDays, ToleranceMinor: st.policy.PlanToleranceMinor}
	draft := plan.New(newID("plan", e.Account, cmd.ID, st.now.String()), e.Account, c, st.now)
	offered, _, refusal := plan.Step(draft, plan.Event{Act: plan.ActOffer}, st.now)
	if refusal != "" {
		return planRefusals[refusal]
	}
	if offered.State != plan.Offered {
		return RefusedPlanLapsed // its first payment is due before anybody could sign
	}
	st.s.Plans = append(st.s.Plans, offered)
	st.moved(PlanMoved, offered.ID, "", string(offered.State), "")
	st.notePlan(&offered, clone(cmd.Actor), clone(cmd.Note))
	return ""
}

// planMoves applies an event to a plan and does what follows for the account.
func (st *step) planMoves(p *plan.Plan, next plan.Plan, ev plan.Event, actor string) Refusal {
	before := p.State
	next, effects, refusal := plan.Step(next, ev, st.now)
	if refusal != "" {
		return planRefusals[refusal]
	}
	*p = next
	if p.State != before {
		st.moved(PlanMoved, p.ID, string(before), string(p.State), "")
		st.notePlan(p, actor, ev.Reason)
	}
	if slices.Contains(effects, plan.CollectionsStopped) {
		st.stopCollecting(p)
	}
	return ""
}

// stopCollecting is what a signature does at once (Art. 70): what waits is not sent, and a promise gives way to the plan.
func (st *step) stopCollecting(p *plan.Plan) {
	st.withdrawService(p.Account, RuleID(conduct.CNPlanStop), "")
	if e := st.s.Entry(p.Account); e != nil && e.Promise.State == PromiseOpen {
		st.promiseTo(e, PromiseCancelled)
	}
}

// planConduct is what the record says of a plan's new state.
var planConduct = map[plan.State]ConductKind{
	plan.Offered: PlanOffered, plan.Signed: PlanSigned, plan.Kept: PlanKept, plan.Breached: PlanBreached,
	plan.Terminated: PlanEnded, plan.Renegotiated: PlanEnded, plan.Declined: PlanEnded,
}

// notePlan writes a plan's new state into the history of its account.
func (st *step) notePlan(p *plan.Plan, actor, reason string) {
	if kind, told := planConduct[p.State]; told {
		st.conduct(Conduct{Account: p.Account, Kind: kind, AmountMinor: p.Contract.Schedule.Terms.DebtMinor(), Currency: p.Contract.Schedule.Terms.Currency, Actor: actor})
	}
	if e := st.s.Entry(p.Account); e != nil {
		note := string(p.State)
		if reason != "" {
			note += ": " + reason
		}
		st.note(&e.History, ActPlanMoved, actor, note)
	}
}

// passPlanTime lets time alone change a plan: an offer lapses, a missed instalment becomes a breach.
func (st *step) passPlanTime(p *plan.Plan) {
	if st.due(p.Wake()) {
		st.planMoves(p, *p, plan.Event{Act: plan.ActPass}, ActorClock)
	}
}

// payPlan counts a payment for the account's running plan, when it was made after the signature.
func (st *step) payPlan(account string, at card.Moment, minor int64) {
	if p := st.s.RunningPlan(account); p != nil && !at.Before(p.SignedAt) {
		st.planMoves(p, *p, plan.Event{Act: plan.ActPay, AmountMinor: minor}, ActorCustomer)
	}
}

// unpayPlan takes a payment back from the plan that it counted for, one that it had settled included.
func (st *step) unpayPlan(account string, at card.Moment, minor int64) {
	p := st.s.Plan(account)
	if p != nil && !p.SignedAt.IsZero() && !at.Before(p.SignedAt) {
		st.planMoves(p, *p, plan.Event{Act: plan.ActTakeBack, AmountMinor: minor}, ActorProvider)
	}
}

// planNeedsReview reports whether a person has to look at a breach of the account's plan.
func (s *State) planNeedsReview(account string) bool {
	p := s.RunningPlan(account)
	return p != nil && (p.State == plan.Breached || p.State == plan.UnderReview)
}

// PlanProgress is "3/12" for a plan three of whose twelve instalments are paid.
func PlanProgress(p *plan.Plan) string {
	return strconv.Itoa(p.PaidLines()) + "/" + strconv.Itoa(len(p.Contract.Schedule.Lines))
}
