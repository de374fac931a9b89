package gen

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/detectors/geo"
)

// counts tallies what records are, by name.
type counts map[string]float64

func (c counts) share(part, whole string) float64 { return c[part] / c[whole] }

func (c counts) add(name string, when bool) {
	if when {
		c[name]++
	}
}

func count(t *testing.T, all []Record) counts {
	c, seen, homes, cards := counts{}, map[string]bool{}, map[string]string{}, map[string]bool{}
	for _, r := range all {
		switch b := r.Body.(type) {
		case *card.Customer:
			if homes[b.Customer] != "" {
				continue
			}
			homes[b.Customer] = b.Home.City
			c["customers"]++
			c.add("english", b.Language == card.English)
			c.add(string(r.Label.Group), true)
		case *alerts.Contact:
			c.add("sms", b.Consent.SMS)
			c.add("push", b.Consent.Push)
			c.add("profiling", b.Consent.Profiling)
		case *card.Transaction:
			c["records"]++
			c.add("repeated", seen[b.ID])
			seen[b.ID] = true
			c.add("second cards", b.Card[len(b.Card)-1] == 'b' && !cards[b.Card])
			cards[b.Card] = true
			behind := r.Arrived.Sub(b.At)
			c.add("slow clocks", behind >= 8*time.Hour)
			c.add("fast clocks", behind < 0)
			c.add("a little late", behind >= 5*time.Second && behind < 30*time.Minute)
			c.add("hours late", behind >= time.Hour && behind < 8*time.Hour)
			if r.Label.Attack == "" {
				c.honest(r.Label.Group, b, homes[b.Customer], clockIsRight(r))
			}
		}
	}
	require.NotZero(t, c["records"])
	return c
}

func (c counts) honest(group Group, b *card.Transaction, home string, clock bool) {
	c["honest"]++
	c.add("declined", b.Status == card.Declined)
	c.add("refunds", b.Type == card.Refund)
	c.add("reversals", b.Type == card.Reversal)
	c.add("cash", b.Type == card.Cash)
	c.add("present", b.Entry.CardPresent())
	c.add("remote", b.Entry == card.Ecommerce || b.Entry == card.CredentialOnFile)
	c.add("remote elsewhere", (b.Entry == card.Ecommerce || b.Entry == card.CredentialOnFile) && b.Place.City != home)
	if clock {
		c[string(group)+" uses"]++
		c.add(string(group)+" at night", b.At.LocalHour() < 6)
		c.add(string(group)+" away", b.Entry.CardPresent() && b.Place.City != home)
	}
}

func TestSharesAreAsStated(t *testing.T) {
	config := Defaults()
	config.Customers, config.Days = 500, 140 // from October, so that Spring Festival lies inside
	c := count(t, everything(t, config))
	for _, s := range []struct {
		part, whole string
		low, high   float64
	}{
		{"english", "customers", 0.07, 0.13},
		{"sms", "customers", 0.88, 0.97},
		{"push", "customers", 0.74, 0.86},
		{"profiling", "customers", 0.8, 0.9},
		{"second cards", "customers", 0.07, 0.13},
		{"ordinary", "customers", 0.55, 0.65},
		{"traveller", "customers", 0.05, 0.11},
		{"spring_festival", "customers", 0.07, 0.13},
		{"records", "customers", 300, 600}, // 1.7 … 3.3 a day
		{"repeated", "records", 0.0007, 0.0014},
		{"slow clocks", "records", 0.0045, 0.0055},
		{"fast clocks", "records", 0.0025, 0.0035},
		{"a little late", "records", 0.02, 0.04},
		{"hours late", "records", 0.001, 0.002},
		{"declined", "honest", 0.015, 0.035},
		{"refunds", "honest", 0.003, 0.01},
		{"reversals", "honest", 0.004, 0.008},
		{"cash", "honest", 0.01, 0.04},
		{"present", "honest", 0.5, 0.7},
		{"remote elsewhere", "remote", 0.9, 1},
		{"ordinary at night", "ordinary uses", 0.04, 0.05},
		{"night_market at night", "night_market uses", 0.06, 0.25},
		{"night_worker at night", "night_worker uses", 0.2, 0.4},
		{"ordinary away", "ordinary uses", 0, 0},
		{"night_worker away", "night_worker uses", 0, 0},
		{"traveller away", "traveller uses", 0.08, 0.35},
		{"spring_festival away", "spring_festival uses", 0.02, 0.15},
		{"day_trip away", "day_trip uses", 0.005, 0.06},
		{"moved_home away", "moved_home uses", 0.2, 0.6},
	} {
		got := c.share(s.part, s.whole)
		require.True(t, got >= s.low && got <= s.high, "%s of %s: %.4f, want %v … %v", s.part, s.whole, got, s.low, s.high)
	}
}

func TestHonestCustomersTravelByTrainAndAeroplane(t *testing.T) {
	config := Defaults()
	config.Customers, config.Days, config.LookAlikeShare, config.AttackRate = 200, 150, 1, 0
	journeys := map[Group]int{}
	for _, life := range lives(t, everything(t, config)) {
		var last *card.Transaction
		for _, r := range life {
			x := transactionOf(r)
			if x == nil || !x.Entry.CardPresent() || !clockIsRight(r) || x.Type == card.Refund || x.Type == card.Reversal {
				continue
			}
			if last != nil && x.Place.City != last.Place.City {
				journeys[r.Label.Group]++
				km := kmBetween(t, last, x)
				speed := geo.Speed(km, x.At.Sub(last.At))
				limit := 210.0
				if km > flightFrom {
					limit = 660
				}
				require.Less(t, speed, limit, "%s: %.0f km", x.ID, km)
			}
			last = x
		}
	}
	for _, g := range []Group{Traveller, SpringFestivalHome, DayTripper, MovedHome} {
		require.Greater(t, journeys[g], 3, g)
	}
	for _, g := range []Group{NightMarketGoer, NightWorker, BigTicket} {
		require.Zero(t, journeys[g], g)
	}
}

func kmBetween(t *testing.T, a, b *card.Transaction) float64 {
	from, found := geo.Lookup(a.Place.City)
	require.True(t, found)
	to, found := geo.Lookup(b.Place.City)
	require.True(t, found)
	return geo.Distance(from.Point, to.Point)
}

func TestSpringFestival(t *testing.T) {
	for _, c := range []struct {
		date string
		want int
	}{
		{"2026-02-17", 0}, {"2026-02-10", 7}, {"2026-02-20", -3}, {"2025-12-31", 48}, {"2026-04-01", 311}, {"2019-03-01", 330},
		{"2040-01-01", noFestival},
	} {
		at, err := time.Parse(time.DateOnly, c.date)
		require.NoError(t, err)
		require.Equal(t, c.want, newToday(int(at.Unix()/86_400)).festival, c.date)
	}
}

func TestChineseDays(t *testing.T) {
	at, err := card.ParseMoment("2026-03-01T00:00:00+08:00")
	require.NoError(t, err)
	require.Equal(t, int(at.LocalDay()), dayOf(at.UnixMilli))
	require.Equal(t, at.UnixMilli, midnight(dayOf(at.UnixMilli)))
	require.Equal(t, dayOf(at.UnixMilli)-1, dayOf(at.UnixMilli-1))
}
