package twilio

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"time"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/alerts/channel"
	"github.com/cardwatch/cardwatch/alerts/channel/internal/outbound"
)

// Channel is an account at Twilio. It may be used by many goroutines at once.
type Channel struct {
	client   *outbound.Client
	options  Options
	callback *url.URL
	address  string
	accepted outbound.Memory
}

var (
	accountSID = regexp.MustCompile(`^AC[0-9a-f]{32}$`)
	serviceSID = regexp.MustCompile(`^MG[0-9a-f]{32}$`)
)

// New checks the options and makes a channel of them. It calls nobody.
func New(o Options) (*Channel, error) {
	if o.Endpoint == "" {
		o.Endpoint = "https://api.twilio.com"
	}
	client, err := outbound.New(outbound.Config{
		Provider: o.Name, Endpoint: o.Endpoint, AllowPrivate: o.AllowPrivate, Roots: o.Roots, Now: o.Now,
	})
	if err != nil {
		return nil, err
	}
	c := &Channel{client: client, options: o}
	c.address = client.Endpoint.JoinPath("2010-04-01", "Accounts", o.AccountSID, "Messages.json").String()
	if o.StatusCallback != "" {
		c.callback, err = url.Parse(o.StatusCallback)
	}
	switch {
	case err != nil || c.callback != nil && (c.callback.Host == "" || c.callback.Scheme != "https" && c.callback.Scheme != "http"):
		return nil, fmt.Errorf("channel %s: the status call-back is no http address", o.Name)
	case !accountSID.MatchString(o.AccountSID):
		return nil, fmt.Errorf(`channel %s: the account sid must be "AC" and 32 hexadecimal digits`, o.Name)
	case len(o.AuthTokens) < 1 || len(o.AuthTokens) > 2 || o.AuthTokens[0] == "" || o.AuthTokens[len(o.AuthTokens)-1] == "":
		return nil, fmt.Errorf("channel %s needs one auth token, or two while they rotate", o.Name)
	case (o.From == "") == (o.MessagingServiceSID == ""):
		return nil, fmt.Errorf("channel %s needs either a sender or a messaging service", o.Name)
	case o.MessagingServiceSID != "" && !serviceSID.MatchString(o.MessagingServiceSID):
		return nil, fmt.Errorf(`channel %s: the messaging service must be "MG" and 32 hexadecimal digits`, o.Name)
	}
	return c, nil
}

// Name is the configured name.
func (c *Channel) Name() string { return c.client.Provider }

// Kind is alerts.SMS.
func (c *Channel) Kind() alerts.ChannelKind { return alerts.SMS }

// Send makes one call, unless the message was accepted before.
func (c *Channel) Send(ctx context.Context, m channel.Outgoing) (channel.Accepted, error) {
	if m.To == "" {
		return channel.Accepted{}, c.client.Fail(channel.BadAddress, nil)
	}
	if a, ok := c.accepted.Find(m.MessageID); ok {
		return a, nil
	}
	form, err := c.form(m)
	if err != nil {
		return channel.Accepted{}, c.client.Fail(channel.BadMessage, err)
	}
	basic := base64.StdEncoding.EncodeToString([]byte(c.options.AccountSID + ":" + c.options.AuthTokens[0]))
	a, err := c.client.Post(ctx, c.address, http.Header{
		"Content-Type": {"application/x-www-form-urlencoded"}, "Authorization": {"Basic " + basic},
	}, []byte(form.Encode()))
	if err != nil {
		return channel.Accepted{}, err
	}
	var answer struct {
		SID  string `json:"sid"`
		Code int    `json:"code"`
	}
	err = json.Unmarshal(a.Body, &answer)
	switch {
	case !a.OK():
		return channel.Accepted{}, c.client.Refused(reasonOf(a.Status, answer.Code), a)
	case err != nil || answer.SID == "":
		return channel.Accepted{}, c.client.Fail(channel.NoAnswer, errUnread)
	}
	accepted := channel.Accepted{ProviderMessageID: outbound.ID(answer.SID), ReceiptExpected: c.callback != nil}
	c.accepted.Keep(m.MessageID, accepted)
	return accepted, nil
}

var errUnread = errors.New("what Twilio said cannot be read")

// messageParam is where our message's id stands in the address that Twilio calls back.
const messageParam = "message_id"

// maxValidity is the longest that Twilio tries.
const maxValidity = 10 * time.Hour

func (c *Channel) form(m channel.Outgoing) (url.Values, error) {
	form := url.Values{"To": {m.To.Reveal()}, "Body": {m.Text}}
	if c.options.From != "" {
		form.Set("From", c.options.From)
	} else {
		form.Set("MessagingServiceSid", c.options.MessagingServiceSID)
	}
	if c.callback != nil {
		u := *c.callback
		q := u.Query()
		q.Set(messageParam, m.MessageID)
		u.RawQuery = q.Encode()
		form.Set("StatusCallback", u.String())
	}
	if left, limited := c.client.TimeLeft(m); limited {
		if left < time.Second {
			return nil, errors.New("the message has expired")
		}
		form.Set("ValidityPeriod", strconv.Itoa(int(min(left, maxValidity)/time.Second)))
	}
	return form, nil
}
