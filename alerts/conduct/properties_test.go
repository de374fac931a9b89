package conduct_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/cardwatch/cardwatch/alerts/conduct"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// zones are places whose clocks do something odd: shifts of half an hour and of two, at midnight, in the southern winter, offsets of
// quarters of an hour, and a day that was left out.
var zones = []string{
	"Asia/Shanghai", "America/New_York", "Europe/London", "Australia/Sydney", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Chatham",
	"America/St_Johns", "America/Santiago", "America/Havana", "Asia/Beirut", "Africa/Cairo", "Africa/Casablanca", "Antarctica/Troll", "Pacific/Apia",
}

// shifts are moments near which a clock of one of the zones is changed.
var shifts = []string{
	"2011-12-30T10:00:00Z",                         // Apia left the 30th out
	"2026-03-08T07:00:00Z", "2026-11-01T06:00:00Z", // New York
	"2026-03-29T01:00:00Z", "2026-10-25T01:00:00Z", // London, Troll
	"2026-04-04T16:00:00Z", "2026-10-03T16:00:00Z", // Sydney, Lord Howe
	"2026-04-05T03:00:00Z", "2026-09-06T04:00:00Z", // Santiago, at midnight
	"2026-03-28T22:00:00Z", "2026-10-24T21:00:00Z", // Beirut, at midnight
}

// world is a debtor somewhere on some day.
type world struct {
	loc   *time.Location
	clock func(card.Moment) int16
	at    card.Moment
}

func drawWorld(t *rapid.T) world {
	loc, clock := zone(t, rapid.SampledFrom(zones).Draw(t, "zone"))
	around := moment(t, rapid.SampledFrom(shifts).Draw(t, "shift"))
	around.UnixMilli += rapid.Int64Range(-4*24*60, 4*24*60).Draw(t, "minutes")*60_000 + rapid.Int64Range(0, 59_999).Draw(t, "milliseconds")
	return world{loc, clock, around}
}

func (w world) local(at card.Moment) time.Time { return at.Time().In(w.loc) }

// date is the local date at a moment, in days: an independent reckoning of what the caps call a day.
func (w world) date(at card.Moment) int {
	y, m, d := w.local(at).Date()
	return int(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / 86_400)
}

func drawRequest(t *rapid.T, w world) conduct.Request {
	return conduct.Request{
		At: w.at, Clock: w.clock,
		Channel:   rapid.SampledFrom([]conduct.Channel{conduct.Call, conduct.Call, conduct.Call, conduct.Visit, conduct.SMS, conduct.Push, conduct.Email, conduct.Letter}).Draw(t, "channel"),
		Party:     rapid.SampledFrom([]conduct.Party{conduct.Debtor, conduct.Debtor, conduct.Debtor, conduct.Guarantor, conduct.Representative, conduct.Third}).Draw(t, "party"),
		Purpose:   rapid.SampledFrom([]conduct.Purpose{conduct.Collect, conduct.Collect, conduct.Remind, conduct.Offer, conduct.PlanReminder, conduct.Answer, conduct.Confirm, conduct.Notice, conduct.Locate, conduct.Relay}).Draw(t, "purpose"),
		Number:    rapid.SampledFrom([]conduct.Key{mobile, home}).Draw(t, "number"),
		Debt:      rapid.SampledFrom([]conduct.Key{cardOne, cardTwo}).Draw(t, "debt"),
		Agreement: rapid.SampledFrom([]string{"", "", "", "recording-17"}).Draw(t, "agreement"),
		Staff:     rapid.IntRange(0, 3).Draw(t, "staff"), AtWork: rapid.Bool().Draw(t, "at_work"), DebtFacts: rapid.Bool().Draw(t, "debt_facts"),
	}
}

func drawContact(t *rapid.T, at card.Moment) conduct.Contact {
	return conduct.Contact{
		At:      at,
		Channel: rapid.SampledFrom([]conduct.Channel{conduct.Call, conduct.Call, conduct.Visit, conduct.SMS}).Draw(t, "past channel"),
		Party:   rapid.SampledFrom([]conduct.Party{conduct.Debtor, conduct.Debtor, conduct.Guarantor, conduct.Third}).Draw(t, "past party"),
		Purpose: conduct.Collect,
		Number:  rapid.SampledFrom([]conduct.Key{mobile, home}).Draw(t, "past number"),
		Debt:    rapid.SampledFrom([]conduct.Key{cardOne, cardTwo}).Draw(t, "past debt"),
		Result:  rapid.SampledFrom([]conduct.Result{conduct.NoAnswer, conduct.NoAnswer, conduct.Connected, conduct.Conversation, conduct.Refused, conduct.Invalid}).Draw(t, "past result"),
		Agreed:  rapid.IntRange(0, 4).Draw(t, "past agreed") == 0,
	}
}

// drawLog is a log of the last days with some reservations among them, as Reserve leaves them.
func drawLog(t *rapid.T, w world) *conduct.Log {
	l := &conduct.Log{}
	for i := range rapid.IntRange(0, 12).Draw(t, "contacts") {
		at := w.at.Add(-time.Duration(rapid.IntRange(0, 9*24*60).Draw(t, "minutes ago")) * time.Minute)
		require.NoError(t, l.Note(fmt.Sprint("past-", i), drawContact(t, at), w.at))
	}
	for i := range rapid.IntRange(0, 2).Draw(t, "reservations") {
		r := ask(w.at.Add(-time.Duration(rapid.IntRange(0, 150).Draw(t, "reserved minutes ago")) * time.Minute))
		r.ID, r.Clock, r.Agreement, r.Number = fmt.Sprint("held-", i), w.clock, "recording-17", home
		l.Reserve(packOf(t, conduct.CN), conduct.Flags{}, r)
	}
	return l
}

func drawFlags(t *rapid.T) conduct.Flags {
	var f conduct.Flags
	if rapid.IntRange(0, 3).Draw(t, "flagged") == 0 {
		f.Set = rapid.SliceOfN(rapid.SampledFrom(flags), 0, 2).Draw(t, "flags")
	}
	if rapid.IntRange(0, 2).Draw(t, "asked") == 0 {
		f.Quiet = []conduct.Span{{From: rapid.IntRange(0, 95).Draw(t, "quiet from") * 15, Until: rapid.IntRange(0, 95).Draw(t, "quiet until") * 15}}
	}
	f.EmployerForbids = rapid.Bool().Draw(t, "employer forbids")
	return f
}

var flags = []conduct.Flag{
	conduct.Cease, conduct.Dispute, conduct.Deceased, conduct.Incapacity, conduct.Bankruptcy, conduct.Lawyer, conduct.PlanActive, conduct.Complaint, conduct.Crisis,
}

func drawPack(t *rapid.T) conduct.Pack {
	p := rapid.SampledFrom(conduct.Packs()).Draw(t, "pack")
	if rapid.Bool().Draw(t, "holidays") {
		p.Holidays = []int32{20540, 20541, 20542} // 28–30 March 2026
	}
	return p
}

// window is when a call to the debtor may be made, in minutes of the day, written down from the laws and not taken from the packs.
func window(p conduct.PackID, weekend bool) (from, until int) {
	switch {
	case p == conduct.CN:
		return 8 * 60, 22 * 60
	case p == conduct.US:
		return 8 * 60, 21 * 60
	case p == conduct.AU && weekend:
		return 9 * 60, 21 * 60
	case p == conduct.AU:
		return 7*60 + 30, 21 * 60
	case p == conduct.IN:
		return 8 * 60, 19 * 60
	case p == conduct.Safest:
		return 9 * 60, 19 * 60
	default:
		return 8 * 60, 20 * 60
	}
}

func TestNoContactIsAllowedOutsideTheHours(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w, p := drawWorld(t), drawPack(t)
		r := ask(w.at)
		r.Clock = w.clock
		d := conduct.Decide(p, conduct.Flags{}, &conduct.Log{}, r)
		local := w.local(w.at)
		from, until := window(p.ID, local.Weekday() == time.Saturday || local.Weekday() == time.Sunday)
		minute := local.Hour()*60 + local.Minute()
		closed := (p.ID == conduct.AU || p.ID == conduct.Safest) && slices.Contains(p.Holidays, int32(w.date(w.at)))
		require.Equal(t, from <= minute && minute < until && !closed, d.Outcome == conduct.Allow, "%s at %v", p.ID, local)
	})
}

func TestADeferralEndsAtTheFirstMomentThatIsOpen(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w, p, f := drawWorld(t), drawPack(t), drawFlags(t)
		l, r := drawLog(t, w), drawRequest(t, w)
		d := conduct.Decide(p, f, l, r)
		require.Equal(t, d.Outcome == conduct.Defer, !d.Until.IsZero())
		require.Equal(t, d.Outcome != conduct.Allow, len(d.Rules) > 0)
		if d.Outcome != conduct.Defer {
			return
		}
		require.True(t, w.at.Before(d.Until))
		require.Equal(t, w.clock(d.Until), d.Until.OffsetMinutes, "the end is told by the debtor's clock")
		outcome := func(at card.Moment) conduct.Outcome {
			r := r
			r.At = at
			return conduct.Decide(p, f, l, r).Outcome
		}
		require.Equal(t, conduct.Allow, outcome(d.Until))
		require.NotEqual(t, conduct.Allow, outcome(d.Until.Add(-time.Millisecond)))
		for at := w.at; at.Before(d.Until); at = at.Add(15 * time.Minute) {
			require.NotEqual(t, conduct.Allow, outcome(at), "%v is earlier than %v", w.local(at), w.local(d.Until))
		}
	})
}

func TestWhatTheStrictestAllowsEveryPackAllows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w, f := drawWorld(t), drawFlags(t)
		l, r := drawLog(t, w), drawRequest(t, w)
		if conduct.Decide(packOf(t, conduct.Safest), f, l, r).Outcome != conduct.Allow {
			return
		}
		for _, p := range conduct.Packs() {
			require.Empty(t, conduct.Decide(p, f, l, r).Rules, p.ID)
		}
	})
}

func TestAFlagWinsOverEveryWindowAndAgreement(t *testing.T) {
	// What each flag leaves, written down from the brief of the packs and not taken from them.
	leaves := func(f conduct.Flag, party conduct.Party, purpose conduct.Purpose) bool {
		told := slices.Contains([]conduct.Purpose{conduct.Answer, conduct.Confirm, conduct.Notice}, purpose)
		switch f {
		case conduct.Deceased, conduct.Incapacity:
			return party == conduct.Representative || party == conduct.Third && (purpose == conduct.Locate || purpose == conduct.Relay)
		case conduct.Lawyer:
			return party == conduct.Representative || purpose == conduct.Answer || purpose == conduct.Confirm
		case conduct.Bankruptcy:
			return purpose == conduct.Answer || purpose == conduct.Notice
		case conduct.PlanActive, conduct.Complaint:
			return told || purpose == conduct.PlanReminder && (party == conduct.Debtor || party == conduct.Representative)
		case conduct.Crisis:
			return purpose == conduct.Answer
		default:
			return told
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		w, p, f := drawWorld(t), drawPack(t), rapid.SampledFrom(flags).Draw(t, "flag")
		l, r := drawLog(t, w), drawRequest(t, w)
		without := conduct.Decide(p, conduct.Flags{}, l, r)
		flagged := conduct.Decide(p, conduct.Flags{Set: []conduct.Flag{f}}, l, r)
		if !leaves(f, r.Party, r.Purpose) {
			require.Equal(t, conduct.Deny, flagged.Outcome)
			require.Zero(t, flagged.Until)
		} else if r.Party != conduct.Third { // death opens the way to the family
			require.Equal(t, without, flagged)
		}
	})
}
