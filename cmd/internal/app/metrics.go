package app

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/store"
)

// tallies count what the processors decide. Labels come from closed sets.
type tallies struct {
	alerts, admissions, tiers  *prometheus.CounterVec
	shadows, faults            boundedCounter
	moves, denials, deskRefuse *prometheus.CounterVec
	missed                     *prometheus.CounterVec
	// admitted is the common case of admissions.
	admitted prometheus.Counter
}

func newTallies(reg prometheus.Registerer, db *store.DB) *tallies {
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		c := prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: "cardwatch", Name: name, Help: help}, labels)
		reg.MustRegister(c)
		return c
	}
	reg.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Namespace: "cardwatch", Name: "store_bytes", Help: "Disk space that the store takes, write-ahead log included.",
	}, func() float64 { return float64(db.Bytes()) }))
	f := &tallies{
		alerts:     counter("alerts_total", "Alerts opened.", "detector", "severity"),
		shadows:    boundedCounter{vec: counter("shadow_alerts_total", "Alerts that rules in shadow would have opened; nothing followed from them.", "rule", "set")},
		faults:     boundedCounter{vec: counter("rule_errors_total", "Uses about which a rule, live or in shadow, could not answer and so did not fire.", "rule", "cause")},
		admissions: counter("events_total", "Events by what became of them when they met the state.", "admission"),
		tiers:      counter("collections_total", "Accounts entering a tier; none is a return to current.", "tier"),
		moves:      counter("desk_moves_total", "Cases, prompts, queue entries and messages entering a state.", "kind", "state", "channel"),
		denials:    counter("contact_denials_total", "Messages that a contact rule kept from being queued.", "rule"),
		missed:     counter("sla_missed_total", "Cases that nobody took (claim) or closed (close) in time.", "clock", "severity"),
		deskRefuse: counter("desk_refusals_total", "Commands and replies that had no effect.", "reason"),
	}
	f.admitted = f.admissions.WithLabelValues(string(detectors.Admitted))
	return f
}

func (f *tallies) monitor(_ *detectors.State, e *detectors.Effects) {
	if e.Admission == detectors.Admitted {
		f.admitted.Inc()
	} else {
		f.admissions.WithLabelValues(string(e.Admission)).Inc()
	}
	for i := range e.Alerts {
		if a := &e.Alerts[i]; a.Revision == 1 {
			f.alerts.WithLabelValues(string(a.Detector), string(a.Severity)).Inc()
		}
	}
	for i := range e.Shadow {
		if a := &e.Shadow[i]; a.Revision == 1 {
			f.shadows.inc(string(a.Detector), a.RuleSet)
		}
	}
	for _, r := range e.RuleErrors {
		f.faults.inc(string(r.Rule), string(r.Cause))
	}
	for i := range e.Collections {
		tier := string(e.Collections[i].Tier)
		if tier == "" {
			tier = "none"
		}
		f.tiers.WithLabelValues(tier).Inc()
	}
}

func (f *tallies) desk(e *alerts.Effects) {
	for _, c := range e.Changes {
		if c.Kind == alerts.ClockMissed {
			f.missed.WithLabelValues(c.To, c.Label).Inc()
			continue
		}
		f.moves.WithLabelValues(string(c.Kind), c.To, c.Label).Inc()
	}
	for _, d := range e.Denials {
		for _, rule := range d.Rules {
			f.denials.WithLabelValues(string(rule)).Inc()
		}
	}
	if e.Refusal != "" {
		f.deskRefuse.WithLabelValues(string(e.Refusal)).Inc()
	}
}
