package ledger

import (
	"slices"

	"github.com/cardwatch/cardwatch/detectors/card"
)

// ApplyPayment files a payment, settled or failed, by its paid_at, or takes one back. A payment that is known already changes
// nothing, nor does a second word that it was taken back. It reports false for a reversal whose payment is not kept: it has not
// arrived yet, and will count for nothing when it does, or it is one of a sum by now.
func (a *Account) ApplyPayment(p *card.Payment) (found bool) {
	if p.Status == card.Reversed {
		return a.takeBack(keyOf(p.Original), p.At)
	}
	kept := Payment{Key: keyOf(p.ID), At: p.At, AmountMinor: p.Amount.Minor, Failed: p.Status == card.Failed, Autopay: p.Method == card.Autopay}
	if i := a.payment(kept.Key); i >= 0 {
		if !a.Payments[i].awaited() {
			return true
		}
		kept.TakenBack = true
		a.Payments = slices.Delete(a.Payments, i, i+1)
	}
	a.keep(kept)
	return true
}

// takeBack marks the payment, or notes that one will come that does not count.
func (a *Account) takeBack(key uint64, at card.Moment) (found bool) {
	if i := a.payment(key); i >= 0 {
		a.Payments[i].TakenBack = true
		return !a.Payments[i].awaited()
	}
	a.keep(Payment{Key: key, At: at, TakenBack: true})
	return false
}

// keep inserts a payment by its time; beyond MaxPayments the oldest becomes part of a sum.
func (a *Account) keep(p Payment) {
	i, _ := slices.BinarySearchFunc(a.Payments, p, func(x, y Payment) int {
		if y.At.Before(x.At) {
			return 1
		}
		return -1
	})
	a.Payments = slices.Insert(a.Payments, i, p)
	if len(a.Payments) > MaxPayments {
		a.fold(1)
	}
}

func (a *Account) payment(key uint64) int {
	if key == 0 {
		return -1
	}
	return slices.IndexFunc(a.Payments, func(p Payment) bool { return p.Key == key })
}

// awaited reports whether all that is known of the payment is that it was taken back.
func (p *Payment) awaited() bool { return p.TakenBack && p.AmountMinor == 0 }

// stays reports whether the money came and stayed.
func (p *Payment) stays() bool { return !p.Failed && !p.TakenBack }

// keyBits makes keys seven bytes of a state: among a dozen payments two are taken for one in one of 4·10¹² accounts.
const keyBits = 48

// keyOf is the FNV-1a hash of an event_id, cut to keyBits and never 0 unless the id is empty.
func keyOf(id string) uint64 {
	if id == "" {
		return 0
	}
	h := uint64(14695981039346656037)
	for i := range len(id) {
		h = (h ^ uint64(id[i])) * 1099511628211
	}
	return max((h^h>>keyBits)&(1<<keyBits-1), 1)
}
