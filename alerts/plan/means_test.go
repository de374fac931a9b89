package plan_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/cardwatch/cardwatch/alerts/plan"
)

func TestWhatCanBePaidEachMonth(t *testing.T) {
	// The default policy: cap 50 %, buffer 10 % and at least 300, living at least 1,200 and 600 for each dependant.
	for _, tt := range []struct {
		name  string
		means plan.Means
		want  int64
		bound plan.BoundCode
	}{
		{"living decides: 9,000 − 5,000 − 900", plan.Means{IncomeMinor: 9000_00, EssentialsMinor: 5000_00, Job: plan.Employed}, 3100_00, plan.ByLiving},
		{"the cap decides: 4,500 − 3,000", plan.Means{IncomeMinor: 9000_00, EssentialsMinor: 2000_00, OtherDebtMinor: 3000_00, Job: plan.Employed}, 1500_00, plan.ByDebtService},
		// 9,000 − 5,000 − 900 = 3,100 and 4,500 − 1,000 = 3,500, but only 3,000 are left when the other debts are paid.
		{"no new borrowing", plan.Means{IncomeMinor: 9000_00, EssentialsMinor: 5000_00, OtherDebtMinor: 1000_00, Job: plan.Employed}, 3000_00, plan.ByBorrowing},
		{"the smallest buffer: 2,000 − 1,500 − 300", plan.Means{IncomeMinor: 2000_00, EssentialsMinor: 1500_00, Job: plan.Retired}, 200_00, plan.ByLiving},
		// 1,200 + 3 · 600 = 3,000, whatever was told: 5,000 − 3,000 − 500.
		{"dependants raise the least that living costs", plan.Means{IncomeMinor: 5000_00, EssentialsMinor: 1000_00, Dependants: 3, Job: plan.Employed}, 1500_00, plan.ByLiving},
		// 80 % of 9,000 = 7,200; − 5,000 − 720.
		{"an irregular income counts by 80 %", plan.Means{IncomeMinor: 9000_00, EssentialsMinor: 5000_00, Job: plan.Irregular}, 1480_00, plan.ByLiving},
		{"so does one that nobody told of", plan.Means{IncomeMinor: 9000_00, EssentialsMinor: 5000_00}, 1480_00, plan.ByLiving},
		// 60 % of 4,000 = 2,400; − 1,800 − 300.
		{"without a job by 60 %", plan.Means{IncomeMinor: 4000_00, EssentialsMinor: 1800_00, Job: plan.Unemployed}, 300_00, plan.ByLiving},
		{"never below nothing", plan.Means{IncomeMinor: 1000_00, EssentialsMinor: 5000_00, Job: plan.Employed}, 0, plan.ByLiving},
		{"nothing told", plan.Means{}, 0, plan.ByLiving},
		{"nonsense is nothing", plan.Means{IncomeMinor: -5, Dependants: -4, OtherDebtMinor: -1 << 62, EssentialsMinor: -9, Job: "astronaut"}, 0, plan.ByLiving},
	} {
		t.Run(tt.name, func(t *testing.T) {
			room := plan.Defaults().Room(tt.means)
			require.Equal(t, tt.want, room.AffordableMinor)
			require.Equal(t, tt.bound, room.Bound)
		})
	}
}

func TestALaterIncomeCountsWhenTheHardshipIsOver(t *testing.T) {
	m := plan.Means{IncomeMinor: 2000_00, EssentialsMinor: 3000_00, Job: plan.Unemployed, LaterIncomeMinor: 8000_00, RecoveryMonths: 3}
	require.Zero(t, plan.Defaults().Room(m).AffordableMinor)
	require.EqualValues(t, 4000_00, plan.Defaults().LaterRoom(m).AffordableMinor) // 8,000 − 3,000 − 800 is 4,200; half of 8,000 is less
	m.LaterIncomeMinor = 0
	require.Equal(t, plan.Defaults().Room(m), plan.Defaults().LaterRoom(m))
}

func TestMoreNeedNeverMeansMoreRoom(t *testing.T) {
	p := plan.Defaults()
	amount := rapid.Int64Range(0, 50_000_00)
	rapid.Check(t, func(t *rapid.T) {
		m := plan.Means{IncomeMinor: amount.Draw(t, "income"), EssentialsMinor: amount.Draw(t, "essentials"), OtherDebtMinor: amount.Draw(t, "other"),
			Dependants: rapid.IntRange(0, 6).Draw(t, "dependants"), Job: plan.Employed}
		room := p.Room(m)
		require.LessOrEqual(t, room.AffordableMinor, max(0, m.IncomeMinor-m.EssentialsMinor-m.OtherDebtMinor), "no plan needs new borrowing")
		for _, worse := range []func(*plan.Means){
			func(m *plan.Means) { m.EssentialsMinor += 100_00 }, func(m *plan.Means) { m.OtherDebtMinor += 100_00 },
			func(m *plan.Means) { m.Dependants++ }, func(m *plan.Means) { m.Job = plan.Irregular }, func(m *plan.Means) { m.Job = plan.Unemployed },
			func(m *plan.Means) { m.IncomeMinor -= m.IncomeMinor / 10 },
		} {
			other := m
			worse(&other)
			require.LessOrEqual(t, p.Room(other).AffordableMinor, room.AffordableMinor)
		}
	})
}

func TestAPolicyThatCannotBeMeantIsRefused(t *testing.T) {
	require.NoError(t, plan.Defaults().Validate())
	for want, change := range map[string]func(*plan.Policy){
		"debt service cap": func(p *plan.Policy) { p.DebtServiceCap = 2 * plan.Whole },
		"comfort":          func(p *plan.Policy) { p.Comfort = -1 },
		"living":           func(p *plan.Policy) { p.LivingMinor = -1 },
		"currency":         func(p *plan.Policy) { p.Currency = [3]byte{} },
		"longest term":     func(p *plan.Policy) { p.MaxMonths = 61 },
		"longest deferral": func(p *plan.Policy) { p.DeferMonths = 60 },
		"grace":            func(p *plan.Policy) { p.GraceDays = -1 },
		"reserve":          func(p *plan.Policy) { p.ReserveMonths = 61 },
	} {
		p := plan.Defaults()
		change(&p)
		require.ErrorContains(t, p.Validate(), want)
	}
}
