package window

import "math"

// Recent is every single use that the window still holds, the oldest first; it is valid until the next Add.
func (w *Window) Recent() []Use { return w.recent }

// History walks the uses from a time on, the newest first: purchases and cash, approved and declined, without those that were reversed.
// Nothing is missing from LogSince on. It is valid until the next Add.
type History struct {
	// Past is the use that Next came to.
	Past
	recent []Use
	log    cursor
	from   int64
}

// Since starts a walk from a time on (Unix milliseconds).
func (w *Window) Since(from int64) History {
	return History{recent: w.recent, log: w.log.cursor(), from: from}
}

// Next moves to the next older use, false when there is none.
func (h *History) Next() bool {
	for len(h.recent) > 0 {
		u := &h.recent[len(h.recent)-1]
		h.recent = h.recent[:len(h.recent)-1]
		if u.Reversed || !u.IsUse() {
			continue
		}
		h.Past = u.Past()
		return h.At.UnixMilli >= h.from
	}
	if !h.log.next() {
		return false
	}
	h.Past = h.log.Past
	return h.At.UnixMilli >= h.from
}

// LogSince is the time, in Unix milliseconds, from which on Since gives every use: the start of the log of a card that is used too
// often for LogSpan to fit, else LogSpan before the newest record, or 0 when the card is not that old.
func (w *Window) LogSince() int64 {
	start := int64(0)
	if len(w.log.entries) > 0 {
		start = max(w.Newest()-LogSpan.Milliseconds(), 0)
	}
	return max(w.log.since, start)
}

// Places is everywhere the card has been, in no particular order; it is valid until the next Add.
func (w *Window) Places() []Place { return w.places }

// PlaceOf finds a known place by its area, nil when the card has not been there.
func (w *Window) PlaceOf(a Area) *Place {
	if i := w.placeIndex(a); i >= 0 {
		return &w.places[i]
	}
	return nil
}

// PresentUses counts the approved card-present uses at all known places.
func (w *Window) PresentUses() int {
	n := 0
	for i := range w.places {
		n += w.places[i].Uses()
	}
	return n
}

// TravelDay is the local day of the newest travel purchase, 0 when there was none.
func (w *Window) TravelDay() int32 { return w.travelDay }

// Approximate reports that the last Day holds more uses than are kept singly.
func (w *Window) Approximate() bool { return len(w.spill) > 0 }

// Today counts the uses and the approved spend in minor units of the Day up to the newest record; when the window is
// Approximate, uses up to an hour older may be among them.
func (w *Window) Today() (uses int, spend int64) {
	for _, h := range w.spill {
		uses, spend = uses+int(h.uses), spend+h.spend
	}
	dayAgo := w.Newest() - Day.Milliseconds()
	for i := range w.recent {
		u := &w.recent[i]
		if u.At.UnixMilli > dayAgo && !u.Reversed && u.IsUse() {
			uses++
			spend += u.approvedMinor()
		}
	}
	return uses, spend
}

// Total sums the periods up: the whole window's counts, spend and hours.
func (w *Window) Total() Period {
	var sum Period
	for i := range w.months {
		m := &w.months[i]
		sum.Uses += m.uses
		sum.Declined += m.declined
		sum.Remote += m.remote
		sum.Cash += m.cash
		sum.Spend += m.spend
		for hour := range m.hours.n {
			sum.Hours[hour] += m.hours.at(hour)
		}
	}
	return sum
}

// Amounts is the distribution of the approved amounts of purchases and cash in the window.
type Amounts struct {
	// N is how many there are.
	N    int
	bars [allBars]uint32
}

// Amounts reads the distribution off the window.
func (w *Window) Amounts() (a Amounts) {
	for i := range w.months {
		t := &w.months[i].amounts
		for k := range t.n {
			n := t.at(k)
			a.bars[t.from+k] += n
			a.N += int(n)
		}
	}
	return a
}

// Quantile is the amount that the share q (0 … 1) of the uses stayed at or below, within 12.5 %; 0 when there are none.
func (a *Amounts) Quantile(q float64) int64 {
	rank := max(int(math.Ceil(q*float64(a.N))), 1)
	for bar, n := range a.bars {
		if rank -= int(n); rank <= 0 && n > 0 {
			return barMiddle(uint8(bar))
		}
	}
	return 0
}
