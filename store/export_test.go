package store

import (
	"slices"
	"testing"

	"github.com/cockroachdb/pebble/v2"
)

// OverwriteVersion makes a stored state look as if another release had written it.
func OverwriteVersion(t *testing.T, s *Space, customer string, version byte) {
	t.Helper()
	key := appendStateKey(s, nil, customer)
	value, closer, err := s.db.pebble.Get(key)
	if err != nil {
		t.Fatal(err)
	}
	changed := slices.Clone(value)
	changed[0] = version
	if err := closer.Close(); err != nil {
		t.Fatal(err)
	}
	if err := s.db.pebble.Set(key, changed, pebble.Sync); err != nil {
		t.Fatal(err)
	}
}
