package conduct

import (
	"time"

	"github.com/cardwatch/cardwatch/detectors/card"
)

// inquiry is a request with all that it is judged by.
type inquiry struct {
	Request
	pack  *Pack
	flags *Flags
	log   *Log
}

// maxWait is how far ahead an opening is looked for: past every rolling window and every run of holidays. A rule that opens later never does.
const maxWait = 62 * 24 * time.Hour

// quarter is the step of all clocks: hours are set, and zones shifted, by whole quarters of an hour.
const quarter = 15 * time.Minute

// local gives a moment the debtor's offset then.
func (r *Request) local(at card.Moment) card.Moment {
	at.OffsetMinutes = r.At.OffsetMinutes
	if r.Clock != nil {
		at.OffsetMinutes = r.Clock(at)
	}
	return at
}

// nextQuarter is the next full quarter of the debtor's clock after a moment.
func (r *Request) nextQuarter(at card.Moment) card.Moment {
	at = r.local(at)
	return r.local(at.Add(quarter - sinceMidnight(at)%quarter))
}

// sinceMidnight is the time of the local day.
func sinceMidnight(local card.Moment) time.Duration {
	const dayMilli = 24 * 60 * 60_000
	milli := local.UnixMilli + int64(local.OffsetMinutes)*60_000 - int64(local.LocalDay())*dayMilli
	return time.Duration(milli) * time.Millisecond
}

// scan is the first moment from at on, at or at a full quarter, for which ok says yes.
func (r *Request) scan(at card.Moment, ok func(local card.Moment) bool) (card.Moment, bool) {
	at = r.local(at)
	for t := at; t.Sub(at) <= maxWait; t = r.nextQuarter(t) {
		if ok(t) {
			return t, true
		}
	}
	return card.Moment{}, false
}
