package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/cmd/internal/app"
	"github.com/cardwatch/cardwatch/cmd/internal/config"
	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/store"
	"github.com/cardwatch/cardwatch/stream"
	"github.com/cardwatch/cardwatch/stream/broker"
	"github.com/cardwatch/cardwatch/stream/kafka"
	"github.com/cardwatch/cardwatch/stream/wire"
)

// deskHouse is a broker, a configuration for it, and a store in which a desk has met two customers.
func deskHouse(t *testing.T) (file string, cfg *config.Config) {
	t.Helper()
	b, err := broker.Start(broker.Config{Dir: t.TempDir()})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, b.Close()) })
	dir := filepath.Join(t.TempDir(), "store")
	file = configFile(t, b.Addr(), dir)
	cfg, err = config.Load(file, nil)
	require.NoError(t, err)
	client, err := kafka.New(kafka.Config{Brokers: []string{b.Addr()}})
	require.NoError(t, err)
	defer client.Close()
	require.NoError(t, client.CreateTopics(t.Context(), app.Topics(1, 1, app.ProducerTime, cfg.Groups()...)))
	producer, err := client.Producer(t.Context(), "")
	require.NoError(t, err)

	db, err := store.Open(dir, store.Options{})
	require.NoError(t, err)
	core, err := alerts.NewDesk(alerts.Defaults())
	require.NoError(t, err)
	task, err := stream.NewTask(stream.NewDesk(core, nil), stream.TaskConfig{
		Space: db.Space(stream.DeskTag, 0), Sink: producer, Partitions: 1, Zone: time.UTC, Changelog: stream.ChangelogTopic(cfg.Group("desk")), Epoch: 1,
	})
	require.NoError(t, err)
	for n, customer := range []string{"cust-1", "cust-2"} {
		rec := contact(customer, int64(n))
		require.NoError(t, producer.Send(t.Context(), []kafka.Message{{Topic: wire.ContactTopic, Key: rec.Key, Value: rec.Value}}))
		require.NoError(t, task.Apply(0, rec))
	}
	require.NoError(t, task.Commit(t.Context()))
	require.NoError(t, task.Release(t.Context()))
	task.Close()
	require.NoError(t, db.Close())
	return file, cfg
}

func configFile(t *testing.T, broker, dir string) string {
	t.Helper()
	return file(t, "cardwatch.yaml", fmt.Sprintf("kafka:\n  brokers: [%q]\nstore:\n  dir: %q\n", broker, dir))
}

func contact(customer string, offset int64) *kafka.Record {
	at := card.Moment{UnixMilli: 1_772_344_800_000, OffsetMinutes: 480}
	return &kafka.Record{Offset: offset, Timestamp: at.UnixMilli, Key: []byte(customer), Value: wire.AppendContact(nil, &alerts.Contact{
		Head: card.Head{ID: "contact-" + customer, Customer: customer, At: at}, Phone: "+8613800138000", OffsetMinutes: 480,
	})}
}

func TestStateCommandsOnAStoppedStore(t *testing.T) {
	file, cfg := deskHouse(t)
	out := filepath.Join(t.TempDir(), "states.jsonl")

	code, stdout, stderr := silence(t, "state", "inspect", "-c", file)
	require.Equal(t, exitOK, code, stderr)
	var inspected struct {
		From       string
		Partitions []struct {
			Processor string
			States    int
			Now       string
		}
	}
	require.NoError(t, json.Unmarshal([]byte(stdout), &inspected))
	require.Equal(t, "store", inspected.From)
	require.Len(t, inspected.Partitions, 1)
	require.Equal(t, "desk", inspected.Partitions[0].Processor)
	require.Equal(t, 2, inspected.Partitions[0].States)
	require.Equal(t, "2026-03-01T06:00:00Z", inspected.Partitions[0].Now)

	code, fromChangelog, stderr := silence(t, "state", "inspect", "-c", file, "--from", "changelog", "--processor", "desk")
	require.Equal(t, exitOK, code, stderr)
	require.Equal(t, strings.Replace(stdout, `"store"`, `"changelog"`, 1), fromChangelog)

	code, stdout, stderr = silence(t, "state", "inspect", "-c", file, "--customer", "cust-2")
	require.Equal(t, exitOK, code, stderr)
	require.Contains(t, stdout, `"phone": "••••••00"`)
	require.NotContains(t, stdout, "138001380")

	code, _, stderr = silence(t, "state", "export", "-c", file, "--out", out)
	require.Equal(t, exitOK, code, stderr)
	lines, err := os.ReadFile(out)
	require.NoError(t, err)
	require.Equal(t, 2, strings.Count(string(lines), "\n"))
	info, err := os.Stat(out)
	require.NoError(t, err)
	require.EqualValues(t, 0o600, info.Mode().Perm())

	code, stdout, stderr = silence(t, "state", "verify", "-c", file, "--against", "changelog")
	require.Equal(t, exitOK, code, stdout+stderr)
	require.Empty(t, stdout)

	forget(t, cfg.Store.Dir, "cust-2")
	code, stdout, _ = silence(t, "state", "verify", "-c", file)
	require.Equal(t, exitProblems, code)
	require.Equal(t, 1, strings.Count(stdout, "\n"))
	require.Contains(t, stdout, `desk partition 0: customer "cust-2": its row`)

	code, _, stderr = silence(t, "state", "finalize", "-c", file)
	require.Equal(t, exitOK, code, stderr)
	require.Contains(t, stderr, "nothing to finalize")
}

func TestAfterFinalizeThisReleaseNamesTheOneItNeeds(t *testing.T) {
	file, cfg := deskHouse(t)
	client, err := kafka.New(kafka.Config{Brokers: cfg.Kafka.Brokers})
	require.NoError(t, err)
	defer client.Close()
	require.NoError(t, finalizeGroups(t.Context(), client, cfg.Groups(), store.Format{Level: store.Level + 1, Release: "v9.0.0"}))
	code, stdout, stderr := silence(t, "state", "inspect", "-c", file, "--from", "changelog")
	require.Equal(t, exitFailed, code, stdout)
	require.Contains(t, stderr, "run release v9.0.0 or a newer one")
}

// forget deletes the index rows of a customer.
func forget(t *testing.T, dir, customer string) {
	t.Helper()
	db, err := store.Open(dir, store.Options{})
	require.NoError(t, err)
	s := db.Space(stream.DeskTag, 0)
	state := new(alerts.State)
	found, err := s.View(customer, state.UnmarshalBinary)
	require.NoError(t, err)
	require.True(t, found)
	b := s.NewBatch()
	b.Reindex(stream.NewDesk(nil, nil).Index(state, nil), nil)
	require.NoError(t, b.Commit())
	require.NoError(t, db.Close())
}

func TestStateCommandsSayWhatIsWrong(t *testing.T) {
	file, cfg := deskHouse(t)
	nothing := configFile(t, "127.0.0.1:1", t.TempDir())
	for name, c := range map[string]struct {
		args []string
		code int
		says string
	}{
		"no configuration":       {[]string{"state", "inspect"}, exitUsage, "--config is missing"},
		"unknown processor":      {[]string{"state", "inspect", "-c", file, "--processor", "clerk"}, exitUsage, "want monitor or desk"},
		"unknown place":          {[]string{"state", "export", "-c", file, "--out", "x", "--from", "tape"}, exitUsage, "want store or changelog"},
		"nowhere to write":       {[]string{"state", "export", "-c", file}, exitUsage, "--out is missing"},
		"nothing to compare":     {[]string{"state", "verify", "-c", file, "--against", "memory"}, exitUsage, "want changelog"},
		"no store":               {[]string{"state", "verify", "-c", nothing}, exitFailed, "there is no store in"},
		"nobody of that name":    {[]string{"state", "inspect", "-c", file, "--customer", "cust-9"}, exitFailed, `customer "cust-9" has no state`},
		"nothing in a partition": {[]string{"state", "verify", "-c", file, "--partition", "7"}, exitFailed, "holds no state of what was asked for"},
	} {
		t.Run(name, func(t *testing.T) {
			code, stdout, stderr := silence(t, c.args...)
			require.Equal(t, c.code, code, stderr)
			require.Contains(t, stderr, c.says)
			require.Empty(t, stdout)
		})
	}
	t.Run("a store in use", func(t *testing.T) {
		db, err := store.Open(cfg.Store.Dir, store.Options{})
		require.NoError(t, err)
		defer db.Close()
		code, _, stderr := silence(t, "state", "inspect", "-c", file)
		require.Equal(t, exitFailed, code)
		require.Contains(t, stderr, "in use by another process")
		require.Contains(t, stderr, "stop the service, or name a snapshot of the directory with CARDWATCH_STORE_DIR, or use --from changelog")
	})
	t.Run("a file that the disk has damaged", func(t *testing.T) {
		tables, err := filepath.Glob(filepath.Join(cfg.Store.Dir, "*.sst"))
		require.NoError(t, err)
		require.NotEmpty(t, tables)
		content, err := os.ReadFile(tables[0])
		require.NoError(t, err)
		content[30] ^= 0xff
		require.NoError(t, os.WriteFile(tables[0], content, 0o600))
		code, _, stderr := silence(t, "state", "verify", "-c", file)
		require.Equal(t, exitFailed, code)
		require.Contains(t, stderr, "checksum mismatch")
		require.NoFileExists(t, filepath.Join(cfg.Store.Dir, "DAMAGED"), "looking changes nothing")
	})
}
