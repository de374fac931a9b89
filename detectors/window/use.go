package window

import (
	"time"

	"github.com/cardwatch/cardwatch/detectors/card"
)

// Use is one transaction as the window keeps it, without a pointer.
type Use struct {
	// ID is the event_id's hash.
	ID uint64
	// original is the hash of the event_id that a reversal takes back, 0 for other types.
	original uint64
	// content is a fingerprint of the whole record; 0 once the use is older than a Day.
	content uint32
	// At is the event time, or the arrival for a clock that runs ahead.
	At card.Moment
	// Minor is the billing amount.
	Minor int64
	// Spot is where the card was; nowhere unless Present.
	Spot   Spot
	Type   card.Type
	Status card.Status
	Entry  card.EntryMode
	MCC    card.MCC
	// Merchant is a short hash, to tell the merchants of a card apart; 0 when the record names none.
	Merchant uint32
	// Late marks a record older than the allowed lateness when it came, Reversed one that was taken back.
	Late, Reversed bool
}

// Clock is how far event times are trusted.
type Clock struct {
	// Arrived is when the record reached us.
	Arrived card.Moment
	// Lateness is how old a record may be and still be news, Ahead how far its clock may run ahead of ours.
	Lateness, Ahead time.Duration
}

// UseOf reads a transaction by the clock. A time further ahead than allowed is replaced by the arrival, in the record's
// own offset; skewed reports that.
func UseOf(t *card.Transaction, c Clock) (u Use, skewed bool) {
	u = Use{ID: Hash(t.ID), At: t.At, Minor: t.Amount.Minor, Type: t.Type, Status: t.Status, Entry: t.Entry, MCC: t.MCC}
	var merchant, original uint64
	if t.Merchant != "" {
		merchant = Hash(t.Merchant)
	}
	if t.Original != "" {
		original = Hash(t.Original)
	}
	if t.Type == card.Reversal {
		u.original = original
	}
	u.Merchant, u.content = MerchantHash(t.Merchant), fingerprint(t, merchant, original)
	if ahead := t.At.Sub(c.Arrived); ahead > c.Ahead {
		u.At.UnixMilli, skewed = c.Arrived.UnixMilli, true
	} else {
		u.Late = -ahead > c.Lateness
	}
	if u.Present() {
		u.Spot = SpotOf(t.Place)
	}
	return u, skewed
}

// IsUse reports whether somebody tried to use the card: a purchase or cash, approved or declined.
func (u *Use) IsUse() bool { return u.Type == card.Purchase || u.Type == card.Cash }

// Present reports whether the card was at the terminal. Cash comes out of a machine that holds the card, so an entry mode
// that was not told does not matter there.
func (u *Use) Present() bool { return u.IsUse() && present(u.Type, u.Entry) }

func present(t card.Type, e card.EntryMode) bool { return e.CardPresent() || e == 0 && t == card.Cash }

// LocalHour is the hour of day where the use happened.
func (u *Use) LocalHour() int { return u.At.LocalHour() }

func (u *Use) before(o *Use) bool {
	if u.At.UnixMilli != o.At.UnixMilli {
		return u.At.UnixMilli < o.At.UnixMilli
	}
	return u.ID < o.ID
}

const (
	fnvOffset = 14695981039346656037
	fnvPrime  = 1099511628211
)

// Hash is FNV-1a of 64 bits: it tells the ids of one card apart and is the same in every build.
func Hash(s string) uint64 { return mixString(fnvOffset, s) }

// MerchantHash is a merchant as uses keep it, 0 for none.
func MerchantHash(id string) uint32 {
	if id == "" {
		return 0
	}
	return max(uint32(Hash(id)), 1)
}

func mixString(h uint64, s string) uint64 {
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * fnvPrime
	}
	return h
}

// fingerprint covers what would make two records with one event_id on one card different records; it is never 0.
func fingerprint(t *card.Transaction, merchant, original uint64) uint32 {
	h := mixString(fnvOffset, t.Place.City)
	kinds := uint64(t.Type) | uint64(t.Status)<<8 | uint64(t.Entry)<<16 | uint64(t.MCC)<<24
	for _, word := range [...]uint64{uint64(t.At.UnixMilli), uint64(t.Amount.Minor), kinds, merchant, original} {
		h = (h ^ word) * fnvPrime
		h ^= h >> 32
	}
	return uint32(h) | 1
}

func (u *Use) approvedMinor() int64 {
	if u.Status == card.Approved && u.IsUse() {
		return u.Minor
	}
	return 0
}
