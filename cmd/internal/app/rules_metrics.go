package app

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// ruleMetrics tell which rules decide in this process.
type ruleMetrics struct {
	info, stopped        *prometheus.GaugeVec
	successful, attempts prometheus.Gauge
}

func newRuleMetrics(reg prometheus.Registerer) ruleMetrics {
	gauge := func(name, help string) prometheus.GaugeOpts {
		return prometheus.GaugeOpts{Namespace: "cardwatch", Name: name, Help: help}
	}
	m := ruleMetrics{
		info:       prometheus.NewGaugeVec(gauge("rules_info", "1 for the rule set that this process decides by."), []string{"version"}),
		stopped:    prometheus.NewGaugeVec(gauge("rule_stopped", "1 for a rule that is stopped, by its breaker or by hand."), []string{"rule"}),
		successful: prometheus.NewGauge(gauge("rules_last_reload_successful", "1 when the last reading of the rules was, 0 when it was refused.")),
		attempts:   prometheus.NewGauge(gauge("rules_last_reload_timestamp_seconds", "When the rules were last read, refused or not.")),
	}
	reg.MustRegister(m.info, m.stopped, m.successful, m.attempts)
	m.successful.Set(1)
	return m
}

func (m *ruleMetrics) decided(version string, stopped []detectors.Name) {
	m.info.Reset()
	m.info.WithLabelValues(version).Set(1)
	m.stopped.Reset()
	for _, rule := range stopped {
		m.stopped.WithLabelValues(string(rule)).Set(1)
	}
}

func (m *ruleMetrics) reloaded(successful bool, now card.Moment) {
	m.attempts.Set(float64(now.UnixMilli) / 1000)
	if successful {
		m.successful.Set(1)
	} else {
		m.successful.Set(0)
	}
}
