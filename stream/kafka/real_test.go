package kafka

import (
	"os"
	"os/exec"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// restartLimit bounds a restart of the broker on a machine that is busy with other things.
const restartLimit = 5 * time.Minute

// realClient connects to the Apache Kafka that .ci/kafka/broker.sh runs.
func realClient(t *testing.T) *Client {
	t.Helper()
	addr := os.Getenv("KAFKA_TEST_BROKER")
	if addr == "" {
		t.Skip("KAFKA_TEST_BROKER is not set: run `.ci/kafka/broker.sh start` and set it to 127.0.0.1:19092 to test against Apache Kafka")
	}
	return newClient(t, Config{
		Brokers: []string{addr}, ClientID: "conformance",
		DeliveryTimeout: restartLimit, OnRetry: func(what string, err error) { t.Log(what, err) },
	})
}

func TestConformanceOnApacheKafka(t *testing.T) { conformance(t, realClient(t)) }

// TestCompactedTopicOnApacheKafka makes the log cleaner leave empty batches behind: it keeps a producer's last batch, without its
// records, to remember the sequence.
func TestCompactedTopicOnApacheKafka(t *testing.T) {
	c := realClient(t)
	topic := topicNamed(t, c, 1, map[string]string{
		"cleanup.policy": "compact", "min.cleanable.dirty.ratio": "0.001", "segment.bytes": "1048576", "min.compaction.lag.ms": "0",
	})
	write := func(id string, n int, value string) {
		p, err := c.Producer(t.Context(), id)
		require.NoError(t, err)
		for i := range n {
			require.NoError(t, p.Send(t.Context(), []Message{{Topic: topic, Key: []byte("key-" + strconv.Itoa(i)), Value: []byte(value)}}))
		}
	}
	write("", 3, "superseded")
	write("", 3, "superseded too")
	write("", 3, "current")
	filler := make([]byte, 700<<10) // rolls the segment twice, so that the first can be cleaned
	p, err := c.Producer(t.Context(), "")
	require.NoError(t, err)
	for range 3 {
		require.NoError(t, p.Send(t.Context(), []Message{{Topic: topic, Key: []byte("filler"), Value: filler}}))
	}

	require.Eventually(t, func() bool { return countEmptyBatches(t, c, topic) >= 2 }, time.Minute, 500*time.Millisecond,
		"the log cleaner leaves the first two producers' last batches empty")

	last := map[string]string{}
	f := c.Fetch(topic, 0, Earliest)
	for {
		b, err := f.Next(within(t, 10*time.Second))
		require.NoError(t, err)
		for _, r := range b.Records {
			last[string(r.Key)] = string(r.Value[:min(len(r.Value), 20)])
		}
		if b.CaughtUp() {
			require.EqualValues(t, 12, b.Next)
			break
		}
	}
	delete(last, "filler")
	require.Equal(t, map[string]string{"key-0": "current", "key-1": "current", "key-2": "current"}, last)
}

// countEmptyBatches looks at the batches as they are on the wire.
func countEmptyBatches(t *testing.T, c *Client, topic string) (empty int) {
	t.Helper()
	for next := int64(0); ; {
		res, err := c.fetch.RoundTrip(within(t, 10*time.Second), c.addr, &fetchRequest{topic: topic, offset: next, maxWaitMs: 10, maxBytes: 1 << 20})
		require.NoError(t, err)
		rest := res.(*fetchResponse).records
		if len(rest) == 0 {
			return empty
		}
		for len(rest) > 0 {
			var batch []byte
			batch, rest, err = splitBatch(rest)
			require.NoError(t, err)
			if batch == nil {
				break
			}
			h, err := parseHeader(batch)
			require.NoError(t, err)
			next = h.last + 1
			if h.count == 0 {
				empty++
			}
		}
	}
}

// TestRestartOfApacheKafka restarts the broker under a writer, a reader and a group member. All go on, and nothing is lost or doubled.
func TestRestartOfApacheKafka(t *testing.T) {
	c := realClient(t)
	script := os.Getenv("KAFKA_TEST_SCRIPT")
	if script == "" {
		t.Skip("KAFKA_TEST_SCRIPT is not set: set it to the path of .ci/kafka/broker.sh to let the test restart the broker")
	}
	topic := topicNamed(t, c, 1, nil)
	member := join(t, c, GroupConfig{Group: topic, Topics: []string{topic}}, func(Assignment) error { return nil })
	before := member.next(t, 1)
	p, err := c.Producer(t.Context(), topic)
	require.NoError(t, err)

	want := values("v", 300)
	sent := make(chan error, 1)
	third := make(chan struct{})
	go func() {
		for i, v := range want {
			if i == len(want)/3 {
				close(third)
			}
			if err := p.Send(t.Context(), messages(topic, []string{v})); err != nil {
				sent <- err
				return
			}
		}
		sent <- nil
	}()
	<-third
	for _, verb := range []string{"stop", "start"} {
		out, err := exec.CommandContext(t.Context(), script, verb).CombinedOutput()
		require.NoError(t, err, "%s", out)
	}
	ctx := within(t, restartLimit)
	var got []string
	for f := c.Fetch(topic, 0, Earliest); len(got) < len(want); {
		b, err := f.Next(ctx)
		require.NoError(t, err)
		for _, r := range b.Records {
			got = append(got, string(r.Value))
		}
	}
	require.NoError(t, <-sent)
	require.Equal(t, want, got)
	require.Greater(t, member.next(t, 1).Generation, before.Generation, "the member is back")
	require.NoError(t, p.Send(t.Context(), messages(topic, []string{"after"})))
	require.NoError(t, member.end(t))
}
