package alerts_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/cardwatch/cardwatch/alerts"
)

func TestAnExperimentDrawsItsShareAndKeepsEveryCustomerWhereTheyAre(t *testing.T) {
	const customers = 20_000
	for _, share := range []int{1, 10, 50, 90} {
		one, other := alerts.Experiment{Name: "evening push", Share: share}, alerts.Experiment{Name: "shorter words", Share: share}
		challengers, both := 0, 0
		for i := range customers {
			id := fmt.Sprint("cust-", i)
			if one.ArmOf(id) == alerts.Challenger {
				challengers++
				if other.ArmOf(id) == alerts.Challenger {
					both++
				}
			}
			require.Equal(t, one.ArmOf(id), one.ArmOf(id))
		}
		// Four standard deviations of a binomial draw at most.
		require.InDelta(t, customers*share/100, challengers, 300)
		require.InDelta(t, challengers*share/100, both, 300, "two experiments draw apart")
	}
}

func TestACustomerOfNoExperimentIsControl(t *testing.T) {
	p := alerts.Defaults()
	require.Nil(t, p.ArmsOf("cust-1", start))
}

// A share that grows takes customers in and lets nobody go: who has been treated one way is not treated the other way tomorrow.
func TestNobodyLeavesTheArmWhenTheShareGrows(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		id := rapid.String().Draw(rt, "customer")
		before := alerts.Experiment{Name: rapid.String().Draw(rt, "name"), Share: rapid.IntRange(1, 89).Draw(rt, "share")}
		after := before
		after.Share = rapid.IntRange(before.Share, 90).Draw(rt, "grown")
		if before.ArmOf(id) == alerts.Challenger {
			require.Equal(rt, alerts.Challenger, after.ArmOf(id))
		}
	})
}

func TestAnExperimentBeginsOnItsDay(t *testing.T) {
	p := alerts.Defaults()
	p.Experiments = []alerts.Experiment{{Name: "by age", Share: 50, From: "2026-03-02"}} // start is 14:00 on the first
	require.Nil(t, p.ArmsOf("cust-1", start))
	require.Len(t, p.ArmsOf("cust-1", start.Add(10*time.Hour)), 1)
}

func TestAnExperimentLeavesATenthAsControl(t *testing.T) {
	p := alerts.Defaults()
	good := alerts.Experiment{Name: "a", Share: 90, Stop: alerts.StopRule{MinCustomers: 1, ComplaintsPerMille: 1, OptOutsPerMille: 1}}
	p.Experiments = []alerts.Experiment{good}
	require.NoError(t, p.Validate())
	greedy := good
	greedy.Share = 91
	late := good
	late.Name, late.From, late.Stop.RefusedPerMille = "late", "2026-3-1", 1001
	p.Experiments = []alerts.Experiment{good, greedy, {}, late}
	err := p.Validate()
	for _, key := range []string{"experiments[1].name", "experiments[1].share", "experiments[2].name", "experiments[2].stop.min_customers", "experiments[3].from", "experiments[3].stop.refused_per_mille"} {
		require.ErrorContains(t, err, key)
	}
}
