package tencent

import (
	"crypto/x509"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// Options set up an account.
type Options struct {
	// Name is the channel's configured name.
	Name string
	// SecretID and SecretKey are a CAM user's that may do nothing but sms:SendSms.
	SecretID, SecretKey string
	// SDKAppID is the SMS application's number at Tencent ("1400006666").
	SDKAppID string
	// SignName is the approved signature that opens every message inside mainland China, unless its template has one of its own.
	SignName  string
	Templates []Template
	// Region is where the API is called, "" for ap-guangzhou.
	Region string
	// Receipts says that the status call-back is set up at Tencent, so that it will tell what becomes of each message.
	Receipts bool
	// Endpoint is the API's address, "" for https://sms.tencentcloudapi.com.
	Endpoint string
	// AllowPrivate lets Endpoint be at a private address; without it those are refused at dialling.
	AllowPrivate bool
	// Roots are the authorities that the endpoint's certificate may be of, nil for the system's.
	Roots *x509.CertPool
	// Now tells the time; required.
	Now func() card.Moment
}

// Template is a wording approved at Tencent for one of ours.
type Template struct {
	Template alerts.TemplateID
	Language card.Language
	// Abroad says that the wording is for numbers outside mainland China, which Tencent approves apart.
	Abroad bool
	// ID is Tencent's number of it ("449739").
	ID string
	// SignName replaces Options.SignName where it is not "".
	SignName string
	// Vars are our names of the values of {1}, {2} … ("card", "what", "when", "bank", "choices", "mark"), in this order.
	Vars []string
}
