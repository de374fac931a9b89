package demo

import (
	"fmt"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/stream"
	"github.com/cardwatch/cardwatch/stream/replay"
	"github.com/cardwatch/cardwatch/stream/wire"
)

// gathered is a reading of the process's own metrics.
type gathered map[string]*dto.MetricFamily

func gather(reg *prometheus.Registry) (gathered, error) {
	families, err := reg.Gather()
	if err != nil {
		return nil, fmt.Errorf("demo: read the metrics: %w", err)
	}
	g := make(gathered)
	for _, f := range families {
		g[f.GetName()] = f
	}
	return g, nil
}

// by sums a counter over everything but one label.
func (g gathered) by(name, label string) map[string]int64 {
	sums := make(map[string]int64)
	for _, m := range g[name].GetMetric() {
		sums[labelOf(m, label)] += int64(m.GetCounter().GetValue())
	}
	return sums
}

func labelOf(m *dto.Metric, name string) string {
	for _, l := range m.GetLabel() {
		if l.GetName() == name {
			return l.GetValue()
		}
	}
	return ""
}

// latencies is the distribution from append to acknowledged alert: cumulative counts per upper bound in seconds.
func (g gathered) latencies() (bounds []float64, counts []uint64) {
	for _, m := range g["cardwatch_stream_decision_latency_seconds"].GetMetric() {
		if labelOf(m, "topic") != wire.AlertTopic {
			continue
		}
		for _, b := range m.GetHistogram().GetBucket() {
			bounds, counts = append(bounds, b.GetUpperBound()), append(counts, b.GetCumulativeCount())
		}
	}
	return bounds, counts
}

// quantile reads a quantile in milliseconds off a cumulative histogram, by linear interpolation inside the bucket. before is
// an earlier reading that does not count; it may be empty.
func quantile(q float64, bounds []float64, counts, before []uint64) float64 {
	at := func(i int) float64 {
		if i < len(before) {
			return float64(counts[i] - before[i])
		}
		return float64(counts[i])
	}
	if len(counts) == 0 || at(len(counts)-1) == 0 {
		return 0
	}
	want := q * at(len(counts)-1)
	lower, below := 0.0, 0.0
	for i, upper := range bounds {
		if n := at(i); n >= want {
			return 1000 * (lower + (upper-lower)*(want-below)/max(n-below, 1))
		}
		lower, below = upper, at(i)
	}
	return 1000 * lower
}

// summarize puts the demo's own figures and the desk's states together.
func summarize(reg *prometheus.Registry, view stream.View, records map[string]int64, began time.Time, warm []uint64) (*replay.Summary, error) {
	g, err := gather(reg)
	if err != nil {
		return nil, err
	}
	s := replay.NewSummary()
	s.Records = records
	s.DeadLetters = g.by("cardwatch_stream_dead_letters_total", "reason")
	s.Alerts = g.by("cardwatch_alerts_total", "detector")
	s.Collections = g.by("cardwatch_collections_total", "tier")
	s.Assessments = g.by("cardwatch_stream_outputs_total", "topic")[wire.AssessmentTopic]
	if err := view.DeskStates(func(state *alerts.State) bool { s.Desk(state); return true }); err != nil {
		return nil, err
	}
	s.DurationSeconds = time.Since(began).Seconds()
	var total int64
	for _, n := range records {
		total += n
	}
	s.RecordsPerSecond = float64(total) / s.DurationSeconds
	bounds, counts := g.latencies()
	s.LatencyMS = &replay.Latency{
		P50: quantile(.5, bounds, counts, warm), P99: quantile(.99, bounds, counts, warm), P999: quantile(.999, bounds, counts, warm),
	}
	return s, nil
}
