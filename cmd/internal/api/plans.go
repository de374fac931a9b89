package api

import (
	"net/http"
	"slices"
	"unicode/utf8"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/alerts/plan"
	"github.com/cardwatch/cardwatch/cmd/internal/clerk"
	"github.com/cardwatch/cardwatch/detectors/card"
)

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
