package history

import (
	"bytes"
	"time"

	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/stream/wire"
)

// timeField is where a topic's records carry their own time.
var timeField = map[string]string{
	wire.TransactionTopic: "occurred_at", wire.CustomerTopic: "updated_at", wire.ContactTopic: "updated_at",
	wire.StatementTopic: "statement_at", wire.PaymentTopic: "paid_at", wire.ReplyTopic: "received_at", wire.FeedbackTopic: "at",
}

// ownTime finds the record's time without decoding it; false when there is none that can be read. A record that is no good
// otherwise is refused later, by the decoder.
func ownTime(field string, value []byte) (unixMilli int64, ok bool) {
	_, rest, found := bytes.Cut(value, []byte(`"`+field+`"`))
	if !found {
		return 0, false
	}
	_, rest, found = bytes.Cut(rest, []byte(`"`))
	if !found {
		return 0, false
	}
	text, _, found := bytes.Cut(rest, []byte(`"`))
	if !found {
		return 0, false
	}
	m, err := card.ParseMoment(string(text))
	return m.UnixMilli, err == nil
}

const (
	// lookahead is how many records behind one are asked whether its clock was ahead.
	lookahead = 8
	// clockTolerance is the difference between two terminals' clocks that means nothing.
	clockTolerance = int64(5 * time.Minute / time.Millisecond)
)

// arrival estimates when a record reached the bank. A file keeps the order of arrival and the records' own times, not the time
// of arrival itself. Records arrive soon after they happen, so that is their own time, and never before the one in front. A
// record is taken to come from a clock that is ahead when most of those behind it, or several, are more than five minutes older: at
// night eight records are half an hour, and a clock twenty minutes fast must not make the next ones late. It arrived no later than
// they did, and where most of them are older even than the one in front, with that one.
func arrival(previous, own int64, behind []int64) int64 {
	if own <= previous {
		return previous
	}
	older, passed, soonest := 0, 0, own
	for _, b := range behind {
		switch {
		case b >= own-clockTolerance:
			continue
		case b < previous:
			passed++
		default:
			soonest = min(soonest, b)
		}
		older++
	}
	switch {
	case 2*older <= len(behind) && older < 2:
		return own
	case 2*passed > older:
		return previous
	}
	return soonest
}
