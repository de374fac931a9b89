package conduct

import (
	"slices"

	"github.com/cardwatch/cardwatch/detectors/card"
)

// Suppress stops contact while a flag is set, but for what it still permits.
type Suppress struct {
	Flag Flag
	But  []Permit
}

// Permit is contact with some parties for some purposes; none meaning all.
type Permit struct {
	Parties  []Party
	Purposes []Purpose
}

// Kind is SuppressKind.
func (s Suppress) Kind() Kind { return SuppressKind }

func (s Suppress) opens(q *inquiry, at card.Moment) (card.Moment, bool) {
	permitted := slices.ContainsFunc(s.But, func(p Permit) bool {
		return among(p.Parties, q.Party) && among(p.Purposes, q.Purpose)
	})
	return unless(q.flags.Has(s.Flag) && !permitted, at)
}

// Form asks of every contact that it can be counted, of its claim that it is used once, and of the log that it has room. It is in every
// pack: what is not known to be allowed is denied.
type Form struct{ Asks FormAsk }

// FormAsk is what a Form asks for.
type FormAsk string

// What forms ask for.
const (
	// Complete: channel, party, purpose, moment, number and debt are known.
	Complete FormAsk = "complete"
	// Once: the request's own reservation is neither settled nor lapsed.
	Once FormAsk = "once"
	// Room: the log can take the contact.
	Room FormAsk = "room"
)

// Kind is FormKind.
func (f Form) Kind() Kind { return FormKind }

func (f Form) opens(q *inquiry, at card.Moment) (card.Moment, bool) {
	switch f.Asks {
	case Complete:
		return unless(!q.complete(), at)
	case Once:
		own := q.log.find(KeyOf(q.ID))
		return unless(own != nil && (own.Result != Reserved || !q.At.Before(own.At.Add(Hold))), at)
	default:
		own := q.log.find(KeyOf(q.ID))
		return unless(own == nil && q.log.full(q.At), at)
	}
}

func (r *Request) complete() bool {
	return slices.Contains(channels, r.Channel) && slices.Contains(parties, r.Party) && slices.Contains(purposes, r.Purpose) &&
		!r.At.IsZero() && r.Number != 0 && r.Debt != 0
}
