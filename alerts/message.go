package alerts

import "github.com/cardwatch/cardwatch/detectors/card"

// Message is one thing to tell a customer. While Outcome is Queued or Sending it is in the outbox; afterwards it is kept for
// the caps and for the receipts still to come.
type Message struct {
	// ID is also the idempotency key that providers are given.
	ID      string
	Purpose Purpose
	Channel ChannelKind
	// To is the number it is for, bound when it was queued; empty for App, which finds the push token in the contact.
	To       Phone
	Template TemplateID
	// Version is the template's version when it was queued.
	Version  int
	Args     Args
	Language card.Language
	// CaseID, PromptID and Account are what it is about; empty when it is about none.
	CaseID, PromptID, Account string
	QueuedAt                  card.Moment
	// DueAt is the earliest time to send, ExpiresAt the time after which it means nothing any more.
	DueAt, ExpiresAt card.Moment
	Outcome          SendOutcome
	// Claim is the id of the receipt that moved it to Sending: who may send it.
	Claim string
	// Provider is who took it last, ProviderID the provider's own id of it; ReceiptBy is when a message without a receipt counts as
	// unknown, itself unknown when none is expected.
	Provider, ProviderID string
	ReceiptBy            card.Moment
	// Reason says why Outcome is a failure or a refusal.
	Reason string
}

// Purpose is why a message is sent; the contact rules go by it.
type Purpose string

// The purposes, most urgent first.
const (
	// FraudPrompt asks whether a use was the customer's.
	FraudPrompt Purpose = "fraud_prompt"
	// FraudAnswer replies to what the customer answered.
	FraudAnswer Purpose = "fraud_answer"
	// Service is a payment reminder or an offer: wanted, never urgent.
	Service Purpose = "service"
)

// Urgency orders the outbox, 0 first.
func (p Purpose) Urgency() int {
	switch p {
	case FraudPrompt:
		return 0
	case FraudAnswer:
		return 1
	default:
		return 2
	}
}

// Waiting reports whether the message is still to be sent.
func (m *Message) Waiting() bool { return m.Outcome == Queued || m.Outcome == Sending }

// Resend reports whether the message may go out a second time after a crash has left its fate unknown. A second fraud prompt
// is harmless; a second reminder is a second contact, which the customer is protected from.
func (m *Message) Resend() bool { return m.Purpose != Service }

// Args are the values of a template's placeholders. They hold no card number: Card is the last four characters of a token.
type Args struct {
	Card string
	// AmountMinor of Currency is the largest amount asked about, 0 when unknown; Uses counts the uses.
	AmountMinor int64
	Currency    card.Currency
	Uses        int
	// City and Country are codes of where that use was, and Merchant is the merchant's name; each empty when it is not to be told.
	City, Country, Merchant string
	// When is the newest use, in the place's own offset.
	When card.Moment
	// Why is why the customer is asked, empty when no finding is known.
	Why WhyCode
	// Choices lists open prompts as "7F=1234 A2=5678".
	Choices string
}
