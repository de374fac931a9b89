package cmpp

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"regexp"
	"strings"
	"time"

	"github.com/cardwatch/cardwatch/detectors/card"
)

// Version is a version of the protocol as it stands on the line.
type Version uint8

// The versions.
const (
	V2 Version = 0x20
	V3 Version = 0x30
)

// Options set up an account at a gateway.
type Options struct {
	// Name is the channel's configured name: lower-case letters, digits and _, at most 32.
	Name string
	// Addr is the gateway's host:port. The protocol knows no encryption: it is for private lines.
	Addr string
	// SourceAddr is the account (SP_Id, at most 6 characters), Secret what it shares with the gateway. The secret is not sent.
	SourceAddr, Secret string
	// ServiceID is what was agreed for the service, at most 10 characters.
	ServiceID string
	// Source is the access code whom customers see and answer, at most 20 digits.
	Source string
	// Version is V2 when 0.
	Version Version
	// Receipts asks for status reports.
	Receipts bool
	// Window is how many requests may be without an answer; 16 when 0, as the protocol recommends, at most 1,000.
	Window int
	// ResponseTimeout ends a request without an answer (4 s when 0), EnquireEvery is how often active_test is sent (30 s when 0).
	ResponseTimeout, EnquireEvery time.Duration
	// Now tells the time; required.
	Now func() card.Moment
	// Log takes the session's ups and downs; nil for none.
	Log *slog.Logger

	// dial replaces the way to Addr in tests.
	dial func(context.Context) (net.Conn, error)
}

var (
	nameForm   = regexp.MustCompile(`^[a-z0-9_]{1,32}$`)
	sourceForm = regexp.MustCompile(`^[0-9]{3,20}$`)
)

// complete fills in the defaults, or says all that is wrong.
func (o Options) complete() (Options, error) {
	o.Version = orElse(o.Version, V2)
	o.Window = orElse(o.Window, 16)
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
	check(err == nil, "the address of the gateway is host:port")
	check(o.SourceAddr != "" && plain(o.SourceAddr, 6), "the source address takes 1 to 6 visible ASCII characters")
	check(o.Secret != "", "a shared secret is required")
	check(plain(o.ServiceID, 10), "the service id takes at most 10 visible ASCII characters")
	check(sourceForm.MatchString(o.Source), "the source is an access code of 3 to 20 digits")
	check(o.Version == V2 || o.Version == V3, "the version is 2.0 or 3.0")
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

// plain reports whether a text fits a field of so many octets.
func plain(s string, most int) bool {
	return len(s) <= most && strings.IndexFunc(s, func(r rune) bool { return r <= ' ' || r >= 0x7f }) < 0
}
