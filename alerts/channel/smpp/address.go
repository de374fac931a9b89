package smpp

import (
	"strings"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/alerts/channel/internal/outbound"
)

// Types of number and numbering plans (SMPP 3.4 §5.2.5, §5.2.6).
const (
	tonInternational = 1
	tonNational      = 2
	tonNetwork       = 3
	tonAlphanumeric  = 5
	npiISDN          = 1
)

// address is a number as the protocol has it.
type address struct {
	ton, npi uint8
	number   string
}

// shortest is how many digits a number of a person has at least; what is shorter is a short code.
const shortest = 7

// sourceOf is whom messages come from.
func sourceOf(o Options) (address, bool) {
	a := address{ton: tonAlphanumeric, number: o.Source}
	ok := o.Source != "" && plain(o.Source, 11)
	if number, international := strings.CutPrefix(o.Source, "+"); international {
		a = address{ton: tonInternational, npi: npiISDN, number: number}
		ok = len(number) >= shortest && len(number) <= 15 && digits(number)
	} else if digits(o.Source) {
		a.ton = tonNetwork
		ok = len(o.Source) >= 3 && len(o.Source) <= 20
	}
	if o.SourceTON != nil && o.SourceNPI != nil {
		a.ton, a.npi = *o.SourceTON, *o.SourceNPI
	}
	return a, ok
}

// destination is a customer's number; short codes are none.
func destination(p alerts.Phone) (address, bool) {
	number, ok := strings.CutPrefix(p.Reveal(), "+")
	_, valid := outbound.Phone(number)
	return address{ton: tonInternational, npi: npiISDN, number: number}, ok && valid && len(number) >= shortest
}

// phone reads a number that came in, as the contract has it. SMSCs are careless about the type of number, so a number of unknown
// type that opens with the country code is taken to have it.
func (a address) phone(country string) (alerts.Phone, bool) {
	number, plus := strings.CutPrefix(a.number, "+")
	number, zeros := strings.CutPrefix(number, "00")
	if len(number) < shortest && !plus && !zeros {
		return outbound.Phone(number)
	}
	lacksCountry := a.ton == tonNational || a.ton != tonInternational && !strings.HasPrefix(number, country)
	if !plus && !zeros && country != "" && lacksCountry {
		number = country + strings.TrimPrefix(number, "0")
	}
	return outbound.Phone("+" + number)
}
