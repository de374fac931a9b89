package wire

import (
	"fmt"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// AppendInput appends the record of one of the bank's own topics (Inputs). Any other body is an error.
func AppendInput(dst []byte, body card.Body) ([]byte, error) {
	switch b := body.(type) {
	case *card.Transaction:
		return AppendTransaction(dst, b), nil
	case *card.Customer:
		return AppendCustomer(dst, b), nil
	case *card.Statement:
		return AppendStatement(dst, b), nil
	case *card.Payment:
		return AppendPayment(dst, b), nil
	case *alerts.Contact:
		return AppendContact(dst, b), nil
	case *alerts.Reply:
		return AppendReply(dst, b), nil
	default:
		return dst, fmt.Errorf("wire: %T belongs to no input topic", body)
	}
}
