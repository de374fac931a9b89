package figures

import (
	"github.com/cardwatch/cardwatch/alerts"
)

// The words of contacts that the figures go by (alerts.Conduct).
const (
	byCall, byVisit = "call", "visit"
	toDebtor        = "debtor"
	// spoke is a conversation with whom it was meant for.
	spoke = "conversation"
)

// conduct counts what was agreed or done, in the month in which it happened.
func (b *Book) conduct(c *alerts.Conduct) {
	month := MonthOf(c.At)
	b.turn(month)
	a := b.accounts[hash(c.Customer, c.Account)]
	if a == nil {
		b.missed++
		return
	}
	a.begin(b.month)
	var further []Group
	if c.Tier != "" {
		further = append(further, Group{a.currency, ByTier, string(c.Tier)})
	}
	if b.Arms != nil {
		for experiment, arm := range b.Arms(c.Customer, c.At) {
			further = append(further, Group{a.currency, ByArm, ArmName(experiment, arm)})
		}
	}
	human := c.Kind == alerts.ContactMade && (c.Channel == byCall || c.Channel == byVisit)
	first := (c.Kind == alerts.ContactMade || c.Kind == alerts.ContactSent) && a.contacted < month
	b.each(a, func(t *Tally) {
		if first {
			t.Contacted++
		}
		if human && c.Party == toDebtor {
			t.Calls++
			if c.Outcome == spoke {
				t.RightParty++
			}
		}
		t.count(c)
	}, month, further...)
	a.spoken = a.spoken || human
	if first {
		a.contacted = month
	}
}

func (t *Tally) count(c *alerts.Conduct) {
	switch c.Kind {
	case alerts.ContactMade, alerts.ContactSent:
		t.Contacts++
	case alerts.ContactRefused:
		t.RefusedContacts++
		if t.Refused == nil {
			t.Refused = map[alerts.RuleID]int64{}
		}
		for _, rule := range c.Rules {
			t.Refused[alerts.RuleID(append([]byte(nil), rule...))]++
		}
	case alerts.PromiseKeptInTime, alerts.PromiseKeptInPart, alerts.PromiseFailed:
		t.PromisesDue++
		t.PromisedMinor += c.AmountMinor
		t.PromisedPaidMinor += min(c.PaidMinor, c.AmountMinor)
		if c.Kind == alerts.PromiseKeptInTime {
			t.PromisesKept++
		}
	case alerts.PlanSigned:
		t.PlansSigned++
	case alerts.PlanKept:
		t.PlansKept++
	case alerts.PlanBreached:
		t.PlansBreached++
	case alerts.PlanEnded:
		t.PlansEnded++
	case alerts.InstalmentOffered:
		t.InstalmentsOffered++
	case alerts.InstalmentBooked:
		t.InstalmentsBooked++
	case alerts.InstalmentRefused:
		t.InstalmentsRefused++
	case alerts.InstalmentLapsed:
		t.InstalmentsLapsed++
	case alerts.InstalmentWithdrawn:
		t.InstalmentsWithdrawn++
	case alerts.OptedOut:
		t.OptOuts++
	case alerts.FlagSet:
		switch alerts.Flag(c.Flag) {
		case alerts.Complaint:
			t.Complaints++
		case alerts.Cease:
			t.Ceases++
		case alerts.Crisis, alerts.Vulnerable:
			t.Distress++
		}
	}
}
