package wire

import "github.com/cardwatch/cardwatch/detectors/card"

// format is what one topic's records hold: their members, the members of nested objects, and how they become a body.
type format struct {
	fields, nested fieldSet
	decode         func(*Decoder) card.Body
}

// formats is the catalogue of topics; it is only ever read.
var formats = map[string]*format{
	TransactionTopic: &transactionFormat,
	CustomerTopic:    &customerFormat,
	StatementTopic:   &statementFormat,
	PaymentTopic:     &paymentFormat,
	ContactTopic:     &contactFormat,
	ReplyTopic:       &replyFormat,
	AlertTopic:       &alertFormat,
	ShadowTopic:      &alertFormat,
	CollectionTopic:  &collectionFormat,
	FeedbackTopic:    &feedbackFormat,
	CardActionTopic:  &cardActionFormat,
	AssessmentTopic:  &assessmentFormat,
	ConductTopic:     &conductFormat,
	CommandTopic:     &commandFormat,
	ReceiptTopic:     &receiptFormat,
	TickTopic:        &tickFormat,
}
