package ledger

import (
	"fmt"

	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/detectors/pack"
)

// version is the first byte of an account's binary form; a reader refuses others.
const version = 1

// AppendBinary appends the account's binary form: version, then the fields in the order of the struct, times as differences
// from the moment before.
func (a *Account) AppendBinary(dst []byte) []byte {
	dst = append(dst, version)
	dst = pack.String(dst, a.ID)
	dst = append(dst, a.Currency[:]...)
	w := writer{buf: dst}
	w.flow(&a.Before)
	w.moment(a.Carried.DueAt)
	w.buf = pack.Int(w.buf, a.Carried.Minor)
	w.buf = pack.Bool(w.buf, a.Carried.Estimated)
	w.buf = pack.Uint(w.buf, uint64(len(a.Bills)))
	for i := range a.Bills {
		w.bill(&a.Bills[i])
	}
	w.buf = pack.Uint(w.buf, uint64(len(a.Payments)))
	for _, p := range a.Payments {
		w.moment(p.At)
		w.buf = pack.Int(w.buf, p.AmountMinor)
		w.buf = append(w.buf, flags(p.Failed, p.Autopay))
	}
	w.marks(&a.Marks)
	return w.buf
}

// Read reads an account that AppendBinary wrote. A damaged value latches an error in the reader.
func Read(r *pack.Reader) Account {
	if v := r.Byte(); v != version && r.Err() == nil {
		r.Fail(fmt.Errorf("ledger: account has version %d, this program reads %d", v, version))
	}
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

// writer keeps the moment written last, from which the next one is a small difference.
type writer struct {
	buf  []byte
	last card.Moment
}

func (w *writer) moment(m card.Moment) {
	w.buf = pack.Int(w.buf, m.UnixMilli-w.last.UnixMilli)
	w.buf = pack.Int(w.buf, int64(m.OffsetMinutes)-int64(w.last.OffsetMinutes))
	w.last = m
}

func (w *writer) bill(b *Bill) {
	w.moment(b.At)
	w.moment(b.DueAt)
	for _, v := range [...]int64{b.BalanceMinor, b.MinDueMinor, b.PastDueMinor, b.LimitMinor, int64(b.CyclesPastDue)} {
		w.buf = pack.Int(w.buf, v)
	}
	w.buf = append(w.buf, flags(b.Autopay, b.DueAssumed))
	w.flow(&b.Since)
}

// flow writes one zero byte for a flow in which nothing happened.
func (w *writer) flow(f *Flow) {
	w.buf = pack.Bool(w.buf, *f != Flow{})
	if *f == (Flow{}) {
		return
	}
	for _, v := range [...]int64{f.PaidMinor, f.PaidOnTimeMinor, int64(f.Settled), int64(f.Failed), int64(f.FailedAutopay),
		f.SpendMinor, f.CashMinor, int64(f.Uses)} {
		w.buf = pack.Int(w.buf, v)
	}
	if f.Settled > 0 {
		w.moment(f.LastPaidAt)
	}
}

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

func (w *writer) marks(m *Marks) {
	w.moment(m.JudgedAt)
	w.moment(m.WakeAt)
	w.buf = append(w.buf, m.Tier, flags(m.Assessed, m.High), m.Done)
	w.buf = pack.Uint(w.buf, uint64(m.MissBasisPoints))
}

func (r *reader) marks() Marks {
	m := Marks{JudgedAt: r.moment(), WakeAt: r.moment(), Tier: r.Byte()}
	m.Assessed, m.High = unflag(r.Byte())
	m.Done, m.MissBasisPoints = r.Byte(), uint16(r.Uint())
	return m
}

func flags(low, high bool) (b byte) {
	if low {
		b |= 1
	}
	if high {
		b |= 2
	}
	return b
}

func unflag(b byte) (low, high bool) { return b&1 != 0, b&2 != 0 }
