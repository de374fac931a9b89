// Package broker runs a Kafka-protocol broker inside the process, on loopback, with its data on disk: franz-go's kfake, one node.
//
// It is for `cardwatch demo` and for tests, never for production: it keeps one copy, on one goroutine, without access control. The
// process that starts it owns it; two must not share a directory. What it acknowledged survives a crash of the process, though not
// of the machine, as it does not wait for the disk.
package broker

import (
	"errors"
	"fmt"
	"log/slog"
	"os"

	"github.com/twmb/franz-go/pkg/kfake"
)

// Config says where the broker listens and keeps its data.
type Config struct {
	// Dir holds the data; it is created if need be. A broker that is started on it again has the same topics, groups and records.
	Dir string
	// Port is the TCP port on 127.0.0.1; 0 means any free one.
	Port int
	// Logger, when set, gets the broker's own warnings and errors.
	Logger *slog.Logger
}

// Broker is a running broker. Its methods are safe for concurrent use.
type Broker struct {
	cluster *kfake.Cluster
	addr    string
}

// Start starts a broker. Topics are created through the Kafka protocol, as on any broker; there are none at first and none come into
// being by themselves.
func Start(cfg Config) (*Broker, error) {
	if cfg.Dir == "" {
		return nil, errors.New("broker: no data directory is configured")
	}
	if err := os.MkdirAll(cfg.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("broker: data directory: %w", err)
	}
	options := []kfake.Opt{
		kfake.NumBrokers(1),
		kfake.Ports(cfg.Port),
		kfake.DataDir(cfg.Dir),
	}
	if cfg.Logger != nil {
		options = append(options, kfake.WithLogger(logger{cfg.Logger}))
	}
	cluster, err := kfake.NewCluster(options...)
	if err != nil {
		return nil, fmt.Errorf("broker: start on 127.0.0.1:%d with data in %s: %w", cfg.Port, cfg.Dir, err)
	}
	return &Broker{cluster: cluster, addr: cluster.ListenAddrs()[0]}, nil
}

// Addr returns "host:port" for clients to connect to.
func (b *Broker) Addr() string { return b.addr }

// Close stops the broker and writes out its data. Clients that are still connected lose their connections.
func (b *Broker) Close() error {
	b.cluster.Close()
	return nil
}
