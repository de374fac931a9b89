package app

import (
	"context"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/alerts/dispatch"
	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/stream"
)

// outbox is the desk's outbox index as the dispatcher sees it: only partitions that this process owns and has caught up
// with, since elsewhere a receipt may lie unread.
type outbox struct{ view stream.View }

// Pending lists the due messages of a channel, class of urgency by class.
func (o outbox) Pending(_ context.Context, kind alerts.ChannelKind, now card.Moment, limit int) ([]dispatch.Row, error) {
	var rows []dispatch.Row
	for _, p := range []alerts.Purpose{alerts.FraudPrompt, alerts.FraudAnswer, alerts.Service} {
		from, until := alerts.OutboxOrder(p.Urgency(), 0), alerts.OutboxOrder(p.Urgency(), now.UnixMilli+1)
		due, err := o.view.Below(alerts.IndexOutbox, string(kind), from, until, limit-len(rows))
		if err != nil {
			return nil, err
		}
		for _, e := range due {
			rows = append(rows, dispatch.Row{Customer: e.Customer, MessageID: e.ID})
		}
	}
	return rows, nil
}

// State reads a customer's newest state.
func (o outbox) State(_ context.Context, customer string) (*alerts.State, error) {
	return o.view.Desk(customer)
}
