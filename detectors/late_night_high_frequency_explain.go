package detectors

import (
	"time"

	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/detectors/window"
)

// The facts of late_night_high_frequency.
const (
	NightBurst       ReasonCode = "night_burst"
	NightSeries      ReasonCode = "night_series"
	TestCharges      ReasonCode = "test_charges"
	LargeAfterTests  ReasonCode = "large_after_tests"
	CashSeries       ReasonCode = "cash_series"
	FirstCash        ReasonCode = "first_cash"
	RefusedTest      ReasonCode = "refused_test"
	DeclinedAttempts ReasonCode = "declined_attempts"
	SpreeVsUsual     ReasonCode = "spree_vs_usual"
	NightHabit       ReasonCode = "night_habit"
)

// explain names every fact that gave or took points.
func (d *LateNightHighFrequency) explain(in *Sighting, f *nightFacts) []Reason {
	series, usual := within(d.Series), habitOfAmounts(f.amounts, false)
	var reasons []Reason
	add := func(holds bool, code ReasonCode, value, limit int64, unit Unit, baseline Text) {
		if holds {
			reasons = append(reasons, Reason{Code: code, Value: value, Limit: limit, Unit: unit, Baseline: baseline})
		}
	}
	add(f.all.dense >= 3, NightBurst, int64(f.all.dense), 3, Uses, within(d.Dense))
	add(f.all.series >= 3, NightSeries, int64(f.all.series), 3, Uses, series)
	add(f.tests >= 2, TestCharges, int64(f.tests), 2, Uses, f.testText(series))
	add(f.tests >= 2 && f.large, LargeAfterTests, in.Use.Minor, f.usualMinor, Minor, usual)
	add(f.cash >= 2, CashSeries, int64(f.cash), 2, Uses, f.cashText(series))
	add(f.atMachine && f.firstCash, FirstCash, in.Use.Minor, 0, Minor,
		textf("此前%[2]d天内%[1]d次用卡从未取现", "no cash in %d uses in %d days", f.uses, window.NominalDays))
	lone := f.atMachine && f.cash == 1
	add(lone && f.large, AmountVsUsual, in.Use.Minor, f.usualMinor, Minor, usual)
	add(lone && !f.large && f.much, AmountVsUsual, in.Use.Minor, d.SpreeMinor, Minor, Text{})
	add(lone && f.swiped, StripeRead, 1, 0, Uses, stripeReason().Baseline)
	add(f.remote && f.tests < 2 && f.refused, RefusedTest, in.Use.Minor, d.SmallMinor, Minor,
		Text{Zh: "此前从未在该商户消费", En: "the card never bought from this merchant"})
	add(f.declined > 0, DeclinedAttempts, int64(f.declined), 1, Uses, series)
	p95 := card.Money{Minor: f.usualMinor, Currency: in.Currency}
	add(f.spree(), SpreeVsUsual, f.spent, f.spreeMinor, Minor,
		Text{Zh: p95.In(card.Chinese) + "：" + usual.Zh, En: p95.In(card.English) + ": " + usual.En})
	habit := f.habitText(d.UntilHour)
	switch {
	case f.excused():
		habit = Text{Zh: "减轻嫌疑：" + habit.Zh, En: "softens: " + habit.En}
		add(true, NightHabit, int64(f.nightPercent), int64(d.HabitPercent), Percent, habit)
	case f.rare:
		add(true, NightHabit, int64(f.nightPercent), int64(d.RarePercent), Percent, habit)
	}
	if in.Tight {
		reasons = append(reasons, tightReason())
	}
	return reasons
}

func within(span time.Duration) Text {
	return textf("%d分钟内", "within %d min", int(span.Minutes()))
}

func (f *nightFacts) testText(series Text) Text {
	text := Text{Zh: series.Zh + "的小额无卡交易", En: "small charges without the card " + series.En}
	if f.shops {
		text.Zh, text.En = text.Zh+"，来自多家商户", text.En+", at several merchants"
	}
	return text
}

func (f *nightFacts) cashText(series Text) Text {
	habit := textf("%[3]d天内%[2]d次用卡中%[1]d次取现", "cash %d of %d uses in %d days", f.cashUses, f.uses, window.NominalDays)
	return Text{Zh: series.Zh + "；" + habit.Zh, En: series.En + "; " + habit.En}
}

func (f *nightFacts) habitText(untilHour int) Text {
	return textf("%[3]d天内%[2]d次用卡中%[1]d次在00点至%02[4]d点", "%d of %d uses in %d days between 00 and %02d",
		f.nightUses, f.uses, window.NominalDays, untilHour)
}
