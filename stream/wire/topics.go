package wire

import "slices"

// The input topics of the contract.
const (
	TransactionTopic = "cards.transaction.v1"
	CustomerTopic    = "cards.customer.v1"
	StatementTopic   = "cards.statement.v1"
	PaymentTopic     = "cards.payment.v1"
	ContactTopic     = "cards.contact.v1"
	ReplyTopic       = "cards.reply.v1"
)

// The output topics of the contract.
const (
	AlertTopic      = "cardwatch.alert.v1"
	CollectionTopic = "cardwatch.collection.v1"
	FeedbackTopic   = "cardwatch.feedback.v1"
	CardActionTopic = "cardwatch.card_action.v1"
	AssessmentTopic = "cardwatch.assessment.v1"
	// ConductTopic takes what was agreed with and done to customers in collecting.
	ConductTopic = "cardwatch.conduct.v1"
	// ShadowTopic takes the alerts that rules in shadow would raise; nothing reads it but people and their tools.
	ShadowTopic = "cardwatch.shadow.v1"
)

// The topics between Cardwatch's own parts: acts of staff, what became of messages, and the passing of time.
const (
	CommandTopic = "cardwatch.command.v1"
	ReceiptTopic = "cardwatch.receipt.v1"
	TickTopic    = "cardwatch.tick.v1"
)

// Topics lists every topic that this package has a format for: inputs, outputs, internal ones.
func Topics() []string {
	return slices.Concat(Inputs(), []string{
		AlertTopic, CollectionTopic, FeedbackTopic, CardActionTopic, AssessmentTopic, ConductTopic, ShadowTopic,
		CommandTopic, ReceiptTopic, TickTopic,
	})
}

// Inputs lists the topics that a bank writes.
func Inputs() []string {
	return []string{TransactionTopic, CustomerTopic, StatementTopic, PaymentTopic, ContactTopic, ReplyTopic}
}

// DeadLetter is the topic that takes the refused records of a topic.
func DeadLetter(topic string) string { return topic + ".cardwatch.dlq" }
