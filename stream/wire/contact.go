package wire

import (
	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/detectors/card"
)

const (
	// maxOptOuts bounds the list of refused channels; there are fewer kinds.
	maxOptOuts = 16
	// defaultRegion is the policy pack of contact rules for those who name none.
	defaultRegion = "CN"
)

var contactFormat = format{
	fields: setOf(fSchemaVersion, fEventID, fCustomerID, fUpdatedAt, fPhone, fPushToken, fPushPlatform, fLanguage, fTimezone, fConsent, fOptOut,
		fRegion),
	nested: setOf(fSMS, fPush, fProfiling),
	decode: (*Decoder).contact,
}

func (d *Decoder) contact() card.Body {
	c := &d.body.contact
	shifts := c.Shifts[:0]
	*c = alerts.Contact{
		Head:         d.head(fUpdatedAt),
		Phone:        d.phone(),
		PushToken:    d.free(fPushToken, maxTypedRunes),
		PushPlatform: parseOrDrop(d, fPushPlatform, alerts.ParsePushPlatform),
		Language:     parseOrDrop(d, fLanguage, card.ParseLanguage),
		Timezone:     parseOrDrop(d, fTimezone, parseTimezone),
		Consent:      d.consent(),
		OptOut:       d.optOut(c.OptOut[:0]),
		Region:       d.id(fRegion),
	}
	d.offset(c, shifts)
	if c.Region == "" {
		c.Region = defaultRegion
	}
	return c
}

// phone reads an E.164 number.
func (d *Decoder) phone() alerts.Phone {
	t, ok := d.getText(fPhone)
	if !ok || t.start == t.end {
		return ""
	}
	if !e164(d.data[t.start:t.end]) {
		d.refuse(BadValue, fPhone)
		return ""
	}
	return alerts.Phone(d.str(t))
}

// consent reads what was agreed to; what is absent was not.
func (d *Decoder) consent() (c alerts.Consent) {
	t, ok := d.getKind(fConsent, objectToken)
	if !ok {
		return c
	}
	for name, value := range d.membersOf(t) {
		given := d.data[value.start] == 't'
		switch fieldsByName[d.str(name)] {
		case fSMS:
			c.SMS = given
		case fPush:
			c.Push = given
		case fProfiling:
			c.Profiling = given
		default:
			continue
		}
		if value.kind != boolToken && value.kind != nullToken {
			d.refuse(BadType, fConsent)
		}
	}
	return c
}

// optOut reads the refused channels. Names that no channel has are kept: a refusal is never lost.
func (d *Decoder) optOut(list []alerts.ChannelKind) []alerts.ChannelKind {
	for _, s := range idList(d, fOptOut, maxOptOuts, nil) {
		list = append(list, alerts.ChannelKind(s))
	}
	return list
}

// idList reads an array of at most limit ids.
func idList(d *Decoder, f field, limit int, list []string) []string {
	t, ok := d.getKind(f, arrayToken)
	if !ok {
		return list
	}
	for e := range d.elements(t) {
		switch {
		case !e.kind.isText():
			d.refuse(BadType, f)
			return list
		case len(list) == limit || e.start == e.end:
			d.refuse(BadValue, f)
			return list
		}
		list = append(list, d.idOf(f, e))
	}
	return list
}

// AppendContact appends the record of cards.contact.v1, with the phone number in the clear.
func AppendContact(dst []byte, c *alerts.Contact) []byte {
	w := begin(dst)
	w.head(&c.Head, fUpdatedAt)
	w.text(fPhone, c.Phone.Reveal())
	w.text(fPushToken, c.PushToken)
	w.text(fPushPlatform, string(c.PushPlatform))
	w.text(fLanguage, c.Language.String())
	w.text(fTimezone, c.Timezone)
	w.name(fConsent)
	consent := begin(w.dst)
	consent.flag(fSMS, c.Consent.SMS)
	consent.flag(fPush, c.Consent.Push)
	consent.flag(fProfiling, c.Consent.Profiling)
	w.dst = consent.end()
	texts(&w, fOptOut, c.OptOut)
	w.text(fRegion, c.Region)
	return w.end()
}
