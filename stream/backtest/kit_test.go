package backtest_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/bench/gen"
	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/stream/backtest"
	"github.com/cardwatch/cardwatch/stream/wire"
)

var zone = time.FixedZone("CST", 8*60*60)

// history is a directory of input files that a test writes line by line.
type history struct {
	t     *testing.T
	lines map[string][]string
}

func newHistory(t *testing.T) *history { return &history{t: t, lines: map[string][]string{}} }

func (h *history) add(topic, line string) { h.lines[topic] = append(h.lines[topic], line) }

func (h *history) dir() string {
	dir := h.t.TempDir()
	for topic, lines := range h.lines {
		require.NoError(h.t, os.WriteFile(filepath.Join(dir, topic+".jsonl"), []byte(strings.Join(lines, "\n")+"\n"), 0o600))
	}
	return dir
}

// bank is a generated history with attacks, and its labels.
func (h *history) bank(customers int) (frauds map[string]string) {
	cfg := gen.Defaults()
	cfg.Customers, cfg.Days, cfg.History, cfg.AttackRate, cfg.LendRate = customers, 20, 20, 40, 10
	bank, err := gen.New(cfg)
	require.NoError(h.t, err)
	frauds = map[string]string{}
	for {
		rec, ok := bank.Next()
		if !ok {
			return frauds
		}
		line, err := wire.AppendInput(nil, rec.Body)
		require.NoError(h.t, err)
		h.add(rec.Topic(), string(line))
		if rec.Label.Attack != "" {
			frauds[rec.Body.Meta().ID] = rec.Label.Episode
		}
	}
}

// harbin is a holder who buys groceries in Harbin, at four in the afternoon, for forty days.
func (h *history) harbin(customer string) {
	h.add(wire.CustomerTopic, fmt.Sprintf(`{"event_id":"cu-%[1]s","customer_id":%[1]q,"updated_at":"2026-01-01T00:00:00+08:00","home_city":"230100","currency":"CNY","language":"zh-CN"}`, customer))
	for n := range 40 {
		h.purchase(customer, fmt.Sprint("h", n), at("2026-01-01T16:00:00+08:00").AddDate(0, 0, n).Format(time.RFC3339), 8_000+100*n, "chip", "230100")
	}
}

func (h *history) purchase(customer, id, at string, minor int, entry, city string) {
	h.add(wire.TransactionTopic, fmt.Sprintf(`{"event_id":"%[1]s-%[2]s","customer_id":%[1]q,"card_id":"k-%[1]s","occurred_at":%[3]q,"type":"purchase","status":"approved","amount_minor":%[4]d,"currency":"CNY","entry_mode":%[5]q,"city":%[6]q,"mcc":"5311","merchant_id":"m1"}`,
		customer, id, at, minor, entry, city))
}

func (h *history) feedback(customer, alert, verdict, at string) {
	h.add(wire.FeedbackTopic, fmt.Sprintf(`{"event_id":"f-%[1]s","customer_id":%[1]q,"card_id":"k-%[1]s","alert_id":%[2]q,"at":%[3]q,"verdict":%[4]q,"source":"customer"}`, customer, alert, at, verdict))
}

func at(text string) time.Time {
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		panic(err)
	}
	return t
}

// side is the shipped rules under another version, changed by the test.
func side(t *testing.T, version string, change func(*detectors.Rules)) backtest.Side {
	t.Helper()
	rules := detectors.Defaults()
	rules.Version = version
	if change != nil {
		change(&rules)
	}
	m, err := detectors.NewMonitor(rules)
	require.NoError(t, err)
	return backtest.Side{Version: version, Monitor: m}
}

// deafToPlaces is a change after which only nights are watched.
func deafToPlaces(r *detectors.Rules) { r.LargeOutOfTown.AlertAt = 100 }

func run(t *testing.T, cfg backtest.Config) *backtest.Report {
	t.Helper()
	cfg.Zone = zone
	r, err := backtest.Run(t.Context(), cfg)
	require.NoError(t, err)
	r.DurationSeconds, r.RecordsPerSecond = 0, 0
	return r
}
