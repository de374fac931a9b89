package app

import (
	"github.com/cardwatch/cardwatch/cmd/internal/config"
	"github.com/cardwatch/cardwatch/stream"
	"github.com/cardwatch/cardwatch/stream/kafka"
	"github.com/cardwatch/cardwatch/stream/rekey"
	"github.com/cardwatch/cardwatch/stream/wire"
)

// hostRekey prepares one engine per source. Each is a group of its own, so that a source that comes or goes disturbs no other.
func (a *App) hostRekey(metrics *stream.Metrics) {
	if !a.Config.Has(config.RoleRekey) {
		return
	}
	for _, s := range a.Config.Rekey.Sources {
		a.rekeys = append(a.rekeys, rekey.New(rekey.Config{
			Client: a.Client, Source: rekey.Source{Topic: s.Topic, Mapping: s.Compiled, Target: s.Target},
			Group: kafka.GroupConfig{
				Group: a.Config.Group(config.RoleRekey) + "." + s.Topic, SessionTimeout: a.Config.Kafka.SessionTimeout,
				HeartbeatInterval: a.Config.Kafka.HeartbeatInterval,
			},
			Zone: a.Zone, Log: a.Log, Metrics: metrics, Release: a.Release,
		}))
	}
}

// RekeyTopics lists the dead letters of the sources; the sources themselves are the bank's to make.
func RekeyTopics(cfg *config.Config) []kafka.TopicSpec {
	var specs []kafka.TopicSpec
	for _, s := range cfg.Rekey.Sources {
		specs = append(specs, kafka.TopicSpec{
			Name: wire.DeadLetter(s.Topic), Partitions: cfg.Topics.Partitions, ReplicationFactor: cfg.Topics.ReplicationFactor,
			Config: map[string]string{"message.timestamp.type": string(BrokerTime), "retention.ms": days100},
		})
	}
	return specs
}
