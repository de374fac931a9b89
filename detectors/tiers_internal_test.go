package detectors

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTierOfDaysPastDue(t *testing.T) {
	for _, tc := range []struct {
		from, to int
		tier     Tier
	}{
		{-5, 0, NoTier}, {1, 3, Grace}, {4, 15, Mild}, {16, 30, Moderate}, {31, 90, SevereA}, {91, 180, SevereB}, {181, 2000, SevereC},
	} {
		for _, days := range []int{tc.from, tc.to} {
			require.Equal(t, tc.tier, Tiers()[tierIndex(days, false)].Tier, "%d days", days)
		}
	}
	require.Equal(t, Watch, Tiers()[tierIndex(0, true)].Tier)
	require.Equal(t, Grace, Tiers()[tierIndex(1, true)].Tier, "an overdue account is no longer only watched")
}

func TestTiersOnlyGetWorseWithTheDays(t *testing.T) {
	for days := range 400 {
		require.LessOrEqual(t, tierIndex(days, false), tierIndex(days+1, false), "%d days", days)
	}
}

func TestNextBoundIsTheFirstDayOfAnotherTier(t *testing.T) {
	for days := 1; days < 400; days++ {
		want := 0
		for later := days + 1; later < 800 && want == 0; later++ {
			if tierIndex(later, false) != tierIndex(days, false) {
				want = later
			}
		}
		require.Equal(t, want, nextBound(days), "%d days", days)
	}
}
