package alerts

import (
	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// QueueEntry is one overdue account in the collections queue. It appears when the account enters a tier and goes when the
// account is current again.
type QueueEntry struct {
	Account     string
	Tier        detectors.Tier
	DaysPastDue int
	// OverdueMinor and BalanceMinor are in minor units of Currency.
	OverdueMinor, BalanceMinor int64
	Currency                   card.Currency
	// InstalmentMinor is the part of the newest statement that is instalments already.
	InstalmentMinor int64
	// RateBps is the card contract's interest a year in hundredths of a per cent as the bank told it, 0 when it did not; see Rate.
	RateBps         int
	MissProbability float64
	// Priority orders the account, 0 … 100, higher first; Why lists what it is made of, in points.
	Priority int
	Why      []detectors.Reason
	// Reasons are the monitor's, for the account's tier.
	Reasons []detectors.Reason
	// EnteredAt is when the account entered a tier, TierSince when it entered this one, UpdatedAt the monitor's last word.
	EnteredAt, TierSince, UpdatedAt card.Moment
	// Line is who works the account, since LineSince; empty only in a state that an older release wrote, until its next event.
	Line      Line
	LineSince card.Moment
	// Rest is why the account is out of its line, empty while it is in it; RestUntil is when it comes back, unknown when an act or an
	// event decides.
	Rest      RestReason
	RestUntil card.Moment
	// Owner is the staff member at work on it until LeaseUntil, empty when nobody is.
	Owner      string
	LeaseUntil card.Moment
	// SnoozedUntil keeps the account out of its line until then.
	SnoozedUntil card.Moment
	Promise      PromiseToPay
	History      []Act

	basePriority int
	// rankUntil is when time alone changes the rank next; lineOrder is the entry's place in its line.
	rankUntil card.Moment
	lineOrder uint64
}
