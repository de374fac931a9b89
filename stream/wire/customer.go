package wire

import "github.com/cardwatch/cardwatch/detectors/card"

var customerFormat = format{
	fields: setOf(fSchemaVersion, fEventID, fCustomerID, fUpdatedAt, fHomeCity, fHomeLat, fHomeLon, fTimezone,
		fMonthlyIncomeMinor, fCurrency, fLanguage, fSegment, fSalaryMinor, fSalaryAt),
	decode: (*Decoder).customer,
}

func (d *Decoder) customer() card.Body {
	c := &d.body.customer
	*c = card.Customer{
		Head:               d.head(fUpdatedAt),
		Home:               d.place(fHomeCity, fHomeLat, fHomeLon),
		Timezone:           parseOrDrop(d, fTimezone, parseTimezone),
		MonthlyIncomeMinor: d.amount(fMonthlyIncomeMinor, 0),
		SalaryMinor:        d.amount(fSalaryMinor, 0),
		SalaryAt:           d.moment(fSalaryAt),
		Currency:           d.currency(fCurrency),
		Language:           parseOrDrop(d, fLanguage, card.ParseLanguage),
		Segment:            d.free(fSegment, maxNameRunes),
	}
	if c.MonthlyIncomeMinor != 0 || c.SalaryMinor != 0 {
		d.require(fCurrency)
	}
	return c
}

// AppendCustomer appends the record of cards.customer.v1.
func AppendCustomer(dst []byte, c *card.Customer) []byte {
	w := begin(dst)
	w.head(&c.Head, fUpdatedAt)
	w.place(c.Home, fHomeCity, fHomeLat, fHomeLon)
	w.text(fTimezone, c.Timezone)
	if c.MonthlyIncomeMinor != 0 {
		w.integer(fMonthlyIncomeMinor, c.MonthlyIncomeMinor)
	}
	if c.SalaryMinor != 0 {
		w.integer(fSalaryMinor, c.SalaryMinor)
	}
	w.moment(fSalaryAt, c.SalaryAt)
	w.text(fCurrency, c.Currency.String())
	w.text(fLanguage, c.Language.String())
	w.text(fSegment, c.Segment)
	return w.end()
}
