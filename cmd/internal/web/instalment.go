package web

import (
	"net/http"
	"net/url"

	"github.com/cardwatch/cardwatch/alerts/plan"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// instalmentPath is the calculator for ordinary instalments, whose price banks quote as a fee a month.
const instalmentPath = "/calculator/instalment"

// instalmentPage is what an instalment costs in each of the two ways that its interest may be paid, neither of them chosen beforehand.
type instalmentPage struct {
	*calculation
	Kinds      []plan.OfferKind
	Currencies []string
	Offer      plan.Offer
	Costs      []waysCost
	// Broken are the rules of the 2022 notice that forbid such an instalment.
	Broken           []plan.Violation
	Chinese, English string
}

type waysCost struct {
	Way plan.Collection
	plan.Cost
}

// showInstalment turns a fee a month into the cost a year that it is (CN-FEE). It keeps nothing and publishes nothing.
func (s *Server) showInstalment(w http.ResponseWriter, r *http.Request) {
	page := s.reckonInstalment(r.URL.Query())
	status := http.StatusOK
	if len(page.Wrong) > 0 || len(page.Broken) > 0 {
		status = http.StatusUnprocessableEntity
	}
	s.renderIn(w, r, status, calculatorLanguage(r), "instalment", page)
}

func (s *Server) reckonInstalment(query url.Values) instalmentPage {
	c := &calculation{values: query}
	page := instalmentPage{
		calculation: c, Kinds: []plan.OfferKind{plan.BillInstalment, plan.PurchaseInstalment, plan.CashInstalment}, Currencies: calculatorCurrencies,
		Chinese: inLanguage(query, card.Chinese), English: inLanguage(query, card.English),
	}
	if !query.Has("principal") {
		return page
	}
	c.Terms.Currency = c.currency()
	page.Offer = plan.Offer{
		Kind: plan.OfferKind(orElse(query.Get("kind"), string(plan.BillInstalment))), Currency: c.Terms.Currency, AmountMinor: c.amount("principal"),
		Months: c.count("months", 0), MonthlyFee: c.rate("fee"), Collect: []plan.Collection{plan.Monthly, plan.UpFront}, ToOwnAccount: true,
		Shown: []plan.Shown{plan.ShownAnnual, plan.ShownInterest, plan.ShownPayable, plan.ShownSchedule},
	}
	if len(c.Wrong) > 0 {
		return page
	}
	if page.Broken = page.Offer.Validate(); len(page.Broken) > 0 {
		return page
	}
	for _, way := range page.Offer.Collect {
		if cost, ok := page.Offer.Cost(way); ok {
			page.Costs = append(page.Costs, waysCost{way, cost})
		}
	}
	return page
}
