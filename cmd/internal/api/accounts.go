package api

import (
	"net/http"
	"slices"
	"unicode/utf8"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/alerts/conduct"
	"github.com/cardwatch/cardwatch/cmd/internal/clerk"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// accountView is an overdue account as it goes out.
type accountView struct {
	Account     string       `json:"account_id"`
	Customer    string       `json:"customer_id"`
	Tier        string       `json:"tier"`
	DaysPastDue int          `json:"days_past_due"`
	Overdue     int64        `json:"overdue_minor"`
	Balance     int64        `json:"balance_minor"`
	Currency    string       `json:"currency"`
	Rate        int64        `json:"rate_ppm"`
	Line        string       `json:"line"`
	Rest        string       `json:"rest,omitempty"`
	RestUntil   moment       `json:"rest_until,omitzero"`
	Owner       string       `json:"owner,omitempty"`
	LeaseUntil  moment       `json:"lease_until,omitzero"`
	Priority    int          `json:"priority"`
	Why         []pointsView `json:"priority_reasons"`
	Flags       []string     `json:"flags"`
	// Restrictions are what the customer has asked of contact about debts.
	Restrictions []restrictionView `json:"restrictions"`
	Promise      *promiseView      `json:"promise,omitempty"`
	Plan         string            `json:"plan,omitempty"`
	Instalment   string            `json:"instalment,omitempty"`
	// Arms are the customer's in the experiments that run. What the challenger names in desk.experiments the desk does itself.
	Arms map[string]alerts.Arm `json:"arms,omitempty"`
	// Contact is the id of the contact that the act has reserved, by which its result is told.
	Contact string `json:"contact_id,omitempty"`
}

type promiseView struct {
	State  string `json:"state"`
	Amount int64  `json:"amount_minor"`
	Until  moment `json:"until"`
	Paid   int64  `json:"paid_minor"`
}

// contactView is what the contact rules say about one contact now.
type contactView struct {
	Pack    string `json:"pack"`
	Outcome string `json:"outcome"`
	// NotBefore is when it may be made, absent when that is now or never.
	NotBefore moment        `json:"not_before,omitzero"`
	Rules     []string      `json:"rules"`
	Warnings  []string      `json:"warnings"`
	Duties    []string      `json:"duties"`
	Counters  []counterView `json:"counters"`
}

type counterView struct {
	Rule string `json:"rule"`
	Used int    `json:"used"`
	Max  int    `json:"max"`
}

// contactAsk is a contact that somebody wants to make, or has made. The fields are those of conduct.Request.
type contactAsk struct {
	ID        string `json:"contact_id"`
	Channel   string `json:"channel"`
	Party     string `json:"party"`
	Purpose   string `json:"purpose"`
	Number    string `json:"number"`
	Agency    string `json:"agency"`
	Agreement string `json:"agreement"`
	Staff     int64  `json:"staff"`
	AtWork    bool   `json:"at_work"`
	DebtFacts bool   `json:"debt_facts"`
	Result    string `json:"result"`
}

func (a *contactAsk) act() alerts.ContactAct {
	return alerts.ContactAct{
		ID: a.ID, Channel: conduct.Channel(a.Channel), Party: conduct.Party(a.Party), Purpose: conduct.Purpose(a.Purpose), Number: a.Number,
		Agency: a.Agency, Agreement: a.Agreement, Staff: int(min(max(a.Staff, 0), 99)), AtWork: a.AtWork, DebtFacts: a.DebtFacts,
		Result: conduct.Result(a.Result),
	}
}

// accountAct is what a caller wants done to an account.
type accountAct struct {
	Verb    alerts.Verb `json:"verb"`
	Note    string      `json:"note"`
	Amount  int64       `json:"amount_minor"`
	Until   card.Moment `json:"until"`
	Flag    string      `json:"flag"`
	Contact contactAsk  `json:"contact"`

	Restriction restrictionAsk `json:"restriction"`
}

// accountVerbs are the acts that programs may do here; plans have a place of their own.
var accountVerbs = []alerts.Verb{
	alerts.Claim, alerts.Release, alerts.AddNote, alerts.Snooze, alerts.Promise, alerts.CancelPromise, alerts.SetFlag, alerts.ClearFlag,
	alerts.ContactReserve, alerts.ContactResult, alerts.ContactNote, alerts.Restrict, alerts.LiftRestriction,
}

func (a *accountAct) check() *Problem {
	switch {
	case a.Verb == "":
		return missing("/verb")
	case !slices.Contains(accountVerbs, a.Verb):
		return badValue("/verb")
	case utf8.RuneCountInString(a.Note) > maxNote:
		return badValue("/note")
	case a.Amount < 0:
		return badValue("/amount_minor")
	case a.Verb == alerts.ContactResult && a.Contact.ID == "":
		return missing("/contact/contact_id")
	case (a.Verb == alerts.ContactReserve || a.Verb == alerts.ContactNote) && a.Contact.Channel == "":
		return missing("/contact/channel")
	case a.Verb == alerts.LiftRestriction && a.Restriction.ID == "":
		return missing("/restriction/restriction_id")
	case a.Verb == alerts.Restrict:
		return a.Restriction.check()
	}
	return nil
}

// entry finds an overdue account, or answers that there is none.
func (s *Server) entry(w http.ResponseWriter, r *request) (*alerts.State, *alerts.QueueEntry, bool) {
	desk, err := s.cfg.View.Desk(r.PathValue("id"))
	if err != nil {
		s.refuse(w, r, s.failed(r, err))
		return nil, nil, false
	}
	e := desk.Entry(r.PathValue("account"))
	if e == nil {
		s.refuse(w, r, refusal(CodeNotFound))
	}
	return desk, e, e != nil
}

func (s *Server) getAccount(w http.ResponseWriter, r *request) {
	if desk, e, ok := s.entry(w, r); ok {
		v := s.accountView(desk, e)
		s.answerAccount(w, &v)
	}
}

// answerAccount answers with the account, and by ETag with which state of it that is. A reservation's id is the answer's own.
func (s *Server) answerAccount(w http.ResponseWriter, v *accountView) {
	tag, _ := v.tag() // a view of plain values is always JSON
	w.Header().Set("ETag", tag)
	s.answer(w, http.StatusOK, v)
}

func (v *accountView) tag() (string, error) {
	plain := *v
	plain.Contact = ""
	return tagOf(&plain)
}

func (s *Server) accountView(desk *alerts.State, e *alerts.QueueEntry) accountView {
	v := accountView{
		Account: e.Account, Customer: desk.Customer, Tier: string(e.Tier), DaysPastDue: e.DaysPastDue, Overdue: e.OverdueMinor, Balance: e.BalanceMinor,
		Currency: e.Currency.String(), Rate: int64(e.Rate()), Line: string(e.Line), Rest: string(e.Rest), RestUntil: moment{e.RestUntil}, Owner: e.Owner,
		LeaseUntil: moment{e.LeaseUntil}, Priority: e.Priority, Why: []pointsView{}, Flags: []string{},
	}
	policy := s.cfg.Clerk.Desk().Policy()
	v.Arms = policy.ArmsOf(desk.Customer, s.cfg.Now())
	for _, reason := range e.Why {
		v.Why = append(v.Why, pointsView{string(reason.Code), int(reason.Value)})
	}
	restricted := desk.Restricted()
	v.Restrictions = make([]restrictionView, len(restricted))
	for i := range restricted {
		v.Restrictions[i] = restrictionViewOf(&restricted[i])
	}
	for _, flag := range desk.FlagsOf(e.Account) {
		v.Flags = append(v.Flags, string(flag))
	}
	if p := &e.Promise; p.State != alerts.NoPromise {
		v.Promise = &promiseView{string(p.State), p.AmountMinor, moment{p.Until}, desk.PaidOfPromise(e, policy)}
	}
	if p := desk.Plan(e.Account); p != nil {
		v.Plan = string(p.State)
	}
	if i := desk.Instalment(e.Account); i != nil {
		v.Instalment = string(i.State)
	}
	return v
}

// mayContact judges a contact by the same rules as the act that reserves it; it reserves nothing.
func (s *Server) mayContact(w http.ResponseWriter, r *request) {
	query, refused := r.query("channel", "party", "purpose", "number", "agency", "agreement")
	if refused != nil {
		s.refuse(w, r, refused)
		return
	}
	if query["channel"] == "" {
		s.refuse(w, r, refusal(CodeInvalid, FieldError{Parameter: "channel", Code: fieldMissing}))
		return
	}
	desk, e, ok := s.entry(w, r)
	if !ok {
		return
	}
	ask := contactAsk{Channel: query["channel"], Party: query["party"], Purpose: query["purpose"], Number: query["number"], Agency: query["agency"],
		Agreement: query["agreement"], DebtFacts: true}
	s.answer(w, http.StatusOK, s.judged(desk, e, ask.act()))
}

func (s *Server) judged(desk *alerts.State, e *alerts.QueueEntry, act alerts.ContactAct) contactView {
	policy, now := s.cfg.Clerk.Desk().Policy(), s.cfg.Now()
	d := policy.MayReach(desk, e.Account, act, now)
	v := contactView{
		Pack: string(policy.PackOf(desk).ID), Outcome: string(d.Outcome), NotBefore: moment{d.Until},
		Rules: named(d.Rules), Warnings: named(d.Warnings), Duties: named(d.Duties), Counters: []counterView{},
	}
	for _, c := range policy.Counters(desk, e.Account, act, now) {
		v.Counters = append(v.Counters, counterView{string(c.Rule), c.Used, c.Max})
	}
	return v
}

func named(rules []conduct.RuleID) []string {
	list := []string{}
	for _, r := range rules {
		list = append(list, string(r))
	}
	return list
}

// actOnAccount does one act and answers with the account as it then is. A contact that the rules do not allow is a problem that names them.
func (s *Server) actOnAccount(w http.ResponseWriter, r *request) {
	var a accountAct
	once, ok := s.asked(w, r, &a)
	if !ok {
		return
	}
	desk, e, ok := s.entry(w, r)
	if !ok {
		return
	}
	cmd := alerts.Command{
		Head:  card.Head{ID: clerk.ActID("api", once), Customer: desk.Customer, At: s.cfg.Now()},
		Actor: r.caller.actor, Verb: a.Verb, Account: e.Account, Note: a.Note, AmountMinor: a.Amount, Until: a.Until, Flag: alerts.Flag(a.Flag),
		Contact: a.Contact.act(),
	}
	a.Restriction.into(&cmd)
	seen := s.accountView(desk, e)
	if _, refused := s.precondition(r, &cmd, seen.tag); refused != nil {
		s.refuse(w, r, refused)
		return
	}
	why, err := s.cfg.Clerk.Submit(r.Context(), &cmd)
	switch {
	case err != nil:
		s.refuse(w, r, s.failed(r, err))
		return
	case why != "":
		p := refusedByDesk(why)
		if why == alerts.RefusedContact {
			judged := s.judged(desk, e, cmd.Contact)
			p.Rules, p.NotBefore = judged.Rules, judged.NotBefore
		}
		s.refuse(w, r, p)
		return
	}
	desk, e, ok = s.entry(w, r)
	if !ok {
		return
	}
	v := s.accountView(desk, e)
	if a.Verb == alerts.ContactReserve {
		v.Contact = cmd.ID
	}
	s.answerAccount(w, &v)
}
