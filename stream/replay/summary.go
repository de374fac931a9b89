package replay

import (
	"encoding/json"
	"strings"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/alerts/figures"
	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/stream"
	"github.com/cardwatch/cardwatch/stream/kafka"
	"github.com/cardwatch/cardwatch/stream/wire"
)

// Summary is what a replay or a demo comes to (CONTRACT §4).
type Summary struct {
	// Records counts the input records per topic, dead letters included.
	Records map[string]int64 `json:"records"`
	// DeadLetters counts the refused records per reason.
	DeadLetters map[string]int64 `json:"dead_letters"`
	// Alerts counts the alerts that were opened per detector.
	Alerts map[string]int64 `json:"alerts"`
	// Prompts and Cases count by the state they are in at the end.
	Prompts map[string]int64 `json:"prompts"`
	Cases   map[string]int64 `json:"cases"`
	// Instalments counts the ordinary instalments by the state they are in at the end.
	Instalments map[string]int64 `json:"instalments"`
	// Collections counts the entries into each tier; "left" counts the accounts that went back to current.
	Collections      map[string]int64 `json:"collections"`
	Assessments      int64            `json:"assessments"`
	DurationSeconds  float64          `json:"duration_seconds"`
	RecordsPerSecond float64          `json:"records_per_second"`
	// Through is the time that the replayed clock ended at.
	Through string `json:"through,omitempty"`
	// LatencyMS is from append to acknowledgement; a demo has it, a replay does not wait for anything.
	LatencyMS *Latency `json:"latency_ms,omitempty"`
	// Figures are those about collecting, of the whole bank by month; a replay has them.
	Figures *figures.Report `json:"figures,omitempty"`
	// Scores is what the alerts are worth against labels.
	Scores any `json:"scores,omitempty"`
}

// Latency is a distribution in milliseconds.
type Latency struct {
	P50  float64 `json:"p50"`
	P99  float64 `json:"p99"`
	P999 float64 `json:"p999"`
}

// NewSummary is a summary of nothing, with every map there.
func NewSummary() *Summary {
	m := func() map[string]int64 { return make(map[string]int64) }
	return &Summary{Records: m(), DeadLetters: m(), Alerts: m(), Prompts: m(), Cases: m(), Instalments: m(), Collections: m()}
}

// Output counts one record that a processor put out.
func (s *Summary) Output(m kafka.Message) {
	if reason := deadLetterReason(m); reason != "" {
		s.DeadLetters[reason]++
		return
	}
	switch value := m.Value; m.Topic {
	case wire.AssessmentTopic:
		s.Assessments++
	case wire.AlertTopic:
		var a struct {
			Detector string `json:"detector"`
			Revision int    `json:"revision"`
		}
		if json.Unmarshal(value, &a) == nil && a.Revision == 1 {
			s.Alerts[a.Detector]++
		}
	case wire.CollectionTopic:
		var c struct {
			Tier detectors.Tier `json:"tier"`
		}
		if json.Unmarshal(value, &c) == nil {
			if c.Tier == detectors.NoTier {
				c.Tier = "left"
			}
			s.Collections[string(c.Tier)]++
		}
	}
}

// deadLetterReason reads dlq_reason off a dead letter; empty for any other record.
func deadLetterReason(m kafka.Message) string {
	if !strings.HasSuffix(m.Topic, wire.DeadLetter("")) {
		return ""
	}
	for _, h := range m.Headers {
		if h.Key == "dlq_reason" {
			return string(h.Value)
		}
	}
	return ""
}

// Desk counts the prompts, cases and instalments of one desk state.
func (s *Summary) Desk(state *alerts.State) {
	for i := range state.Prompts {
		s.Prompts[string(state.Prompts[i].State)]++
	}
	for i := range state.Cases {
		s.Cases[string(state.Cases[i].State)]++
	}
	for i := range state.Instalments {
		s.Instalments[string(state.Instalments[i].State)]++
	}
}

// countDesk reads every desk state of the world.
func (s *Summary) countDesk(w *world) error {
	var failed error
	err := w.db.Space(stream.DeskTag, 0).States(func(_ string, encoded []byte) bool {
		var state alerts.State
		if failed = state.UnmarshalBinary(encoded); failed != nil {
			return false
		}
		s.Desk(&state)
		return true
	})
	if failed != nil {
		return failed
	}
	return err
}
