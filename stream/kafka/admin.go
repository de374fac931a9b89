package kafka

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	kgo "github.com/segmentio/kafka-go"
)

// TopicSpec describes a topic that should exist.
type TopicSpec struct {
	Name       string
	Partitions int
	// ReplicationFactor is the number of copies; -1 means the cluster's default.
	ReplicationFactor int
	// Config holds topic settings by Kafka's own names, such as "cleanup.policy".
	Config map[string]string
}

// TopicInfo is what the cluster says about a topic.
type TopicInfo struct {
	Partitions int
}

// CreateTopics creates the topics that do not exist. One that exists is left as it is, and it is an error when its partition count
// differs from the wanted one. Every topic is tried; the errors are joined.
func (c *Client) CreateTopics(ctx context.Context, specs []TopicSpec) error {
	req := &kgo.CreateTopicsRequest{}
	names := make([]string, 0, len(specs))
	for _, s := range specs {
		t := kgo.TopicConfig{Topic: s.Name, NumPartitions: s.Partitions, ReplicationFactor: s.ReplicationFactor}
		for _, k := range slices.Sorted(maps.Keys(s.Config)) {
			t.ConfigEntries = append(t.ConfigEntries, kgo.ConfigEntry{ConfigName: k, ConfigValue: s.Config[k]})
		}
		req.Topics = append(req.Topics, t)
		names = append(names, s.Name)
	}
	res, err := c.api.CreateTopics(ctx, req)
	if err != nil {
		return fmt.Errorf("kafka: create topics: %w", explain(err))
	}
	existing, err := c.Topics(ctx, names)
	if err != nil {
		return err
	}
	var errs []error
	for _, s := range specs {
		err := res.Errors[s.Name]
		switch {
		case err == nil:
		case !errors.Is(err, kgo.TopicAlreadyExists):
			errs = append(errs, fmt.Errorf("kafka: create topic %s: %w", s.Name, explain(err)))
		case existing[s.Name].Partitions != s.Partitions:
			errs = append(errs, fmt.Errorf("kafka: topic %s exists with %d partitions, but %d are wanted: changing the count would move "+
				"keys between partitions, so delete and refill the topic or change the configuration", s.Name, existing[s.Name].Partitions,
				s.Partitions))
		}
	}
	return errors.Join(errs...)
}

// Topics returns what the cluster knows about the named topics. One that does not exist, or that this user may not see, is absent.
func (c *Client) Topics(ctx context.Context, names []string) (map[string]TopicInfo, error) {
	c.main.CloseIdleConnections() // kafka-go would answer from a cache that may be seconds old
	res, err := c.api.Metadata(ctx, &kgo.MetadataRequest{Topics: names})
	if err != nil {
		return nil, fmt.Errorf("kafka: topic metadata: %w", explain(err))
	}
	topics := map[string]TopicInfo{}
	for _, t := range res.Topics {
		if t.Error == nil || errors.Is(t.Error, kgo.LeaderNotAvailable) {
			topics[t.Name] = TopicInfo{Partitions: len(t.Partitions)}
		}
	}
	return topics, nil
}

// CheckCoPartitioned returns an error unless all the named topics exist with the same number of partitions. Its text names the topics
// and their counts.
func (c *Client) CheckCoPartitioned(ctx context.Context, names []string) error {
	topics, err := c.Topics(ctx, names)
	if err != nil {
		return err
	}
	var (
		missing, counts []string
		differ          bool
	)
	for _, name := range names {
		t, ok := topics[name]
		if !ok {
			missing = append(missing, name)
			continue
		}
		counts = append(counts, name+" has "+strconv.Itoa(t.Partitions))
		differ = differ || t.Partitions != topics[names[0]].Partitions
	}
	switch {
	case len(missing) > 0:
		return fmt.Errorf("kafka: topics missing, or not visible to this user: %s (`cardwatch topics create` makes them)",
			strings.Join(missing, ", "))
	case differ:
		return fmt.Errorf("kafka: topics must have the same number of partitions, as a customer's records have to meet in one, but %s",
			strings.Join(counts, ", "))
	}
	return nil
}

// PartitionOffsets are the ends of one partition.
type PartitionOffsets struct {
	// Earliest is the oldest offset that is kept; Latest is one past the newest that can be read.
	Earliest, Latest int64
}

// Offsets returns the ends of every partition of the topic, by partition number.
func (c *Client) Offsets(ctx context.Context, topic string) ([]PartitionOffsets, error) {
	topics, err := c.Topics(ctx, []string{topic})
	if err != nil {
		return nil, err
	}
	info, ok := topics[topic]
	if !ok {
		return nil, fmt.Errorf("kafka: topic %s does not exist, or this user has no permission to see it", topic)
	}
	offsets := make([]PartitionOffsets, info.Partitions)
	for p := range offsets {
		if offsets[p], err = c.offsets(ctx, topic, p, kgo.ReadCommitted); err != nil {
			return nil, err
		}
	}
	return offsets, nil
}

// offsets asks for the two ends of one partition, in two requests because Kafka refuses a partition that is named twice in one. With
// kgo.ReadUncommitted the end is that of the log, open transactions included.
func (c *Client) offsets(ctx context.Context, topic string, partition int, level kgo.IsolationLevel) (PartitionOffsets, error) {
	first, err := c.offset(ctx, topic, kgo.FirstOffsetOf(partition), level)
	if err != nil {
		return PartitionOffsets{}, err
	}
	last, err := c.offset(ctx, topic, kgo.LastOffsetOf(partition), level)
	if err != nil {
		return PartitionOffsets{}, err
	}
	return PartitionOffsets{Earliest: first.FirstOffset, Latest: last.LastOffset}, nil
}

func (c *Client) offset(ctx context.Context, topic string, req kgo.OffsetRequest, level kgo.IsolationLevel) (kgo.PartitionOffsets, error) {
	res, err := c.api.ListOffsets(ctx, &kgo.ListOffsetsRequest{
		Topics:         map[string][]kgo.OffsetRequest{topic: {req}},
		IsolationLevel: level,
	})
	if err != nil {
		return kgo.PartitionOffsets{}, fmt.Errorf("kafka: offsets of %s/%d: %w", topic, req.Partition, explain(err))
	}
	for _, p := range res.Topics[topic] {
		if p.Partition == req.Partition {
			if p.Error != nil {
				return p, fmt.Errorf("kafka: offsets of %s/%d: %w", topic, req.Partition, explain(p.Error))
			}
			return p, nil
		}
	}
	return kgo.PartitionOffsets{}, fmt.Errorf("kafka: the broker left %s/%d out of its offsets", topic, req.Partition)
}
