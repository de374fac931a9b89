package aliyun

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/alerts/channel"
	"github.com/cardwatch/cardwatch/alerts/channel/internal/outbound"
)

// Channel is an account at Aliyun. It may be used by many goroutines at once.
type Channel struct {
	client    *outbound.Client
	options   Options
	templates map[outbound.Wording]Template
	accepted  outbound.Memory
}

// New checks the options and makes a channel of them. It calls nobody.
func New(o Options) (*Channel, error) {
	if o.Endpoint == "" {
		o.Endpoint = "https://dysmsapi.aliyuncs.com"
	}
	if o.MaxValue == 0 {
		o.MaxValue = 35
	}
	client, err := outbound.New(outbound.Config{
		Provider: o.Name, Endpoint: o.Endpoint, AllowPrivate: o.AllowPrivate, Roots: o.Roots, Now: o.Now,
	})
	if err != nil {
		return nil, err
	}
	switch {
	case o.AccessKeyID == "" || o.AccessKeySecret == "":
		return nil, fmt.Errorf("channel %s needs an access key's id and secret", o.Name)
	case o.MaxValue < 10:
		return nil, fmt.Errorf("channel %s: values of fewer than 10 characters say nothing", o.Name)
	}
	c := &Channel{client: client, options: o}
	c.templates, err = outbound.Wordings(o.Templates, func(t Template) (outbound.Wording, []string, error) {
		w := outbound.Wording{Template: t.Template, Language: t.Language, Abroad: t.Abroad}
		if t.Code == "" || t.SignName == "" && o.SignName == "" {
			return w, nil, errors.New("it needs Aliyun's code and a sign name")
		}
		return w, slices.Collect(maps.Values(t.Vars)), nil
	})
	if err != nil {
		return nil, fmt.Errorf("channel %s: %w", o.Name, err)
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
	query, err := c.query(m)
	if err != nil {
		return channel.Accepted{}, c.client.Fail(channel.BadMessage, err)
	}
	r := request{
		host: c.client.Endpoint.Host, action: "SendSms", version: "2017-05-25", nonce: rand.Text(), query: query,
		date: c.client.Now().Time().UTC().Format(time.RFC3339),
	}
	address := c.client.Endpoint.JoinPath("/").String() + "?" + canonicalQuery(query)
	a, err := c.client.Post(ctx, address, r.header(c.options.AccessKeyID, c.options.AccessKeySecret), nil)
	if err != nil {
		return channel.Accepted{}, err
	}
	var answer struct{ Code, BizID string }
	_ = json.Unmarshal(a.Body, &answer)
	if !a.OK() || answer.Code != "OK" {
		return channel.Accepted{}, c.client.Refused(reasonOf(a.Status, answer.Code), a)
	}
	if answer.BizID == "" {
		answer.BizID = m.MessageID
	}
	accepted := channel.Accepted{ProviderMessageID: outbound.ID(answer.BizID), ReceiptExpected: c.options.Receipts}
	c.accepted.Keep(m.MessageID, accepted)
	return accepted, nil
}

// query are SendSms's parameters. All of them go into the address, as its description has them.
func (c *Channel) query(m channel.Outgoing) (url.Values, error) {
	t, ok := c.templates[outbound.WordingOf(m)]
	if !ok {
		return nil, errors.New("there is no approved wording for the template, its language and the number's country")
	}
	values := map[string]string{}
	for theirs, our := range t.Vars {
		value, n := m.Vars[our], utf8.RuneCountInString(m.Vars[our])
		switch {
		case n > c.options.MaxValue && our == "what":
			value = string([]rune(value)[:c.options.MaxValue-1]) + "…"
		case n > c.options.MaxValue:
			return nil, errors.New("a value is longer than Aliyun takes")
		}
		values[theirs] = value
	}
	params, err := json.Marshal(values)
	if err != nil {
		return nil, err
	}
	number, mainland := outbound.Mainland(m.To)
	if !mainland {
		number = strings.TrimPrefix(m.To.Reveal(), "+")
	}
	sign := t.SignName
	if sign == "" {
		sign = c.options.SignName
	}
	return url.Values{
		"PhoneNumbers": {number}, "SignName": {sign}, "TemplateCode": {t.Code}, "TemplateParam": {string(params)}, "OutId": {m.MessageID},
	}, nil
}
