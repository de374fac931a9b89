package detectors

import (
	"fmt"

	"github.com/cardwatch/cardwatch/detectors/window"
)

// The facts of late_night_high_frequency.
const (
	NightBurst       ReasonCode = "night_burst"
	NightSeries      ReasonCode = "night_series"
	TestCharges      ReasonCode = "test_charges"
	LargeAfterTests  ReasonCode = "large_after_tests"
	CashSeries       ReasonCode = "cash_series"
	DeclinedAttempts ReasonCode = "declined_attempts"
	SpreeVsUsual     ReasonCode = "spree_vs_usual"
	NightHabit       ReasonCode = "night_habit"
)

// explain names every fact that gave or took points.
func (d *LateNightHighFrequency) explain(in *Sighting, f *nightFacts) []Reason {
	dense, series := minutes(d.Dense), minutes(d.Series)
	usual := habitOfAmounts(f.amounts, false)
	var reasons []Reason
	add := func(holds bool, code ReasonCode, value, limit int64, unit Unit, baseline string) {
		if holds {
			reasons = append(reasons, Reason{code, value, limit, unit, baseline})
		}
	}
	add(f.all.dense >= 3, NightBurst, int64(f.all.dense), 3, Uses, "within "+dense)
	add(f.all.series >= 3, NightSeries, int64(f.all.series), 3, Uses, "within "+series)
	tests := "small charges without the card within " + series
	if f.shops {
		tests += ", at several merchants"
	}
	add(f.tests >= 2, TestCharges, int64(f.tests), 2, Uses, tests)
	add(f.tests >= 2 && f.large, LargeAfterTests, in.Use.Minor, f.usualMinor, Minor, usual)
	add(f.cash >= 2, CashSeries, int64(f.cash), 2, Uses,
		fmt.Sprintf("within %s; cash %d of %d uses in %d days", series, f.cashUses, f.uses, window.NominalDays))
	add(f.declined > 0, DeclinedAttempts, int64(f.declined), 1, Uses, "within "+series)
	add(f.spree(), SpreeVsUsual, f.spent, f.spreeMinor, Minor, fmt.Sprintf("p95 is %d, %s", f.usualMinor, usual))
	habit := fmt.Sprintf("%d of %d uses in %d days between 00 and %02d", f.nightUses, f.uses, window.NominalDays, d.UntilHour)
	switch {
	case f.habit:
		add(true, NightHabit, int64(f.nightPercent), int64(d.HabitPercent), Percent, "softens: "+habit)
	case f.rare:
		add(true, NightHabit, int64(f.nightPercent), int64(d.RarePercent), Percent, habit)
	}
	if in.Tight {
		reasons = append(reasons, tightReason())
	}
	return reasons
}
