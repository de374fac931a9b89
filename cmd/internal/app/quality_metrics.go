package app

import (
	"strconv"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/cardwatch/cardwatch/alerts/quality"
)

func qualityFigure(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("cardwatch_"+name, help, labels, nil)
}

// qualityFigures are the metrics of a qualityWatch. Their labels are bounded, since the book is.
type qualityFigures struct {
	watch                               *qualityWatch
	alerts, answers, precision, decayed *prometheus.Desc
	draftAlerts, draftAlsoLive          *prometheus.Desc
}

func newQualityFigures(watch *qualityWatch) *qualityFigures {
	return &qualityFigures{
		watch:         watch,
		alerts:        qualityFigure("rule_alerts", "Alerts that a rule opened in the last days, today among them.", "rule", "days"),
		answers:       qualityFigure("rule_answers", "What the alerts of the last days turned out to be.", "rule", "verdict", "days"),
		precision:     qualityFigure("rule_precision", "Share of fraud among the judged alerts of the last days; absent while none is judged.", "rule", "days"),
		decayed:       qualityFigure("rule_decayed", "1 for a rule whose precision of 7 days lies clearly below that of the 28 before.", "rule"),
		draftAlerts:   qualityFigure("draft_alerts", "Alerts that a rule in shadow would have opened in the last days.", "rule", "set", "days"),
		draftAlsoLive: qualityFigure("draft_alerts_also_live", "Those of cardwatch_draft_alerts that the live set opened, too.", "rule", "set", "days"),
	}
}

// Describe lists the metrics.
func (f *qualityFigures) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{f.alerts, f.answers, f.precision, f.decayed, f.draftAlerts, f.draftAlsoLive} {
		to <- d
	}
}

// Collect reads them off the book; while the past is still being read there are none, since half of it would mislead.
func (f *qualityFigures) Collect(to chan<- prometheus.Metric) {
	report, read := f.watch.Report()
	if !read {
		return
	}
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		to <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	for i := range report.Rules {
		r, name := &report.Rules[i], string(report.Rules[i].Rule)
		for _, s := range r.Spans[1:] {
			days := strconv.Itoa(s.Days)
			gauge(f.alerts, float64(s.Alerts), name, days)
			for verdict, n := range map[string]int{"genuine": s.Genuine, "fraud": s.Fraud, "unknown": s.Unknown} {
				gauge(f.answers, float64(n), name, verdict, days)
			}
			if s.Precision != nil {
				gauge(f.precision, *s.Precision, name, days)
			}
		}
		decayed := 0.0
		if r.Decayed {
			decayed = 1
		}
		gauge(f.decayed, decayed, name)
	}
	for i := range report.Drafts {
		f.draft(&report.Drafts[i], gauge)
	}
}

func (f *qualityFigures) draft(d *quality.DraftReport, gauge func(*prometheus.Desc, float64, ...string)) {
	for _, s := range d.Spans[1:] {
		days := strconv.Itoa(s.Days)
		gauge(f.draftAlerts, float64(s.Alerts), string(d.Rule), d.Set, days)
		gauge(f.draftAlsoLive, float64(s.AlsoLive), string(d.Rule), d.Set, days)
	}
}
