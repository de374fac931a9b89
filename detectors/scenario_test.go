package detectors_test

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// A scenario is a script of one customer's life, a line each (testdata/<detector>/*.txt):
//
//	home CITY
//	history DAYS days to DATE at CITY of AMOUNT CUR ENTRY hours H,H,…
//	TIME TYPE AMOUNT CUR ENTRY CITY [declined] [KEY=VALUE …] [-> alert SEVERITY | -> ADMISSION]
//	feedback genuine SCOPE until TIME
//	feedback fraud at TIME
//
// Keys are mcc, merchant, id, original, and arrived (a TIME, or +DURATION after the transaction's own). A line without an
// arrow must be admitted and leave the detector quiet.
type scenario struct {
	name  string
	steps []step
}

type step struct {
	line   string
	event  card.Event
	expect []string
}

func (s scenario) fires() bool {
	for _, st := range s.steps {
		if len(st.expect) > 0 && st.expect[0] == "alert" {
			return true
		}
	}
	return false
}

func loadScenarios(t *testing.T, dir string) []scenario {
	paths, err := filepath.Glob(filepath.Join("testdata", dir, "*.txt"))
	require.NoError(t, err)
	var all []scenario
	for _, path := range paths {
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		sc, err := parseScenario(string(text))
		require.NoError(t, err, path)
		sc.name = strings.TrimSuffix(filepath.Base(path), ".txt")
		all = append(all, sc)
	}
	return all
}

func parseScenario(text string) (scenario, error) {
	var sc scenario
	lines := bufio.NewScanner(strings.NewReader(text))
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if err := sc.parseLine(line); err != nil {
			return scenario{}, fmt.Errorf("line %d: %q: %w", n, line, err)
		}
	}
	return sc, lines.Err()
}

func (sc *scenario) parseLine(line string) error {
	statement, expect, _ := strings.Cut(line, "->")
	words := strings.Fields(statement)
	st := step{line: line, expect: strings.Fields(expect)}
	var err error
	switch words[0] {
	case "home":
		at := card.Moment{UnixMilli: 1}
		st.event = card.Event{Arrived: at, Body: &card.Customer{Head: sc.head(at), Home: card.Place{City: words[1]}}}
	case "history":
		return sc.parseHistory(words)
	case "feedback":
		st.event, err = sc.parseFeedback(words)
	default:
		st.event, err = sc.parseTransaction(words)
	}
	sc.steps = append(sc.steps, st)
	return err
}

func (sc *scenario) head(at card.Moment) card.Head {
	return card.Head{ID: fmt.Sprintf("e%d", len(sc.steps)), Customer: "c1", At: at}
}

// parseHistory writes ordinary days: amounts vary around the given one, the day's last use is the dearest.
func (sc *scenario) parseHistory(words []string) error {
	if len(words) != 13 {
		return fmt.Errorf("history has %d words, not 13", len(words))
	}
	days, err := strconv.Atoi(words[1])
	if err != nil {
		return err
	}
	end, err := time.Parse(time.DateOnly, words[4])
	if err != nil {
		return err
	}
	amount, err := strconv.ParseFloat(words[8], 64)
	if err != nil {
		return err
	}
	factors := []float64{0.3, 1, 0.6, 2.5, 0.8, 1.4, 0.5, 1.1, 4}
	for day := days; day > 0; day-- {
		date := end.AddDate(0, 0, -day).Format(time.DateOnly)
		for _, hour := range strings.Split(words[12], ",") {
			minor := amount * factors[len(sc.steps)%len(factors)]
			tx := fmt.Sprintf("%s %s:%02d:00+08:00 purchase %.2f %s %s %s", date, hour, len(sc.steps)%60, minor, words[9], words[10], words[6])
			if err := sc.parseLine(tx); err != nil {
				return err
			}
		}
	}
	return nil
}

func (sc *scenario) parseFeedback(words []string) (card.Event, error) {
	f := &card.Feedback{Card: "card1", AlertID: "any", Source: card.FromCustomer, Verdict: card.Fraud}
	at, err := parseTime(words[len(words)-2], words[len(words)-1])
	if err != nil {
		return card.Event{}, err
	}
	if words[1] == "genuine" {
		f.Verdict, f.ExemptScope, f.ExemptUntil = card.Genuine, words[2], at
		at = sc.steps[len(sc.steps)-1].event.Arrived
	}
	f.Head = sc.head(at)
	return card.Event{Arrived: at, Body: f}, nil
}

func (sc *scenario) parseTransaction(words []string) (card.Event, error) {
	if len(words) < 7 {
		return card.Event{}, fmt.Errorf("a transaction has at least 7 words")
	}
	at, err := parseTime(words[0], words[1])
	if err != nil {
		return card.Event{}, err
	}
	t := &card.Transaction{Head: sc.head(at), Card: "card1", Account: "card1", Status: card.Approved}
	var ok bool
	if t.Type, ok = card.ParseType(words[2]); !ok {
		return card.Event{}, fmt.Errorf("type %q", words[2])
	}
	amount, err := strconv.ParseFloat(words[3], 64)
	if err != nil {
		return card.Event{}, err
	}
	t.Amount.Minor = int64(amount*100 + 0.5)
	if t.Amount.Currency, err = card.ParseCurrency(words[4]); err != nil {
		return card.Event{}, err
	}
	if t.Entry, ok = card.ParseEntryMode(words[5]); !ok {
		return card.Event{}, fmt.Errorf("entry mode %q", words[5])
	}
	t.Place.City = words[6]
	ev := card.Event{Arrived: at.Add(2 * time.Second), Body: t}
	for i := 7; i < len(words); i++ {
		if err := setKey(&ev, t, words, &i); err != nil {
			return card.Event{}, err
		}
	}
	return ev, nil
}

func setKey(ev *card.Event, t *card.Transaction, words []string, i *int) error {
	key, value, _ := strings.Cut(words[*i], "=")
	switch key {
	case "declined":
		t.Status = card.Declined
	case "id":
		t.ID = value
	case "original":
		t.Original = value
	case "merchant":
		t.Merchant = value
	case "mcc":
		n, err := strconv.Atoi(value)
		t.MCC = card.MCC(n)
		return err
	case "arrived":
		after, err := time.ParseDuration(value)
		ev.Arrived = t.At.Add(after)
		return err
	default:
		return fmt.Errorf("key %q", key)
	}
	return nil
}

func parseTime(date, clock string) (card.Moment, error) { return card.ParseMoment(date + "T" + clock) }

// run plays the scenario and checks every line's expectation of the detector.
func (sc scenario) run(t *testing.T, m *detectors.Monitor, name detectors.Name) *detectors.State {
	state, out := &detectors.State{}, &detectors.Effects{}
	for _, st := range sc.steps {
		out.Reset()
		m.Step(state, st.event, out)
		var alerts []detectors.Alert
		for _, a := range out.Alerts {
			if a.Detector == name && a.State == detectors.Open {
				alerts = append(alerts, a)
			}
		}
		switch {
		case len(st.expect) == 0:
			require.Empty(t, alerts, st.line)
			require.Equal(t, detectors.Admitted, out.Admission, st.line)
		case st.expect[0] == "alert":
			require.Len(t, alerts, 1, st.line)
			require.Equal(t, st.expect[1], string(alerts[0].Severity), "%s: score %d, %v", st.line, alerts[0].Score, alerts[0].Reasons)
			require.NotEmpty(t, alerts[0].Reasons, st.line)
		default:
			require.Empty(t, alerts, st.line)
			require.Equal(t, st.expect[0], string(out.Admission), st.line)
		}
	}
	return state
}

func monitor(t testing.TB) *detectors.Monitor {
	m, err := detectors.NewMonitor(detectors.Defaults())
	require.NoError(t, err)
	return m
}

func cardDetectors() []detectors.Detector {
	rules := detectors.Defaults()
	var found []detectors.Detector
	for _, d := range rules.Catalogue() {
		if _, ok := d.(detectors.CardDetector); ok {
			found = append(found, d)
		}
	}
	return found
}

func TestEveryScenarioIsJudgedAsItsScriptSays(t *testing.T) {
	for _, d := range cardDetectors() {
		name := d.About().Name
		for _, sc := range loadScenarios(t, string(name)) {
			t.Run(string(name)+"/"+sc.name, func(t *testing.T) { sc.run(t, monitor(t), name) })
		}
	}
}

func TestEveryCardDetectorHasFiringAndQuietScenarios(t *testing.T) {
	for _, d := range cardDetectors() {
		firing, quiet := 0, 0
		for _, sc := range loadScenarios(t, string(d.About().Name)) {
			if sc.fires() {
				firing++
			} else {
				quiet++
			}
		}
		require.GreaterOrEqual(t, firing, 3, "%s: scenarios of attacks", d.About().Name)
		require.GreaterOrEqual(t, quiet, 3, "%s: scenarios of look-alikes", d.About().Name)
	}
}
