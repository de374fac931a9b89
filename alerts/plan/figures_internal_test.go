package plan

import (
	"math/big"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestAnnualRatesOfPublishedAndHandReckonedExamples(t *testing.T) {
	for _, tt := range []struct {
		name            string
		debt            int64
		flows           []int64
		annual, nominal Rate
	}{
		// Reg Z 1026 appendix J (c)(1): $5,000 repaid in 24 monthly payments of $230 is an APR of 9.69 %. Compounded, (1 + 0.0968571/12)¹² − 1 = 10.13 %.
		{"Reg Z appendix J", 5000_00, slices.Repeat([]int64{230_00}, 24), 10_13 * BasisPoint, 9_69 * BasisPoint},
		// 1 % in one month: 12 % twelve times, 1.01¹² − 1 = 12.6825 %.
		{"a month at 1 %", 1000_00, []int64{1010_00}, 12_68 * BasisPoint, 12_00 * BasisPoint},
		// Twelve months later 12.6825 % more, with nothing in between, is the same.
		{"a year at 1 % a month", 1000_000, append(make([]int64, 11), 1126_825), 12_68 * BasisPoint, 12_00 * BasisPoint},
		// What the press quotes for twelve instalments with a fee of 0.6 % each: 13.03 %. 100 + 7.2 a month on 1,200.
		{"0.6 % a month on the whole amount", 12_000_00, slices.Repeat([]int64{1072_00}, 12), 13_84 * BasisPoint, 13_03 * BasisPoint},
		{"what was lent comes back", 1200, slices.Repeat([]int64{100}, 12), 0, 0},
		// Half of it is waived: (1 + i) = ½ in one month, and ½¹² is next to nothing.
		{"half is waived", 1000_00, []int64{500_00}, -99_98 * BasisPoint, -600_00 * BasisPoint},
	} {
		t.Run(tt.name, func(t *testing.T) {
			annual, nominal := annualised(tt.debt, tt.flows)
			require.Equal(t, tt.nominal, nominal)
			require.Equal(t, tt.annual, annual)
		})
	}
}

func TestTheAnnualRateMakesPaymentsWorthTheDebt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		debt := rapid.Int64Range(100, 1_000_000_00).Draw(t, "debt")
		flows := rapid.SliceOfN(rapid.Int64Range(0, debt), 1, 60).Draw(t, "flows")
		flows[len(flows)-1]++
		_, nominal := annualised(debt, flows)
		if nominal > 900*Percent || nominal < -900*Percent {
			return // the rate is sought up to 100 % a month
		}
		// Half a basis point to either side lies on either side of the debt.
		value := func(twelve Rate) *big.Rat {
			month := big.NewRat(12*int64(Whole), 12*int64(Whole)+int64(twelve))
			sum, power := new(big.Rat), big.NewRat(1, 1)
			for _, f := range flows {
				power.Mul(power, month)
				sum.Add(sum, new(big.Rat).Mul(power, new(big.Rat).SetInt64(f)))
			}
			return sum
		}
		owed := new(big.Rat).SetInt64(debt)
		require.GreaterOrEqual(t, value(nominal-BasisPoint/2-1).Cmp(owed), 0)
		require.LessOrEqual(t, value(nominal+BasisPoint/2+1).Cmp(owed), 0)
	})
}

func TestTheLossInValueIsExactAtOnePerCent(t *testing.T) {
	for _, tt := range []struct {
		name       string
		debt       int64
		flows      []int64
		rate       Rate
		loss       Rate
		distressed bool
	}{
		// 500 ÷ 1.01 + 500 ÷ 1.0201 = 495.0495 + 490.1480 = 985.1975 of 1,000: a loss of 1.48025 %.
		{"two months without interest at 12 %", 1000_00, []int64{500_00, 500_00}, 12 * Percent, 1_48 * BasisPoint, true},
		// 1000 ÷ 1.01 = 990.0990: 0.990099 %.
		{"one month without interest at 12 %", 1000_00, []int64{1000_00}, 12 * Percent, 99 * BasisPoint, false},
		{"exactly 1 % is not above 1 %", 1000_00, []int64{990_00}, 0, Percent, false},
		{"the smallest unit more is", 1000_00, []int64{989_99}, 0, Percent, true},
		{"the same value", 1000_00, []int64{1010_00}, 12 * Percent, 0, false},
		// 1030.20 ÷ 1.01 = 1020.
		{"a gain", 1000_00, []int64{1030_20}, 12 * Percent, -2 * Percent, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			loss, distressed := npvLoss(tt.debt, tt.flows, tt.rate)
			require.Equal(t, tt.loss, loss)
			require.Equal(t, tt.distressed, distressed)
		})
	}
}

func TestSharesRoundHalvesToTheEvenSide(t *testing.T) {
	for _, tt := range []struct{ amount, want int64 }{{1, 0}, {3, 2}, {5, 2}, {7, 4}, {2, 1}, {-3, 0}, {0, 0}} {
		require.Equal(t, tt.want, share(tt.amount, 1, 2), "half of %d", tt.amount)
	}
	require.EqualValues(t, 1<<62, share(1<<62, 1<<40, 1<<40), "products beyond 64 bits")
	require.Equal(t, Rate(0), toRate(big.NewRat(1, 20_000)), "half a basis point")
	require.Equal(t, 2*BasisPoint, toRate(big.NewRat(3, 20_000)))
	require.Equal(t, -2*BasisPoint, toRate(big.NewRat(-3, 20_000)))
}
