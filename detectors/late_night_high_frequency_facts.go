package detectors

import (
	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/detectors/window"
)

// nightFacts are what late_night_high_frequency found out about a use. Counts include the use itself.
type nightFacts struct {
	// all counts every use, apart leaves out what somebody bought over a counter (terminal or QR code).
	all, apart density
	// declined, cash and tests count within the long span: refusals, withdrawals, small charges by card number.
	declined, cash, tests int
	// rapid says that two of them lie within the short span.
	rapid bool
	// cheap counts those that are small in themselves, though not for this card; shops says that they came from more than one
	// merchant, shop is the last one's hash.
	cheap int
	shops bool
	shop  uint32
	// settled says that the card has a history of amounts, usualMinor its p95 over that many of them.
	settled    bool
	usualMinor int64
	amounts    int
	// large says that the use itself is above the card's p95.
	large bool
	// spent is what the series comes to, spreeMinor what it must come to, to be large for the card.
	spent, spreeMinor int64
	// nightUses of uses lie at night; nightPercent is their share, with the prior; rare and habit judge it.
	nightUses, uses, nightPercent int
	rare, habit                   bool
	// cashUses of uses are cash; cashRare says that it is next to none, firstCash that this withdrawal is the first.
	cashUses            int
	cashRare, firstCash bool
	// much says that the withdrawal comes to what makes a series large.
	much bool
	// swiped says that the stripe was read of a card whose chip was read before.
	swiped bool
	// refused says that the use is a small charge that was declined, of a seller that the card never bought from.
	refused bool
	// remote and atMachine say how the use itself was made: from afar, or as a withdrawal; over a counter it is neither.
	remote, atMachine bool
}

// density counts the uses in the short and in the long span.
type density struct{ dense, series int }

func (d *density) add(dense bool) {
	d.series++
	if dense {
		d.dense++
	}
}

// alonePoints is the most that a use other than a withdrawal scores by itself: declined, at a rare hour, after an earlier fraud.
const alonePoints = 30

// alone reports whether no other use hangs together with this one, which most night uses need no further look for.
func (d *LateNightHighFrequency) alone(in *Sighting) bool {
	if in.Use.Type == card.Cash || d.refusedTest(in.Use) {
		return false
	}
	recent := in.Window.Recent()
	for i := len(recent) - 1; i >= 0 && in.Use.At.Sub(recent[i].At) <= d.Series; i-- {
		if d.together(&recent[i]) {
			return false
		}
	}
	return true
}

// refusedTest reports a small charge by card number that was declined: the first of a test is nothing else.
func (d *LateNightHighFrequency) refusedTest(u *window.Use) bool {
	return u.Status == card.Declined && u.Type == card.Purchase && (u.Entry == card.Ecommerce || u.Entry == card.Manual) && u.Minor <= d.SmallMinor
}

// together reports whether a use within the series belongs to it.
func (d *LateNightHighFrequency) together(o *window.Use) bool {
	return o.IsUse() && !o.Late && !o.Reversed
}

func (d *LateNightHighFrequency) facts(in *Sighting) nightFacts {
	var f nightFacts
	u, w := in.Use, in.Window
	amounts := w.Amounts()
	f.amounts, f.usualMinor = amounts.N, amounts.Quantile(0.95)
	f.settled = f.amounts >= d.PriorUses
	f.large = f.settled && u.Minor > f.usualMinor
	f.spreeMinor = max(3*f.usualMinor, d.SpreeMinor)
	f.atMachine = u.Type == card.Cash
	f.remote = !f.atMachine && !u.Present() && u.Entry != card.QR
	small := d.SmallMinor
	if f.settled {
		small = min(small, amounts.Quantile(0.5))
	}
	f.count(d, u, u, nil, small)
	recent, last := w.Recent(), u
	for i := len(recent) - 1; i >= 0 && u.At.Sub(recent[i].At) <= d.Series; i-- {
		if o := &recent[i]; d.together(o) {
			f.count(d, u, o, last, small)
			last = o
		}
	}
	if f.shops || f.declined > 0 {
		// Nobody buys breakfast from two sellers at a time, however cheaply the card lives.
		f.tests = f.cheap
	}
	f.refused = d.refusedTest(u) && f.settled && stranger(w, u)
	d.habits(u, w, &f)
	return f
}

// count takes one use of the series in. A use up to the allowed lateness after u belongs to it: it only came first.
func (f *nightFacts) count(d *LateNightHighFrequency, u, o, later *window.Use, small int64) {
	dense := u.At.Sub(o.At) <= d.Dense
	f.all.add(dense)
	if o.Status == card.Declined {
		f.declined++
	} else {
		f.spent += o.Minor
	}
	switch {
	case o.Type == card.Cash:
		f.cash++
	case o.Present() || o.Entry == card.QR:
		return
	case o.Entry == card.CredentialOnFile:
		// Shops charge stored cards (subscriptions) in nightly batches; testers type numbers in.
	case later != nil && again(o, later):
		// What was declined is tried again; a test is of another amount or at another seller.
	case o.Minor <= d.SmallMinor:
		f.shops = f.shops || f.cheap > 0 && o.Merchant != f.shop
		f.shop = o.Merchant
		f.cheap++
		f.rapid = f.rapid || f.cheap > 1 && dense
		if o.Minor <= small {
			f.tests++
		}
	}
	f.apart.add(dense)
}

// habits compares with the card's own nights. The prior keeps a short history from claiming that it knows.
func (d *LateNightHighFrequency) habits(u *window.Use, w *window.Window, f *nightFacts) {
	total := w.Total()
	f.uses = int(total.Uses)
	for h := range d.UntilHour {
		f.nightUses += int(total.Hours[h])
	}
	f.nightPercent = (100*f.nightUses + d.PriorPercent*d.PriorUses) / (f.uses + d.PriorUses)
	f.rare, f.habit = f.nightPercent < d.RarePercent, f.nightPercent >= d.HabitPercent
	f.cashUses = int(total.Cash)
	f.cashRare = f.cash > 0 && f.settled && 20*f.cashUses < f.uses
	f.much = f.atMachine && u.Minor >= d.SpreeMinor
	f.swiped = f.atMachine && u.Entry == card.Magstripe && chipped(w.Recent())
	f.firstCash = f.atMachine && f.cashUses == 0 && f.cash == 1 && f.uses >= knownUses
}

// stranger reports whether the card never bought from the use's merchant.
func stranger(w *window.Window, u *window.Use) bool {
	known := u.Merchant == 0
	for p := w.Since(u.At.UnixMilli - window.LogSpan.Milliseconds()); !known && p.Next(); {
		known = p.Merchant == u.Merchant
	}
	return !known
}

// knownUses is how many uses without cash say that the holder draws none: a month of an ordinary card.
const knownUses = 100

// score adds the facts up. Density, not count, separates a burst from a night out; the card's habit removes most of the rest, and costs
// recall when it is trusted alone (notes/data.md §5). Somebody who stands at a counter is rarely a machine.
func (f *nightFacts) score(tight bool) int {
	points := f.densityPoints() + f.declinedPoints()
	if f.remote {
		points += f.testPoints()
	}
	if f.atMachine {
		points += f.cashPoints()
	}
	add := func(holds bool, more int) {
		if holds {
			points += more
		}
	}
	add(f.spree(), 25)
	add(f.rare, 10)
	add(f.excused(), -20)
	add(tight && points > 0, 10)
	return points
}

// excused says whether the card's nights excuse the use: not cash where there is next to none, and not tests one after the other at
// several sellers, which nobody has a habit of.
func (f *nightFacts) excused() bool {
	return f.habit && !(f.atMachine && f.cash > 1 && f.cashRare) && !(f.remote && f.shops && f.rapid)
}

func (f *nightFacts) densityPoints() int { return max(f.apart.points(), f.all.points()/2) }

func (d *density) points() int {
	points := 0
	if d.dense >= 3 {
		points += 35
	}
	if d.series >= 3 {
		points += 15
	}
	if d.series >= 5 {
		points += 10
	}
	return points
}

// testPoints: two small charges from afar are a test of a stolen number, and a large one after them is what it was for.
func (f *nightFacts) testPoints() int {
	switch {
	case f.tests >= 2 && f.large:
		return 60
	case f.tests >= 3, f.tests == 2 && f.shops:
		return 50
	case f.tests == 2:
		return 40
	case f.refused:
		return 30
	}
	return 0
}

// cashPoints: nobody goes back to the machine within the hour but for what it did not give. A single withdrawal counts where there
// never was one.
func (f *nightFacts) cashPoints() int {
	points := 0
	switch {
	case f.cash >= 3:
		points = 60
	case f.cash == 2:
		points = 50
	default:
		return f.lonePoints()
	}
	if f.cashRare {
		points += 10
	}
	return points
}

// lonePoints judge a single withdrawal: the first of a card that draws no cash, more than what is large for it, with a copied stripe.
func (f *nightFacts) lonePoints() int {
	points := 0
	add := func(holds bool, more int) {
		if holds {
			points += more
		}
	}
	add(f.firstCash, 30)
	add(f.large, 15)
	add(!f.large && f.much, 10)
	add(f.swiped, 25)
	return points
}

func (f *nightFacts) declinedPoints() int { return 10 * min(f.declined, 3) }

// spree reports a run of uses, or two withdrawals, that is large for the card as a whole.
func (f *nightFacts) spree() bool {
	return (f.all.dense >= 3 || f.cash >= 2) && f.settled && f.spent > f.spreeMinor
}
