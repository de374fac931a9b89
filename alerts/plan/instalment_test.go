package plan_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/cardwatch/cardwatch/alerts/plan"
	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/detectors/pack"
)

var offeredAt = card.Moment{UnixMilli: 1_772_330_400_000, OffsetMinutes: 480}

const offerStands = 14 * 24 * time.Hour

// offered is an offer on the account that stands for a fortnight.
func offered() plan.Instalment {
	return plan.OfferInstalment("inst-1", "acct-0815", []string{"min_due_open", "late_months_3"}, offeredAt, offeredAt.Add(offerStands))
}

// applying is the customer's own application for an offer, after they were shown its cost.
func applying(o plan.Offer) plan.InstalmentEvent {
	e := plan.InstalmentEvent{Act: plan.InstalmentApply, Offer: o, Way: plan.Monthly, Reference: "app-1", ByCustomer: true, OwedMinor: o.AmountMinor, UndividedMinor: o.AmountMinor}
	if cost, ok := o.Cost(e.Way); ok {
		e.Shown = cost.Quote()
	}
	return e
}

// consenting is their consent to the twelve parts of bill, in a step of its own. 12,000 yuan at 0.6 % a month is 864 yuan of interest.
func consenting() plan.InstalmentEvent {
	offer := bill()
	cost, _ := offer.Cost(plan.Monthly)
	return plan.InstalmentEvent{
		Act: plan.InstalmentConsent, Reference: "yes-1", ByCustomer: true, Form: plan.Written,
		Shown: plan.Quote{Annual: cost.Annual, InterestMinor: 864_00, PayableMinor: 12_864_00},
	}
}

var booking = plan.InstalmentEvent{Act: plan.InstalmentBook, Reference: "con-1"}

// after does things to an offer, one an hour, and wants each to have its effect.
func after(t require.TestingT, events ...plan.InstalmentEvent) plan.Instalment {
	i, now := offered(), offeredAt
	for _, e := range events {
		now = now.Add(time.Hour)
		var refusal plan.InstalmentRefusal
		i, refusal = plan.StepInstalment(i, e, now)
		require.Empty(t, refusal)
	}
	return i
}

func TestAnInstalmentFromTheOfferToTheLastMonth(t *testing.T) {
	i := after(t, applying(bill()), consenting(), booking)
	require.Equal(t, plan.InstalmentActive, i.State)
	require.Equal(t, plan.Consent{Application: "app-1", Separate: "yes-1", Contract: "con-1"}, i.Consent)
	require.Equal(t, plan.MonthsAfter(offeredAt.Add(3*time.Hour), 12), i.Until)
	pass := plan.InstalmentEvent{Act: plan.InstalmentPass}
	early, refusal := plan.StepInstalment(i, pass, i.Until.Add(-time.Millisecond))
	require.Empty(t, refusal)
	require.Equal(t, i, early)
	over, refusal := plan.StepInstalment(i, pass, i.Until)
	require.Empty(t, refusal)
	require.Equal(t, plan.InstalmentFinished, over.State)
}

// What each state lets happen, and where it leads. What is not listed is refused.
func TestTheTableOfInstalments(t *testing.T) {
	events := map[plan.InstalmentAct]plan.InstalmentEvent{
		plan.InstalmentApply: applying(bill()), plan.InstalmentConsent: consenting(), plan.InstalmentBook: booking,
		plan.InstalmentRefuse: {Act: plan.InstalmentRefuse}, plan.InstalmentWithdraw: {Act: plan.InstalmentWithdraw},
		plan.InstalmentAskPerson: {Act: plan.InstalmentAskPerson},
		plan.InstalmentLapse:     {Act: plan.InstalmentLapse}, plan.InstalmentFinish: {Act: plan.InstalmentFinish},
	}
	refuse, withdraw := events[plan.InstalmentRefuse], events[plan.InstalmentWithdraw]
	for from, row := range map[plan.InstalmentState]struct {
		reached plan.Instalment
		allows  map[plan.InstalmentAct]plan.InstalmentState
	}{
		plan.InstalmentOffered: {offered(), map[plan.InstalmentAct]plan.InstalmentState{
			plan.InstalmentApply: plan.InstalmentApplied, plan.InstalmentRefuse: plan.InstalmentRefused, plan.InstalmentWithdraw: plan.InstalmentWithdrawn,
			plan.InstalmentAskPerson: plan.InstalmentOffered,
		}},
		plan.InstalmentApplied: {after(t, applying(bill())), map[plan.InstalmentAct]plan.InstalmentState{
			plan.InstalmentApply: plan.InstalmentApplied, plan.InstalmentConsent: plan.InstalmentConsented,
			plan.InstalmentRefuse: plan.InstalmentRefused, plan.InstalmentWithdraw: plan.InstalmentWithdrawn,
			plan.InstalmentAskPerson: plan.InstalmentApplied,
		}},
		plan.InstalmentConsented: {after(t, applying(bill()), consenting()), map[plan.InstalmentAct]plan.InstalmentState{
			plan.InstalmentBook: plan.InstalmentActive, plan.InstalmentRefuse: plan.InstalmentRefused, plan.InstalmentWithdraw: plan.InstalmentWithdrawn,
			plan.InstalmentAskPerson: plan.InstalmentConsented,
		}},
		plan.InstalmentActive: {after(t, applying(bill()), consenting(), booking), map[plan.InstalmentAct]plan.InstalmentState{
			plan.InstalmentAskPerson: plan.InstalmentActive,
		}},
		plan.InstalmentRefused:   {after(t, refuse), nil},
		plan.InstalmentWithdrawn: {after(t, applying(bill()), withdraw), nil},
	} {
		require.Equal(t, from, row.reached.State)
		for act, e := range events {
			next, refusal := plan.StepInstalment(row.reached, e, offeredAt.Add(5*time.Hour))
			to, listed := row.allows[act]
			if !listed {
				require.Equal(t, plan.InstalmentWrongState, refusal, "%s in %s", act, from)
				require.Equal(t, row.reached, next)
				continue
			}
			require.Empty(t, refusal, "%s in %s", act, from)
			require.Equal(t, to, next.State, "%s in %s", act, from)
			require.Equal(t, act == plan.InstalmentAskPerson, next.Person)
		}
	}
}

func TestAnOfferAndAnApplicationLapseWithTheOffersTimeAndAConsentDoesNot(t *testing.T) {
	end := offeredAt.Add(offerStands)
	for _, i := range []plan.Instalment{offered(), after(t, applying(bill()))} {
		late := applying(bill())
		if i.State == plan.InstalmentApplied {
			late = consenting()
		}
		_, refusal := plan.StepInstalment(i, late, end)
		require.Equal(t, plan.OfferLapsed, refusal)
		_, refusal = plan.StepInstalment(i, late, end.Add(-time.Millisecond))
		require.Empty(t, refusal)
		lapsed, refusal := plan.StepInstalment(i, plan.InstalmentEvent{Act: plan.InstalmentPass}, end)
		require.Empty(t, refusal)
		require.Equal(t, plan.InstalmentLapsed, lapsed.State)
		require.Zero(t, lapsed.Until)
	}
	require.Zero(t, after(t, applying(bill()), consenting()).Until, "it waits for the bank, not for the customer")
}

// Every refusal of the notice of 2022, with the rule that it keeps.
func TestWhatTheNoticeOf2022Refuses(t *testing.T) {
	offer := func(of func() plan.Offer, change func(*plan.Offer)) func(*plan.InstalmentEvent) {
		return func(e *plan.InstalmentEvent) {
			o := of()
			change(&o)
			*e = applying(o)
		}
	}
	free := offered()
	asked := after(t, applying(bill()))
	for name, tt := range map[string]struct {
		on     plan.Instalment
		event  plan.InstalmentEvent
		change func(*plan.InstalmentEvent)
		want   plan.InstalmentRefusal
		rule   plan.RuleID
	}{
		"of an instalment":            {free, applying(bill()), offer(bill, func(o *plan.Offer) { o.OfInstalment = true }), plan.AgainRefused, plan.RuleRepeated},
		"account is in instalments":   {free, applying(bill()), func(e *plan.InstalmentEvent) { e.InInstalments = true }, plan.AgainRefused, plan.RuleRepeated},
		"more than the bill":          {free, applying(bill()), func(e *plan.InstalmentEvent) { e.OwedMinor-- }, plan.MoreThanOwed, ""},
		"with what is divided":        {free, applying(bill()), func(e *plan.InstalmentEvent) { e.UndividedMinor-- }, plan.AgainRefused, plan.RuleRepeated},
		"cash above the bill":         {free, applying(cash()), func(e *plan.InstalmentEvent) { e.OwedMinor, e.UndividedMinor = 0, 0 }, "", ""},
		"cash up to 50,000":           {free, applying(bill()), offer(cash, func(*plan.Offer) {}), "", ""},
		"cash above 50,000":           {free, applying(bill()), offer(cash, func(o *plan.Offer) { o.AmountMinor++ }), plan.CashTooMuchRefused, plan.RuleLimits},
		"cash above two years":        {free, applying(bill()), offer(cash, func(o *plan.Offer) { o.Months++ }), plan.CashTooLongRefused, plan.RuleLimits},
		"cash to the card":            {free, applying(bill()), offer(cash, func(o *plan.Offer) { o.ToOwnAccount = false }), plan.CashElsewhereDenied, plan.RuleLimits},
		"bill for five years":         {free, applying(bill()), offer(bill, func(o *plan.Offer) { o.Months = 60 }), "", ""},
		"bill above five years":       {free, applying(bill()), offer(bill, func(o *plan.Offer) { o.Months = 61 }), plan.TermsRefused, plan.RuleLimits},
		"no way chosen":               {free, applying(bill()), func(e *plan.InstalmentEvent) { e.Way = "" }, plan.TermsRefused, plan.RuleLimits},
		"cost not shown":              {free, applying(bill()), func(e *plan.InstalmentEvent) { e.Shown = plan.Quote{} }, plan.CostNotShown, plan.RuleCost},
		"another cost shown":          {free, applying(bill()), func(e *plan.InstalmentEvent) { e.Shown.Annual -= plan.BasisPoint }, plan.CostChanged, plan.RuleCost},
		"applied by another":          {free, applying(bill()), func(e *plan.InstalmentEvent) { e.ByCustomer = false }, plan.NotTheCustomer, plan.RuleApplication},
		"application not on record":   {free, applying(bill()), func(e *plan.InstalmentEvent) { e.Reference = "" }, plan.NoReference, plan.RuleApplication},
		"account suppressed":          {free, applying(bill()), func(e *plan.InstalmentEvent) { e.Suppressed = true }, plan.AccountSuppressed, ""},
		"consent, cost not shown":     {asked, consenting(), func(e *plan.InstalmentEvent) { e.Shown = plan.Quote{} }, plan.CostNotShown, plan.RuleCost},
		"consent to another cost":     {asked, consenting(), func(e *plan.InstalmentEvent) { e.Shown.InterestMinor-- }, plan.CostChanged, plan.RuleCost},
		"consent by another":          {asked, consenting(), func(e *plan.InstalmentEvent) { e.ByCustomer = false }, plan.NotTheCustomer, plan.RuleApplication},
		"consent in the application":  {asked, consenting(), func(e *plan.InstalmentEvent) { e.Reference = "app-1" }, plan.NotSeparate, plan.RuleApplication},
		"consent in no form":          {asked, consenting(), func(e *plan.InstalmentEvent) { e.Form = "" }, plan.NoForm, plan.RuleApplication},
		"oral and not recorded":       {asked, consenting(), func(e *plan.InstalmentEvent) { e.Form = plan.Oral }, plan.NoRecording, plan.RuleApplication},
		"oral and recorded":           {asked, consenting(), func(e *plan.InstalmentEvent) { e.Form, e.Recording = plan.Oral, "rec-1" }, "", ""},
		"consent on a disputed debt":  {asked, consenting(), func(e *plan.InstalmentEvent) { e.Suppressed = true }, plan.AccountSuppressed, ""},
		"consent, in instalments now": {asked, consenting(), func(e *plan.InstalmentEvent) { e.InInstalments = true }, plan.AgainRefused, plan.RuleRepeated},
		"booked without a contract":   {after(t, applying(bill()), consenting()), booking, func(e *plan.InstalmentEvent) { e.Reference = "" }, plan.NoReference, plan.RuleApplication},
	} {
		tt.change(&tt.event)
		next, refusal := plan.StepInstalment(tt.on, tt.event, offeredAt.Add(3*time.Hour))
		require.Equal(t, tt.want, refusal, name)
		require.Equal(t, tt.rule, refusal.Rule(), name)
		if refusal != "" {
			require.Equal(t, tt.on, next, "%s: a refused act changes nothing", name)
		}
	}
}

// Whatever happens in whatever order: what is booked was applied for, consented to separately and is within the limits, and it reads back.
func TestNothingIsBookedWithoutTheCustomersTwoSteps(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		i, now := offered(), offeredAt
		var said []plan.InstalmentAct
		for range rapid.IntRange(1, 12).Draw(rt, "events") {
			now = now.Add(time.Duration(rapid.IntRange(0, 300).Draw(rt, "hours")) * time.Hour)
			offer := rapid.SampledFrom([]func() plan.Offer{bill, cash}).Draw(rt, "offer")()
			offer.Months = rapid.IntRange(0, 62).Draw(rt, "months")
			e := rapid.SampledFrom([]plan.InstalmentEvent{
				applying(offer), consenting(), booking, {Act: plan.InstalmentRefuse}, {Act: plan.InstalmentWithdraw}, {Act: plan.InstalmentAskPerson}, {Act: plan.InstalmentPass},
			}).Draw(rt, "event")
			if cost, ok := i.Cost(); ok && e.Act == plan.InstalmentConsent {
				e.Shown = cost.Quote()
			}
			e.ByCustomer = rapid.IntRange(0, 4).Draw(rt, "somebody else") > 0
			next, refusal := plan.StepInstalment(i, e, now)
			if refusal == "" && e.ByCustomer && e.Act != plan.InstalmentPass {
				said = append(said, e.Act)
			}
			i = next
			back := plan.ReadInstalment(pack.NewReader(i.AppendBinary(nil)))
			require.Equal(rt, i, back)
		}
		if i.State == plan.InstalmentActive || i.State == plan.InstalmentFinished {
			require.Contains(rt, said, plan.InstalmentApply)
			require.Contains(rt, said, plan.InstalmentConsent)
			require.Empty(rt, i.Offer.Agree(i.Consent))
		}
	})
}

func TestADamagedInstalmentIsAnError(t *testing.T) {
	i := after(t, applying(bill()), consenting())
	whole := i.AppendBinary(nil)
	for n := range whole {
		r := pack.NewReader(whole[:n])
		require.Equal(t, plan.Instalment{}, plan.ReadInstalment(r), "cut after %d bytes", n)
		require.Error(t, r.Err())
	}
}
