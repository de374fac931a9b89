package detectors

import (
	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/detectors/pack"
	"github.com/cardwatch/cardwatch/detectors/window"
)

// Witness is an earlier use of the card that a detector may still speak about, when a later one puts it in another light. A card
// keeps one, the newest; the zero Witness is none. What people read of it stays in its binary form until then.
type Witness struct {
	At   card.Moment
	Spot window.Spot
	// words is the event_id and the Use.
	words []byte
}

func (w *Witness) known() bool { return len(w.words) > 0 }

// keep makes the transaction the witness, in the memory of the one before.
func (w *Witness) keep(t *card.Transaction, u *window.Use) {
	w.At, w.Spot = u.At, u.Spot
	use := useOf(t, u)
	w.words = use.append(pack.String(w.words[:0], t.ID))
}

func (w *Witness) forget() { w.At, w.Spot, w.words = card.Moment{}, window.Spot{}, w.words[:0] }

// testify makes the finding one about the witness.
func (w *Witness) testify(f *Finding) {
	r := pack.NewReader(w.words)
	f.EventID, f.OccurredAt = r.String(), w.At
	f.Use, f.Approved = readUse(r), true
}

func (w *Witness) append(dst []byte) []byte {
	dst = pack.Uint(dst, uint64(len(w.words)))
	if !w.known() {
		return dst
	}
	return w.Spot.Append(appendMoment(append(dst, w.words...), w.At))
}

func (w *Witness) read(r *pack.Reader) {
	w.words = append(w.words[:0], r.Bytes()...)
	if w.known() {
		w.At, w.Spot = readMoment(r), window.ReadSpot(r)
	}
}
