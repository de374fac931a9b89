package web

import (
	"net/url"
	"slices"
	"strings"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/alerts/plan"
)

// instalmentView is an account's newest ordinary instalment as staff see it.
type instalmentView struct {
	plan.Instalment
	// Cost is what was applied for, nil before that.
	Cost *waysCost
}

// instalmentParts is an instalment that staff reckon with a customer on the telephone, in both ways to pay the interest.
type instalmentParts struct {
	*calculation
	Offer plan.Offer
	// Offers, Applies and Consents say what the state lets staff write down; Acts are the other verbs, which need no more than a tap.
	Offers, Applies, Consents, Books bool
	Acts                             []alerts.Verb
	Costs                            []waysCost
	Broken                           []plan.Violation
	Kinds                            []plan.OfferKind
}

var offerKinds = []plan.OfferKind{plan.BillInstalment, plan.PurchaseInstalment, plan.CashInstalment}

// instalment shows the account's instalment and what can be done about it.
func (p *accountPage) instalment(desk *alerts.State, asked url.Values, policy *alerts.Policy) {
	parts := &p.Parts
	parts.calculation, parts.Kinds = &calculation{values: asked}, offerKinds
	i := desk.Instalment(p.Account)
	if parts.Offers = i == nil || i.State.Over(); i == nil {
		return
	}
	p.Instalment = &instalmentView{Instalment: *i}
	if cost, ok := i.Cost(); ok {
		p.Instalment.Cost = &waysCost{i.Way, cost}
	}
	for _, verb := range alerts.InstalmentVerbs(i.State) {
		switch verb {
		case alerts.ApplyInstalment:
			parts.Applies = true
		case alerts.ConsentInstalment:
			parts.Consents = true
		case alerts.BookInstalment:
			parts.Books = true
		default:
			parts.Acts = append(parts.Acts, verb)
		}
	}
	if !i.State.Over() && !i.Person {
		parts.Acts = append(parts.Acts, alerts.AskInstalmentPerson)
	}
	if !parts.Applies || !asked.Has("part_amount") {
		return
	}
	c := parts.calculation
	c.Terms.Currency = p.Currency
	kind := plan.OfferKind(orElse(asked.Get("part_kind"), string(plan.BillInstalment)))
	parts.Offer = plan.OrdinaryOffer(kind, p.Currency, c.amount("part_amount"), c.count("part_months", 0), policy.InstalmentFee())
	parts.Offer.ToOwnAccount = true // where it goes is asked with the application
	if len(c.Wrong) > 0 {
		return
	}
	if parts.Broken = parts.Offer.Validate(); len(parts.Broken) > 0 {
		return
	}
	for _, way := range parts.Offer.Collect {
		if cost, ok := parts.Offer.Cost(way); ok {
			parts.Costs = append(parts.Costs, waysCost{way, cost})
		}
	}
}

// instalmentArguments reads what an act on an instalment needs. Nothing of it is filled in beforehand: the customer has said it, in writing or in a
// call that was recorded.
func (s *Server) instalmentArguments(cmd *alerts.Command, form url.Values) error {
	said := func(field string) bool { return form.Get(field) == "yes" }
	act := &cmd.Instalment
	act.Reference, act.ByCustomer = strings.TrimSpace(form.Get("reference")), said("by_customer")
	switch cmd.Verb {
	case alerts.ApplyInstalment:
		desk, err := s.cfg.View.Desk(cmd.Customer)
		if err != nil || desk.Entry(cmd.Account) == nil {
			return nil // the desk says so itself
		}
		c := &calculation{values: form}
		c.Terms.Currency = desk.Entry(cmd.Account).Currency
		policy := s.clerk.Desk().Policy()
		cmd.AmountMinor = c.amount("part_amount")
		act.Kind, act.Months, act.MonthlyFee = plan.OfferKind(form.Get("part_kind")), c.count("part_months", 0), policy.InstalmentFee()
		act.Way, act.ToOwnAccount = plan.Collection(form.Get("way")), said("to_own_account")
		act.Shown = shownQuote(form.Get("shown_" + string(act.Way)))
		if len(c.Wrong) > 0 || !slices.Contains(offerKinds, act.Kind) {
			return errUnreadable
		}
	case alerts.ConsentInstalment:
		act.Form, act.Recording, act.Shown = plan.Form(form.Get("form")), strings.TrimSpace(form.Get("recording")), shownQuote(form.Get("shown"))
	}
	return nil
}
