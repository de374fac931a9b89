package conduct_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/cardwatch/cardwatch/alerts/conduct"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// life is a debtor, those who would like to call, and what really happened: a model that counts from nothing but the contacts made.
type life struct {
	world
	pack  conduct.Pack
	log   conduct.Log
	now   card.Moment
	open  []int
	tries []try
	// pace are the minutes that pass at a time, luck what comes of contacts: some lives are hectic, in some nobody ever answers.
	pace []int
	luck []conduct.Result
}

func drawLife(t *rapid.T, id conduct.PackID) *life {
	l := &life{world: drawWorld(t), pack: packOf(t, id)}
	l.now = l.at
	l.pace = rapid.SampledFrom([][]int{{1, 7, 20}, {30, 119, 121, 240}, {600, 1440, 2000}, {1, 20, 119, 121, 600, 1440, 4000}}).Draw(t, "pace")
	l.luck = rapid.SampledFrom([][]conduct.Result{
		{conduct.NoAnswer}, {conduct.Conversation, conduct.Refused},
		{conduct.NoAnswer, conduct.NoAnswer, conduct.Connected, conduct.Conversation, conduct.Refused, conduct.Cancelled},
	}).Draw(t, "luck")
	return l
}

// try is a contact that was allowed, with what became of it; "" while it is under way or was never made.
type try struct {
	conduct.Request
	id     string
	result conduct.Result
}

// step is one thing that happens: time passes, somebody reserves a contact, one under way ends.
func (l *life) step(t *rapid.T) {
	switch rapid.IntRange(0, 5).Draw(t, "step") {
	case 0:
		l.now = l.now.Add(time.Duration(rapid.SampledFrom(l.pace).Draw(t, "minutes")) * time.Minute)
	case 1, 2:
		r := ask(l.now)
		r.Clock, r.ID, r.Staff = l.clock, fmt.Sprint("try-", len(l.tries)), 2
		r.Channel = rapid.SampledFrom([]conduct.Channel{conduct.Call, conduct.Call, conduct.Call, conduct.Visit}).Draw(t, "channel")
		r.Number = rapid.SampledFrom([]conduct.Key{mobile, home}).Draw(t, "number")
		r.Debt = rapid.SampledFrom([]conduct.Key{cardOne, cardOne, cardTwo}).Draw(t, "debt")
		r.Agency = rapid.SampledFrom([]string{"", "agency-a", "agency-b"}).Draw(t, "agency")
		r.Agreement = rapid.SampledFrom([]string{"", "", "", "", "recording-17"}).Draw(t, "agreement")
		if l.log.Reserve(l.pack, conduct.Flags{}, r).Outcome == conduct.Allow {
			l.open = append(l.open, len(l.tries))
			l.tries = append(l.tries, try{Request: r, id: r.ID})
		}
	default:
		l.settle(t)
	}
}

// settle ends a contact within the time that a reservation holds. Nobody makes use of one that has lapsed.
func (l *life) settle(t *rapid.T) {
	if len(l.open) == 0 {
		return
	}
	i := rapid.IntRange(0, len(l.open)-1).Draw(t, "which")
	a := &l.tries[l.open[i]]
	l.open = append(l.open[:i], l.open[i+1:]...)
	if l.now.Sub(a.At) >= conduct.Hold {
		return
	}
	a.result = rapid.SampledFrom(l.luck).Draw(t, "result")
	require.NoError(t, l.log.Settle(a.id, a.result))
}

func (a *try) reached() bool { return a.result == conduct.Conversation || a.result == conduct.Refused }

// most is the largest number of contacts of a kind within so many local days that end with one of them.
func (l *life) most(days int, is func(*try) bool) (most int) {
	for i := range l.tries {
		last, n := l.date(l.tries[i].At), 0
		for j := range l.tries {
			a := &l.tries[j]
			if d := l.date(a.At); d <= last && d > last-days && is(a) {
				n++
			}
		}
		most = max(most, n)
	}
	return most
}

// bound is one law again, written down by hand: within so many days at most so many of these.
type bound struct {
	pack      conduct.PackID
	rule      conduct.RuleID
	days, max int
	is        func(*try) bool
}

func bounds() []bound {
	made := func(a *try) bool { return a.result != "" && a.result != conduct.Cancelled }
	call := func(a *try) bool { return a.Channel == conduct.Call && made(a) && a.Agreement == "" }
	talk := func(a *try) bool { return made(a) && a.Agreement == "" && a.reached() }
	return []bound{
		{conduct.CN, conduct.CNConnect, 1, 3, func(a *try) bool { return call(a) && a.reached() }},
		{conduct.CN, conduct.CNAttempt, 1, 6, func(a *try) bool { return call(a) && a.Number == mobile && a.result == conduct.NoAnswer }},
		{conduct.CN, conduct.CNVisit, 1, 1, func(a *try) bool { return a.Channel == conduct.Visit && made(a) }},
		{conduct.US, conduct.USSevenIn7, 7, 7, func(a *try) bool { return call(a) && a.Debt == cardOne }},
		{conduct.US, conduct.USAfterTalk, 7, 1, func(a *try) bool { return call(a) && a.reached() && a.Debt == cardOne }},
		{conduct.AU, conduct.AUWeek, 7, 3, talk},
		{conduct.AU, conduct.AUMonth, 31, 10, talk},
		{conduct.Safest, conduct.USSevenIn7, 7, 7, call},
		{conduct.Safest, conduct.USAfterTalk, 7, 1, func(a *try) bool { return call(a) && a.reached() }},
		{conduct.Safest, conduct.AUWeek, 7, 3, talk},
	}
}

func TestNoCapIsEverExceeded(t *testing.T) {
	for _, id := range []conduct.PackID{conduct.CN, conduct.US, conduct.AU, conduct.Safest} {
		t.Run(string(id), func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				l := drawLife(t, id)
				for range rapid.IntRange(50, 250).Draw(t, "steps") {
					l.step(t)
				}
				for _, b := range bounds() {
					if b.pack == id {
						require.LessOrEqual(t, l.most(b.days, b.is), b.max, "%s in %d days", b.rule, b.days)
					}
				}
			})
		})
	}
}

// TestEveryCapIsReached: somebody who tries again and again for six weeks gets all that a cap leaves, and no more.
func TestEveryCapIsReached(t *testing.T) {
	for _, b := range bounds() {
		t.Run(string(b.pack)+" "+string(b.rule), func(t *testing.T) {
			loc, clock := zone(t, "Australia/Lord_Howe")
			l := &life{world: world{loc: loc, clock: clock}, pack: packOf(t, b.pack)}
			result := conduct.Conversation
			if b.rule == conduct.CNAttempt || b.rule == conduct.USSevenIn7 {
				result = conduct.NoAnswer
			}
			from := moment(t, "2026-03-20T00:00:00+11:00") // the clocks go back half an hour on 5 April
			for at := from; at.Sub(from) < 42*24*time.Hour; at = at.Add(2 * time.Hour) {
				for _, channel := range []conduct.Channel{conduct.Call, conduct.Visit} {
					r := with(ask(at), func(r *conduct.Request) {
						r.ID, r.Clock, r.Channel, r.Staff = fmt.Sprint(channel, at), clock, channel, 2
					})
					if l.log.Reserve(l.pack, conduct.Flags{}, r).Outcome == conduct.Allow {
						require.NoError(t, l.log.Settle(r.ID, result))
						l.tries = append(l.tries, try{r, r.ID, result})
					}
				}
			}
			require.Equal(t, b.max, l.most(b.days, b.is))
		})
	}
}

// TestNoCallFollowsAConversationTooSoon is the other half of 1006.14(b): a day of its own for every pair.
func TestNoCallFollowsAConversationTooSoon(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := drawLife(t, conduct.US)
		for range rapid.IntRange(20, 150).Draw(t, "steps") {
			l.step(t)
		}
		for i := range l.tries {
			for j := range l.tries {
				talk, next := &l.tries[i], &l.tries[j]
				if talk.Channel == conduct.Call && talk.reached() && next.Channel == conduct.Call && next.Agreement == "" && talk.Debt == next.Debt && talk.At.Before(next.At) {
					require.GreaterOrEqual(t, l.date(next.At)-l.date(talk.At), 7)
				}
			}
		}
	})
}

// TestTwoWhoReserveAtOnceNeverShareTheLastPlace: agents of two firms look at the same screen, and both see room; the log that stands
// behind a serial order of events lets in as many as there are places, whoever comes first.
func TestTwoWhoReserveAtOnceNeverShareTheLastPlace(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, at := packOf(t, conduct.CN), moment(t, wednesday)
		var serial conduct.Log
		talks, raced := 0, 0
		for round := range 8 {
			seen := serial.Clone()
			type claim struct {
				id   string
				sees conduct.Outcome
				gets conduct.Outcome
			}
			claims := []claim{{id: fmt.Sprint("lender-", round)}, {id: fmt.Sprint("agency-", round)}}
			if rapid.Bool().Draw(t, "agency first") {
				claims[0], claims[1] = claims[1], claims[0]
			}
			for i := range claims {
				r := with(ask(at), func(r *conduct.Request) { r.ID = claims[i].id })
				claims[i].sees = conduct.Decide(p, conduct.Flags{}, &seen, r).Outcome
				claims[i].gets = serial.Reserve(p, conduct.Flags{}, r).Outcome
			}
			if claims[1].sees == conduct.Allow && claims[1].gets != conduct.Allow {
				raced++
			}
			for _, c := range claims {
				if c.gets == conduct.Allow {
					require.NoError(t, serial.Settle(c.id, conduct.Conversation))
					talks++
				}
			}
			at = at.Add(time.Minute)
		}
		require.Equal(t, 3, talks)
		require.Equal(t, 1, raced, "with two of three places taken both saw the last one, and one of them got it")
	})
}
