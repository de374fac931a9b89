package wire

import (
	"fmt"
	"slices"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// ExperimentTopic holds the stops of experiments, keyed by the experiment's name. Like RuleTopic it is not among Topics: its one partition is
// their order, it belongs to no customer, and it keeps everything: an experiment that was stopped never runs again.
const ExperimentTopic = "cardwatch.experiment.v1"

// MaxExperimentBytes is the longest value of ExperimentTopic that is read.
const MaxExperimentBytes = 16 << 10

// experimentRecord is an event of ExperimentTopic as JSON.
type experimentRecord struct {
	Version    *int                `json:"schema_version,omitempty"`
	ID         string              `json:"event_id"`
	Experiment string              `json:"experiment"`
	Verb       string              `json:"verb"`
	At         string              `json:"at"`
	Actor      string              `json:"actor"`
	Note       string              `json:"note,omitempty"`
	Reasons    []alerts.StopReason `json:"reasons,omitempty"`
	Champion   *alerts.ArmConduct  `json:"champion,omitempty"`
	Challenger *alerts.ArmConduct  `json:"challenger,omitempty"`
}

// stopVerb is the only thing that is done about an experiment.
const stopVerb = "stop"

// AppendExperimentStop appends the record of cardwatch.experiment.v1.
func AppendExperimentStop(dst []byte, s *alerts.ExperimentStop) ([]byte, error) {
	r := experimentRecord{
		ID: s.ID, Experiment: s.Experiment, Verb: stopVerb, At: s.At.String(), Actor: s.Actor, Note: s.Note, Reasons: s.Reasons,
	}
	if len(s.Reasons) > 0 {
		r.Champion, r.Challenger = &s.Champion, &s.Challenger
	}
	value, err := appendObject(dst, r)
	if err != nil {
		return dst, fmt.Errorf("wire: write the stop of an experiment: %w", err)
	}
	return value, nil
}

// DecodeExperimentStop reads a record of cardwatch.experiment.v1. Errors are *RejectError. Whether it has an effect is the book's to judge.
func DecodeExperimentStop(key, value []byte) (alerts.ExperimentStop, error) {
	reject := func(r Reason, field string) (alerts.ExperimentStop, error) {
		return alerts.ExperimentStop{}, &RejectError{Reason: r, Field: field}
	}
	var r experimentRecord
	if err := readObject(value, MaxExperimentBytes, &r); err != nil {
		return alerts.ExperimentStop{}, err
	}
	if holdClearPAN(r.ID, r.Experiment, r.Actor, r.Note) {
		return reject(ClearPAN, "")
	}
	at, err := card.ParseMoment(r.At)
	switch {
	case err != nil:
		return reject(BadTime, "at")
	case string(key) != r.Experiment:
		return reject(KeyMismatch, "experiment")
	case r.ID == "" || len(r.ID) > maxIDBytes:
		return reject(BadValue, "event_id")
	case r.Experiment == "" || len(r.Experiment) > maxIDBytes:
		return reject(BadValue, "experiment")
	case r.Verb != stopVerb:
		return reject(BadValue, "verb")
	case slices.ContainsFunc(r.Reasons, func(m alerts.StopReason) bool { return !slices.Contains(alerts.StopReasons(), m) }):
		return reject(BadValue, "reasons")
	case r.Version != nil && *r.Version != 1:
		return reject(UnsupportedVersion, fSchemaVersion.String())
	}
	s := alerts.ExperimentStop{ID: r.ID, Experiment: r.Experiment, At: at, Actor: r.Actor, Note: r.Note, Reasons: r.Reasons}
	for _, arm := range []struct{ from, to *alerts.ArmConduct }{{r.Champion, &s.Champion}, {r.Challenger, &s.Challenger}} {
		if arm.from == nil {
			continue
		}
		if c := *arm.from; min(c.Customers, c.Complaints, c.OptOuts, c.Distress, c.Attempts, c.Refused) < 0 {
			return reject(BadValue, "conduct")
		}
		*arm.to = *arm.from
	}
	return s, nil
}
