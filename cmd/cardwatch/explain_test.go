package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/alerts/explain"
	"github.com/cardwatch/cardwatch/cmd/internal/app"
	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/stream/broker"
	"github.com/cardwatch/cardwatch/stream/kafka"
	"github.com/cardwatch/cardwatch/stream/wire"
)

func TestAnAlertOfAReplayIsExplained(t *testing.T) {
	bank, out := bankFiles(t), filepath.Join(t.TempDir(), "out")
	code, _, stderr := silence(t, "replay", "--in", bank, "--out", out)
	require.Equal(t, exitOK, code, stderr)
	alerts, err := os.ReadFile(filepath.Join(out, "cardwatch.alert.v1.jsonl"))
	require.NoError(t, err)
	var first struct {
		ID string `json:"alert_id"`
	}
	line, _, _ := strings.Cut(string(alerts), "\n")
	require.NoError(t, json.Unmarshal([]byte(line), &first))

	code, text, stderr := silence(t, "explain", first.ID, "--in", out)
	require.Equal(t, exitOK, code, stderr)
	require.Contains(t, text, "alert_at = ")
	require.Contains(t, text, "cards.transaction.v1[0]@")
	code, stdout, stderr := silence(t, "explain", first.ID, "--in", out, "-o", "json")
	require.Equal(t, exitOK, code, stderr)
	var e explain.Explanation
	require.NoError(t, json.Unmarshal([]byte(stdout), &e))
	require.NotEmpty(t, e.Facts)
	require.NotNil(t, e.Rule)
	code, page, _ := silence(t, "explain", first.ID, "--in", out, "-o", "html", "--lang", "zh-CN")
	require.Equal(t, exitOK, code)
	require.Contains(t, page, `<html lang="zh-CN">`)
	require.NotContains(t, page, `lang="en"`)

	code, _, stderr = silence(t, "explain", "no-such-alert", "--in", out)
	require.Equal(t, exitFailed, code)
	require.Contains(t, stderr, "no-such-alert: there is no alert with this id")
}

// In Kafka an alert is explained by the rule set that decided then, which the life cycle's topic holds.
func TestAnAlertInKafkaIsExplainedByTheSetOfItsTime(t *testing.T) {
	b, err := broker.Start(broker.Config{Dir: t.TempDir()})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, b.Close()) })
	config := configFile(t, b.Addr(), t.TempDir())
	client, err := kafka.New(kafka.Config{Brokers: []string{b.Addr()}})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, client.Close()) })
	require.NoError(t, client.CreateTopics(t.Context(), app.Topics(2, 1, app.ProducerTime)))
	producer, err := client.Producer(t.Context(), "")
	require.NoError(t, err)
	at := card.MomentOf(time.Date(2026, 3, 1, 2, 0, 0, 0, bankZone()))
	a := detectors.Alert{
		Head: card.Head{Customer: "c1", At: at}, AlertID: "al-1", Revision: 1, State: detectors.Open, Detector: "large_out_of_town",
		DetectorVersion: 1, RuleSet: "spring.9", Mode: detectors.Live, Severity: detectors.High, Score: 78, Card: "k1", Account: "a1",
		EventIDs: []string{"e1"}, OccurredAt: at, Action: detectors.Review, Reasons: []detectors.Reason{{Code: "new_place", Value: 2, Unit: detectors.Days}},
	}
	require.NoError(t, producer.Send(t.Context(), []kafka.Message{{Topic: wire.AlertTopic, Partition: -1, Key: []byte("c1"), Value: wire.AppendAlert(nil, &a)}}))

	explained := func() *explain.Explanation {
		code, stdout, stderr := silence(t, "explain", "al-1", "-c", config, "-o", "json")
		require.Equal(t, exitOK, code, stderr)
		e := &explain.Explanation{}
		require.NoError(t, json.Unmarshal([]byte(stdout), e))
		return e
	}
	require.Nil(t, explained().Rule, "nobody has written this set down")
	code, _, stderr := silence(t, "rules", "submit", file(t, "spring.yaml", "version: spring.9\nlarge_out_of_town: {alert_at: 57}\n"), "-c", config, "--by", "li")
	require.Equal(t, exitOK, code, stderr)
	require.Equal(t, explain.Setting{Key: "alert_at", Value: "57", Meaning: "The score, 1 to 100, from which an alert is raised."}, explained().Rule.Settings[0])

	code, _, stderr = silence(t, "explain", "al-2", "-c", config)
	require.Equal(t, exitFailed, code)
	require.Contains(t, stderr, "al-2: there is no alert with this id")
}
