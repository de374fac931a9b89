package stream

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/store"
	"github.com/cardwatch/cardwatch/stream/kafka"
)

func TestAnOutputThatStandsInTheLogIsHeldBackOnce(t *testing.T) {
	alert := func(value string) kafka.Message {
		return kafka.Message{Topic: "alert", Key: []byte("c"), Value: []byte(value), Headers: []kafka.Header{{Key: "of no account"}}}
	}
	elsewhere := alert("a")
	elsewhere.Topic = "collection"
	var l Tail
	for _, m := range []kafka.Message{alert("a"), alert("b"), alert("b")} {
		l.sentBefore(&kafka.Message{Topic: m.Topic, Key: m.Key, Value: m.Value})
	}
	require.Equal(t, []kafka.Message{elsewhere, alert("c")}, l.unsent([]kafka.Message{alert("a"), elsewhere, alert("b"), alert("c")}))
	require.Equal(t, []kafka.Message{alert("a")}, l.unsent([]kafka.Message{alert("b"), alert("a")}), "a was there once, b twice")
}

func TestDeadLettersOfARepeatedRecordAreTwo(t *testing.T) {
	dead := func(offset string) kafka.Message {
		return kafka.Message{Topic: "dlq", Value: []byte("{"), Headers: []kafka.Header{{Key: deadOffset, Value: []byte(offset)}}}
	}
	var l Tail
	first, second := dead("7"), dead("8")
	l.sentBefore(&first)
	require.Equal(t, []kafka.Message{second}, l.unsent([]kafka.Message{second, first}))
}

func TestAReplayEndsWhereTheInputsEndedAtTheFence(t *testing.T) {
	l := Tail{until: []int64{3, 0}}
	require.False(t, l.replayed(&store.Progress{Next: []int64{2, kafka.Earliest}}))
	require.False(t, l.replayed(&store.Progress{Next: []int64{3, kafka.Earliest}}))
	require.True(t, l.replayed(&store.Progress{Next: []int64{3, 0}}))
}

func TestChangelogRecordsComeBackOrAreRefused(t *testing.T) {
	value := appendChange(nil, 7, []byte("state"))
	epoch, payload, err := readChange(value)
	require.NoError(t, err)
	require.EqualValues(t, 7, epoch)
	require.Equal(t, "state", string(payload))
	for bit := range 8 * len(value) {
		bent := append([]byte(nil), value...)
		bent[bit/8] ^= 1 << (bit % 8)
		_, _, err := readChange(bent)
		require.Error(t, err, "bit %d", bit)
	}
	for n := range value {
		_, _, err := readChange(value[:n])
		require.Error(t, err, "cut to %d bytes", n)
	}
	value[0] = changelogVersion + 1
	_, _, err = readChange(value)
	require.ErrorContains(t, err, "run the release that wrote it")
}
