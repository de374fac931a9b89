package detectors

import (
	"slices"
	"strings"

	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/detectors/ledger"
	"github.com/cardwatch/cardwatch/detectors/window"
)

// State is everything the monitor remembers of one customer: the value that the store keeps under customer_id. The zero
// State is a customer never seen. It is bounded whatever the customer does.
type State struct {
	Profile Profile
	// Cards holds at most MaxCards; when there are more, the one used longest ago is forgotten.
	Cards []CardState
	// Forgotten counts the cards that had to make room.
	Forgotten uint32
	// Accounts holds at most ledger.MaxAccounts; none of them after decoding until OpenAccounts.
	Accounts []ledger.Account
	// sealed are the accounts that no event has asked for since the state was decoded: all of them, or none.
	sealed []ledger.Sealed
	// Incidents are the alerts that are still open, at most maxIncidents; Shadows those of drafts, at most maxShadows.
	Incidents, Shadows []Incident
	// seen holds the ids of the last Day's events other than transactions.
	seen seenEvents
	// work is room for the judgement in hand, so that a quiet transaction allocates nothing; it is no part of the state.
	work struct {
		use      window.Use
		sighting Sighting
		finding  Finding
		// other is the finding of a detector that comes after the first one with something to say.
		other Finding
	}
}

// MaxCards bounds the cards of one customer.
const MaxCards = 16

// maxSegment bounds a segment's name in bytes; rules name none that is longer, so a longer one is none.
const maxSegment = 64

// Profile is what cards.customer last said; the zero Profile is "nothing yet".
type Profile struct {
	UpdatedAt card.Moment
	// Home is nowhere when the bank did not tell.
	Home               window.Spot
	MonthlyIncomeMinor int64
	// SalaryMinor is the last salary that the bank saw come in, and SalaryAt when; both are zero when it told none.
	SalaryMinor int64
	SalaryAt    card.Moment
	Currency    card.Currency
	// Segment is the bank's class of customers that this one is in, by which thresholds may differ; empty when it has none.
	Segment string
}

// CardState is one card's history and what is known about it beyond its transactions.
type CardState struct {
	// ID is the card token; bytes, so that decoding into a used State allocates nothing.
	ID     []byte
	Window window.Window
	// Exemptions are what the customer or staff declared genuine, at most maxExemptions.
	Exemptions []Exemption
	// TightUntil ends the stricter watch after a fraud, in Unix milliseconds; 0 when there was none.
	TightUntil int64
	// SettledAt is the newest use, in Unix milliseconds, of the alert that was answered as genuine last; 0 when none was.
	SettledAt int64
	// Witness is the newest use that a detector asked to remember.
	Witness Witness
}

// Reset makes the state a customer never seen and keeps its memory.
func (s *State) Reset() {
	s.Profile, s.Forgotten = Profile{}, 0
	s.Cards, s.Accounts, s.sealed = s.Cards[:0], s.Accounts[:0], s.sealed[:0]
	s.Incidents, s.Shadows, s.seen = s.Incidents[:0], s.Shadows[:0], s.seen[:0]
}

// findCard gives the card's state, nil when there is none.
func (s *State) findCard(id string) *CardState {
	for i := range s.Cards {
		if string(s.Cards[i].ID) == id {
			return &s.Cards[i]
		}
	}
	return nil
}

// openCard gives the card's state and adds it when it is new. The pointer is valid until the next call.
func (s *State) openCard(id string) *CardState {
	if c := s.findCard(id); c != nil {
		return c
	}
	if len(s.Cards) == MaxCards {
		oldest := 0
		for i := range s.Cards {
			if s.Cards[i].Window.Newest() < s.Cards[oldest].Window.Newest() {
				oldest = i
			}
		}
		s.Cards = slices.Delete(s.Cards, oldest, oldest+1)
		s.Forgotten++
	}
	c := s.addCard()
	c.ID = append(c.ID, id...)
	return c
}

// addCard appends an empty card, in the memory of an earlier one where there is some.
func (s *State) addCard() *CardState {
	if len(s.Cards) == cap(s.Cards) {
		s.Cards = append(s.Cards, CardState{})
	} else {
		s.Cards = s.Cards[:len(s.Cards)+1]
	}
	c := &s.Cards[len(s.Cards)-1]
	c.Window.Reset()
	c.ID, c.Exemptions, c.TightUntil, c.SettledAt = c.ID[:0], c.Exemptions[:0], 0, 0
	c.Witness.forget()
	return c
}

// update takes over what the bank says about the customer, unless something newer is known.
func (p *Profile) update(c *card.Customer) {
	if c.At.Before(p.UpdatedAt) {
		return
	}
	segment := strings.Clone(c.Segment)
	if len(segment) > maxSegment {
		segment = ""
	}
	*p = Profile{UpdatedAt: c.At, Home: window.SpotOf(c.Home), MonthlyIncomeMinor: c.MonthlyIncomeMinor, Currency: c.Currency,
		Segment: segment}
	if c.SalaryMinor > 0 {
		p.SalaryMinor, p.SalaryAt = c.SalaryMinor, c.SalaryAt
	}
}
