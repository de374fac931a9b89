package smpp

import (
	"time"

	"github.com/cardwatch/cardwatch/alerts/channel"
)

// The values of command_status (SMPP 3.4 §5.1.3) that we send or look for ourselves.
const (
	ok             uint32 = 0x00
	invalidLength  uint32 = 0x02
	invalidCommand uint32 = 0x03
	queueFull      uint32 = 0x14
	throttled      uint32 = 0x58
	tryAgain       uint32 = 0x64
	neverAgain     uint32 = 0x65
)

// reasons class the refusals of §5.1.3. A wrong account or sender, or a service that was not ordered, fails every other message
// alike, hence BadCredentials. What is not listed, the vendors' own statuses among them, is Unavailable: the SMSC has answered that
// it did not take the message.
var reasons = map[uint32]channel.Reason{
	0x01: channel.BadMessage,     // ESME_RINVMSGLEN
	0x02: channel.BadMessage,     // ESME_RINVCMDLEN
	0x06: channel.BadMessage,     // ESME_RINVPRTFLG
	0x07: channel.BadMessage,     // ESME_RINVREGDLVFLG
	0x0A: channel.BadCredentials, // ESME_RINVSRCADR
	0x0B: channel.BadAddress,     // ESME_RINVDSTADR
	0x0C: channel.BadMessage,     // ESME_RINVMSGID
	0x0D: channel.BadCredentials, // ESME_RBINDFAIL
	0x0E: channel.BadCredentials, // ESME_RINVPASWD
	0x0F: channel.BadCredentials, // ESME_RINVSYSID
	0x14: channel.RateLimited,    // ESME_RMSGQFUL
	0x15: channel.BadCredentials, // ESME_RINVSERTYP
	0x33: channel.BadMessage,     // ESME_RINVNUMDESTS
	0x40: channel.BadMessage,     // ESME_RINVDESTFLAG
	0x42: channel.BadMessage,     // ESME_RINVSUBREP
	0x43: channel.BadMessage,     // ESME_RINVESMCLASS
	0x48: channel.BadCredentials, // ESME_RINVSRCTON
	0x49: channel.BadCredentials, // ESME_RINVSRCNPI
	0x50: channel.BadAddress,     // ESME_RINVDSTTON
	0x51: channel.BadAddress,     // ESME_RINVDSTNPI
	0x53: channel.BadCredentials, // ESME_RINVSYSTYP
	0x54: channel.BadMessage,     // ESME_RINVREPFLAG
	0x58: channel.RateLimited,    // ESME_RTHROTTLED
	0x61: channel.BadMessage,     // ESME_RINVSCHED
	0x62: channel.BadMessage,     // ESME_RINVEXPIRY
	0x63: channel.BadMessage,     // ESME_RINVDFTMSGID
	0x65: channel.BadMessage,     // ESME_RX_P_APPN
	0x66: channel.BadMessage,     // ESME_RX_R_APPN
	0xC0: channel.BadMessage,     // ESME_RINVOPTPARSTREAM
	0xC1: channel.BadMessage,     // ESME_ROPTPARNOTALLWD
	0xC2: channel.BadMessage,     // ESME_RINVPARLEN
	0xC3: channel.BadMessage,     // ESME_RMISSINGOPTPARAM
	0xC4: channel.BadMessage,     // ESME_RINVOPTPARAMVAL
}

func reasonOf(s uint32) channel.Reason {
	if r, listed := reasons[s]; listed {
		return r
	}
	return channel.Unavailable
}

// waitOf is how long to hold back after a refusal. The protocol has no field for it: a limit is of messages a second, a queue takes
// longer to empty.
func waitOf(s uint32) time.Duration {
	switch s {
	case throttled:
		return time.Second
	case queueFull:
		return 5 * time.Second
	}
	return 0
}
