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
	MissProbability            float64
	// Priority orders the tier's queue, 0 … 100, higher first: the monitor's, raised by a broken promise.
	Priority int
	Reasons  []detectors.Reason
	// EnteredAt is when the account entered a tier, TierSince when it entered this one, UpdatedAt the monitor's last word.
	EnteredAt, TierSince, UpdatedAt card.Moment
	// Owner is the staff member at work on it until LeaseUntil, empty when nobody is.
	Owner      string
	LeaseUntil card.Moment
	// SnoozedUntil keeps the account out of the queue's top until then.
	SnoozedUntil card.Moment
	Promise      PromiseToPay
	History      []Act

	basePriority int
}

// PromiseToPay is what a customer has promised; the zero value is "none".
type PromiseToPay struct {
	AmountMinor int64
	MadeAt      card.Moment
	// Until is the date promised; the promise breaks Policy.PromiseGrace later.
	Until card.Moment
	State PromiseState
}

// PromiseState is the life of a promise to pay.
type PromiseState string

// The promise states. A promise that was kept leaves the queue together with its account.
const (
	NoPromise     PromiseState = ""
	PromiseOpen   PromiseState = "open"
	PromiseBroken PromiseState = "broken"
)
