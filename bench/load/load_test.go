package load_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/bench/load"
	"github.com/cardwatch/cardwatch/bench/load/part"
)

// partArgument makes this test binary a part of a measurement, as `cardwatch bench part` is.
const partArgument = "serve-as-a-part"

func TestMain(m *testing.M) {
	serve := func() error { return part.Serve(context.Background(), os.Stdin, os.Stdout) }
	switch {
	case len(os.Args) > 1 && os.Args[1] == partArgument:
	case len(os.Args) > 1 && os.Args[1] == peerArgument:
		serve = func() error { return servePeer(os.Args[2:]) }
	default:
		os.Exit(m.Run())
	}
	if err := serve(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run measures something small. The figures are for people; that everything was counted is for the tests.
func run(t *testing.T, cfg load.Config) *load.Result {
	t.Helper()
	cfg.Dir, cfg.PartCommand = t.TempDir(), []string{os.Args[0], partArgument}
	cfg.Progress = func(text string) { t.Log(text) }
	small := load.Config{
		Cards: []int{400}, Partitions: []int{2}, Transactions: 3000, Days: 20, Rates: []int{2000}, Seconds: 0.5, WarmUp: 0.1, Plants: 100,
	}
	result, err := load.Run(t.Context(), cfg.Or(small).Or(load.Quick()))
	require.NoError(t, err)
	return result
}

func TestThroughputCountsEveryRecordOnce(t *testing.T) {
	r := run(t, load.Config{Suites: []string{"throughput"}, Distributions: []string{load.Uniform, load.Zipf}})
	require.Len(t, r.Throughput, 2)
	for _, one := range r.Throughput {
		require.EqualValues(t, 3000, one.Floor.Records)
		require.EqualValues(t, 3800, one.First.Records+one.Engine.Records)
		require.GreaterOrEqual(t, one.First.Records, int64(800), "a profile and a use of each card")
		require.Positive(t, one.StateBytesPerCard)
		require.Positive(t, one.DiskBytesPerCard)
		require.Positive(t, one.Alerts)
	}
}

func TestColdThroughputCountsProfilesToo(t *testing.T) {
	r := run(t, load.Config{Suites: []string{"throughput"}, Cold: true})
	require.EqualValues(t, 3400, r.Throughput[0].Floor.Records)
	require.EqualValues(t, 3400, r.Throughput[0].Engine.Records)
	require.Nil(t, r.Throughput[0].First)
}

func TestLatencySeesTheAlertOfEveryPlantedRecord(t *testing.T) {
	r := run(t, load.Config{Suites: []string{"latency"}, Rates: []int{1000, 2000}})
	require.Len(t, r.Latency, 2)
	for i, rate := range []int64{1000, 2000} {
		one := r.Latency[i]
		require.EqualValues(t, rate*6/10, one.Sent)
		require.EqualValues(t, 60, one.Planted)
		require.Equal(t, one.Planted, one.Seen)
		require.EqualValues(t, 50, one.FromIntended.Samples, "warming up is not measured")
		require.LessOrEqual(t, one.FromSent.Max, one.FromIntended.Max)
	}
}

func TestEveryCustomerIsAskedAndEveryNoBlocksACard(t *testing.T) {
	r := run(t, load.Config{Suites: []string{"desk"}, Turns: 1})
	require.Len(t, r.Desk.Runs, 3)
	for _, one := range r.Desk.Runs {
		require.EqualValues(t, 60, one.Planted, one.Gateway)
		require.Equal(t, one.Planted, one.Seen, one.Gateway)
		require.Equal(t, one.Planted, one.Dialogue.Asked, one.Gateway)
		require.Equal(t, one.Planted, one.Dialogue.Blocked, one.Gateway)
		require.EqualValues(t, 50, one.Dialogue.NoToBlock.Samples, "warming up is not measured")
		require.Zero(t, one.Doubled)
	}
}

func TestMemoryAndRestoreRunThroughEachNumberOfCards(t *testing.T) {
	r := run(t, load.Config{Suites: []string{"memory", "restore"}, Cards: []int{100, 300}})
	require.Len(t, r.Memory, 2)
	require.Len(t, r.Restore, 2)
	for i, cards := range []int{100, 300} {
		require.Equal(t, cards, r.Memory[i].Cards)
		require.Positive(t, r.Memory[i].HeapInUse)
		require.EqualValues(t, 2*cards, r.Restore[i].Records)
		require.Positive(t, r.Restore[i].Seconds)
	}
}

func TestDetectorAndHotpathNeedNoBroker(t *testing.T) {
	r := run(t, load.Config{Suites: []string{"detector", "hotpath"}})
	var names []string
	for _, step := range r.Detector.Steps {
		names = append(names, step.Name)
	}
	require.Equal(t, []string{"check", "large_out_of_town", "late_night_high_frequency", "slow_clone", "online_spree", "one_more"}, names)
	require.Greater(t, r.Hotpath.Cards, 70)
	require.EqualValues(t, r.Hotpath.Records, r.Hotpath.Monitor.Records)
	require.Positive(t, r.Hotpath.StateBytesPerCard)
	var lines strings.Builder
	require.NoError(t, r.WriteBenchstat(&lines))
	require.Contains(t, lines.String(), "BenchmarkDetector/one_more 1500 ")
}

func TestAWrongConfigSaysWhatIsWrong(t *testing.T) {
	for text, cfg := range map[string]load.Config{
		`no suite "speed"`:      {Suites: []string{"speed"}},
		"0 cards":               {Cards: []int{0}},
		"1001 partitions":       {Partitions: []int{1001}},
		`distribution "normal"`: {Distributions: []string{"normal"}},
		"rate 10":               {Rates: []int{10}},
		"transactions -1":       {Transactions: -1},
	} {
		_, err := load.Run(t.Context(), cfg.Or(load.Quick()))
		require.ErrorContains(t, err, text)
	}
}
