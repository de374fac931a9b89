package transplant

import (
	"math/rand/v2"

	"github.com/cardwatch/cardwatch/bench/gen"
	"github.com/cardwatch/cardwatch/detectors/card"
)

var attackKinds = [...]gen.Attack{gen.CloneFar, gen.NightTestBurst, gen.NightATM, gen.SlowClone, gen.TakeoverOnline}

// attack puts one episode among the card's acts from start on, which are in order of time.
func (s *Stream) attack(d *rand.Rand, index, start int) {
	kind := attackKinds[d.IntN(len(attackKinds))]
	day := int64(s.config.Unscored + d.IntN(s.config.Days-s.config.Unscored))
	midnight := s.midnight(day)
	switch kind {
	case gen.CloneFar:
		s.cloneFar(d, index, start, midnight)
	case gen.NightTestBurst:
		s.testBurst(d, index, midnight+d.Int64N(330*minute))
	case gen.NightATM:
		s.nightATM(d, index, midnight+d.Int64N(330*minute))
	case gen.SlowClone:
		s.slowClone(d, index, day)
	case gen.TakeoverOnline:
		s.takeover(d, index, midnight+9*hour+d.Int64N(11*hour))
	}
}

// steal is one use by the attacker.
func (s *Stream) steal(d *rand.Rand, index int, kind gen.Attack, at int64, mcc card.MCC, minor int64, entry card.EntryMode, city int) *act {
	a := s.pay(d, index, at, mcc, minor, entry, city)
	a.attack = kind
	return a
}

// loot is so many times the card's mean ticket, at least floor.
func (s *Stream) loot(d *rand.Rand, index int, floor int64, lo, hi float64) int64 {
	return max(int64(float64(s.cards[index].mean)*(lo+(hi-lo)*d.Float64())), floor)
}

func clonedEntry(d *rand.Rand) card.EntryMode {
	return [...]card.EntryMode{card.Magstripe, card.Chip, card.Chip, card.Contactless}[d.IntN(4)]
}

// cloneFar follows the first purchase with the card on or after the day.
func (s *Stream) cloneFar(d *rand.Rand, index, start int, midnight int64) {
	for i := start; i < len(s.acts); i++ {
		bait := s.acts[i]
		if bait.at < midnight || !bait.entry.CardPresent() {
			continue
		}
		city := s.cityWithin(d, int(bait.city), 400, 5000)
		at := bait.at + 4*minute + d.Int64N(36*minute)
		for range 1 + d.IntN(5) {
			s.steal(d, index, gen.CloneFar, at, [...]card.MCC{5944, 5732, 5311, 5651}[d.IntN(4)], s.loot(d, index, 90_000, 3, 12), clonedEntry(d), city)
			at += 2*minute + d.Int64N(40*minute)
		}
		return
	}
}

func (s *Stream) testBurst(d *rand.Rand, index int, at int64) {
	for range 4 + d.IntN(5) {
		a := s.steal(d, index, gen.NightTestBurst, at, [...]card.MCC{5815, 5968, 5399}[d.IntN(3)], 100+d.Int64N(1_900), card.Ecommerce, d.IntN(len(s.cities)))
		a.declined = d.IntN(3) == 0
		at += 15_000 + d.Int64N(135_000)
	}
	for range 2 + d.IntN(3) {
		s.steal(d, index, gen.NightTestBurst, at, 5399, s.loot(d, index, 60_000, 3, 10), card.Ecommerce, d.IntN(len(s.cities)))
		at += minute + d.Int64N(6*minute)
	}
}

func (s *Stream) nightATM(d *rand.Rand, index int, at int64) {
	l := &s.cards[index]
	city := s.base(l, at)
	if d.IntN(10) < 3 {
		city = s.cityWithin(d, city, 100, 3000)
	}
	entry := clonedEntry(d)
	for range 3 + d.IntN(4) {
		s.steal(d, index, gen.NightATM, at, 6011, int64(5+d.IntN(26))*10_000, entry, city)
		at += 90_000 + d.Int64N(8*minute)
	}
}

// slowClone buys for some days in another city what the holder would buy.
func (s *Stream) slowClone(d *rand.Rand, index int, day int64) {
	l := &s.cards[index]
	city := s.cityWithin(d, s.base(l, s.midnight(day)), 300, 3000)
	for range 3 + d.IntN(5) {
		for range d.IntN(3) + 1 {
			at := s.midnight(day) + 8*hour + d.Int64N(14*hour)
			minor := int64(float64(l.mean) * (0.2 + 1.3*d.Float64()))
			s.steal(d, index, gen.SlowClone, at, [...]card.MCC{5411, 5812, 5541, 5651, 5311}[d.IntN(5)], minor, clonedEntry(d), city)
		}
		day++
	}
}

func (s *Stream) takeover(d *rand.Rand, index int, at int64) {
	for range 3 + d.IntN(3) {
		s.steal(d, index, gen.TakeoverOnline, at, [...]card.MCC{5399, 5815, 5732, 5964}[d.IntN(4)], s.loot(d, index, 40_000, 2, 8), card.Ecommerce, d.IntN(len(s.cities)))
		at += 6*minute + d.Int64N(75*minute)
	}
}
