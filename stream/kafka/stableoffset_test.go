package kafka

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestACutOffsetAnswerIsAnError decodes every beginning of an answer of OffsetFetch version 7, and the whole.
func TestACutOffsetAnswerIsAnError(t *testing.T) {
	answer := append([]byte{
		0, 0, 0, 0, 0, // correlation id, no tags
		0, 0, 0, 0, // throttle time
		2, 2, 't', // one topic, named t
		2, 0, 0, 0, 7, // one partition, number 7
		0, 0, 0, 0, 0, 0, 1, 2, // offset 258
		0xff, 0xff, 0xff, 0xff, // no leader epoch
		0,    // no metadata
		0, 0, // no error
		1, 9, 2, 'x', 'y', // one tagged field, which nobody knows
		0,    // no tags of the topic
		0, 0, // no error
	}, 0)
	req := &offsetRequest{topic: "t", partition: 7}
	for n := range answer {
		_, err := req.decode(answer[:n])
		require.Error(t, err, "%d bytes", n)
	}
	res, err := req.decode(answer)
	require.NoError(t, err)
	require.Equal(t, &offsetResponse{offset: 258}, res)
}
