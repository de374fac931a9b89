package load_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/signal"
	"strconv"
	"sync"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/bench/load"
	"github.com/cardwatch/cardwatch/stream/kafka"
)

// peerArgument makes this test binary another implementation: one that knows a planted record when it sees one.
const peerArgument = "serve-as-a-peer"

func TestPeersTakeTurnsOnTheSameTopic(t *testing.T) {
	r := run(t, load.Config{Suites: []string{"peers"}, Peer: []string{os.Args[0], peerArgument}})
	require.Len(t, r.Peers.Runs, 4)
	for i, one := range r.Peers.Runs {
		if ours := i%2 == 0; ours {
			require.Positive(t, one.Alerts, one.Name)
		} else {
			require.EqualValues(t, 1, one.PerSecond, "what the peer says of itself")
		}
	}
	require.Equal(t, r.Peers.Runs[0].Alerts, r.Peers.Runs[2].Alerts, "both turns find the same")
	require.Len(t, r.Peers.Open, 2)
	for _, one := range r.Peers.Open {
		require.Equal(t, one.Planted, one.Seen, one.Name)
	}
}

// peer keeps to what peer.go asks of one.
type peer struct {
	input, output string
	records       int64 // 0: until it is told to end
	client        *kafka.Client
	producer      *kafka.Producer
	mu            sync.Mutex
	read, alerts  int64
	done          context.CancelFunc
}

func servePeer(args []string) error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	p := &peer{input: args[0], output: args[1], done: stop}
	for i, a := range args {
		if a == "--records" {
			p.records, _ = strconv.ParseInt(args[i+1], 10, 64)
		}
	}
	var err error
	if p.client, err = kafka.New(kafka.Config{Brokers: []string{os.Getenv("BROKER")}}); err != nil {
		return err
	}
	if p.producer, err = p.client.Producer(ctx, ""); err != nil {
		return err
	}
	if err := p.client.Join(ctx, kafka.GroupConfig{Group: os.Getenv("APP"), Topics: []string{p.input}}, p.own); err != nil {
		return err
	}
	fmt.Printf(`{"records":%d,"records_per_second":1,"cpu_us_per_record":1,"rss_mb":1,"alerts":%d}`+"\n", p.read, p.alerts)
	return p.client.Close()
}

func (p *peer) own(ctx context.Context, a kafka.Assignment) error {
	var wg sync.WaitGroup
	errs := make([]error, len(a.Partitions))
	for i, partition := range a.Partitions {
		from := max(a.Committed[p.input][partition], 0)
		wg.Go(func() { errs[i] = p.follow(ctx, a, partition, p.client.Fetch(p.input, partition, from)) })
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil && ctx.Err() == nil {
			return err
		}
	}
	return nil
}

func (p *peer) follow(ctx context.Context, a kafka.Assignment, partition int, f *kafka.Fetcher) error {
	for ctx.Err() == nil {
		batch, err := f.Next(ctx)
		if err != nil {
			return err
		}
		var found []kafka.Message
		for _, r := range batch.Records {
			if bytes.Contains(r.Value, []byte(`"plant-`)) {
				found = append(found, kafka.Message{Topic: p.output, Partition: int32(partition), Value: bytes.Clone(r.Value)})
			}
		}
		if err := p.producer.Send(ctx, found); err != nil {
			return err
		}
		if err := a.Commit(map[string]map[int]int64{p.input: {partition: batch.Next}}); err != nil {
			return err
		}
		p.count(int64(len(batch.Records)), int64(len(found)))
	}
	return nil
}

func (p *peer) count(records, alerts int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.read += records
	p.alerts += alerts
	if p.records > 0 && p.read >= p.records {
		p.done()
	}
}
