package load

import (
	"context"
	"errors"
	"math"
	"time"

	"github.com/cardwatch/cardwatch/bench/gen"
	"github.com/cardwatch/cardwatch/bench/load/part"
	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/detectors/window"
	"github.com/cardwatch/cardwatch/stream/wire"
)

// Detector is what each detector adds to a transaction, in memory, on windows that hold the first half of Transactions.
type Detector struct {
	Transactions int `json:"transactions"`
	// Steps are the search for a repeated event and then, beside it, one detector each; the last one judges nothing and is
	// what the call of one more costs.
	Steps []DetectorStep `json:"steps"`
}

// DetectorStep is the processor time of one step per transaction.
type DetectorStep struct {
	Name  string  `json:"name"`
	Nanos float64 `json:"cpu_ns_per_transaction"`
}

// detectorCards bounds the cards, since their windows are all in memory as Go values.
const detectorCards = 10_000

// trivial is a detector that never says anything.
type trivial struct{}

func (trivial) About() detectors.About                           { return detectors.About{Name: "one_more"} }
func (trivial) Validate() []detectors.Problem                    { return nil }
func (trivial) Evaluate(*detectors.Sighting, *detectors.Finding) {}

func (b *bench) detector(ctx context.Context) error {
	uses, err := b.sampleSightings()
	if err != nil {
		return err
	}
	var judges []detectors.CardDetector
	rules := detectors.Defaults()
	for _, d := range rules.Catalogue() {
		if judge, ok := d.(detectors.CardDetector); ok {
			judges = append(judges, judge)
		}
	}
	check, err := timeSightings(uses, nil)
	if err != nil {
		return err
	}
	b.result.Detector = &Detector{Transactions: len(uses), Steps: []DetectorStep{{"check", check}}}
	for _, judge := range append(judges, trivial{}) {
		with, err := timeSightings(uses, judge)
		if err := errors.Join(err, ctx.Err()); err != nil {
			return err
		}
		b.result.Detector.Steps = append(b.result.Detector.Steps, DetectorStep{string(judge.About().Name), max(with-check, 0)})
	}
	return nil
}

// sampleSightings applies the first half of the transactions and returns the second, each with its card's window.
func (b *bench) sampleSightings() ([]detectors.Sighting, error) {
	sc := b.first()
	sc.Cards = min(sc.Cards, detectorCards)
	traffic, err := gen.NewTraffic(b.trafficOf(sc))
	if err != nil {
		return nil, err
	}
	var d wire.Decoder
	var value []byte
	windows, table := make([]window.Window, sc.Cards), gen.NewTimetable(b.Transactions, b.Days, trafficEnd)
	sightings := make([]detectors.Sighting, 0, b.Transactions-b.Transactions/2)
	for i := range b.Transactions {
		var line gen.Line
		value, line = traffic.Next(value[:0], table.At(i))
		arrived := card.Moment{UnixMilli: line.At}
		body, _, err := d.Decode(wire.Record{Topic: wire.TransactionTopic, Value: value, Arrived: arrived, Unkeyed: true})
		if err != nil {
			return nil, err
		}
		tx := body.(*card.Transaction)
		use, _ := window.UseOf(tx, window.Clock{Arrived: arrived, Lateness: 5 * time.Minute, Ahead: 5 * time.Minute})
		if w := &windows[line.Customer]; i < b.Transactions/2 {
			w.Add(&use)
		} else {
			sightings = append(sightings, detectors.Sighting{Use: &use, Window: w, Currency: tx.Amount.Currency})
		}
	}
	return sightings, nil
}

// timeSightings is the processor time of looking at each use and letting a detector judge it, in nanoseconds per use; without a
// detector when it is nil. It is the best of five: what the machine does besides only ever adds.
func timeSightings(uses []detectors.Sighting, judge detectors.CardDetector) (float64, error) {
	best := math.Inf(1)
	for range 5 {
		f, err := part.Measure(int64(len(uses)), func() error {
			var finding detectors.Finding
			for i := range uses {
				if uses[i].Window.Check(uses[i].Use) == window.Applied && judge != nil {
					finding = detectors.Finding{}
					judge.Evaluate(&uses[i], &finding)
				}
			}
			return nil
		})
		if err != nil {
			return 0, err
		}
		best = min(best, 1000*f.CPUMicros)
	}
	return best, nil
}
