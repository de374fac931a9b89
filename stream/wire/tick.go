package wire

import "github.com/cardwatch/cardwatch/detectors/card"

var tickFormat = format{
	fields: setOf(fSchemaVersion, fAt),
	decode: (*Decoder).tick,
}

// tick reads a passing of time in one partition. It belongs to no customer and has no event_id: two ticks for one moment are
// the same.
func (d *Decoder) tick() card.Body {
	t := &d.body.tick
	*t = card.Tick{Head: card.Head{At: d.mustMoment(fAt)}}
	return t
}

// AppendTick appends the record of cardwatch.tick.v1.
func AppendTick(dst []byte, t *card.Tick) []byte {
	w := begin(dst)
	w.head(&t.Head, fAt)
	return w.end()
}
