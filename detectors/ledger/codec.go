package ledger

import (
	"encoding/binary"
	"fmt"
	"math/bits"

	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/detectors/pack"
)

// version is the first byte of an account's binary form. Version 2, which is still read, knew no keys of payments, no instalments, no
// days past due of the bank's and no corrected statements; version 1 went with the states that held it.
const version = 3

// AppendBinary appends the account's binary form: whose it is and what every transaction asks for, then the length of the rest
// and the rest, which a Sealed keeps as it is.
func (a *Account) AppendBinary(dst []byte) []byte {
	h := a.head()
	dst = pack.String(append(dst, version), a.ID)
	dst = h.append(append(dst, a.Currency[:]...))
	length := len(dst)
	w := writer{buf: append(dst, 0, 0), groups: h.groups}
	w.rest(a)
	binary.LittleEndian.PutUint16(w.buf[length:], uint16(len(w.buf)-length-2))
	return w.buf
}

// Read reads an account that AppendBinary wrote. A damaged value latches an error in the
// reader.
func Read(r *pack.Reader) Account {
	switch v := r.Byte(); {
	case v == version || v == version-1:
		s := Sealed{version: v}
		s.read(r)
		return s.Open()
	case r.Err() == nil:
		r.Fail(fmt.Errorf("ledger: account has version %d, this program reads %d and %d", v, version, version-1))
	}
	return Account{}
}

// head is what every transaction asks of an account, and what tells the numbers of the rest.
type head struct {
	bills, payments uint8
	groups          uint16
	// newest is the newest bill's At, zero without one.
	newest, wake card.Moment
	// spend, cash and uses are those of the running cycle, from the newest bill on.
	spend, cash int64
	uses        int
}

// Groups are numbers that are often all zero and then left out. From these bits on there is one bit for each bill.
const (
	groupBefore  = 0
	groupCarried = 1
	groupPaid    = 2
	groupRare    = groupPaid + MaxBills
	// groupRate came later: what was written before has not got it.
	groupRate = groupRare + MaxBills
)

// numbers is how many the rest has in a version.
func (h *head) numbers(v byte) int {
	const bills = 1<<MaxBills - 1
	paid, rare := bits.OnesCount16(h.groups>>groupPaid&bills), bits.OnesCount16(h.groups>>groupRare&bills)
	ofRare, ofPayment := 8, 4
	if v < 3 {
		ofRare, ofPayment = 4, 3
	}
	// The newest bill has no time and no spending: they are in the head.
	return 4 + max(9*int(h.bills)-4, 0) + 5*paid + ofRare*rare + ofPayment*int(h.payments) +
		10*int(h.groups>>groupBefore&1) + 4*int(h.groups>>groupCarried&1) + int(h.groups>>groupRate&1)
}

func (a *Account) head() head {
	running := a.flow(len(a.Bills) - 1)
	h := head{bills: uint8(len(a.Bills)), payments: uint8(len(a.Payments)), wake: a.Marks.WakeAt,
		spend: running.SpendMinor, cash: running.CashMinor, uses: running.Uses}
	if b := a.Newest(); b != nil {
		h.newest = b.At
	}
	group := func(holds bool, bit int) {
		if holds {
			h.groups |= 1 << bit
		}
	}
	before := a.Before
	if running == &a.Before {
		before.SpendMinor, before.CashMinor, before.Uses = 0, 0, 0
	}
	group(before != Flow{}, groupBefore)
	group(a.Carried != Debt{}, groupCarried)
	group(a.RateBps != 0, groupRate)
	for i := range a.Bills {
		b, f := &a.Bills[i], &a.Bills[i].Since
		group(f.PaidMinor != 0 || f.PaidOnTimeMinor != 0 || f.Settled != 0 || !f.LastPaidAt.IsZero(), groupPaid+i)
		group(b.PastDueMinor != 0 || b.CyclesPastDue != 0 || f.Failed != 0 || f.FailedAutopay != 0 || b.Aged || b.InstalmentMinor != 0 ||
			b.SaidAt != b.At, groupRare+i)
	}
	return h
}

func (h *head) append(dst []byte) []byte {
	dst = append(dst, h.bills|h.payments<<4)
	dst = pack.Fixed16(dst, h.groups)
	dst = pack.Fixed64(pack.Fixed64(dst, h.newest.Word()), h.wake.Word())
	return pack.Uint(pack.Int(pack.Int(dst, h.spend), h.cash), uint64(h.uses))
}

func (h *head) read(r *pack.Reader) {
	counts := r.Byte()
	h.bills, h.payments, h.groups = counts&15, counts>>4, r.Fixed16()
	if h.bills > MaxBills || h.payments > MaxPayments {
		r.Fail(fmt.Errorf("ledger: account with %d bills and %d payments, more than are kept", h.bills, h.payments))
	}
	h.newest, h.wake = card.MomentOfWord(r.Fixed64()), card.MomentOfWord(r.Fixed64())
	h.spend, h.cash, h.uses = r.Int(), r.Int(), int(r.Uint())
}

func appendMoment(dst []byte, m, from card.Moment) []byte {
	return pack.Int(pack.Int(dst, m.UnixMilli-from.UnixMilli), int64(m.OffsetMinutes-from.OffsetMinutes))
}

// momentFrom reads what appendMoment wrote, given its two numbers.
func momentFrom(from card.Moment, milli, minutes int64) card.Moment {
	return card.Moment{UnixMilli: from.UnixMilli + milli, OffsetMinutes: from.OffsetMinutes + int16(minutes)}
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
