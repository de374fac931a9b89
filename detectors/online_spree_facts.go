package detectors

import (
	"time"

	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/detectors/window"
)

// spreeFacts are what online_spree found out about a use and its series.
type spreeFacts struct {
	// others counts the other purchases of the series, largest is the largest of them, total what all come to, gap the time since the
	// nearest.
	others         int
	largest, total int64
	gap            time.Duration
	// last is the purchase of the series that was counted last.
	last *window.Use
	// uses counts the card's uses in its history, online those without the card and before the series, days the history.
	uses, online, days int
	// above counts the uses that were at least as large, onlineAbove the online ones, largestAbove those as large as the series' largest.
	above, onlineAbove, largestAbove int
	newMerchant, newCategory         bool
	// usualMinor is the p95 of all amounts.
	usualMinor int64
}

// compare walks through the card's history once.
func (d *OnlineSpree) compare(in *Sighting, f *spreeFacts) {
	u := in.Use
	f.newMerchant, f.newCategory = u.Merchant != 0, u.MCC != 0
	first := u.At.UnixMilli
	for p := in.Window.Since(u.At.UnixMilli - window.LogSpan.Milliseconds()); p.Next(); {
		f.uses++
		first = min(first, p.At.UnixMilli)
		if p.Minor >= u.Minor {
			f.above++
		}
		if u.At.Sub(p.At) <= d.Span || p.Type != card.Purchase || p.Present() || p.Entry == card.QR {
			continue
		}
		f.online++
		if p.Minor >= u.Minor {
			f.onlineAbove++
		}
		if p.Minor >= f.largest {
			f.largestAbove++
		}
		f.newMerchant = f.newMerchant && p.Merchant != u.Merchant
		f.newCategory = f.newCategory && p.MCC != u.MCC
	}
	f.days = int((u.At.UnixMilli-first)/window.Day.Milliseconds()) + 1
	amounts := in.Window.Amounts()
	f.usualMinor = max(amounts.Quantile(0.95), 1)
}

// share is the part of a history, in thousandths, that an amount is among the largest of; a short history never claims a small one.
func share(above, of int) int { return 1000 * (above + 1) / (of + 1) }

func (f *spreeFacts) allShare() int     { return share(f.above, f.uses) }
func (f *spreeFacts) onlineShare() int  { return share(f.onlineAbove, f.online) }
func (f *spreeFacts) largestShare() int { return share(f.largestAbove, f.online) }

// monthly is how many online purchases the card makes in 30 days.
func (f *spreeFacts) monthly() int { return 30 * f.online / f.days }

// step gives points by the first limit that a value does not exceed.
type step struct{ limit, points int }

func stepsOf(value int, steps ...step) int {
	for _, s := range steps {
		if value <= s.limit {
			return s.points
		}
	}
	return 0
}

// The points were fitted by logistic regression on binned facts of both sources of bench/quality, seeds 1 to 6, and rounded.
func (f *spreeFacts) score(tight bool) int {
	points := f.amountPoints() + f.onlinePoints() + f.earlierPoints() + f.gapPoints() + f.habitPoints() + f.totalPoints() + f.countPoints()
	add := func(holds bool, more int) {
		if holds {
			points += more
		}
	}
	add(f.newMerchant, 6)
	add(f.newCategory, 4)
	add(f.quick(), -8)
	add(tight, 10)
	return points
}

func (f *spreeFacts) amountPoints() int {
	return stepsOf(f.allShare(), step{50, 16}, step{100, 14}, step{200, 9}, step{300, 4})
}

func (f *spreeFacts) onlinePoints() int { return stepsOf(f.onlineShare(), step{50, 6}, step{350, 4}) }

func (f *spreeFacts) earlierPoints() int {
	return stepsOf(f.largestShare(), step{50, 12}, step{100, 10}, step{200, 7}, step{350, 3})
}

func (f *spreeFacts) gapPoints() int {
	return stepsOf(int(f.gap.Minutes()), step{60, 9}, step{120, 7}, step{240, 2})
}

func (f *spreeFacts) habitPoints() int {
	if f.online == 0 {
		return 0
	}
	return stepsOf(f.monthly(), step{3, 14}, step{7, 11}, step{12, 8}, step{18, 6}, step{30, 3})
}

func (f *spreeFacts) totalPoints() int {
	return stepsOf(-int(10*f.total/f.usualMinor), step{-40, 6}, step{-25, 5}, step{-15, 3})
}

func (f *spreeFacts) countPoints() int { return stepsOf(-f.others, step{-3, 9}, step{-2, 6}) }

// quick: an order that is split, or paid again, follows at once; a thief looks for the next shop first.
func (f *spreeFacts) quick() bool { return f.gap < 3*time.Minute }
