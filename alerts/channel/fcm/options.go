package fcm

import (
	"crypto/x509"

	"github.com/cardwatch/cardwatch/detectors/card"
)

// Options set up a Firebase project.
type Options struct {
	// Name is the channel's configured name.
	Name string
	// ServiceAccount is the key file of a service account as Google gives it out (JSON); it names the project, too.
	ServiceAccount []byte
	// AndroidChannel is the notification channel of the app that prompts appear in, "" for the app's default.
	AndroidChannel string
	// Endpoint is the API's address, "" for https://fcm.googleapis.com.
	Endpoint string
	// AllowPrivate lets Endpoint and the account's token address be private; without it those are refused at dialling.
	AllowPrivate bool
	// Roots are the authorities that their certificates may be of, nil for the system's.
	Roots *x509.CertPool
	// Now tells the time; required.
	Now func() card.Moment
}
