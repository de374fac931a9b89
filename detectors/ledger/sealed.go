package ledger

import (
	"fmt"

	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/detectors/pack"
)

// Sealed is an account of which only the head has been read. It answers what every transaction asks and takes spending in the
// running cycle; the rest stays the bytes that it was stored as, until a bill, a payment or time asks for it. The rest has been
// counted, so opening it cannot fail.
type Sealed struct {
	version  byte
	id       []byte
	currency card.Currency
	head     head
	rest     pack.Numbers
}

// Read replaces the account by one that Account.AppendBinary or AppendBinary wrote, using its memory. A damaged value latches an
// error in the reader.
func (s *Sealed) Read(r *pack.Reader) {
	if s.version = r.Byte(); s.version != version && s.version != version-1 && r.Err() == nil {
		r.Fail(fmt.Errorf("ledger: account has version %d, this program reads %d and %d", s.version, version, version-1))
	}
	s.read(r)
}

func (s *Sealed) read(r *pack.Reader) {
	s.id = append(s.id[:0], r.Bytes()...)
	s.currency = card.Currency{r.Byte(), r.Byte(), r.Byte()}
	s.head.read(r)
	rest := r.Take(int(r.Fixed16()))
	if n, want := pack.Count(rest), s.head.numbers(s.version); n != want && r.Err() == nil {
		r.Fail(fmt.Errorf("ledger: account with %d numbers where it says %d", n, want))
	}
	s.rest = append(s.rest[:0], rest...)
}

// AppendBinary appends the account's binary form in the version that it was read in; in the newest it is the same that the open
// account has.
func (s *Sealed) AppendBinary(dst []byte) []byte {
	dst = append(pack.Uint(append(dst, s.version), uint64(len(s.id))), s.id...)
	dst = s.head.append(append(dst, s.currency[:]...))
	return append(pack.Fixed16(dst, uint16(len(s.rest))), s.rest...)
}

// Open gives the whole account; it shares no memory with s.
func (s *Sealed) Open() Account {
	a := Account{ID: string(s.id), Currency: s.currency}
	if s.head.bills > 0 {
		a.Bills = make([]Bill, s.head.bills)
	}
	if s.head.payments > 0 {
		a.Payments = make([]Payment, s.head.payments)
	}
	r := opener{Numbers: s.rest, head: &s.head, version: s.version}
	r.rest(&a)
	a.Marks.WakeAt = s.head.wake
	running := a.flow(len(a.Bills) - 1)
	running.SpendMinor, running.CashMinor, running.Uses = s.head.spend, s.head.cash, s.head.uses
	return a
}

// FindSealed gives the sealed account with an ID in a currency, nil when there is none.
func FindSealed(accounts []Sealed, id string, currency card.Currency) *Sealed {
	for i := range accounts {
		if accounts[i].currency == currency && string(accounts[i].id) == id {
			return &accounts[i]
		}
	}
	return nil
}

// WakeAt is the account's Marks.WakeAt.
func (s *Sealed) WakeAt() card.Moment { return s.head.wake }

// ApplySpend is Account.ApplySpend, and reports false when the transaction belongs to a cycle before the running one, for which
// the account has to be opened.
func (s *Sealed) ApplySpend(t *card.Transaction) bool {
	if s.head.bills > 0 && t.At.Before(s.head.newest) {
		return false
	}
	f := Flow{SpendMinor: s.head.spend, CashMinor: s.head.cash, Uses: s.head.uses}
	f.spend(t)
	s.head.spend, s.head.cash, s.head.uses = f.SpendMinor, f.CashMinor, f.Uses
	return true
}
