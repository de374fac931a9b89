package smpp

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/alerts/channel"
	"github.com/cardwatch/cardwatch/alerts/channel/internal/outbound"
	"github.com/cardwatch/cardwatch/alerts/channel/internal/sms"
)

const (
	// esmType are the bits of esm_class that say what a deliver_sm is (SMPP 3.4 §5.2.12): a receipt of the SMSC, or its word on the
	// way to one. Everything else is something that a customer wrote.
	esmType         uint8 = 0x3C
	esmReceipt      uint8 = 0x04
	esmIntermediate uint8 = 0x20
)

// fate is what a message_state says (§5.2.28), with the name that it has in a receipt's text (appendix B).
type fate struct {
	name    string
	outcome alerts.SendOutcome
	reason  channel.Reason
}

var fates = map[uint8]fate{
	1: {"ENROUTE", alerts.Accepted, ""},
	2: {"DELIVRD", alerts.Delivered, ""},
	3: {"EXPIRED", alerts.Undelivered, channel.Unavailable},
	4: {"DELETED", alerts.Undelivered, channel.BadMessage},
	5: {"UNDELIV", alerts.Undelivered, channel.Unavailable},
	6: {"ACCEPTD", alerts.Accepted, ""},
	7: {"UNKNOWN", alerts.OutcomeUnknown, ""},
	8: {"REJECTD", alerts.Undelivered, channel.BadMessage},
}

var (
	receiptID    = regexp.MustCompile(`(?i)\bid:\s*([!-~]{1,64})`)
	receiptText  = regexp.MustCompile(`(?i)\btext:`)
	receiptState = regexp.MustCompile(`(?i)\bstat:\s*([A-Z]{1,7})`)
)

// isReceipt tells a receipt from a customer's text.
func (m message) isReceipt() bool {
	return m.esmClass&esmType == esmReceipt || m.esmClass&esmType == esmIntermediate
}

// receipt reads the id and the fate, from the optional parameters where they are there, else from the text
// "id:… sub:… dlvrd:… submit date:… done date:… stat:… err:… text:…". It is no receipt without an id.
func (m message) receipt() (id string, f fate, readable bool) {
	raw, _ := m.unwrap()
	text := sms.Decode(raw, m.coding, Latin1)
	// What the customer was sent stands at the end and may look like anything.
	if end := receiptText.FindStringIndex(text); end != nil {
		text = text[:end[0]]
	}
	id = strings.TrimRight(string(m.options[receiptedMessageID]), "\x00")
	if found := receiptID.FindStringSubmatch(text); id == "" && found != nil {
		id = found[1]
	}
	f = fates[7]
	if state := m.options[messageState]; len(state) == 1 {
		if known, listed := fates[state[0]]; listed {
			f = known
		}
	} else if found := receiptState.FindStringSubmatch(text); found != nil {
		for _, known := range fates {
			if strings.EqualFold(known.name, found[1]) {
				f = known
			}
		}
	}
	return id, f, id != ""
}

// canonical brings an id into the one form in which acceptance and receipt agree. With a base it is read as a number, since the two
// are written in different bases.
func canonical(id string, base int) string {
	if base != 0 {
		if n, err := strconv.ParseUint(id, base, 64); err == nil {
			return strconv.FormatUint(n, 10)
		}
	}
	return outbound.ID(id)
}
