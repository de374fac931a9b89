package wire

import (
	"math"

	"github.com/cardwatch/cardwatch/detectors/card"
)

// maxCycles bounds cycles_past_due: banks write accounts off after a dozen.
const maxCycles = 999

// maxDaysPastDue bounds the bank's own days_past_due: as many days as maxCycles months have.
const maxDaysPastDue = 31 * maxCycles

var statementFormat = format{
	fields: setOf(fSchemaVersion, fEventID, fCustomerID, fAccountID, fStatementAt, fDueAt, fBalanceMinor, fMinDueMinor,
		fPastDueMinor, fCyclesPastDue, fCreditLimitMinor, fCurrency, fAutopay, fDaysPastDue,
		fInstalmentMinor, fRateBps),
	decode: (*Decoder).statement,
}

func (d *Decoder) statement() card.Body {
	s := &d.body.statement
	d.require(fBalanceMinor)
	d.require(fMinDueMinor)
	d.require(fCurrency)
	*s = card.Statement{
		Head:             d.head(fStatementAt),
		Account:          d.mustID(fAccountID),
		DueAt:            d.mustMoment(fDueAt),
		BalanceMinor:     d.amount(fBalanceMinor, math.MinInt64),
		MinDueMinor:      d.amount(fMinDueMinor, 0),
		PastDueMinor:     d.amount(fPastDueMinor, 0),
		CyclesPastDue:    int(d.integer(fCyclesPastDue, 0, maxCycles)),
		CreditLimitMinor: d.amount(fCreditLimitMinor, 0),
		Currency:         d.currency(fCurrency),
		Autopay:          d.flag(fAutopay),
		InstalmentMinor:  d.amount(fInstalmentMinor, 0),
		RateBps:          int(d.integer(fRateBps, 1, card.MaxRateBps)),
	}
	if _, s.Aged = d.get(fDaysPastDue); s.Aged {
		s.DaysPastDue = int(d.integer(fDaysPastDue, 0, maxDaysPastDue))
	}
	if s.DueAt.Before(s.At) {
		d.refuse(BadTime, fDueAt)
	}
	return s
}

// AppendStatement appends the record of cards.statement.v1.
func AppendStatement(dst []byte, s *card.Statement) []byte {
	w := begin(dst)
	w.head(&s.Head, fStatementAt)
	w.text(fAccountID, s.Account)
	w.moment(fDueAt, s.DueAt)
	w.integer(fBalanceMinor, s.BalanceMinor)
	w.integer(fMinDueMinor, s.MinDueMinor)
	w.integer(fPastDueMinor, s.PastDueMinor)
	w.integer(fCyclesPastDue, int64(s.CyclesPastDue))
	w.integer(fCreditLimitMinor, s.CreditLimitMinor)
	w.text(fCurrency, s.Currency.String())
	w.flag(fAutopay, s.Autopay)
	if s.InstalmentMinor != 0 {
		w.integer(fInstalmentMinor, s.InstalmentMinor)
	}
	w.some(fRateBps, int64(s.RateBps))
	if s.Aged {
		w.integer(fDaysPastDue, int64(s.DaysPastDue))
	}
	return w.end()
}
