package app

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/cardwatch/cardwatch/cmd/internal/config"
	"github.com/cardwatch/cardwatch/stream/kafka"
	"github.com/cardwatch/cardwatch/stream/wire"
)

// NewLog is the process's log: JSON lines for machines, plain text on a terminal.
func NewLog(w io.Writer) *slog.Logger {
	if f, ok := w.(*os.File); ok {
		if info, err := f.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
			return slog.New(slog.NewTextHandler(w, nil))
		}
	}
	return slog.New(slog.NewJSONHandler(w, nil))
}

// Connect prepares the client for the configured cluster.
func Connect(cfg *config.Config, log *slog.Logger) (*kafka.Client, error) {
	tls, err := cfg.TLS()
	if err != nil {
		return nil, err
	}
	mechanism, err := cfg.SASL()
	if err != nil {
		return nil, err
	}
	host, err := os.Hostname()
	if err != nil {
		return nil, fmt.Errorf("app: %w", err)
	}
	return kafka.New(kafka.Config{
		Brokers: cfg.Kafka.Brokers, ClientID: cfg.Kafka.ClientID + "-" + host, TLS: tls, SASL: mechanism,
		OnRetry: quietly(func(what string, err error) { log.Warn("kafka: will try again", "what", what, "error", err) }),
	})
}

// quietly lets each thing that is tried again be told once in ten seconds: every partition of every topic tries on its own.
func quietly(tell func(what string, err error)) func(what string, err error) {
	const pause = 10 * time.Second
	var mu sync.Mutex
	told := make(map[string]time.Time)
	return func(what string, err error) {
		mu.Lock()
		now := time.Now()
		recently := now.Sub(told[what]) < pause
		if !recently {
			told[what] = now
		}
		mu.Unlock()
		if !recently {
			tell(what, err)
		}
	}
}

// partitions checks that all topics are there and agree, and tells how many partitions they have.
func partitions(ctx context.Context, client *kafka.Client) (int, error) {
	names := wire.Topics()
	for _, name := range wire.Topics() {
		names = append(names, wire.DeadLetter(name))
	}
	infos, err := client.Topics(ctx, names)
	if err != nil {
		return 0, err
	}
	var missing []string
	for _, name := range names {
		if infos[name].Partitions == 0 {
			missing = append(missing, name)
		}
	}
	if len(missing) > 0 {
		return 0, fmt.Errorf("app: topics are missing: %s; make them with 'cardwatch topics create'", strings.Join(missing, ", "))
	}
	if err := client.CheckCoPartitioned(ctx, names); err != nil {
		return 0, err
	}
	return infos[names[0]].Partitions, nil
}
