package cmpp

import (
	"time"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/alerts/channel"
)

// Results of a deliver that we answer with: a gateway repeats what did not succeed.
const (
	done        uint32 = 0
	badFormat   uint32 = 1
	flowControl uint32 = 8
)

// results class the refusals of a submit. What a wrong account, code or agreement causes fails every message alike. From 9 on they
// are 3.0's: a gateway of 2.0 has its own there.
var results = map[uint32]channel.Reason{
	1: channel.BadMessage, 2: channel.BadMessage, 4: channel.BadMessage, 6: channel.BadMessage,
	5: channel.BadCredentials, 7: channel.BadCredentials,
	flowControl: channel.RateLimited,
	9:           channel.BadCredentials, 10: channel.BadCredentials, 11: channel.BadCredentials, 12: channel.BadCredentials,
	13: channel.BadAddress,
}

func (v Version) reason(result uint32) channel.Reason {
	if r, listed := results[result]; listed && (v == V3 || result <= flowControl) {
		return r
	}
	return channel.Unavailable
}

func waitOf(result uint32) time.Duration {
	if result == flowControl {
		return time.Second
	}
	return 0
}

// fateOf is what a status report's Stat says. Besides those of SMPP, gateways give codes of their own ("MA:0001"), all of them for
// messages that did not arrive.
func fateOf(stat string) (alerts.SendOutcome, channel.Reason) {
	switch stat {
	case "DELIVRD":
		return alerts.Delivered, ""
	case "ACCEPTD":
		return alerts.Accepted, ""
	case "UNKNOWN", "":
		return alerts.OutcomeUnknown, ""
	case "DELETED", "REJECTD":
		return alerts.Undelivered, channel.BadMessage
	}
	return alerts.Undelivered, channel.Unavailable
}
