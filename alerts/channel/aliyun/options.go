package aliyun

import (
	"crypto/x509"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// Options set up an account.
type Options struct {
	// Name is the channel's configured name.
	Name string
	// AccessKeyID and AccessKeySecret are a RAM user's that may do nothing but dysms:SendSms.
	AccessKeyID, AccessKeySecret string
	// SignName is the approved signature that opens every message, unless its template has one of its own.
	SignName  string
	Templates []Template
	// MaxValue is how many characters a value of a wording may have, 0 for 35. Aliyun's rules for variables have changed over the
	// years, and an account can be given others.
	MaxValue int
	// Receipts says that SmsReport is set up at Aliyun, so that it will tell what becomes of each message.
	Receipts bool
	// Endpoint is the API's address, "" for https://dysmsapi.aliyuncs.com.
	Endpoint string
	// AllowPrivate lets Endpoint be at a private address; without it those are refused at dialling.
	AllowPrivate bool
	// Roots are the authorities that the endpoint's certificate may be of, nil for the system's.
	Roots *x509.CertPool
	// Now tells the time; required.
	Now func() card.Moment
}

// Template is a wording approved at Aliyun for one of ours.
type Template struct {
	Template alerts.TemplateID
	Language card.Language
	// Abroad says that the wording is for numbers outside mainland China, which Aliyun approves apart.
	Abroad bool
	// Code is Aliyun's name of it ("SMS_154950909").
	Code string
	// SignName replaces Options.SignName where it is not "".
	SignName string
	// Vars are the values that the wording wants: Aliyun's name of each to ours ("card", "what", "when", "bank", "choices", "mark").
	Vars map[string]string
}
