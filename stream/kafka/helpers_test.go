package kafka

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kfake"
	franz "github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// readTimeout bounds what a test waits for; nothing comes near it unless it is broken.
const readTimeout = time.Minute

// fake starts an in-memory cluster.
func fake(t *testing.T, options ...kfake.Opt) *kfake.Cluster {
	t.Helper()
	k, err := kfake.NewCluster(append([]kfake.Opt{kfake.NumBrokers(1), kfake.GroupMinSessionTimeout(time.Second)}, options...)...)
	require.NoError(t, err)
	t.Cleanup(k.Close)
	return k
}

// retries collects what a client reports to OnRetry.
type retries struct {
	mu   sync.Mutex
	seen []string
}

func (r *retries) add(what string, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.seen = append(r.seen, what+": "+err.Error())
}

func (r *retries) String() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return strings.Join(r.seen, "\n")
}

func newClient(t *testing.T, cfg Config) *Client {
	t.Helper()
	c, err := New(cfg)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, c.Close()) })
	return c
}

func fakeClient(t *testing.T, k *kfake.Cluster) *Client {
	t.Helper()
	return newClient(t, Config{Brokers: k.ListenAddrs(), ClientID: "test"})
}

// topicNamed creates a topic with a name of its own.
func topicNamed(t *testing.T, c *Client, partitions int, config map[string]string) string {
	t.Helper()
	name := fmt.Sprintf("%s-%d", strings.ReplaceAll(strings.ToLower(t.Name()), "/", "."), time.Now().UnixNano())
	require.NoError(t, c.CreateTopics(t.Context(), []TopicSpec{{Name: name, Partitions: partitions, ReplicationFactor: -1, Config: config}}))
	return name
}

// franzClient is an independent implementation that writes what ours does not: transactions and compressed batches.
func franzClient(t *testing.T, c *Client, options ...franz.Opt) *franz.Client {
	t.Helper()
	f, err := franz.NewClient(append([]franz.Opt{
		franz.SeedBrokers(c.cfg.Brokers...), franz.RecordPartitioner(franz.ManualPartitioner()),
	}, options...)...)
	require.NoError(t, err)
	t.Cleanup(f.Close)
	return f
}

func deleteRecords(t *testing.T, c *Client, topic string, before int64) {
	t.Helper()
	req := kmsg.NewPtrDeleteRecordsRequest()
	rt := kmsg.NewDeleteRecordsRequestTopic()
	rp := kmsg.NewDeleteRecordsRequestTopicPartition()
	rt.Topic, rp.Offset = topic, before
	rt.Partitions = append(rt.Partitions, rp)
	req.Topics = append(req.Topics, rt)
	res, err := req.RequestWith(t.Context(), franzClient(t, c))
	require.NoError(t, err)
	require.Zero(t, res.Topics[0].Partitions[0].ErrorCode)
}

func values(prefix string, n int) []string {
	all := make([]string, n)
	for i := range all {
		all[i] = fmt.Sprintf("%s%d", prefix, i)
	}
	return all
}

func messages(topic string, values []string) []Message {
	msgs := make([]Message, len(values))
	for i, v := range values {
		msgs[i] = Message{Topic: topic, Value: []byte(v)}
	}
	return msgs
}

// read fetches partition 0 from the offset until it is caught up, and returns the values with the offset to go on from.
func read(t *testing.T, c *Client, topic string, from int64) (got []string, next int64) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), readTimeout)
	defer cancel()
	f := c.Fetch(topic, 0, from)
	for {
		b, err := f.Next(ctx)
		require.NoError(t, err)
		for _, r := range b.Records {
			got = append(got, string(r.Value))
		}
		if b.CaughtUp() {
			return got, b.Next
		}
	}
}
