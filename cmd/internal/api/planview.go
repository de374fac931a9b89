package api

import (
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/alerts/plan"
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
