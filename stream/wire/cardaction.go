package wire

import (
	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/detectors/card"
)

var cardActionFormat = format{
	fields: setOf(fSchemaVersion, fEventID, fCustomerID, fCardID, fAt, fAction, fReason, fAlertID, fRequestedBy),
	decode: (*Decoder).cardAction,
}

var parseCardAction = oneOf(alerts.BlockCard, alerts.UnblockCard)

func (d *Decoder) cardAction() card.Body {
	a := &d.body.cardAction
	*a = alerts.CardAction{
		Head:        d.head(fAt),
		Card:        d.mustID(fCardID),
		Action:      mustParse(d, fAction, parseCardAction),
		Reason:      d.free(fReason, maxNameRunes),
		AlertID:     d.id(fAlertID),
		RequestedBy: d.mustID(fRequestedBy),
	}
	return a
}

// AppendCardAction appends the record of cardwatch.card_action.v1.
func AppendCardAction(dst []byte, a *alerts.CardAction) []byte {
	w := begin(dst)
	w.head(&a.Head, fAt)
	w.text(fCardID, a.Card)
	w.text(fAction, string(a.Action))
	w.text(fReason, a.Reason)
	w.text(fAlertID, a.AlertID)
	w.text(fRequestedBy, a.RequestedBy)
	return w.end()
}
