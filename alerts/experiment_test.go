package alerts_test

import (
	"fmt"
	"math/big"
	"testing"

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
	require.Nil(t, p.ArmsOf("cust-1"))
}

func TestWhenAnExperimentStops(t *testing.T) {
	rule := alerts.StopRule{MinCustomers: 1000, ComplaintsPerMille: 2, OptOutsPerMille: 10}
	for _, tc := range []struct {
		name                 string
		champion, challenger alerts.ArmConduct
		want                 []alerts.StopReason
	}{
		{"alike", alerts.ArmConduct{9000, 9, 90}, alerts.ArmConduct{1000, 1, 10}, nil},
		{"two in a thousand more complain", alerts.ArmConduct{9000, 9, 90}, alerts.ArmConduct{1000, 3, 10}, nil},
		{"three in a thousand more", alerts.ArmConduct{9000, 9, 90}, alerts.ArmConduct{1000, 4, 10}, []alerts.StopReason{alerts.StopComplaints}},
		{"more opt out", alerts.ArmConduct{9000, 9, 90}, alerts.ArmConduct{1000, 1, 21}, []alerts.StopReason{alerts.StopOptOuts}},
		{"too few to tell", alerts.ArmConduct{9000, 9, 90}, alerts.ArmConduct{999, 100, 100}, nil},
		{"no control contacted yet", alerts.ArmConduct{}, alerts.ArmConduct{1000, 3, 0}, []alerts.StopReason{alerts.StopComplaints}},
		{"better than today", alerts.ArmConduct{9000, 90, 900}, alerts.ArmConduct{1000, 0, 0}, nil},
	} {
		require.Equal(t, tc.want, rule.Judge(tc.champion, tc.challenger), tc.name)
	}
}

func TestTheStopRuleIsTheDifferenceOfTwoShares(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		draw := func(name string) alerts.ArmConduct {
			n := rapid.Int64Range(1, 1e6).Draw(rt, name)
			return alerts.ArmConduct{Customers: n, Complaints: rapid.Int64Range(0, n).Draw(rt, name+" complaints")}
		}
		champion, challenger := draw("champion"), draw("challenger")
		margin := rapid.IntRange(1, 1000).Draw(rt, "margin")
		difference := new(big.Rat).Sub(big.NewRat(challenger.Complaints, challenger.Customers), big.NewRat(champion.Complaints, champion.Customers))
		rule := alerts.StopRule{MinCustomers: 1, ComplaintsPerMille: margin, OptOutsPerMille: 1000}
		require.Equal(rt, difference.Cmp(big.NewRat(int64(margin), 1000)) > 0, len(rule.Judge(champion, challenger)) > 0)
	})
}

func TestAnExperimentLeavesATenthAsControl(t *testing.T) {
	p := alerts.Defaults()
	good := alerts.Experiment{Name: "a", Share: 90, Stop: alerts.StopRule{MinCustomers: 1, ComplaintsPerMille: 1, OptOutsPerMille: 1}}
	p.Experiments = []alerts.Experiment{good}
	require.NoError(t, p.Validate())
	greedy := good
	greedy.Share = 91
	p.Experiments = []alerts.Experiment{good, greedy, {}}
	err := p.Validate()
	for _, key := range []string{"experiments[1].name", "experiments[1].share", "experiments[2].name", "experiments[2].stop.min_customers", "opt_outs_per_mille"} {
		require.ErrorContains(t, err, key)
	}
}
