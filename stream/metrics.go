package stream

import (
	"errors"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/cardwatch/cardwatch/stream/kafka"
	"github.com/cardwatch/cardwatch/stream/wire"
)

// Metrics are the engine's figures. A nil *Metrics counts nothing. Labels come from closed sets.
type Metrics struct {
	clock    Clock
	records  *prometheus.CounterVec
	refused  *prometheus.CounterVec
	dropped  *prometheus.CounterVec
	unknown  *prometheus.CounterVec
	outputs  *prometheus.CounterVec
	lagGauge *prometheus.GaugeVec
	running  *prometheus.GaugeVec
	latency  *prometheus.HistogramVec
	written  *prometheus.CounterVec
	flights  *prometheus.HistogramVec
	takeover *prometheus.HistogramVec
	follows  *prometheus.GaugeVec
	lost     *prometheus.CounterVec
	rules    *prometheus.CounterVec
}

// NewMetrics registers the engine's figures. The clock turns append times into waiting times.
func NewMetrics(reg prometheus.Registerer, clock Clock) *Metrics {
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: "cardwatch", Subsystem: "stream", Name: name, Help: help}, labels)
	}
	gauge := func(name, help string, labels ...string) *prometheus.GaugeVec {
		return prometheus.NewGaugeVec(prometheus.GaugeOpts{Namespace: "cardwatch", Subsystem: "stream", Name: name, Help: help}, labels)
	}
	histogram := func(name, help string, labels ...string) *prometheus.HistogramVec {
		return prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Namespace: "cardwatch", Subsystem: "stream", Name: name, Help: help, Buckets: prometheus.ExponentialBuckets(.001, 2, 14),
		}, labels)
	}
	m := &Metrics{
		clock:    clock,
		records:  counter("records_total", "Records read, by processor and topic.", "processor", "topic"),
		refused:  counter("dead_letters_total", "Records refused, by topic and reason.", "processor", "topic", "reason"),
		dropped:  counter("fields_dropped_total", "Optional fields that were dropped because their value means nothing.", "topic", "field"),
		unknown:  counter("fields_unknown_total", "Fields that the contract does not know, ignored.", "topic"),
		outputs:  counter("outputs_total", "Records written, by processor and topic.", "processor", "topic"),
		lagGauge: gauge("lag_records", "Records in the log that were not fetched at the last look.", "processor", "topic", "partition"),
		running:  gauge("partition_running", "1 while this process works on the partition.", "processor", "partition"),
		written:  counter("states_written_total", "States written to changelog and store.", "processor"),
		flights:  histogram("write_seconds", "From the start of writing states to changelog and store to the end.", "processor"),
		takeover: histogram("takeover_seconds", "From the assignment of a partition to the first record read.", "processor"),
		follows:  gauge("standby_lag_records", "Records of a changelog that a standby had not copied at the last look.", "processor", "partition"),
		lost:     counter("gap_records_total", "Input records lost to retention, as an operator accepted.", "processor", "topic"),
		rules:    counter("rule_changes_total", "Times that other rules took over in a partition of this process.", "processor"),
		latency: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Namespace: "cardwatch", Subsystem: "stream", Name: "decision_latency_seconds",
			Help:                        "From the append of a record to the acknowledgement of what it caused.",
			Buckets:                     []float64{.001, .002, .003, .005, .0075, .01, .015, .02, .03, .05, .1, .25, .5, 1, 2.5, 10},
			NativeHistogramBucketFactor: 1.1, NativeHistogramMaxBucketNumber: 160, NativeHistogramMinResetDuration: time.Hour,
		}, []string{"processor", "topic"}),
	}
	reg.MustRegister(m.records, m.refused, m.dropped, m.unknown, m.outputs, m.lagGauge, m.running, m.latency,
		m.written, m.flights, m.takeover, m.follows, m.lost, m.rules)
	return m
}

// applied counts the records of a batch, per input topic.
func (m *Metrics) applied(processor string, topics []string, counts []int) {
	if m == nil {
		return
	}
	for i, n := range counts {
		if n > 0 {
			m.records.WithLabelValues(processor, topics[i]).Add(float64(n))
		}
	}
}

// fields counts what was odd about a record that was otherwise good.
func (m *Metrics) fields(topic string, meta *wire.Meta, err error) {
	if m == nil {
		return
	}
	if err != nil && !errors.As(err, new(*wire.RejectError)) {
		return
	}
	for _, field := range meta.Dropped {
		m.dropped.WithLabelValues(topic, field).Inc()
	}
	if meta.Unknown > 0 {
		m.unknown.WithLabelValues(topic).Add(float64(meta.Unknown))
	}
}

func (m *Metrics) rejected(processor, topic, reason string) {
	if m != nil {
		m.refused.WithLabelValues(processor, topic, reason).Inc()
	}
}

// sent observes outputs that have just been acknowledged. A message's timestamp is the append time of the record that caused it, or the due
// time of a timer, which nobody can be woken at before a record moves time: since is the append time of the first that did.
func (m *Metrics) sent(processor string, messages []kafka.Message, since int64) {
	if m == nil {
		return
	}
	now := m.clock.Now()
	for i := range messages {
		msg := &messages[i]
		m.outputs.WithLabelValues(processor, msg.Topic).Inc()
		waited := m.clock.Wall(now.Sub(time.UnixMilli(max(msg.Timestamp, since))))
		m.latency.WithLabelValues(processor, msg.Topic).Observe(waited.Seconds())
	}
}

func (m *Metrics) lag(processor, topic string, partition int, records int64) {
	if m != nil {
		m.lagGauge.WithLabelValues(processor, topic, strconv.Itoa(partition)).Set(float64(records))
	}
}

func (m *Metrics) partitionState(processor string, partition int, running bool) {
	if m == nil {
		return
	}
	value := 0.0
	if running {
		value = 1
	}
	m.running.WithLabelValues(processor, strconv.Itoa(partition)).Set(value)
}

func (m *Metrics) flown(processor string, states int, took time.Duration) {
	if m != nil {
		m.written.WithLabelValues(processor).Add(float64(states))
		m.flights.WithLabelValues(processor).Observe(took.Seconds())
	}
}

func (m *Metrics) takenOver(processor string, took time.Duration) {
	if m != nil {
		m.takeover.WithLabelValues(processor).Observe(took.Seconds())
	}
}

func (m *Metrics) standby(processor string, partition int, lag int64) {
	if m != nil {
		m.follows.WithLabelValues(processor, strconv.Itoa(partition)).Set(float64(lag))
	}
}

func (m *Metrics) gapAccepted(processor, topic string, records int64) {
	if m != nil {
		m.lost.WithLabelValues(processor, topic).Add(float64(records))
	}
}

func (m *Metrics) ruleChange(processor string) {
	if m != nil {
		m.rules.WithLabelValues(processor).Inc()
	}
}
