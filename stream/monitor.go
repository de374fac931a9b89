package stream

import (
	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/store"
	"github.com/cardwatch/cardwatch/stream/wire"
)

// MonitorTag and DeskTag keep the processors' keys apart in the store.
const (
	MonitorTag byte = 'm'
	DeskTag    byte = 'd'
)

// Monitor hosts the detectors: transactions, bills and payments in; alerts, tiers and assessments out, and
// what drafts would raise. It sees tokens only.
type Monitor struct {
	core    *detectors.Monitor
	effects detectors.Effects
	observe func(*detectors.State, *detectors.Effects)
}

// NewMonitor wraps the pure core for one partition; observe, which may be nil, sees the effects of every step.
func NewMonitor(core *detectors.Monitor, observe func(*detectors.State, *detectors.Effects)) *Monitor {
	return &Monitor{core: core, observe: observe}
}

// Spec names the monitor's topics. What a customer is comes before what a customer does.
func (m *Monitor) Spec() Spec {
	return Spec{Name: "monitor", Tag: MonitorTag, Inputs: []string{
		wire.CustomerTopic, wire.FeedbackTopic, wire.StatementTopic, wire.PaymentTopic, wire.TransactionTopic, wire.TickTopic,
	}, Outputs: []string{wire.AlertTopic, wire.CollectionTopic, wire.AssessmentTopic}, Later: []string{wire.ShadowTopic}}
}

// Step applies one event; the only reject is an event_id that was seen with other content.
func (m *Monitor) Step(s *detectors.State, ev card.Event, out *Outputs) string {
	m.effects.Reset()
	m.core.Step(s, ev, &m.effects)
	for i := range m.effects.Alerts {
		a := &m.effects.Alerts[i]
		out.Add(wire.AlertTopic, a.Customer, wire.AppendAlert(nil, a))
	}
	for i := range m.effects.Shadow {
		a := &m.effects.Shadow[i]
		out.Add(wire.ShadowTopic, a.Customer, wire.AppendAlert(nil, a))
	}
	for i := range m.effects.Collections {
		c := &m.effects.Collections[i]
		out.Add(wire.CollectionTopic, c.Customer, wire.AppendCollection(nil, c))
	}
	for i := range m.effects.Assessments {
		a := &m.effects.Assessments[i]
		out.Add(wire.AssessmentTopic, a.Customer, wire.AppendAssessment(nil, a))
	}
	if m.observe != nil {
		m.observe(s, &m.effects)
	}
	if m.effects.Admission == detectors.Conflict {
		return string(wire.EventIDConflict)
	}
	return ""
}

// NextWake is when an account ages or an alert closes.
func (m *Monitor) NextWake(s *detectors.State) card.Moment { return m.core.NextWake(s) }

// AppendState appends the state's binary form.
func (m *Monitor) AppendState(dst []byte, s *detectors.State) []byte { return s.AppendBinary(dst) }

// LoadState is the reverse of AppendState.
func (m *Monitor) LoadState(state []byte, s *detectors.State) error { return s.UnmarshalBinary(state) }

// Index adds nothing: nobody queries the monitor.
func (m *Monitor) Index(_ *detectors.State, rows []store.Row) []store.Row { return rows }
