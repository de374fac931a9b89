package wire

import (
	"math"
	"strconv"

	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
)

var alertFormat = format{
	fields: setOf(fSchemaVersion, fAlertID, fRevision, fState, fDetector, fDetectorVersion, fRuleSet, fMode, fSeverity, fScore,
		fCustomerID, fCardID, fAccountID, fEventIDs, fOccurredAt, fAmountMinor, fCurrency, fCity, fCountry, fMerchantID,
		fMerchantName, fCardPresent, fDetectedAt, fAction, fReasons, fTitle, fTitleZh, fSourceTopic, fSourcePartition, fSourceOffset),
	nested: reasonFields,
	decode: (*Decoder).alert,
}

var (
	parseState    = oneOf(detectors.Open, detectors.Closed)
	parseMode     = oneOf(detectors.Live, detectors.Shadow)
	parseSeverity = oneOf(detectors.Low, detectors.Medium, detectors.High, detectors.Critical)
	parseAction   = oneOf(detectors.ConfirmWithCustomer, detectors.Review, detectors.OfferInstalment, detectors.RemindMinPayment,
		detectors.Collect)
)

func (d *Decoder) alert() card.Body {
	a := &d.body.alert
	for _, f := range []field{fRevision, fDetectorVersion, fScore, fEventIDs, fReasons} {
		d.require(f)
	}
	*a = detectors.Alert{
		AlertID:         d.mustID(fAlertID),
		Revision:        int(d.integer(fRevision, 1, math.MaxInt32)),
		State:           mustParse(d, fState, parseState),
		Detector:        detectors.Name(d.mustID(fDetector)),
		DetectorVersion: int(d.integer(fDetectorVersion, 0, math.MaxInt32)),
		RuleSet:         d.mustID(fRuleSet),
		Mode:            mustParse(d, fMode, parseMode),
		Severity:        mustParse(d, fSeverity, parseSeverity),
		Score:           int(d.integer(fScore, 0, 100)),
		Card:            d.id(fCardID),
		Account:         d.id(fAccountID),
		EventIDs:        idList(d, fEventIDs, detectors.MaxEventIDs, a.EventIDs[:0]),
		OccurredAt:      d.mustMoment(fOccurredAt),
		Use:             d.use(),
		Action:          mustParse(d, fAction, parseAction),
		Reasons:         d.reasons(a.Reasons[:0]),
		Title:           detectors.Text{Zh: d.free(fTitleZh, maxNameRunes), En: d.free(fTitle, maxNameRunes)},
		Source:          d.source(),
	}
	a.Head = card.Head{
		ID:       a.AlertID + "/" + strconv.Itoa(a.Revision),
		Customer: d.mustID(fCustomerID),
		At:       d.eventTime(fDetectedAt),
	}
	if a.Account == "" {
		a.Account = a.Card
	}
	if a.Account == "" {
		d.refuse(MissingField, fAccountID)
	}
	return a
}

// source reads where the record that opened the alert stands in the log.
func (d *Decoder) source() card.Source {
	s := card.Source{Topic: d.id(fSourceTopic)}
	if s.Topic != "" {
		s.Partition = int32(d.integer(fSourcePartition, 0, math.MaxInt32))
		s.Offset = d.integer(fSourceOffset, 0, math.MaxInt64)
	}
	return s
}

// use reads what the alert is about. An amount and its currency come together or not at all.
func (d *Decoder) use() detectors.Use {
	u := detectors.Use{
		City:         parseOrDrop(d, fCity, parseCity),
		Country:      parseOrDrop(d, fCountry, parseCountry),
		Merchant:     d.id(fMerchantID),
		MerchantName: d.free(fMerchantName, maxNameRunes),
		CardPresent:  d.flag(fCardPresent),
	}
	_, amount := d.get(fAmountMinor)
	_, currency := d.get(fCurrency)
	if amount || currency {
		u.Amount = d.money()
	}
	return u
}

// AppendAlert appends the record of cardwatch.alert.v1.
func AppendAlert(dst []byte, a *detectors.Alert) []byte {
	w := begin(dst)
	w.text(fAlertID, a.AlertID)
	w.integer(fRevision, int64(a.Revision))
	w.text(fState, string(a.State))
	w.text(fDetector, string(a.Detector))
	w.integer(fDetectorVersion, int64(a.DetectorVersion))
	w.text(fRuleSet, a.RuleSet)
	w.text(fMode, string(a.Mode))
	w.text(fSeverity, string(a.Severity))
	w.integer(fScore, int64(a.Score))
	w.text(fCustomerID, a.Customer)
	w.text(fCardID, a.Card)
	w.text(fAccountID, a.Account)
	texts(&w, fEventIDs, a.EventIDs)
	w.moment(fOccurredAt, a.OccurredAt)
	w.use(&a.Use)
	w.moment(fDetectedAt, a.At)
	w.text(fAction, string(a.Action))
	w.reasons(a.Reasons)
	w.text(fTitle, a.Title.En)
	w.text(fTitleZh, a.Title.Zh)
	if a.Source.Topic != "" {
		w.text(fSourceTopic, a.Source.Topic)
		w.integer(fSourcePartition, int64(a.Source.Partition))
		w.integer(fSourceOffset, a.Source.Offset)
	}
	return w.end()
}

func (w *writer) use(u *detectors.Use) {
	if u.Amount.Currency != (card.Currency{}) {
		w.integer(fAmountMinor, u.Amount.Minor)
		w.text(fCurrency, u.Amount.Currency.String())
	}
	w.text(fCity, u.City)
	w.text(fCountry, u.Country)
	w.text(fMerchantID, u.Merchant)
	w.text(fMerchantName, u.MerchantName)
	if u.CardPresent {
		w.flag(fCardPresent, true)
	}
}
