package ledger

import (
	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/detectors/pack"
)

// writer writes the rest of an account, as many numbers as its head says.
type writer struct {
	buf    []byte
	groups uint16
}

func (w *writer) int(v int64) { w.buf = pack.Int(w.buf, v) }
func (w *writer) uint(v int)  { w.buf = pack.Uint(w.buf, uint64(v)) }

func (w *writer) moment(m, from card.Moment) { w.buf = appendMoment(w.buf, m, from) }

func (w *writer) has(group int) bool { return w.groups>>group&1 != 0 }

func (w *writer) rest(a *Account) {
	newest := card.Moment{}
	if b := a.Newest(); b != nil {
		newest = b.At
	}
	w.moment(a.Marks.JudgedAt, newest)
	w.uint(int(a.Marks.Done)<<10 | int(a.Marks.Tier)<<2 | int(flags(a.Marks.Assessed, a.Marks.High)))
	w.uint(int(a.Marks.MissBasisPoints))
	if w.has(groupBefore) {
		before := &a.Before
		if len(a.Bills) == 0 {
			before = &Flow{}
		}
		w.spent(before)
		w.paid(&a.Before, newest)
		w.uint(a.Before.Failed)
		w.uint(a.Before.FailedAutopay)
	}
	if w.has(groupCarried) {
		w.moment(a.Carried.DueAt, newest)
		w.int(a.Carried.Minor)
		w.uint(int(flags(a.Carried.Estimated, a.Carried.Told)))
	}
	before := &Bill{At: newest}
	for i := range a.Bills {
		w.bill(i, &a.Bills[i], before, i == len(a.Bills)-1)
		before = &a.Bills[i]
	}
	for _, p := range a.Payments {
		w.int(p.At.UnixMilli - newest.UnixMilli)
		w.uint(apart(p.At, newest)<<3 | int(flags(p.TakenBack, false))<<2 | int(flags(p.Failed, p.Autopay)))
		w.int(p.AmountMinor)
		w.buf = pack.Uint(w.buf, p.Key)
	}
	if w.has(groupRate) {
		w.uint(a.RateBps)
	}
}

// bill leaves out what the head says of the newest one, whose cycle is running.
func (w *writer) bill(i int, b, before *Bill, running bool) {
	if !running {
		w.int(b.At.UnixMilli - before.At.UnixMilli)
		w.spent(&b.Since)
	}
	w.int(b.DueAt.UnixMilli - b.At.UnixMilli)
	w.uint((apart(b.At, before.At)<<17|apart(b.DueAt, b.At))<<2 | int(flags(b.Autopay, b.DueAssumed)))
	w.int(b.BalanceMinor)
	w.int(b.MinDueMinor)
	w.int(b.LimitMinor - before.LimitMinor)
	if w.has(groupPaid + i) {
		w.paid(&b.Since, b.At)
	}
	if w.has(groupRare + i) {
		w.int(b.PastDueMinor)
		w.uint(b.CyclesPastDue)
		w.uint(b.Since.Failed)
		w.uint(b.Since.FailedAutopay)
		w.uint(b.told())
		w.moment(b.SaidAt, b.At)
		w.int(b.InstalmentMinor)
	}
}

// told is the bank's own days past due and one more, 0 when it told none.
func (b *Bill) told() int {
	if !b.Aged {
		return 0
	}
	return b.DaysPastDue + 1
}

func (w *writer) spent(f *Flow) {
	w.int(f.SpendMinor)
	w.int(f.CashMinor)
	w.uint(f.Uses)
}

func (w *writer) paid(f *Flow, from card.Moment) {
	w.int(f.PaidMinor)
	w.int(f.PaidMinor - f.PaidOnTimeMinor)
	w.uint(f.Settled)
	w.moment(f.LastPaidAt, from)
}

// apart is how the offset of a moment differs from another one's, as a number of at most 17 bits that is 0 when it does not.
func apart(m, from card.Moment) int {
	d := int(m.OffsetMinutes) - int(from.OffsetMinutes)
	return (d<<1 ^ d>>63) & (1<<17 - 1)
}

func offset(from card.Moment, apart uint64) int16 {
	apart &= 1<<17 - 1
	return from.OffsetMinutes + int16(apart>>1^-(apart&1))
}

// opener reads the rest of an account.
type opener struct {
	pack.Numbers
	head    *head
	version byte
}

func (r *opener) has(group int) bool { return r.head.groups>>group&1 != 0 }

func (r *opener) rest(a *Account) {
	newest := r.head.newest
	a.Marks.JudgedAt = momentFrom(newest, r.Int(), r.Int())
	marks := r.Uint()
	a.Marks.Assessed, a.Marks.High = unflag(byte(marks))
	a.Marks.Tier, a.Marks.Done, a.Marks.MissBasisPoints = uint8(marks>>2), uint8(marks>>10), uint16(r.Uint())
	if r.has(groupBefore) {
		r.spent(&a.Before)
		r.paid(&a.Before, newest)
		a.Before.Failed, a.Before.FailedAutopay = int(r.Uint()), int(r.Uint())
	}
	if r.has(groupCarried) {
		a.Carried.DueAt, a.Carried.Minor = momentFrom(newest, r.Int(), r.Int()), r.Int()
		a.Carried.Estimated, a.Carried.Told = unflag(byte(r.Uint()))
	}
	before := &Bill{At: newest}
	for i := range a.Bills {
		r.bill(i, &a.Bills[i], before, i == len(a.Bills)-1)
		before = &a.Bills[i]
	}
	for i := range a.Payments {
		p := &a.Payments[i]
		p.At.UnixMilli = newest.UnixMilli + r.Int()
		flags := r.Uint()
		p.Failed, p.Autopay = unflag(byte(flags))
		if flags >>= 2; r.version > 2 {
			p.TakenBack = flags&1 != 0
			flags >>= 1
		}
		p.At.OffsetMinutes = offset(newest, flags)
		if p.AmountMinor = r.Int(); r.version > 2 {
			p.Key = r.Uint()
		}
	}
	if r.has(groupRate) {
		a.RateBps = int(min(r.Uint(), card.MaxRateBps))
	}
}

func (r *opener) bill(i int, b, before *Bill, running bool) {
	b.At.UnixMilli = r.head.newest.UnixMilli
	if !running {
		b.At.UnixMilli = before.At.UnixMilli + r.Int()
		r.spent(&b.Since)
	}
	b.DueAt.UnixMilli = b.At.UnixMilli + r.Int()
	flags := r.Uint()
	b.At.OffsetMinutes = offset(before.At, flags>>19)
	b.DueAt.OffsetMinutes = offset(b.At, flags>>2)
	b.Autopay, b.DueAssumed = unflag(byte(flags))
	b.BalanceMinor, b.MinDueMinor, b.LimitMinor = r.Int(), r.Int(), before.LimitMinor+r.Int()
	if r.has(groupPaid + i) {
		r.paid(&b.Since, b.At)
	}
	if r.has(groupRare + i) {
		b.PastDueMinor, b.CyclesPastDue = r.Int(), int(r.Uint())
		b.Since.Failed, b.Since.FailedAutopay = int(r.Uint()), int(r.Uint())
	}
	if b.SaidAt = b.At; r.has(groupRare+i) && r.version > 2 {
		told := int(r.Uint())
		b.Aged, b.DaysPastDue = told > 0, max(told-1, 0)
		b.SaidAt, b.InstalmentMinor = momentFrom(b.At, r.Int(), r.Int()), r.Int()
	}
}

func (r *opener) spent(f *Flow) {
	f.SpendMinor, f.CashMinor, f.Uses = r.Int(), r.Int(), int(r.Uint())
}

func (r *opener) paid(f *Flow, from card.Moment) {
	f.PaidMinor = r.Int()
	f.PaidOnTimeMinor, f.Settled = f.PaidMinor-r.Int(), int(r.Uint())
	f.LastPaidAt = momentFrom(from, r.Int(), r.Int())
}
