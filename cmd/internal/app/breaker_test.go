package app

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/cmd/internal/config"
	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// judge lets a rule raise an alert on every n-th of some transactions, and tells after how many alerts it was stopped; 0 for not.
func judge(b *breaker, rule detectors.Name, transactions, every int) (alerts int) {
	for n := range transactions {
		e := detectors.Effects{Judged: true}
		if n%every == 0 {
			e.Alerts = []detectors.Alert{{Head: card.Head{At: card.Moment{UnixMilli: int64(n) * 1000}}, Revision: 1, Detector: rule, Card: "k"}}
			alerts++
		}
		b.observe(&e)
		if len(b.trips) > 0 {
			return alerts
		}
	}
	return 0
}

func TestARuleThatFiresAtEverybodyIsStopped(t *testing.T) {
	for _, row := range []struct {
		name                string
		config              config.Breaker
		transactions, every int
		want                int
	}{
		{"at everything", config.Breaker{BudgetPer10k: 100}, 10_000, 1, 101},
		{"at one in a hundred, as many as it may", config.Breaker{BudgetPer10k: 100}, 50_000, 100, 0},
		{"at one in eighty", config.Breaker{BudgetPer10k: 100}, 50_000, 80, 101},
		{"in a small stream", config.Breaker{BudgetPer10k: 100}, 100, 1, 0},
		{"with a small budget a few are no flood", config.Breaker{BudgetPer10k: 1}, 100, 5, 0},
		{"with a small budget", config.Breaker{BudgetPer10k: 1}, 1000, 5, 21},
		{"with a budget of its own name", config.Breaker{BudgetPer10k: 100, Rules: map[string]int{"loud": 30}}, 1000, 5, 31},
		{"without a budget", config.Breaker{BudgetPer10k: 100, Rules: map[string]int{"loud": 0}}, 20_000, 1, 0},
		{"nobody is watched", config.Breaker{}, 20_000, 1, 0},
	} {
		t.Run(row.name, func(t *testing.T) {
			require.Equal(t, row.want, judge(newBreaker(row.config), "loud", row.transactions, row.every))
		})
	}
}

func TestARulesOwnBudgetIsOverTime(t *testing.T) {
	rules := detectors.Rules{Custom: []detectors.CustomRule{{ID: "loud", Budget: detectors.RuleBudget{Alerts: 5, Per: time.Minute}}}}
	for every, want := range map[int]int{12: 0, 11: 6} {
		b := newBreaker(config.Breaker{BudgetPer10k: 1})
		b.decidedBy(&rules, nil)
		require.Equal(t, want, judge(b, "loud", 10_000, every), "one every %d seconds; five a minute are allowed", every)
	}
}

func TestAStoppedRuleIsNotStoppedAgain(t *testing.T) {
	b := newBreaker(config.Breaker{BudgetPer10k: 100})
	rules := detectors.Defaults()
	b.decidedBy(&rules, nil)
	require.Equal(t, 101, judge(b, "loud", 10_000, 1))
	require.Equal(t, detectors.Name("loud"), (<-b.trips).rule)
	require.Zero(t, judge(b, "loud", 10_000, 1), "the stop is on its way")
	b.decidedBy(&rules, nil)
	b.decidedBy(&rules, []detectors.Name{"loud"})
	require.Zero(t, judge(b, "loud", 10_000, 1))
	b.decidedBy(&rules, nil)
	require.Equal(t, 101, judge(b, "loud", 10_000, 1), "once it was resumed it is watched anew")
}

func TestAccountsAreNotWatched(t *testing.T) {
	b := newBreaker(config.Breaker{BudgetPer10k: 1})
	for range 1000 {
		b.observe(&detectors.Effects{Alerts: []detectors.Alert{{Revision: 1, Detector: "repayment_stress", Account: "a"}}})
	}
	require.Empty(t, b.trips)
}
