package wire

import "github.com/cardwatch/cardwatch/detectors/card"

var paymentFormat = format{
	fields: setOf(fSchemaVersion, fEventID, fCustomerID, fAccountID, fPaidAt, fAmountMinor, fCurrency, fMethod, fStatus, fOriginalEventID),
	decode: (*Decoder).payment,
}

func (d *Decoder) payment() card.Body {
	p := &d.body.payment
	*p = card.Payment{
		Head:    d.head(fPaidAt),
		Account: d.mustID(fAccountID),
		Amount:  d.money(),
		Method:  mustParse(d, fMethod, card.ParsePaymentMethod),
		Status:  mustParse(d, fStatus, card.ParsePaymentStatus),
	}
	p.Original = d.original(p.Status == card.Reversed)
	return p
}

// AppendPayment appends the record of cards.payment.v1.
func AppendPayment(dst []byte, p *card.Payment) []byte {
	w := begin(dst)
	w.head(&p.Head, fPaidAt)
	w.text(fAccountID, p.Account)
	w.integer(fAmountMinor, p.Amount.Minor)
	w.text(fCurrency, p.Amount.Currency.String())
	w.text(fMethod, p.Method.String())
	w.text(fStatus, p.Status.String())
	w.text(fOriginalEventID, p.Original)
	return w.end()
}
