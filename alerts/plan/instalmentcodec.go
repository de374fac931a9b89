package plan

import (
	"errors"
	"fmt"

	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/detectors/pack"
)

// instalmentVersion is the first byte of an instalment's binary form.
const instalmentVersion = 1

// AppendBinary appends the instalment's binary form, which ReadInstalment takes back.
func (i *Instalment) AppendBinary(dst []byte) []byte {
	dst = pack.String(pack.String(append(dst, instalmentVersion), i.ID), i.Account)
	dst = moment(moment(pack.String(dst, string(i.State)), i.Since), i.Until)
	o := &i.Offer
	dst = append(pack.String(dst, string(o.Kind)), o.Currency[:]...)
	for _, n := range []int64{o.AmountMinor, int64(o.Months), int64(o.MonthlyFee)} {
		dst = pack.Int(dst, n)
	}
	dst = pack.Bool(dst, o.ToOwnAccount)
	for _, s := range []string{string(i.Way), i.Consent.Application, i.Consent.Separate, i.Consent.Contract, string(i.Form), i.Recording} {
		dst = pack.String(dst, s)
	}
	dst = pack.Uint(pack.Bool(dst, i.Person), uint64(len(i.Why)))
	for _, code := range i.Why {
		dst = pack.String(dst, code)
	}
	return dst
}

// ReadInstalment reads an instalment that AppendBinary wrote. Damage is latched in the reader; it is never a panic.
func ReadInstalment(r *pack.Reader) Instalment {
	if v := r.Byte(); v != instalmentVersion {
		r.Fail(fmt.Errorf("instalment: version %d, this program reads %d", v, instalmentVersion))
		return Instalment{}
	}
	i := Instalment{ID: r.String(), Account: r.String(), State: InstalmentState(r.String()), Since: readMoment(r), Until: readMoment(r)}
	kind, currency := OfferKind(r.String()), card.Currency{r.Byte(), r.Byte(), r.Byte()}
	amount, months, fee, own := r.Int(), r.Int(), Rate(r.Int()), r.Bool()
	i.Way = Collection(r.String())
	i.Consent = Consent{Application: r.String(), Separate: r.String(), Contract: r.String()}
	i.Form, i.Recording, i.Person = Form(r.String()), r.String(), r.Bool()
	for range r.Count(1) {
		i.Why = append(i.Why, r.String())
	}
	if kind != "" {
		i.Offer = OrdinaryOffer(kind, currency, amount, int(min(max(months, 0), MaxMonths+1)), fee)
		i.Offer.ToOwnAccount = own
	}
	_, known := instalmentTable[i.State]
	switch {
	case r.Err() != nil:
	case !known:
		r.Fail(errors.New("instalment: unknown state"))
	case kind != "":
		if _, ok := i.Cost(); !ok {
			r.Fail(errors.New("instalment: amount, fee or months are out of bounds"))
		}
	}
	if r.Err() != nil {
		return Instalment{}
	}
	return i
}
