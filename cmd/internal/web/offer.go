package web

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/alerts/plan"
	"github.com/cardwatch/cardwatch/cmd/internal/clerk"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// offerPath is the page on which a customer is shown an instalment, applies for it, consents to it by itself, or refuses it.
const offerPath = "/p/instalment/"

// offerMonths are the terms that are reckoned for the whole bill before the customer has asked for any; a calculator has the others.
var offerMonths = []int{3, 6, 12, 24}

// offerPage is an instalment as its customer sees it.
type offerPage struct {
	*calculation
	plan.Instalment
	link Link
	lang card.Language
	// Card is the end of the account's token; BalanceMinor is what is owed, 0 once it is paid, UndividedMinor the part that is not in instalments yet.
	Card                         string
	BalanceMinor, UndividedMinor int64
	Currency                     card.Currency
	// rate is the interest of the card contract a year.
	rate plan.Rate
	// Overview is what the whole bill would cost in the usual terms, Costs what was asked for in each of the two ways to pay the interest, and
	// Cost what was applied for.
	Overview []termCost
	Costs    []waysCost
	Cost     *waysCost
	// Minimum is what happens when nothing but the minimum is paid.
	Minimum plan.Path
	Share   plan.Rate
	// Broken are the rules that forbid what was asked for.
	Broken []plan.Violation
	// Asking says that the customer is asked what they want; Ended that the link has ended, and only a no is heard.
	Asking, Ended bool
	// Stopped says that the customer wants no unasked offers.
	Stopped bool
	// Unticked is a consent whose box was left empty, Refusal what the desk said to an act.
	Unticked bool
	Refusal  alerts.Refusal
	// Chinese and English are the addresses of this page in the two languages.
	Chinese, English string
}

type termCost struct {
	Months int
	plan.Cost
	// Query asks for this term in both ways.
	Query string
}

// costIn is a cost with the currency that it is in, for the templates.
type costIn struct {
	Cost     waysCost
	Currency card.Currency
}

// Shown is the cost as the form sends it back, so that nobody agrees to another than they were shown.
func (c waysCost) Shown() string {
	return fmt.Sprintf("%d.%d.%d", c.Annual, c.InterestMinor, c.PayableMinor)
}

func shownQuote(text string) (q plan.Quote) {
	parts := strings.Split(text, ".")
	if len(parts) != 3 {
		return plan.Quote{} // the desk says that the cost was not shown
	}
	var n [3]int64
	for i, part := range parts {
		var err error
		if n[i], err = strconv.ParseInt(part, 10, 64); err != nil || n[i] < 0 {
			return plan.Quote{}
		}
	}
	return plan.Quote{Annual: plan.Rate(n[0]), InterestMinor: n[1], PayableMinor: n[2]}
}

// showOffer shows the instalment as it stands. Reading changes nothing: mail and message scanners open links.
func (s *Server) showOffer(w http.ResponseWriter, r *http.Request) {
	o, ok := s.offer(w, r, r.URL.Query())
	switch {
	case !ok:
	case o.State.Over() || o.Ended:
		s.renderOffer(w, r, http.StatusGone, o)
	case len(o.Wrong) > 0 || len(o.Broken) > 0:
		s.renderOffer(w, r, http.StatusUnprocessableEntity, o)
	default:
		s.renderOffer(w, r, http.StatusOK, o)
	}
}

func (s *Server) renderOffer(w http.ResponseWriter, r *http.Request, status int, o *offerPage) {
	s.renderIn(w, r, status, o.lang, "offer", o)
}

// offerVerbs are what a customer can say on the page. Those that agree to something need the link's time, the others never do.
var offerVerbs = map[alerts.Verb]struct{ agrees bool }{
	alerts.ApplyInstalment: {true}, alerts.ConsentInstalment: {true}, alerts.RefuseInstalment: {}, alerts.AskInstalmentPerson: {},
	alerts.Restrict: {}, alerts.LiftRestriction: {},
}

// answerOffer passes on what the customer says, and shows what became of it. The desk judges again.
func (s *Server) answerOffer(w http.ResponseWriter, r *http.Request) {
	if !s.form(w, r) {
		return
	}
	form := r.PostForm
	o, ok := s.offer(w, r, form)
	if !ok {
		return
	}
	verb := alerts.Verb(form.Get("verb"))
	said, known := offerVerbs[verb]
	switch {
	case !known:
		s.fail(w, r, http.StatusBadRequest, nil)
		return
	case said.agrees && o.Ended:
		s.renderOffer(w, r, http.StatusGone, o)
		return
	case verb == alerts.ConsentInstalment && form.Get("agree") != "yes":
		o.Unticked = true
		s.renderOffer(w, r, http.StatusUnprocessableEntity, o)
		return
	}
	cmd, err := s.offerCommand(o, verb, form)
	if err != nil {
		s.renderOffer(w, r, http.StatusUnprocessableEntity, o)
		return
	}
	refusal, err := s.clerk.Submit(r.Context(), &cmd)
	switch {
	case err != nil:
		s.fail(w, r, http.StatusServiceUnavailable, err)
		return
	case refusal != "":
		o.Refusal = refusal
		s.renderOffer(w, r, http.StatusConflict, o)
		return
	}
	if applied, err := s.clerk.Try(cmd.Customer, &cmd); err != nil || applied != alerts.RefusedDuplicate {
		s.renderIn(w, r, http.StatusAccepted, o.lang, "customer-received", nil)
		return
	}
	// Relative, since a proxy may have put us into a folder.
	w.Header().Set("Location", r.PathValue("token")+"?"+url.Values{"lang": {o.lang.String()}}.Encode())
	w.WriteHeader(http.StatusSeeOther)
}

var errIncomplete = errors.New("web: the application lacks an amount, a term or a way to pay")

// offerCommand is what the customer says, as the desk hears it. The event itself is the record of the application and of the consent.
func (s *Server) offerCommand(o *offerPage, verb alerts.Verb, form url.Values) (alerts.Command, error) {
	cmd := alerts.Command{Verb: verb}
	switch verb {
	case alerts.Restrict:
		cmd = alerts.NoMoreOffers()
	case alerts.LiftRestriction:
		cmd = alerts.OffersAgain()
	}
	cmd.Head = card.Head{ID: clerk.ActID("link", form.Get("once"), o.ID, string(verb)), Customer: o.link.Customer, At: s.now()}
	cmd.Actor, cmd.Account = alerts.ActorCustomer, o.Account
	switch verb {
	case alerts.ApplyInstalment:
		way := plan.Collection(form.Get("way"))
		if len(o.Costs) == 0 {
			return cmd, errIncomplete
		}
		policy := s.clerk.Desk().Policy()
		cmd.AmountMinor = o.Terms.PrincipalMinor
		cmd.Instalment = alerts.InstalmentAct{
			Kind: plan.BillInstalment, Months: o.Terms.Months, MonthlyFee: policy.InstalmentFee(), Way: way, Shown: shownQuote(form.Get("shown_" + string(way))),
		}
		if way == "" {
			o.wrong("way", "calculator.bad_way")
			return cmd, errIncomplete
		}
	case alerts.ConsentInstalment:
		cmd.Instalment = alerts.InstalmentAct{Form: plan.Written, Shown: shownQuote(form.Get("shown"))}
	}
	cmd.Instalment.Reference, cmd.Instalment.ByCustomer = cmd.ID, true
	return cmd, nil
}

// offer opens the link in the path and reads its instalment, or answers the request itself.
func (s *Server) offer(w http.ResponseWriter, r *http.Request, typed url.Values) (*offerPage, bool) {
	link, desk, ok := s.follow(w, r, ForInstalment, alerts.IndexInstalment)
	if !ok {
		return nil, false
	}
	i := desk.InstalmentByID(link.ID)
	if i == nil {
		s.fail(w, r, http.StatusNotFound, nil)
		return nil, false
	}
	o := &offerPage{
		calculation: &calculation{values: typed}, Instalment: *i, link: link, lang: s.customersLanguage(r, desk), Card: lastFour(i.Account),
		Currency: i.Offer.Currency, Stopped: desk.OffersStopped(), Ended: s.cfg.Now().After(link.ExpiresAt),
		Chinese: inLanguage(r.URL.Query(), card.Chinese), English: inLanguage(r.URL.Query(), card.English),
	}
	if asked, known := card.ParseLanguage(r.URL.Query().Get("lang")); known {
		o.lang = asked
	}
	if e := desk.Entry(i.Account); e != nil {
		o.BalanceMinor, o.UndividedMinor, o.Currency, o.rate = e.BalanceMinor, e.UndividedMinor(), e.Currency, e.Rate()
	}
	if cost, ok := i.Cost(); ok {
		o.Cost = &waysCost{i.Way, cost}
	}
	changing := i.State == plan.InstalmentApplied && (typed.Has("principal") || typed.Has("change"))
	o.Asking = !o.Ended && o.UndividedMinor > 0 && (i.State == plan.InstalmentOffered || changing)
	if o.Asking {
		s.reckonOffer(o)
	}
	return o, true
}

// reckonOffer reckons what the customer asks for, or before that the whole bill in the usual terms, at the bank's price.
func (s *Server) reckonOffer(o *offerPage) {
	policy := s.clerk.Desk().Policy()
	fee := policy.InstalmentFee()
	o.Terms.Currency = o.Currency
	minimum := policyIn(o.Currency).Minimum
	o.Minimum, o.Share = minimum.Path(o.BalanceMinor, o.rate), minimum.Share
	if !o.values.Has("principal") {
		for _, months := range offerMonths {
			offer := plan.OrdinaryOffer(plan.BillInstalment, o.Currency, o.UndividedMinor, months, fee)
			if cost, ok := offer.Cost(plan.Monthly); ok {
				query := url.Values{"principal": {card.FormatMinor(o.UndividedMinor, o.Currency)}, "months": {strconv.Itoa(months)}, "lang": {o.lang.String()}}
				o.Overview = append(o.Overview, termCost{months, cost, "?" + query.Encode() + "#way"})
			}
		}
		return
	}
	o.Terms.PrincipalMinor, o.Terms.Months = o.amount("principal"), o.count("months", 0)
	if len(o.Wrong) == 0 && o.Terms.PrincipalMinor > o.UndividedMinor {
		o.wrong("principal", "calculator.bad_more")
	}
	if len(o.Wrong) > 0 {
		return
	}
	offer := plan.OrdinaryOffer(plan.BillInstalment, o.Currency, o.Terms.PrincipalMinor, o.Terms.Months, fee)
	if o.Broken = offer.Validate(); len(o.Broken) > 0 {
		return
	}
	for _, way := range offer.Collect {
		if cost, ok := offer.Cost(way); ok {
			o.Costs = append(o.Costs, waysCost{way, cost})
		}
	}
}

// Value is what was typed, or at first all that can be divided; no term is chosen for the customer.
func (o *offerPage) Value(field string) string {
	if !o.values.Has(field) && field == "principal" {
		return card.FormatMinor(o.UndividedMinor, o.Currency)
	}
	if !o.values.Has(field) {
		return ""
	}
	return o.calculation.Value(field)
}
