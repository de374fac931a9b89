package stream

import (
	"encoding/hex"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/store"
	"github.com/cardwatch/cardwatch/stream/kafka"
)

// goldens reads a golden file: values in hexadecimal, with what they mean. The file of a released version is never changed.
func goldens[T any](t *testing.T, name string, check func(what string, value []byte, means T)) {
	t.Helper()
	text, err := os.ReadFile("testdata/golden/" + name)
	require.NoError(t, err, "a version needs its golden file")
	var list []struct {
		What, Bytes string
		Means       T
	}
	require.NoError(t, json.Unmarshal(text, &list))
	for _, g := range list {
		value, err := hex.DecodeString(strings.ReplaceAll(g.Bytes, " ", ""))
		require.NoError(t, err)
		check(g.What, value, g.Means)
	}
}

func TestChangelogRecordsOfEveryVersionAreStillRead(t *testing.T) {
	require.EqualValues(t, 1, changelogVersion, "a new version needs its golden file, and the old one a reader")
	type record struct {
		Epoch   uint64
		Payload string
	}
	goldens(t, "changelog_record.v1.json", func(what string, value []byte, means record) {
		epoch, payload, err := readChange(value)
		require.NoError(t, err, what)
		require.Equal(t, means, record{epoch, string(payload)}, what)
		require.Equal(t, value, appendChange(nil, means.Epoch, []byte(means.Payload)), "%s is written otherwise now: that takes a new version", what)
	})
}

func TestAFormatLevelInTheChangelogIsReadByEveryRelease(t *testing.T) {
	goldens(t, "changelog_format.v1.json", func(what string, value []byte, means store.Format) {
		_, payload, err := readChange(value)
		require.NoError(t, err, what)
		format, err := store.ReadFormat(payload)
		require.NoError(t, err, what)
		require.Equal(t, means, format, what)
	})
}

func TestOrderHeadersOfEveryVersionAreStillRead(t *testing.T) {
	type order struct {
		From []int64
		Runs [][2]int64 // input, last offset
	}
	goldens(t, "order_header.v1.json", func(what string, value []byte, means order) {
		var s script
		s.read([]kafka.Header{{Key: orderHeader, Value: value}}, len(means.From))
		require.Len(t, s.segments, 1, what)
		note := orderNote{from: means.From}
		for _, r := range means.Runs {
			note.runs = append(note.runs, run{int(r[0]), r[1]})
		}
		require.Equal(t, segment(note), s.segments[0], what)
		require.Equal(t, value, note.header().Value, "%s is written otherwise now: that takes a new version and a new format level", what)
	})
}
