package detectors

import "github.com/cardwatch/cardwatch/detectors/window"

// The facts of online_spree.
const (
	OnlineSeries  ReasonCode = "online_series"
	OnlineAmount  ReasonCode = "online_amount"
	EarlierOnline ReasonCode = "earlier_online"
	AmountRank    ReasonCode = "amount_rank"
	CloseTogether ReasonCode = "close_together"
	SeldomOnline  ReasonCode = "seldom_online"
	NewMerchant   ReasonCode = "new_merchant"
	NewCategory   ReasonCode = "new_category"
	SplitOrder    ReasonCode = "split_order"
)

// explain names every fact that gave or took points; shares are of the card's own history.
func (f *spreeFacts) explain(in *Sighting) []Reason {
	online := textf("%[2]d天内%[1]d笔网上消费", "of %d online purchases in %d days", f.online, window.NominalDays)
	all := textf("%[2]d天内%[1]d次用卡", "of %d uses in %d days", f.uses, window.NominalDays)
	reasons := []Reason{{Code: OnlineSeries, Value: int64(f.others + 1), Limit: 2, Unit: Uses,
		Baseline: textf("最近一笔在%d分钟前", "the nearest %d min before", int(f.gap.Minutes()))}}
	add := func(points int, code ReasonCode, value, limit int64, unit Unit, baseline Text) {
		if points != 0 {
			reasons = append(reasons, Reason{Code: code, Value: value, Limit: limit, Unit: unit, Baseline: baseline})
		}
	}
	add(f.onlinePoints(), OnlineAmount, int64(f.onlineAbove), int64(f.online), Uses, online)
	add(f.earlierPoints(), EarlierOnline, int64(f.largestAbove), int64(f.online), Uses, online)
	add(f.amountPoints(), AmountRank, int64(f.above), int64(f.uses), Uses, all)
	add(f.totalPoints(), SpreeVsUsual, f.total, f.usualMinor, Minor, habitOfAmounts(f.uses, false))
	add(f.gapPoints(), CloseTogether, int64(f.gap.Minutes()), 240, Minutes, Text{})
	add(f.habitPoints(), SeldomOnline, int64(f.monthly()), 30, Uses, Text{Zh: "每30天网上消费次数", En: "online purchases in 30 days"})
	add(pointsIf(f.newMerchant), NewMerchant, 1, 0, Uses, online)
	add(pointsIf(f.newCategory), NewCategory, 1, 0, Uses, online)
	add(pointsIf(f.quick()), SplitOrder, int64(f.gap.Minutes()), 3, Minutes, Text{Zh: "减轻嫌疑：可能是拆分的订单", En: "softens: it may be one order in parts"})
	if in.Tight {
		reasons = append(reasons, tightReason())
	}
	return reasons
}

func pointsIf(holds bool) int {
	if holds {
		return 1
	}
	return 0
}
