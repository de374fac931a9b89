package transplant

import (
	"math"
	"math/rand/v2"

	"github.com/cardwatch/cardwatch/bench/gen"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// pay adds a purchase of the holder, or cash under its MCC.
func (s *Stream) pay(d *rand.Rand, index int, at int64, mcc card.MCC, minor int64, entry card.EntryMode, city int) *act {
	typ := card.Purchase
	if mcc == 6011 {
		typ = card.Cash
	}
	s.acts = append(s.acts, act{
		at: max(at, s.config.Start.UnixMilli), minor: max(minor, 100), card: uint16(index), merchant: uint16(d.IntN(700)), mcc: mcc,
		typ: typ, entry: entry, city: int16(city),
	})
	return &s.acts[len(s.acts)-1]
}

func (s *Stream) spread(d *rand.Rand, median, sigma float64) int64 {
	return int64(median * math.Exp(sigma*d.NormFloat64()))
}

// extras are what Sparkov's people do not do: large purchases at home, nights out, presents at the Spring Festival.
func (s *Stream) extras(d *rand.Rand, index int) {
	l := &s.cards[index]
	large := 1.0 / 300
	if l.group == gen.BigTicket {
		large = 1.0 / 25
	}
	for day := range int64(s.config.Days) {
		noon := s.midnight(day) + 10*hour + d.Int64N(11*hour)
		if home := s.base(l, noon); d.Float64() < large && s.where(l, noon) == home {
			s.pay(d, index, noon, [...]card.MCC{5712, 5732, 5944}[d.IntN(3)], s.spread(d, 900_000, 0.7), card.Chip, home)
		}
		if weekday := (s.midnight(day)/fullDay + 5) % 7; l.group == gen.NightMarketGoer && weekday < 3 && d.IntN(4) == 0 {
			s.nightOut(d, index, s.midnight(day))
		}
	}
	if l.group == gen.SpringFestivalHome && len(l.legs) > 0 {
		for range d.IntN(3) {
			at := l.legs[0].arrive + hour + d.Int64N(3*fullDay)
			s.pay(d, index, at, 5311, int64(float64(l.mean)+1)*2+s.spread(d, 90_000, 0.7), card.Chip, s.where(l, at))
		}
	}
}

func (s *Stream) nightOut(d *rand.Rand, index int, midnight int64) {
	l := &s.cards[index]
	at := midnight + d.Int64N(2*hour)
	city := s.where(l, at)
	for range 3 + d.IntN(5) {
		if city >= 0 {
			s.pay(d, index, at, 5814, s.spread(d, 3_000, 0.6), [...]card.EntryMode{card.Contactless, card.Chip, card.QR}[d.IntN(3)], city)
		}
		at += 3*minute + d.Int64N(22*minute)
	}
}
