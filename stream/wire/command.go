package wire

import (
	"slices"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/detectors/card"
)

var commandFormat = format{
	fields: setOf(slices.Concat([]field{
		fSchemaVersion, fEventID, fCustomerID, fAt, fActor, fVerb, fCaseID, fDisposition, fNote, fAccountID, fAmountMinor, fUntil, fFlag,
	}, contactFields, planFields, restrictionFields, instalmentFields)...),
	decode: (*Decoder).command,
}

// command reads an act of staff. Which verbs and dispositions exist, and which fields each needs, is the desk's to judge.
func (d *Decoder) command() card.Body {
	c := &d.body.command
	*c = alerts.Command{
		Head:        d.head(fAt),
		Actor:       d.mustID(fActor),
		Verb:        alerts.Verb(d.mustID(fVerb)),
		CaseID:      d.id(fCaseID),
		Disposition: alerts.Disposition(d.id(fDisposition)),
		Note:        d.free(fNote, maxTypedRunes),
		Account:     d.id(fAccountID),
		AmountMinor: d.amount(fAmountMinor, 0),
		Until:       d.moment(fUntil),
		Flag:        alerts.Flag(d.id(fFlag)),
		Contact:     d.contactAct(),
		Plan:        d.planAct(),
		Restriction: d.restrictionAct(),
		Instalment:  d.instalmentAct(),
	}
	return c
}

// AppendCommand appends the record of cardwatch.command.v1.
func AppendCommand(dst []byte, c *alerts.Command) []byte {
	w := begin(dst)
	w.head(&c.Head, fAt)
	w.text(fActor, c.Actor)
	w.text(fVerb, string(c.Verb))
	w.text(fCaseID, c.CaseID)
	w.text(fDisposition, string(c.Disposition))
	w.text(fNote, c.Note)
	w.text(fAccountID, c.Account)
	w.some(fAmountMinor, c.AmountMinor)
	w.moment(fUntil, c.Until)
	w.text(fFlag, string(c.Flag))
	w.contactAct(&c.Contact)
	w.planAct(&c.Plan)
	w.restrictionAct(&c.Restriction)
	w.instalmentAct(&c.Instalment)
	return w.end()
}
