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

// termsView are a plan's terms, the same going out as coming in. The fields are those of plan.Terms; the currency is the account's.
type termsView struct {
	Kind           string `json:"kind"`
	Principal      int64  `json:"principal_minor"`
	Interest       int64  `json:"interest_minor"`
	Fees           int64  `json:"fees_minor"`
	Rate           int64  `json:"rate_ppm"`
	PlanRate       int64  `json:"plan_rate_ppm"`
	Months         int64  `json:"months"`
	Defer          int64  `json:"defer_months"`
	FirstDue       moment `json:"first_due_at,omitzero"`
	WaivedInterest int64  `json:"interest_off_minor"`
	WaivedFees     int64  `json:"fees_off_minor"`
}

func termsOf(t *plan.Terms) termsView {
	return termsView{
		string(t.Kind), t.PrincipalMinor, t.InterestMinor, t.FeesMinor, int64(t.Rate), int64(t.PlanRate), int64(t.Months), int64(t.DeferMonths),
		moment{t.FirstDue}, t.WaivedInterestMinor, t.WaivedFeesMinor,
	}
}

func (v *termsView) terms() plan.Terms {
	return plan.Terms{
		Kind: plan.Kind(v.Kind), PrincipalMinor: v.Principal, InterestMinor: v.Interest, FeesMinor: v.Fees, Rate: plan.Rate(v.Rate),
		PlanRate: plan.Rate(v.PlanRate), Months: int(v.Months), DeferMonths: int(v.Defer), FirstDue: v.FirstDue.Moment,
		WaivedInterestMinor: v.WaivedInterest, WaivedFeesMinor: v.WaivedFees,
	}
}

// contractView is what the customer agrees to beside the schedule, the same going out as coming in: what Art. 70 asks for. charges says
// which the plan has, or "none" of them; without it the contract does not answer.
type contractView struct {
	Charges         []string `json:"charges"`
	NoNewCard       bool     `json:"no_new_card"`
	Rights          string   `json:"rights"`
	Breach          string   `json:"breach"`
	Other           string   `json:"other_terms"`
	AbilityExceeded bool     `json:"ability_exceeded"`
	Willing         bool     `json:"willing"`
	Form            string   `json:"form"`
	Recording       string   `json:"recording"`
}

// The charges by the names they have outside.
const (
	chargesNone    = "none"
	chargeAnnual   = "annual_fee"
	chargeInterest = "interest"
	chargeOther    = "other_fees"
)

func contractOf(c *plan.Contract) contractView {
	v := contractView{
		Charges: []string{}, NoNewCard: c.NoNewCard, Rights: c.Rights, Breach: c.Breach, Other: c.Other, AbilityExceeded: c.AbilityExceeded,
		Willing: c.Willing, Form: string(c.Form), Recording: c.Recording,
	}
	for _, charge := range []struct {
		has  bool
		name string
	}{{c.Charges.AnnualFee, chargeAnnual}, {c.Charges.Interest, chargeInterest}, {c.Charges.OtherFees, chargeOther}} {
		if charge.has {
			v.Charges = append(v.Charges, charge.name)
		}
	}
	if c.Charges.Stated && len(v.Charges) == 0 {
		v.Charges = append(v.Charges, chargesNone)
	}
	return v
}

func (v *contractView) contract() plan.Contract {
	has := func(name string) bool { return slices.Contains(v.Charges, name) }
	return plan.Contract{
		Charges: plan.Charges{
			Stated: len(v.Charges) > 0, AnnualFee: has(chargeAnnual), Interest: has(chargeInterest), OtherFees: has(chargeOther),
		},
		NoNewCard: v.NoNewCard, Rights: v.Rights, Breach: v.Breach, Other: v.Other, AbilityExceeded: v.AbilityExceeded, Willing: v.Willing,
		Form: plan.Form(v.Form), Recording: v.Recording,
	}
}

// maxTerm bounds a text of a contract, in runes: as long as the console's.
const maxTerm = 200

// check refuses what could not be written down as it was sent. What the law asks for is the desk's to say.
func (v *contractView) check() *Problem {
	for i, charge := range v.Charges {
		known := slices.Contains([]string{chargesNone, chargeAnnual, chargeInterest, chargeOther}, charge)
		if !known || slices.Contains(v.Charges[:i], charge) || charge == chargesNone && len(v.Charges) > 1 {
			return badValue("/contract/charges/" + strconv.Itoa(i))
		}
	}
	for _, text := range []struct{ at, value string }{
		{"/contract/rights", v.Rights}, {"/contract/breach", v.Breach}, {"/contract/other_terms", v.Other},
	} {
		if utf8.RuneCountInString(text.value) > maxTerm {
			return badValue(text.at)
		}
	}
	switch form := plan.Form(v.Form); {
	case form != "" && form != plan.Written && form != plan.Oral:
		return badValue("/contract/form")
	case v.Recording != "" && !isKey(v.Recording):
		return badValue("/contract/recording")
	}
	return nil
}

// figuresView is what a customer is shown of a plan, the cost a year first.
type figuresView struct {
	Annual     int64 `json:"annual_ppm"`
	Nominal    int64 `json:"nominal_ppm"`
	Lines      int   `json:"instalments"`
	Instalment int64 `json:"instalment_minor"`
	Last       int64 `json:"last_minor"`
	Interest   int64 `json:"interest_minor"`
	Fees       int64 `json:"fees_minor"`
	Payable    int64 `json:"payable_minor"`
	Saving     int64 `json:"saving_minor"`
}

func figuresOf(s *plan.Schedule, f *plan.Figures) figuresView {
	return figuresView{
		int64(f.Annual), int64(f.Nominal), len(s.Lines), f.InstalmentMinor, f.LastMinor, f.InterestMinor, f.FeesMinor, f.PayableMinor, f.SavingMinor,
	}
}

type lineView struct {
	Due       moment `json:"due_at"`
	Principal int64  `json:"principal_minor"`
	Interest  int64  `json:"interest_minor"`
	Fees      int64  `json:"fees_minor"`
	Total     int64  `json:"total_minor"`
}

// planView is an account's newest plan as it goes out.
type planView struct {
	ID       string       `json:"plan_id"`
	Account  string       `json:"account_id"`
	Customer string       `json:"customer_id"`
	State    string       `json:"state"`
	Since    moment       `json:"since"`
	SignedAt moment       `json:"signed_at,omitzero"`
	Currency string       `json:"currency"`
	Terms    termsView    `json:"terms"`
	Lines    []lineView   `json:"lines"`
	Figures  figuresView  `json:"figures"`
	Contract contractView `json:"contract"`
	// Grace and Tolerance say when a payment that is late or short is a breach.
	Grace     int   `json:"grace_days"`
	Tolerance int64 `json:"tolerance_minor"`
	// Missing is what keeps the contract, as it is, from being signed.
	Missing  []string `json:"missing"`
	Paid     int64    `json:"paid_minor"`
	PaidFor  int      `json:"paid_instalments"`
	Carried  int64    `json:"carried_minor"`
	Breaches int      `json:"breaches"`
	Reason   string   `json:"reason,omitempty"`
	// Acts are the verbs that its state allows.
	Acts []string `json:"acts"`
}

func planOf(customer string, p *plan.Plan) planView {
	s := &p.Contract.Schedule
	figures := s.Figures(plan.Defaults().Minimum)
	v := planView{
		ID: p.ID, Account: p.Account, Customer: customer, State: string(p.State), Since: moment{p.Since}, SignedAt: moment{p.SignedAt},
		Currency: s.Terms.Currency.String(), Terms: termsOf(&s.Terms), Lines: []lineView{}, Figures: figuresOf(s, &figures),
		Contract: contractOf(&p.Contract), Grace: p.Contract.GraceDays, Tolerance: p.Contract.ToleranceMinor,
		Missing: missingNames(p.Contract.Complete()), Paid: p.PaidMinor, PaidFor: p.PaidLines(), Carried: p.CarriedMinor, Breaches: p.Breaches,
		Reason: p.Reason, Acts: []string{},
	}
	for _, l := range s.Lines {
		v.Lines = append(v.Lines, lineView{moment{l.Due}, l.PrincipalMinor, l.InterestMinor, l.FeesMinor, l.TotalMinor()})
	}
	for _, verb := range alerts.PlanVerbs(p.State) {
		v.Acts = append(v.Acts, string(verb))
	}
	return v
}

func missingNames(missing []plan.Missing) []string {
	list := []string{}
	for _, m := range missing {
		list = append(list, string(m))
	}
	return list
}

// meansAsk is what a customer tells of their month. The fields are those of plan.Means.
type meansAsk struct {
	Income         int64  `json:"income_minor"`
	Essentials     int64  `json:"essentials_minor"`
	Dependants     int64  `json:"dependants"`
	Job            string `json:"job"`
	OtherDebt      int64  `json:"other_debt_minor"`
	Savings        int64  `json:"savings_minor"`
	LaterIncome    int64  `json:"later_income_minor"`
	RecoveryMonths int64  `json:"recovery_months"`
}

// The bounds of what is believed of somebody's means.
const (
	maxMeansMinor = 1_000_000_000_000
	maxDependants = 20
)

func (a *meansAsk) check() *Problem {
	for _, n := range []struct {
		at         string
		value, max int64
	}{
		{"/income_minor", a.Income, maxMeansMinor}, {"/essentials_minor", a.Essentials, maxMeansMinor}, {"/other_debt_minor", a.OtherDebt, maxMeansMinor},
		{"/savings_minor", a.Savings, maxMeansMinor}, {"/later_income_minor", a.LaterIncome, maxMeansMinor}, {"/dependants", a.Dependants, maxDependants},
		{"/recovery_months", a.RecoveryMonths, plan.MaxMonths},
	} {
		if n.value < 0 || n.value > n.max {
			return badValue(n.at)
		}
	}
	if !slices.Contains([]plan.Job{"", plan.Employed, plan.Irregular, plan.Unemployed, plan.Retired}, plan.Job(a.Job)) {
		return badValue("/job")
	}
	return nil
}

func (a *meansAsk) means() plan.Means {
	return plan.Means{
		IncomeMinor: a.Income, EssentialsMinor: a.Essentials, Dependants: int(a.Dependants), Job: plan.Job(a.Job), OtherDebtMinor: a.OtherDebt,
		SavingsMinor: a.Savings, LaterIncomeMinor: a.LaterIncome, RecoveryMonths: int(a.RecoveryMonths),
	}
}

// proposalView is a plan that may be offered, or why it may not.
type proposalView struct {
	Feasible bool          `json:"feasible"`
	Terms    termsView     `json:"terms"`
	Figures  *figuresView  `json:"figures,omitempty"`
	Findings []findingView `json:"findings"`
	Margin   int64         `json:"margin_minor"`
}

type findingView struct {
	Code   string `json:"code"`
	Blocks bool   `json:"blocks"`
}

// quotePlans proposes plans by what the customer tells of their means; nothing of it is kept. It is a POST since no address may hold it.
func (s *Server) quotePlans(w http.ResponseWriter, r *request) {
	var told meansAsk
	refused := r.read(&told)
	if refused == nil {
		refused = told.check()
	}
	if refused != nil {
		s.refuse(w, r, refused)
		return
	}
	_, e, ok := s.entry(w, r)
	if !ok {
		return
	}
	list := []proposalView{}
	for _, p := range e.ProposePlans(told.means(), s.cfg.Now()) {
		v := proposalView{Feasible: p.Feasible(), Terms: termsOf(&p.Schedule.Terms), Findings: []findingView{}, Margin: p.MarginMinor}
		if len(p.Schedule.Lines) > 0 {
			figures := figuresOf(&p.Schedule, &p.Figures)
			v.Figures = &figures
		}
		for _, f := range p.Findings {
			v.Findings = append(v.Findings, findingView{string(f.Code), f.Code.Blocks()})
		}
		list = append(list, v)
	}
	s.answer(w, http.StatusOK, struct {
		Currency string         `json:"currency"`
		Items    []proposalView `json:"items"`
	}{e.Currency.String(), list})
}

// planAct is what a caller wants done to an account's plan.
type planAct struct {
	Verb     alerts.Verb  `json:"verb"`
	Note     string       `json:"note"`
	Terms    termsView    `json:"terms"`
	Contract contractView `json:"contract"`
}

var planVerbs = []alerts.Verb{
	alerts.PlanOffer, alerts.PlanSign, alerts.PlanDecline, alerts.PlanReview, alerts.PlanContinue, alerts.PlanTerminate, alerts.PlanRenegotiate,
}

func (a *planAct) check() *Problem {
	switch {
	case a.Verb == "":
		return missing("/verb")
	case !slices.Contains(planVerbs, a.Verb):
		return badValue("/verb")
	case utf8.RuneCountInString(a.Note) > maxNote:
		return badValue("/note")
	case a.Verb == alerts.PlanOffer && a.Terms.Kind == "":
		return missing("/terms")
	case a.Verb != alerts.PlanOffer && a.Terms != termsView{}:
		return badValue("/terms")
	}
	return a.Contract.check()
}

// command is the act as the desk knows it: terms belong to an offer, a contract to a signature.
func (a *planAct) command(head card.Head, actor, account string) alerts.Command {
	cmd := alerts.Command{Head: head, Actor: actor, Verb: a.Verb, Account: account, Note: a.Note}
	switch a.Verb {
	case alerts.PlanOffer:
		cmd.Plan.Terms = a.Terms.terms()
	case alerts.PlanSign:
		cmd.Plan.Contract = a.Contract.contract()
	}
	return cmd
}

// findPlan is an account's newest plan, nil without one. The account need not be overdue any more.
func (s *Server) findPlan(r *request) (*alerts.State, *plan.Plan, error) {
	desk, err := s.cfg.View.Desk(r.PathValue("id"))
	if err != nil {
		return nil, nil, err
	}
	return desk, desk.Plan(r.PathValue("account")), nil
}

func (s *Server) getPlan(w http.ResponseWriter, r *request) {
	desk, p, err := s.findPlan(r)
	switch {
	case err != nil:
		s.refuse(w, r, s.failed(r, err))
	case p == nil:
		s.refuse(w, r, refusal(CodeNotFound))
	default:
		s.answerTagged(w, r, planOf(desk.Customer, p))
	}
}

// actOnPlan does one act and answers with the plan as it then is. A contract that lacks what Art. 70 asks for is a problem that names it.
func (s *Server) actOnPlan(w http.ResponseWriter, r *request) {
	var a planAct
	once, ok := s.asked(w, r, &a)
	if !ok {
		return
	}
	desk, before, err := s.findPlan(r)
	if err != nil {
		s.refuse(w, r, s.failed(r, err))
		return
	}
	head := card.Head{ID: clerk.ActID("api", once), Customer: desk.Customer, At: s.cfg.Now()}
	cmd := a.command(head, r.caller.actor, r.PathValue("account"))
	again, refused := s.precondition(r, &cmd, func() (string, error) {
		if before == nil {
			return "", nil // no tag is the tag of nothing
		}
		return tagOf(planOf(desk.Customer, before))
	})
	if refused == nil && !again {
		refused = s.submitPlan(r, desk, &cmd)
	}
	if refused != nil {
		s.refuse(w, r, refused)
		return
	}
	s.getPlan(w, r)
}

func (s *Server) submitPlan(r *request, desk *alerts.State, cmd *alerts.Command) *Problem {
	why, err := s.cfg.Clerk.Submit(r.Context(), cmd)
	switch {
	case err != nil:
		return s.failed(r, err)
	case why == "":
		return nil
	}
	p := refusedByDesk(why)
	if why == alerts.RefusedPlanIncomplete {
		p.Missing = missingNames(desk.PlanLacks(cmd.Account, cmd.Plan.Contract))
	}
	return p
}
