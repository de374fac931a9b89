package plan

import (
	"slices"

	"github.com/cardwatch/cardwatch/detectors/card"
)

// StepInstalment applies an event at a moment. A refused event changes nothing. It is a pure function.
func StepInstalment(i Instalment, e InstalmentEvent, now card.Moment) (Instalment, InstalmentRefusal) {
	to, listed := instalmentTable[i.State][e.Act]
	if !listed || e.Act == InstalmentLapse || e.Act == InstalmentFinish {
		return i, InstalmentWrongState
	}
	if refusal := i.refuses(&e, now); refusal != "" {
		return i, refusal
	}
	switch e.Act {
	case InstalmentApply:
		i.Offer, i.Way, i.Consent = e.Offer, e.Way, Consent{Application: e.Reference}
	case InstalmentAskPerson:
		i.Person = true
	case InstalmentConsent:
		i.Consent.Separate, i.Form, i.Recording = e.Reference, e.Form, e.Recording
		i.Until = card.Moment{} // the rest is the bank's to do
	case InstalmentBook:
		i.Consent.Contract, i.Until = e.Reference, MonthsAfter(now, i.Offer.Months)
	}
	i.move(to, now)
	if i.timeOver(now) {
		for _, act := range []InstalmentAct{InstalmentLapse, InstalmentFinish} {
			if to, listed := instalmentTable[i.State][act]; listed {
				i.move(to, now)
				break
			}
		}
	}
	return i, ""
}

func (i *Instalment) move(to InstalmentState, now card.Moment) {
	if i.State != to {
		i.State, i.Since = to, now
	}
	if to.Over() {
		i.Until = card.Moment{}
	}
}

func (i *Instalment) timeOver(now card.Moment) bool { return !i.Until.IsZero() && !now.Before(i.Until) }

// Cost is what the instalment costs as it was applied for; false before that.
func (i *Instalment) Cost() (Cost, bool) { return i.Offer.Cost(i.Way) }

// refuses says what speaks against an act. A customer's refusal and the bank's withdrawal need nothing.
func (i *Instalment) refuses(e *InstalmentEvent, now card.Moment) InstalmentRefusal {
	switch e.Act {
	case InstalmentApply, InstalmentConsent, InstalmentBook:
	default:
		return ""
	}
	switch {
	case i.State != InstalmentConsented && i.timeOver(now):
		return OfferLapsed
	case e.Suppressed:
		return AccountSuppressed
	case e.InInstalments:
		return AgainRefused
	case e.Reference == "":
		return NoReference
	case e.Act != InstalmentBook && !e.ByCustomer:
		return NotTheCustomer
	}
	switch e.Act {
	case InstalmentApply:
		if refusal := termsRefused(&e.Offer, e.Way); refusal != "" {
			return refusal
		}
		switch {
		case e.Offer.Kind != BillInstalment:
		case e.Offer.AmountMinor > e.OwedMinor:
			return MoreThanOwed
		case e.Offer.AmountMinor > e.UndividedMinor:
			return AgainRefused
		}
		return quoteRefused(&e.Offer, e.Way, e.Shown)
	case InstalmentConsent:
		return i.consentRefused(e)
	default:
		return agreementRefused(i, e.Reference)
	}
}

// violationRefusals are the violations that have a refusal of their own. Never written to.
var violationRefusals = map[ViolationCode]InstalmentRefusal{
	InstalmentAgain: AgainRefused, CashTooMuch: CashTooMuchRefused, CashTooLong: CashTooLongRefused, CashElsewhere: CashElsewhereDenied,
}

func termsRefused(o *Offer, way Collection) InstalmentRefusal {
	broken := o.Validate()
	if len(broken) > 0 {
		if refusal, own := violationRefusals[broken[0].Detail]; own {
			return refusal
		}
	}
	if len(broken) > 0 || !slices.Contains(o.Collect, way) {
		return TermsRefused
	}
	return ""
}

func quoteRefused(o *Offer, way Collection, shown Quote) InstalmentRefusal {
	cost, ok := o.Cost(way)
	switch {
	case !ok:
		return TermsRefused
	case shown.PayableMinor == 0:
		return CostNotShown
	case shown != cost.Quote():
		return CostChanged
	}
	return ""
}

func (i *Instalment) consentRefused(e *InstalmentEvent) InstalmentRefusal {
	switch {
	case e.Reference == i.Consent.Application:
		return NotSeparate
	case e.Form != Written && e.Form != Oral:
		return NoForm
	case e.Form == Oral && e.Recording == "":
		return NoRecording
	}
	return quoteRefused(&i.Offer, i.Way, e.Shown)
}

func agreementRefused(i *Instalment, contract string) InstalmentRefusal {
	consent := i.Consent
	consent.Contract = contract
	if len(i.Offer.Agree(consent)) > 0 {
		return TermsRefused
	}
	return ""
}
