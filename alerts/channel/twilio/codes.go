package twilio

import (
	"github.com/cardwatch/cardwatch/alerts/channel"
	"github.com/cardwatch/cardwatch/alerts/channel/internal/outbound"
)

// reasons class the codes of https://www.twilio.com/docs/api/errors that sending can meet, at once or in a status call-back. What a
// wrong set-up causes is BadCredentials: every other message will fail alike.
var reasons = map[int]channel.Reason{
	20003: channel.BadCredentials, // authentication
	20005: channel.BadCredentials, // account not active
	20008: channel.BadCredentials, // test credentials
	20403: channel.BadCredentials,
	20404: channel.BadCredentials, // no such account
	20429: channel.RateLimited,
	20500: channel.Unavailable,
	20503: channel.Unavailable,
	14107: channel.RateLimited, // messages from this number a second
	21211: channel.BadAddress,  // not a number
	21212: channel.BadCredentials,
	21214: channel.BadAddress,
	21217: channel.BadAddress,
	21408: channel.BadAddress, // a country that the account may not send to
	21602: channel.BadMessage, // no text
	21603: channel.BadCredentials,
	21604: channel.BadAddress,
	21606: channel.BadCredentials, // not our sender
	21608: channel.BadCredentials, // a trial account
	21610: channel.Blocked,        // has sent STOP
	21611: channel.RateLimited,    // the sender's queue is full
	21612: channel.BadAddress,     // this sender cannot reach it
	21614: channel.BadAddress,     // not a mobile number
	21617: channel.BadMessage,     // longer than 1,600 characters
	21635: channel.BadAddress,     // a landline
	21659: channel.BadCredentials,
	21701: channel.BadCredentials, // no such messaging service
	21703: channel.BadCredentials, // a messaging service without numbers
	21704: channel.BadCredentials,
	21705: channel.BadCredentials,
	30001: channel.RateLimited,    // queue overflow
	30002: channel.BadCredentials, // account suspended
	30003: channel.Unavailable,    // handset switched off or out of reach
	30004: channel.Blocked,
	30005: channel.BadAddress,  // unknown handset
	30006: channel.BadAddress,  // landline or unreachable carrier
	30007: channel.BadMessage,  // filtered by the carrier
	30008: channel.Unavailable, // unknown
	30034: channel.BadCredentials,
	30410: channel.Unavailable, // the carrier timed out
	63038: channel.RateLimited, // the account's messages a day
}

func reasonOf(status, code int) channel.Reason {
	if r, ok := reasons[code]; ok {
		return r
	}
	return outbound.ReasonOf(status)
}
