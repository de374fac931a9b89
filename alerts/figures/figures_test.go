package figures_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/alerts/figures"
	"github.com/cardwatch/cardwatch/alerts/glossary"
	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
)

var cny = card.Currency{'C', 'N', 'Y'}

// bank feeds a book with a log that a person can read.
type bank struct {
	*figures.Book
	t  testing.TB
	at card.Moment
}

func newBank(t testing.TB) *bank { return &bank{Book: figures.New(), t: t} }

// on sets the day of what follows, at noon in China.
func (b *bank) on(day string) *bank {
	at, err := card.ParseMoment(day + "T12:00:00+08:00")
	require.NoError(b.t, err)
	b.at = at
	return b
}

func (b *bank) hear(customer string, body card.Body) *bank {
	head := body.Meta()
	head.Customer, head.At = customer, b.at
	b.Hear(body, b.at)
	return b
}

func (b *bank) bill(customer string, yuan int64, cycles int) *bank {
	return b.hear(customer, &card.Statement{Account: customer, BalanceMinor: yuan * 100, CyclesPastDue: cycles, Currency: cny})
}

func (b *bank) tier(customer string, tier detectors.Tier) *bank {
	return b.hear(customer, &detectors.Collection{Account: customer, Tier: tier, Currency: cny})
}

func (b *bank) did(customer string, c alerts.Conduct) *bank {
	c.Account = customer
	return b.hear(customer, &c)
}

// share is a figure of a month, "3/4" as it was counted, "" when there is nothing to count.
func (b *bank) share(month string, figure figures.Code, by figures.Dimension, value string) string {
	for _, l := range b.Report(by, figures.Months).Lines {
		if l.Month == month && l.Figure == figure && l.Value == value {
			return fmt.Sprintf("%d/%d", l.Numerator, l.Denominator)
		}
	}
	return ""
}

func (b *bank) whole(month string, figure figures.Code) string {
	return b.share(month, figure, figures.Whole, "")
}

func TestOverdueAndBadDebtRatesAreSharesOfBalancesAtTheMonthsEnd(t *testing.T) {
	b := newBank(t)
	b.on("2026-03-05").bill("on-time", 6_000, 0).bill("late", 3_000, 0).bill("lost", 1_000, 0)
	b.bill("rich", -500, 0) // the bank owes: no receivable
	b.on("2026-03-10").tier("late", detectors.Moderate).tier("lost", detectors.SevereB)
	b.on("2026-03-28").tier("late", detectors.SevereA).tier("lost", detectors.SevereC)
	b.on("2026-04-02").tier("late", detectors.NoTier)

	require.Equal(t, "400000/1000000", b.whole("2026-03", "overdue_rate"))
	require.Equal(t, "100000/1000000", b.whole("2026-03", "bad_debt_rate"))
	require.Equal(t, "100000/1000000", b.whole("2026-04", "overdue_rate"), "April so far")
}

func TestRollRatesGoFromStatementToStatement(t *testing.T) {
	b := newBank(t)
	b.on("2026-03-05").bill("a", 1_000, 0).bill("b", 3_000, 0).bill("c", 500, 1)
	b.on("2026-04-05").bill("a", 1_200, 1).bill("b", 100, 0).bill("c", 700, 1)
	require.Equal(t, "100000/400000", b.whole("2026-04", "roll_m0"), "a quarter of what was current rolled on")
	require.Equal(t, "0/50000", b.whole("2026-04", "roll_m1"))
	require.Equal(t, "", b.whole("2026-03", "roll_m0"), "a first statement rolls from nowhere")
}

func TestACureIsASelfCureUnlessSomebodyCalled(t *testing.T) {
	b := newBank(t).on("2026-03-05")
	for _, who := range []string{"self", "called", "texted", "still", "grace"} {
		b.bill(who, 1_000, 1).tier(who, detectors.Mild)
	}
	b.tier("grace", detectors.Grace)
	b.on("2026-03-20").did("called", alerts.Conduct{Kind: alerts.ContactMade, Channel: "call", Party: "debtor", Outcome: "conversation"})
	b.did("texted", alerts.Conduct{Kind: alerts.ContactSent, Channel: "sms"})
	b.on("2026-04-03")
	for _, who := range []string{"self", "called", "texted", "grace"} {
		b.tier(who, detectors.NoTier)
	}
	b.tier("self", detectors.Mild).tier("self", detectors.NoTier) // twice in a month is one cure
	require.Equal(t, "3/4", b.whole("2026-04", "cure_rate"), "grace is service, not delinquency")
	require.Equal(t, "2/4", b.whole("2026-04", "self_cure_rate"), "a text message is no human contact")
	require.Equal(t, "", b.whole("2026-03", "cure_rate"), "nobody was late when March began")
}

func TestConductIsCountedWhereItHappened(t *testing.T) {
	b := newBank(t).on("2026-03-05")
	b.hear("a", &card.Customer{Segment: "=payroll"}).hear("b", &card.Customer{Segment: "student"})
	b.bill("a", 1_000, 1).bill("b", 1_000, 1)
	call := func(who, outcome string) {
		b.did(who, alerts.Conduct{Kind: alerts.ContactMade, Channel: "call", Party: "debtor", Outcome: outcome, Tier: detectors.Mild})
	}
	call("a", "no_answer")
	call("a", "conversation")
	call("b", "no_answer")
	b.did("a", alerts.Conduct{Kind: alerts.ContactMade, Channel: "call", Party: "third_party", Outcome: "conversation"})
	b.did("a", alerts.Conduct{Kind: alerts.ContactRefused, Channel: "call", Rules: []alerts.RuleID{"CN-HOURS", "CN-ATTEMPT"}})
	b.did("a", alerts.Conduct{Kind: alerts.FlagSet, Flag: "complaint"})
	b.did("a", alerts.Conduct{Kind: alerts.FlagSet, Flag: "hardship"})
	b.did("a", alerts.Conduct{Kind: alerts.PromiseKeptInTime, AmountMinor: 1_000, PaidMinor: 1_500})
	b.did("b", alerts.Conduct{Kind: alerts.PromiseKeptInPart, AmountMinor: 3_000, PaidMinor: 1_000})
	b.did("a", alerts.Conduct{Kind: alerts.PlanSigned}).did("a", alerts.Conduct{Kind: alerts.PlanKept}).did("b", alerts.Conduct{Kind: alerts.PlanBreached})

	require.Equal(t, "1/3", b.whole("2026-03", "right_party_rate"), "a third party is not the right one")
	require.Equal(t, "1/3", b.share("2026-03", "right_party_rate", figures.ByTier, "mild"))
	require.Equal(t, "0/1", b.share("2026-03", "right_party_rate", figures.BySegment, "student"))
	require.Equal(t, "1/2", b.share("2026-03", "right_party_rate", figures.BySegment, "=payroll"))
	require.Equal(t, "1/3", b.share("2026-03", "right_party_rate", figures.ByCohort, "2026-03"))
	require.Equal(t, "1/2", b.whole("2026-03", "complaint_rate"), "one complaint, two accounts contacted")
	require.Equal(t, "1/5", b.whole("2026-03", "refused_rate"))
	require.Equal(t, "1/2", b.whole("2026-03", "promises_kept"))
	require.Equal(t, "2000/4000", b.whole("2026-03", "promises_kept_value"), "what was paid beyond the promise keeps no other one")
	require.Equal(t, "1/2", b.whole("2026-03", "plans_kept"))

	report := b.Report(figures.BySegment, 1)
	require.Equal(t, []figures.RefusedLine{
		{Month: "2026-03", Currency: "CNY", By: "segment", Value: "=payroll", Rule: "CN-ATTEMPT", Contacts: 1},
		{Month: "2026-03", Currency: "CNY", By: "segment", Value: "=payroll", Rule: "CN-HOURS", Contacts: 1},
	}, report.Refused)
	for _, row := range report.Table()[1:] {
		require.Contains(t, []string{"'=payroll", "student"}, row[3], "a segment's name is no formula")
	}
}

func TestOffersOfInstalmentsAreCountedByHowTheyEnd(t *testing.T) {
	b := newBank(t).on("2026-03-05")
	say := func(who string, kinds ...alerts.ConductKind) {
		for _, kind := range kinds {
			b.did(who, alerts.Conduct{Kind: kind, Tier: detectors.Watch})
		}
	}
	for _, who := range []string{"a", "b", "c", "d", "e", "f"} {
		b.bill(who, 1_000, 0)
	}
	for _, who := range []string{"a", "b", "c", "d", "e"} {
		say(who, alerts.InstalmentOffered)
	}
	say("a", alerts.InstalmentApplied, alerts.InstalmentConsented, alerts.InstalmentBooked)
	say("b", alerts.InstalmentApplied, alerts.InstalmentRefused)
	say("c", alerts.InstalmentRefused)
	say("d", alerts.InstalmentWithdrawn)
	require.Equal(t, "5/6", b.whole("2026-03", "instalments_offered"))
	require.Equal(t, "1/4", b.whole("2026-03", "instalments_taken"), "the fifth has not ended yet")
	require.Equal(t, "2/4", b.whole("2026-03", "instalments_refused"))
	require.Equal(t, "2/4", b.share("2026-03", "instalments_refused", figures.ByTier, "watch"))
	require.Equal(t, "0/4", b.whole("2026-03", "instalments_lapsed"))
	b.on("2026-04-01")
	say("e", alerts.InstalmentLapsed)
	say("a", alerts.InstalmentEnded) // the end of its term is none of an offer
	require.Equal(t, "1/1", b.whole("2026-04", "instalments_lapsed"))
	require.Equal(t, "0/6", b.whole("2026-04", "instalments_offered"))
}

func TestCellsAreNoFormulas(t *testing.T) {
	for text, want := range map[string]string{
		"=1+1": "'=1+1", "+86": "'+86", "-2": "'-2", "@SUM(A1)": "'@SUM(A1)", "  =x": "'  =x", "\t=x": "' =x", "＝x": "'＝x", "a\r\n=x": "a  =x",
		"payroll": "payroll", "a=b": "a=b", "": "", "薪资": "薪资",
	} {
		require.Equal(t, want, figures.Cell(text), "%q", text)
	}
}

func TestWhatCannotBeCountedIsSaid(t *testing.T) {
	b := newBank(t).on("2026-03-05").bill("a", 1_000, 0)
	b.tier("stranger", detectors.Mild)
	b.hear("a", &card.Statement{Account: "a", BalanceMinor: 5, Currency: card.Currency{'U', 'S', 'D'}})
	future := card.Moment{UnixMilli: b.at.UnixMilli + int64(400*24*time.Hour/time.Millisecond), OffsetMinutes: 480}
	b.Hear(&card.Statement{Head: card.Head{Customer: "a", At: future}, Account: "a", Currency: cny}, b.at)
	require.EqualValues(t, 3, b.Report(figures.Whole, 1).Missed)
	require.Equal(t, "0/100000", b.whole("2026-03", "overdue_rate"), "a wrong clock ends no month")
}

func TestEveryFigureHasItsNameAndItsDefinition(t *testing.T) {
	for _, d := range figures.Definitions() {
		for _, kind := range []glossary.Kind{glossary.Figure, glossary.FigureMeaning} {
			term, known := glossary.Lookup(kind, string(d.Code))
			require.True(t, known, "%s.%s", kind, d.Code)
			require.NotEmpty(t, term.Zh)
			require.NotEmpty(t, term.En)
		}
	}
}

// What stands is the same as a sum over all accounts, however they moved; and the groups of a dimension add up to the whole.
func TestStockIsTheSumOfTheAccounts(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		b := newBank(t).on("2026-01-05")
		type account struct {
			balance int64
			tier    detectors.Tier
			billed  bool
		}
		accounts := map[string]*account{}
		for range rapid.IntRange(1, 60).Draw(rt, "events") {
			who := fmt.Sprint("c", rapid.IntRange(0, 4).Draw(rt, "who"))
			a := accounts[who]
			if a == nil {
				a = &account{}
				accounts[who] = a
			}
			switch rapid.IntRange(0, 3).Draw(rt, "event") {
			case 0:
				a.balance, a.billed = rapid.Int64Range(-100, 1_000).Draw(rt, "yuan"), true
				b.bill(who, a.balance, rapid.IntRange(0, 9).Draw(rt, "cycles"))
			case 1:
				tier := rapid.SampledFrom([]detectors.Tier{"", detectors.Watch, detectors.Mild, detectors.SevereA, detectors.SevereC}).Draw(rt, "tier")
				if a.billed {
					a.tier = tier
				}
				b.tier(who, tier)
			case 2:
				b.hear(who, &card.Customer{Segment: rapid.SampledFrom([]string{"", "x", "y"}).Draw(rt, "segment")})
			default:
				b.at = b.at.Add(time.Duration(rapid.IntRange(0, 40).Draw(rt, "days")) * 24 * time.Hour)
			}
		}
		var all, overdue int64
		for _, a := range accounts {
			if a.billed {
				all += max(a.balance, 0) * 100
				if a.tier == detectors.SevereA || a.tier == detectors.SevereC {
					overdue += max(a.balance, 0) * 100
				}
			}
		}
		newest := func(by figures.Dimension) (n, of int64) {
			for _, l := range b.Report(by, 1).Lines {
				if l.Figure == "overdue_rate" {
					n, of = n+l.Numerator, of+l.Denominator
				}
			}
			return n, of
		}
		for _, by := range []figures.Dimension{figures.Whole, figures.ByCohort} {
			n, of := newest(by)
			if all == 0 {
				n, of = 0, 0
			}
			if n != overdue || of != all {
				rt.Fatalf("by %q: %d of %d overdue, the accounts say %d of %d", by, n, of, overdue, all)
			}
		}
	})
}

func TestAChallengerThatDoesHarmHasToStop(t *testing.T) {
	b := newBank(t)
	x := alerts.Experiment{Name: "evening push", Share: 50, From: "2026-03-01", Stop: alerts.StopRule{MinCustomers: 10}}
	armOf := func(i int) (string, alerts.Arm) {
		return fmt.Sprint("cust-", i), []alerts.Arm{alerts.Champion, alerts.Challenger}[i%2]
	}
	arms := map[string]alerts.Arm{}
	b.Arms = func(customer string, at card.Moment) map[string]alerts.Arm {
		if !x.Runs(at) {
			return nil
		}
		return map[string]alerts.Arm{x.Name: arms[customer]}
	}
	each := func(arm alerts.Arm, c alerts.Conduct) {
		for i := range 20 {
			if who, of := armOf(i); of == arm {
				b.did(who, c)
			}
		}
	}
	b.on("2026-02-05")
	for i := range 20 {
		who, arm := armOf(i)
		arms[who] = arm
		b.bill(who, 1_000, 1)
	}
	each(alerts.Challenger, alerts.Conduct{Kind: alerts.FlagSet, Flag: "complaint"}) // before it began
	b.on("2026-03-05")
	for _, arm := range []alerts.Arm{alerts.Champion, alerts.Challenger} {
		each(arm, alerts.Conduct{Kind: alerts.ContactSent, Channel: "sms"})
	}
	running := func(string) *alerts.ExperimentStop { return nil }
	trial := func(stopped func(string) *alerts.ExperimentStop) figures.Trial {
		return b.Trials([]alerts.Experiment{x}, stopped)[0]
	}
	require.Equal(t, alerts.ArmConduct{Customers: 10, Attempts: 10}, trial(running).Challenger)
	require.Empty(t, trial(running).Harm)

	b.on("2026-04-05")
	each(alerts.Challenger, alerts.Conduct{Kind: alerts.OptedOut})
	each(alerts.Challenger, alerts.Conduct{Kind: alerts.FlagSet, Flag: "crisis"})
	each(alerts.Challenger, alerts.Conduct{Kind: alerts.ContactRefused, Rules: []alerts.RuleID{alerts.RuleQuietHours}})
	b.did("cust-1", alerts.Conduct{Kind: alerts.FlagSet, Flag: "complaint"}).did("cust-0", alerts.Conduct{Kind: alerts.FlagSet, Flag: "cease"})
	harm := trial(running)
	require.Equal(t, alerts.ArmConduct{Customers: 10, OptOuts: 1, Attempts: 10}, harm.Champion)
	require.Equal(t, alerts.ArmConduct{Customers: 10, Complaints: 1, OptOuts: 10, Distress: 10, Attempts: 20, Refused: 10}, harm.Challenger)
	require.Equal(t, []alerts.StopReason{alerts.StopOptOuts, alerts.StopDistress, alerts.StopRefused}, harm.Harm, "one complaint in ten may be chance")
	require.Equal(t, "0/10", b.share("2026-03", "complaint_rate", figures.ByArm, "evening push/challenger"))

	// What follows a stop says nothing of the challenger, so the arms stay as its rule saw them.
	stop := &alerts.ExperimentStop{Experiment: x.Name, Actor: alerts.ActorClock, Reasons: harm.Harm, Champion: harm.Champion, Challenger: harm.Challenger}
	b.did("cust-0", alerts.Conduct{Kind: alerts.OptedOut})
	over := trial(func(string) *alerts.ExperimentStop { return stop })
	require.Empty(t, over.Harm)
	require.Equal(t, harm.Champion, over.Champion)
	measures := over.Measures()
	require.Len(t, measures, 4)
	low, high := alerts.Difference(10, 10, 1, 10)
	require.Equal(t, figures.Measured{Measure: alerts.StopOptOuts, Champion: 1, ChampionOf: 10, Challenger: 10, ChallengerOf: 10, Low: low, High: high}, measures[1])
}
