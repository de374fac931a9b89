package conduct_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/alerts/conduct"
)

// The moments of the table: a Wednesday and a Saturday in March 2026, by the debtor's clock.
const (
	wednesday = "2026-03-04T10:00:00+08:00"
	saturday  = "2026-03-07T10:00:00+08:00"
)

// scene is a contact that is asked for, and what is known then.
type scene struct {
	at    string
	ask   func(*conduct.Request)
	flags conduct.Flags
	// past are contacts before, their times counted back from the moment asked about.
	past []past
}

type past struct {
	ago    time.Duration
	result conduct.Result
	change func(*conduct.Contact)
}

func (s scene) decide(t *testing.T, p conduct.Pack) conduct.Decision {
	at := moment(t, s.at)
	r := ask(at)
	if s.ask != nil {
		s.ask(&r)
	}
	var contacts []conduct.Contact
	for _, c := range s.past {
		contact := made(at.Add(-c.ago), c.result)
		if c.change != nil {
			c.change(&contact)
		}
		contacts = append(contacts, contact)
	}
	return conduct.Decide(p, s.flags, logOf(t, contacts...), r)
}

func times(n int, p past) (list []past) {
	for i := range n {
		p := p
		p.ago += time.Duration(i) * time.Minute
		list = append(list, p)
	}
	return list
}

func flag(f conduct.Flag) conduct.Flags { return conduct.Flags{Set: []conduct.Flag{f}} }

func third(purpose conduct.Purpose) func(*conduct.Request) {
	return func(r *conduct.Request) {
		r.Party, r.Purpose, r.Number, r.DebtFacts = conduct.Third, purpose, sister, false
	}
}

func purpose(p conduct.Purpose) func(*conduct.Request) {
	return func(r *conduct.Request) { r.Purpose = p }
}

func visit(staff int) func(*conduct.Request) {
	return func(r *conduct.Request) { r.Channel, r.Staff = conduct.Visit, staff }
}

func by(c conduct.Channel) func(*conduct.Request) {
	return func(r *conduct.Request) { r.Channel = c }
}

func byRepresentative(r *conduct.Request) { r.Party = conduct.Representative }

func atWork(r *conduct.Request) { r.AtWork = true }

func agreed(r *conduct.Request) { r.Agreement = "recording-17" }

const minute, hour, day = time.Minute, time.Hour, 24 * time.Hour

// lost is a debtor whom three calls in a row have not found.
var lost = times(3, past{ago: hour, result: conduct.NoAnswer})

// TestEveryRule has a row for every rule that can stop a contact: the pack and the source it is read in, a contact that it stops and how,
// and the nearest one that it does not stop.
func TestEveryRule(t *testing.T) {
	stopping := map[conduct.RuleID]bool{}
	for _, row := range []struct {
		pack   conduct.PackID
		rule   conduct.RuleID
		source string
		// stops is a contact that the rule speaks against, with this outcome; until is the local time of a deferral's end.
		stops scene
		how   conduct.Outcome
		until string
		// passes is one against which it has nothing to say.
		passes scene
	}{
		{
			conduct.CN, conduct.CNHours, "CBA 金融机构个人消费类贷款催收工作指引（试行）2026-01-30",
			scene{at: "2026-03-04T22:00:00+08:00"}, conduct.Defer, "2026-03-05T08:00:00+08:00", scene{at: "2026-03-04T21:59:59+08:00"},
		},
		{
			conduct.CN, conduct.CNAttempt, "CBA 金融机构个人消费类贷款催收工作指引（试行）2026-01-30",
			scene{at: wednesday, past: times(6, past{ago: minute, result: conduct.NoAnswer})},
			conduct.Defer, "2026-03-05T08:00:00+08:00",
			scene{at: wednesday, ask: func(r *conduct.Request) { r.Number = home }, past: times(6, past{ago: minute, result: conduct.NoAnswer})},
		},
		{
			conduct.CN, conduct.CNConnect, "GB/T 45251-2025",
			scene{
				at: wednesday, ask: func(r *conduct.Request) { r.Number, r.Agency = home, "agency-b" },
				past: slices.Concat(
					times(2, past{ago: minute, result: conduct.Conversation}),
					times(1, past{ago: hour, result: conduct.Conversation, change: func(c *conduct.Contact) { c.Agency = "agency-a" }}),
				),
			},
			conduct.Defer, "2026-03-05T08:00:00+08:00",
			scene{at: wednesday, past: times(2, past{ago: minute, result: conduct.Conversation})},
		},
		{
			conduct.CN, conduct.CNVisit, "GB/T 45251-2025",
			scene{at: wednesday, ask: visit(2), past: times(1, past{ago: hour, result: conduct.NoAnswer, change: func(c *conduct.Contact) { c.Channel = conduct.Visit }})},
			conduct.Defer, "2026-03-05T08:00:00+08:00", scene{at: wednesday, ask: visit(2), past: times(3, past{ago: hour, result: conduct.NoAnswer})},
		},
		{
			conduct.CN, conduct.CNVisitStaff, "GB/T 45251-2025",
			scene{at: wednesday, ask: visit(1)}, conduct.Deny, "", scene{at: wednesday, ask: visit(2)},
		},
		{
			conduct.CN, conduct.CNTarget, "2011 art. 68",
			scene{at: wednesday, ask: third(conduct.Collect), past: lost}, conduct.Deny, "", scene{at: wednesday, ask: third(conduct.Relay), past: lost},
		},
		{
			conduct.CN, conduct.CNThirdLost, "CBA 金融机构个人消费类贷款催收工作指引（试行）2026-01-30",
			scene{at: wednesday, ask: third(conduct.Locate), past: lost[:2]}, conduct.Deny, "",
			scene{at: wednesday, ask: third(conduct.Locate), past: times(1, past{ago: hour, result: conduct.Invalid})},
		},
		{
			conduct.CN, conduct.CNThirdStop, "CBA 金融机构个人消费类贷款催收工作指引（试行）2026-01-30",
			scene{at: wednesday, ask: third(conduct.Locate), past: append(times(1, past{ago: 20 * day, result: conduct.Refused, change: func(c *conduct.Contact) {
				c.Party, c.Purpose, c.Number = conduct.Third, conduct.Locate, sister
			}}), lost...)},
			conduct.Deny, "", scene{at: wednesday, ask: third(conduct.Locate), past: lost},
		},
		{
			conduct.CN, conduct.CNDispute, "2011 art. 69",
			scene{at: wednesday, flags: flag(conduct.Dispute)}, conduct.Deny, "",
			scene{at: wednesday, flags: flag(conduct.Dispute), ask: purpose(conduct.Answer)},
		},
		{
			conduct.CN, conduct.CNPlanStop, "2011 art. 70",
			scene{at: wednesday, flags: flag(conduct.PlanActive)}, conduct.Deny, "",
			scene{at: wednesday, flags: flag(conduct.PlanActive), ask: purpose(conduct.PlanReminder)},
		},

		{
			conduct.US, conduct.USHours, "12 CFR 1006.6(b)(1)",
			scene{at: "2026-03-04T21:00:00-05:00", ask: by(conduct.Email)}, conduct.Defer, "2026-03-05T08:00:00-05:00",
			scene{at: "2026-03-04T08:00:00-05:00", ask: by(conduct.Email)},
		},
		{
			conduct.US, conduct.USSevenIn7, "12 CFR 1006.14(b)(2)(i)(A)",
			// Seven calls on seven days, the last of them today: the first leaves the seven days at midnight.
			scene{at: wednesday, past: []past{
				{6 * day, conduct.NoAnswer, nil}, {5 * day, conduct.NoAnswer, nil}, {4 * day, conduct.NoAnswer, nil}, {3 * day, conduct.NoAnswer, nil},
				{2 * day, conduct.NoAnswer, nil}, {day, conduct.NoAnswer, nil}, {hour, conduct.NoAnswer, nil},
			}},
			conduct.Defer, "2026-03-05T08:00:00+08:00",
			scene{at: wednesday, ask: func(r *conduct.Request) { r.Debt = cardTwo }, past: times(7, past{ago: day, result: conduct.NoAnswer})},
		},
		{
			conduct.US, conduct.USAfterTalk, "12 CFR 1006.14(b)(2)(i)(B)",
			// The conversation's day is the first of seven: from Monday on, Monday is the eighth.
			scene{at: wednesday, past: []past{{2 * day, conduct.Conversation, nil}}}, conduct.Defer, "2026-03-09T08:00:00+08:00",
			scene{at: wednesday, past: []past{{7 * day, conduct.Conversation, nil}}},
		},
		{
			conduct.US, conduct.USMedium, "12 CFR 1006.14(h)",
			scene{at: wednesday, ask: by(conduct.SMS), flags: conduct.Flags{OptOut: []conduct.Channel{conduct.SMS}}}, conduct.Deny, "",
			scene{at: wednesday, ask: by(conduct.Email), flags: conduct.Flags{OptOut: []conduct.Channel{conduct.SMS}}},
		},
		{
			conduct.US, conduct.USNumber, "12 CFR 1006.14(h)",
			scene{at: wednesday, flags: conduct.Flags{Stopped: []conduct.Key{mobile}}}, conduct.Deny, "",
			scene{at: wednesday, flags: conduct.Flags{Stopped: []conduct.Key{home}}},
		},
		{
			conduct.US, conduct.USThird, "12 CFR 1006.6(d)",
			scene{at: wednesday, ask: third(conduct.Relay), past: lost}, conduct.Deny, "", scene{at: wednesday, ask: third(conduct.Locate), past: lost},
		},
		{
			conduct.US, conduct.USThirdOnce, "12 CFR 1006.10(c)",
			scene{at: wednesday, ask: third(conduct.Locate), past: append(times(1, past{ago: 30 * day, result: conduct.NoAnswer, change: func(c *conduct.Contact) {
				c.Party, c.Purpose, c.Number = conduct.Third, conduct.Locate, sister
			}}), lost...)},
			conduct.Defer, "2026-03-05T08:00:00+08:00", scene{at: wednesday, ask: third(conduct.Locate), past: lost},
		},
		{
			conduct.US, conduct.USLawyer, "12 CFR 1006.6(b)(2)",
			scene{at: wednesday, flags: flag(conduct.Lawyer)}, conduct.Deny, "", scene{at: wednesday, flags: flag(conduct.Lawyer), ask: byRepresentative},
		},
		{
			conduct.US, conduct.USCease, "12 CFR 1006.6(c)",
			scene{at: wednesday, flags: flag(conduct.Cease)}, conduct.Deny, "", scene{at: wednesday, flags: flag(conduct.Cease), ask: purpose(conduct.Confirm)},
		},
		{
			conduct.US, conduct.USValidate, "12 CFR 1006.34, .38",
			scene{at: wednesday, flags: flag(conduct.Dispute)}, conduct.Deny, "", scene{at: wednesday, flags: flag(conduct.Dispute), ask: purpose(conduct.Answer)},
		},
		{
			conduct.US, conduct.USStay, "11 U.S.C. 362(a)",
			scene{at: wednesday, flags: flag(conduct.Bankruptcy)}, conduct.Deny, "", scene{at: wednesday, flags: flag(conduct.Bankruptcy), ask: purpose(conduct.Notice)},
		},
		{
			conduct.US, conduct.USWork, "12 CFR 1006.6(b)(1)(iii)",
			scene{at: wednesday, ask: atWork, flags: conduct.Flags{EmployerForbids: true}}, conduct.Deny, "", scene{at: wednesday, ask: atWork},
		},

		{
			conduct.UK, conduct.UKTime, "CONC 7.9",
			scene{at: "2026-03-04T20:00:00Z"}, conduct.Defer, "2026-03-05T08:00:00Z", scene{at: "2026-03-04T19:59:00Z"},
		},
		{
			conduct.UK, conduct.UKAsked, "CONC 7.9",
			scene{at: wednesday, flags: conduct.Flags{Quiet: []conduct.Span{{From: 9 * 60, Until: 13*60 + 30}}}}, conduct.Defer, "2026-03-04T13:30:00+08:00",
			scene{at: "2026-03-04T13:30:00+08:00", flags: conduct.Flags{Quiet: []conduct.Span{{From: 9 * 60, Until: 13*60 + 30}}}},
		},
		{
			conduct.UK, conduct.UKThird, "CONC 7.9",
			scene{at: wednesday, ask: func(r *conduct.Request) { third(conduct.Relay)(r); r.DebtFacts = true }, past: lost}, conduct.Deny, "",
			scene{at: wednesday, ask: third(conduct.Relay), past: lost},
		},
		{
			conduct.UK, conduct.UKDispute, "CONC 7.14",
			scene{at: wednesday, flags: flag(conduct.Dispute)}, conduct.Deny, "", scene{at: wednesday, flags: flag(conduct.Dispute), ask: purpose(conduct.Answer)},
		},
		{
			conduct.UK, conduct.UKBreathing, "Debt Respite Scheme",
			scene{at: wednesday, flags: flag(conduct.Bankruptcy)}, conduct.Deny, "", scene{at: wednesday, flags: flag(conduct.Bankruptcy), ask: purpose(conduct.Notice)},
		},
		{
			conduct.AU, conduct.AUHours, "RG 96 part 2 §4",
			scene{at: "2026-03-07T08:59:00+10:00"}, conduct.Defer, "2026-03-07T09:00:00+10:00", scene{at: "2026-03-04T07:30:00+10:00"},
		},
		{
			conduct.AU, conduct.AUVisitHours, "RG 96 part 2 §4",
			scene{at: "2026-03-04T07:30:00+10:00", ask: visit(2)}, conduct.Defer, "2026-03-04T09:00:00+10:00", scene{at: saturday, ask: visit(2)},
		},
		{
			conduct.AU, conduct.AUWorkHours, "RG 96 part 2 §4",
			scene{at: saturday, ask: atWork}, conduct.Defer, "2026-03-09T09:00:00+08:00", scene{at: wednesday, ask: atWork},
		},
		{
			conduct.AU, conduct.AUWeek, "RG 96 part 2 §5",
			scene{at: wednesday, past: []past{{6 * day, conduct.Conversation, nil}, {3 * day, conduct.Conversation, nil}, {day, conduct.Refused, nil}}},
			conduct.Defer, "2026-03-05T07:30:00+08:00",
			scene{at: wednesday, past: []past{{7 * day, conduct.Conversation, nil}, {3 * day, conduct.Conversation, nil}, {day, conduct.Refused, nil}}},
		},
		{
			conduct.AU, conduct.AUMonth, "RG 96 part 2 §5",
			scene{at: "2026-03-31T10:00:00+10:00", past: times(10, past{ago: 30 * day, result: conduct.Conversation})}, conduct.Defer, "2026-04-01T07:30:00+10:00",
			scene{at: "2026-04-01T10:00:00+10:00", past: times(10, past{ago: 31 * day, result: conduct.Conversation})},
		},
		{
			conduct.IN, conduct.INHours, "RBI",
			scene{at: "2026-03-04T19:00:00+05:30"}, conduct.Defer, "2026-03-05T08:00:00+05:30", scene{at: "2026-03-04T18:45:00+05:30"},
		},

		{
			conduct.EU, conduct.OwnHours, "own choice",
			scene{at: "2026-03-04T07:59:00+01:00"}, conduct.Defer, "2026-03-04T08:00:00+01:00", scene{at: "2026-03-04T02:00:00+01:00", ask: by(conduct.Letter)},
		},
		{
			conduct.EU, conduct.OwnAttempt, "own choice",
			scene{at: wednesday, past: times(7, past{ago: 6 * day, result: conduct.NoAnswer})}, conduct.Defer, "2026-03-05T08:00:00+08:00",
			scene{at: wednesday, past: times(6, past{ago: 6 * day, result: conduct.NoAnswer})},
		},
		{
			conduct.EU, conduct.OwnConnect, "own choice",
			scene{at: wednesday, past: times(1, past{ago: hour, result: conduct.Conversation})}, conduct.Defer, "2026-03-05T08:00:00+08:00",
			scene{at: wednesday, past: times(1, past{ago: hour, result: conduct.Connected})},
		},
		{
			conduct.CN, conduct.OwnAsked, "own choice",
			// Somebody who works at night sleeps over noon; the span may go over midnight as well.
			scene{at: "2026-03-04T21:30:00+08:00", flags: conduct.Flags{Quiet: []conduct.Span{{From: 21 * 60, Until: 9 * 60}}}}, conduct.Defer, "2026-03-05T09:00:00+08:00",
			scene{at: "2026-03-04T21:30:00+08:00", ask: agreed, flags: conduct.Flags{Quiet: []conduct.Span{{From: 21 * 60, Until: 9 * 60}}}},
		},
		{
			conduct.US, conduct.OwnStaff, "own choice",
			scene{at: wednesday, ask: visit(1)}, conduct.Deny, "", scene{at: wednesday, ask: visit(2)},
		},
		{
			conduct.EU, conduct.OwnThird, "own choice",
			scene{at: wednesday, ask: third(conduct.Offer), past: lost}, conduct.Deny, "", scene{at: wednesday, ask: third(conduct.Locate), past: lost},
		},
		{
			conduct.EU, conduct.OwnThirdLost, "own choice",
			scene{at: wednesday, ask: third(conduct.Locate)}, conduct.Deny, "", scene{at: wednesday, ask: third(conduct.Locate), flags: flag(conduct.Deceased)},
		},
		{
			conduct.EU, conduct.OwnThirdStop, "own choice",
			scene{at: wednesday, ask: third(conduct.Locate), past: append(times(1, past{ago: day, result: conduct.Refused, change: func(c *conduct.Contact) {
				c.Party, c.Number = conduct.Third, sister
			}}), lost...)},
			conduct.Deny, "", scene{at: wednesday, ask: third(conduct.Locate), past: lost},
		},
		{
			conduct.CN, conduct.OwnMedium, "own choice",
			scene{at: wednesday, ask: by(conduct.Push), flags: conduct.Flags{OptOut: []conduct.Channel{conduct.Push}}}, conduct.Deny, "",
			scene{at: wednesday, ask: func(r *conduct.Request) { r.Channel, r.Purpose = conduct.Push, conduct.Confirm }, flags: conduct.Flags{OptOut: []conduct.Channel{conduct.Push}}},
		},
		{
			conduct.CN, conduct.OwnNumber, "own choice",
			scene{at: wednesday, flags: conduct.Flags{Stopped: []conduct.Key{mobile}}}, conduct.Deny, "",
			scene{at: wednesday, ask: purpose(conduct.Confirm), flags: conduct.Flags{Stopped: []conduct.Key{mobile}}},
		},
		{
			conduct.CN, conduct.OwnWork, "own choice",
			scene{at: wednesday, ask: func(r *conduct.Request) { r.Channel, r.AtWork = conduct.Email, true }}, conduct.Deny, "",
			scene{at: wednesday, ask: func(r *conduct.Request) { r.Channel, r.AtWork, r.Agreement = conduct.Email, true, "recording-17" }},
		},
		{
			conduct.CN, conduct.OwnCease, "own choice",
			scene{at: wednesday, flags: flag(conduct.Cease), ask: agreed}, conduct.Deny, "", scene{at: wednesday, flags: flag(conduct.Cease), ask: purpose(conduct.Confirm)},
		},
		{
			conduct.EU, conduct.OwnDispute, "own choice",
			scene{at: wednesday, flags: flag(conduct.Dispute)}, conduct.Deny, "", scene{at: wednesday, flags: flag(conduct.Dispute), ask: purpose(conduct.Notice)},
		},
		{
			conduct.CN, conduct.OwnDeceased, "own choice",
			scene{at: wednesday, flags: flag(conduct.Deceased), ask: purpose(conduct.Answer)}, conduct.Deny, "",
			scene{at: wednesday, flags: flag(conduct.Deceased), ask: byRepresentative},
		},
		{
			conduct.CN, conduct.OwnIncapacity, "own choice",
			scene{at: wednesday, flags: flag(conduct.Incapacity)}, conduct.Deny, "",
			scene{at: wednesday, flags: flag(conduct.Incapacity), ask: third(conduct.Relay)},
		},
		{
			conduct.CN, conduct.OwnBankruptcy, "own choice",
			scene{at: wednesday, flags: flag(conduct.Bankruptcy), ask: purpose(conduct.Offer)}, conduct.Deny, "",
			scene{at: wednesday, flags: flag(conduct.Bankruptcy), ask: purpose(conduct.Answer)},
		},
		{
			conduct.CN, conduct.OwnLawyer, "own choice",
			scene{at: wednesday, flags: flag(conduct.Lawyer), ask: purpose(conduct.Remind)}, conduct.Deny, "", scene{at: wednesday, flags: flag(conduct.Lawyer), ask: byRepresentative},
		},
		{
			conduct.EU, conduct.OwnPlan, "own choice",
			scene{at: wednesday, flags: flag(conduct.PlanActive)}, conduct.Deny, "", scene{at: wednesday, flags: flag(conduct.PlanActive), ask: purpose(conduct.PlanReminder)},
		},
		{
			conduct.CN, conduct.OwnComplaint, "own choice",
			scene{at: wednesday, flags: flag(conduct.Complaint)}, conduct.Deny, "", scene{at: wednesday, flags: flag(conduct.Complaint), ask: purpose(conduct.Answer)},
		},
		{
			conduct.CN, conduct.OwnCrisis, "own choice",
			scene{at: wednesday, flags: flag(conduct.Crisis), ask: purpose(conduct.Offer)}, conduct.Deny, "", scene{at: wednesday, flags: flag(conduct.Crisis), ask: purpose(conduct.Answer)},
		},
		{
			conduct.CN, conduct.OwnComplete, "own choice",
			scene{at: wednesday, ask: func(r *conduct.Request) { r.Number = 0 }}, conduct.Deny, "", scene{at: wednesday},
		},
		{
			conduct.CN, conduct.OwnOnce, "own choice",
			scene{at: wednesday, ask: func(r *conduct.Request) { r.ID = "past-a" }, past: []past{{hour, conduct.NoAnswer, nil}}}, conduct.Deny, "",
			scene{at: wednesday, ask: func(r *conduct.Request) { r.ID = "next" }, past: []past{{hour, conduct.NoAnswer, nil}}},
		},
		{
			conduct.Safest, conduct.OwnSafeHours, "own choice",
			scene{at: "2026-03-04T08:59:00+08:00"}, conduct.Defer, "2026-03-04T09:00:00+08:00", scene{at: "2026-03-04T18:59:00+08:00"},
		},
	} {
		t.Run(string(row.rule), func(t *testing.T) {
			p := packOf(t, row.pack)
			rule, ok := p.Rule(row.rule)
			require.True(t, ok, "pack %s has the rule", row.pack)
			require.Contains(t, rule.Source, row.source)
			d := row.stops.decide(t, p)
			require.Equal(t, row.how, d.Outcome)
			require.Contains(t, d.Rules, row.rule)
			if row.until != "" {
				require.Equal(t, moment(t, row.until), d.Until)
			} else {
				require.Zero(t, d.Until)
			}
			require.NotContains(t, row.passes.decide(t, p).Rules, row.rule)
			stopping[row.rule] = true
		})
	}
	t.Run("none is left out", func(t *testing.T) {
		for _, p := range conduct.Packs() {
			for _, rule := range p.Rules {
				switch rule.Check.(type) {
				case conduct.Duty, conduct.Keep:
				default:
					require.True(t, stopping[rule.ID] || rule.ID == conduct.OwnRoom, "%s has no row (OWN-ROOM: TestAFullLogDenies)", rule.ID)
				}
			}
		}
	})
}

// TestDutiesAreNamed: what stops nothing is told to whoever makes the contact.
func TestDutiesAreNamed(t *testing.T) {
	for _, row := range []struct {
		pack    conduct.PackID
		channel conduct.Channel
		duties  []conduct.RuleID
	}{
		{conduct.CN, conduct.Call, []conduct.RuleID{conduct.CNRecord, conduct.CNBan, conduct.CNAI}},
		{conduct.CN, conduct.SMS, []conduct.RuleID{conduct.CNSMS, conduct.CNBan, conduct.CNAI}},
		{conduct.CN, conduct.Letter, []conduct.RuleID{conduct.CNBan, conduct.CNLetter}},
		{conduct.US, conduct.Email, []conduct.RuleID{conduct.USIdentify, conduct.USOptOut}},
		{conduct.UK, conduct.Call, []conduct.RuleID{conduct.UKIdentity, conduct.UKForbearance, conduct.UKPressure}},
		{conduct.EU, conduct.Push, []conduct.RuleID{conduct.EUForbearance}},
	} {
		d := conduct.Decide(packOf(t, row.pack), conduct.Flags{}, &conduct.Log{}, with(ask(moment(t, wednesday)), by(row.channel)))
		require.Equal(t, conduct.Allow, d.Outcome)
		require.Equal(t, row.duties, d.Duties, "%s by %s", row.pack, row.channel)
	}
}

func TestTheTextOfEveryRuleIsComplete(t *testing.T) {
	for _, p := range conduct.Packs() {
		require.NotEmpty(t, p.Zh)
		require.NotEmpty(t, p.En)
		for _, rule := range p.Rules {
			require.NotEmpty(t, rule.Source, "%s %s", p.ID, rule.ID)
			require.True(t, strings.HasSuffix(rule.Zh, "。"), "%s %s", p.ID, rule.ID)
			require.True(t, strings.HasSuffix(rule.En, "."), "%s %s", p.ID, rule.ID)
			require.NotEmpty(t, rule.Check.Kind())
		}
	}
}

func TestWithoutAPackNothingIsAllowed(t *testing.T) {
	_, known := conduct.PackOf("ATLANTIS")
	require.False(t, known)
	require.Equal(t, conduct.Deny, conduct.Decide(conduct.Pack{}, conduct.Flags{}, &conduct.Log{}, ask(moment(t, wednesday))).Outcome)
}

func TestEveryRuleThatSpeaksIsNamed(t *testing.T) {
	d := scene{
		at: "2026-03-04T23:00:00+08:00", ask: visit(1), flags: conduct.Flags{Set: []conduct.Flag{conduct.Crisis, conduct.Dispute}},
		past: []past{{hour, conduct.NoAnswer, func(c *conduct.Contact) { c.Channel = conduct.Visit }}},
	}.decide(t, packOf(t, conduct.CN))
	require.Equal(t, conduct.Deny, d.Outcome)
	require.Equal(t, []conduct.RuleID{
		conduct.CNHours, conduct.CNVisit, conduct.CNVisitStaff, conduct.CNDispute, conduct.OwnCrisis,
	}, d.Rules)
}

func TestTheDebtorsAgreementLiftsWhatYields(t *testing.T) {
	night := scene{at: "2026-03-04T22:30:00+08:00", ask: agreed, past: slices.Concat(
		times(6, past{ago: minute, result: conduct.NoAnswer}), times(3, past{ago: hour, result: conduct.Conversation}))}
	require.Equal(t, conduct.Allow, night.decide(t, packOf(t, conduct.CN)).Outcome)
	require.Equal(t, conduct.Allow, night.decide(t, packOf(t, conduct.US)).Outcome)

	appointment := scene{at: wednesday, past: times(3, past{ago: minute, result: conduct.Conversation, change: func(c *conduct.Contact) { c.Agreed = true }})}
	require.Equal(t, conduct.Allow, appointment.decide(t, packOf(t, conduct.CN)).Outcome, "appointments are not own-initiated (CN-CONNECT)")
	require.Equal(t, []conduct.RuleID{conduct.USAfterTalk}, appointment.decide(t, packOf(t, conduct.US)).Rules, "whoever began the conversation (1006.14(b))")
}

func TestTheCapWarnsBeforeItStops(t *testing.T) {
	cn := packOf(t, conduct.CN)
	for n, warns := range map[int]bool{4: false, 5: true} {
		d := scene{at: wednesday, past: times(n, past{ago: minute, result: conduct.NoAnswer})}.decide(t, cn)
		require.Equal(t, conduct.Allow, d.Outcome)
		require.Equal(t, warns, slices.Contains(d.Warnings, conduct.CNAttempt), "after %d calls", n)
	}
}

func TestHoursAreReadAsPeopleWriteThem(t *testing.T) {
	for _, tt := range []struct {
		from, until string
		want        conduct.Span
	}{
		{"08:30", "22:00", conduct.Span{From: 510, Until: 1320}}, {"22:00", "08:00", conduct.Span{From: 1320, Until: 480}}, {"22:15", "00:00", conduct.Span{From: 1335}},
	} {
		got, err := conduct.ParseSpan(tt.from, tt.until)
		require.NoError(t, err)
		require.Equal(t, tt.want, got)
		from, until := got.Clock()
		require.Equal(t, []string{tt.from, tt.until}, []string{from, until})
	}
	for _, bad := range [][2]string{{"", ""}, {"8", "9"}, {"08:00", "24:00"}, {"08:00", "08:00"}, {"08:05", "09:00"}, {"08:00", "09:00:30"}} {
		_, err := conduct.ParseSpan(bad[0], bad[1])
		require.ErrorContains(t, err, "whole quarters", bad)
	}
}
