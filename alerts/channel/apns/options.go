package apns

import (
	"crypto/x509"

	"github.com/cardwatch/cardwatch/detectors/card"
)

// Options set up an app at Apple.
type Options struct {
	// Name is the channel's configured name.
	Name string
	// TeamID and KeyID name the developer team and its signing key, ten characters each; PrivateKey is that key as Apple gives it
	// out (.p8, PEM).
	TeamID, KeyID string
	PrivateKey    []byte
	// Topic is the app's bundle id.
	Topic string
	// Endpoint is the API's address, "" for https://api.push.apple.com.
	Endpoint string
	// AllowPrivate lets Endpoint be at a private address; without it those are refused at dialling.
	AllowPrivate bool
	// Roots are the authorities that the endpoint's certificate may be of, nil for the system's.
	Roots *x509.CertPool
	// Now tells the time; required.
	Now func() card.Moment
}
