// Package kafka is the engine's edge to Apache Kafka, on segmentio/kafka-go: it reads partitions, writes as an idempotent and fenced
// producer, joins consumer groups and looks after topics.
//
// Only package stream and the wiring in cmd call it. It uses kafka-go's connections, authentication, protocol types and group
// membership, but not its Reader, Writer, Conn or Client.Fetch: those check no CRC, hand out aborted records and stop at empty batches.
//
// A Client and a Producer are safe for concurrent use; a Fetcher belongs to one goroutine. What passes by itself (a leader that moves, a
// broker that restarts, a lost connection) is retried until the caller's context ends and is reported to Config.OnRetry; what needs a
// person (an offset gap, a corrupt batch, a fenced producer) comes back as an error of its own type. Nothing is skipped silently.
package kafka

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"time"

	kgo "github.com/segmentio/kafka-go"
	"github.com/segmentio/kafka-go/sasl"
)

// Config says how to reach a Kafka cluster. Only Brokers is required.
type Config struct {
	// Brokers are the bootstrap addresses, each "host:port".
	Brokers []string
	// ClientID names this process in the brokers' logs, metrics and quotas.
	ClientID string
	// TLS, when set, encrypts every connection.
	TLS *tls.Config
	// SASL, when set, authenticates every connection.
	SASL sasl.Mechanism
	// Dial opens connections; nil means net.Dialer. Tests put an in-memory network here.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// DialTimeout bounds connecting, including TLS and SASL; 0 means 5 s.
	DialTimeout time.Duration
	// FetchMaxWait is how long a broker may hold a fetch while there is nothing to read; 0 means 100 ms.
	FetchMaxWait time.Duration
	// FetchMaxBytes bounds what one fetch returns, save that one whole batch always comes; 0 means 1 MiB.
	FetchMaxBytes int
	// DeliveryTimeout bounds how long Producer.Send retries one batch; 0 means 30 s.
	DeliveryTimeout time.Duration
	// OnRetry, when set, hears of every failure that will be retried: what was attempted, and why it failed. It may be called from
	// several goroutines at once and must not block.
	OnRetry func(what string, err error)
}

// Client holds the connections to one cluster.
type Client struct {
	cfg   Config
	addr  net.Addr
	fetch *kgo.Transport // long polls have their own connections, so that they delay nothing else
	main  *kgo.Transport
	api   *kgo.Client
}

// New returns a client for the cluster. It does not connect yet; the first call that needs a broker does.
func New(cfg Config) (*Client, error) {
	if len(cfg.Brokers) == 0 {
		return nil, errors.New("kafka: no broker address is configured")
	}
	for _, b := range cfg.Brokers {
		if _, _, err := net.SplitHostPort(b); err != nil {
			return nil, errors.New("kafka: broker address " + b + " is not host:port")
		}
	}
	cfg.DialTimeout = orDefault(cfg.DialTimeout, 5*time.Second)
	cfg.FetchMaxWait = orDefault(cfg.FetchMaxWait, 100*time.Millisecond)
	cfg.FetchMaxBytes = orDefault(cfg.FetchMaxBytes, 1<<20)
	cfg.DeliveryTimeout = orDefault(cfg.DeliveryTimeout, 30*time.Second)
	if cfg.Dial == nil {
		cfg.Dial = (&net.Dialer{Timeout: cfg.DialTimeout}).DialContext
	}
	if cfg.OnRetry == nil {
		cfg.OnRetry = func(string, error) {}
	}
	c := &Client{cfg: cfg, addr: kgo.TCP(cfg.Brokers...)}
	c.fetch, c.main = c.transport(), c.transport()
	c.api = &kgo.Client{Addr: c.addr, Transport: c.main, Timeout: requestTimeout}
	return c, nil
}

// Close closes the connections. Fetchers, producers and groups of this client must have been stopped before.
func (c *Client) Close() error {
	c.refresh()
	return nil
}

func (c *Client) transport() *kgo.Transport {
	return &kgo.Transport{
		Dial:        c.cfg.Dial,
		DialTimeout: c.cfg.DialTimeout,
		ClientID:    c.cfg.ClientID,
		TLS:         c.cfg.TLS,
		SASL:        c.cfg.SASL,
	}
}

func orDefault[T comparable](v, fallback T) T {
	var zero T
	if v == zero {
		return fallback
	}
	return v
}
