package detectors

// TierInfo is one row of the table of tiers.
type TierInfo struct {
	Tier Tier
	// From is the least number of days past due; the tier ends where the next one begins.
	From int
}

// Tiers is the table of tiers, mildest first (notes/collections.md §3.2; days anchored in 容时 for grace, in the 30 and 90
// days of IFRS 9 and in the 180 days of the 2011 card rule for severe). The first row is "in no tier". Watch stands beside
// days past due: an account is in it while it is current, its stress is high and its bill open. The names in both languages
// are in the glossary.
func Tiers() []TierInfo {
	return []TierInfo{
		{NoTier, 0},
		{Watch, 0},
		{Grace, 1},
		{Mild, 4},
		{Moderate, 16},
		{SevereA, 31},
		{SevereB, 91},
		{SevereC, 181},
	}
}

// tierIndex is the row of the table for days past due; watch says that a current account is to be watched.
func tierIndex(daysPastDue int, watch bool) uint8 {
	if daysPastDue <= 0 {
		if watch {
			return 1
		}
		return 0
	}
	tiers := Tiers()
	i := len(tiers) - 1
	for daysPastDue < tiers[i].From {
		i--
	}
	return uint8(i)
}

// nextBound is the number of days past due at which an account in its days changes its tier, 0 when none is left.
func nextBound(daysPastDue int) int {
	for _, t := range Tiers() {
		if t.From > daysPastDue {
			return t.From
		}
	}
	return 0
}
