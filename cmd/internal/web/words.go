package web

import (
	"strings"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/alerts/glossary"
	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// term is the word for a code: the glossary's, else one of our own texts, else the code itself, which newer data may hold.
func (s *Server) term(lang card.Language, kind glossary.Kind, code string) string {
	if term, known := glossary.Lookup(kind, code); known {
		return term.In(lang)
	}
	return orElse(s.texts[lang][string(kind)+"."+code], code)
}

// firstKind is the first kind that has a word for the code, the last one when none has.
func firstKind(code string, kinds ...glossary.Kind) glossary.Kind {
	for _, kind := range kinds {
		if _, known := glossary.Lookup(kind, code); known {
			return kind
		}
	}
	return kinds[len(kinds)-1]
}

// sentence is a reason in words: what was measured, the limit, and the customer's own normal.
type sentence struct {
	Text, Limit, Baseline string
}

func (s *Server) sentence(lang card.Language, r alertReason) (sentence, error) {
	texts := s.texts[lang]
	out := sentence{Baseline: r.Baseline.In(lang)}
	if r.Limit != 0 {
		out.Limit = glossary.Measured(r.Limit, r.Unit, r.Currency).In(lang)
	}
	key := "reason." + string(r.Code)
	if _, own := texts[key]; !own {
		key = "reason.any"
		if _, known := glossary.Lookup(glossary.Reason, string(r.Code)); !known && r.Reason.Text != (detectors.Text{}) {
			out.Text = r.Reason.Text.In(lang) // a rule's own sentence, which holds the values already
			return out, nil
		}
	}
	var err error
	out.Text, err = texts.text(key, "name", s.term(lang, glossary.Reason, string(r.Code)),
		"value", glossary.Measured(r.Value, r.Unit, r.Currency).In(lang))
	return out, err
}

// accountNote is what a line of an account's history says beside its act.
func (s *Server) accountNote(lang card.Language, a alerts.Act) string {
	switch a.Code {
	case alerts.ActEntered, alerts.ActTierMoved:
		return s.term(lang, glossary.Tier, a.Note)
	case alerts.ActLineMoved:
		return s.term(lang, glossary.Line, a.Note)
	case alerts.ActContactReserved:
		channel, _, _ := strings.Cut(a.Note, " ")
		return s.term(lang, glossary.ContactChannel, channel)
	case alerts.ActContactMade:
		return s.term(lang, glossary.ContactResult, a.Note)
	case alerts.ActPlanMoved:
		state, reason, more := strings.Cut(a.Note, ": ")
		if more {
			return s.term(lang, glossary.PlanState, state) + ": " + reason
		}
		return s.term(lang, glossary.PlanState, state)
	case alerts.ActInstalmentMoved:
		return s.term(lang, glossary.InstalmentState, a.Note)
	case alerts.ActFlagged, alerts.ActUnflagged:
		flag, note, _ := strings.Cut(a.Note, ": ")
		return s.term(lang, glossary.Flag, flag) + ": " + note
	case alerts.ActRestricted, alerts.ActRestrictionLifted:
		kind, note, _ := strings.Cut(a.Note, ": ")
		if note == "" {
			return s.term(lang, glossary.Restriction, kind) // a customer's own word needs no reason
		}
		return s.term(lang, glossary.Restriction, kind) + ": " + note
	default:
		return a.Note
	}
}

// actNote is what a line of a history says beside its act: a word of the domain, or what somebody typed.
func (s *Server) actNote(lang card.Language, c *alerts.Case, a alerts.Act) string {
	switch a.Code {
	case alerts.ActOpened, alerts.ActJoined, alerts.ActGrown, alerts.ActSettled:
		var title detectors.Text
		for i := range c.Alerts {
			if string(c.Alerts[i].Detector) == a.Note {
				title = c.Alerts[i].Title
			}
		}
		return s.detectorName(lang, detectors.Name(a.Note), title)
	case alerts.ActAsked, alerts.ActSaidYes, alerts.ActSaidNo:
		return s.term(lang, glossary.Channel, a.Note)
	case alerts.ActBlocked, alerts.ActUnblocked:
		return s.term(lang, glossary.BlockReason, a.Note)
	default:
		return a.Note
	}
}
