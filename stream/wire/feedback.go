package wire

import (
	"strings"

	"github.com/cardwatch/cardwatch/detectors/card"
)

var feedbackFormat = format{
	fields: setOf(fSchemaVersion, fEventID, fCustomerID, fCardID, fAlertID, fAt, fVerdict, fSource, fExemptUntil, fExemptScope),
	decode: (*Decoder).feedback,
}

func (d *Decoder) feedback() card.Body {
	f := &d.body.feedback
	scope, _ := mayParse(d, fExemptScope, parseScope)
	*f = card.Feedback{
		Head:        d.head(fAt),
		Card:        d.id(fCardID),
		AlertID:     d.mustID(fAlertID),
		Verdict:     mustParse(d, fVerdict, card.ParseVerdict),
		Source:      mustParse(d, fSource, card.ParseFeedbackSource),
		ExemptUntil: d.moment(fExemptUntil),
		ExemptScope: scope,
	}
	switch {
	case f.ExemptUntil.IsZero() && f.ExemptScope == "":
	case f.Verdict != card.Genuine:
		d.refuse(BadValue, fExemptScope)
	default:
		// An exemption without an end or without bounds is none.
		d.require(fExemptUntil)
		d.require(fExemptScope)
	}
	return f
}

// parseScope reads what an exemption covers: "card", "city:CODE" or "merchant:ID".
func parseScope(s string) (string, bool) {
	if s == "card" {
		return s, true
	}
	kind, what, _ := strings.Cut(s, ":")
	return s, (kind == "city" || kind == "merchant") && what != "" && len(what) <= maxIDBytes && visible(what)
}

// AppendFeedback appends the record of cardwatch.feedback.v1.
func AppendFeedback(dst []byte, f *card.Feedback) []byte {
	w := begin(dst)
	w.head(&f.Head, fAt)
	w.text(fCardID, f.Card)
	w.text(fAlertID, f.AlertID)
	w.text(fVerdict, f.Verdict.String())
	w.text(fSource, f.Source.String())
	w.moment(fExemptUntil, f.ExemptUntil)
	w.text(fExemptScope, f.ExemptScope)
	return w.end()
}
