package ledger

import (
	"fmt"

	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/detectors/pack"
)

// readV1 reads what followed the version byte in version 1: the fields in the order of the struct, times as differences from the
// moment before.
func readV1(r *pack.Reader) Account {
	a := Account{ID: r.String(), Currency: card.Currency{r.Byte(), r.Byte(), r.Byte()}}
	in := reader{Reader: r}
	a.Before = in.flow()
	a.Carried = Debt{DueAt: in.moment(), Minor: r.Int(), Estimated: r.Bool()}
	if n := bounded(r, 10, MaxBills); n > 0 {
		a.Bills = make([]Bill, n)
		for i := range a.Bills {
			a.Bills[i] = in.bill()
		}
	}
	if n := bounded(r, 4, MaxPayments); n > 0 {
		a.Payments = make([]Payment, n)
		for i := range a.Payments {
			p := Payment{At: in.moment(), AmountMinor: r.Int()}
			p.Failed, p.Autopay = unflag(r.Byte())
			a.Payments[i] = p
		}
	}
	a.Marks = in.marks()
	return a
}

func bounded(r *pack.Reader, size, most int) int {
	n := r.Count(size)
	if n > most {
		r.Fail(fmt.Errorf("ledger: account with %d entries where at most %d are kept", n, most))
		return 0
	}
	return n
}

// reader keeps the moment read last, from which the next one is a small difference.
type reader struct {
	*pack.Reader
	last card.Moment
}

func (r *reader) moment() card.Moment {
	r.last.UnixMilli += r.Int()
	r.last.OffsetMinutes += int16(r.Int())
	return r.last
}

func (r *reader) bill() Bill {
	b := Bill{At: r.moment(), DueAt: r.moment(), BalanceMinor: r.Int(), MinDueMinor: r.Int(), PastDueMinor: r.Int(), LimitMinor: r.Int(),
		CyclesPastDue: int(r.Int())}
	b.Autopay, b.DueAssumed = unflag(r.Byte())
	b.Since = r.flow()
	return b
}

func (r *reader) flow() Flow {
	if !r.Bool() {
		return Flow{}
	}
	f := Flow{PaidMinor: r.Int(), PaidOnTimeMinor: r.Int(), Settled: int(r.Int()), Failed: int(r.Int()), FailedAutopay: int(r.Int()),
		SpendMinor: r.Int(), CashMinor: r.Int(), Uses: int(r.Int())}
	if f.Settled > 0 {
		f.LastPaidAt = r.moment()
	}
	return f
}

func (r *reader) marks() Marks {
	m := Marks{JudgedAt: r.moment(), WakeAt: r.moment(), Tier: r.Byte()}
	m.Assessed, m.High = unflag(r.Byte())
	m.Done, m.MissBasisPoints = r.Byte(), uint16(r.Uint())
	return m
}
