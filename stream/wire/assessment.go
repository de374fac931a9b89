package wire

import (
	"math"

	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
)

var assessmentFormat = format{
	fields: setOf(fSchemaVersion, fEventID, fCustomerID, fAccountID, fAt, fMissProbability, fPoints, fBasePoints, fBand, fReasons,
		fModelVersion),
	nested: pointsReasonFields,
	decode: (*Decoder).assessment,
}

func (d *Decoder) assessment() card.Body {
	a := &d.body.assessment
	d.require(fMissProbability)
	d.require(fPoints)
	*a = detectors.Assessment{
		Head:            d.head(fAt),
		Account:         d.mustID(fAccountID),
		MissProbability: d.number(fMissProbability, 0, 1, BadValue),
		Points:          int(d.integer(fPoints, math.MinInt32, math.MaxInt32)),
		BasePoints:      int(d.integer(fBasePoints, math.MinInt32, math.MaxInt32)),
		Band:            d.id(fBand),
		Reasons:         d.pointsReasons(a.Reasons[:0]),
		ModelVersion:    d.id(fModelVersion),
	}
	return a
}

// AppendAssessment appends the record of cardwatch.assessment.v1.
func AppendAssessment(dst []byte, a *detectors.Assessment) []byte {
	w := begin(dst)
	w.head(&a.Head, fAt)
	w.text(fAccountID, a.Account)
	w.number(fMissProbability, a.MissProbability)
	w.integer(fPoints, int64(a.Points))
	w.integer(fBasePoints, int64(a.BasePoints))
	w.text(fBand, a.Band)
	w.pointsReasons(a.Reasons)
	w.text(fModelVersion, a.ModelVersion)
	return w.end()
}
