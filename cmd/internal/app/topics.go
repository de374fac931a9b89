package app

import (
	"github.com/cardwatch/cardwatch/stream"
	"github.com/cardwatch/cardwatch/stream/kafka"
	"github.com/cardwatch/cardwatch/stream/wire"
)

// TimeType says whose clock stamps the records.
type TimeType string

const (
	// BrokerTime has the broker stamp records on arrival: no producer's clock can move time.
	BrokerTime TimeType = "LogAppendTime"
	// ProducerTime keeps the producer's stamp: the demo's bank lives faster than the broker's clock.
	ProducerTime TimeType = "CreateTime"
)

// Topics lists every topic that Cardwatch reads or writes. All have the same number of partitions, since they are joined by
// customer, but those of people's acts on rules, silences and experiments: they have one, and keep everything.
func Topics(partitions, replicas int, stamp TimeType, groups ...string) []kafka.TopicSpec {
	var specs []kafka.TopicSpec
	add := func(name, retention string, compacted bool) {
		config := map[string]string{"message.timestamp.type": string(stamp)}
		if compacted {
			config["cleanup.policy"] = "compact"
		} else {
			config["retention.ms"] = retention
		}
		specs = append(specs, kafka.TopicSpec{Name: name, Partitions: partitions, ReplicationFactor: replicas, Config: config})
	}
	for _, name := range wire.Topics() {
		switch name {
		case wire.CustomerTopic, wire.ContactTopic:
			add(name, "", true)
		case wire.TickTopic:
			add(name, days7, false)
		default:
			// States are rebuilt from the inputs when store and changelog are lost, so these outlive the longest window.
			add(name, days100, false)
		}
		add(wire.DeadLetter(name), days100, false)
	}
	for _, name := range []string{wire.RuleTopic, wire.SilenceTopic, wire.ExperimentTopic} {
		specs = append(specs, kafka.TopicSpec{
			Name: name, Partitions: 1, ReplicationFactor: replicas,
			Config: map[string]string{"message.timestamp.type": string(stamp), "retention.ms": "-1"},
		})
	}
	return append(specs, Changelogs(partitions, replicas, groups...)...)
}

// Changelogs lists the changelogs of consumer groups.
func Changelogs(partitions, replicas int, groups ...string) (specs []kafka.TopicSpec) {
	for _, group := range groups {
		specs = append(specs, kafka.TopicSpec{
			Name: stream.ChangelogTopic(group), Partitions: partitions, ReplicationFactor: replicas, Config: map[string]string{
				"cleanup.policy": "compact", "message.timestamp.type": string(BrokerTime),
			},
		})
	}
	return specs
}

const (
	days7   = "604800000"
	days100 = "8640000000"
)
