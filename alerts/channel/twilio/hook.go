package twilio

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/alerts/channel"
	"github.com/cardwatch/cardwatch/alerts/channel/internal/outbound"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// Open reads a call of Twilio: a customer's message, or what became of ours.
func (c *Channel) Open(call channel.Call) ([]channel.Heard, error) {
	form, err := url.ParseQuery(string(call.Body))
	if err != nil || !c.signed(call.URL, form, call.Header.Get("X-Twilio-Signature")) {
		return nil, c.client.BadCall(channel.BadSignature, nil)
	}
	heard, err := c.read(form, call)
	if err != nil {
		return nil, c.client.BadCall(channel.BadCall, err)
	}
	return []channel.Heard{heard}, nil
}

// Thank is an empty TwiML document: nothing to answer.
func (c *Channel) Thank() channel.Thanks {
	return channel.Thanks{ContentType: "text/xml", Body: `<?xml version="1.0" encoding="UTF-8"?><Response/>`}
}

// signed reports whether the signature is by any of the tokens, in the same time however far off it is.
func (c *Channel) signed(address string, form url.Values, signature string) bool {
	got, err := base64.StdEncoding.DecodeString(signature)
	text, good := signedText(address, form), false
	for _, token := range c.options.AuthTokens {
		h := hmac.New(sha1.New, []byte(token))
		h.Write([]byte(text))
		good = hmac.Equal(got, h.Sum(nil)) || good
	}
	return err == nil && good
}

// signedText is what Twilio signs: the address, then each field's name and value in the order of the names; of a field that stands
// there several times each different value once (https://www.twilio.com/docs/usage/security#validating-requests).
func signedText(address string, form url.Values) string {
	var b strings.Builder
	b.WriteString(address)
	names := make([]string, 0, len(form))
	for name := range form {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		values := slices.Sorted(slices.Values(form[name]))
		for _, value := range slices.Compact(values) {
			b.WriteString(name)
			b.WriteString(value)
		}
	}
	return b.String()
}

// statuses are Twilio's words for how far a message came.
var statuses = map[string]alerts.SendOutcome{
	"accepted": alerts.Accepted, "scheduled": alerts.Accepted, "queued": alerts.Accepted, "sending": alerts.Accepted,
	"sent": alerts.Accepted, "partially_delivered": alerts.Accepted,
	"delivered": alerts.Delivered, "read": alerts.Delivered,
	"undelivered": alerts.Undelivered, "failed": alerts.Undelivered, "canceled": alerts.Undelivered,
}

func (c *Channel) read(form url.Values, call channel.Call) (channel.Heard, error) {
	sid, status := form.Get("MessageSid"), form.Get("MessageStatus")
	if sid == "" || form.Get("AccountSid") != c.options.AccountSID {
		return channel.Heard{}, fmt.Errorf("fields MessageSid and AccountSid: %w", errUnread)
	}
	if status == "" {
		return c.reply(sid, form, call.At)
	}
	outcome, ok := statuses[status]
	if !ok {
		return channel.Heard{}, fmt.Errorf("field MessageStatus: %w", errUnread)
	}
	d := channel.Delivery{ProviderMessageID: outbound.ID(sid), Outcome: outcome, At: call.At}
	if u, err := url.Parse(call.URL); err == nil && outbound.Fits(u.Query().Get(messageParam)) {
		d.MessageID = u.Query().Get(messageParam)
	}
	if outcome == alerts.Undelivered {
		code, _ := strconv.Atoi(form.Get("ErrorCode"))
		d.Reason = reasons[code]
	}
	return channel.Heard{ID: outbound.ID(c.Name() + ":" + sid + ":" + status), Delivery: &d}, nil
}

// optOut are the words that Twilio itself has understood, whatever the customer typed.
var optOut = map[string]alerts.Answer{"STOP": alerts.Stop, "HELP": alerts.Help}

func (c *Channel) reply(sid string, form url.Values, at card.Moment) (channel.Heard, error) {
	from, ok := outbound.Phone(form.Get("From"))
	if !ok {
		return channel.Heard{}, fmt.Errorf("field From: %w", errUnread)
	}
	to, _ := outbound.Phone(form.Get("To"))
	id := outbound.ID(c.Name() + ":" + sid)
	return channel.Heard{ID: id, Reply: &alerts.Reply{
		Head: card.Head{ID: id, At: at}, Channel: alerts.SMS, From: from, To: to, ProviderMessageID: id,
		Text: form.Get("Body"), Answer: optOut[form.Get("OptOutType")],
	}}, nil
}
