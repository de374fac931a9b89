package detectors

import (
	"slices"
	"strings"
	"time"

	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/detectors/window"
)

// Exemption is a scope in which a card raises no alert for a while, because its holder or staff said that it is genuine.
type Exemption struct {
	kind scopeKind
	// key is the city's area or the merchant's hash, 0 for the whole card.
	key uint64
	// Until is the end in Unix milliseconds.
	Until int64
}

type scopeKind byte

const (
	scopeCard scopeKind = iota + 1
	scopeCity
	scopeMerchant
)

const (
	maxExemptions = 8
	// tightFor is how long a card stays under stricter watch after a fraud: a bank replaces it within days, and a history
	// window has then turned over once.
	tightFor = window.NominalDays * 24 * time.Hour
)

// learn takes over a verdict about one of the customer's cards. A card that is not known has nothing to learn.
func (s *State) learn(f *card.Feedback) {
	c := s.findCard(f.Card)
	if c == nil {
		return
	}
	switch f.Verdict {
	case card.Fraud:
		c.TightUntil = max(c.TightUntil, f.At.Add(tightFor).UnixMilli)
	case card.Genuine:
		if e, ok := parseScope(f.ExemptScope); ok && f.At.Before(f.ExemptUntil) {
			e.Until = f.ExemptUntil.UnixMilli
			c.exempt(e)
		}
	}
}

// exempt adds an exemption or prolongs the one of the same scope; when there are too many, the first to end goes.
func (c *CardState) exempt(e Exemption) {
	for i := range c.Exemptions {
		if have := &c.Exemptions[i]; have.kind == e.kind && have.key == e.key {
			have.Until = max(have.Until, e.Until)
			return
		}
	}
	if len(c.Exemptions) == maxExemptions {
		first := slices.MinFunc(c.Exemptions, func(a, b Exemption) int { return int(min(max(a.Until-b.Until, -1), 1)) })
		c.Exemptions = slices.DeleteFunc(c.Exemptions, func(have Exemption) bool { return have == first })
	}
	c.Exemptions = append(c.Exemptions, e)
}

// exempted reports whether an exemption covers the transaction, and drops those that have ended.
func (c *CardState) exempted(t *card.Transaction, u *window.Use) bool {
	if len(c.Exemptions) == 0 {
		return false
	}
	c.Exemptions = slices.DeleteFunc(c.Exemptions, func(e Exemption) bool { return e.Until <= u.At.UnixMilli })
	return slices.ContainsFunc(c.Exemptions, func(e Exemption) bool { return e.covers(t, u) })
}

// covers: a city covers card-present uses only, since for other trade the place says nothing about the holder.
func (e Exemption) covers(t *card.Transaction, u *window.Use) bool {
	switch e.kind {
	case scopeCard:
		return true
	case scopeCity:
		return u.Present() && window.Area(e.key) == window.AreaOfCity(t.Place.City)
	case scopeMerchant:
		return t.Merchant != "" && e.key == window.Hash(t.Merchant)
	}
	return false
}

// parseScope reads exempt_scope: "card", "city:CODE" or "merchant:ID".
func parseScope(s string) (Exemption, bool) {
	if s == "card" {
		return Exemption{kind: scopeCard}, true
	}
	kind, key, found := strings.Cut(s, ":")
	switch {
	case !found || key == "":
		return Exemption{}, false
	case kind == "city":
		area := window.AreaOfCity(key)
		return Exemption{kind: scopeCity, key: uint64(area)}, area != 0
	case kind == "merchant":
		return Exemption{kind: scopeMerchant, key: window.Hash(key)}, true
	}
	return Exemption{}, false
}
