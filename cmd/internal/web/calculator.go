package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/cardwatch/cardwatch/alerts/plan"
	"github.com/cardwatch/cardwatch/detectors/card"
)

const (
	calculatorPath = "/calculator"
	// draftPath prints what the calculator shows as the draft of an agreement.
	draftPath = "/calculator/plan"
)

// calculatorPage is the open calculator: a form, and what came of it.
type calculatorPage struct {
	*calculation
	Kinds      []plan.Kind
	Jobs       []plan.Job
	Currencies []string
	// Problems are what keeps the terms from being calculated.
	Problems []plan.ProblemCode
	// Done says that there is a Schedule with its Figures.
	Done     bool
	Schedule plan.Schedule
	Figures  plan.Figures
	// Minimum is the share of the balance that a minimum payment asks for.
	Minimum  plan.Rate
	Room     plan.Room
	Findings []plan.Finding
	// Draft is the address of the draft, Chinese and English those of this page in the two languages.
	Draft, Chinese, English string
}

// Dearer is how much more the plan costs than paying the minimum.
func (p calculatorPage) Dearer() int64 { return -p.Figures.SavingMinor }

// showCalculator reckons what a card debt costs when it is paid back in one way or another. Anybody may ask: the notice of 2022 wants an
// interest calculator that is open to customers. It keeps nothing and publishes nothing.
func (s *Server) showCalculator(w http.ResponseWriter, r *http.Request) {
	page, lang := s.calculate(r.URL), calculatorLanguage(r)
	status := http.StatusOK
	if len(page.Wrong) > 0 || len(page.Problems) > 0 {
		status = http.StatusUnprocessableEntity
	}
	s.renderIn(w, r, status, lang, "calculator", page)
}

// showDraft shows a calculation as the draft of an agreement, or the calculator when there is none.
func (s *Server) showDraft(w http.ResponseWriter, r *http.Request) {
	page, lang := s.calculate(r.URL), calculatorLanguage(r)
	if !page.Done {
		s.renderIn(w, r, http.StatusUnprocessableEntity, lang, "calculator", page)
		return
	}
	policy := plan.Defaults()
	draft := plan.New("", "", plan.Contract{Schedule: page.Schedule, GraceDays: policy.GraceDays, ToleranceMinor: tolerance(policy, page.Terms.Currency),
		Charges: plan.Charges{Stated: true, Interest: page.Schedule.ChargedMinor() > 0}}, s.now())
	s.renderIn(w, r, http.StatusOK, lang, "plan-document", planDocument{Plan: draft, Figures: page.Figures})
}

// calculate reads a query and reckons. An untouched form is no calculation and no mistake.
func (s *Server) calculate(u *url.URL) calculatorPage {
	query := u.Query()
	page := calculatorPage{
		calculation: readCalculation(query, s.now().Time()), Kinds: plan.Kinds(), Currencies: calculatorCurrencies,
		Jobs:  []plan.Job{plan.Employed, plan.Irregular, plan.Unemployed, plan.Retired},
		Draft: strings.TrimPrefix(draftPath, "/") + "?" + query.Encode(), Chinese: inLanguage(query, card.Chinese), English: inLanguage(query, card.English),
	}
	if !query.Has("principal") {
		page.Wrong = nil
		return page
	}
	page.Problems = slices.DeleteFunc(page.Terms.Problems(), func(code plan.ProblemCode) bool {
		return code == plan.NoPrincipal && page.IsWrong("principal") || code == plan.NoCurrency && page.IsWrong("currency") // said already
	})
	if len(page.Wrong) > 0 || len(page.Problems) > 0 {
		return page
	}
	schedule, err := page.Terms.Schedule()
	if err != nil { // cannot be: there were no problems
		s.cfg.Log.Error("web: calculator", "error", err)
		return page
	}
	policy := policyIn(page.Terms.Currency)
	page.Done, page.Schedule, page.Figures, page.Minimum = true, schedule, schedule.Figures(policy.Minimum), policy.Minimum.Share
	if page.MeansTold {
		page.Room = policy.Room(page.Means)
		page.Findings = slices.DeleteFunc(plan.Check(policy, page.Means, schedule), func(f plan.Finding) bool {
			return f.Code == plan.DistressedLoss // the bank's concern, not the customer's
		})
	}
	return page
}

// policyIn is the policy for a currency: what is least to live on, and other amounts, are known for yuan alone.
func policyIn(c card.Currency) plan.Policy {
	p := plan.Defaults()
	if c != p.Currency {
		p.Currency, p.LivingMinor, p.DependantMinor, p.BufferMinor, p.Minimum.FloorMinor = c, 0, 0, 0, 0
	}
	return p
}

// tolerance is what may be missing of a payment, known for yuan alone.
func tolerance(p plan.Policy, c card.Currency) int64 {
	if c != p.Currency {
		return 0
	}
	return p.ToleranceMinor
}

// calculatorLanguage is the language that the address asks for, else the visitor's.
func calculatorLanguage(r *http.Request) card.Language {
	if lang, known := card.ParseLanguage(r.URL.Query().Get("lang")); known {
		return lang
	}
	return languageOf(r)
}

func inLanguage(query url.Values, lang card.Language) string {
	other := url.Values{}
	for key, values := range query {
		other[key] = values
	}
	other.Set("lang", lang.String())
	return "?" + other.Encode()
}
