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

// SetRaw writes a row whose key is what follows the space's own prefix.
func SetRaw(b *Batch, key []byte, value string) {
	b.set(append(appendPrefix(nil, b.space.partition, b.space.processor), key...), []byte(value))
}

// SetPebbleFormats gives this release other forms of Pebble's files, by level, until the test ends.
func SetPebbleFormats(t *testing.T, formats ...pebble.FormatMajorVersion) {
	t.Helper()
	old := pebbleFormats
	pebbleFormats = formats
	t.Cleanup(func() { pebbleFormats = old })
}

// PebbleFormat is the form of the store's files.
func PebbleFormat(db *DB) pebble.FormatMajorVersion { return db.pebble.FormatMajorVersion() }
