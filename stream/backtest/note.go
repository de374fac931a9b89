package backtest

import (
	"slices"
	"strings"
	"time"

	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/stream/wire"
)

// incidentSpan is how far apart two alerts of a card may lie and still be about the same incident: as long as an alert stays open.
const incidentSpan = int64(24 * time.Hour / time.Millisecond)

// note is what is kept of an alert until the sides are compared: its newest revision as a record, and what is counted.
type note struct {
	id, customer, card string
	detector           detectors.Name
	severity           detectors.Severity
	// opened is when it was detected, 0 when that was before anything is noted; newest when something last joined it.
	opened, newest int64
	// day is the local day of the opening.
	day int32
	// asks says that the customer would be asked.
	asks   bool
	events []string
	record []byte
}

// notes are the alerts of one side by card, in the order in which they opened.
type notes map[string][]*note

// add notes a record of an alert. Alerts about accounts are not compared: drafts judge the use of cards. Alerts that ended a day before
// anything counts concern nobody.
func (n notes) add(a *detectors.Alert, from int64) {
	at := a.At.UnixMilli
	if a.Card == "" || at < from-incidentSpan {
		return
	}
	list := n[a.Card]
	i := slices.IndexFunc(list, func(o *note) bool { return o.id == a.AlertID })
	if i < 0 {
		i = len(list)
		o := &note{id: strings.Clone(a.AlertID), customer: strings.Clone(a.Customer), card: strings.Clone(a.Card), day: a.At.LocalDay()}
		if a.Revision == 1 {
			o.opened = at
		}
		list = append(list, o)
		n[o.card] = list
	}
	o := list[i]
	o.newest = max(o.newest, a.OccurredAt.UnixMilli)
	if a.State != detectors.Closed {
		o.newest = max(o.newest, at)
	}
	o.detector, o.severity = detectors.Name(strings.Clone(string(a.Detector))), a.Severity
	o.asks = o.asks || a.Action == detectors.ConfirmWithCustomer
	o.events = o.events[:0]
	for _, id := range a.EventIDs {
		o.events = append(o.events, strings.Clone(id))
	}
	o.record = wire.AppendAlert(o.record[:0], a)
}

// counted reports whether the alert opened in the time that counts.
func (o *note) counted(from int64) bool { return o.opened >= from && o.opened != 0 }

// twin is the other side's alert about the same incident, nil when it saw none: the same alert, else one about the card within a day.
func (n notes) twin(o *note) *note {
	var near *note
	for _, other := range n[o.card] {
		if other.id == o.id {
			return other
		}
		if near == nil && other.begin() <= o.newest+incidentSpan && o.begin() <= other.newest+incidentSpan {
			near = other
		}
	}
	return near
}

// begin is the earliest that is known of the alert.
func (o *note) begin() int64 {
	if o.opened == 0 {
		return o.newest
	}
	return o.opened
}
