package api

import (
	"net/http"
	"strconv"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/alerts/plan"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// instalmentView is an account's newest ordinary instalment as it goes out.
type instalmentView struct {
	Account  string `json:"account_id"`
	Customer string `json:"customer_id"`
	Currency string `json:"currency"`
	// Undivided is what of the balance can be put into instalments, while the account is in the queue.
	Undivided int64 `json:"undivided_minor"`
	// State is "none" where nothing was ever offered.
	State string `json:"state"`
	Since moment `json:"since,omitzero"`
	// Until is when an offer lapses, or when the term is over.
	Until moment `json:"until,omitzero"`
	// Terms are what the customer has applied for.
	Terms *instalmentTerms `json:"terms,omitempty"`
	// Person says that the customer waits for a person, OffersStopped that they want no unasked offers.
	Person        bool `json:"person_asked"`
	OffersStopped bool `json:"offers_stopped"`
	// Why are the codes of what an unasked offer was made for.
	Why []string `json:"reasons,omitempty"`
	// Acts are the verbs of staff that its state allows.
	Acts []string `json:"acts"`
	// Quotes are what it would cost in each of the two ways to pay the interest; neither is chosen beforehand.
	Quotes []quoteView `json:"quotes,omitempty"`
}

type instalmentTerms struct {
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

// viewOfInstalment is false for an account that is in no queue and never had an instalment: nobody knows of it.
func viewOfInstalment(desk *alerts.State, account string) (v instalmentView, known bool) {
	e, i := desk.Entry(account), desk.Instalment(account)
	if e == nil && i == nil {
		return v, false
	}
	v = instalmentView{Account: account, Customer: desk.Customer, State: noInstalment, OffersStopped: desk.OffersStopped(), Acts: []string{}}
	if e != nil {
		v.Currency, v.Undivided = e.Currency.String(), e.UndividedMinor()
	}
	if e != nil && (i == nil || i.State.Over()) {
		v.Acts = append(v.Acts, string(alerts.OfferInstalment))
	}
	if i == nil {
		return v, true
	}
	v.State, v.Since, v.Until, v.Person, v.Why = string(i.State), moment{i.Since}, moment{i.Until}, i.Person, i.Why
	for _, verb := range alerts.InstalmentVerbs(i.State) {
		v.Acts = append(v.Acts, string(verb))
	}
	if cost, ok := i.Cost(); ok {
		v.Currency = i.Offer.Currency.String()
		v.Terms = &instalmentTerms{viewOfCost(i.Way, &cost), string(i.Offer.Kind), i.Offer.AmountMinor, i.Offer.Months}
	}
	return v, true
}

// findInstalment shows an account's instalment, or answers that nobody knows the account. It need not be in the queue any more.
func (s *Server) findInstalment(w http.ResponseWriter, r *request) (v instalmentView, ok bool) {
	desk, err := s.cfg.View.Desk(r.PathValue("id"))
	if err != nil {
		s.refuse(w, r, s.failed(r, err))
		return v, false
	}
	if v, ok = viewOfInstalment(desk, r.PathValue("account")); !ok {
		s.refuse(w, r, refusal(CodeNotFound))
	}
	return v, ok
}

// getInstalment shows an account's instalment, and with kind, amount_minor and months what one would cost: what an application has to have shown
// the customer first. Its tag is of what was agreed: no quote changes it.
func (s *Server) getInstalment(w http.ResponseWriter, r *request) {
	query, refused := r.query("kind", "amount_minor", "months")
	if refused != nil {
		s.refuse(w, r, refused)
		return
	}
	v, ok := s.findInstalment(w, r)
	switch {
	case !ok:
		return
	case len(query) == 0:
		s.answerTagged(w, r, v)
		return
	}
	tag, err := tagOf(v)
	if err != nil {
		s.refuse(w, r, s.failed(r, err))
		return
	}
	currency, err := card.ParseCurrency(v.Currency)
	if err != nil { // an offer to an account whose currency nobody has told
		s.refuse(w, r, refusedByDesk(alerts.RefusedUnknownAccount))
		return
	}
	if v.Quotes, refused = s.quotes(query, currency); refused != nil {
		s.refuse(w, r, refused)
		return
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
