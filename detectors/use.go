package detectors

import (
	"strings"

	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/detectors/pack"
	"github.com/cardwatch/cardwatch/detectors/window"
)

// Use is the use of a card that an alert is about: what the customer is asked about, and what a yes exempts. The zero Use is
// that of an alert about an account.
type Use struct {
	Amount card.Money
	// City and Country are the terminal's, Merchant its DE 42 and MerchantName its DE 43; empty when the record did not tell.
	City, Country          string
	Merchant, MerchantName string
	// CardPresent says that the card was at the terminal: only then does the place say where the holder was.
	CardPresent bool
}

func useOf(t *card.Transaction, u *window.Use) Use {
	return Use{
		Amount: t.Amount, City: t.Place.City, Country: t.Place.Country, Merchant: t.Merchant, MerchantName: t.MerchantName,
		CardPresent: u.Present(),
	}
}

// weigh makes the finding's use the alert's if it weighs as much: an approved one before an attempt, then the larger amount,
// and among attempts the newest.
func (in *Incident) weigh(f *Finding) {
	switch {
	case in.Approved && !f.Approved:
		return
	case in.Approved && f.Use.Amount.Minor < in.Alert.Use.Amount.Minor:
		return
	case !in.Approved && !f.Approved && f.OccurredAt.Before(in.Alert.OccurredAt):
		return
	}
	in.Approved, in.Alert.Use = f.Approved, f.Use.clone()
}

// clone copies the strings, which may be views of a record.
func (u Use) clone() Use {
	u.City, u.Country = strings.Clone(u.City), strings.Clone(u.Country)
	u.Merchant, u.MerchantName = strings.Clone(u.Merchant), strings.Clone(u.MerchantName)
	return u
}

func (u *Use) append(dst []byte) []byte {
	dst = append(pack.Int(dst, u.Amount.Minor), u.Amount.Currency[:]...)
	for _, s := range [...]string{u.City, u.Country, u.Merchant, u.MerchantName} {
		dst = pack.String(dst, s)
	}
	return pack.Bool(dst, u.CardPresent)
}

func readUse(r *pack.Reader) Use {
	return Use{
		Amount: card.Money{Minor: r.Int(), Currency: card.Currency{r.Byte(), r.Byte(), r.Byte()}},
		City:   r.String(), Country: r.String(), Merchant: r.String(), MerchantName: r.String(), CardPresent: r.Bool(),
	}
}
