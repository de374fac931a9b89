package wire

import (
	"math"
	"strconv"

	"github.com/cardwatch/cardwatch/detectors"
)

// maxReasons bounds the reasons of one alert, collection or assessment; a scorecard has fewer lines.
const maxReasons = 64

var (
	reasonFields       = setOf(fCode, fValue, fUnit, fLimit, fBaseline, fBaselineZh, fLabel, fLabelZh)
	pointsReasonFields = setOf(fCode, fPoints, fValue)
)

// reasons reads the reasons of an alert or a collection.
func (d *Decoder) reasons(list []detectors.Reason) []detectors.Reason {
	return readReasons(d, list, func(r *detectors.Reason, f field, value token) {
		switch f {
		case fCode:
			r.Code = detectors.ReasonCode(d.reasonText(value))
		case fValue:
			r.Value = d.reasonInteger(value)
		case fLimit:
			r.Limit = d.reasonInteger(value)
		case fUnit:
			r.Unit = detectors.Unit(d.reasonText(value))
		case fBaseline:
			r.Baseline.En = d.reasonText(value)
		case fBaselineZh:
			r.Baseline.Zh = d.reasonText(value)
		case fLabel:
			r.Text.En = d.reasonText(value)
		case fLabelZh:
			r.Text.Zh = d.reasonText(value)
		}
	})
}

// pointsReasons reads the lines of a scorecard.
func (d *Decoder) pointsReasons(list []detectors.PointsReason) []detectors.PointsReason {
	return readReasons(d, list, func(r *detectors.PointsReason, f field, value token) {
		switch f {
		case fCode:
			r.Code = detectors.ReasonCode(d.reasonText(value))
		case fPoints:
			r.Points = d.reasonPoints(value)
		case fValue:
			r.Value = d.reasonNumber(value)
		}
	})
}

// readReasons reads an array of objects that each have a code; read takes one member.
func readReasons[R any](d *Decoder, list []R, read func(r *R, f field, value token)) []R {
	t, ok := d.getKind(fReasons, arrayToken)
	if !ok {
		return list
	}
	for object := range d.elements(t) {
		if object.kind != objectToken {
			d.refuse(BadType, fReasons)
			return list
		}
		var r R
		coded := false
		for name, value := range d.membersOf(object) {
			f := fieldsByName[d.str(name)]
			coded = coded || f == fCode && value.start < value.end
			read(&r, f, value)
		}
		if !coded || len(list) == maxReasons {
			d.refuse(BadValue, fReasons)
			return list
		}
		list = append(list, r)
	}
	return list
}

func (d *Decoder) reasonText(t token) string {
	if !t.kind.isText() {
		d.refuse(BadType, fReasons)
		return ""
	}
	return d.clean(t, maxTypedRunes)
}

func (d *Decoder) reasonInteger(t token) int64 {
	n, err := strconv.ParseInt(view(d.data[t.start:t.end]), 10, 64)
	if t.kind != integerToken || err != nil {
		d.refuse(BadType, fReasons)
		return 0
	}
	return n
}

func (d *Decoder) reasonPoints(t token) int {
	n := d.reasonInteger(t)
	if n < math.MinInt32 || n > math.MaxInt32 {
		d.refuse(BadValue, fReasons)
		return 0
	}
	return int(n)
}

func (d *Decoder) reasonNumber(t token) float64 {
	if t.kind != integerToken && t.kind != decimalToken {
		d.refuse(BadType, fReasons)
		return 0
	}
	x, err := parseNumber(d.data[:t.end], int(t.start))
	if err != nil {
		d.refuse(BadValue, fReasons)
	}
	return x
}

// reasons appends the reasons of an alert or a collection; a limit of 0 is none.
func (w *writer) reasons(list []detectors.Reason) {
	writeReasons(w, list, func(o *writer, r *detectors.Reason) {
		o.text(fCode, string(r.Code))
		o.integer(fValue, r.Value)
		o.text(fUnit, string(r.Unit))
		if r.Limit != 0 {
			o.integer(fLimit, r.Limit)
		}
		o.text(fBaseline, r.Baseline.En)
		o.text(fBaselineZh, r.Baseline.Zh)
		o.text(fLabel, r.Text.En)
		o.text(fLabelZh, r.Text.Zh)
	})
}

// pointsReasons appends the lines of a scorecard.
func (w *writer) pointsReasons(list []detectors.PointsReason) {
	writeReasons(w, list, func(o *writer, r *detectors.PointsReason) {
		o.text(fCode, string(r.Code))
		o.integer(fPoints, int64(r.Points))
		o.number(fValue, r.Value)
	})
}

func writeReasons[R any](w *writer, list []R, write func(*writer, *R)) {
	w.name(fReasons)
	w.dst = append(w.dst, '[')
	for i := range list {
		if i > 0 {
			w.dst = append(w.dst, ',')
		}
		o := begin(w.dst)
		write(&o, &list[i])
		w.dst = o.end()
	}
	w.dst = append(w.dst, ']')
}
