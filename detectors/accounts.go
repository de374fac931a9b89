package detectors

import (
	"crypto/sha256"
	"encoding/hex"
	"math"
	"strings"
	"time"

	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/detectors/ledger"
)

// stepAccounts files bills, payments and spending in the ledgers of their accounts and says what follows from them. An
// account's ledger opens with its first bill or payment; spending before that tells nothing about repayment.
func (m *Monitor) stepAccounts(s *State, ev card.Event, out *Effects) {
	switch body := ev.Body.(type) {
	case *card.Transaction:
		s.spend(body)
	case *card.Statement:
		s.OpenAccounts()
		filed := *body
		filed.At = notAhead(filed.At, ev, out)
		v := m.visit(s, ledger.Open(&s.Accounts, body.Account, body.Currency), ev, out)
		if v.account.ApplyStatement(&filed, v.terms) {
			v.assess(atStatement, body.ID)
		}
		v.leave()
	case *card.Payment:
		s.OpenAccounts()
		filed := *body
		filed.At = notAhead(filed.At, ev, out)
		v := m.visit(s, ledger.Open(&s.Accounts, body.Account, body.Amount.Currency), ev, out)
		if !v.account.ApplyPayment(&filed) {
			out.Admission = Unmatched
		}
		v.closePaid()
		v.leave()
	case *card.Tick:
		s.OpenAccounts()
		for i := range s.Accounts {
			v := m.visit(s, &s.Accounts[i], ev, out)
			v.assessBeforeDue()
			v.leave()
		}
	}
}

// bookingAhead is how far a statement or a payment may be dated ahead: banks date bills and drafts for the next morning.
const bookingAhead = 24 * time.Hour

// notAhead takes an event from further ahead as of its arrival, so that one wrong date does not stand before all later bills.
func notAhead(at card.Moment, ev card.Event, out *Effects) card.Moment {
	if at.Sub(ev.Arrived) > bookingAhead {
		out.Admission = ClockSkew
		return card.Moment{UnixMilli: ev.Arrived.UnixMilli, OffsetMinutes: at.OffsetMinutes}
	}
	return at
}

// visit is one event at one account.
type visit struct {
	m       *Monitor
	state   *State
	account *ledger.Account
	ev      card.Event
	out     *Effects
	now     card.Moment
	terms   ledger.Terms
}

// visit moves the account's time to the event's own time, which is never later than its arrival and never runs back.
func (m *Monitor) visit(s *State, a *ledger.Account, ev card.Event, out *Effects) *visit {
	now := ev.Body.Meta().At
	if ev.Arrived.Before(now) {
		now = ev.Arrived
	}
	if now.Before(a.Marks.JudgedAt) {
		now = a.Marks.JudgedAt
	}
	if b := a.Newest(); b != nil {
		now.OffsetMinutes = b.DueAt.OffsetMinutes
	}
	a.Marks.JudgedAt = now
	return &visit{m: m, state: s, account: a, ev: ev, out: out, now: now, terms: m.rules.Delinquency.terms(a.Currency)}
}

// leave reports the account's tier when it has changed, and notes when time alone will change something next: an assessment
// before the due date, the day after it, or the day on which the account passes into its next tier.
func (v *visit) leave() {
	standing := v.account.Standing(v.now, v.terms)
	v.judgeTier(&standing)
	wake := card.Moment{}
	if bound := nextBound(standing.DaysPastDue); standing.DaysPastDue > 0 && bound > 0 {
		wake = midnight(standing.OldestDue, bound)
	}
	if standing.Next.Minor > 0 {
		wake = earlier(wake, midnight(standing.Next.DueAt, v.terms.ToleranceDays+1))
		if at, ok := nextAssessment(v.account); ok {
			wake = earlier(wake, at)
		}
	}
	v.account.Marks.WakeAt = wake
}

func earlier(a, b card.Moment) card.Moment {
	if a.IsZero() || b.Before(a) {
		return b
	}
	return a
}

// head names an effect after the account, its currency, the moment and what it is, so that a replay gives the same event_id.
func (v *visit) head(parts ...string) card.Head {
	parts = append(parts, v.account.ID, v.account.Currency.String(), v.now.String())
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return card.Head{ID: hex.EncodeToString(sum[:16]), Customer: strings.Clone(v.ev.Body.Meta().Customer), At: v.now}
}

func (v *visit) major(minor int64) float64 {
	return float64(minor) / math.Pow10(v.account.Currency.Places())
}
