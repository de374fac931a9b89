package store

import (
	"encoding/binary"
	"fmt"

	"github.com/cockroachdb/pebble/v2"

	"github.com/cardwatch/cardwatch/detectors/pack"
)

// Every value begins with a byte that names its form, and a reader knows each form that was ever released. Which form is written, where
// there is a choice, is up to the format level of the partition: a release that brings a new form goes on writing the one before it
// until an operator runs `cardwatch state finalize`, and until then the release before can take the partition back. The level is
// recorded in the changelog and, as its copy, in the store; what has no record is at level 1.
//
// Two tables have no version byte. A timer's row has no value. The rows of an index follow from the state, and their layout goes by
// the index's tag: a new layout takes a new tag, and a new level.

// Level is the newest format level of this release.
const Level byte = 1

// pebbleFormats are the forms of Pebble's own files by level, from 1 on: named here so that a newer Pebble changes no file by itself.
var pebbleFormats = []pebble.FormatMajorVersion{pebble.FormatValueSeparation}

func pebbleFormat(level byte) pebble.FormatMajorVersion {
	return pebbleFormats[min(max(int(level), 1), len(pebbleFormats))-1]
}

// Format is the format level of a partition.
type Format struct {
	// Level counts from 1.
	Level byte
	// Release is the one that raised the level: it or a newer one is needed. Empty at level 1.
	Release string
}

// Check refuses a level above the newest that the caller knows.
func (f Format) Check(newest byte) error {
	if f.Level > newest {
		return &VersionError{What: "partition", Found: f.Level, Newest: newest, Release: f.Release}
	}
	return nil
}

// VersionError says that a value was written by another release.
type VersionError struct {
	// What names the kind of value.
	What string
	// Found is the value's version, Newest the highest that this binary reads.
	Found, Newest byte
	// Release is the oldest that reads it, empty when that is not known.
	Release string
}

// Error says what to do.
func (e *VersionError) Error() string {
	if e.Release != "" {
		return fmt.Sprintf("store: the %s was finalized at format level %d, this binary reads up to %d: run release %s or a newer one",
			e.What, e.Found, e.Newest, e.Release)
	}
	return fmt.Sprintf("store: %s has version %d, this binary reads %d: run the release that wrote it", e.What, e.Found, e.Newest)
}

const (
	// formatVersion stays what it is for good, since the oldest release has to understand why it is refused.
	formatVersion = 1

	rulesVersion    = 1
	positionVersion = 1
)

// AppendFormat appends the format's binary form.
func AppendFormat(dst []byte, f Format) []byte {
	return pack.String(append(dst, formatVersion, f.Level), f.Release)
}

// ReadFormat is the reverse of AppendFormat.
func ReadFormat(value []byte) (Format, error) {
	r, err := versioned(value, "format", formatVersion)
	if err != nil {
		return Format{}, err
	}
	f := Format{Level: r.Byte(), Release: r.String()}
	return f, r.Done()
}

// AppendRules appends the binary form of rules: they are the processor's own text behind a version.
func AppendRules(dst, rules []byte) []byte { return append(append(dst, rulesVersion), rules...) }

// ReadRules is the reverse of AppendRules. The rules are a view.
func ReadRules(value []byte) ([]byte, error) {
	r, err := versioned(value, "rules", rulesVersion)
	if err != nil {
		return nil, err
	}
	return r.Rest(), nil
}

func appendPosition(dst []byte, next int64) []byte {
	return binary.BigEndian.AppendUint64(append(dst, positionVersion), uint64(next))
}

func readPosition(value []byte) (int64, error) {
	r, err := versioned(value, "changelog position", positionVersion)
	if err != nil {
		return 0, err
	}
	if rest := r.Rest(); len(rest) == 8 {
		return int64(binary.BigEndian.Uint64(rest)), nil
	}
	return 0, fmt.Errorf("store: changelog position of %d bytes is damaged", len(value))
}

// versioned takes the version off a value.
func versioned(value []byte, what string, newest byte) (*pack.Reader, error) {
	r := pack.NewReader(value)
	if v := r.Byte(); v != newest && r.Err() == nil {
		return nil, &VersionError{What: what, Found: v, Newest: newest}
	}
	return r, r.Err()
}
