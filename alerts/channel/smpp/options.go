package smpp

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"regexp"
	"strings"
	"time"

	"github.com/cardwatch/cardwatch/alerts/channel/internal/sms"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// Alphabet is what texts go out in. Whatever does not fit it goes out in UCS-2.
type Alphabet = sms.Alphabet

// The alphabets. GSM7 is data_coding 0, one character an octet ("unpacked"), as most SMSCs want it; Latin1 is data_coding 3; UCS2 is
// data_coding 8 for every text.
const (
	GSM7   = sms.GSM7
	Latin1 = sms.Latin1
	UCS2   = sms.UCS2
)

// Long is how a text goes out that takes more than one message.
type Long string

// The ways: a user data header in front of each part (3GPP TS 23.040, 8-bit reference), the sar_* parameters, or the whole text in one
// message_payload that the SMSC cuts itself.
const (
	UDH     Long = "udh"
	SAR     Long = "sar"
	Payload Long = "payload"
)

// Options set up an account at an SMSC.
type Options struct {
	// Name is the channel's configured name: lower-case letters, digits and _, at most 32.
	Name string
	// Addr is the SMSC's host:port. TLS is nil for a plain connection, which is for private lines alone.
	Addr string
	TLS  *tls.Config
	// SystemID (at most 15 characters), Password and SystemType (12, often empty) are the account's. The protocol allows a password 8
	// characters, but SMSCs hand out longer ones: up to 64 pass.
	SystemID, Password, SystemType string
	// Source is whom the customer sees: a name of at most 11 characters, a short code, or an international number with its plus.
	Source string
	// SourceTON and SourceNPI replace what Source's form implies (5 and 0 for a name, 3 and 0 for a short code, 1 and 1 for a number),
	// both or none.
	SourceTON, SourceNPI *uint8
	// CountryCode, "86" say, is put before numbers that come without one; "" when the SMSC always gives it.
	CountryCode string
	// Alphabet is GSM7 when empty; it is also how texts that come in the SMSC's default alphabet are read. Long is UDH when empty.
	Alphabet Alphabet
	Long     Long
	// Receipts asks the SMSC to tell what becomes of each message.
	Receipts bool
	// MessageIDBase and ReceiptIDBase are 0 when a receipt names the message just as its acceptance did, else the bases, 10 or 16, in
	// which the two are written.
	MessageIDBase, ReceiptIDBase int
	// Reference sends a hash of our message id as user_message_reference, by which an operator finds it in the SMSC's records.
	Reference bool
	// Window is how many requests may be without an answer; 10 when 0, at most 1,000.
	Window int
	// ResponseTimeout ends a request without an answer (4 s when 0), EnquireEvery is how often a quiet session is asked whether it
	// lives (30 s when 0).
	ResponseTimeout, EnquireEvery time.Duration
	// Now tells the time; required.
	Now func() card.Moment
	// Log takes the session's ups and downs; nil for none.
	Log *slog.Logger

	// dial replaces the way to Addr in tests.
	dial func(context.Context) (net.Conn, error)
}

var nameForm = regexp.MustCompile(`^[a-z0-9_]{1,32}$`)

// complete fills in the defaults, or says all that is wrong.
func (o Options) complete() (Options, error) {
	o.Alphabet = orElse(o.Alphabet, GSM7)
	o.Long = orElse(o.Long, UDH)
	o.Window = orElse(o.Window, 10)
	o.ResponseTimeout = orElse(o.ResponseTimeout, 4*time.Second)
	o.EnquireEvery = orElse(o.EnquireEvery, 30*time.Second)
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	var problems []error
	check := func(ok bool, what string) {
		if !ok {
			problems = append(problems, fmt.Errorf("channel %s: %s", o.Name, what))
		}
	}
	_, _, err := net.SplitHostPort(o.Addr)
	check(nameForm.MatchString(o.Name), "the name takes lower-case letters, digits and _, at most 32")
	check(err == nil, "the address of the SMSC is host:port")
	check(o.SystemID != "" && plain(o.SystemID, 15), "the system id takes 1 to 15 visible ASCII characters")
	check(plain(o.Password, 64), "the password takes at most 64 visible ASCII characters")
	check(plain(o.SystemType, 12), "the system type takes at most 12 visible ASCII characters")
	check((o.SourceTON == nil) == (o.SourceNPI == nil), "the source's TON and NPI come together or not at all")
	_, ok := sourceOf(o)
	check(ok, "the source is a name of at most 11 characters, a short code or a number with its plus")
	check(len(o.CountryCode) <= 3 && digits(o.CountryCode), "the country code takes at most 3 digits, without a plus")
	check(o.Alphabet == GSM7 || o.Alphabet == Latin1 || o.Alphabet == UCS2, "the alphabet is gsm7, latin1 or ucs2")
	check(o.Long == UDH || o.Long == SAR || o.Long == Payload, "long texts go by udh, sar or payload")
	check(base(o.MessageIDBase) && base(o.ReceiptIDBase) && (o.MessageIDBase == 0) == (o.ReceiptIDBase == 0),
		"the bases of ids are both 0, or each of them 10 or 16")
	check(o.Window > 0 && o.Window <= 1000, "the window is 1 to 1,000 requests")
	check(o.ResponseTimeout > 0 && o.EnquireEvery > 0, "the times are positive")
	check(o.Now != nil, "a clock is required")
	return o, errors.Join(problems...)
}

func orElse[T comparable](v, otherwise T) T {
	if v == *new(T) {
		return otherwise
	}
	return v
}

func base(b int) bool { return b == 0 || b == 10 || b == 16 }

func digits(s string) bool { return strings.Trim(s, "0123456789") == "" }

// plain reports whether a text fits a C-octet string of the protocol.
func plain(s string, most int) bool {
	return len(s) <= most && strings.IndexFunc(s, func(r rune) bool { return r < ' ' || r >= 0x7f }) < 0
}
