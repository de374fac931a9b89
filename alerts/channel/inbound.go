package channel

import (
	"context"
	"net/http"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// Heard is one thing that a provider tells: what a customer wrote, or what became of a message. Exactly one of Reply and Delivery
// is set.
type Heard struct {
	// ID is the provider's own id of what it tells, by which a repetition is recognised; never empty. It names the provider, too.
	ID string
	// Reply has no Head.Customer where the provider knows numbers only; Verified says that the provider proved who answered.
	Reply    *alerts.Reply
	Delivery *Delivery
}

// Delivery is what became of a message that the provider had accepted.
type Delivery struct {
	// MessageID is ours where the provider gives it back, else "" and ProviderMessageID finds the message.
	MessageID, ProviderMessageID string
	// Outcome is Accepted, Delivered, Undelivered or OutcomeUnknown.
	Outcome alerts.SendOutcome
	// Reason classes a failure; "" when there is none.
	Reason Reason
	At     card.Moment
}

// Hear takes what a provider tells. It returns once that cannot be lost; on an error the provider should tell it again.
type Hear func(ctx context.Context, heard []Heard) error

// Listener is a channel with a session of its own, over which its provider also speaks.
type Listener interface {
	Channel
	// Run keeps the session until ctx ends, reconnecting as often as needed, and passes on what it hears.
	Run(ctx context.Context, hear Hear) error
}

// Hook is a channel whose provider calls back over HTTP.
type Hook interface {
	Channel
	// Open checks the call's signature over its raw body before it parses anything, and reads it. A call that is not the provider's
	// is a *CallError.
	Open(c Call) ([]Heard, error)
	// Thank is what the provider expects to read when its call was taken.
	Thank() Thanks
}

// Call is one HTTP request of a provider.
type Call struct {
	Method string
	// URL is the address as the provider calls it from outside, query included: some providers sign it.
	URL    string
	Header http.Header
	Body   []byte
	At     card.Moment
}

// Thanks is the answer to a call that was taken.
type Thanks struct {
	ContentType string
	Body        string
}

// CallReason classes a call that is refused; a closed set, used as a metric label.
type CallReason string

// The reasons for refusing a call.
const (
	// BadSignature is a call whose signature is missing, wrong, or by a key no longer in use.
	BadSignature CallReason = "bad_signature"
	// StaleCall is a call signed more than five minutes ago or ahead.
	StaleCall CallReason = "stale"
	// BadCall is a call that is signed, or whose provider does not sign, but cannot be read.
	BadCall CallReason = "bad_call"
)

// CallError is a call that was refused. Its text quotes nothing of the call.
type CallError struct {
	Provider string
	Reason   CallReason
	// Err is the cause, for errors.Is; it is not printed.
	Err error
}

// Error says whose call was refused, and why.
func (e *CallError) Error() string {
	return "call-back of provider " + e.Provider + ": " + string(e.Reason)
}

// Unwrap gives the cause.
func (e *CallError) Unwrap() error { return e.Err }
