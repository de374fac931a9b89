package conduct_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/cardwatch/cardwatch/alerts/conduct"
	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/detectors/pack"
)

// claim is a call to the debtor under an id of its own.
func claim(at card.Moment, id string) conduct.Request {
	return with(ask(at), func(r *conduct.Request) { r.ID = id })
}

func TestAReservationCountsAsTheWorstItCanBecome(t *testing.T) {
	cn, at := packOf(t, conduct.CN), moment(t, wednesday)
	l := logOf(t, made(at, conduct.Conversation), made(at, conduct.Conversation))
	require.Equal(t, conduct.Allow, l.Reserve(cn, conduct.Flags{}, claim(at, "a")).Outcome)

	d := conduct.Decide(cn, conduct.Flags{}, l, claim(at.Add(minute), "b"))
	require.Equal(t, []conduct.RuleID{conduct.CNConnect}, d.Rules, "the third conversation may be going on")
	require.Equal(t, at.Add(conduct.Hold), d.Until, "and by then it is either known or lapsed")

	require.NoError(t, l.Settle("a", conduct.NoAnswer))
	require.Equal(t, conduct.Allow, conduct.Decide(cn, conduct.Flags{}, l, claim(at.Add(minute), "b")).Outcome)
}

func TestALapsedReservationStaysAnAttempt(t *testing.T) {
	cn, at := packOf(t, conduct.CN), moment(t, wednesday)
	l := &conduct.Log{}
	require.Equal(t, conduct.Allow, l.Reserve(cn, conduct.Flags{}, claim(at, "a")).Outcome)
	tally := func(what conduct.Counted, after time.Duration) int {
		return l.Tally(what, conduct.PerNumber, 1, ask(at.Add(after)))
	}
	require.Equal(t, 1, tally(conduct.Reached, conduct.Hold-minute))
	require.Equal(t, 0, tally(conduct.Reached, conduct.Hold))
	require.Equal(t, 1, tally(conduct.Unanswered, conduct.Hold))
	require.Equal(t, 1, tally(conduct.Attempts, conduct.Hold))

	require.Equal(t, []conduct.RuleID{conduct.OwnOnce}, conduct.Decide(cn, conduct.Flags{}, l, claim(at.Add(conduct.Hold), "a")).Rules)
	require.NoError(t, l.Settle("a", conduct.Conversation), "late news is news")
	require.Equal(t, 1, tally(conduct.Reached, conduct.Hold))
}

func TestARepeatedReservationIsOne(t *testing.T) {
	cn, at := packOf(t, conduct.CN), moment(t, wednesday)
	l := &conduct.Log{}
	for range 10 {
		require.Equal(t, conduct.Allow, l.Reserve(cn, conduct.Flags{}, claim(at, "a")).Outcome)
	}
	require.Len(t, l.Contacts(), 1)
	require.Equal(t, conduct.Deny, l.Reserve(cn, conduct.Flags{Set: []conduct.Flag{conduct.Cease}}, claim(at.Add(minute), "a")).Outcome,
		"the moment of sending is judged anew: a stop that came meanwhile wins")
}

func TestTheLastPlaceIsItsClaimants(t *testing.T) {
	cn, at := packOf(t, conduct.CN), moment(t, wednesday)
	l := logOf(t, made(at, conduct.Conversation), made(at, conduct.Conversation))
	require.Equal(t, conduct.Allow, l.Reserve(cn, conduct.Flags{}, claim(at, "mine")).Outcome)
	for i := len(l.Contacts()); i < conduct.MaxContacts; i++ {
		text := with(made(at, conduct.Sent), func(c *conduct.Contact) { c.Channel = conduct.SMS })
		require.NoError(t, l.Note(fmt.Sprint("text-", i), text, at))
	}
	sending := at.Add(minute)
	require.Equal(t, conduct.Allow, conduct.Decide(cn, conduct.Flags{}, l, claim(sending, "mine")).Outcome)
	require.Equal(t, []conduct.RuleID{conduct.OwnRoom, conduct.CNConnect}, conduct.Decide(cn, conduct.Flags{}, l, claim(sending, "yours")).Rules)
}

func TestAClaimNeedsAName(t *testing.T) {
	l := &conduct.Log{}
	require.Equal(t, []conduct.RuleID{conduct.OwnComplete}, l.Reserve(packOf(t, conduct.CN), conduct.Flags{}, ask(moment(t, wednesday))).Rules)
	require.Empty(t, l.Contacts())
}

func TestSettling(t *testing.T) {
	cn, at := packOf(t, conduct.CN), moment(t, wednesday)
	l := &conduct.Log{}
	require.ErrorIs(t, l.Settle("a", conduct.NoAnswer), conduct.ErrNotReserved)
	l.Reserve(cn, conduct.Flags{}, claim(at, "a"))
	require.ErrorContains(t, l.Settle("a", "shouted"), `"shouted"`)
	require.ErrorContains(t, l.Settle("a", conduct.Reserved), `"reserved"`)
	require.NoError(t, l.Settle("a", conduct.NoAnswer))
	require.NoError(t, l.Settle("a", conduct.NoAnswer), "the same word twice is one")
	require.ErrorIs(t, l.Settle("a", conduct.Conversation), conduct.ErrNotReserved)
	require.ErrorIs(t, l.Settle("a", conduct.Cancelled), conduct.ErrNotReserved, "what was made cannot be unmade")

	l.Reserve(cn, conduct.Flags{}, claim(at, "b"))
	require.NoError(t, l.Settle("b", conduct.Cancelled))
	require.Len(t, l.Contacts(), 1)
}

func TestThirdPartiesWhoRefuseAreLeftAloneForEver(t *testing.T) {
	cn, at := packOf(t, conduct.CN), moment(t, wednesday)
	l := logOf(t, made(at, conduct.Invalid))
	r := with(claim(at, "sister"), third(conduct.Locate))
	require.Equal(t, conduct.Allow, l.Reserve(cn, conduct.Flags{}, r).Outcome)
	require.NoError(t, l.Settle("sister", conduct.Refused))

	later := at.Add(3 * 365 * day)
	require.NoError(t, l.Note("again", made(later, conduct.Invalid), later), "years later the debtor is lost once more")
	require.Len(t, l.Contacts(), 1, "and the contacts of old are forgotten")
	var kept conduct.Log
	require.NoError(t, kept.UnmarshalBinary(l.AppendBinary(nil)))
	for _, l := range []*conduct.Log{l, &kept} {
		d := conduct.Decide(cn, conduct.Flags{}, l, with(claim(later, "sister-2"), third(conduct.Locate)))
		require.Equal(t, []conduct.RuleID{conduct.CNThirdStop}, d.Rules)
	}
}

func TestMoreRefusalsThanAreKeptDenyEverybody(t *testing.T) {
	cn, at := packOf(t, conduct.CN), moment(t, wednesday)
	l := logOf(t, made(at, conduct.Invalid))
	asks := with(ask(at), third(conduct.Locate))
	for i := range conduct.MaxStops {
		require.Equal(t, conduct.Allow, conduct.Decide(cn, conduct.Flags{}, l, asks).Outcome)
		refusal := with(made(at, conduct.Refused), func(c *conduct.Contact) {
			c.Party, c.Number = conduct.Third, conduct.KeyOf(fmt.Sprint("someone-", i))
		})
		require.NoError(t, l.Note(fmt.Sprint("refusal-", i), refusal, at))
	}
	require.Equal(t, []conduct.RuleID{conduct.CNThirdStop}, conduct.Decide(cn, conduct.Flags{}, l, asks).Rules)
}

func TestWhenTheDebtorIsLost(t *testing.T) {
	at := moment(t, wednesday)
	call := func(r conduct.Result) func(*conduct.Contact) { return func(c *conduct.Contact) { c.Result = r } }
	for name, tc := range map[string]struct {
		changes []func(*conduct.Contact)
		lost    bool
	}{
		"nobody has tried":             {nil, false},
		"three failures in a row":      {[]func(*conduct.Contact){call(conduct.NoAnswer), call(conduct.NoAnswer), call(conduct.NoAnswer)}, true},
		"two are not enough":           {[]func(*conduct.Contact){call(conduct.NoAnswer), call(conduct.NoAnswer)}, false},
		"a number that does not exist": {[]func(*conduct.Contact){call(conduct.Conversation), call(conduct.Invalid)}, true},
		"one that was picked up ends the row": {[]func(*conduct.Contact){
			call(conduct.NoAnswer), call(conduct.NoAnswer), call(conduct.Connected), call(conduct.NoAnswer),
		}, false},
		"the debtor has called after that": {[]func(*conduct.Contact){call(conduct.Invalid), func(c *conduct.Contact) {
			c.Result, c.Agreed = conduct.Conversation, true
		}}, false},
		"texts are no attempts to reach anybody": {[]func(*conduct.Contact){call(conduct.NoAnswer), call(conduct.NoAnswer), func(c *conduct.Contact) {
			c.Channel, c.Result = conduct.SMS, conduct.Sent
		}}, false},
		"others do not count": {[]func(*conduct.Contact){call(conduct.NoAnswer), call(conduct.NoAnswer), func(c *conduct.Contact) {
			c.Party, c.Result = conduct.Third, conduct.NoAnswer
		}}, false},
	} {
		t.Run(name, func(t *testing.T) {
			var contacts []conduct.Contact
			for i, change := range tc.changes {
				contacts = append(contacts, with(made(at.Add(time.Duration(i-10)*minute), ""), change))
			}
			d := conduct.Decide(packOf(t, conduct.CN), conduct.Flags{}, logOf(t, contacts...), with(ask(at), third(conduct.Locate)))
			require.Equal(t, tc.lost, d.Outcome == conduct.Allow)
		})
	}
}

func TestAFullLogDenies(t *testing.T) {
	cn, at := packOf(t, conduct.CN), moment(t, wednesday)
	text := func(id string, at card.Moment) conduct.Contact {
		return with(made(at, conduct.Sent), func(c *conduct.Contact) { c.Channel = conduct.SMS })
	}
	l := &conduct.Log{}
	for i := range conduct.MaxContacts {
		require.NoError(t, l.Note(fmt.Sprint(i), text("", at.Add(time.Duration(i)*time.Second)), at))
	}
	ends := at.Add(conduct.Memory)
	deny := func(at card.Moment) []conduct.RuleID { return conduct.Decide(cn, conduct.Flags{}, l, ask(at)).Rules }
	require.Equal(t, []conduct.RuleID{conduct.OwnRoom}, deny(at))
	require.Equal(t, []conduct.RuleID{conduct.OwnRoom}, deny(ends.Add(-time.Millisecond)))
	require.Empty(t, deny(ends), "the oldest has left its place")
	taken := l.Clone()
	require.Equal(t, conduct.Allow, taken.Reserve(cn, conduct.Flags{}, claim(ends, "next")).Outcome)
	require.Len(t, taken.Contacts(), conduct.MaxContacts)

	// A fact for which there was no room: every contact waits until it would have been forgotten.
	missed := at.Add(time.Hour)
	require.NoError(t, l.Note("missed", text("", missed), missed))
	require.Len(t, l.Contacts(), conduct.MaxContacts)
	var kept conduct.Log
	require.NoError(t, kept.UnmarshalBinary(l.AppendBinary(nil)))
	require.Equal(t, []conduct.RuleID{conduct.OwnRoom}, conduct.Decide(cn, conduct.Flags{}, &kept, ask(ends)).Rules)
	require.Equal(t, []conduct.RuleID{conduct.OwnRoom}, deny(ends))
	require.Equal(t, []conduct.RuleID{conduct.OwnRoom}, deny(ends.Add(time.Hour-time.Millisecond)))
	require.Empty(t, deny(ends.Add(time.Hour)))
}

func TestAContactThatCannotBeCountedIsNotNoted(t *testing.T) {
	at := moment(t, wednesday)
	for _, lacks := range []func(*conduct.Contact){
		func(c *conduct.Contact) { c.At = card.Moment{} }, func(c *conduct.Contact) { c.Channel = "telegraph" },
		func(c *conduct.Contact) { c.Party = "" }, func(c *conduct.Contact) { c.Purpose = "" }, func(c *conduct.Contact) { c.Number = 0 },
		func(c *conduct.Contact) { c.Debt = 0 }, func(c *conduct.Contact) { c.Result = conduct.Reserved }, func(c *conduct.Contact) { c.Result = conduct.Cancelled },
	} {
		l := &conduct.Log{}
		require.ErrorContains(t, l.Note("x", with(made(at, conduct.NoAnswer), lacks), at), "a contact needs its time")
		require.Empty(t, l.Contacts())
	}
}

func TestFactsThatComeLateAreInOrderAndOnce(t *testing.T) {
	at := moment(t, wednesday)
	l := logOf(t, made(at, conduct.NoAnswer), made(at.Add(-hour), conduct.Conversation))
	require.NoError(t, l.Note("past-a", made(at.Add(hour), conduct.Invalid), at), "known already")
	require.NoError(t, l.Note("old", made(at.Add(-conduct.Memory), conduct.NoAnswer), at), "too old to count")
	require.Equal(t, []conduct.Result{conduct.Conversation, conduct.NoAnswer}, []conduct.Result{l.Contacts()[0].Result, l.Contacts()[1].Result})
	require.Len(t, l.Contacts(), 2)
}

func TestCountersSayWhatIsLeft(t *testing.T) {
	at := moment(t, wednesday)
	l := logOf(t,
		made(at.Add(-hour), conduct.NoAnswer), made(at.Add(-hour), conduct.NoAnswer), made(at.Add(-hour), conduct.Conversation),
		with(made(at.Add(-hour), conduct.Conversation), func(c *conduct.Contact) { c.Agency, c.Number = "agency-a", home }),
		made(at.Add(-day), conduct.NoAnswer), made(at.Add(-8*day), conduct.Refused),
	)
	type left struct {
		rule      conduct.RuleID
		used, max int
	}
	var got []left
	for _, c := range conduct.Counters(packOf(t, conduct.CN), l, ask(at)) {
		got = append(got, left{c.Rule, c.Used, c.Max})
	}
	require.Equal(t, []left{{conduct.CNAttempt, 2, 6}, {conduct.CNConnect, 2, 3}}, got)

	for _, tc := range []struct {
		what  conduct.Counted
		scope conduct.Scope
		days  int
		want  int
	}{
		{conduct.Attempts, conduct.PerDebtor, 1, 4},
		{conduct.Attempts, conduct.PerNumber, 1, 3},
		{conduct.Attempts, conduct.PerDebtor, 7, 5},
		{conduct.Attempts, conduct.PerDebt, 30, 6},
		{conduct.Reached, conduct.PerNumber, 30, 2},
		{conduct.Unanswered, conduct.PerDebtor, 7, 3},
	} {
		require.Equal(t, tc.want, l.Tally(tc.what, tc.scope, tc.days, ask(at)), "%s per %s in %d days", tc.what, tc.scope, tc.days)
	}
}

func TestALogComesBackAsItWas(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := drawLog(t, drawWorld(t))
		before := []byte("before")
		b := l.AppendBinary(before)
		require.Equal(t, before, b[:len(before)])
		var back conduct.Log
		require.NoError(t, back.UnmarshalBinary(b[len(before):]))
		require.Equal(t, l.Contacts(), back.Contacts())
		require.Equal(t, b[len(before):], back.AppendBinary(nil))
		c := l.Clone()
		require.Equal(t, b[len(before):], c.AppendBinary(nil))

		var within conduct.Log
		r := pack.NewReader(pack.Uint(l.AppendBinary(nil), 7))
		within.Read(r)
		require.Equal(t, uint64(7), r.Uint())
		require.NoError(t, r.Done())
		require.Equal(t, l.Contacts(), within.Contacts())
	})
}

func FuzzLog(f *testing.F) {
	at := moment(f, wednesday)
	l := logOf(f, made(at, conduct.NoAnswer), with(made(at, conduct.Refused), func(c *conduct.Contact) { c.Party, c.Agency = conduct.Third, "agency-a" }))
	l.Reserve(packOf(f, conduct.CN), conduct.Flags{}, claim(at, "a"))
	f.Add(l.AppendBinary(nil))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, data []byte) {
		var l conduct.Log
		if err := l.UnmarshalBinary(data); err != nil {
			require.Empty(t, l.Contacts())
			return
		}
		again := l.AppendBinary(nil)
		var back conduct.Log
		require.NoError(t, back.UnmarshalBinary(again))
		require.Equal(t, l.Contacts(), back.Contacts())
		conduct.Decide(packOf(t, conduct.CN), conduct.Flags{}, &l, ask(at))
	})
}
