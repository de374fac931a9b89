package wire

import (
	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// maxRules bounds the rules that one refusal names: a policy has a few dozen.
const maxRules = 64

var conductFormat = format{
	fields: setOf(fSchemaVersion, fEventID, fCustomerID, fAccountID, fAt, fKind, fTier, fCurrency, fAmountMinor, fPaidMinor, fChannel, fParty,
		fOutcome, fRules, fFlag, fActor),
	decode: (*Decoder).conduct,
}

var parseConductKind = oneOf(alerts.ConductKinds()...)

func (d *Decoder) conduct() card.Body {
	c := &d.body.conduct
	tier, _ := mayParse(d, fTier, parseTier)
	*c = alerts.Conduct{
		Head:        d.head(fAt),
		Account:     d.id(fAccountID),
		Kind:        mustParse(d, fKind, parseConductKind),
		Tier:        tier,
		Currency:    d.currency(fCurrency),
		AmountMinor: d.amount(fAmountMinor, 0),
		PaidMinor:   d.amount(fPaidMinor, 0),
		Channel:     d.id(fChannel),
		Party:       d.id(fParty),
		Outcome:     d.id(fOutcome),
		Flag:        d.id(fFlag),
		Actor:       d.id(fActor),
	}
	for _, rule := range idList(d, fRules, maxRules, nil) {
		c.Rules = append(c.Rules, alerts.RuleID(rule))
	}
	return c
}

// AppendConduct appends the record of cardwatch.conduct.v1.
func AppendConduct(dst []byte, c *alerts.Conduct) []byte {
	w := begin(dst)
	w.head(&c.Head, fAt)
	w.text(fAccountID, c.Account)
	w.text(fKind, string(c.Kind))
	w.text(fTier, string(c.Tier))
	w.text(fCurrency, c.Currency.String())
	if c.AmountMinor != 0 {
		w.integer(fAmountMinor, c.AmountMinor)
	}
	if c.PaidMinor != 0 {
		w.integer(fPaidMinor, c.PaidMinor)
	}
	w.text(fChannel, c.Channel)
	w.text(fParty, c.Party)
	w.text(fOutcome, c.Outcome)
	if len(c.Rules) > 0 {
		texts(&w, fRules, c.Rules)
	}
	w.text(fFlag, c.Flag)
	w.text(fActor, c.Actor)
	return w.end()
}
