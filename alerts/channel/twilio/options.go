package twilio

import (
	"crypto/x509"

	"github.com/cardwatch/cardwatch/detectors/card"
)

// Options set up an account.
type Options struct {
	// Name is the channel's configured name.
	Name string
	// AccountSID names the account ("AC…").
	AccountSID string
	// AuthTokens are the account's secrets: the first one is presented, and signatures by any are believed; two while they rotate.
	AuthTokens []string
	// From is the number or sender id that messages come from, or MessagingServiceSID the service that picks one ("MG…"); one of them.
	From, MessagingServiceSID string
	// StatusCallback is our hook's address as Twilio calls it from outside, "" when no receipts are wanted.
	StatusCallback string
	// Endpoint is the API's address, "" for Twilio's own.
	Endpoint string
	// AllowPrivate lets Endpoint be at a private address; without it those are refused at dialling.
	AllowPrivate bool
	// Roots are the authorities that the endpoint's certificate may be of, nil for the system's.
	Roots *x509.CertPool
	// Now tells the time; required.
	Now func() card.Moment
}
