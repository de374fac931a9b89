package wire

import (
	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/detectors/card"
)

var receiptFormat = format{
	fields: setOf(fSchemaVersion, fEventID, fCustomerID, fAt, fMessageID, fChannel, fProvider, fOutcome, fProviderMessageID, fReceiptExpected, fReason),
	decode: (*Decoder).receipt,
}

var parseOutcome = oneOf(alerts.Sending, alerts.Accepted, alerts.Delivered, alerts.Undelivered, alerts.Refused, alerts.OutcomeUnknown)

func (d *Decoder) receipt() card.Body {
	r := &d.body.receipt
	*r = alerts.Receipt{
		Head:              d.head(fAt),
		MessageID:         d.mustID(fMessageID),
		Channel:           alerts.ChannelKind(d.mustID(fChannel)),
		Provider:          d.id(fProvider),
		Outcome:           mustParse(d, fOutcome, parseOutcome),
		ProviderMessageID: d.id(fProviderMessageID),
		ReceiptExpected:   d.flag(fReceiptExpected),
		Reason:            d.id(fReason),
	}
	return r
}

// AppendReceipt appends the record of cardwatch.receipt.v1.
func AppendReceipt(dst []byte, r *alerts.Receipt) []byte {
	w := begin(dst)
	w.head(&r.Head, fAt)
	w.text(fMessageID, r.MessageID)
	w.text(fChannel, string(r.Channel))
	w.text(fProvider, r.Provider)
	w.text(fOutcome, string(r.Outcome))
	w.text(fProviderMessageID, r.ProviderMessageID)
	w.flag(fReceiptExpected, r.ReceiptExpected)
	w.text(fReason, r.Reason)
	return w.end()
}
