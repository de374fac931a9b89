package kafka

import (
	"context"
	"errors"
	"fmt"
	"time"

	kgo "github.com/segmentio/kafka-go"
	"github.com/segmentio/kafka-go/protocol"
	"github.com/segmentio/kafka-go/protocol/metadata"
)

const (
	// requestTimeout bounds one request and its answer; a fetch adds the time the broker may hold it.
	requestTimeout = 10 * time.Second

	minBackoff      = 20 * time.Millisecond
	maxBackoff      = time.Second
	slowCoordinator = 2 * time.Second

	connectBackoff = time.Second // between attempts to connect or to authenticate: a locked account must not be hammered
)

// retry paces the attempts of one operation over one transport.
type retry struct {
	c         *Client
	transport *kgo.Transport
	what      string
	delay     time.Duration
	last      error
	began     time.Time
}

// after reports the failed attempt, forgets the cluster's layout if the leader may have moved, and waits. It returns an error that names
// the failure when ctx ends first.
func (r *retry) after(ctx context.Context, err error) error {
	if ctx.Err() == nil {
		r.last = explain(r.c.cause(ctx, r.transport, err))
	}
	if ctx.Err() != nil {
		return r.ended(ctx)
	}
	if r.began.IsZero() {
		r.began = time.Now()
	}
	// Concurrent transactions are the coordinator's way to say that it is not done yet, which is worth a word only when it takes long.
	if !errors.Is(r.last, kgo.ConcurrentTransactions) || time.Since(r.began) > slowCoordinator {
		r.c.cfg.OnRetry(r.what, r.last)
	}
	if misrouted(r.last) {
		r.c.refresh()
	}
	r.delay = min(max(2*r.delay, minBackoff), maxBackoff)
	if refused(r.last) {
		r.delay = connectBackoff
	}
	timer := time.NewTimer(r.delay)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return r.ended(ctx)
	}
}

func (r *retry) ended(ctx context.Context) error {
	if r.last == nil {
		return fmt.Errorf("kafka: %s: %w", r.what, ctx.Err())
	}
	return fmt.Errorf("kafka: %s: %w (last failure: %w)", r.what, ctx.Err(), r.last)
}

// refresh makes the next request on every transport start with fresh connections and metadata. kafka-go has no call for that alone.
func (c *Client) refresh() {
	c.fetch.CloseIdleConnections()
	c.main.CloseIdleConnections()
}

// cause finds out why a request found no leader to go to: kafka-go routes by a layout that stays empty while no broker can be reached,
// and keeps the reason to itself until asked for metadata.
func (c *Client) cause(ctx context.Context, t *kgo.Transport, err error) error {
	switch {
	case errors.Is(err, protocol.ErrNoTopic), errors.Is(err, protocol.ErrNoPartition):
		if _, unreachable := t.RoundTrip(ctx, c.addr, &metadata.Request{}); unreachable != nil {
			return unreachable
		}
		return fmt.Errorf("%w: %w", err, kgo.UnknownTopicOrPartition)
	case errors.Is(err, protocol.ErrNoLeader):
		return fmt.Errorf("%w: %w", err, kgo.LeaderNotAvailable)
	}
	return err
}

// misrouted reports whether the request may have gone to the wrong broker, or to one that is gone.
func misrouted(err error) bool {
	var code kgo.Error
	if !errors.As(err, &code) {
		return true
	}
	switch code {
	case kgo.UnknownTopicOrPartition, kgo.LeaderNotAvailable, kgo.NotLeaderForPartition, kgo.BrokerNotAvailable, kgo.ReplicaNotAvailable,
		kgo.KafkaStorageError, kgo.FencedLeaderEpoch, kgo.UnknownLeaderEpoch:
		return true
	}
	return false
}

// refused reports whether the brokers could not be reached or do not let this user in.
func refused(err error) bool {
	var code kgo.Error
	if !errors.As(err, &code) {
		return true
	}
	switch code {
	case kgo.TopicAuthorizationFailed, kgo.GroupAuthorizationFailed, kgo.ClusterAuthorizationFailed,
		kgo.TransactionalIDAuthorizationFailed, kgo.UnsupportedSASLMechanism, kgo.SASLAuthenticationFailed:
		return true
	}
	return false
}
