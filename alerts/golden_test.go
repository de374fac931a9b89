package alerts_test

import (
	"fmt"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/detectors"
)

// Desk states in stores and changelogs have the form of testdata/state_v4.bin, or of a version before; all are what busy gave when
// they were made. When the newest is no longer written as it was read, the version must rise, the forms before stay readable and a
// new file join these.
func TestGoldenDeskStateReadsBack(t *testing.T) {
	for version := 1; version <= 3; version++ {
		t.Run(fmt.Sprint("version ", version), func(t *testing.T) {
			var s alerts.State
			require.NoError(t, s.UnmarshalBinary(golden(t, version)))
			if version == 3 {
				require.Equal(t, golden(t, 3), s.AppendBinary(nil))
			}
			requireBusy(t, &s)
		})
	}
}

func requireBusy(t *testing.T, s *alerts.State) {
	require.Equal(t, "cust-1", s.Customer)
	require.Equal(t, thePhone, s.Contact.Phone)
	require.True(t, s.OptedOut("voice"))
	require.True(t, s.OptedOut(alerts.SMS), "by answering STOP")

	require.Len(t, s.Cases, 1)
	c := &s.Cases[0]
	require.Equal(t, theCard, c.Card)
	require.Equal(t, alerts.CaseClaimed, c.State)
	require.NotEmpty(t, c.Owner)
	require.Equal(t, "a1", c.Alerts[0].AlertID)
	require.Equal(t, int64(largeAmount), c.Alerts[0].Use.Amount.Minor)
	require.Len(t, s.Prompts, 1)
	require.Equal(t, c.ID, s.Prompts[0].CaseID)
	require.NotEmpty(t, s.Messages)

	require.Len(t, s.Queue, 1)
	require.Equal(t, detectors.Mild, s.Queue[0].Tier)
	require.Equal(t, int64(1000), s.Queue[0].Promise.AmountMinor)
}

func golden(t *testing.T, version int) []byte {
	state, err := os.ReadFile(fmt.Sprintf("testdata/state_v%d.bin", version))
	require.NoError(t, err)
	return state
}
