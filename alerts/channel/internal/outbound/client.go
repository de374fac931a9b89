package outbound

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"regexp"
	"sync/atomic"
	"time"

	"github.com/cardwatch/cardwatch/alerts/channel"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// maxBody is how much of an answer is read: what providers answer is a few hundred bytes.
const maxBody = 64 << 10

// Config sets up a Client.
type Config struct {
	// Provider is the channel's name, 1 to 32 of a–z, 0–9 and _.
	Provider string
	// Endpoint is the address to call: https, or http on this machine alone where AllowPrivate is set.
	Endpoint string
	// AllowPrivate lets calls go to private addresses and to this machine.
	AllowPrivate bool
	// Roots are the authorities that certificates may be of, nil for the system's.
	Roots *x509.CertPool
	// OnlyHTTP2 refuses to speak anything older.
	OnlyHTTP2 bool
	Now       func() card.Moment
}

// Client calls one provider. It follows no redirect, speaks no TLS older than 1.2, and waits as long as its caller's context.
type Client struct {
	Provider string
	Endpoint *url.URL
	Now      func() card.Moment

	allowPrivate bool
	http         *http.Client
}

var providerName = regexp.MustCompile(`^[a-z0-9_]{1,32}$`)

// New checks c and makes a Client of it.
func New(c Config) (*Client, error) {
	if !providerName.MatchString(c.Provider) {
		return nil, fmt.Errorf("channel name %q must be 1 to 32 of a-z, 0-9 and _", c.Provider)
	}
	if c.Now == nil {
		return nil, fmt.Errorf("channel %s has no clock", c.Provider)
	}
	endpoint, err := Address(c.Endpoint, c.AllowPrivate)
	if err != nil {
		return nil, fmt.Errorf("channel %s: %w", c.Provider, err)
	}
	dialer := &net.Dialer{Control: guard(c.AllowPrivate)}
	transport := &http.Transport{
		DialContext:            dialer.DialContext,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: c.Roots},
		MaxIdleConnsPerHost:    64, // as many as the dispatcher has calls under way
		IdleConnTimeout:        90 * time.Second,
		MaxResponseHeaderBytes: maxBody,
		DisableCompression:     true,
		// A connection that has died silently must not swallow messages until TCP gives up.
		HTTP2:     &http.HTTP2Config{SendPingTimeout: 15 * time.Second, PingTimeout: 5 * time.Second},
		Protocols: new(http.Protocols),
	}
	transport.Protocols.SetHTTP2(true)
	transport.Protocols.SetHTTP1(!c.OnlyHTTP2)
	return &Client{Provider: c.Provider, Endpoint: endpoint, Now: c.Now, allowPrivate: c.AllowPrivate, http: &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}, nil
}

// Answer is what a provider said.
type Answer struct {
	Status int
	Header http.Header
	// Body is cut after 64 KiB.
	Body []byte
}

// OK reports a status of 2xx.
func (a Answer) OK() bool { return a.Status/100 == 2 }

// Address checks an address to call, found in a configuration or in a key file.
func (c *Client) Address(raw string) (*url.URL, error) { return Address(raw, c.allowPrivate) }

// Post makes one call. Its error is a *channel.Error: Unavailable as long as the provider cannot have read the call, NoAnswer
// afterwards and whenever the caller gave up.
func (c *Client) Post(ctx context.Context, address string, header http.Header, body []byte) (Answer, error) {
	if err := ctx.Err(); err != nil {
		return Answer{}, c.Fail(channel.NoAnswer, err)
	}
	var written atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{WroteHeaders: func() { written.Store(true) }})
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return Answer{}, c.Fail(channel.BadMessage, cause(err))
	}
	r.Header = header
	answer, err := c.do(r)
	switch {
	case err == nil:
		return answer, nil
	case written.Load(), errors.Is(ctx.Err(), context.Canceled):
		return Answer{}, c.Fail(channel.NoAnswer, cause(err))
	default:
		return Answer{}, c.Fail(channel.Unavailable, cause(err))
	}
}

func (c *Client) do(r *http.Request) (Answer, error) {
	resp, err := c.http.Do(r)
	if err != nil {
		return Answer{}, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxBody))
	if err != nil {
		return Answer{}, err
	}
	return Answer{Status: resp.StatusCode, Header: resp.Header, Body: body}, nil
}

// cause is what lies behind an error of package http, without the address that it quotes: that may hold a push token.
func cause(err error) error {
	var e *url.Error
	if errors.As(err, &e) {
		return e.Err
	}
	return err
}
