package score_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/cardwatch/cardwatch/bench/score"
)

func TestReadLabels(t *testing.T) {
	for _, c := range []struct {
		name, file string
		want       map[string]score.Label
		fails      string
	}{
		{"the contract's two columns", "event_id,label\na,1\nb,0\n", map[string]score.Label{"a": {EventID: "a", Fraud: true}, "b": {EventID: "b"}}, ""},
		{"all columns", "event_id,label,kind,episode,group\na,1,night_atm,e7,ordinary\n",
			map[string]score.Label{"a": {EventID: "a", Fraud: true, Kind: "night_atm", Episode: "e7", Group: "ordinary"}}, ""},
		{"unknown columns and another order", "source,label,event_id\nx,1,a\n", map[string]score.Label{"a": {EventID: "a", Fraud: true}}, ""},
		{"the same line twice", "event_id,label\na,1\na,1\n", map[string]score.Label{"a": {EventID: "a", Fraud: true}}, ""},
		{"no lines", "event_id,label\n", map[string]score.Label{}, ""},
		{"an empty file", "", nil, "header"},
		{"a header without label", "event_id,fraud\na,1\n", nil, "event_id and label"},
		{"a label of its own", "event_id,label\na,1\nb,yes\n", nil, "line 3: label must be 0 or 1"},
		{"an event without id", "event_id,label\n,1\n", nil, "line 2: event_id is empty"},
		{"a contradiction", "event_id,label\na,1\na,0\n", nil, "line 3: event a has two different labels"},
		{"a short line", "event_id,label\na\n", nil, "wrong number of fields"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := score.ReadLabels(strings.NewReader(c.file))
			if c.fails != "" {
				require.ErrorContains(t, err, c.fails)
				return
			}
			require.NoError(t, err)
			require.Equal(t, c.want, got)
		})
	}
}

func TestLabelsComeBackAsWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.StringMatching(`[a-z0-9_,"]{0,8}`)
		labels := rapid.MapOf(rapid.StringMatching(`[a-z0-9,"]{1,8}`), rapid.Custom(func(t *rapid.T) score.Label {
			return score.Label{Fraud: rapid.Bool().Draw(t, "fraud"), Kind: word.Draw(t, "kind"), Episode: word.Draw(t, "episode"), Group: word.Draw(t, "group")}
		})).Draw(t, "labels")
		var file strings.Builder
		w := score.NewLabelWriter(&file)
		for id, l := range labels {
			l.EventID = id
			labels[id] = l
			require.NoError(t, w.Write(l))
		}
		require.NoError(t, w.Flush())
		got, err := score.ReadLabels(strings.NewReader(file.String()))
		require.NoError(t, err)
		require.Equal(t, labels, got)
	})
}

type fullDisk struct{}

var errFull = errors.New("disk full")

func (fullDisk) Write([]byte) (int, error) { return 0, errFull }

func TestFlushReportsAFailedWrite(t *testing.T) {
	w := score.NewLabelWriter(fullDisk{})
	require.NoError(t, w.Write(score.Label{EventID: "a"}), "still in the buffer")
	require.ErrorIs(t, w.Flush(), errFull)
}
