package fcm

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"github.com/cardwatch/cardwatch/alerts/channel"
	"github.com/cardwatch/cardwatch/alerts/channel/internal/outbound"
)

// reasons class FCM's own codes (https://firebase.google.com/docs/reference/fcm/rest/v1/ErrorCode).
var reasons = map[string]channel.Reason{
	"UNREGISTERED": channel.BadAddress,
	// A device that has registered with another project.
	"SENDER_ID_MISMATCH":     channel.BadAddress,
	"QUOTA_EXCEEDED":         channel.RateLimited,
	"UNAVAILABLE":            channel.Unavailable,
	"INTERNAL":               channel.Unavailable,
	"THIRD_PARTY_AUTH_ERROR": channel.BadCredentials,
}

// failure is Google's form of an error. Details are of several types.
type failure struct {
	Error struct {
		Status  string
		Details []struct {
			Type            string `json:"@type"`
			ErrorCode       string
			FieldViolations []struct{ Field string }
		}
	}
}

// refused says what an answer means. Without a Retry-After, FCM wants a minute after a quota is used up.
func (c *Channel) refused(a outbound.Answer) error {
	var f failure
	_ = json.Unmarshal(a.Body, &f)
	reason := f.reason(a.Status)
	if reason == channel.RateLimited && a.Header.Get("Retry-After") == "" {
		a.Header = http.Header{"Retry-After": {"60"}}
	}
	return c.client.Refused(reason, a)
}

// reason reads FCM's own code, or else the status. An argument that FCM itself calls invalid is the device's token, unless a field is
// named that is not (https://firebase.google.com/docs/cloud-messaging/error-codes).
func (f failure) reason(status int) channel.Reason {
	code, fields := "", []string(nil)
	for _, d := range f.Error.Details {
		if strings.HasSuffix(d.Type, "google.firebase.fcm.v1.FcmError") {
			code = d.ErrorCode
		}
		for _, v := range d.FieldViolations {
			fields = append(fields, v.Field)
		}
	}
	if r, ok := reasons[code]; ok {
		return r
	}
	if code == "INVALID_ARGUMENT" && len(fields) == 0 || slices.Contains(fields, "message.token") {
		return channel.BadAddress
	}
	return outbound.ReasonOf(status)
}
