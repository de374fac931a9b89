package load_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/bench/load"
)

// The figures are for people; that every way goes through all records is for the test.
func TestAMeasurementGoesThroughAllRecords(t *testing.T) {
	r, err := load.Run(t.Context(), load.Config{Seed: 1, Customers: 100, Transactions: 3000, Dir: t.TempDir()})
	require.NoError(t, err)
	require.Equal(t, 3000, r.Transactions)
	require.Greater(t, r.Cards, 90)
	for name, f := range map[string]load.Figure{"decode": r.Decode, "monitor": r.Monitor} {
		require.Positive(t, f.TransactionsPerSecond, name)
	}
	require.Positive(t, r.BytesPerCard)
}
