package detectors_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/detectors"
)

// The rows are those of notes/collections.md §2, each at its first and last day.
func TestLabelsOfDaysPastDue(t *testing.T) {
	for _, tc := range []struct {
		from, to  int
		bucket    string
		stage     int
		card2011  detectors.Class
		rule2023  detectors.Class
		reported  detectors.Class
		inDefault bool
	}{
		{-3, 0, "M0", 1, "normal", "normal", "normal", false},
		{1, 30, "M1", 1, "special_mention", "", "special_mention", false},
		{31, 60, "M2", 2, "special_mention", "special_mention", "special_mention", false},
		{61, 90, "M3", 2, "special_mention", "special_mention", "special_mention", false},
		{91, 120, "M4", 3, "substandard", "substandard", "substandard", true},
		{121, 150, "M5", 3, "doubtful", "substandard", "doubtful", true},
		{151, 180, "M6", 3, "doubtful", "substandard", "doubtful", true},
		{181, 270, "M6+", 3, "loss", "substandard", "loss", true},
		{271, 360, "M6+", 3, "loss", "doubtful", "loss", true},
		{361, 4000, "M6+", 3, "loss", "loss", "loss", true},
	} {
		for _, days := range []int{tc.from, tc.to} {
			got := detectors.Classification(days)
			require.Equal(t, detectors.Labels{Bucket: tc.bucket, IFRS9Stage: tc.stage, Class2011: tc.card2011, Class2023: tc.rule2023,
				Default: tc.inDefault}, got, "%d days", days)
			require.Equal(t, tc.reported, got.Class(), "%d days", days)
		}
	}
}

func TestReportedClassIsTheWorseOfTheTwo(t *testing.T) {
	rank := func(c detectors.Class) int { return slices.Index(detectors.Classes(), c) }
	for _, a := range detectors.Classes() {
		for _, b := range detectors.Classes() {
			worse := detectors.Labels{Class2011: a, Class2023: b}.Class()
			require.Equal(t, max(rank(a), rank(b)), rank(worse), "%s and %s", a, b)
		}
	}
}
