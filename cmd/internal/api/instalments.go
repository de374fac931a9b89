package api

import (
	"net/http"
	"slices"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/alerts/plan"
	"github.com/cardwatch/cardwatch/cmd/internal/clerk"
	"github.com/cardwatch/cardwatch/detectors/card"
)

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
		alerts.AskInstalmentPerson,
	}
	// customerVerbs are the acts of a customer who is signed in to the bank's app. An offer is one that they ask for.
	customerVerbs = []alerts.Verb{
		alerts.OfferInstalment, alerts.ApplyInstalment, alerts.ConsentInstalment, alerts.RefuseInstalment, alerts.AskInstalmentPerson,
		stopOffers, allowOffers,
	}
)

// The two verbs of the app about offers as such. The desk keeps them as a restriction of what may be sent.
const (
	stopOffers  alerts.Verb = "no_offers"
	allowOffers alerts.Verb = "offers"
)

func (a *instalmentAct) check() *Problem {
	switch {
	case a.Verb == "":
		return missing("/verb")
	case !slices.Contains(instalmentVerbs, a.Verb) && !slices.Contains(customerVerbs, a.Verb):
		return badValue("/verb")
	case a.Amount < 0:
		return badValue("/amount_minor")
	case a.Months < 0 || a.Months > 2*plan.MaxMonths:
		return badValue("/months")
	case min(a.Annual, a.Interest, a.Payable) < 0:
		return badValue("/shown_annual_ppm")
	case len(a.Reference) > alerts.MaxReference:
		return badValue("/reference")
	case len(a.Recording) > alerts.MaxReference:
		return badValue("/recording")
	}
	return nil
}

// command is the act as the desk knows it, at the bank's price.
func (a *instalmentAct) command(fee plan.Rate) alerts.Command {
	switch a.Verb {
	case stopOffers:
		return alerts.NoMoreOffers()
	case allowOffers:
		return alerts.OffersAgain()
	}
	return alerts.Command{Verb: a.Verb, AmountMinor: a.Amount, Instalment: alerts.InstalmentAct{
		Kind: plan.OfferKind(a.Kind), Months: int(a.Months), MonthlyFee: fee, Way: plan.Collection(a.Way), OfInstalment: a.OfInstalment,
		ToOwnAccount: a.ToOwnAccount, Shown: plan.Quote{Annual: plan.Rate(a.Annual), InterestMinor: a.Interest, PayableMinor: a.Payable},
		Reference: a.Reference, ByCustomer: a.ByCustomer, Form: plan.Form(a.Form), Recording: a.Recording,
	}}
}

// actOnInstalment does one act of staff and answers with the instalment as it then is.
func (s *Server) actOnInstalment(w http.ResponseWriter, r *request) {
	s.takeInstalment(w, r, instalmentVerbs, r.caller.actor)
}

// answerInstalment does what a customer does in the bank's app: they apply, consent in a step of its own, or refuse.
func (s *Server) answerInstalment(w http.ResponseWriter, r *request) {
	s.takeInstalment(w, r, customerVerbs, alerts.ActorCustomer)
}

func (s *Server) takeInstalment(w http.ResponseWriter, r *request, verbs []alerts.Verb, actor string) {
	var a instalmentAct
	once, ok := s.asked(w, r, &a)
	if !ok {
		return
	}
	if !slices.Contains(verbs, a.Verb) {
		s.refuse(w, r, badValue("/verb"))
		return
	}
	if actor == alerts.ActorCustomer {
		a.ByCustomer, a.Form = true, string(plan.Written)
	}
	v, ok := s.findInstalment(w, r)
	if !ok {
		return
	}
	policy := s.cfg.Clerk.Desk().Policy()
	cmd := a.command(policy.InstalmentFee())
	cmd.Head = card.Head{ID: clerk.ActID("api", once), Customer: v.Customer, At: s.cfg.Now()}
	cmd.Actor, cmd.Account = actor, v.Account
	again, refused := s.precondition(r, &cmd, func() (string, error) { return tagOf(v) })
	if refused == nil && !again {
		refused = s.submitInstalment(r, &cmd)
	}
	if refused != nil {
		s.refuse(w, r, refused)
		return
	}
	if v, ok = s.findInstalment(w, r); ok {
		s.answerTagged(w, r, v)
	}
}

func (s *Server) submitInstalment(r *request, cmd *alerts.Command) *Problem {
	why, err := s.cfg.Clerk.Submit(r.Context(), cmd)
	switch {
	case err != nil:
		return s.failed(r, err)
	case why == "":
		return nil
	}
	refused := refusedByDesk(why)
	if rule := plan.InstalmentRefusal(why).Rule(); rule != "" {
		refused.Rules = []string{string(rule)}
	}
	return refused
}
