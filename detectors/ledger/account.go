// Package ledger is what Cardwatch remembers of one account: its last six bills, what was paid and spent between them, and
// from those the days past due and the inputs of the repayment-stress scorecard.
//
// It is a pure room: plain values, times as arguments, no clock and no I/O. An Account belongs to one customer's state and
// is used by one goroutine at a time. Its size is bounded whatever the account does. Events may arrive in any order:
// statements and payments find their place by their own times, exactly as long as what they concern is still kept: the newest
// MaxBills bills, and one by one the newest MaxPayments payments that follow the first of them.
//
// Answers to input that does not fit:
//   - an account billed in two currencies is two ledgers, one a currency (Find);
//   - a payment for an unknown account opens its ledger and counts for the bill that turns out to precede it;
//   - a second statement for a cycle (closer than half a month to a known one) corrects the first: the figures of the later
//     statement_at stand, the last arrival's when they are equal; the cycle begins with the earlier one, so that what was paid
//     between the two still counts;
//   - a payment that is taken back counts as if it had never come, whenever the word of it arrives, before or after the payment
//     and once or twice. Within the bound above it is exact; later the payment is part of a sum and stays there (ApplyPayment
//     says so), until the bank's next past_due_minor or days_past_due tells of it;
//   - a due date before its statement is taken as statement_at + 20 days, and the bill says so (DueAssumed, Estimated);
//   - a statement that tells of more past due than we saw is believed, its oldest due date is estimated from its cycles,
//     and the standing says so (Estimated). A statement that tells of less changes nothing: only money does;
//   - the bank's own days past due are believed over ours, more or less (Told): 0 means that nothing is past due.
package ledger

import (
	"cmp"
	"slices"
	"strings"

	"github.com/cardwatch/cardwatch/detectors/card"
)

// The bounds of what an account keeps.
const (
	// MaxBills covers the three months that the scorecard looks at, twice.
	MaxBills = 6
	// MaxPayments are the newest payments kept one by one, so that a statement that arrives after them still divides them and so
	// that each can be taken back: a year of one a month, six months of two.
	MaxPayments = 12
	// MaxAccounts are the ledgers that one customer may have.
	MaxAccounts = 8
)

// Account is one account's bills and the money between them, in one currency. The zero value with an ID and a Currency is
// an account that nothing is known about.
type Account struct {
	ID       string
	Currency card.Currency
	// RateBps is the card contract's interest a year that the newest bill told, in hundredths of a per cent; 0 when it told none.
	RateBps int
	// Bills are the last MaxBills statements, oldest first.
	Bills []Bill
	// Before is what happened before the oldest bill, back to the one that left the list or to the first event.
	Before Flow
	// Carried is what is still unpaid of the bills that left the list.
	Carried Debt
	// Payments are the newest ones, oldest first; older ones are summed up in the Flow of the bill that they follow.
	Payments []Payment
	// Marks are what the detectors last said about the account; the ledger only carries them.
	Marks Marks
}

// Bill is one statement and what happened since, up to the next one.
type Bill struct {
	// At begins the cycle. SaidAt is the statement_at of the figures: later than At when they correct an earlier statement's.
	At, SaidAt, DueAt card.Moment
	// BalanceMinor may be negative. MinDueMinor is all that is asked for by DueAt, PastDueMinor the part of it that
	// earlier bills asked for already (最低还款额 includes the unpaid earlier minimum).
	BalanceMinor, MinDueMinor, PastDueMinor, LimitMinor int64
	CyclesPastDue                                       int
	InstalmentMinor                                     int64
	Autopay                                             bool
	// Aged says that the bank told DaysPastDue, as of SaidAt.
	Aged        bool
	DaysPastDue int
	// DueAssumed says that the statement's own due date was before the statement.
	DueAssumed bool
	// Since is what happened from this statement to the next, without the Payments that are still kept one by one.
	Since Flow
}

// Flow sums up what happened between two statements.
type Flow struct {
	// PaidMinor is what settled, PaidOnTimeMinor the part that came by the due date, both in Settled payments.
	PaidMinor, PaidOnTimeMinor int64
	Settled                    int
	// LastPaidAt is the newest settled payment's time.
	LastPaidAt card.Moment
	// Failed counts payments that did not come, FailedAutopay those that the bank tried to draw by itself.
	Failed, FailedAutopay int
	// SpendMinor is approved purchases and cash less refunds and reversals; CashMinor the cash part. Below 0 when more
	// came back than went out.
	SpendMinor, CashMinor int64
	// Uses counts approved purchases and cash withdrawals.
	Uses int
}

// Payment is one payment that is kept by itself.
type Payment struct {
	// Key stands for the payment's event_id; 0 when it has none, and then it cannot be taken back.
	Key         uint64
	At          card.Moment
	AmountMinor int64
	Failed      bool
	Autopay     bool
	// TakenBack says that the money did not stay. An entry that was made by the reversal alone, whose payment has not arrived, has
	// the reversal's time and no amount.
	TakenBack bool
}

// Marks are what the detectors last said about the account.
type Marks struct {
	// JudgedAt is the latest moment that the account was judged at: time does not run back when an event comes late.
	JudgedAt card.Moment
	// WakeAt is when time alone changes the next thing, zero for never. It is kept, since it is asked for after every event.
	WakeAt card.Moment
	// Tier is the index of the collection tier that was last reported, 0 for none.
	Tier uint8
	// Assessed says that MissBasisPoints, the miss probability in 1/10,000, and High hold an assessment.
	Assessed        bool
	MissBasisPoints uint16
	// High says that the customer was judged stressed, by the probability alone or with what else is known.
	High bool
	// Done are the assessments made and alerts raised for the newest bill, one bit each.
	Done uint8
}

// Find gives the ledger of an account in a currency, nil when there is none.
func Find(accounts []Account, id string, currency card.Currency) *Account {
	for i := range accounts {
		if accounts[i].Currency == currency && accounts[i].ID == id {
			return &accounts[i]
		}
	}
	return nil
}

// Open gives the ledger of an account in a currency and adds it when it is new. Beyond MaxAccounts the ledger that has been
// quiet for longest makes room. The pointer is valid until the next Open.
func Open(accounts *[]Account, id string, currency card.Currency) *Account {
	if a := Find(*accounts, id, currency); a != nil {
		return a
	}
	if len(*accounts) >= MaxAccounts {
		quietest := slices.MinFunc(*accounts, func(a, b Account) int {
			return cmp.Compare(a.lastEvent().UnixMilli, b.lastEvent().UnixMilli)
		})
		*accounts = slices.DeleteFunc(*accounts, func(a Account) bool {
			return a.ID == quietest.ID && a.Currency == quietest.Currency
		})
	}
	*accounts = append(*accounts, Account{ID: strings.Clone(id), Currency: currency})
	return &(*accounts)[len(*accounts)-1]
}

// Newest is the last bill, nil before the first.
func (a *Account) Newest() *Bill {
	if len(a.Bills) == 0 {
		return nil
	}
	return &a.Bills[len(a.Bills)-1]
}

func (a *Account) lastEvent() (at card.Moment) {
	if b := a.Newest(); b != nil {
		at = b.At
	}
	if n := len(a.Payments); n > 0 && at.Before(a.Payments[n-1].At) {
		at = a.Payments[n-1].At
	}
	return at
}
