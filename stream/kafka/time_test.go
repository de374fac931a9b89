package kafka

import (
	"context"
	"net"
	"testing"
	"testing/synctest"
	"time"

	"github.com/segmentio/kafka-go/sasl/scram"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// The tests in this file run in bubbles of fake time: cluster, network and clients in one process, on one clock.

// virtual starts a cluster on an in-memory network.
func virtual(t *testing.T, network *kfake.VirtualNetwork, options ...kfake.Opt) *kfake.Cluster {
	t.Helper()
	return fake(t, append(options, kfake.ListenFn(network.Listen), kfake.Ports(9092))...)
}

func TestAHandOverMayTakeLongerThanTheSession(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var network kfake.VirtualNetwork
		k := virtual(t, &network, kfake.SeedTopics(2, "log"))
		c := newClient(t, Config{Brokers: k.ListenAddrs(), Dial: network.DialContext})
		cfg := GroupConfig{Group: "g", Topics: []string{"log"}}
		slow := join(t, c, cfg, func(a Assignment) error {
			time.Sleep(2 * testSession) // the work of handing over; without heartbeats the commit would be refused
			return a.Commit(map[string]map[int]int64{"log": {1: 7}})
		})
		slow.next(t, 2)
		other := join(t, c, cfg, func(Assignment) error { return nil })
		require.Equal(t, map[int]int64{1: 7}, other.next(t, 1).Committed["log"])
		require.NoError(t, slow.end(t))
		require.NoError(t, other.end(t))
	})
}

func TestAMemberThatLeavesIsReplacedWithinASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var network kfake.VirtualNetwork
		k := virtual(t, &network, kfake.SeedTopics(2, "log"))
		c := newClient(t, Config{Brokers: k.ListenAddrs(), Dial: network.DialContext})
		cfg := GroupConfig{Group: "g", Topics: []string{"log"}}
		first := join(t, c, cfg, func(Assignment) error { return nil })
		first.next(t, 2)
		second := join(t, c, cfg, func(Assignment) error { return nil })
		second.next(t, 1)
		first.next(t, 1)
		left := time.Now()
		require.NoError(t, first.end(t))
		second.next(t, 2)
		require.LessOrEqual(t, time.Since(left), time.Second)
		require.NoError(t, second.end(t))
	})
}

func TestAMemberThatFallsSilentIsReplacedAndComesBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var network kfake.VirtualNetwork
		k := virtual(t, &network, kfake.SeedTopics(2, "log"))
		c := newClient(t, Config{Brokers: k.ListenAddrs(), Dial: network.DialContext})
		cfg := GroupConfig{Group: "g", Topics: []string{"log"}}
		member := join(t, c, cfg, func(Assignment) error { return nil })
		before := member.next(t, 2)
		k.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Heartbeat}, Group: "g", Err: kerr.UnknownMemberID})
		require.Greater(t, member.next(t, 2).Generation, before.Generation)
		require.NoError(t, member.end(t))
	})
}

// TestAWrongPasswordIsNotTriedInAHurry looks at both halves of the promise: a clear cause, and no more than one attempt a second.
func TestAWrongPasswordIsNotTriedInAHurry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var (
			network kfake.VirtualNetwork
			seen    retries
			dials   = make(chan struct{}, 1000)
		)
		k := virtual(t, &network, kfake.SeedTopics(1, "log"), kfake.EnableSASL(), kfake.Superuser("SCRAM-SHA-512", "cardwatch", "right"))
		c := newClient(t, Config{
			Brokers: k.ListenAddrs(), SASL: scramLogin(t, scram.SHA512, "not-the-password"), OnRetry: seen.add,
			Dial: func(ctx context.Context, n, address string) (net.Conn, error) {
				dials <- struct{}{}
				return network.DialContext(ctx, n, address)
			},
		})
		const seconds = 30
		_, err := c.Fetch("log", 0, 0).Next(within(t, seconds*time.Second))
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.ErrorContains(t, err, "wrong user, password or TLS setting")
		require.NotContains(t, seen.String()+err.Error(), "not-the-password")
		require.LessOrEqual(t, len(dials), 2*seconds, "the transport's own refresh and ours, each at most once a second on average")
	})
}

func TestAClusterThatIsGoneForTenMinutesCostsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var (
			network kfake.VirtualNetwork
			seen    retries
			dir     = kfake.DataDir(t.TempDir())
		)
		k := virtual(t, &network, dir, kfake.SeedTopics(1, "log"))
		c := newClient(t, Config{Brokers: k.ListenAddrs(), Dial: network.DialContext, DeliveryTimeout: time.Hour, OnRetry: seen.add})
		p, err := c.Producer(t.Context(), "owner")
		require.NoError(t, err)
		require.NoError(t, p.Send(t.Context(), messages("log", []string{"before"})))
		f := c.Fetch("log", 0, 0)
		require.Equal(t, "before", nextValue(t, f))
		k.Close()
		sent := make(chan error, 1)
		go func() { sent <- p.Send(t.Context(), messages("log", []string{"during"})) }()
		time.Sleep(10 * time.Minute)
		virtual(t, &network, dir)
		require.Equal(t, "during", nextValue(t, f))
		require.NoError(t, <-sent)
		require.Contains(t, seen.String(), "the broker cannot be reached")
	})
}
