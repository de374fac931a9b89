package wire

import (
	"fmt"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// SilenceTopic holds people's acts on silences, keyed by the silence's id. Like RuleTopic it is not among Topics: its one partition is the order
// of the acts, and it belongs to no customer.
const SilenceTopic = "cardwatch.silence.v1"

// MaxSilenceBytes is the longest value of SilenceTopic that is read.
const MaxSilenceBytes = 16 << 10

// silenceRecord is an event of SilenceTopic as JSON.
type silenceRecord struct {
	Version       *int               `json:"schema_version,omitempty"`
	ID            string             `json:"event_id"`
	Silence       string             `json:"silence_id"`
	Verb          alerts.SilenceVerb `json:"verb"`
	At            string             `json:"at"`
	Actor         string             `json:"actor"`
	Note          string             `json:"note,omitempty"`
	Owner         string             `json:"owner,omitempty"`
	Reason        string             `json:"reason,omitempty"`
	Matchers      []silenceMatcher   `json:"matchers,omitempty"`
	From          string             `json:"from,omitempty"`
	Until         string             `json:"until,omitempty"`
	UntilResolved bool               `json:"until_resolved,omitempty"`
}

type silenceMatcher struct {
	Field alerts.MatchField `json:"field"`
	Op    alerts.MatchOp    `json:"op"`
	Value string            `json:"value"`
}

// AppendSilence appends the record of cardwatch.silence.v1.
func AppendSilence(dst []byte, a *alerts.SilenceAct) ([]byte, error) {
	r := silenceRecord{
		ID: a.ID, Silence: a.Silence.ID, Verb: a.Verb, At: a.At.String(), Actor: a.Actor, Note: a.Note, Owner: a.Silence.Owner,
		Reason: a.Silence.Reason, UntilResolved: a.Silence.UntilResolved,
	}
	for _, m := range a.Silence.Matchers {
		r.Matchers = append(r.Matchers, silenceMatcher(m))
	}
	for text, moment := range map[*string]card.Moment{&r.From: a.Silence.From, &r.Until: a.Silence.Until} {
		if !moment.IsZero() {
			*text = moment.String()
		}
	}
	value, err := appendObject(dst, r)
	if err != nil {
		return dst, fmt.Errorf("wire: write a silence: %w", err)
	}
	return value, nil
}

// DecodeSilence reads a record of cardwatch.silence.v1. Errors are *RejectError. Whether the silence can be meant is the book's to judge.
func DecodeSilence(key, value []byte) (alerts.SilenceAct, error) {
	var none alerts.SilenceAct
	reject := func(r Reason, field string) (alerts.SilenceAct, error) {
		return none, &RejectError{Reason: r, Field: field}
	}
	var r silenceRecord
	if err := readObject(value, MaxSilenceBytes, &r); err != nil {
		return none, err
	}
	a := alerts.SilenceAct{ID: r.ID, Verb: r.Verb, Actor: r.Actor, Note: r.Note, Silence: alerts.Silence{
		ID: r.Silence, Owner: r.Owner, Reason: r.Reason, UntilResolved: r.UntilResolved,
	}}
	texts := []string{r.ID, r.Silence, r.Actor, r.Note, r.Owner, r.Reason}
	for _, m := range r.Matchers {
		a.Silence.Matchers = append(a.Silence.Matchers, alerts.Matcher(m))
		texts = append(texts, m.Value)
	}
	if holdClearPAN(texts...) {
		return reject(ClearPAN, "")
	}
	for _, m := range []struct {
		field, text string
		must        bool
		moment      *card.Moment
	}{{"at", r.At, true, &a.At}, {"from", r.From, false, &a.Silence.From}, {"until", r.Until, false, &a.Silence.Until}} {
		if m.text == "" && !m.must {
			continue
		}
		var err error
		if *m.moment, err = card.ParseMoment(m.text); err != nil {
			return reject(BadTime, m.field)
		}
	}
	switch {
	case string(key) != r.Silence:
		return reject(KeyMismatch, "silence_id")
	case r.ID == "" || len(r.ID) > maxIDBytes:
		return reject(BadValue, "event_id")
	case r.Silence == "" || len(r.Silence) > maxIDBytes:
		return reject(BadValue, "silence_id")
	case r.Version != nil && *r.Version != 1:
		return reject(UnsupportedVersion, fSchemaVersion.String())
	}
	return a, nil
}
