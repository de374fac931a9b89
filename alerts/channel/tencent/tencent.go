package tencent

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/alerts/channel"
	"github.com/cardwatch/cardwatch/alerts/channel/internal/outbound"
)

// Channel is an account at Tencent Cloud. It may be used by many goroutines at once.
type Channel struct {
	client    *outbound.Client
	options   Options
	templates map[outbound.Wording]Template
	accepted  outbound.Memory
}

// New checks the options and makes a channel of them. It calls nobody.
func New(o Options) (*Channel, error) {
	if o.Endpoint == "" {
		o.Endpoint = "https://sms.tencentcloudapi.com"
	}
	if o.Region == "" {
		o.Region = "ap-guangzhou"
	}
	client, err := outbound.New(outbound.Config{
		Provider: o.Name, Endpoint: o.Endpoint, AllowPrivate: o.AllowPrivate, Roots: o.Roots, Now: o.Now,
	})
	if err != nil {
		return nil, err
	}
	if o.SecretID == "" || o.SecretKey == "" || o.SDKAppID == "" {
		return nil, fmt.Errorf("channel %s needs a secret's id and key and the application's number", o.Name)
	}
	c := &Channel{client: client, options: o}
	c.templates, err = outbound.Wordings(o.Templates, func(t Template) (outbound.Wording, []string, error) {
		w := outbound.Wording{Template: t.Template, Language: t.Language, Abroad: t.Abroad}
		if t.ID == "" || !t.Abroad && t.SignName == "" && o.SignName == "" {
			return w, nil, errors.New("it needs Tencent's number and, inside mainland China, a sign name")
		}
		return w, t.Vars, nil
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

// sendSms are the parameters of the action of this name.
type sendSms struct {
	PhoneNumberSet   []string
	SmsSdkAppId      string
	TemplateId       string
	SignName         string `json:",omitempty"`
	TemplateParamSet []string
	SessionContext   string
}

// sent is its answer; what is wrong with the whole call stands in Error, what is wrong with a number in its status.
type sent struct {
	Response struct {
		Error         struct{ Code string }
		SendStatusSet []struct{ Code, SerialNo string }
	}
}

// Send makes one call, unless the message was accepted before.
func (c *Channel) Send(ctx context.Context, m channel.Outgoing) (channel.Accepted, error) {
	if m.To == "" {
		return channel.Accepted{}, c.client.Fail(channel.BadAddress, nil)
	}
	if a, ok := c.accepted.Find(m.MessageID); ok {
		return a, nil
	}
	body, err := c.body(m)
	if err != nil {
		return channel.Accepted{}, c.client.Fail(channel.BadMessage, err)
	}
	r := request{
		service: "sms", host: c.client.Endpoint.Host, action: "SendSms", version: "2021-01-11", region: c.options.Region,
		at: c.client.Now().Time(), body: body,
	}
	a, err := c.client.Post(ctx, c.client.Endpoint.JoinPath("/").String(), r.header(c.options.SecretID, c.options.SecretKey), body)
	if err != nil {
		return channel.Accepted{}, err
	}
	var answer sent
	_ = json.Unmarshal(a.Body, &answer)
	code, serial := answer.Response.Error.Code, ""
	if list := answer.Response.SendStatusSet; code == "" && len(list) == 1 {
		code, serial = list[0].Code, list[0].SerialNo
	}
	if !a.OK() || code != "Ok" {
		return channel.Accepted{}, c.client.Refused(reasonOf(a.Status, code), a)
	}
	if serial == "" {
		serial = m.MessageID
	}
	accepted := channel.Accepted{ProviderMessageID: outbound.ID(serial), ReceiptExpected: c.options.Receipts}
	c.accepted.Keep(m.MessageID, accepted)
	return accepted, nil
}

func (c *Channel) body(m channel.Outgoing) ([]byte, error) {
	w := outbound.WordingOf(m)
	t, ok := c.templates[w]
	if !ok {
		return nil, errors.New("there is no approved wording for the template, its language and the number's country")
	}
	s := sendSms{
		PhoneNumberSet: []string{m.To.Reveal()}, SmsSdkAppId: c.options.SDKAppID, TemplateId: t.ID, SignName: t.SignName,
		TemplateParamSet: []string{}, SessionContext: m.MessageID,
	}
	if s.SignName == "" && !w.Abroad {
		s.SignName = c.options.SignName
	}
	for _, name := range t.Vars {
		s.TemplateParamSet = append(s.TemplateParamSet, m.Vars[name])
	}
	return json.Marshal(s)
}
