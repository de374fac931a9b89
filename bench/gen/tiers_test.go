package gen_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/bench/gen"
	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/detectors/ledger"
)

// TestTheGeneratedBankMovesThroughAllTiers lets the real monitor see the bills and payments of a bank, wakes it whenever it asks, and
// holds its ledger against the bank's own at every bill: two books of one account, written by different people.
func TestTheGeneratedBankMovesThroughAllTiers(t *testing.T) {
	config := gen.Defaults()
	config.Customers, config.History, config.Days, config.AttackRate = 400, 0, 240, 0
	bank, err := gen.New(config)
	require.NoError(t, err)
	monitor, err := detectors.NewMonitor(detectors.Defaults())
	require.NoError(t, err)
	states, entered := map[string]*detectors.State{}, map[detectors.Tier]int{}
	bills, agreed, left := 0, 0, 0
	out := &detectors.Effects{}
	step := func(s *detectors.State, ev card.Event) {
		out.Reset()
		monitor.Step(s, ev, out)
		for _, c := range out.Collections {
			entered[c.Tier]++
			if c.Tier == detectors.NoTier {
				left++
			}
		}
	}
	for r, ok := bank.Next(); ok; r, ok = bank.Next() {
		s := states[r.Body.Meta().Customer]
		if s == nil {
			s = &detectors.State{}
			states[r.Body.Meta().Customer] = s
		}
		switch b := r.Body.(type) {
		case *card.Statement:
			for wake := monitor.NextWake(s); !wake.IsZero() && wake.Before(r.Arrived); wake = monitor.NextWake(s) {
				step(s, card.Event{Arrived: wake, Body: &card.Tick{Head: card.Head{Customer: b.Customer, At: wake}}})
			}
			if a := ledger.Find(s.Accounts, b.Account, b.Currency); a != nil && len(a.Bills) > 0 {
				bills++
				if (a.Standing(b.At, ledger.Terms{}).OverdueMinor > 0) == (b.PastDueMinor > 0) {
					agreed++
				}
			}
		case *card.Payment, *card.Customer:
		default:
			continue
		}
		step(s, card.Event{Arrived: r.Arrived, Body: r.Body})
	}
	for _, tier := range detectors.Tiers() {
		require.Greater(t, entered[tier.Tier], 5, "tier %q", tier.Tier)
	}
	require.Greater(t, left, 60, "and out of them")
	require.Greater(t, bills, 2000)
	// A refund can leave less owing than was past due, which the bank sees first.
	require.GreaterOrEqual(t, float64(agreed)/float64(bills), 0.99)
}
