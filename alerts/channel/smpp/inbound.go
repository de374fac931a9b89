package smpp

import "github.com/cardwatch/cardwatch/alerts/channel/internal/sms"

// handle answers what the SMSC asks, or leaves it to be heard.
func (c *Channel) handle(s *sms.Session, f sms.Frame) {
	answer := sms.Frame{Command: f.Command | sms.Response, Sequence: f.Sequence}
	switch f.Command {
	case deliverSM:
		if !c.link.Deliver(s, f) {
			s.Put(delivered(f, tryAgain))
		}
	case enquireLink:
		s.Put(answer)
	case unbind:
		s.Last(answer, errUnbound)
	case alert:
		// alert_notification has no answer, and a customer's telephone that is reachable again tells us nothing.
	default:
		s.Put(sms.Frame{Command: genericNack, Status: invalidCommand, Sequence: f.Sequence})
	}
}

// delivered answers a deliver_sm, whose answer has an empty message_id.
func delivered(f sms.Frame, status uint32) sms.Frame {
	return sms.Frame{Command: f.Command | sms.Response, Status: status, Sequence: f.Sequence, Body: []byte{0}}
}

func answer(f sms.Frame, as sms.Answer) sms.Frame {
	return delivered(f, map[sms.Answer]uint32{sms.Safe: ok, sms.TryAgain: tryAgain, sms.NeverAgain: neverAgain}[as])
}

// read reads one deliver_sm. A receipt without an id and a reply from what is no number are passed over.
func (c *Channel) read(s *sms.Session, f sms.Frame) (sms.Took, bool) {
	m, err := decodeMessage(f.Body)
	if err != nil {
		return sms.Took{}, false
	}
	if m.isReceipt() {
		theirs, fate, readable := m.receipt()
		if !readable {
			return sms.Took{}, true
		}
		theirs = canonical(theirs, c.options.ReceiptIDBase)
		return sms.Took{Heard: c.link.Receipt(theirs, fate.outcome, fate.reason, c.options.Now())}, true
	}
	from, known := m.source.phone(c.options.CountryCode)
	if !known {
		return sms.Took{}, true
	}
	to, _ := m.destination.phone(c.options.CountryCode)
	text, at := m.unwrap()
	return sms.Took{Reply: &sms.Reply{ID: c.link.ReplyID(s, f), From: from, To: to, Coding: m.coding}, Text: text, At: at}, true
}
