package backtest_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	desk "github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/bench/score"
	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/stream/backtest"
	"github.com/cardwatch/cardwatch/stream/replay"
	"github.com/cardwatch/cardwatch/stream/wire"
)

// What a back-test calls live is what the engine does with the same records, to the byte: same alerts, revisions and times.
func TestTheLiveSideIsWhatAReplayWrites(t *testing.T) {
	h := newHistory(t)
	h.bank(150)
	h.add(wire.TransactionTopic, `{"refused":true}`)
	dir := h.dir()
	live, draft := side(t, "default.1", nil), side(t, "draft.1", deafToPlaces)

	core, err := desk.NewDesk(desk.Defaults())
	require.NoError(t, err)
	out := t.TempDir()
	summary, err := replay.Run(t.Context(), replay.Config{In: dir, Out: out, Monitor: live.Monitor, Desk: core, Zone: zone})
	require.NoError(t, err)
	text, err := os.ReadFile(filepath.Join(out, wire.AlertTopic+".jsonl"))
	require.NoError(t, err)
	want := strings.Split(strings.TrimSpace(string(text)), "\n")

	var mu sync.Mutex
	var got []string
	r := run(t, backtest.Config{In: dir, Live: live, Draft: draft, Workers: 3, Alert: func(a *detectors.Alert) {
		mu.Lock()
		defer mu.Unlock()
		got = append(got, string(wire.AppendAlert(nil, a)))
	}})
	slices.Sort(want)
	slices.Sort(got)
	require.Greater(t, len(want), 20)
	require.Equal(t, want, got)
	require.Equal(t, summary.DeadLetters, r.Refused)
}

func TestADraftThatIsTheLiveSetChangesNothing(t *testing.T) {
	h := newHistory(t)
	frauds := h.bank(150)
	r := run(t, backtest.Config{In: h.dir(), Live: side(t, "a", nil), Draft: side(t, "b", nil), Frauds: frauds})
	require.NotZero(t, r.Total.Live.Alerts)
	require.Equal(t, r.Total.Live, r.Total.Draft)
	require.Empty(t, r.Changes)
	require.Zero(t, r.Total.Caught.Alerts+r.Total.Missed.Alerts+r.Total.Changed)
	require.Equal(t, r.Attacks.Live, r.Attacks.Draft)
	require.Greater(t, r.Attacks.Live, r.Attacks.Attacks/2)
}

func TestTheNumberOfWorkersChangesNothing(t *testing.T) {
	h := newHistory(t)
	cfg := backtest.Config{Live: side(t, "a", nil), Draft: side(t, "b", deafToPlaces), Frauds: h.bank(120), PromptsPerDay: 6}
	cfg.In = h.dir()
	cfg.Workers = 1
	one := run(t, cfg)
	cfg.Workers = 5
	five := run(t, cfg)
	for _, r := range []*backtest.Report{one, five} {
		slices.SortFunc(r.Changes, func(a, b backtest.Change) int {
			return strings.Compare(string(a.Live)+string(a.Draft), string(b.Live)+string(b.Draft))
		})
	}
	require.Equal(t, text(t, one), text(t, five))
	require.Equal(t, one.Changes, five.Changes)
	require.NotZero(t, one.Total.Missed.Alerts)
}

// The false cases are those that bench/score counts, which judges the detectors.
func TestFalseCasesAndAttacksAreTheScorers(t *testing.T) {
	h := newHistory(t)
	frauds := h.bank(200)
	scorer := score.New(card.Moment{})
	var decoder wire.Decoder
	for _, line := range h.lines[wire.TransactionTopic] {
		body, _, err := decoder.Decode(wire.Record{Topic: wire.TransactionTopic, Value: []byte(line), Unkeyed: true})
		require.NoError(t, err)
		b := body.(*card.Transaction)
		attack, fraud := frauds[b.ID]
		scorer.Transaction(b.At, b, score.Label{Fraud: fraud, Episode: attack})
	}
	r := run(t, backtest.Config{
		In: h.dir(), Live: side(t, "a", nil), Draft: side(t, "b", deafToPlaces), Frauds: frauds, Workers: 1,
		Alert: func(a *detectors.Alert) {
			if a.Revision == 1 { // the scorer begins a new case with an alert that grows for more than a day
				scorer.Alert(a)
			}
		},
	})
	want := scorer.Result()
	require.Equal(t, want.Cards, r.Cards)
	require.InDelta(t, want.Days, r.Days, 0.1)
	require.Equal(t, want.Total.Episodes, r.Attacks.Attacks)
	require.InDelta(t, want.Total.FalseCases, r.Total.Live.FalseCases, 3, "an alert may hit by a use that joined later")
	require.NotZero(t, r.Total.Live.FalseCases)
}

func text(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	require.NoError(t, err)
	return string(b)
}

// clone is a card of Harbin that is copied and used in Shenzhen.
func clone(t *testing.T) *history {
	h := newHistory(t)
	h.harbin("c1")
	h.purchase("c1", "clone", "2026-02-10T16:40:00+08:00", 1_880_000, "magstripe", "440300")
	return h
}

func TestWhatADraftWouldMissIsListedWithItsProof(t *testing.T) {
	h := clone(t)
	cfg := backtest.Config{In: h.dir(), Live: side(t, "live.1", nil), Draft: side(t, "draft.2", deafToPlaces), Frauds: map[string]string{"c1-clone": "attack-1"}}
	r := run(t, cfg)
	require.Equal(t, 1, r.Total.Live.Alerts)
	require.Zero(t, r.Total.Draft.Alerts)
	missed := r.Rules["large_out_of_town"].Missed
	require.Equal(t, backtest.Figures{Alerts: 1, Hits: 1, Customers: 1, Messages: 1}, without(missed))
	require.Equal(t, &backtest.AttackReport{Attacks: 1, Live: 1, Draft: 0}, r.Attacks)

	require.Len(t, r.Changes, 1)
	require.Equal(t, backtest.NewlyMissed, r.Changes[0].Kind)
	require.True(t, r.Changes[0].Hit)
	require.Nil(t, r.Changes[0].Draft)
	var record struct {
		RuleSet string           `json:"rule_set"`
		Reasons []map[string]any `json:"reasons"`
	}
	require.NoError(t, json.Unmarshal(r.Changes[0].Live, &record))
	require.Equal(t, "live.1", record.RuleSet)
	require.NotEmpty(t, record.Reasons)
}

func TestWhatADraftWouldCatchCostsCustomersAndMessages(t *testing.T) {
	cfg := backtest.Config{In: clone(t).dir(), Live: side(t, "live.1", deafToPlaces), Draft: side(t, "draft.2", nil)}
	r := run(t, cfg)
	require.False(t, r.Labelled)
	require.Equal(t, backtest.Figures{Alerts: 1, Customers: 1, Messages: 1, FalseCases: 1}, without(r.Rules["large_out_of_town"].Caught))
	require.Equal(t, backtest.NewlyCaught, r.Changes[0].Kind)
	require.NotEmpty(t, r.Changes[0].Draft)
}

// without leaves out the rate, which depends on the length of the history.
func without(f backtest.Figures) backtest.Figures {
	f.FalseCasesPer1kCardsDay = 0
	return f
}

func TestAnAnswerCountsForBothSidesOfAnIncident(t *testing.T) {
	h := clone(t)
	cfg := backtest.Config{In: h.dir(), Live: side(t, "live.1", nil), Draft: side(t, "draft.2", nil)}
	var id string
	var once sync.Once
	cfg.Alert = func(a *detectors.Alert) { once.Do(func() { id = strings.Clone(a.AlertID) }) }
	run(t, cfg)

	h.feedback("c1", id, "genuine", "2026-02-10T16:45:00+08:00")
	cfg.In, cfg.Alert = h.dir(), nil
	r := run(t, cfg)
	require.Equal(t, 1, r.Total.Live.Genuine)
	require.Equal(t, 1, r.Total.Draft.Genuine)
	require.Zero(t, r.Total.Live.Fraud)
}

func TestWhatCameBeforeWarmsAndDoesNotCount(t *testing.T) {
	h := newHistory(t)
	for _, c := range []string{"c1", "c2"} {
		h.harbin(c)
	}
	h.purchase("c1", "before", "2026-02-09T16:40:00+08:00", 1_880_000, "magstripe", "440300")
	h.purchase("c2", "after", "2026-02-11T16:40:00+08:00", 1_880_000, "magstripe", "440300")
	h.purchase("c1", "beyond", "2026-03-11T16:40:00+08:00", 1_880_000, "magstripe", "440300")
	cfg := backtest.Config{
		In: h.dir(), Live: side(t, "a", nil), Draft: side(t, "b", deafToPlaces),
		From: at("2026-02-11T00:00:00+08:00"), To: at("2026-02-20T00:00:00+08:00"),
	}
	r := run(t, cfg)
	require.Equal(t, 1, r.Total.Live.Alerts, "the card is far from home only for who knows its home")
	require.Equal(t, int64(1), r.Transactions)
	require.Equal(t, 1, r.Cards)
	require.Equal(t, int64(82), r.Records[wire.TransactionTopic])
	require.Equal(t, "2026-01-01T16:00:00.000+08:00", r.WarmFrom)

	cfg.To = cfg.From.Add(-time.Hour)
	_, err := backtest.Run(t.Context(), cfg)
	require.ErrorContains(t, err, "does not lie after")
}

func TestAnIncidentThatBeganBeforeIsNotNewlyCaught(t *testing.T) {
	h := clone(t)
	h.purchase("c1", "clone2", "2026-02-11T08:40:00+08:00", 1_980_000, "magstripe", "440300")
	// The draft sees only the second use; the live set saw the first, an hour before the counted time.
	cfg := backtest.Config{
		In: h.dir(), Live: side(t, "a", nil), Draft: side(t, "b", nil), From: at("2026-02-10T17:00:00+08:00"),
	}
	r := run(t, cfg)
	require.Zero(t, r.Total.Live.Alerts)
	require.Zero(t, r.Total.Draft.Alerts)
	require.Empty(t, r.Changes)
}
