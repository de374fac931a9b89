package explain

import (
	"fmt"
	"strings"

	"github.com/cardwatch/cardwatch/alerts/glossary"
	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// AppendText appends the explanation for a terminal, in one language.
func (e *Explanation) AppendText(dst []byte, lang card.Language) []byte {
	var b strings.Builder
	label := func(key string) string { return labels[key].In(lang) }
	line := func(key, format string, args ...any) {
		fmt.Fprintf(&b, "%s: %s\n", label(key), fmt.Sprintf(format, args...))
	}

	fmt.Fprintf(&b, "%s\n\n", e.Title.In(lang))
	line("alert", "%s", e.AlertID)
	if e.Mode == detectors.Shadow {
		fmt.Fprintln(&b, label("shadow"))
	}
	line("severity", "%s · %s %d / 100", e.Severity.Word.In(lang), label("score"), e.Score)
	line("action", "%s", e.Action.Word.In(lang))
	line("state", "%s", word(glossary.AlertState, string(e.State)).In(lang))
	if e.Card != "" {
		line("card", "••%s", e.Card)
	} else {
		line("account", "••%s", e.Account)
	}
	line("occurred", "%s", e.OccurredAt)
	line("detected", "%s", e.DetectedAt)
	if use := e.Use.line(lang); use != "" {
		line("use", "%s", use)
	}
	fmt.Fprintf(&b, "\n%s\n", label("facts"))
	for i := range e.Facts {
		f := &e.Facts[i]
		fmt.Fprintf(&b, "  %s", f.Name.In(lang))
		if !f.Own {
			fmt.Fprintf(&b, ": %s", f.Measured.In(lang))
		}
		if f.Limit != 0 {
			fmt.Fprintf(&b, " (%s %s)", label("limit"), f.Bound.In(lang))
		}
		fmt.Fprintln(&b)
		if base := f.Baseline.In(lang); base != "" {
			fmt.Fprintf(&b, "    %s\n", base)
		}
	}
	fmt.Fprintf(&b, "\n%s: %s %s %d · %s %s\n", label("decided"), e.Detector, label("version"), e.DetectorVersion, label("rule_set"), e.RuleSet)
	e.Rule.text(&b, lang)
	line("events", "%s", strings.Join(e.EventIDs, ", "))
	if s := e.Source; s != nil {
		line("source", "%s[%d]@%d", s.Topic, s.Partition, s.Offset)
	}
	fmt.Fprintf(&b, "\n%s\n", label("revisions"))
	for _, r := range e.Revisions {
		fmt.Fprintf(&b, "  %d  %s  %s  %s %d  %s: %d  %s\n", r.Number, r.At, word(glossary.AlertState, string(r.State)).In(lang),
			word(glossary.Severity, string(r.Severity)).In(lang), r.Score, label("events"), r.Events, r.RuleSet)
	}
	return append(dst, b.String()...)
}

// text writes the rule, or that it is not known.
func (r *Rule) text(b *strings.Builder, lang card.Language) {
	label := func(key string) string { return labels[key].In(lang) }
	if r == nil {
		fmt.Fprintf(b, "  %s\n", label("unknown"))
		return
	}
	if r.Owner != "" {
		fmt.Fprintf(b, "  %s: %s\n", label("owner"), r.Owner)
	}
	if t := r.Text; t != nil {
		for _, w := range t.Windows {
			fmt.Fprintf(b, "  %s: %s\n", label("windows"), w)
		}
		fmt.Fprintf(b, "  %s: %s\n  %s: %s\n", label("when"), t.When, label("score"), t.Score)
	}
	for _, s := range r.Settings {
		fmt.Fprintf(b, "  %s = %s\n", s.Key, s.Value)
	}
	if len(r.Segments) > 0 {
		fmt.Fprintf(b, "  %s: %s\n", label("segments"), strings.Join(r.Segments, ", "))
	}
}

// String is a window on one line: "night = count over 6h0m0s by card where …".
func (w windowText) String() string {
	s := fmt.Sprintf("%s = %s", w.Name, w.Aggregate)
	if w.Field != "" {
		s += "(" + w.Field + ")"
	}
	if w.Q != 0 {
		s += fmt.Sprintf(" q=%g", w.Q)
	}
	s += fmt.Sprintf(" over %s by %s", w.Span, strings.Join(w.Key, ", "))
	if w.Where != "" {
		s += " where " + w.Where
	}
	if w.PastOnly {
		s += " (past_only)"
	}
	return s
}

// line is the use on one line; empty for an alert about an account.
func (u *Use) line(lang card.Language) string {
	if u.Amount == "" {
		return ""
	}
	present := labels["absent"]
	if u.CardPresent {
		present = labels["present"]
	}
	parts := []string{u.Amount}
	for _, part := range []string{u.CityName.In(lang), u.Country, u.MerchantName, present.In(lang)} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	return strings.Join(parts, " · ")
}
