package aliyun

import (
	"encoding/json"
	"strings"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/alerts/channel"
	"github.com/cardwatch/cardwatch/alerts/channel/internal/outbound"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// told is one entry of SmsReport or of SmsUp; a call holds a list of them.
type told struct {
	Phone      string `json:"phone_number"`
	SendTime   string `json:"send_time"`
	ReportTime string `json:"report_time"`
	Success    bool   `json:"success"`
	ErrCode    string `json:"err_code"`
	BizID      string `json:"biz_id"`
	OutID      string `json:"out_id"`
	Content    string `json:"content"`
	DestCode   string `json:"dest_code"`
	SequenceID id     `json:"sequence_id"`
}

// id is a number in older descriptions and a text in newer ones.
type id string

func (i *id) UnmarshalJSON(b []byte) error {
	*i = ""
	if b[0] == '"' || b[0] >= '0' && b[0] <= '9' {
		*i = id(strings.Trim(string(b), `"`))
	}
	return nil
}

// Open reads a call of Aliyun. It cannot tell whether the call is Aliyun's: see the package comment. Entries that cannot be read are
// passed over for the sake of the others, since Aliyun gives up after a few tries; a call without any that can is refused.
func (c *Channel) Open(call channel.Call) ([]channel.Heard, error) {
	var list []told
	if err := json.Unmarshal(call.Body, &list); err != nil {
		return nil, c.client.BadCall(channel.BadCall, err)
	}
	var heard []channel.Heard
	for _, t := range list {
		if h, ok := c.read(t, call.At); ok {
			heard = append(heard, h)
		}
	}
	if len(heard) == 0 {
		return nil, c.client.BadCall(channel.BadCall, nil)
	}
	return heard, nil
}

// Thank is what Aliyun wants to read.
func (c *Channel) Thank() channel.Thanks {
	return channel.Thanks{ContentType: "application/json", Body: `{"code":0,"msg":"成功"}`}
}

func (c *Channel) read(t told, at card.Moment) (channel.Heard, bool) {
	if t.SequenceID != "" {
		return c.reply(t, at)
	}
	if t.BizID == "" || !outbound.Fits(t.OutID) {
		return channel.Heard{}, false
	}
	d := channel.Delivery{
		MessageID: t.OutID, ProviderMessageID: outbound.ID(t.BizID), Outcome: alerts.Delivered, At: outbound.ChinaTime(t.ReportTime, at),
	}
	if !t.Success {
		d.Outcome, d.Reason = fateOf(t.ErrCode)
	}
	return channel.Heard{ID: outbound.ID(c.Name() + ":" + t.BizID + ":" + string(d.Outcome)), Delivery: &d}, true
}

func (c *Channel) reply(t told, at card.Moment) (channel.Heard, bool) {
	from, ok := numberOf(t.Phone)
	if !ok {
		return channel.Heard{}, false
	}
	to, _ := outbound.Phone(t.DestCode)
	id := outbound.ID(c.Name() + ":" + string(t.SequenceID))
	return channel.Heard{ID: id, Reply: &alerts.Reply{
		Head: card.Head{ID: id, At: outbound.ChinaTime(t.SendTime, at)}, Channel: alerts.SMS, From: from, To: to,
		ProviderMessageID: id, Text: t.Content,
	}}, true
}

// numberOf reads the number of a reply. Replies come from mainland China alone, with or without its code.
func numberOf(raw string) (alerts.Phone, bool) {
	digits := strings.TrimPrefix(strings.TrimPrefix(raw, "+"), "00")
	if len(digits) == 11 && digits[0] == '1' {
		digits = "86" + digits
	}
	p, ok := outbound.Phone("+" + digits)
	return p, ok && len(digits) >= 7
}
