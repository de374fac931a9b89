package wire

import (
	"math"

	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
)

var collectionFormat = format{
	fields: setOf(fSchemaVersion, fEventID, fCustomerID, fAccountID, fAt, fTier, fPreviousTier, fDaysPastDue, fOverdueMinor,
		fBalanceMinor, fCurrency, fMissProbability, fPriority, fReasons),
	nested: reasonFields,
	decode: (*Decoder).collection,
}

// parseTier reads a tier; an account that is in none has an empty or absent one.
var parseTier = oneOf(detectors.NoTier, detectors.Watch, detectors.Grace, detectors.Mild, detectors.Moderate, detectors.SevereA,
	detectors.SevereB, detectors.SevereC)

func (d *Decoder) collection() card.Body {
	c := &d.body.collection
	tier, _ := mayParse(d, fTier, parseTier)
	previous, _ := mayParse(d, fPreviousTier, parseTier)
	*c = detectors.Collection{
		Head:            d.head(fAt),
		Account:         d.mustID(fAccountID),
		Tier:            tier,
		PreviousTier:    previous,
		DaysPastDue:     int(d.integer(fDaysPastDue, 0, math.MaxInt32)),
		OverdueMinor:    d.amount(fOverdueMinor, 0),
		BalanceMinor:    d.amount(fBalanceMinor, math.MinInt64),
		Currency:        d.currency(fCurrency),
		MissProbability: d.number(fMissProbability, 0, 1, BadValue),
		Priority:        int(d.integer(fPriority, 0, 100)),
		Reasons:         d.reasons(c.Reasons[:0]),
	}
	return c
}

// AppendCollection appends the record of cardwatch.collection.v1.
func AppendCollection(dst []byte, c *detectors.Collection) []byte {
	w := begin(dst)
	w.head(&c.Head, fAt)
	w.text(fAccountID, c.Account)
	w.text(fTier, string(c.Tier))
	w.text(fPreviousTier, string(c.PreviousTier))
	w.integer(fDaysPastDue, int64(c.DaysPastDue))
	w.integer(fOverdueMinor, c.OverdueMinor)
	w.integer(fBalanceMinor, c.BalanceMinor)
	w.text(fCurrency, c.Currency.String())
	w.number(fMissProbability, c.MissProbability)
	w.integer(fPriority, int64(c.Priority))
	w.reasons(c.Reasons)
	return w.end()
}
