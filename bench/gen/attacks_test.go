package gen

import (
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/detectors/geo"
)

// attacked is one episode with the life around it.
type attacked struct {
	kind Attack
	uses []Record
	life []Record
	home card.Place
}

func episodes(t *testing.T, all []Record) []*attacked {
	homes := map[string]card.Place{}
	for _, r := range all {
		if c, is := r.Body.(*card.Customer); is {
			homes[c.Customer] = c.Home
		}
	}
	var out []*attacked
	for customer, life := range lives(t, all) {
		byName := map[string]*attacked{}
		for _, r := range life {
			if r.Label.Attack == "" {
				continue
			}
			e := byName[r.Label.Episode]
			if e == nil {
				e = &attacked{kind: r.Label.Attack, life: life, home: homes[customer]}
				byName[r.Label.Episode], out = e, append(out, e)
			}
			require.Equal(t, e.kind, r.Label.Attack)
			e.uses = append(e.uses, r)
		}
	}
	return out
}

func manyAttacks() Config {
	config := Defaults()
	config.Customers, config.Days, config.AttackRate, config.LookAlikeShare = 300, 60, 8, 0.2
	return config
}

func TestAttacksAreAsDescribed(t *testing.T) {
	found := map[Attack]int{}
	tests := counts{}
	for _, e := range episodes(t, everything(t, manyAttacks())) {
		found[e.kind]++
		switch e.kind {
		case CloneFar:
			cloneFollowsAPurchase(t, e)
		case NightTestBurst:
			require.GreaterOrEqual(t, len(e.uses), 7)
			inTheSmallHours(t, e)
			for _, r := range e.uses[:5] {
				x := transactionOf(r)
				require.LessOrEqual(t, x.Amount.Minor, int64(2_500))
				require.False(t, x.Entry.CardPresent())
				tests["tests"]++
				tests.add("declined", x.Status == card.Declined)
			}
			require.Greater(t, transactionOf(e.uses[len(e.uses)-1]).Amount.Minor, int64(2_500))
		case NightATM:
			require.GreaterOrEqual(t, len(e.uses), 4)
			inTheSmallHours(t, e)
			for _, r := range e.uses {
				require.Equal(t, card.Cash, transactionOf(r).Type)
			}
		case SlowClone:
			slowCloneIsElsewhere(t, e)
		case TakeoverOnline:
			require.GreaterOrEqual(t, len(e.uses), 3)
			for _, r := range e.uses {
				require.Equal(t, card.Ecommerce, transactionOf(r).Entry)
				require.True(t, r.Arrived.LocalHour() >= 9, "by day")
			}
		}
	}
	require.InDelta(t, 1.0/3, tests.share("declined", "tests"), 0.1)
	// 300 customers, 60 days and 8 a day and 1,000 are 144, less those that wait out the rest after an attack.
	total := 0
	for _, kind := range attackNames[1:] {
		require.Greater(t, found[kind], 10, kind)
		total += found[kind]
	}
	require.InDelta(t, 120, total, 40)
}

func inTheSmallHours(t *testing.T, e *attacked) {
	for _, r := range e.uses {
		if clockIsRight(r) {
			require.Less(t, transactionOf(r).At.LocalHour(), 6)
		}
	}
}

func cloneFollowsAPurchase(t *testing.T, e *attacked) {
	first := transactionOf(e.uses[0])
	city, found := geo.Lookup(first.Place.City)
	require.True(t, found)
	require.GreaterOrEqual(t, geo.Distance(city.Point, geo.Point{Lat: e.home.Lat, Lon: e.home.Lon}), float64(farKm))
	if !clockIsRight(e.uses[0]) {
		return
	}
	near := false
	for _, r := range e.life {
		x := transactionOf(r)
		if x == nil || r.Label.Attack != "" || x.ID == first.ID || !clockIsRight(r) {
			continue
		}
		gap := first.At.Sub(x.At)
		near = near || x.Entry.CardPresent() && gap >= 5*time.Minute && gap <= 90*time.Minute
	}
	// The purchase that it follows may be one of the few with a wrong clock; then nothing can be seen from here.
	if !near {
		require.Condition(t, func() bool { return wrongClockNear(e, first.At) }, "%s follows nothing", first.ID)
	}
}

func wrongClockNear(e *attacked, at card.Moment) bool {
	for _, r := range e.life {
		if transactionOf(r) != nil && !clockIsRight(r) && r.Arrived.Sub(at).Abs() < 2*time.Hour {
			return true
		}
	}
	return false
}

func slowCloneIsElsewhere(t *testing.T, e *attacked) {
	for _, r := range e.uses {
		x := transactionOf(r)
		require.True(t, x.Entry.CardPresent())
		require.NotEqual(t, e.home.City, x.Place.City)
	}
}

func TestSlowCloneGoesOnForDaysWhileTheHolderBuysAtHome(t *testing.T) {
	longer, both, all := 0, 0, 0
	for _, e := range episodes(t, everything(t, manyAttacks())) {
		if e.kind != SlowClone {
			continue
		}
		all++
		from, to := e.uses[0].Arrived, e.uses[len(e.uses)-1].Arrived
		if to.Sub(from) > 20*time.Hour {
			longer++
		}
		for _, r := range e.life {
			x := transactionOf(r)
			if x == nil || r.Arrived.Before(from) || to.Before(r.Arrived) {
				continue
			}
			if x.Place.City == e.home.City && x.Entry.CardPresent() {
				both++
				break
			}
		}
	}
	require.Greater(t, float64(longer), 0.8*float64(all))
	require.Greater(t, float64(both), 0.7*float64(all))
}

func TestCustomersAnswerTheTruthOrNotAtAll(t *testing.T) {
	b, err := New(manyAttacks())
	require.NoError(t, err)
	answers := map[alerts.Answer]int{}
	silent := map[string]bool{}
	for r, ok := b.Next(); ok; r, ok = b.Next() {
		x := transactionOf(r)
		if x == nil {
			continue
		}
		got, ok := b.Reaction(x.Customer, r.Arrived, x.ID)
		if !ok {
			silent[x.Customer] = true
			continue
		}
		require.False(t, silent[x.Customer], "who never answers never does")
		want := alerts.Yes
		if r.Label.Attack != "" {
			want = alerts.No
		}
		require.Equal(t, want, got.Answer, x.ID)
		require.Positive(t, got.After)
		answers[got.Answer]++
	}
	require.Greater(t, answers[alerts.Yes], 1000)
	require.Greater(t, answers[alerts.No], 100)
	require.InDelta(t, 0.16, float64(len(silent))/300, 0.08)
}

func TestReactionIsSteadyAndKnowsItsCustomers(t *testing.T) {
	b, err := New(manyAttacks())
	require.NoError(t, err)
	var stolen Record
	for r, ok := b.Next(); ok; r, ok = b.Next() {
		if _, answers := b.Reaction(head(r.Body).Customer, r.Arrived); answers && r.Label.Attack != "" {
			stolen = r
			break
		}
	}
	x := transactionOf(stolen)
	require.NotNil(t, x)
	first, ok := b.Reaction(x.Customer, stolen.Arrived, x.ID)
	require.True(t, ok)
	again, _ := b.Reaction(x.Customer, stolen.Arrived, x.ID)
	require.Equal(t, first, again)
	mixed, _ := b.Reaction(x.Customer, stolen.Arrived, x.Customer+"t1", x.ID)
	require.Equal(t, alerts.No, mixed.Answer, "one of them is not theirs")

	night, asleep := card.Moment{UnixMilli: midnight(dayOf(stolen.Arrived.UnixMilli)) + 2*hour}, 0
	for i := range 100 {
		if got, _ := b.Reaction(x.Customer, night.Add(time.Duration(i)*time.Second), x.ID, x.Customer+"t"+strconv.Itoa(i%20+1)); got.After > 5*time.Hour {
			asleep++
		}
	}
	require.Positive(t, asleep, "some are woken by nothing before seven")
	require.Less(t, asleep, 100)

	for _, unknown := range [][2]string{
		{"c9999999", x.ID}, {"x" + x.Customer[1:], x.ID}, {"", ""}, {x.Customer, "elsewhere"}, {x.Customer, x.Customer + "t99999999"},
	} {
		_, ok := b.Reaction(unknown[0], stolen.Arrived, unknown[1])
		require.False(t, ok, unknown)
	}
}

// A lent card is no attack: nothing labels it, and its holder says yes. It is used far from where its holder is.
func TestLentCardsAreHonestAndFarAway(t *testing.T) {
	config := Defaults()
	config.Customers, config.Days, config.History, config.AttackRate, config.LookAlikeShare = 300, 20, 5, 0, 0
	far := func() (n int) {
		bank, err := New(config)
		require.NoError(t, err)
		homes := map[string]geo.Point{}
		for {
			r, ok := bank.Next()
			if !ok {
				return n
			}
			switch b := r.Body.(type) {
			case *card.Customer:
				homes[b.Customer] = geo.Point{Lat: b.Home.Lat, Lon: b.Home.Lon}
			case *card.Transaction:
				require.Empty(t, r.Label.Attack)
				if b.Entry == card.Chip && b.Place.HasPoint && geo.Distance(homes[b.Customer], geo.Point{Lat: b.Place.Lat, Lon: b.Place.Lon}) >= farKm {
					n++
				}
			}
		}
	}
	without := far()
	config.LendRate = 20
	require.Greater(t, far()-without, 60, "20 per 1,000 cards and day, over 300 customers and 20 days, one or two uses each")
}
