package conduct_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/alerts/conduct"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// TestTheStrictestIsTheGlobalSafeRow compares what is computed with what notes/collections.md §1.5 writes down: 09:00–19:00, at most one
// conversation a day, three a week, seven attempts in seven days, no call for seven days after a conversation unless asked for.
func TestTheStrictestIsTheGlobalSafeRow(t *testing.T) {
	safest := packOf(t, conduct.Safest)
	hours, _ := safest.Rule(conduct.OwnSafeHours)
	day9to19 := conduct.Span{From: 9 * 60, Until: 19 * 60}
	require.Equal(t, day9to19, hours.Check.(conduct.Hours).Weekday)
	require.Equal(t, day9to19, hours.Check.(conduct.Hours).Weekend)
	require.Equal(t, "09:00–19:00", day9to19.String())

	// least is the smallest maximum over all caps on calls to the debtor that last so many days.
	least := func(days int, counts conduct.Counted) int {
		n := 1000
		for _, rule := range safest.Rules {
			if c, ok := rule.Check.(conduct.Cap); ok && c.Days >= days && c.Counts == counts && c.Scope == conduct.PerDebtor && slices.Contains(c.Channels, conduct.Call) {
				n = min(n, c.Max)
			}
		}
		return n
	}
	require.Equal(t, 1, least(1, conduct.Reached), "a day")
	require.Equal(t, 7, least(7, conduct.Attempts), "in seven days")
	talk, _ := safest.Rule(conduct.USAfterTalk)
	require.True(t, talk.Yields, "unless the customer asked")
	require.Equal(t, 7, talk.Check.(conduct.Cap).Days)
	week, _ := safest.Rule(conduct.AUWeek)
	require.Equal(t, 3, week.Check.(conduct.Cap).Max)
}

func TestABankMayTighten(t *testing.T) {
	cn, err := conduct.Tighten(packOf(t, conduct.CN), conduct.Overrides{Rules: map[conduct.RuleID]conduct.Override{
		conduct.CNHours: {From: "09:00", Until: "20:30"}, conduct.CNConnect: {Max: ptr(1)}, conduct.CNAttempt: {Max: ptr(4), Warn: ptr(2), Days: ptr(2)},
		conduct.CNVisitStaff: {Staff: ptr(3)}, conduct.CNThirdLost: {Failures: ptr(5)}, conduct.CNRecording: {Years: ptr(5)},
	}})
	require.NoError(t, err)
	for name, tc := range map[string]struct {
		scene scene
		rules []conduct.RuleID
		warns []conduct.RuleID
	}{
		"before nine":              {scene: scene{at: "2026-03-04T08:59:00+08:00"}, rules: []conduct.RuleID{conduct.CNHours}},
		"after half past eight":    {scene: scene{at: "2026-03-04T20:30:00+08:00"}, rules: []conduct.RuleID{conduct.CNHours}},
		"a second conversation":    {scene: scene{at: wednesday, past: times(1, past{ago: hour, result: conduct.Conversation})}, rules: []conduct.RuleID{conduct.CNConnect}},
		"four calls in two days":   {scene: scene{at: wednesday, past: times(4, past{ago: day, result: conduct.NoAnswer})}, rules: []conduct.RuleID{conduct.CNAttempt}},
		"an earlier warning":       {scene: scene{at: wednesday, past: times(2, past{ago: day, result: conduct.NoAnswer})}, warns: []conduct.RuleID{conduct.CNAttempt}},
		"two on a visit":           {scene: scene{at: wednesday, ask: visit(2)}, rules: []conduct.RuleID{conduct.CNVisitStaff}},
		"three failures, not five": {scene: scene{at: wednesday, ask: third(conduct.Locate), past: lost}, rules: []conduct.RuleID{conduct.CNThirdLost}},
	} {
		d := tc.scene.decide(t, cn)
		require.Equal(t, tc.rules, d.Rules, name)
		require.Equal(t, tc.warns, d.Warnings, name)
	}
	us, err := conduct.Tighten(packOf(t, conduct.US), conduct.Overrides{Rules: map[conduct.RuleID]conduct.Override{conduct.USSevenIn7: {Max: ptr(5)}}})
	require.NoError(t, err)
	require.Equal(t, []conduct.RuleID{conduct.USSevenIn7}, scene{at: wednesday, past: times(4, past{ago: day, result: conduct.NoAnswer})}.decide(t, us).Warnings,
		"the warning moves along: it would never come at six of five")
	_, until, _ := cn.Custody(conduct.Record{Kind: conduct.Recording, Made: moment(t, wednesday), Done: moment(t, wednesday)}, moment(t, wednesday))
	require.Equal(t, moment(t, "2031-03-04T10:00:00+08:00"), until)
	require.Equal(t, conduct.Allow, scene{at: "2026-03-04T08:59:00+08:00"}.decide(t, packOf(t, conduct.CN)).Outcome, "the pack that is shipped stays as it is")
}

func TestABankMayNotLoosen(t *testing.T) {
	for _, tc := range []struct {
		pack conduct.PackID
		rule conduct.RuleID
		set  conduct.Override
		says string
	}{
		{conduct.CN, conduct.CNHours, conduct.Override{From: "07:45"}, "rules.CN-HOURS: 07:45–22:00 does not lie within 08:00–22:00"},
		{conduct.CN, conduct.CNHours, conduct.Override{Until: "22:15"}, "rules.CN-HOURS: 08:00–22:15 does not lie within"},
		{conduct.CN, conduct.CNHours, conduct.Override{From: "12:00", Until: "12:00"}, "rules.CN-HOURS"},
		{conduct.CN, conduct.CNHours, conduct.Override{From: "9 o'clock"}, `rules.CN-HOURS: from "9 o'clock" is no time`},
		{conduct.CN, conduct.CNHours, conduct.Override{From: "09:10"}, "whole quarters"},
		{conduct.CN, conduct.CNConnect, conduct.Override{Max: ptr(4)}, "rules.CN-CONNECT: max 4 is outside 1 … 3: a bank may tighten a rule, never loosen it"},
		{conduct.CN, conduct.CNConnect, conduct.Override{Max: ptr(0)}, "rules.CN-CONNECT: max 0"},
		{conduct.US, conduct.USSevenIn7, conduct.Override{Days: ptr(6)}, "rules.US-7IN7: days 6 is outside 7 … 31"},
		{conduct.CN, conduct.CNAttempt, conduct.Override{Warn: ptr(6)}, "rules.CN-ATTEMPT: warn 6"},
		{conduct.CN, conduct.CNVisitStaff, conduct.Override{Staff: ptr(1)}, "rules.CN-VISIT-STAFF: staff 1"},
		{conduct.CN, conduct.CNThirdLost, conduct.Override{Failures: ptr(2)}, "rules.CN-3P-LOST: failures 2"},
		{conduct.CN, conduct.CNRecording, conduct.Override{Years: ptr(1)}, "rules.CN-REC: years 1"},
		{conduct.CN, conduct.PIDel, conduct.Override{Years: ptr(9)}, "rules.PI-DEL: years is no figure of this rule"},
		{conduct.CN, conduct.CNVisitStaff, conduct.Override{Max: ptr(1)}, "rules.CN-VISIT-STAFF: max is no figure of this rule"},
		{conduct.CN, conduct.USHours, conduct.Override{From: "10:00"}, "CN.rules.US-HOURS: the pack has no such rule"},
		{conduct.AU, conduct.AUHours, conduct.Override{From: "08:30"}, "rules.AU-HOURS: 08:30–21:00 does not lie within 09:00–21:00"},
	} {
		p, err := conduct.Tighten(packOf(t, tc.pack), conduct.Overrides{Rules: map[conduct.RuleID]conduct.Override{tc.rule: tc.set}})
		require.ErrorContains(t, err, tc.says)
		require.Empty(t, p.Rules)
	}
	_, err := conduct.Tighten(packOf(t, conduct.AU), conduct.Overrides{Holidays: []string{"26 January"}})
	require.ErrorContains(t, err, `AU.holidays: "26 January" is no day`)
}

func TestABooksPacksAreTheBanksOwn(t *testing.T) {
	book, err := conduct.NewBook(map[conduct.PackID]conduct.Overrides{
		conduct.CN:     {Rules: map[conduct.RuleID]conduct.Override{conduct.CNHours: {From: "09:30"}}},
		conduct.AU:     {Holidays: []string{"2026-12-25"}},
		conduct.Safest: {Rules: map[conduct.RuleID]conduct.Override{conduct.OwnSafeHours: {Until: "18:00"}}},
	})
	require.NoError(t, err)
	for _, tc := range []struct {
		region, at string
		rules      []conduct.RuleID
	}{
		{"", "2026-03-04T09:15:00+08:00", []conduct.RuleID{conduct.CNHours}},
		{"CN", "2026-03-04T09:15:00+08:00", []conduct.RuleID{conduct.CNHours}},
		{"US", "2026-03-04T09:15:00+08:00", nil},
		{"AU", "2026-12-25T10:00:00+11:00", []conduct.RuleID{conduct.AUHours}},
		{"Atlantis", "2026-03-04T09:15:00+08:00", []conduct.RuleID{conduct.CNHours, conduct.OwnSafeHours}},
		{"Atlantis", "2026-03-04T18:00:00+08:00", []conduct.RuleID{conduct.OwnSafeHours}},
	} {
		require.Equal(t, tc.rules, scene{at: tc.at}.decide(t, book.Pack(tc.region)).Rules, "%s at %s", tc.region, tc.at)
	}
	shipped, err := conduct.NewBook(nil)
	require.NoError(t, err)
	require.Equal(t, conduct.Packs(), shipped.Packs())

	_, err = conduct.NewBook(map[conduct.PackID]conduct.Overrides{"FR": {}, conduct.CN: {Rules: map[conduct.RuleID]conduct.Override{conduct.CNConnect: {Max: ptr(9)}}}})
	require.ErrorContains(t, err, "FR: there is no pack of this name")
	require.ErrorContains(t, err, "CN.rules.CN-CONNECT: max 9 is outside 1 … 3")
	var none conduct.Book
	require.Equal(t, conduct.Deny, scene{at: wednesday}.decide(t, none.Pack("CN")).Outcome)
}

func TestHolidaysAreGivenAsData(t *testing.T) {
	au, err := conduct.Tighten(packOf(t, conduct.AU), conduct.Overrides{Holidays: []string{"2026-12-28", "2026-12-25", "2026-12-25"}})
	require.NoError(t, err)
	// Christmas 2026 is a Friday; the Monday after stands in for Boxing Day.
	for at, until := range map[string]string{
		"2026-12-25T10:00:00+11:00": "2026-12-26T09:00:00+11:00",
		"2026-12-27T21:00:00+11:00": "2026-12-29T07:30:00+11:00",
	} {
		d := scene{at: at}.decide(t, au)
		require.Equal(t, []conduct.RuleID{conduct.AUHours}, d.Rules)
		require.Equal(t, moment(t, until), d.Until)
	}
	safest := conduct.Strictest(packOf(t, conduct.CN), au)
	require.Equal(t, []conduct.RuleID{conduct.AUHours, conduct.OwnSafeHours}, scene{at: "2026-12-25T10:00:00+11:00"}.decide(t, safest).Rules)
	require.Equal(t, conduct.Allow, scene{at: "2026-12-25T10:00:00+08:00"}.decide(t, packOf(t, conduct.CN)).Outcome)
}

// TestDaysOf23And25Hours: the window is the debtor's wall clock, and a day of the caps is a day of the calendar.
func TestDaysOf23And25Hours(t *testing.T) {
	_, newYork := zone(t, "America/New_York")
	us := packOf(t, conduct.US)
	asks := func(at string) conduct.Request {
		return with(ask(moment(t, at)), func(r *conduct.Request) { r.Clock = newYork })
	}
	// On 8 March 2026 clocks go from 02:00 to 03:00, on 1 November from 02:00 back to 01:00.
	d := conduct.Decide(us, conduct.Flags{}, &conduct.Log{}, asks("2026-03-07T21:00:00-05:00"))
	require.Equal(t, moment(t, "2026-03-08T08:00:00-04:00"), d.Until)
	d = conduct.Decide(us, conduct.Flags{}, &conduct.Log{}, asks("2026-10-31T21:00:00-04:00"))
	require.Equal(t, moment(t, "2026-11-01T08:00:00-05:00"), d.Until)

	// Seven calls in the first minute of a week that is an hour longer: 168 hours later it is still the seventh day.
	l := logOf(t, slices.Repeat([]conduct.Contact{made(moment(t, "2026-10-26T08:00:00-04:00"), conduct.NoAnswer)}, 7)...)
	d = conduct.Decide(us, conduct.Flags{}, l, asks("2026-11-01T20:59:00-05:00"))
	require.Equal(t, []conduct.RuleID{conduct.USSevenIn7}, d.Rules)
	require.Equal(t, moment(t, "2026-11-02T08:00:00-05:00"), d.Until)

	// Who asks from elsewhere changes nothing: it is ten in the evening in Shanghai, and morning where the debtor lives.
	require.Equal(t, conduct.Allow, conduct.Decide(us, conduct.Flags{}, &conduct.Log{}, asks("2026-03-09T22:00:00+08:00")).Outcome)
}

func TestHowLongRecordsAreKept(t *testing.T) {
	made, settled := moment(t, "2026-03-04T10:00:00+08:00"), moment(t, "2026-06-30T10:00:00+08:00")
	for _, tc := range []struct {
		pack   conduct.PackID
		record conduct.Record
		now    string
		held   conduct.Custody
		until  string
		rules  []conduct.RuleID
	}{
		{
			conduct.CN, conduct.Record{Kind: conduct.Recording, Made: made}, "2029-01-01T00:00:00+08:00",
			conduct.InUse, "", []conduct.RuleID{conduct.PIDel},
		},
		{
			conduct.CN, conduct.Record{Kind: conduct.Recording, Made: made, Done: settled}, "2028-03-04T09:59:59+08:00",
			conduct.Locked, "2028-03-04T10:00:00+08:00", []conduct.RuleID{conduct.CNRecording},
		},
		{
			conduct.CN, conduct.Record{Kind: conduct.Recording, Made: made, Done: settled}, "2028-03-04T10:00:00+08:00",
			conduct.Erase, "2028-03-04T10:00:00+08:00", []conduct.RuleID{conduct.PIDel},
		},
		{
			conduct.CN, conduct.Record{Kind: conduct.ProcessData, Made: made, LastActivity: settled, Done: settled}, "2030-01-01T00:00:00+08:00",
			conduct.Locked, "2031-06-30T10:00:00+08:00", []conduct.RuleID{conduct.CNProcess},
		},
		{
			conduct.CN, conduct.Record{Kind: conduct.PlanRecording, Made: made, Done: settled}, "2026-06-29T10:00:00+08:00",
			conduct.InUse, "2026-06-30T10:00:00+08:00", []conduct.RuleID{conduct.CNOralPlan, conduct.PIDel},
		},
		{
			conduct.CN, conduct.Record{Kind: conduct.PlanRecording, Made: made, Done: settled}, "2026-06-30T10:00:00+08:00",
			conduct.Erase, "2026-06-30T10:00:00+08:00", []conduct.RuleID{conduct.PIDel},
		},
		{
			conduct.US, conduct.Record{Kind: conduct.Recording, Made: made, Done: settled}, "2028-06-01T00:00:00+08:00",
			conduct.Locked, "2029-03-04T10:00:00+08:00", []conduct.RuleID{conduct.USKeepCalls},
		},
		{
			conduct.US, conduct.Record{Kind: conduct.ProcessData, Made: made, Done: settled}, "2040-01-01T00:00:00+08:00",
			conduct.Locked, "", []conduct.RuleID{conduct.USKeep},
		},
		{
			conduct.Safest, conduct.Record{Kind: conduct.Recording, Made: made, Done: settled}, "2028-06-01T00:00:00+08:00",
			conduct.Locked, "2029-03-04T10:00:00+08:00", []conduct.RuleID{conduct.USKeepCalls},
		},
		{
			conduct.EU, conduct.Record{Kind: conduct.Recording, Made: made, Done: settled}, "2027-06-01T00:00:00+08:00",
			conduct.Locked, "2028-03-04T10:00:00+08:00", []conduct.RuleID{conduct.OwnRecording},
		},
		{
			// 29 February has no anniversary three years on: a day longer is kept.
			conduct.US, conduct.Record{Kind: conduct.Recording, Made: moment(t, "2028-02-29T10:00:00-05:00"), Done: settled}, "2031-03-01T09:00:00-05:00",
			conduct.Locked, "2031-03-01T10:00:00-05:00", []conduct.RuleID{conduct.USKeepCalls},
		},
	} {
		p := packOf(t, tc.pack)
		held, until, rules := p.Custody(tc.record, moment(t, tc.now))
		require.Equal(t, tc.held, held, "%s %s at %s", tc.pack, tc.record.Kind, tc.now)
		if tc.until == "" {
			require.Zero(t, until)
		} else {
			require.Equal(t, moment(t, tc.until), until)
		}
		require.Equal(t, tc.rules, rules)
	}
}

func TestAConfirmationOfAStopMayGoOutAtOnceWhenTheDebtorAskedForIt(t *testing.T) {
	// The debtor has just sent STOP: the answer is theirs, at any hour (47 CFR 64.1200(a)(12): one confirmation, within minutes).
	r := with(ask(moment(t, "2026-03-04T23:30:00-05:00")), func(r *conduct.Request) {
		r.Channel, r.Purpose, r.Agreement = conduct.SMS, conduct.Confirm, "reply-4711"
	})
	f := conduct.Flags{Set: []conduct.Flag{conduct.Cease}, OptOut: []conduct.Channel{conduct.SMS}, Stopped: []conduct.Key{mobile}}
	for _, p := range conduct.Packs() {
		require.Empty(t, conduct.Decide(p, f, &conduct.Log{}, r).Rules, p.ID)
		r := with(r, purpose(conduct.Collect))
		require.Equal(t, conduct.Deny, conduct.Decide(p, f, &conduct.Log{}, r).Outcome, p.ID)
	}
}

func TestDebtorsWhoNeverWantToBeCalledAreNotKeptWaitingForEver(t *testing.T) {
	f := conduct.Flags{Quiet: []conduct.Span{{From: 0, Until: 12 * 60}, {From: 12 * 60, Until: 24 * 60}}}
	d := conduct.Decide(packOf(t, conduct.CN), f, &conduct.Log{}, ask(moment(t, wednesday)))
	require.Equal(t, conduct.Deny, d.Outcome)
	require.Equal(t, []conduct.RuleID{conduct.OwnAsked}, d.Rules)
	require.Equal(t, card.Moment{}, d.Until)
}
