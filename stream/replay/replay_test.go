package replay_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	desk "github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/bench/gen"
	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/stream/replay"
	"github.com/cardwatch/cardwatch/stream/wire"
)

// history is a directory of input files that a test writes line by line.
type history struct {
	t     *testing.T
	dir   string
	lines map[string][]string
}

func newHistory(t *testing.T) *history {
	return &history{t: t, dir: t.TempDir(), lines: map[string][]string{}}
}

func (h *history) add(topic, line string) { h.lines[topic] = append(h.lines[topic], line) }

func (h *history) write(compress bool) {
	for topic, lines := range h.lines {
		text, name := []byte(strings.Join(lines, "\n")+"\n"), topic+".jsonl"
		if compress {
			var b bytes.Buffer
			z := gzip.NewWriter(&b)
			_, err := z.Write(text)
			require.NoError(h.t, err)
			require.NoError(h.t, z.Close())
			text, name = b.Bytes(), name+".gz"
		}
		require.NoError(h.t, os.WriteFile(filepath.Join(h.dir, name), text, 0o600))
	}
}

// outcome is what a replay left behind.
type outcome struct {
	summary *replay.Summary
	files   map[string]string
}

func run(t *testing.T, dir string, until string) outcome {
	t.Helper()
	monitor, err := detectors.NewMonitor(detectors.Defaults())
	require.NoError(t, err)
	core, err := desk.NewDesk(desk.Defaults())
	require.NoError(t, err)
	cfg := replay.Config{In: dir, Out: t.TempDir(), Monitor: monitor, Desk: core, Zone: time.FixedZone("CST", 8*60*60), Release: "test"}
	if until != "" {
		cfg.Until, err = time.Parse(time.RFC3339, until)
		require.NoError(t, err)
	}
	summary, err := replay.Run(t.Context(), cfg)
	require.NoError(t, err)
	o := outcome{summary: summary, files: map[string]string{}}
	entries, err := os.ReadDir(cfg.Out)
	require.NoError(t, err)
	for _, e := range entries {
		text, err := os.ReadFile(filepath.Join(cfg.Out, e.Name()))
		require.NoError(t, err)
		o.files[e.Name()] = string(text)
	}
	return o
}

func (o outcome) records(t *testing.T, topic string) (list []map[string]any) {
	t.Helper()
	for line := range strings.Lines(o.files[topic+".jsonl"]) {
		var record map[string]any
		require.NoError(t, json.Unmarshal([]byte(line), &record), line)
		list = append(list, record)
	}
	return list
}

// harbin is a holder who buys groceries in Harbin, at four in the afternoon, for forty days.
func harbin(h *history) {
	h.add(wire.CustomerTopic, `{"event_id":"cu","customer_id":"c1","updated_at":"2026-01-01T00:00:00+08:00","home_city":"230100","currency":"CNY","language":"zh-CN"}`)
	h.add(wire.ContactTopic, `{"event_id":"co","customer_id":"c1","updated_at":"2026-01-01T00:00:00+08:00","phone":"+8619900000001","push_token":"tok","consent":{"sms":true,"push":true,"profiling":true}}`)
	at := time.Date(2026, 1, 1, 16, 0, 0, 0, time.FixedZone("", 8*60*60))
	for n := range 40 {
		h.add(wire.TransactionTopic, purchase(fmt.Sprint("h", n), at.AddDate(0, 0, n).Format(time.RFC3339), 8_000+100*n, "chip", "230100"))
	}
}

func purchase(id, at string, minor int, entry, city string) string {
	return fmt.Sprintf(`{"event_id":%q,"customer_id":"c1","card_id":"k1","occurred_at":%q,"type":"purchase","status":"approved","amount_minor":%d,"currency":"CNY","entry_mode":%q,"city":%q,"mcc":"5311","merchant_id":"m1"}`,
		id, at, minor, entry, city)
}

func TestACloneFarAwayBecomesACaseAndAPrompt(t *testing.T) {
	h := newHistory(t)
	harbin(h)
	h.add(wire.TransactionTopic, purchase("clone", "2026-02-09T16:40:00+08:00", 1_880_000, "magstripe", "440300"))
	h.write(false)
	o := run(t, h.dir, "")

	require.Equal(t, map[string]int64{"large_out_of_town": 1}, o.summary.Alerts)
	require.Equal(t, map[string]int64{"open": 1}, o.summary.Prompts)
	require.Equal(t, map[string]int64{"waiting_for_customer": 1}, o.summary.Cases)
	require.Equal(t, int64(41), o.summary.Records[wire.TransactionTopic])
	alert := o.records(t, wire.AlertTopic)[0]
	require.Equal(t, "open", alert["state"])
	require.Equal(t, []any{"clone"}, alert["event_ids"])
	require.Equal(t, "2026-02-09T16:40:00.000+08:00", alert["occurred_at"])
	require.NotEmpty(t, alert["reasons"])
}

func TestTheClockRunsOnWhenAsked(t *testing.T) {
	h := newHistory(t)
	harbin(h)
	h.add(wire.TransactionTopic, purchase("clone", "2026-02-09T16:40:00+08:00", 1_880_000, "magstripe", "440300"))
	h.write(false)
	o := run(t, h.dir, "2026-02-12T00:00:00+08:00")
	require.Equal(t, map[string]int64{"expired": 1}, o.summary.Prompts, "nobody answered")
	last := o.records(t, wire.AlertTopic)[1]
	require.Equal(t, "closed", last["state"])
	require.Equal(t, float64(2), last["revision"])
	require.Equal(t, "2026-02-12T00:00:00+08:00", o.summary.Through)
}

func TestAnAnswerInTheFilesReachesTheMonitor(t *testing.T) {
	h := newHistory(t)
	harbin(h)
	h.add(wire.TransactionTopic, purchase("trip1", "2026-02-09T16:40:00+08:00", 1_880_000, "chip", "440300"))
	h.add(wire.ReplyTopic, `{"event_id":"r1","customer_id":"","channel":"sms","from":"+8619900000001","text":"不是我","received_at":"2026-02-09T16:45:00+08:00"}`)
	h.add(wire.TransactionTopic, purchase("trip2", "2026-02-09T17:10:00+08:00", 1_900_000, "chip", "440300"))
	h.write(false)
	o := run(t, h.dir, "")
	require.Equal(t, map[string]int64{}, o.summary.DeadLetters, "a reply without a customer is found by its number")
	require.Equal(t, map[string]int64{"no": 1}, o.summary.Prompts)
	answers := o.records(t, wire.FeedbackTopic)
	require.Len(t, answers, 1, "a back-test counts what was answered")
	require.Equal(t, "fraud", answers[0]["verdict"])
	alerts := o.records(t, wire.AlertTopic)
	require.Equal(t, []any{"trip1", "trip2"}, alerts[len(alerts)-1]["event_ids"], "the card is watched more closely now")
}

func TestBillsAgeThroughTheTiers(t *testing.T) {
	h := newHistory(t)
	h.add(wire.StatementTopic, `{"event_id":"s1","customer_id":"c1","account_id":"a1","statement_at":"2026-01-05T20:00:00+08:00","due_at":"2026-01-25T23:59:59+08:00","balance_minor":500000,"min_due_minor":50000,"past_due_minor":0,"cycles_past_due":0,"credit_limit_minor":2000000,"currency":"CNY","autopay":false}`)
	h.add(wire.PaymentTopic, `{"event_id":"p1","customer_id":"c1","account_id":"a1","paid_at":"2026-03-10T10:00:00+08:00","amount_minor":500000,"currency":"CNY","method":"manual","status":"settled"}`)
	h.write(false)
	o := run(t, h.dir, "2026-03-11T00:00:00+08:00")
	var tiers []string
	for _, c := range o.records(t, wire.CollectionTopic) {
		tier, _ := c["tier"].(string)
		tiers = append(tiers, tier)
	}
	require.Equal(t, []string{"grace", "mild", "moderate", "severe_a", ""}, tiers)
	require.Equal(t, int64(1), o.summary.Collections["left"])
}

func TestBadLinesAreDeadLettersAndTheRestGoesOn(t *testing.T) {
	h := newHistory(t)
	harbin(h)
	for _, bad := range []string{`{`, `[]`, `{"event_id":"x","event_id":"y"}`, `null`, `{"amount_minor":1}`,
		strings.Replace(purchase("pan", "2026-02-09T10:00:00+08:00", 1, "chip", "230100"), `"m1"`, `"4111 1111 1111 1111"`, 1)} {
		h.add(wire.TransactionTopic, bad)
	}
	h.add(wire.TransactionTopic, purchase("h0", "2026-01-01T16:00:00+08:00", 8_000, "chip", "230100"))
	h.add(wire.TransactionTopic, purchase("last", "2026-02-09T18:00:00+08:00", 8_000, "chip", "230100"))
	h.write(false)
	o := run(t, h.dir, "")
	require.Equal(t, map[string]int64{
		"bad_json": 1, "not_object": 2, "duplicate_field": 1, "missing_field:event_id": 1, "clear_pan": 1,
	}, o.summary.DeadLetters)
	require.Equal(t, int64(48), o.summary.Records[wire.TransactionTopic])
	for _, d := range o.records(t, "dlq") {
		require.Equal(t, wire.TransactionTopic, d["dlq_topic"])
	}
	for name, text := range o.files {
		require.NotContains(t, text, "4111 1111", name)
	}
}

// The same history gives the same bytes, compressed or not, however often.
func TestAReplayIsRepeatable(t *testing.T) {
	cfg := gen.Defaults()
	cfg.Customers, cfg.Days, cfg.History, cfg.AttackRate, cfg.LendRate = 150, 40, 20, 20, 10
	bank, err := gen.New(cfg)
	require.NoError(t, err)
	plain, packed := newHistory(t), newHistory(t)
	for {
		rec, ok := bank.Next()
		if !ok {
			break
		}
		line, err := wire.AppendInput(nil, rec.Body)
		require.NoError(t, err)
		plain.add(rec.Topic(), string(line))
		packed.add(rec.Topic(), string(line))
	}
	plain.write(false)
	packed.write(true)
	first, second := run(t, plain.dir, ""), run(t, packed.dir, "")
	require.NotZero(t, first.summary.Alerts["large_out_of_town"])
	require.NotZero(t, first.summary.Alerts["late_night_high_frequency"])
	require.Equal(t, first.files, second.files)
	require.Equal(t, first.summary.Cases, second.summary.Cases)
}

func TestADirectoryWithoutInputIsRefused(t *testing.T) {
	_, err := replay.Run(t.Context(), replay.Config{In: t.TempDir(), Out: t.TempDir()})
	require.ErrorContains(t, err, "holds no input: expected files such as cards.transaction.v1.jsonl")
}
