package detectors

import (
	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/detectors/ledger"
)

// OpenAccounts fills in Accounts where a decoded state still holds them sealed. Step does so by itself before it files a bill, a
// payment or a Tick.
func (s *State) OpenAccounts() {
	for i := range s.sealed {
		s.Accounts = append(s.Accounts, s.sealed[i].Open())
	}
	s.sealed = s.sealed[:0]
}

// addSealed appends an account to be read, in the memory of an earlier one where there is some.
func (s *State) addSealed() *ledger.Sealed {
	if len(s.sealed) == cap(s.sealed) {
		s.sealed = append(s.sealed, ledger.Sealed{})
	} else {
		s.sealed = s.sealed[:len(s.sealed)+1]
	}
	return &s.sealed[len(s.sealed)-1]
}

// spend files a transaction in its account's ledger, and opens the accounts only when it comes a billing cycle late.
func (s *State) spend(t *card.Transaction) {
	if a := ledger.FindSealed(s.sealed, t.Account, t.Amount.Currency); a != nil {
		if a.ApplySpend(t) {
			return
		}
		s.OpenAccounts()
	}
	if a := ledger.Find(s.Accounts, t.Account, t.Amount.Currency); a != nil {
		a.ApplySpend(t)
	}
}

// accountWake is the earliest moment at which time alone changes something about an account, the zero Moment for none.
func (s *State) accountWake() (wake card.Moment) {
	for i := range s.sealed {
		if at := s.sealed[i].WakeAt(); !at.IsZero() {
			wake = earlier(wake, at)
		}
	}
	for i := range s.Accounts {
		if at := s.Accounts[i].Marks.WakeAt; !at.IsZero() {
			wake = earlier(wake, at)
		}
	}
	return wake
}
