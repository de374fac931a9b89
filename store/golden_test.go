package store

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// golden is one value of a golden file. The files of a released version are never changed: they are what stores out there hold.
type golden struct {
	// What tells a person what it is.
	What string
	// Bytes are in hexadecimal, with a space between fields.
	Bytes string
	// Means is what they decode to; Refused is in the error of a version that is no longer read.
	Means   json.RawMessage
	Refused string
}

// form is one kind of value: its newest version, and its codec with JSON at the other end.
type form struct {
	newest byte
	read   func(value []byte) (any, error)
	write  func(means json.RawMessage) []byte
}

func parsed[T any](means json.RawMessage) (v T) {
	if err := json.Unmarshal(means, &v); err != nil {
		panic(err)
	}
	return v
}

type valueWithState struct {
	Envelope
	State string
}

var forms = map[string]form{
	"envelope": {envelopeVersion, func(value []byte) (any, error) {
		var v valueWithState
		state, err := ReadEnvelope(value, &v.Envelope)
		v.State = string(state)
		return v, err
	}, func(means json.RawMessage) []byte {
		v := parsed[valueWithState](means)
		return append(AppendEnvelope(nil, &v.Envelope), v.State...)
	}},
	"progress": {progressVersion, func(value []byte) (any, error) { return ReadProgress(value) }, func(means json.RawMessage) []byte {
		p := parsed[Progress](means)
		return AppendProgress(nil, &p)
	}},
	"rules": {rulesVersion, func(value []byte) (any, error) {
		rules, err := ReadRules(value)
		return string(rules), err
	}, func(means json.RawMessage) []byte { return AppendRules(nil, []byte(parsed[string](means))) }},
	"changelog_position": {positionVersion, func(value []byte) (any, error) { return readPosition(value) },
		func(means json.RawMessage) []byte { return appendPosition(nil, parsed[int64](means)) }},
	"format": {formatVersion, func(value []byte) (any, error) { return ReadFormat(value) },
		func(means json.RawMessage) []byte { return AppendFormat(nil, parsed[Format](means)) }},
}

func TestEveryVersionThatWasEverWrittenIsStillRead(t *testing.T) {
	for name, f := range forms {
		for version := byte(1); version <= f.newest; version++ {
			file := fmt.Sprintf("testdata/golden/%s.v%d.json", name, version)
			text, err := os.ReadFile(file)
			require.NoError(t, err, "a version needs its golden file")
			for _, g := range parsed[[]golden](text) {
				value, err := hex.DecodeString(strings.ReplaceAll(g.Bytes, " ", ""))
				require.NoError(t, err)
				require.Equal(t, version, value[0], "%s: %s", file, g.What)
				means, err := f.read(value)
				if g.Refused != "" {
					require.ErrorContains(t, err, g.Refused, "%s: %s", file, g.What)
					continue
				}
				require.NoError(t, err, "%s: %s", file, g.What)
				got, err := json.Marshal(means)
				require.NoError(t, err)
				require.JSONEq(t, string(g.Means), string(got), "%s: %s", file, g.What)
				if version == f.newest {
					require.Equal(t, value, f.write(g.Means), "%s: %s is written otherwise now: that takes a new version", file, g.What)
				}
			}
		}
	}
}

func TestAVersionOfTheFutureIsRefused(t *testing.T) {
	for name, f := range forms {
		_, err := f.read([]byte{f.newest + 1, 0, 0, 0, 0, 0, 0, 0, 0})
		var version *VersionError
		require.ErrorAs(t, err, &version, name)
		require.Equal(t, f.newest+1, version.Found)
		require.ErrorContains(t, err, "run the release that wrote it")
	}
}
