package wire

import (
	"strings"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/alerts/conduct"
	"github.com/cardwatch/cardwatch/alerts/plan"
)

// Fields of a command about a contact, a plan, a restriction or an instalment. The desk judges what they mean; a field that a verb does not need has no effect.
var (
	contactFields = []field{fChannel, fParty, fPurpose, fNumber, fContactID, fAgency, fAgreement, fStaff, fAtWork, fDebtFacts, fResult}
	planFields    = []field{
		fPlanKind, fPrincipalMinor, fInterestMinor, fFeesMinor, fRatePPM, fPlanRatePPM, fMonths, fDeferMonths, fFirstDueAt, fInterestOffMinor,
		fFeesOffMinor, fInterestOnInterest, fCharges, fNoNewCard, fRights, fBreach, fOtherTerms, fAbilityExceeded, fWilling, fForm, fRecording,
	}
	restrictionFields = []field{fRestriction, fRestrictionID, fFromMinute, fUntilMinute}
	instalmentFields  = []field{
		fInstalmentKind, fInstalmentMonths, fMonthlyFeePPM, fInterestPaid, fOfInstalment, fToOwnAccount, fShownAnnualPPM, fShownInterestMinor, fShownPayableMinor,
		fReference, fByCustomer, fConsentForm, fConsentRecording,
	}
)

// lastMinute is the last minute of a day.
const lastMinute = 24*60 - 1

// maxStaff bounds how many people a command may say to be on a visit.
const maxStaff = 99

func (d *Decoder) contactAct() alerts.ContactAct {
	return alerts.ContactAct{
		ID:      d.id(fContactID),
		Channel: conduct.Channel(d.id(fChannel)), Party: conduct.Party(d.id(fParty)), Purpose: conduct.Purpose(d.id(fPurpose)),
		Number: d.id(fNumber), Agency: d.id(fAgency), Agreement: d.id(fAgreement), Staff: int(d.integer(fStaff, 0, maxStaff)),
		AtWork: d.flag(fAtWork), DebtFacts: d.flag(fDebtFacts), Result: conduct.Result(d.id(fResult)),
	}
}

func (d *Decoder) planAct() alerts.PlanAct {
	charges, _ := mayParse(d, fCharges, parseCharges)
	return alerts.PlanAct{
		Terms: plan.Terms{
			Kind: plan.Kind(d.id(fPlanKind)), PrincipalMinor: d.amount(fPrincipalMinor, 0), InterestMinor: d.amount(fInterestMinor, 0),
			FeesMinor: d.amount(fFeesMinor, 0), Rate: d.rate(fRatePPM), PlanRate: d.rate(fPlanRatePPM),
			Months: int(d.integer(fMonths, 0, plan.MaxMonths)), DeferMonths: int(d.integer(fDeferMonths, 0, plan.MaxMonths)),
			FirstDue: d.moment(fFirstDueAt), WaivedInterestMinor: d.amount(fInterestOffMinor, 0), WaivedFeesMinor: d.amount(fFeesOffMinor, 0),
			InterestOnInterest: d.flag(fInterestOnInterest),
		},
		Contract: plan.Contract{
			Charges: charges, NoNewCard: d.flag(fNoNewCard), Rights: d.free(fRights, maxTypedRunes), Breach: d.free(fBreach, maxTypedRunes),
			Other: d.free(fOtherTerms, maxTypedRunes), AbilityExceeded: d.flag(fAbilityExceeded), Willing: d.flag(fWilling),
			Form: plan.Form(d.id(fForm)), Recording: d.id(fRecording),
		},
	}
}

func (d *Decoder) restrictionAct() alerts.RestrictionAct {
	return alerts.RestrictionAct{
		ID: d.id(fRestrictionID), Kind: alerts.RestrictionKind(d.id(fRestriction)),
		Hours: conduct.Span{From: int(d.integer(fFromMinute, 0, lastMinute)), Until: int(d.integer(fUntilMinute, 0, lastMinute))},
	}
}

// maxInstalmentMonths and maxAnnualPPM bound what is believed of an instalment; the desk's limits are far below.
const (
	maxInstalmentMonths = 1000
	maxAnnualPPM        = 100 * int64(plan.Whole)
)

func (d *Decoder) instalmentAct() alerts.InstalmentAct {
	return alerts.InstalmentAct{
		Kind: plan.OfferKind(d.id(fInstalmentKind)), Months: int(d.integer(fInstalmentMonths, 0, maxInstalmentMonths)),
		MonthlyFee: d.rate(fMonthlyFeePPM), Way: plan.Collection(d.id(fInterestPaid)), OfInstalment: d.flag(fOfInstalment), ToOwnAccount: d.flag(fToOwnAccount),
		Shown: plan.Quote{
			Annual: plan.Rate(d.integer(fShownAnnualPPM, 0, maxAnnualPPM)), InterestMinor: d.amount(fShownInterestMinor, 0),
			PayableMinor: d.amount(fShownPayableMinor, 0),
		},
		Reference: d.id(fReference), ByCustomer: d.flag(fByCustomer), Form: plan.Form(d.id(fConsentForm)), Recording: d.id(fConsentRecording),
	}
}

// rate reads millionths, 0 … 100 %.
func (d *Decoder) rate(f field) plan.Rate { return plan.Rate(d.integer(f, 0, int64(plan.Whole))) }

// The charges of a plan on the wire: those that it has, separated by commas, or that it has none.
const (
	noCharges      = "none"
	chargeFee      = "annual_fee"
	chargeInterest = "interest"
	chargeOther    = "other_fees"
)

func parseCharges(s string) (plan.Charges, bool) {
	c := plan.Charges{Stated: true}
	if s == noCharges {
		return c, true
	}
	for word := range strings.SplitSeq(s, ",") {
		switch word {
		case chargeFee:
			c.AnnualFee = true
		case chargeInterest:
			c.Interest = true
		case chargeOther:
			c.OtherFees = true
		default:
			return plan.Charges{}, false
		}
	}
	return c, true
}

func chargesText(c plan.Charges) string {
	var words []string
	for _, charge := range []struct {
		is   bool
		word string
	}{{c.AnnualFee, chargeFee}, {c.Interest, chargeInterest}, {c.OtherFees, chargeOther}} {
		if charge.is {
			words = append(words, charge.word)
		}
	}
	switch {
	case !c.Stated:
		return ""
	case len(words) == 0:
		return noCharges
	}
	return strings.Join(words, ",")
}

func (w *writer) contactAct(c *alerts.ContactAct) {
	w.text(fChannel, string(c.Channel))
	w.text(fParty, string(c.Party))
	w.text(fPurpose, string(c.Purpose))
	w.text(fNumber, c.Number)
	w.text(fContactID, c.ID)
	w.text(fAgency, c.Agency)
	w.text(fAgreement, c.Agreement)
	w.some(fStaff, int64(c.Staff))
	w.yes(fAtWork, c.AtWork)
	w.yes(fDebtFacts, c.DebtFacts)
	w.text(fResult, string(c.Result))
}

func (w *writer) planAct(p *alerts.PlanAct) {
	t, c := &p.Terms, &p.Contract
	w.text(fPlanKind, string(t.Kind))
	w.some(fPrincipalMinor, t.PrincipalMinor)
	w.some(fInterestMinor, t.InterestMinor)
	w.some(fFeesMinor, t.FeesMinor)
	w.some(fRatePPM, int64(t.Rate))
	w.some(fPlanRatePPM, int64(t.PlanRate))
	w.some(fMonths, int64(t.Months))
	w.some(fDeferMonths, int64(t.DeferMonths))
	w.moment(fFirstDueAt, t.FirstDue)
	w.some(fInterestOffMinor, t.WaivedInterestMinor)
	w.some(fFeesOffMinor, t.WaivedFeesMinor)
	w.yes(fInterestOnInterest, t.InterestOnInterest)
	w.text(fCharges, chargesText(c.Charges))
	w.yes(fNoNewCard, c.NoNewCard)
	w.text(fRights, c.Rights)
	w.text(fBreach, c.Breach)
	w.text(fOtherTerms, c.Other)
	w.yes(fAbilityExceeded, c.AbilityExceeded)
	w.yes(fWilling, c.Willing)
	w.text(fForm, string(c.Form))
	w.text(fRecording, c.Recording)
}

func (w *writer) restrictionAct(r *alerts.RestrictionAct) {
	w.text(fRestriction, string(r.Kind))
	w.text(fRestrictionID, r.ID)
	w.some(fFromMinute, int64(r.Hours.From))
	w.some(fUntilMinute, int64(r.Hours.Until))
}

func (w *writer) instalmentAct(a *alerts.InstalmentAct) {
	w.text(fInstalmentKind, string(a.Kind))
	w.some(fInstalmentMonths, int64(a.Months))
	w.some(fMonthlyFeePPM, int64(a.MonthlyFee))
	w.text(fInterestPaid, string(a.Way))
	w.yes(fOfInstalment, a.OfInstalment)
	w.yes(fToOwnAccount, a.ToOwnAccount)
	w.some(fShownAnnualPPM, int64(a.Shown.Annual))
	w.some(fShownInterestMinor, a.Shown.InterestMinor)
	w.some(fShownPayableMinor, a.Shown.PayableMinor)
	w.text(fReference, a.Reference)
	w.yes(fByCustomer, a.ByCustomer)
	w.text(fConsentForm, string(a.Form))
	w.text(fConsentRecording, a.Recording)
}

// some writes a number that is not the absent 0, yes a flag that is not the absent false.
func (w *writer) some(f field, n int64) {
	if n != 0 {
		w.integer(f, n)
	}
}

func (w *writer) yes(f field, b bool) {
	if b {
		w.flag(f, true)
	}
}
