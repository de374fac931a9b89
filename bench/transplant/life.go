package transplant

import (
	"math"
	"math/rand/v2"
	"slices"

	"github.com/cardwatch/cardwatch/bench/gen"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// groups are the kinds of holder in hundredths; the rest is ordinary.
var groups = []struct {
	group gen.Group
	share int
}{
	{gen.Traveller, 7}, {gen.SpringFestivalHome, 9}, {gen.DayTripper, 6}, {gen.NightMarketGoer, 5}, {gen.NightWorker, 6}, {gen.MovedHome, 5}, {gen.BigTicket, 4},
}

// yuanCents is what a US cent becomes in fen (notes/data.md §8: × 6 is no Chinese price, but an amount of the right size).
const yuanCents = 6

// The hours of most people follow CardSim's meal times, smoothed; those of night workers turn round.
var (
	mealHours  = []float64{0.4, 0.5, 0.7, 0.9, 1.0, 1.2, 2, 9, 10, 4, 4, 11, 11, 5, 3.5, 3, 3, 4, 8, 8, 7, 3, 1.5, 0.8}
	shiftHours = []float64{7, 6, 6, 7, 5, 4, 5, 5, 3, 1, 0.5, 0.5, 1, 1, 1, 2, 3, 4, 6, 7, 6, 5, 6, 7}
)

// live makes everything that happens to one card.
func (s *Stream) live(b *Background, index, donor int, from int64) {
	d := rand.New(rand.NewPCG(s.config.Seed, uint64(index)+1))
	s.cards = append(s.cards, life{group: drawGroup(d), home: d.IntN(len(s.cities)), moves: math.MaxInt64, rows: b.byCard[donor]})
	l, start := &s.cards[index], len(s.acts)
	s.travel(d, index)
	sum, n := int64(0), int64(0)
	keep := 0.65 + 0.35*d.Float64()
	for _, i := range l.rows {
		r := &b.Rows[i]
		day := r.At/86_400 - from
		if r.Fraudulent || day < 0 || day >= int64(s.config.Days) {
			continue
		}
		sum, n = sum+r.Cents*yuanCents, n+1
		if d.Float64() < keep {
			s.purchase(d, index, r, s.midnight(day))
		}
	}
	l.mean = max(sum/max(n, 1), 2_000)
	s.extras(d, index)
	mine := s.acts[start:]
	slices.SortFunc(mine, func(a, b act) int { return int(a.at - b.at) })
	if d.Float64() < s.config.AttackShare {
		s.attack(d, index, start)
	}
	s.disturb(d, index, start)
}

func drawGroup(d *rand.Rand) gen.Group {
	at := d.IntN(100)
	for _, g := range groups {
		if at -= g.share; at < 0 {
			return g.group
		}
	}
	return gen.Ordinary
}

func (s *Stream) midnight(day int64) int64 { return s.config.Start.UnixMilli + day*fullDay }

// purchase gives a row of the background a place and a new hour.
func (s *Stream) purchase(d *rand.Rand, index int, r *Row, midnight int64) {
	l := &s.cards[index]
	hours := mealHours
	if l.group == gen.NightWorker && d.Float64() < 0.75 {
		hours = shiftHours
	}
	at := midnight + drawHour(d, hours)*hour + d.Int64N(hour)
	a := act{
		at: at, minor: max(r.Cents*yuanCents, 100), card: uint16(index), merchant: r.Merchant, mcc: card.MCC(categories[r.Category].mcc),
		typ: card.Purchase, city: int16(s.where(l, at)),
	}
	away := a.city >= 0 && int(a.city) != s.base(l, at)
	switch {
	case r.Category.Online():
		a.entry, a.city = card.Ecommerce, int16(int(r.Merchant)*31%len(s.cities))
		if d.IntN(5) == 0 {
			a.entry = card.CredentialOnFile
		}
	case a.city < 0:
		return // on the way there is no terminal
	case d.IntN(100) == 0:
		a.typ, a.mcc, a.entry, a.minor = card.Cash, 6011, card.Chip, int64(1+d.IntN(25))*10_000
	default:
		a.entry = drawEntry(d)
	}
	if away {
		a.minor = int64(float64(a.minor) * (1 + 0.6*d.Float64()))
	}
	s.acts = append(s.acts, a)
}

func drawEntry(d *rand.Rand) card.EntryMode {
	switch at := d.IntN(100); {
	case at < 55:
		return card.Chip
	case at < 88:
		return card.Contactless
	case at < 96:
		return card.QR
	}
	return card.Magstripe
}

func drawHour(d *rand.Rand, weights []float64) int64 {
	sum := 0.0
	for _, w := range weights {
		sum += w
	}
	at := d.Float64() * sum
	for h, w := range weights {
		if at -= w; at < 0 {
			return int64(h)
		}
	}
	return int64(len(weights) - 1)
}

// disturb numbers the card's acts from start on and lets some go wrong: declines, refunds, reversals, clocks, slow lines.
func (s *Stream) disturb(d *rand.Rand, index, start int) {
	slices.SortStableFunc(s.acts[start:], func(a, b act) int { return int(a.at - b.at) })
	for i := start; i < len(s.acts); i++ {
		s.cards[index].number++
		a := &s.acts[i]
		a.number, a.clock = s.cards[index].number, a.at
		switch roll := d.Float64(); {
		case roll < 0.005:
			a.clock -= 8*hour + d.Int64N(4*hour)
		case roll < 0.008:
			a.clock += 8*hour + d.Int64N(4*hour)
		}
		a.at += 300 + d.Int64N(4_000)
		if d.IntN(50) == 0 {
			a.at += d.Int64N(4 * minute)
		}
		if a.attack != "" || a.typ != card.Purchase || a.original != 0 {
			continue
		}
		switch roll := d.Float64(); {
		case roll < 0.02:
			a.declined = true
		case roll < 0.026:
			s.takeBack(a, card.Reversal, minute+d.Int64N(3*hour))
		case roll < 0.034:
			s.takeBack(a, card.Refund, fullDay+d.Int64N(10*fullDay))
		}
	}
}

func (s *Stream) takeBack(a *act, typ card.Type, after int64) {
	back := *a
	s.cards[a.card].number++
	back.typ, back.original, back.number = typ, a.number, s.cards[a.card].number
	back.at += after
	back.clock = back.at
	if back.at < s.midnight(int64(s.config.Days)) {
		s.tail = append(s.tail, back)
	}
}
