package detectors_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// A stopped detector opens nothing more; the others speak on, and what it has opened closes as it would have.
func TestAStoppedDetectorIsSilent(t *testing.T) {
	bad, good := oneOff{"bad", map[int64]int{1: 99}}, oneOff{"good", map[int64]int{2: 60}}
	m, s := monitorOf(t, bad, good), &detectors.State{}
	opened := feed(m, s, costing("t1", 0, 1))
	require.Len(t, opened.Alerts, 1)

	m = m.Without("bad", "nobody")
	require.Empty(t, feed(m, s, costing("t2", time.Minute, 1)).Alerts)
	grown := feed(m, s, costing("t3", 2*time.Minute, 2))
	require.Len(t, grown.Alerts, 1, "the other detector's finding joins the card's incident")
	require.Equal(t, opened.Alerts[0].AlertID, grown.Alerts[0].AlertID)

	closing := feed(m, s, &card.Tick{Head: card.Head{Customer: "c1", At: noon.Add(49 * time.Hour)}})
	require.Equal(t, detectors.Closed, closing.Alerts[0].State)
}
