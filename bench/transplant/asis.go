package transplant

import (
	"fmt"

	"github.com/cardwatch/cardwatch/bench/gen"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// AsIs gives a background's rows as they are, frauds included, as transactions in US dollars without cities: a sanity check, since its
// places and hours say nothing (notes/data.md §3).
type AsIs struct {
	background *Background
	next       int
}

// Untouched starts at the first row.
func Untouched(b *Background) *AsIs { return &AsIs{background: b} }

// Next gives the next row, false after the last one.
func (a *AsIs) Next() (gen.Record, bool) {
	if a.next == len(a.background.Rows) {
		return gen.Record{}, false
	}
	r := &a.background.Rows[a.next]
	a.next++
	user := token('u', int(r.Card))
	// The wall clock has no zone; reading it as one place's own time keeps the hours.
	at := card.Moment{UnixMilli: r.At * 1000}
	t := &card.Transaction{
		Head: card.Head{ID: fmt.Sprintf("x%d", a.next), Customer: user, At: at}, Card: token('k', int(r.Card)), Account: token('a', int(r.Card)),
		Type: card.Purchase, Status: card.Approved, ResponseCode: "00", Amount: card.Money{Minor: r.Cents, Currency: card.Currency{'U', 'S', 'D'}},
		MCC: card.MCC(categories[r.Category].mcc), Merchant: token('m', int(r.Merchant)), Entry: card.Chip,
		Place: card.Place{Country: "US", Lat: r.Lat, Lon: r.Lon, HasPoint: true},
	}
	if r.Category.Online() {
		t.Entry = card.Ecommerce
	}
	rec := gen.Record{Arrived: at, Body: t, Label: gen.Label{Group: gen.Ordinary}}
	if r.Fraudulent {
		rec.Label.Attack, rec.Label.Episode = "sparkov_fraud", user
	}
	return rec, true
}
