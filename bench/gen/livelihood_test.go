package gen

import (
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/detectors/card"
)

// books is a bank of accounts alone that are looked at: its attacks and journeys matter to nobody here.
func books(customers, days int) Config {
	config := Defaults()
	config.Customers, config.History, config.Days, config.AttackRate = customers, 0, days, 0
	return config
}

// finished runs a bank to its end and gives its truths by customer.
func finished(t require.TestingT, config Config) (all []Record, truths map[string]Truth) {
	b, err := New(config)
	require.NoError(t, err)
	for r, ok := b.Next(); ok; r, ok = b.Next() {
		all = append(all, r)
	}
	truths = map[string]Truth{}
	for i := range config.Customers {
		truth := b.Truth(i)
		truths[truth.Customer] = truth
	}
	return all, truths
}

// eightMonths is the one bank that the tests of what truly happened look at.
var eightMonths = sync.OnceValues(func() ([]Record, map[string]Truth) {
	return finished(panicking{}, books(500, 240))
})

// panicking is for what runs before any test of its own.
type panicking struct{}

func (panicking) Errorf(format string, args ...any) { panic(fmt.Sprintf(format, args...)) }
func (panicking) FailNow()                          {}

func TestHabitsHaveTheirShares(t *testing.T) {
	b, err := New(books(5000, 1))
	require.NoError(t, err)
	share := map[Habit]float64{}
	for i := range 5000 {
		share[b.Truth(i).Habit] += 1.0 / 5000
	}
	// A tenth is stressed, half of them by hardship; of those who revolve without autopay one in eight delays.
	for habit, want := range map[Habit]float64{PaysInFull: 0.48, PaysMinimum: 0.13, PaysPart: 0.123, Forgets: 0.14, Sliding: 0.05, Hardship: 0.05, Strategic: 0.027} {
		require.InDelta(t, want, share[habit], 0.015, string(habit))
	}
	require.Len(t, share, len(Habits()))
}

func TestTheSameSeedGivesTheSameTruth(t *testing.T) {
	_, first := finished(t, books(60, 120))
	_, second := finished(t, books(60, 120))
	require.Equal(t, first, second)
}

// inTrouble finds the trouble of a day, or of the 40 days after it in which the next salary shows the recovery.
func (t Truth) inTrouble(day int) (tr Trouble, found bool) {
	for _, tr := range t.Troubles {
		if tr.Began <= day && (tr.Recovered == 0 || day <= tr.Recovered+40) {
			return tr, true
		}
	}
	return tr, false
}

func TestSalariesTellOfHardshipAndOfNothingElse(t *testing.T) {
	all, truths := eightMonths()
	income, salaries, short := map[string]int64{}, map[string]int{}, 0
	for _, r := range all {
		c, is := r.Body.(*card.Customer)
		if !is {
			continue
		}
		if income[c.Customer] == 0 {
			income[c.Customer] = c.MonthlyIncomeMinor
			require.Equal(t, c.MonthlyIncomeMinor, c.SalaryMinor, "before our time it came in full")
			require.True(t, c.SalaryAt.Before(c.At))
			continue
		}
		salaries[c.Customer]++
		require.Equal(t, c.At, c.SalaryAt)
		if c.SalaryMinor*100 >= income[c.Customer]*96 {
			continue
		}
		short++
		tr, found := truths[c.Customer].inTrouble(dayOf(c.At.UnixMilli))
		require.True(t, found && tr.IncomeLost, "%s earns %d of %d on %s", c.Customer, c.SalaryMinor, income[c.Customer], c.At)
	}
	require.Greater(t, short, 20)
	stopped := 0
	for customer, truth := range truths {
		lost := false
		for _, tr := range truth.Troubles {
			lost = lost || tr.IncomeLost
		}
		if !lost {
			require.InDelta(t, 8, salaries[customer], 1, "%s is paid every month", customer)
		} else if salaries[customer] < 7 {
			stopped++
		}
	}
	require.Greater(t, stopped, 4)
}

func TestTroubleIsWhatMakesPeopleMissTheirBills(t *testing.T) {
	all, truths := eightMonths()
	bills, missed := map[bool]int{}, map[bool]int{}
	recovered, lasting := 0, 0
	for _, r := range all {
		if s, is := r.Body.(*card.Statement); is {
			truth := truths[s.Customer]
			if truth.Habit == Strategic || truth.Habit == Forgets {
				continue
			}
			_, trouble := truth.inTrouble(dayOf(s.At.UnixMilli))
			bills[trouble]++
			if r.Label.Missed {
				missed[trouble]++
			}
		}
	}
	for _, truth := range truths {
		for _, tr := range truth.Troubles {
			if tr.Recovered > 0 {
				require.Greater(t, tr.Recovered, tr.Began)
				recovered++
			} else {
				lasting++
			}
		}
	}
	require.Less(t, float64(missed[false])/float64(bills[false]), 0.03)
	require.Greater(t, float64(missed[true])/float64(bills[true]), 0.4)
	require.Greater(t, recovered, 20)
	require.Greater(t, lasting, 10)
}

func TestStrategicPayersAreWeeksLateAndNeverAWholeMonth(t *testing.T) {
	all, truths := eightMonths()
	late := 0
	for customer, life := range lives(t, all) {
		if truths[customer].Habit != Strategic || len(truths[customer].Troubles) > 0 {
			continue
		}
		var due []card.Moment
		for _, r := range life {
			switch b := r.Body.(type) {
			case *card.Statement:
				require.LessOrEqual(t, b.CyclesPastDue, 1, b.ID)
				due = append(due, b.DueAt)
			case *card.Payment:
				if b.Status == card.Settled && len(due) > 1 {
					days := b.At.Sub(due[len(due)-2]).Hours() / 24
					require.True(t, days > 12 && days < 31, "%s comes %v days after the due date", b.ID, days)
					late++
				}
			}
		}
	}
	require.Greater(t, late, 30)
}

func TestPaymentsThatComeBackNameTheirPayment(t *testing.T) {
	all, truths := eightMonths()
	came, back := map[string]*card.Payment{}, map[string]int{}
	again := 0
	for _, r := range all {
		p, is := r.Body.(*card.Payment)
		if !is {
			continue
		}
		if p.Status != card.Reversed {
			came[p.ID] = p
			continue
		}
		o := came[p.Original]
		require.NotNil(t, o, "%s takes back %s", p.ID, p.Original)
		require.Equal(t, []any{o.Account, o.Amount, card.Settled}, []any{p.Account, p.Amount, o.Status})
		require.True(t, o.At.Before(p.At))
		back[p.Customer]++
	}
	total := 0
	for customer, n := range back {
		require.LessOrEqual(t, n, truths[customer].Returned, "the last ones are still to come")
		total += n
	}
	for _, p := range came {
		if p.Status == card.Settled && back[p.Customer] > 0 {
			again++
		}
	}
	require.Greater(t, total, 10)
	require.Greater(t, again, total, "most pay again")
}
