package outbound

import (
	"net/http"
	"strconv"
	"time"

	"github.com/cardwatch/cardwatch/alerts/channel"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// ReasonOf is what a status means when the provider says nothing more precise; it is only asked about failures.
//
// A wrong path (404, 405) is our own configuration, hence the same fault as a wrong key: it must open the breaker rather than lose
// one message after the other. A redirect is not followed, so the message has not been taken. 504 is a gateway that does not know
// whether the server behind it took the message.
func ReasonOf(status int) channel.Reason {
	switch status {
	case http.StatusUnauthorized, http.StatusPaymentRequired, http.StatusForbidden, http.StatusNotFound, http.StatusMethodNotAllowed,
		http.StatusProxyAuthRequired:
		return channel.BadCredentials
	case http.StatusGone:
		return channel.BadAddress
	case http.StatusTooManyRequests:
		return channel.RateLimited
	case http.StatusRequestTimeout, http.StatusMisdirectedRequest, http.StatusTooEarly:
		return channel.Unavailable
	case http.StatusGatewayTimeout:
		return channel.NoAnswer
	}
	if status/100 == 4 {
		return channel.BadMessage
	}
	return channel.Unavailable
}

// Fail is a failed attempt at this provider.
func (c *Client) Fail(reason channel.Reason, cause error) error {
	return &channel.Error{Provider: c.Provider, Reason: reason, Err: cause}
}

// Refused is a failed attempt that the provider answered, with the wait that it asked for.
func (c *Client) Refused(reason channel.Reason, a Answer) error {
	return &channel.Error{Provider: c.Provider, Reason: reason, RetryAfter: retryAfter(a.Header, c.Now())}
}

// BadCall is a call-back that is refused.
func (c *Client) BadCall(reason channel.CallReason, cause error) error {
	return &channel.CallError{Provider: c.Provider, Reason: reason, Err: cause}
}

// maxWait bounds what a provider can ask for: no message is worth sending after a day.
const maxWait = 24 * time.Hour

// retryAfter reads RFC 9110 §10.2.3: seconds or a date; 0 when there is none that can be read.
func retryAfter(h http.Header, now card.Moment) time.Duration {
	value := h.Get("Retry-After")
	if seconds, err := strconv.ParseUint(value, 10, 32); err == nil {
		return min(time.Duration(seconds)*time.Second, maxWait)
	}
	if at, err := http.ParseTime(value); err == nil {
		return min(max(at.Sub(now.Time()), 0), maxWait)
	}
	return 0
}
