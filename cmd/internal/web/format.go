package web

import (
	"time"

	"github.com/cardwatch/cardwatch/alerts/glossary"
	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/detectors/geo"
)

// money writes an amount for people, as everywhere.
func money(minor int64, c card.Currency) string { return glossary.Money(minor, c) }

// lastFour is all of a card or account that anybody is shown.
func lastFour(token string) string {
	runes := []rune(token)
	return string(runes[max(len(runes)-4, 0):])
}

// cityName is a city in a language, its code when the table does not have it, empty when unknown.
func cityName(code string, lang card.Language) string {
	if city, known := geo.Lookup(code); known {
		return city.Name(lang.String())
	}
	return code
}

// day is a moment's date and minute of the day, local to where it happened: "2026-03-01 02:13". The offset is written out
// where it is not the bank's own.
func (s *Server) day(m card.Moment) string {
	if m.IsZero() {
		return ""
	}
	t, layout := m.Time(), "2006-01-02 15:04"
	_, here := s.cfg.Now().Zone()
	if _, there := t.Zone(); there != here {
		layout += " -07:00"
	}
	return t.Format(layout)
}

// ago tells how long ago a moment was, or how far ahead it is, in the largest unit that fits.
func (s *Server) ago(texts catalogue, m card.Moment) (string, error) {
	if m.IsZero() {
		return "", nil
	}
	passed := s.cfg.Now().Sub(m.Time())
	key := "time.ago."
	if passed < 0 {
		key, passed = "time.in.", -passed
	}
	switch {
	case passed < time.Minute:
		return texts.text("time.now")
	case passed < time.Hour:
		return texts.text(key+"minutes", "n", int(passed.Minutes()))
	case passed < 48*time.Hour:
		return texts.text(key+"hours", "n", int(passed.Hours()))
	default:
		return texts.text(key+"days", "n", int(passed.Hours()/24))
	}
}
