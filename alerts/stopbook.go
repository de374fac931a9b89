package alerts

import (
	"fmt"
	"unicode/utf8"

	"github.com/cardwatch/cardwatch/detectors/card"
)

// ExperimentStop is the end of an experiment (cardwatch.experiment.v1): all its customers are the champion's from then on. There is no way
// back; who wants to try again gives the experiment a new name.
type ExperimentStop struct {
	// ID is the event's; a second one with the same has no effect.
	ID         string
	Experiment string
	At         card.Moment
	// Actor is a member of staff, who gives a reason in Note, or ActorClock for the stop rule, which gives Reasons and what it saw.
	Actor, Note          string
	Reasons              []StopReason
	Champion, Challenger ArmConduct
}

// MaxStopNote bounds a reason, in characters.
const MaxStopNote = 500

// StopBook is the experiments that have been stopped. The zero book is empty; it belongs to one goroutine at a time.
type StopBook struct{ stops []ExperimentStop }

// Refuses says why a stop would have no effect; nil when it would have one.
func (b *StopBook) Refuses(s *ExperimentStop) error {
	switch before := b.Of(s.Experiment); {
	case before != nil:
		return fmt.Errorf("experiment %s: %s has stopped it already", s.Experiment, before.Actor)
	case s.Actor == "":
		return fmt.Errorf("experiment %s: nobody is named who stops it", s.Experiment)
	case s.Actor == ActorClock && len(s.Reasons) == 0:
		return fmt.Errorf("experiment %s: the stop rule gives no reason", s.Experiment)
	case s.Actor != ActorClock && s.Note == "" || utf8.RuneCountInString(s.Note) > MaxStopNote:
		return fmt.Errorf("experiment %s: a reason must have 1 … %d characters", s.Experiment, MaxStopNote)
	}
	return nil
}

// Apply takes in a stop, or says why it has no effect.
func (b *StopBook) Apply(s *ExperimentStop) error {
	if err := b.Refuses(s); err != nil {
		return err
	}
	b.stops = append(b.stops, *s)
	return nil
}

// Of is the stop of an experiment, nil while it runs.
func (b *StopBook) Of(experiment string) *ExperimentStop {
	return find(b.stops, func(s *ExperimentStop) bool { return s.Experiment == experiment })
}

// Stopped are the names of those of a policy's experiments that have been stopped, in its order.
func (b *StopBook) Stopped(experiments []Experiment) (names []string) {
	for i := range experiments {
		if b.Of(experiments[i].Name) != nil {
			names = append(names, experiments[i].Name)
		}
	}
	return names
}
