// Package channel is the doorway to the providers that carry messages: one folder per provider, each with a Channel.
//
// A Channel may be used by many goroutines at once. It makes one attempt per Send and never retries, waits no longer than its
// context, and keeps no queue: package dispatch owns retries, breakers and records. It treats the message id as idempotency
// key wherever its provider can. What it returns and prints never holds a number, a token or a text.
package channel

import (
	"context"
	"log/slog"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// Channel hands messages of one kind to one provider.
type Channel interface {
	// Name is the provider's name, a metric label: lower case, at most 32 characters.
	Name() string
	// Kind is the way to the customer that the provider serves.
	Kind() alerts.ChannelKind
	// Send makes one attempt. A failure is an *Error, or the context's.
	Send(ctx context.Context, m Outgoing) (Accepted, error)
}

// Outgoing is one rendered message.
type Outgoing struct {
	// MessageID is the idempotency key: the same for every attempt at the same message.
	MessageID string
	Customer  string
	Kind      alerts.ChannelKind
	// To is set for text messages, PushToken for the app, with the platform of its device when that is known.
	To           alerts.Phone
	PushToken    string
	PushPlatform alerts.PushPlatform
	// Title is the bank's name in Language, for channels that show one; Text opens with it all the same where templates say so.
	Title    string
	Text     string
	Language card.Language
	// Template, Version and Vars are for providers that fill in a wording of their own, approved beforehand: Vars are the values of
	// the template's placeholders ("card", "what", "when", "bank", "choices", "mark").
	Template alerts.TemplateID
	Version  int
	Vars     map[string]string
	// AnswerURL is the signed page on which the customer can answer, for the app alone; "" when there is none.
	AnswerURL string
	// PromptID is set when the message asks: an app shows buttons for it.
	PromptID string
	Purpose  alerts.Purpose
	// ExpiresAt is when the provider may stop trying.
	ExpiresAt card.Moment
}

// String names the message, not its address nor its text.
func (m Outgoing) String() string { return string(m.Kind) + " message " + m.MessageID }

// GoString masks as String does.
func (m Outgoing) GoString() string { return m.String() }

// LogValue masks as String does.
func (m Outgoing) LogValue() slog.Value { return slog.StringValue(m.String()) }

// Accepted is a provider's promise to deliver.
type Accepted struct {
	ProviderMessageID string
	// ReceiptExpected says that the provider will tell what became of the message.
	ReceiptExpected bool
}
