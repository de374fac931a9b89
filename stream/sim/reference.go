package sim

import (
	"errors"
	"time"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/stream/wire"
)

// output is one record that has to be on a topic.
type output struct {
	topic string
	value string
}

// core is a processor as the reference sees it: its pure step, and nothing of the engine.
type core[S any] struct {
	name   string
	tag    byte
	inputs []string
	// overheard are those inputs whose bad records another core owes to the dead letters.
	overheard []string
	// outputs are the topics that it alone writes to.
	outputs []string
	// step decides by the rules of a version.
	step   func(rules byte, s *S, ev card.Event) (out []output, reject string)
	wake   func(s *S) card.Moment
	encode func(s *S) []byte
	// observe sees the state after each step; may be nil.
	observe func(s *S)
}

func monitorCore(versions []*detectors.Monitor) core[detectors.State] {
	return core[detectors.State]{
		name: "monitor", tag: 'm',
		inputs:  []string{wire.CustomerTopic, wire.FeedbackTopic, wire.StatementTopic, wire.PaymentTopic, wire.TransactionTopic},
		outputs: []string{wire.AlertTopic, wire.CollectionTopic, wire.AssessmentTopic, wire.ShadowTopic},
		step: func(rules byte, s *detectors.State, ev card.Event) (out []output, reject string) {
			var effects detectors.Effects
			versions[rules].Step(s, ev, &effects)
			for i := range effects.Alerts {
				out = append(out, output{wire.AlertTopic, string(wire.AppendAlert(nil, &effects.Alerts[i]))})
			}
			for i := range effects.Shadow {
				out = append(out, output{wire.ShadowTopic, string(wire.AppendAlert(nil, &effects.Shadow[i]))})
			}
			for i := range effects.Collections {
				out = append(out, output{wire.CollectionTopic, string(wire.AppendCollection(nil, &effects.Collections[i]))})
			}
			for i := range effects.Assessments {
				out = append(out, output{wire.AssessmentTopic, string(wire.AppendAssessment(nil, &effects.Assessments[i]))})
			}
			if effects.Admission == detectors.Conflict {
				reject = string(wire.EventIDConflict)
			}
			return out, reject
		},
		wake:   versions[0].NextWake,
		encode: func(s *detectors.State) []byte { return s.AppendBinary(nil) },
	}
}

func deskCore(d *alerts.Desk, observe func(*alerts.State)) core[alerts.State] {
	return core[alerts.State]{
		name: "desk", tag: 'd',
		inputs: []string{
			wire.ContactTopic, wire.AlertTopic, wire.CollectionTopic, wire.ReplyTopic, wire.CommandTopic, wire.ReceiptTopic,
			wire.PaymentTopic,
		},
		overheard: []string{wire.PaymentTopic},
		outputs:   []string{wire.FeedbackTopic, wire.CardActionTopic, wire.ConductTopic},
		step: func(_ byte, s *alerts.State, ev card.Event) (out []output, reject string) {
			var effects alerts.Effects
			d.Step(s, ev, &effects)
			for i := range effects.Feedback {
				out = append(out, output{wire.FeedbackTopic, string(wire.AppendFeedback(nil, &effects.Feedback[i]))})
			}
			for i := range effects.CardActions {
				out = append(out, output{wire.CardActionTopic, string(wire.AppendCardAction(nil, &effects.CardActions[i]))})
			}
			for i := range effects.Conduct {
				out = append(out, output{wire.ConductTopic, string(wire.AppendConduct(nil, &effects.Conduct[i]))})
			}
			return out, ""
		},
		wake:    d.NextWake,
		encode:  func(s *alerts.State) []byte { return s.AppendBinary(nil) },
		observe: observe,
	}
}

func moment(unixMilli int64) card.Moment { return card.MomentOf(time.UnixMilli(unixMilli).In(zone)) }

func reasonOf(err error) string {
	var bad *wire.RejectError
	if errors.As(err, &bad) {
		return bad.Label()
	}
	return err.Error()
}

func wakeUp(customer string, due int64) card.Event {
	at := moment(due)
	return card.Event{Arrived: at, Body: &card.Tick{Head: card.Head{Customer: customer, At: at}}}
}
