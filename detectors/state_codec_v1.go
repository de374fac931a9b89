package detectors

import (
	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/detectors/pack"
	"github.com/cardwatch/cardwatch/detectors/window"
)

// readProfileV1 reads a profile of version 1, which also held a time zone, a language and a segment that nothing asked for.
func readProfileV1(r *pack.Reader) Profile {
	if !r.Bool() {
		return Profile{}
	}
	p := Profile{UpdatedAt: readMoment(r), Home: window.ReadSpotV1(r)}
	r.Bytes()
	p.MonthlyIncomeMinor, p.Currency = r.Int(), card.Currency{r.Byte(), r.Byte(), r.Byte()}
	r.Byte()
	r.Bytes()
	return p
}
