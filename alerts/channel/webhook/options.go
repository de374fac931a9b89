package webhook

import (
	"crypto/x509"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// Options set up a gateway.
type Options struct {
	// Name is the channel's configured name, Kind what the gateway carries: alerts.App or alerts.SMS.
	Name string
	Kind alerts.ChannelKind
	// URL is the gateway's address: https, or http on this machine alone.
	URL string
	// Secrets sign what we send, "whsec_" and 24 to 64 bytes in base64 each; while keys rotate there are two, and both sign.
	Secrets []string
	// HookSecrets verify what the gateway calls back with, two while keys rotate. They are none of Secrets, else what we send could
	// be turned round and sent back to us. Without any the gateway does not call back.
	HookSecrets []string
	// Receipts says that the gateway will tell what becomes of each message.
	Receipts bool
	// AllowPrivate lets the gateway be inside the bank's own network; without it private addresses are refused at dialling.
	AllowPrivate bool
	// Roots are the authorities that the gateway's certificate may be of, nil for the system's.
	Roots *x509.CertPool
	// Now tells the time; required.
	Now func() card.Moment
}
