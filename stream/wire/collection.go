package wire

import (
	"math"

	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
)

var collectionFormat = format{
	fields: setOf(fSchemaVersion, fEventID, fCustomerID, fAccountID, fAt, fTier, fPreviousTier, fDaysPastDue, fOverdueMinor,
		fBalanceMinor, fInstalmentMinor, fCurrency, fRateBps, fMissProbability, fPriority, fReasons, fBucket, fIFRS9Stage, fClass2011, fClass2023),
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
		Labels:          d.labels(),
		OverdueMinor:    d.amount(fOverdueMinor, 0),
		BalanceMinor:    d.amount(fBalanceMinor, math.MinInt64),
		InstalmentMinor: d.amount(fInstalmentMinor, 0),
		Currency:        d.currency(fCurrency),
		RateBps:         int(d.integer(fRateBps, 1, card.MaxRateBps)),
		MissProbability: d.number(fMissProbability, 0, 1, BadValue),
		Priority:        int(d.integer(fPriority, 0, 100)),
		Reasons:         d.reasons(c.Reasons[:0]),
	}
	return c
}

// parseClass reads one of the five classes; absent or empty where the days alone do not settle it.
var parseClass = oneOf(append(detectors.Classes(), "")...)

// labels reads what stands beside the tier. The default flag is not on the wire: it is that of the days.
func (d *Decoder) labels() detectors.Labels {
	class2011, _ := mayParse(d, fClass2011, parseClass)
	class2023, _ := mayParse(d, fClass2023, parseClass)
	return detectors.Labels{
		Bucket:     d.id(fBucket),
		IFRS9Stage: int(d.integer(fIFRS9Stage, 0, 3)),
		Class2011:  class2011,
		Class2023:  class2023,
	}
}

// AppendCollection appends the record of cardwatch.collection.v1.
func AppendCollection(dst []byte, c *detectors.Collection) []byte {
	w := begin(dst)
	w.head(&c.Head, fAt)
	w.text(fAccountID, c.Account)
	w.text(fTier, string(c.Tier))
	w.text(fPreviousTier, string(c.PreviousTier))
	w.integer(fDaysPastDue, int64(c.DaysPastDue))
	w.text(fBucket, c.Labels.Bucket)
	if c.Labels.IFRS9Stage != 0 {
		w.integer(fIFRS9Stage, int64(c.Labels.IFRS9Stage))
	}
	w.text(fClass2011, string(c.Labels.Class2011))
	w.text(fClass2023, string(c.Labels.Class2023))
	w.integer(fOverdueMinor, c.OverdueMinor)
	w.integer(fBalanceMinor, c.BalanceMinor)
	w.some(fInstalmentMinor, c.InstalmentMinor)
	w.text(fCurrency, c.Currency.String())
	w.some(fRateBps, int64(c.RateBps))
	w.number(fMissProbability, c.MissProbability)
	w.integer(fPriority, int64(c.Priority))
	w.reasons(c.Reasons)
	return w.end()
}
