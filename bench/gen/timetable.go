package gen

// Timetable spreads a number of uses over some days, each day as full as its hours usually are.
type Timetable struct {
	// start is the midnight in China, in Unix milliseconds, with which the first day begins.
	start, days int64
	uses        int64
	// until[h] is the part of the day's uses, in millionths, that comes before hour h.
	until [25]int64
}

const millionth = 1_000_000

// NewTimetable makes a timetable of so many uses (at least 1) in so many days (at least 1) that end before a moment in Unix
// milliseconds.
func NewTimetable(uses, days int, end int64) *Timetable {
	t := &Timetable{start: midnight(dayOf(end) - days), days: int64(days), uses: int64(uses)}
	sum, before := 0.0, 0.0
	for _, w := range hourWeights {
		sum += w
	}
	for h, w := range hourWeights {
		before += w
		t.until[h+1] = int64(before / sum * millionth)
	}
	t.until[24] = millionth
	return t
}

// At is when the i-th use happens, in Unix milliseconds; it does not fall with i.
func (t *Timetable) At(i int) int64 {
	position := int64(i) * t.days
	day, part := position/t.uses, position%t.uses*millionth/t.uses
	h := 0
	for t.until[h+1] <= part {
		h++
	}
	within := (part - t.until[h]) * hour / (t.until[h+1] - t.until[h])
	return t.start + day*fullDay + int64(h)*hour + within
}

// End is the midnight in China that ends the last day, in Unix milliseconds.
func (t *Timetable) End() int64 { return t.start + t.days*fullDay }
