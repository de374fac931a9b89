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

// An account's script (testdata/repayment_stress/*.txt) is its life, a line each, in the order of arrival, and what the
// monitor is to say about it. Time passes by itself between the lines: the monitor is woken whenever it asks.
//
//	income AMOUNT
//	salary AMOUNT DATE INCOME
//	tolerance N days
//	newest minimum first
//	DATE bill BALANCE min AMOUNT due DATE [past AMOUNT cycles N] [aged N] [limit AMOUNT] [autopay] [arrived DATE] [USD] [of ACCOUNT]
//	DATE paid AMOUNT [autopay] [failed] [as NAME] [arrived DATE] [USD] [of ACCOUNT]
//	DATE returned NAME [arrived DATE] [of ACCOUNT]
//	DATE spent AMOUNT [cash]
//	DATE nothing
//	=> DATE HH:MM tier TIER DAYS OVERDUE | assessed BAND | ACTION SEVERITY | closed
//
// Bills come at 02:00, everything else at noon, Beijing time. The lines with an arrow are all that is said, in order; of accounts
// other than a1 they name the account.
type accountScript struct {
	name   string
	rules  detectors.Rules
	events []card.Event
	want   []string
}

func loadAccountScripts(t *testing.T) []accountScript {
	paths, err := filepath.Glob(filepath.Join("testdata", "repayment_stress", "*.txt"))
	require.NoError(t, err)
	var all []accountScript
	for _, path := range paths {
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		script := accountScript{name: strings.TrimSuffix(filepath.Base(path), ".txt"), rules: detectors.Defaults()}
		lines := bufio.NewScanner(strings.NewReader(string(text)))
		for n := 1; lines.Scan(); n++ {
			line := strings.TrimSpace(lines.Text())
			if line == "" || strings.HasPrefix(line, "#") {
				continue
			}
			if want, ok := strings.CutPrefix(line, "=> "); ok {
				script.want = append(script.want, want)
				continue
			}
			require.NoError(t, script.parse(line), "%s:%d: %q", path, n, line)
		}
		all = append(all, script)
	}
	return all
}

// words reads a line's words from the front.
type words struct {
	left []string
	err  error
}

func (w *words) next() string {
	if len(w.left) == 0 {
		return ""
	}
	word := w.left[0]
	w.left = w.left[1:]
	return word
}

func (w *words) minor() int64 {
	v, err := strconv.ParseFloat(w.next(), 64)
	w.err = firstError(w.err, err)
	return int64(v*100 + 0.5)
}

func (w *words) at(date, clock string) card.Moment {
	m, err := card.ParseMoment(date + "T" + clock + "+08:00")
	w.err = firstError(w.err, err)
	return m
}

func firstError(a, b error) error {
	if a != nil {
		return a
	}
	return b
}

func (s *accountScript) parse(line string) error {
	w := &words{left: strings.Fields(line)}
	date := w.next()
	head := card.Head{ID: fmt.Sprintf("e%d", len(s.events)), Customer: "c1"}
	switch date {
	case "tolerance":
		var err error
		s.rules.Delinquency.ToleranceDays, err = strconv.Atoi(w.next())
		return err
	case "newest":
		s.rules.Delinquency.Allocation = detectors.NewestMinimum
		return nil
	}
	if date == "income" {
		head.At = card.Moment{UnixMilli: 1, OffsetMinutes: 480}
		s.events = append(s.events, card.Event{Arrived: head.At, Body: &card.Customer{Head: head, MonthlyIncomeMinor: w.minor(), Currency: currency("CNY")}})
		return w.err
	}
	if date == "salary" {
		head.At = card.Moment{UnixMilli: 2, OffsetMinutes: 480}
		s.events = append(s.events, card.Event{Arrived: head.At, Body: &card.Customer{Head: head, SalaryMinor: w.minor(), SalaryAt: w.at(w.next(), "09:00:00"),
			MonthlyIncomeMinor: w.minor(), Currency: currency("CNY")}})
		return w.err
	}
	head.At = w.at(date, "12:00:00")
	ev := card.Event{Arrived: head.At}
	switch verb := w.next(); verb {
	case "bill":
		head.At = w.at(date, "02:00:00")
		ev.Arrived = head.At
		ev.Body = w.bill(head, &ev.Arrived)
	case "paid":
		ev.Body = w.paid(head, &ev.Arrived)
	case "returned":
		ev.Body = w.returned(head, &ev.Arrived)
	case "spent":
		ev.Body = w.spent(head)
	case "nothing":
		ev.Body = &card.Tick{Head: card.Head{Customer: "c1", At: head.At}}
	default:
		return fmt.Errorf("verb %q", verb)
	}
	s.events = append(s.events, ev)
	return w.err
}

func (w *words) bill(head card.Head, arrived *card.Moment) *card.Statement {
	b := &card.Statement{Head: head, Account: "a1", BalanceMinor: w.minor(), CreditLimitMinor: 20_000_00, Currency: currency("CNY")}
	for len(w.left) > 0 {
		switch key := w.next(); key {
		case "min":
			b.MinDueMinor = w.minor()
		case "due":
			b.DueAt = w.at(w.next(), "23:59:59")
		case "past":
			b.PastDueMinor = w.minor()
		case "cycles":
			b.CyclesPastDue, _ = strconv.Atoi(w.next())
		case "aged":
			b.Aged = true
			b.DaysPastDue, _ = strconv.Atoi(w.next())
		case "of":
			b.Account = w.next()
		case "instalments":
			b.InstalmentMinor = w.minor()
		case "limit":
			b.CreditLimitMinor = w.minor()
		case "autopay":
			b.Autopay = true
		case "arrived":
			*arrived = w.at(w.next(), "02:00:00")
		default:
			b.Currency = currency(key)
		}
	}
	return b
}

func (w *words) paid(head card.Head, arrived *card.Moment) *card.Payment {
	p := &card.Payment{Head: head, Account: "a1", Amount: card.Money{Minor: w.minor(), Currency: currency("CNY")}, Method: card.ManualPayment, Status: card.Settled}
	for len(w.left) > 0 {
		switch key := w.next(); key {
		case "autopay":
			p.Method = card.Autopay
		case "failed":
			p.Status = card.Failed
		case "as":
			p.ID = w.next()
		case "of":
			p.Account = w.next()
		case "arrived":
			*arrived = w.at(w.next(), "12:00:00")
		default:
			p.Amount.Currency = currency(key)
		}
	}
	return p
}

func (w *words) returned(head card.Head, arrived *card.Moment) *card.Payment {
	p := &card.Payment{Head: head, Account: "a1", Original: w.next(), Amount: card.Money{Currency: currency("CNY")}, Method: card.ManualPayment, Status: card.Reversed}
	for len(w.left) > 0 {
		switch w.next() {
		case "arrived":
			*arrived = w.at(w.next(), "12:00:00")
		case "of":
			p.Account = w.next()
		}
	}
	return p
}

func (w *words) spent(head card.Head) *card.Transaction {
	t := &card.Transaction{Head: head, Card: "card1", Account: "a1", Type: card.Purchase, Status: card.Approved, Entry: card.Chip,
		Amount: card.Money{Minor: w.minor(), Currency: currency("CNY")}}
	if w.next() == "cash" {
		t.Type = card.Cash
	}
	return t
}

func currency(code string) card.Currency { return card.Currency{code[0], code[1], code[2]} }

func (s accountScript) monitor(t *testing.T) *detectors.Monitor {
	m, err := detectors.NewMonitor(s.rules)
	require.NoError(t, err)
	return m
}

// play runs a script as the engine would: before each event the monitor is woken for everything that is due by then.
func (s accountScript) play(t *testing.T, m *detectors.Monitor, see func(*detectors.State, *detectors.Effects)) {
	state, out := &detectors.State{}, &detectors.Effects{}
	step := func(ev card.Event) {
		out.Reset()
		m.Step(state, ev, out)
		see(state, out)
	}
	for _, ev := range s.events {
		for {
			wake := m.NextWake(state)
			if wake.IsZero() || ev.Arrived.Before(wake) {
				break
			}
			step(card.Event{Arrived: wake, Body: &card.Tick{Head: card.Head{Customer: "c1", At: wake}}})
			if after := m.NextWake(state); !after.IsZero() {
				require.Greater(t, after.UnixMilli, wake.UnixMilli, "a wake that does not move time")
			}
		}
		step(ev)
	}
}

// said puts effects into a script's words.
func said(out *detectors.Effects) (lines []string) {
	say := func(at card.Moment, format string, args ...any) {
		at.OffsetMinutes = 480
		lines = append(lines, at.Time().Format("2006-01-02 15:04 ")+fmt.Sprintf(format, args...))
	}
	for _, a := range out.Assessments {
		say(a.At, "assessed %s", a.Band)
	}
	for _, a := range out.Alerts {
		switch {
		case a.Detector != "repayment_stress":
		case a.State == detectors.Closed:
			say(a.At, "closed")
		default:
			say(a.At, "%s %s", a.Action, a.Severity)
		}
	}
	for _, c := range out.Collections {
		name := string(c.Tier)
		if c.Account != "a1" {
			name = c.Account + " " + name
		}
		if c.Tier == detectors.NoTier {
			name = "none"
		}
		say(c.At, "tier %s %d %s", name, c.DaysPastDue, card.FormatMinor(c.OverdueMinor, c.Currency))
	}
	return lines
}

func TestEveryAccountIsJudgedAsItsScriptSays(t *testing.T) {
	for _, script := range loadAccountScripts(t) {
		t.Run(script.name, func(t *testing.T) {
			var lines []string
			script.play(t, script.monitor(t), func(_ *detectors.State, out *detectors.Effects) { lines = append(lines, said(out)...) })
			require.Equal(t, strings.Join(script.want, "\n"), strings.Join(lines, "\n"))
		})
	}
}

func TestRepaymentStressHasFiringAndQuietScripts(t *testing.T) {
	var offers, reminders, quiet int
	for _, script := range loadAccountScripts(t) {
		all := strings.Join(script.want, "\n")
		switch {
		case strings.Contains(all, string(detectors.OfferInstalment)):
			offers++
		case strings.Contains(all, string(detectors.RemindMinPayment)):
			reminders++
		default:
			quiet++
		}
	}
	require.GreaterOrEqual(t, offers, 2)
	require.GreaterOrEqual(t, reminders, 1)
	require.GreaterOrEqual(t, quiet, 3)
}

// TestAReplaySaysTheSameThroughTheBinaryForm stores and reads the state between all events.
func TestAReplaySaysTheSameThroughTheBinaryForm(t *testing.T) {
	for _, script := range loadAccountScripts(t) {
		var first, second []detectors.Effects
		keep := func(into *[]detectors.Effects) func(*detectors.State, *detectors.Effects) {
			return func(s *detectors.State, out *detectors.Effects) {
				copied := *out
				copied.Collections = append([]detectors.Collection(nil), out.Collections...)
				copied.Assessments = append([]detectors.Assessment(nil), out.Assessments...)
				copied.Alerts = append([]detectors.Alert(nil), out.Alerts...)
				*into = append(*into, copied)
			}
		}
		script.play(t, script.monitor(t), keep(&first))
		seeAndStore := keep(&second)
		script.play(t, script.monitor(t), func(s *detectors.State, out *detectors.Effects) {
			seeAndStore(s, out)
			require.NoError(t, s.UnmarshalBinary(s.AppendBinary(nil)))
		})
		require.Equal(t, first, second, script.name)
	}
}

func TestReasonsAndBaseAddUpToThePoints(t *testing.T) {
	assessments := 0
	for _, script := range loadAccountScripts(t) {
		script.play(t, script.monitor(t), func(_ *detectors.State, out *detectors.Effects) {
			for _, a := range out.Assessments {
				assessments++
				sum := a.BasePoints
				for _, r := range a.Reasons {
					sum += r.Points
				}
				require.Equal(t, a.Points, sum, script.name)
				require.NotEmpty(t, a.ModelVersion)
			}
		})
	}
	require.Positive(t, assessments)
}

func TestEffectsOfAccountsHaveIDsOfTheirOwn(t *testing.T) {
	for _, script := range loadAccountScripts(t) {
		ids := map[string]bool{}
		script.play(t, script.monitor(t), func(_ *detectors.State, out *detectors.Effects) {
			for _, c := range out.Collections {
				require.False(t, ids[c.ID], "%s: %s", script.name, c.Tier)
				ids[c.ID] = true
			}
			for _, a := range out.Assessments {
				require.False(t, ids[a.ID], script.name)
				ids[a.ID] = true
			}
		})
	}
}

func TestCustomersWithoutBillsNeverWakeForAccounts(t *testing.T) {
	m, state, out := monitor(t), &detectors.State{}, &detectors.Effects{}
	at := card.MomentOf(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC))
	m.Step(state, card.Event{Arrived: at, Body: &card.Transaction{Head: card.Head{ID: "e1", Customer: "c1", At: at}, Card: "card1", Account: "a1",
		Type: card.Purchase, Status: card.Approved, Amount: card.Money{Minor: 100_00, Currency: currency("CNY")}}}, out)
	require.Empty(t, state.Accounts)
	require.True(t, m.NextWake(state).IsZero())
}
