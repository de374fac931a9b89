package channel

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Reason classes a failed attempt; a closed set, used as a metric label and on receipts.
type Reason string

// The reasons.
const (
	// BadAddress is a number or token that the provider does not know, BadMessage a message that it will not carry: final, and
	// no fault of the provider.
	BadAddress Reason = "bad_address"
	BadMessage Reason = "bad_message"
	// Blocked is a customer who has told the provider to stop.
	Blocked Reason = "blocked"
	// BadCredentials is a provider that does not know us: final for the message, and a fault.
	BadCredentials Reason = "bad_credentials"
	// RateLimited is a provider that asks us to slow down.
	RateLimited Reason = "rate_limited"
	// Unavailable is a provider that says it cannot (5xx), or that cannot be reached at all: it has not taken the message.
	Unavailable Reason = "unavailable"
	// NoAnswer is an attempt that ended without an answer: the provider may have taken the message.
	NoAnswer Reason = "no_answer"
)

// Error is a failed attempt. Its text holds the provider's name and the reason, never what was sent.
type Error struct {
	Provider string
	Reason   Reason
	// RetryAfter is how long the provider asked us to wait, 0 when it did not.
	RetryAfter time.Duration
	// Err is the cause, for errors.Is; nil when there is none. It is not printed, since causes quote addresses and texts.
	Err error
}

// Error says which provider failed, and how.
func (e *Error) Error() string { return fmt.Sprintf("provider %s: %s", e.Provider, e.Reason) }

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// Retryable reports whether another attempt could succeed.
func (r Reason) Retryable() bool { return r == RateLimited || r == Unavailable || r == NoAnswer }

// MessageFault reports whether the reason lies in the message or its address, so that no other provider would take it either.
func (r Reason) MessageFault() bool { return r == BadAddress || r == BadMessage || r == Blocked }

// ProviderFailure reports whether the reason speaks against the provider rather than against one message; it is what a circuit
// breaker counts.
func (r Reason) ProviderFailure() bool {
	return r == Unavailable || r == NoAnswer || r == BadCredentials
}

// ReasonOf classes any error of Send. One that is no *Error is an attempt without an answer.
func ReasonOf(err error) Reason {
	var e *Error
	if errors.As(err, &e) {
		return e.Reason
	}
	return NoAnswer
}

// Cancelled reports whether we gave up the attempt ourselves, which says nothing about the provider. A deadline is not
// cancelling: it is how a hanging provider shows.
func Cancelled(err error) bool { return errors.Is(err, context.Canceled) }
