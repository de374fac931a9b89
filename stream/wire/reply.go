package wire

import (
	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/detectors/card"
)

var replyFormat = format{
	fields: setOf(fSchemaVersion, fEventID, fCustomerID, fChannel, fFrom, fTo, fProviderMessageID, fPromptID, fText, fAnswer,
		fReceivedAt, fVerified, fAlsoOpen, fQuiet),
	decode: (*Decoder).reply,
}

var parseAnswer = oneOf(alerts.Yes, alerts.No, alerts.Stop, alerts.Help, alerts.Person)

func (d *Decoder) reply() card.Body {
	r := &d.body.reply
	answer, _ := mayParse(d, fAnswer, parseAnswer)
	*r = alerts.Reply{
		// The customer may be empty: the desk then finds them by phone.
		Head:              card.Head{ID: d.mustID(fEventID), Customer: d.id(fCustomerID), At: d.eventTime(fReceivedAt)},
		Channel:           alerts.ChannelKind(d.mustID(fChannel)),
		From:              d.address(fFrom),
		To:                d.address(fTo),
		ProviderMessageID: d.id(fProviderMessageID),
		PromptID:          d.id(fPromptID),
		Text:              d.free(fText, maxTypedRunes),
		Answer:            answer,
		Verified:          d.flag(fVerified),
		AlsoOpen:          d.free(fAlsoOpen, maxTypedRunes),
		Quiet:             d.flag(fQuiet),
	}
	if r.Answer == alerts.Unclear {
		d.require(fText)
	}
	return r
}

// address reads a number that a message came from or went to: E.164, or a short code ("95588").
func (d *Decoder) address(f field) alerts.Phone {
	s := d.id(f)
	if s == "" {
		return ""
	}
	digits := s
	if s[0] == '+' {
		digits = s[1:]
	}
	if len(digits) < 3 || len(digits) > 15 || !allBytes(digits, isDigit) {
		d.refuse(BadValue, f)
		return ""
	}
	return alerts.Phone(s)
}

// AppendReply appends the record of cards.reply.v1, with the numbers in the clear.
func AppendReply(dst []byte, r *alerts.Reply) []byte {
	w := begin(dst)
	w.text(fEventID, r.ID)
	w.text(fCustomerID, r.Customer)
	w.text(fChannel, string(r.Channel))
	w.text(fFrom, r.From.Reveal())
	w.text(fTo, r.To.Reveal())
	w.text(fProviderMessageID, r.ProviderMessageID)
	w.text(fPromptID, r.PromptID)
	if r.Answer == alerts.Unclear {
		// One of the two must be there, even when the customer sent an empty text.
		w.name(fText)
		w.dst = appendString(w.dst, r.Text)
	} else {
		w.text(fText, r.Text)
	}
	w.text(fAnswer, string(r.Answer))
	w.moment(fReceivedAt, r.At)
	w.flag(fVerified, r.Verified)
	w.text(fAlsoOpen, r.AlsoOpen)
	if r.Quiet {
		w.flag(fQuiet, true)
	}
	return w.end()
}
