package transplant

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/cardwatch/cardwatch/bench/gen"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// Config says what is made of a background.
type Config struct {
	// Seed decides everything that is drawn.
	Seed uint64
	// Cards is at most how many cards live, each with a customer of its own; the background bounds it too.
	Cards int
	// Days is how long, from Start (a midnight in China) on; the first Unscored of them are without attacks.
	Start          card.Moment
	Days, Unscored int
	// AttackShare is the share of cards that are attacked, each once.
	AttackShare float64
}

// Defaults is the stream of notes/data.md §5: 909 cards, 180 days from 2025-10-01, of which the first 30 are not scored.
func Defaults() Config {
	return Config{
		Seed: 1, Cards: 909, Start: card.Moment{UnixMilli: 1_759_248_000_000, OffsetMinutes: china}, Days: 180, Unscored: 30, AttackShare: 0.25,
	}
}

const (
	minute  = int64(60_000)
	hour    = 60 * minute
	fullDay = 24 * hour
	// china is UTC+8.
	china = 480
)

// Stream gives its records in the order in which they arrive.
type Stream struct {
	acts []act
	// tail are refunds and reversals, which take back what acts hold.
	tail    []act
	next    int
	cards   []life
	dice    *rand.Rand
	config  Config
	cities  []city
	profile int
}

// act is a record in small form.
type act struct {
	// at is when it arrives, clock what the terminal says.
	at, clock int64
	minor     int64
	card      uint16
	merchant  uint16
	mcc       card.MCC
	entry     card.EntryMode
	typ       card.Type
	declined  bool
	// city is where the terminal stands, −1 when it does not tell.
	city   int16
	attack gen.Attack
	// number makes the event_id, original is that of the purchase that a refund or reversal takes back.
	number, original uint32
}

// life is one card and its holder.
type life struct {
	group gen.Group
	home  int
	// base is where the holder lives on a day, after a move as well.
	moves   int64
	movedTo int
	legs    []leg
	// mean is the mean ticket in minor units.
	mean   int64
	rows   []int32
	number uint32
}

// New makes a stream of a background.
func New(b *Background, cfg Config) (*Stream, error) {
	if cfg.Cards < 1 || cfg.Days < 1 || cfg.Unscored < 0 || cfg.Unscored >= cfg.Days || cfg.AttackShare < 0 || cfg.AttackShare > 1 {
		return nil, fmt.Errorf("transplant: %d cards, %d days, %d of them unscored, attacks on %v of the cards: out of range",
			cfg.Cards, cfg.Days, cfg.Unscored, cfg.AttackShare)
	}
	s := &Stream{config: cfg, dice: rand.New(rand.NewPCG(cfg.Seed, 0x5eed)), cities: allCities()}
	var donors []int
	for i, rows := range b.byCard {
		if len(rows) >= cfg.Days/2 {
			donors = append(donors, i)
		}
	}
	if len(donors) == 0 {
		return nil, fmt.Errorf("transplant: no card of the background has the %d purchases that %d days need", cfg.Days/2, cfg.Days)
	}
	s.dice.Shuffle(len(donors), func(i, j int) { donors[i], donors[j] = donors[j], donors[i] })
	first := b.Rows[0].At / 86_400
	last := b.Rows[len(b.Rows)-1].At / 86_400
	from := first + s.dice.Int64N(max(last-first-int64(cfg.Days)+2, 1))
	for i, donor := range donors[:min(cfg.Cards, len(donors))] {
		s.live(b, i, donor, from)
	}
	s.acts = append(s.acts, s.tail...)
	slices.SortFunc(s.acts, func(a, b act) int {
		return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.card, b.card), cmp.Compare(a.number, b.number))
	})
	return s, nil
}

// Next gives the next record, profiles first, and false after the last one.
func (s *Stream) Next() (gen.Record, bool) {
	if s.profile < len(s.cards) {
		s.profile++
		return s.profileOf(s.profile - 1), true
	}
	if s.next == len(s.acts) {
		return gen.Record{}, false
	}
	s.next++
	return s.record(&s.acts[s.next-1]), true
}

// profileOf is a customer's record; the bank does not know where one in twenty lives.
func (s *Stream) profileOf(i int) gen.Record {
	at := s.config.Start.Add(-1)
	c := &card.Customer{Head: card.Head{ID: fmt.Sprintf("p%d", i), Customer: token('u', i), At: at}, Currency: cny, Language: card.Chinese}
	if i%20 != 7 {
		home := &s.cities[s.cards[i].home]
		c.Home = card.Place{City: home.Code, Country: "CN", Lat: home.Lat, Lon: home.Lon, HasPoint: true}
	}
	return gen.Record{Arrived: at, Body: c, Label: gen.Label{Group: s.cards[i].group}}
}

func (s *Stream) record(a *act) gen.Record {
	user := token('u', int(a.card))
	t := &card.Transaction{
		Head: card.Head{ID: fmt.Sprintf("%sx%d", user, a.number), Customer: user, At: card.Moment{UnixMilli: a.clock, OffsetMinutes: china}},
		Card: token('k', int(a.card)), Account: token('a', int(a.card)), Type: a.typ, Status: card.Approved, ResponseCode: "00",
		Amount: card.Money{Minor: a.minor, Currency: cny}, MCC: a.mcc, Merchant: fmt.Sprintf("m%dc%d", a.merchant, a.city), Entry: a.entry,
	}
	if a.declined {
		t.Status, t.ResponseCode = card.Declined, "05"
	}
	if a.original != 0 {
		t.Original = fmt.Sprintf("%sx%d", user, a.original)
	}
	if a.city >= 0 {
		c := &s.cities[a.city]
		t.Place = card.Place{City: c.Code, Country: "CN"}
		// Three terminals in ten know their city and not their point.
		if spread := int(a.merchant)*7919 + int(a.city); spread%10 >= 3 {
			t.Place.Lat, t.Place.Lon, t.Place.HasPoint = c.Lat+float64(spread%21-10)/100, c.Lon+float64(spread%17-8)/100, true
		}
	}
	r := gen.Record{Arrived: card.Moment{UnixMilli: a.at, OffsetMinutes: china}, Body: t, Label: gen.Label{Group: s.cards[a.card].group}}
	if a.attack != "" {
		r.Label.Attack, r.Label.Episode = a.attack, user+"e1"
	}
	return r
}

func token(letter byte, i int) string { return fmt.Sprintf("%c%06d", letter, i) }

var cny = card.Currency{'C', 'N', 'Y'}
