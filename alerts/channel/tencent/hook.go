package tencent

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"strings"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/alerts/channel"
	"github.com/cardwatch/cardwatch/alerts/channel/internal/outbound"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// report is one entry of a status call-back; a call holds a list of them.
type report struct {
	ReceivedAt string `json:"user_receive_time"`
	Status     string `json:"report_status"`
	SerialNo   string `json:"sid"`
}

// reply is a call-back about what a customer wrote; a call holds one.
type reply struct {
	Extend  string `json:"extend"`
	Nation  string `json:"nationcode"`
	Mobile  string `json:"mobile"`
	Text    string `json:"text"`
	Seconds int64  `json:"time"`
}

// Open reads a call of Tencent. It cannot tell whether the call is Tencent's: see the package comment. Reports that cannot be read
// are passed over for the sake of the others; a call without any that can is refused.
func (c *Channel) Open(call channel.Call) ([]channel.Heard, error) {
	var heard []channel.Heard
	if bytes.HasPrefix(bytes.TrimSpace(call.Body), []byte("[")) {
		var list []report
		if err := json.Unmarshal(call.Body, &list); err != nil {
			return nil, c.client.BadCall(channel.BadCall, err)
		}
		for _, r := range list {
			if h, ok := c.delivery(r, call.At); ok {
				heard = append(heard, h)
			}
		}
	} else {
		var r reply
		if err := json.Unmarshal(call.Body, &r); err != nil {
			return nil, c.client.BadCall(channel.BadCall, err)
		}
		if h, ok := c.reply(r); ok {
			heard = append(heard, h)
		}
	}
	if len(heard) == 0 {
		return nil, c.client.BadCall(channel.BadCall, nil)
	}
	return heard, nil
}

// Thank is what Tencent wants to read.
func (c *Channel) Thank() channel.Thanks {
	return channel.Thanks{ContentType: "application/json", Body: `{"result":0,"errmsg":"OK"}`}
}

func (c *Channel) delivery(r report, at card.Moment) (channel.Heard, bool) {
	d := channel.Delivery{ProviderMessageID: outbound.ID(r.SerialNo), At: outbound.ChinaTime(r.ReceivedAt, at)}
	switch r.Status {
	case "SUCCESS":
		d.Outcome = alerts.Delivered
	case "FAIL":
		// Why is the carrier's own code, of which there is no closed set.
		d.Outcome, d.Reason = alerts.Undelivered, channel.Unavailable
	}
	if r.SerialNo == "" || d.Outcome == "" {
		return channel.Heard{}, false
	}
	return channel.Heard{ID: outbound.ID(c.Name() + ":" + r.SerialNo + ":" + string(d.Outcome)), Delivery: &d}, true
}

// maxSeconds is the year 2200: nothing later is a time.
const maxSeconds = 7_258_118_400

func (c *Channel) reply(r reply) (channel.Heard, bool) {
	from, ok := outbound.Phone("+" + strings.TrimPrefix(r.Nation, "+") + r.Mobile)
	if !ok || r.Mobile == "" || r.Nation == "" || r.Seconds <= 0 || r.Seconds > maxSeconds {
		return channel.Heard{}, false
	}
	to, _ := outbound.Phone(r.Extend)
	// The id stands in topics, so it tells nobody the number without our key.
	named, _ := json.Marshal(r)
	id := outbound.ID(c.Name() + ":" + hex.EncodeToString(mac([]byte(c.options.SecretKey), string(named))[:15]))
	return channel.Heard{ID: id, Reply: &alerts.Reply{
		Head: card.Head{ID: id, At: card.Moment{UnixMilli: r.Seconds * 1000, OffsetMinutes: 480}}, Channel: alerts.SMS, From: from, To: to,
		ProviderMessageID: id, Text: r.Text,
	}}, true
}
