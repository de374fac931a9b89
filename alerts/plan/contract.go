package plan

import "github.com/cardwatch/cardwatch/detectors/card"

// Form is how an agreement was made.
type Form string

// The forms.
const (
	Written Form = "written"
	// Oral agreements are recorded, and the recording kept until the debt is settled (Art. 70).
	Oral Form = "oral"
)

// Charges is the third item of Art. 70: whether the plan charges an annual fee, interest and other fees while it runs.
type Charges struct {
	// Stated says that the contract answers all three.
	Stated                         bool
	AnnualFee, Interest, OtherFees bool
}

// Contract is a personalised instalment agreement (个性化分期还款协议) with the six items that Art. 70 of the 2011 card rule asks for.
type Contract struct {
	// Schedule holds the first two items: balance, structure and currency of the debt; cycle, method, currency, dates and amounts of the
	// payments. What was signed stays as it was, whatever a later program would calculate.
	Schedule Schedule
	Charges  Charges
	// NoNewCard is the customer's promise not to apply for a credit card anywhere until the debt is settled.
	NoNewCard bool
	// Rights and Breach are the texts, or the ids of the texts, on both sides' rights and duties and on what follows a breach.
	Rights, Breach string
	// Other is whatever else was agreed; "none" is an answer, empty is not.
	Other string

	// AbilityExceeded and Willing are what Art. 70 begins with: the debt is above what the customer can pay, and they want to pay.
	AbilityExceeded, Willing bool
	Form                     Form
	// Recording refers to the recording of an oral agreement.
	Recording string
	// GraceDays and ToleranceMinor say when a payment that is late or short is a breach: ≥ 0, from Policy.
	GraceDays      int
	ToleranceMinor int64
}

// Missing names what a contract lacks.
type Missing string

// What may be missing: the six items, and the conditions beside them.
const (
	MissingBalance   Missing = "balance"
	MissingPayments  Missing = "payments"
	MissingCharges   Missing = "charges"
	MissingNoNewCard Missing = "no_new_card"
	MissingRights    Missing = "rights_and_breach"
	MissingOther     Missing = "other_matters"
	// ChargesContradict: the contract says that no interest is charged, and the schedule charges some, or the reverse.
	ChargesContradict Missing = "charges_contradict"
	// PaymentsDoNotAddUp: the lines do not pay the balance.
	PaymentsDoNotAddUp Missing = "payments_do_not_add_up"
	MissingAbility     Missing = "ability_exceeded"
	MissingWillingness Missing = "willingness"
	MissingForm        Missing = "form"
	MissingRecording   Missing = "recording"
)

// Complete lists what keeps the contract from being signed, nothing when it may be.
func (c *Contract) Complete() (missing []Missing) {
	add := func(lacks bool, m Missing) {
		if lacks {
			missing = append(missing, m)
		}
	}
	t, lines := c.Schedule.Terms, c.Schedule.Lines
	add(t.PrincipalMinor <= 0 || t.Currency == card.Currency{}, MissingBalance)
	add(len(lines) == 0 || len(t.Problems()) > 0, MissingPayments)
	add(len(lines) > 0 && !c.Schedule.addsUp(), PaymentsDoNotAddUp)
	add(!c.Charges.Stated, MissingCharges)
	add(c.Charges.Stated && c.Charges.Interest != (c.Schedule.ChargedMinor() > 0), ChargesContradict)
	add(!c.NoNewCard, MissingNoNewCard)
	add(c.Rights == "" || c.Breach == "", MissingRights)
	add(c.Other == "", MissingOther)
	add(!c.AbilityExceeded, MissingAbility)
	add(!c.Willing, MissingWillingness)
	add(c.Form != Written && c.Form != Oral, MissingForm)
	add(c.Form == Oral && c.Recording == "", MissingRecording)
	return missing
}

// ChargedMinor is the interest that the plan itself charges.
func (s Schedule) ChargedMinor() (sum int64) {
	for _, l := range s.Lines {
		sum += l.ChargedMinor
	}
	return sum
}

// addsUp reports whether the lines, in their order, pay exactly what is owed and not waived, and what is charged.
func (s Schedule) addsUp() bool {
	t := s.Terms
	var paid owed
	month := 0
	for _, l := range s.Lines {
		if l.PrincipalMinor < 0 || l.InterestMinor < 0 || l.FeesMinor < 0 || l.TotalMinor() == 0 || l.Month <= month || l.Month > t.Months {
			return false
		}
		paid.principal += l.PrincipalMinor
		paid.interest += l.InterestMinor
		paid.fees += l.FeesMinor
		month = l.Month
	}
	return paid == owed{t.PrincipalMinor, t.InterestMinor - t.WaivedInterestMinor + s.ChargedMinor(), t.FeesMinor - t.WaivedFeesMinor}
}
