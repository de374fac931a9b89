package api

import (
	"net/http"
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/alerts/plan"
	"github.com/cardwatch/cardwatch/cmd/internal/clerk"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// instalmentView is an account's newest ordinary instalment as it goes out.
type instalmentView struct {
	Account  string `json:"account_id"`
	Customer string `json:"customer_id"`
	Currency string `json:"currency"`
	// State is "none" where nothing was ever offered.
	State string `json:"state"`
	Since moment `json:"since,omitzero"`
	// Until is when an offer lapses, or when the term is over.
	Until moment `json:"until,omitzero"`
	// Terms are what the customer has applied for.
	Terms *termsView `json:"terms,omitempty"`
	// Quotes are what it would cost in each of the two ways to pay the interest; neither is chosen beforehand.
	Quotes []quoteView `json:"quotes,omitempty"`
}

type termsView struct {
	quoteView
	Kind   string `json:"kind"`
	Amount int64  `json:"amount_minor"`
	Months int    `json:"months"`
}

// quoteView is a cost as it has to be shown: the cost a year first, in millionths.
type quoteView struct {
	Annual   int64   `json:"annual_ppm"`
	Interest int64   `json:"interest_minor"`
	Payable  int64   `json:"payable_minor"`
	Way      string  `json:"interest_paid"`
	AtOnce   int64   `json:"at_once_minor"`
	Parts    []int64 `json:"parts_minor"`
}

func viewOfCost(way plan.Collection, c *plan.Cost) quoteView {
	return quoteView{int64(c.Annual), c.InterestMinor, c.PayableMinor, string(way), c.AtOnceMinor, c.PartsMinor}
}

const noInstalment = "none"

func viewOfInstalment(desk *alerts.State, e *alerts.QueueEntry) instalmentView {
	v := instalmentView{Account: e.Account, Customer: desk.Customer, Currency: e.Currency.String(), State: noInstalment}
	i := desk.Instalment(e.Account)
	if i == nil {
		return v
	}
	v.State, v.Since, v.Until = string(i.State), moment{i.Since}, moment{i.Until}
	if cost, ok := i.Cost(); ok {
		v.Terms = &termsView{viewOfCost(i.Way, &cost), string(i.Offer.Kind), i.Offer.AmountMinor, i.Offer.Months}
	}
	return v
}

// getInstalment shows an account's instalment, and with kind, amount_minor and months what one would cost: what an application has to have shown
// the customer first.
func (s *Server) getInstalment(w http.ResponseWriter, r *request) {
	query, refused := r.query("kind", "amount_minor", "months")
	if refused != nil {
		s.refuse(w, r, refused)
		return
	}
	desk, e, ok := s.entry(w, r)
	if !ok {
		return
	}
	v := viewOfInstalment(desk, e)
	tag, err := tagOf(v)
	if err != nil {
		s.refuse(w, r, s.failed(r, err))
		return
	}
	if len(query) > 0 {
		if v.Quotes, refused = s.quotes(query, e.Currency); refused != nil {
			s.refuse(w, r, refused)
			return
		}
	}
	w.Header().Set("ETag", tag)
	s.answer(w, http.StatusOK, v)
}

// quotes reckons an instalment at the bank's price. One that the notice of 2022 forbids is refused with its rules.
func (s *Server) quotes(query map[string]string, currency card.Currency) (list []quoteView, refused *Problem) {
	whole := func(name string) int64 {
		n, err := strconv.ParseInt(query[name], 10, 64)
		switch {
		case refused != nil:
		case query[name] == "":
			refused = refusal(CodeInvalid, FieldError{Parameter: name, Code: fieldMissing})
		case err != nil || n < 0:
			refused = refusal(CodeInvalid, FieldError{Parameter: name, Code: fieldValue})
		}
		return n
	}
	amount, months := whole("amount_minor"), whole("months")
	if refused != nil {
		return nil, refused
	}
	policy := s.cfg.Clerk.Desk().Policy()
	offer := plan.OrdinaryOffer(plan.OfferKind(query["kind"]), currency, amount, int(min(months, 2*plan.MaxMonths)), policy.InstalmentFee())
	offer.ToOwnAccount = true // where it goes is asked with the application
	if broken := offer.Validate(); len(broken) > 0 {
		p := refusedByDesk(alerts.Refusal(plan.TermsRefused))
		for _, b := range broken {
			p.Rules = append(p.Rules, string(b.Rule))
		}
		return nil, p
	}
	for _, way := range offer.Collect {
		if cost, ok := offer.Cost(way); ok {
			list = append(list, viewOfCost(way, &cost))
		}
	}
	return list, nil
}

// instalmentAct is what a caller wants done to an instalment. The shown figures are those of a quote.
type instalmentAct struct {
	Verb         alerts.Verb `json:"verb"`
	Kind         string      `json:"kind"`
	Amount       int64       `json:"amount_minor"`
	Months       int64       `json:"months"`
	Way          string      `json:"interest_paid"`
	OfInstalment bool        `json:"of_instalment"`
	ToOwnAccount bool        `json:"to_own_account"`
	Annual       int64       `json:"shown_annual_ppm"`
	Interest     int64       `json:"shown_interest_minor"`
	Payable      int64       `json:"shown_payable_minor"`
	Reference    string      `json:"reference"`
	ByCustomer   bool        `json:"by_customer"`
	Form         string      `json:"form"`
	Recording    string      `json:"recording"`
}

var (
	// instalmentVerbs are the acts of staff and their programs.
	instalmentVerbs = []alerts.Verb{
		alerts.OfferInstalment, alerts.ApplyInstalment, alerts.ConsentInstalment, alerts.BookInstalment, alerts.RefuseInstalment, alerts.WithdrawInstalment,
	}
	// customerVerbs are the acts of a customer who is signed in to the bank's app.
	customerVerbs = []alerts.Verb{alerts.ApplyInstalment, alerts.ConsentInstalment, alerts.RefuseInstalment}
)

func (a *instalmentAct) check() *Problem {
	switch {
	case a.Verb == "":
		return missing("/verb")
	case !slices.Contains(instalmentVerbs, a.Verb):
		return badValue("/verb")
	case a.Amount < 0:
		return badValue("/amount_minor")
	case a.Months < 0 || a.Months > 2*plan.MaxMonths:
		return badValue("/months")
	case min(a.Annual, a.Interest, a.Payable) < 0:
		return badValue("/shown_annual_ppm")
	case utf8.RuneCountInString(a.Reference) > maxReference:
		return badValue("/reference")
	case utf8.RuneCountInString(a.Recording) > maxReference:
		return badValue("/recording")
	}
	return nil
}

// maxReference bounds the number of a record.
const maxReference = 64

func (a *instalmentAct) act(fee plan.Rate) alerts.InstalmentAct {
	return alerts.InstalmentAct{
		Kind: plan.OfferKind(a.Kind), Months: int(a.Months), MonthlyFee: fee, Way: plan.Collection(a.Way), OfInstalment: a.OfInstalment,
		ToOwnAccount: a.ToOwnAccount, Shown: plan.Quote{Annual: plan.Rate(a.Annual), InterestMinor: a.Interest, PayableMinor: a.Payable},
		Reference: a.Reference, ByCustomer: a.ByCustomer, Form: plan.Form(a.Form), Recording: a.Recording,
	}
}

// actOnInstalment does one act of staff and answers with the instalment as it then is.
func (s *Server) actOnInstalment(w http.ResponseWriter, r *request) {
	var a instalmentAct
	if once, ok := s.asked(w, r, &a); ok {
		s.performOnInstalment(w, r, &a, r.caller.actor, once)
	}
}

// answerInstalment does what a customer does in the bank's app: they apply, consent in a step of its own, or refuse.
func (s *Server) answerInstalment(w http.ResponseWriter, r *request) {
	var a instalmentAct
	once, ok := s.asked(w, r, &a)
	if !ok {
		return
	}
	if !slices.Contains(customerVerbs, a.Verb) {
		s.refuse(w, r, badValue("/verb"))
		return
	}
	a.ByCustomer, a.Form = true, string(plan.Written)
	s.performOnInstalment(w, r, &a, alerts.ActorCustomer, once)
}

func (s *Server) performOnInstalment(w http.ResponseWriter, r *request, a *instalmentAct, actor, once string) {
	desk, e, ok := s.entry(w, r)
	if !ok {
		return
	}
	policy := s.cfg.Clerk.Desk().Policy()
	cmd := alerts.Command{
		Head:  card.Head{ID: clerk.ActID("api", once), Customer: desk.Customer, At: s.cfg.Now()},
		Actor: actor, Verb: a.Verb, Account: e.Account, AmountMinor: a.Amount, Instalment: a.act(policy.InstalmentFee()),
	}
	refused := s.unchanged(r, viewOfInstalment(desk, e), &cmd)
	if refused == nil {
		why, err := s.cfg.Clerk.Submit(r.Context(), &cmd)
		switch {
		case err != nil:
			refused = s.failed(r, err)
		case why != "":
			refused = refusedByDesk(why)
			if rule := plan.InstalmentRefusal(why).Rule(); rule != "" {
				refused.Rules = []string{string(rule)}
			}
		}
	}
	if refused != nil {
		s.refuse(w, r, refused)
		return
	}
	if desk, e, ok = s.entry(w, r); !ok {
		return
	}
	v := viewOfInstalment(desk, e)
	tag, err := tagOf(v)
	if err != nil {
		s.refuse(w, r, s.failed(r, err))
		return
	}
	w.Header().Set("ETag", tag)
	s.answer(w, http.StatusOK, v)
}

// unchanged refuses an act whose If-Match names another state of the instalment; one that was done before is no reason to refuse.
func (s *Server) unchanged(r *request, v instalmentView, cmd *alerts.Command) *Problem {
	want := r.Header.Get("If-Match")
	if want == "" {
		return nil
	}
	why, err := s.cfg.Clerk.Try(cmd.Customer, cmd)
	if err != nil {
		return s.failed(r, err)
	}
	if why == alerts.RefusedDuplicate {
		return nil
	}
	tag, err := tagOf(v)
	if err != nil {
		return s.failed(r, err)
	}
	if !matches(want, tag) {
		return refusal(CodeStale)
	}
	return nil
}
