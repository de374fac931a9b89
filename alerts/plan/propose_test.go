package plan_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/cardwatch/cardwatch/alerts/plan"
)

// earner can pay 3,000 a month (see TestWhatCanBePaidEachMonth), 2,400 of it in comfort.
var earner = plan.Means{IncomeMinor: 9000_00, EssentialsMinor: 5000_00, OtherDebtMinor: 1000_00, Job: plan.Employed}

func debt(t require.TestingT, principal int64) plan.Debt {
	return plan.Debt{Currency: cny, PrincipalMinor: principal, InterestMinor: 1200_00, FeesMinor: 300_00, Rate: 182_500,
		FirstDue: at(t, "2026-04-10T00:00:00+08:00")}
}

func codes(p plan.Proposal) (list []plan.FindingCode) {
	for _, f := range p.Findings {
		list = append(list, f.Code)
	}
	return list
}

func TestProposalsForSomebodyWhoEarns(t *testing.T) {
	proposals := plan.Propose(plan.Defaults(), earner, debt(t, 40_000_00))
	var kinds []plan.Kind
	for _, p := range proposals {
		kinds = append(kinds, p.Schedule.Terms.Kind)
	}
	require.Equal(t, []plan.Kind{plan.Frozen, plan.Reduced, plan.PrincipalFirst, plan.Equal, plan.LumpSum, plan.Deferral}, kinds)

	// 41,500 at 2,400 a month: 17.3, so 18 months of 2,305.56; 694.44 of the affordable amount stay.
	require.Equal(t, 18, proposals[0].Schedule.Terms.Months)
	require.EqualValues(t, 2305_56, proposals[0].Figures.InstalmentMinor)
	require.EqualValues(t, 694_44, proposals[0].MarginMinor)
	// Without 18.25 % a year for a year and a half, the bank gives up more than 1 %.
	require.Equal(t, []plan.FindingCode{plan.DistressedLoss}, codes(proposals[0]))
	require.True(t, proposals[0].Feasible(), "a finding that must be known does not block")
	require.Equal(t, []plan.FindingCode{plan.DistressedLoss}, codes(proposals[2]), "interest that is paid last, and bears none")
	require.Empty(t, codes(proposals[3]))
	require.Equal(t, []plan.FindingCode{plan.SavingsTooSmall}, codes(proposals[4])[:1])
	require.Contains(t, codes(proposals[5]), plan.NoRecoverySeen)
	require.False(t, proposals[4].Feasible() || proposals[5].Feasible())
}

func TestProposalsForOtherLives(t *testing.T) {
	find := func(proposals []plan.Proposal, kind plan.Kind) plan.Proposal {
		for _, p := range proposals {
			if p.Schedule.Terms.Kind == kind {
				return p
			}
		}
		return plan.Proposal{}
	}
	between := plan.Means{IncomeMinor: 2000_00, EssentialsMinor: 3000_00, Job: plan.Unemployed, LaterIncomeMinor: 8000_00, RecoveryMonths: 3}
	for _, tt := range []struct {
		name     string
		policy   func(*plan.Policy)
		means    plan.Means
		debt     plan.Debt
		first    plan.Kind // of the feasible ones, "" for none
		look     plan.Kind
		finding  plan.FindingCode
		feasible bool
	}{
		{name: "between two jobs: put off, then pay", means: between, debt: debt(t, 40_000_00), first: plan.Deferral, look: plan.Equal, finding: plan.NothingAffordable},
		{name: "a hardship that lasts too long", means: plan.Means{Job: plan.Unemployed, LaterIncomeMinor: 8000_00, RecoveryMonths: 7}, debt: debt(t, 40_000_00),
			look: plan.Deferral, finding: plan.RecoveryTooLate},
		// 12,000 are asked for and 20,000 saved; 15,000, three months of essentials, must stay.
		{name: "savings that are a reserve", means: plan.Means{IncomeMinor: 9000_00, EssentialsMinor: 5000_00, SavingsMinor: 20_000_00, Job: plan.Employed},
			debt: debt(t, 10_500_00), first: plan.Frozen, look: plan.LumpSum, finding: plan.SavingsTooSmall},
		{name: "more than five years can pay", means: earner, debt: debt(t, 400_000_00), look: plan.Frozen, finding: plan.NeedsBorrowing},
		// 41,500 in 60 months are 691.67: above 80 % of 700 = 560, so it is the longest term and tight. 2,300 − 1,200 − 400 of buffer: see below.
		{name: "tight, even over five years", policy: func(p *plan.Policy) { p.BufferMinor = 400_00 }, means: plan.Means{IncomeMinor: 2300_00, EssentialsMinor: 1200_00, Job: plan.Employed},
			debt: debt(t, 40_000_00), first: plan.Frozen, look: plan.Frozen, finding: plan.Tight, feasible: true},
		{name: "a bank that freezes nothing", policy: func(p *plan.Policy) { p.Kinds = []plan.Kind{plan.Equal} }, means: earner, debt: debt(t, 40_000_00),
			first: plan.Equal, look: plan.Frozen, finding: plan.NotOffered},
		{name: "a debt without interest", means: earner, debt: plan.Debt{Currency: cny, PrincipalMinor: 10_000_00, FirstDue: debt(t, 1).FirstDue},
			first: plan.Equal, look: plan.Reduced, finding: plan.NoInterestToReduce},
		{name: "a debt in dollars under a policy in yuan", means: earner, debt: plan.Debt{Currency: [3]byte{'U', 'S', 'D'}, PrincipalMinor: 100, FirstDue: debt(t, 1).FirstDue},
			look: plan.Equal, finding: plan.OtherCurrency},
		{name: "no debt", means: earner, debt: debt(t, 0), look: plan.Equal, finding: plan.TermsProblem},
	} {
		t.Run(tt.name, func(t *testing.T) {
			policy := plan.Defaults()
			if tt.policy != nil {
				tt.policy(&policy)
			}
			proposals := plan.Propose(policy, tt.means, tt.debt)
			require.Len(t, proposals, len(plan.Kinds()))
			first := plan.Kind("")
			if proposals[0].Feasible() {
				first = proposals[0].Schedule.Terms.Kind
			}
			require.Equal(t, tt.first, first)
			p := find(proposals, tt.look)
			require.Contains(t, codes(p), tt.finding)
			require.Equal(t, tt.feasible, p.Feasible())
		})
	}
}

func TestAProposalIsAffordableOrSaysWhyNot(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		amount := rapid.Int64Range(0, 30_000_00)
		m := plan.Means{IncomeMinor: amount.Draw(t, "income"), EssentialsMinor: amount.Draw(t, "essentials"), OtherDebtMinor: amount.Draw(t, "other") / 4,
			Dependants: rapid.IntRange(0, 4).Draw(t, "dependants"), Job: rapid.SampledFrom([]plan.Job{plan.Employed, plan.Irregular, plan.Unemployed}).Draw(t, "job"),
			SavingsMinor: 4 * amount.Draw(t, "savings"), LaterIncomeMinor: amount.Draw(t, "later"), RecoveryMonths: rapid.IntRange(0, 8).Draw(t, "recovery")}
		p, d := plan.Defaults(), debt(t, 1+4*amount.Draw(t, "principal"))
		seen, infeasible := map[plan.Kind]bool{}, false
		for _, proposal := range plan.Propose(p, m, d) {
			terms, room := proposal.Schedule.Terms, p.Room(m)
			require.False(t, seen[terms.Kind], "each kind once")
			seen[terms.Kind] = true
			require.False(t, infeasible && proposal.Feasible(), "what is feasible comes first")
			infeasible = infeasible || !proposal.Feasible()
			if terms.Kind == plan.Deferral {
				room = p.LaterRoom(m)
			}
			if terms.Kind == plan.LumpSum {
				continue
			}
			if proposal.Feasible() {
				require.LessOrEqual(t, proposal.Figures.InstalmentMinor, room.AffordableMinor)
			}
			if terms.Months-terms.DeferMonths > 1 && terms.Kind != plan.Reduced {
				shorter := terms
				shorter.Months--
				require.Greater(t, schedule(t, shorter).InstalmentMinor(), p.Comfort.Of(room.AffordableMinor), "a shorter term would not be comfortable")
			}
		}
	})
}
