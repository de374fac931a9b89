package demo

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/alerts/plan"
	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// The demo's customers go through the same desk as real ones, whose rules bind them: what they do leads where their temper says, and no act of
// theirs is refused.
func TestCustomersOfTheDemoTakeOrRefuseOffers(t *testing.T) {
	policy := alerts.Defaults()
	desk, err := alerts.NewDesk(policy)
	require.NoError(t, err)
	want := map[temper]plan.InstalmentState{
		takes: plan.InstalmentActive, refuses: plan.InstalmentRefused, asksPerson: plan.InstalmentOffered, applies: plan.InstalmentApplied,
		letsPass: plan.InstalmentOffered,
	}
	seen := map[temper]int{}
	for n := range 100 {
		state, now := &alerts.State{Customer: "cust-1"}, card.MomentOf(time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC))
		apply := func(body card.Body) {
			var effects alerts.Effects
			now = now.Add(time.Minute)
			head := body.Meta()
			head.At, head.Customer = now, "cust-1"
			desk.Step(state, card.Event{Arrived: now, Body: body}, &effects)
			require.Empty(t, effects.Refusal)
		}
		apply(&detectors.Collection{Head: card.Head{ID: "c"}, Account: "acct-1", Tier: detectors.Watch, BalanceMinor: 500_000, Currency: card.Currency{'C', 'N', 'Y'}})
		apply(&alerts.Command{Head: card.Head{ID: fmt.Sprint("offer-", n)}, Actor: "li.na", Verb: alerts.OfferInstalment, Account: "acct-1"})
		acts := 0
		for ; acts < 10; acts++ {
			cmd, more := nextAct(state, "acct-1", &policy)
			if !more {
				break
			}
			apply(&cmd)
		}
		require.Less(t, acts, 10, "it comes to an end")
		i := state.Instalment("acct-1")
		who := temperOf(i.ID)
		seen[who]++
		require.Equal(t, want[who], i.State)
		require.Equal(t, who == asksPerson, i.Person)
	}
	require.Len(t, seen, len(want), "in a hundred offers every temper is met")
}
