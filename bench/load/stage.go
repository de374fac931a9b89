package load

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	kgo "github.com/segmentio/kafka-go"

	"github.com/cardwatch/cardwatch/bench/load/part"
	"github.com/cardwatch/cardwatch/stream"
	"github.com/cardwatch/cardwatch/stream/kafka"
	"github.com/cardwatch/cardwatch/stream/wire"
)

// group is the consumer group of every engine of the bench.
const group = "cardwatch-bench-monitor"

// stage is a broker with empty topics, and room for a store.
type stage struct {
	scene
	broker    *part.Process // nil when it runs already
	addr      string
	pid       int
	client    *kafka.Client
	admin     *kgo.Client
	dirs      []string
	brokerDir string
	storeDir  string
	cacheMiB  int
}

// setUp makes a stage; whoever got one strikes it.
func (b *bench) setUp(ctx context.Context, sc scene) (s *stage, err error) {
	s = &stage{scene: sc, addr: b.Broker, pid: b.BrokerPID, cacheMiB: b.CacheMiB}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.strike())
		}
	}()
	if s.storeDir, err = s.dir(b.Dir, "store"); err != nil {
		return s, err
	}
	if s.addr == "" {
		if s.brokerDir, err = s.dir(or(b.BrokerDir, b.Dir), "broker"); err != nil {
			return s, err
		}
		if err = s.startBroker(ctx, b.PartCommand); err != nil {
			return s, err
		}
	}
	if s.client, err = kafka.New(kafka.Config{Brokers: []string{s.addr}, ClientID: "cardwatch-bench"}); err != nil {
		return s, err
	}
	s.admin = &kgo.Client{Addr: kgo.TCP(s.addr), Timeout: patience}
	if err = s.clear(ctx, b.Overwrite); err != nil {
		return s, err
	}
	b.Overwrite = true // what is there from now on is the bench's own
	return s, s.create(ctx, topics(sc.Partitions))
}

func (s *stage) dir(under, name string) (string, error) {
	dir, err := os.MkdirTemp(under, "cardwatch-bench-"+name+"-")
	if err != nil {
		return "", fmt.Errorf("load: %w", err)
	}
	s.dirs = append(s.dirs, dir)
	return dir, nil
}

func (s *stage) startBroker(ctx context.Context, command []string) (err error) {
	s.broker, err = part.Start(ctx, command, part.Order{Broker: &part.BrokerOrder{Dir: filepath.Join(s.brokerDir, "data")}})
	if err != nil {
		return err
	}
	var answer part.BrokerAnswer
	if err := s.broker.Answer(&answer); err != nil {
		return err
	}
	s.addr, s.pid = answer.Addr, s.broker.PID()
	return nil
}

// strike ends what setUp began and removes its directories.
func (s *stage) strike() error {
	var errs []error
	if s.client != nil {
		errs = append(errs, s.client.Close())
	}
	if s.broker != nil {
		errs = append(errs, s.broker.Stop())
	}
	for _, dir := range s.dirs {
		errs = append(errs, os.RemoveAll(dir))
	}
	return errors.Join(errs...)
}

// topics lists every topic with producers' time stamps, since the traffic's past is written within a minute, and without an end
// of retention, since most of it is older than that.
func topics(partitions int) (specs []kafka.TopicSpec) {
	config := map[string]string{"message.timestamp.type": "CreateTime", "retention.ms": "-1"}
	for _, name := range topicNames() {
		specs = append(specs, kafka.TopicSpec{Name: name, Partitions: partitions, ReplicationFactor: 1, Config: config})
	}
	return specs
}

func topicNames() (names []string) {
	for _, name := range wire.Topics() {
		names = append(names, name, wire.DeadLetter(name))
	}
	return names
}

// patience is how long a broker or a peer may take to do what it was asked for.
const patience = 2 * time.Minute

// create creates topics and waits until their partitions answer.
func (s *stage) create(ctx context.Context, specs []kafka.TopicSpec) error {
	if err := s.client.CreateTopics(ctx, specs); err != nil {
		return err
	}
	return await(ctx, "partitions without a leader", func(ctx context.Context) (bool, error) {
		for _, spec := range specs {
			if _, err := s.client.Offsets(ctx, spec.Name); err != nil {
				return false, nil // a broker that has just created it refuses for a moment
			}
		}
		return true, nil
	})
}

// await asks until the answer is yes, an error, or patience ends.
func await(ctx context.Context, what string, ask func(context.Context) (bool, error)) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	ticker := time.NewTicker(100 * time.Millisecond)
	defer ticker.Stop()
	for {
		if done, err := ask(ctx); done || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("load: %s: %w", what, ctx.Err())
		case <-ticker.C:
		}
	}
}

// clear deletes the topics that an earlier run left on a running broker, and the groups' offsets with them.
func (s *stage) clear(ctx context.Context, overwrite bool) error {
	names := append(topicNames(), peerTopic)
	groups := []string{group, part.DeskGroup(group)}
	for turn := range turns {
		groups = append(groups, fmt.Sprintf("%s-%d", group, turn), fmt.Sprintf("%s%d", peerGroup, turn))
	}
	for _, g := range groups {
		names = append(names, stream.ChangelogTopic(g))
	}
	left, err := s.client.Topics(ctx, names)
	if err != nil || len(left) == 0 {
		return err
	}
	if !overwrite {
		return fmt.Errorf("load: the broker at %s has topics of Cardwatch already, which the bench would delete: "+
			"give it another broker, or allow it with --overwrite", s.addr)
	}
	if _, err := s.admin.DeleteGroups(ctx, &kgo.DeleteGroupsRequest{GroupIDs: groups}); err != nil {
		return fmt.Errorf("load: delete groups: %w", err)
	}
	return s.deleteTopics(ctx, names)
}

// deleteTopics deletes and waits until they are gone.
func (s *stage) deleteTopics(ctx context.Context, names []string) error {
	return await(ctx, "topics that stay though they were deleted", func(ctx context.Context) (bool, error) {
		left, err := s.client.Topics(ctx, names)
		if err != nil || len(left) == 0 {
			return err == nil, err
		}
		_, err = s.admin.DeleteTopics(ctx, &kgo.DeleteTopicsRequest{Topics: slices.Collect(maps.Keys(left))})
		return false, err
	})
}
