package wire

import "github.com/cardwatch/cardwatch/detectors/card"

var transactionFormat = format{
	fields: setOf(fSchemaVersion, fEventID, fCustomerID, fCardID, fAccountID, fOccurredAt, fType, fStatus, fResponseCode,
		fAmountMinor, fCurrency, fOriginalEventID, fMCC, fMerchantID, fMerchantName, fTerminalID, fEntryMode, fCity, fCountry,
		fLat, fLon),
	decode: (*Decoder).transaction,
}

func (d *Decoder) transaction() card.Body {
	t := &d.body.transaction
	*t = card.Transaction{
		Head:         d.head(fOccurredAt),
		Card:         d.mustID(fCardID),
		Account:      d.id(fAccountID),
		Type:         mustParse(d, fType, card.ParseType),
		Status:       mustParse(d, fStatus, card.ParseStatus),
		ResponseCode: d.id(fResponseCode),
		Amount:       d.money(),
		MCC:          parseOrDrop(d, fMCC, parseMCC),
		Merchant:     d.id(fMerchantID),
		MerchantName: d.free(fMerchantName, maxNameRunes),
		Terminal:     d.id(fTerminalID),
		Entry:        parseOrDrop(d, fEntryMode, card.ParseEntryMode),
		Place:        d.place(fCity, fLat, fLon),
	}
	t.Place.Country = parseOrDrop(d, fCountry, parseCountry)
	if t.Account == "" {
		t.Account = t.Card
	}
	t.Original = d.original(t.Type == card.Reversal || t.Type == card.Refund)
	return t
}

// original reads which event a record takes back that has to say so; others take nothing back.
func (d *Decoder) original(takesBack bool) string {
	if takesBack {
		return d.mustID(fOriginalEventID)
	}
	if _, ok := d.get(fOriginalEventID); ok {
		d.drop(fOriginalEventID)
	}
	return ""
}

// AppendTransaction appends the record of cards.transaction.v1.
func AppendTransaction(dst []byte, t *card.Transaction) []byte {
	w := begin(dst)
	w.head(&t.Head, fOccurredAt)
	w.text(fCardID, t.Card)
	if t.Account != t.Card {
		w.text(fAccountID, t.Account)
	}
	w.text(fType, t.Type.String())
	w.text(fStatus, t.Status.String())
	w.text(fResponseCode, t.ResponseCode)
	w.integer(fAmountMinor, t.Amount.Minor)
	w.text(fCurrency, t.Amount.Currency.String())
	w.text(fOriginalEventID, t.Original)
	if t.MCC != 0 {
		w.text(fMCC, string([]byte{digit(t.MCC / 1000), digit(t.MCC / 100), digit(t.MCC / 10), digit(t.MCC)}))
	}
	w.text(fMerchantID, t.Merchant)
	w.text(fMerchantName, t.MerchantName)
	w.text(fTerminalID, t.Terminal)
	w.text(fEntryMode, t.Entry.String())
	w.place(t.Place, fCity, fLat, fLon)
	w.text(fCountry, t.Place.Country)
	return w.end()
}

func digit(n card.MCC) byte { return '0' + byte(n%10) }
