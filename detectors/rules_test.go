package detectors_test

import (
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/detectors"
)

// The reference of the configuration is printed from these tags.
func TestEveryKeyOfASectionSaysWhatItMeans(t *testing.T) {
	for section := range reflect.TypeFor[detectors.Rules]().Fields() {
		if section.Type.Kind() != reflect.Struct {
			continue
		}
		for key := range section.Type.Fields() {
			if key.Tag.Get("yaml") != "-" {
				require.Regexp(t, `^[A-Z].*\.$`, key.Tag.Get("doc"), "%s.%s", section.Tag.Get("yaml"), key.Tag.Get("yaml"))
			}
		}
	}
}
