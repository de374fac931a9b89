package detectors_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/window"
)

func TestReplayingADayChangesNothing(t *testing.T) {
	m := monitor(t)
	for _, d := range cardDetectors() {
		name := d.About().Name
		for _, sc := range loadScenarios(t, string(name)) {
			t.Run(string(name)+"/"+sc.name, func(t *testing.T) {
				state, out := sc.run(t, m, name), &detectors.Effects{}
				before := state.AppendBinary(nil)
				newest := sc.steps[len(sc.steps)-1].event.Arrived
				for _, st := range sc.steps {
					if newest.Sub(st.event.Arrived) < window.Day && newest.Sub(st.event.Body.Meta().At) < window.Day {
						out.Reset()
						m.Step(state, st.event, out)
						require.Equal(t, detectors.Duplicate, out.Admission, st.line)
						require.Empty(t, out.Alerts, st.line)
					}
				}
				require.Equal(t, before, state.AppendBinary(nil))
			})
		}
	}
}

func TestArrivalOrderWithinLatenessLeavesTheSameWindow(t *testing.T) {
	m := monitor(t)
	random := rand.New(rand.NewPCG(1, 2))
	for _, d := range cardDetectors() {
		for _, sc := range loadScenarios(t, string(d.About().Name)) {
			t.Run(sc.name, func(t *testing.T) {
				straight := sc.run(t, m, d.About().Name)
				shuffled := slices.Clone(sc.steps)
				for i := range shuffled {
					ev := &shuffled[i].event
					if ev.Arrived.Sub(ev.Body.Meta().At).Abs().Seconds() == 2 {
						ev.Arrived.UnixMilli += random.Int64N(298_000)
					}
				}
				slices.SortStableFunc(shuffled, func(a, b step) int { return int(a.event.Arrived.UnixMilli - b.event.Arrived.UnixMilli) })
				again, out := &detectors.State{}, &detectors.Effects{}
				for _, st := range shuffled {
					m.Step(again, st.event, out)
				}
				require.Equal(t, straight.Cards[0].Window.Recent(), again.Cards[0].Window.Recent())
				require.Equal(t, straight.Cards[0].Window.Total(), again.Cards[0].Window.Total())
				require.Equal(t, straight.Cards[0].Window.Amounts(), again.Cards[0].Window.Amounts())
			})
		}
	}
}

func TestStateComesBackFromItsBinaryForm(t *testing.T) {
	m := monitor(t)
	used := &detectors.State{}
	for _, d := range cardDetectors() {
		for _, sc := range loadScenarios(t, string(d.About().Name)) {
			encoded := sc.run(t, m, d.About().Name).AppendBinary(nil)
			require.NoError(t, used.UnmarshalBinary(encoded), sc.name)
			require.Equal(t, encoded, used.AppendBinary(nil), sc.name)
		}
	}
}
