package web

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/alerts/conduct"
	"github.com/cardwatch/cardwatch/alerts/plan"
	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/stream"
)

const accountPath = "/account"

// accountPage is one overdue account: why it is worked, whether its customer may be contacted, and what was agreed.
type accountPage struct {
	*alerts.QueueEntry
	Customer    string
	Labels      detectors.Labels
	Reasons     []alertReason
	Ranks       []alertReason
	Mine, Taken bool
	// Ways are how the customer can be reached, each with what the rules say now; Pending the contacts that wait for their outcome.
	Ways    []contactWay
	Pending []pendingContact
	Results []conduct.Result
	Pack    conduct.PackID
	// Flags are those that hold; Settable the others.
	Flags    []alerts.Flagged
	Settable []alerts.Flag
	// Restrictions are what the customer has asked of contact about debts; Kinds and Channels what they can ask.
	Restrictions []alerts.Restriction
	Kinds        []alerts.RestrictionKind
	Channels     []conduct.Channel
	// Plan is the newest agreed or offered one, nil without any; Missing is what kept it from being signed.
	Plan    *planView
	Missing []plan.Missing
	// Means are what the customer told of their income, Proposals what could be offered with them.
	Means     *calculation
	Proposals []proposalView
	// Instalment is the newest ordinary one, nil without any; Parts is one that staff reckon for a customer on the telephone.
	Instalment *instalmentView
	Parts      instalmentParts
	Jobs       []plan.Job
	Refusal    alerts.Refusal
	Denied     []conduct.RuleID
	DeniedTo   card.Moment
	// Typed is what an act that was refused had in its form.
	Typed url.Values
}

// contactWay is one way to reach the customer.
type contactWay struct {
	Channel  conduct.Channel
	AtWork   bool
	Decision conduct.Decision
	Counters []conduct.Counter
}

// pendingContact is a contact that was reserved and has no outcome yet.
type pendingContact struct {
	ID string
	conduct.Contact
}

type planView struct {
	plan.Plan
	Progress string
	Figures  plan.Figures
	// Acts are the verbs that its state allows.
	Acts []alerts.Verb
}

type proposalView struct {
	plan.Proposal
	// Terms are those of the proposal, as the form sends them back.
	Terms url.Values
}

// staffResults are what staff can say about a call or a visit.
var staffResults = []conduct.Result{
	conduct.Conversation, conduct.NoAnswer, conduct.Connected, conduct.Refused, conduct.Invalid, conduct.Cancelled,
}

func (s *Server) showAccount(w http.ResponseWriter, r *http.Request) {
	s.renderAccount(w, r, http.StatusOK, r.URL.Query(), nil)
}

// accountAct is an act that had no effect, and why.
type accountAct struct {
	refusal alerts.Refusal
	denied  conduct.Decision
	missing []plan.Missing
}

func (s *Server) renderAccount(w http.ResponseWriter, r *http.Request, status int, asked url.Values, failed *accountAct) {
	customer, account := asked.Get("customer"), asked.Get("account")
	desk, ok := s.deskOf(w, r, customer)
	if !ok {
		return
	}
	e := desk.Entry(account)
	now, policy := s.now(), s.clerk.Desk().Policy()
	if e == nil {
		s.renderLeft(w, r, status, desk, asked, failed)
		return
	}
	p := &accountPage{
		QueueEntry: e, Customer: customer, Labels: detectors.Classification(e.DaysPastDue), Mine: e.Owner == actorOf(r), Pack: policy.PackOf(desk).ID,
		Taken: e.Owner != "" && e.Owner != actorOf(r), Results: staffResults, Jobs: []plan.Job{plan.Employed, plan.Irregular, plan.Unemployed, plan.Retired},
	}
	for _, reason := range e.Reasons {
		p.Reasons = append(p.Reasons, alertReason{reason, e.Currency})
	}
	for _, reason := range e.Why {
		p.Ranks = append(p.Ranks, alertReason{reason, e.Currency})
	}
	for _, act := range []alerts.ContactAct{
		contactAct(conduct.Call, account, false), contactAct(conduct.Call, account, true), contactAct(conduct.Visit, account, false), contactAct(conduct.Letter, account, false),
	} {
		p.Ways = append(p.Ways, contactWay{act.Channel, act.AtWork, policy.MayReach(desk, account, act, now), policy.Counters(desk, account, act, now)})
	}
	p.Pending = pendingContacts(desk, e)
	p.flags(desk, account)
	p.agreed(desk, asked, &policy)
	if asked.Has("income") {
		p.propose(asked, now)
	}
	p.refused(asked, failed)
	s.render(w, r, status, "account", p)
}

// renderLeft shows an account that is in no line, or not any more: what was agreed about it, and what its customer asks of contact. A link to an
// account may be older than its last payment.
func (s *Server) renderLeft(w http.ResponseWriter, r *http.Request, status int, desk *alerts.State, asked url.Values, failed *accountAct) {
	policy := s.clerk.Desk().Policy()
	p := &accountPage{QueueEntry: &alerts.QueueEntry{Account: asked.Get("account")}, Customer: asked.Get("customer")}
	p.agreed(desk, asked, &policy)
	p.Parts.Offers, p.Parts.Applies = false, false // what it owes is not known
	if p.Instalment != nil {
		p.Currency = p.Instalment.Offer.Currency
	}
	p.refused(asked, failed)
	if status == http.StatusOK && p.Plan == nil && p.Instalment == nil {
		status = http.StatusNotFound
	}
	s.render(w, r, status, "left", p)
}

// agreed is what was agreed about the account, and what its customer asks of contact.
func (p *accountPage) agreed(desk *alerts.State, asked url.Values, policy *alerts.Policy) {
	p.Restrictions, p.Kinds, p.Channels = desk.Restricted(), alerts.RestrictionKinds(), alerts.Stoppable()
	if agreed := desk.Plan(p.Account); agreed != nil {
		p.Plan = &planView{Plan: *agreed, Progress: alerts.PlanProgress(agreed), Acts: alerts.PlanVerbs(agreed.State),
			Figures: agreed.Contract.Schedule.Figures(plan.Defaults().Minimum)}
	}
	p.instalment(desk, asked, policy)
}

func (p *accountPage) refused(asked url.Values, failed *accountAct) {
	if failed != nil {
		p.Typed = asked
		p.Refusal, p.Denied, p.DeniedTo, p.Missing = failed.refusal, failed.denied.Rules, failed.denied.Until, failed.missing
	}
}

// deskOf reads a customer's state, or answers that there is none.
func (s *Server) deskOf(w http.ResponseWriter, r *http.Request, customer string) (*alerts.State, bool) {
	desk, err := s.cfg.View.Desk(customer)
	switch {
	case errors.Is(err, stream.ErrNotFound):
		s.fail(w, r, http.StatusNotFound, nil)
	case err != nil:
		s.fail(w, r, http.StatusServiceUnavailable, err)
	}
	return desk, err == nil
}

// contactAct is a contact with the debtor. A visit needs two (CN-VISIT); where somebody lives or works, the desk does not know: one address
// stands for it.
func contactAct(channel conduct.Channel, account string, atWork bool) alerts.ContactAct {
	act := alerts.ContactAct{Channel: channel, Party: conduct.Debtor, Purpose: conduct.Collect, DebtFacts: true, AtWork: atWork}
	if atWork {
		act.Number = "work of " + account
		return act
	}
	switch channel {
	case conduct.Visit:
		act.Staff, act.Number = 2, "home of "+account
	case conduct.Letter:
		act.Number = "home of " + account
	}
	return act
}

// pendingContacts finds the reservations in an account's history that have no outcome yet.
func pendingContacts(desk *alerts.State, e *alerts.QueueEntry) (list []pendingContact) {
	for _, act := range e.History {
		if act.Code != alerts.ActContactReserved {
			continue
		}
		_, id, _ := strings.Cut(act.Note, " ")
		if c, known := desk.Contacts.Contact(id); known && c.Result == conduct.Reserved {
			list = append(list, pendingContact{id, c})
		}
	}
	return list
}

func (p *accountPage) flags(desk *alerts.State, account string) {
	for _, f := range desk.Flags {
		if f.Account == "" || f.Account == account {
			p.Flags = append(p.Flags, f)
		}
	}
	held := desk.FlagsOf(account)
	p.Settable = slices.DeleteFunc(alerts.Flags(), func(f alerts.Flag) bool { return slices.Contains(held, f) })
}

// propose shows what could be offered with the means that the customer tells of.
func (p *accountPage) propose(asked url.Values, now card.Moment) {
	p.Means = readCalculation(asked, now.Time())
	means := p.Means.Means
	means.SavingsMinor = p.Means.amount("savings")
	for _, proposal := range p.ProposePlans(means, now) {
		t := proposal.Schedule.Terms
		p.Proposals = append(p.Proposals, proposalView{proposal, url.Values{
			"kind": {string(t.Kind)}, "principal": {strconv.FormatInt(t.PrincipalMinor, 10)}, "interest": {strconv.FormatInt(t.InterestMinor, 10)},
			"fees": {strconv.FormatInt(t.FeesMinor, 10)}, "rate": {strconv.Itoa(int(t.Rate))}, "plan_rate": {strconv.Itoa(int(t.PlanRate))},
			"months": {strconv.Itoa(t.Months)}, "defer": {strconv.Itoa(t.DeferMonths)}, "first_due": {t.FirstDue.String()},
		}})
	}
}

// showAgreement is an account's plan as the customer reads, signs and keeps it.
func (s *Server) showAgreement(w http.ResponseWriter, r *http.Request) {
	desk, ok := s.deskOf(w, r, r.URL.Query().Get("customer"))
	if !ok {
		return
	}
	p := desk.Plan(r.URL.Query().Get("account"))
	if p == nil {
		s.fail(w, r, http.StatusNotFound, nil)
		return
	}
	lang := languageOf(r)
	if asked, known := card.ParseLanguage(r.URL.Query().Get("lang")); known {
		lang = asked
	}
	s.renderIn(w, r, http.StatusOK, lang, "plan-document", planDocument{Plan: *p, Figures: p.Contract.Schedule.Figures(plan.Defaults().Minimum)})
}
