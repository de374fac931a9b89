package wire

import (
	"math"
	"strconv"
	"unicode/utf8"

	"github.com/cardwatch/cardwatch/detectors/card"
)

// writer appends one compact JSON object. Absent values (empty texts, unknown times) are left out.
type writer struct{ dst []byte }

func begin(dst []byte) writer { return writer{dst: append(dst, '{')} }

func (w *writer) end() []byte { return append(w.dst, '}') }

// name appends a member's name, after a comma unless it is the first.
func (w *writer) name(f field) {
	if w.dst[len(w.dst)-1] != '{' {
		w.dst = append(w.dst, ',')
	}
	w.dst = append(w.dst, quotedNames[f]...)
}

func (w *writer) text(f field, s string) {
	if s == "" {
		return
	}
	w.name(f)
	w.dst = appendString(w.dst, s)
}

func (w *writer) integer(f field, n int64) {
	w.name(f)
	w.dst = strconv.AppendInt(w.dst, n, 10)
}

// number appends a number; JSON has none for infinity or NaN, which become null and are refused by the reader.
func (w *writer) number(f field, x float64) {
	w.name(f)
	if math.IsInf(x, 0) || math.IsNaN(x) {
		w.dst = append(w.dst, "null"...)
		return
	}
	w.dst = strconv.AppendFloat(w.dst, x, 'f', -1, 64)
}

func (w *writer) flag(f field, b bool) {
	w.name(f)
	w.dst = strconv.AppendBool(w.dst, b)
}

func (w *writer) moment(f field, m card.Moment) {
	if m.IsZero() {
		return
	}
	w.name(f)
	w.dst = append(w.dst, '"')
	w.dst = m.AppendText(w.dst)
	w.dst = append(w.dst, '"')
}

// head appends what every event has; at names the event's own time.
func (w *writer) head(h *card.Head, at field) {
	w.text(fEventID, h.ID)
	w.text(fCustomerID, h.Customer)
	w.moment(at, h.At)
}

func (w *writer) place(p card.Place, city, lat, lon field) {
	w.text(city, p.City)
	if p.HasPoint {
		w.number(lat, p.Lat)
		w.number(lon, p.Lon)
	}
}

// texts appends an array of strings.
func texts[S ~string](w *writer, f field, list []S) {
	w.name(f)
	w.dst = append(w.dst, '[')
	for i, s := range list {
		if i > 0 {
			w.dst = append(w.dst, ',')
		}
		w.dst = appendString(w.dst, string(s))
	}
	w.dst = append(w.dst, ']')
}

// appendString appends a JSON string. Bytes that are no UTF-8 become U+FFFD, so that what is written can always be read.
func appendString(dst []byte, s string) []byte {
	const hex = "0123456789abcdef"
	dst = append(dst, '"')
	for i := 0; i < len(s); {
		switch c := s[i]; {
		case c == '"' || c == '\\':
			dst = append(dst, '\\', c)
			i++
		case c < ' ':
			dst = append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
			i++
		case c < utf8.RuneSelf:
			dst = append(dst, c)
			i++
		default:
			r, size := utf8.DecodeRuneInString(s[i:])
			dst = utf8.AppendRune(dst, r)
			i += size
		}
	}
	return append(dst, '"')
}
