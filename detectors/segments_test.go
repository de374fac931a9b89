package detectors_test

import (
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/detectors"
)

// A detector that judges cards has a line in SegmentRules and one in its Catalogue, so that a segment may have it otherwise.
func TestEveryCardDetectorMayDifferBySegment(t *testing.T) {
	set := detectors.Defaults()
	var segment detectors.SegmentRules
	for _, d := range set.Catalogue() {
		if _, judgesCards := d.(detectors.CardDetector); !judgesCards {
			continue
		}
		v := reflect.ValueOf(&segment).Elem()
		for i := range v.NumField() {
			if v.Field(i).Type() == reflect.TypeOf(d) {
				v.Field(i).Set(reflect.ValueOf(d))
			}
		}
		catalogue := segment.Catalogue()
		require.NotEmpty(t, catalogue, d.About().Name)
		require.Equal(t, d.About().Name, catalogue[len(catalogue)-1].About().Name)
	}
	require.Equal(t, reflect.TypeFor[detectors.SegmentRules]().NumField(), len(segment.Catalogue()))
}
