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
	due, err := o.view.Due(kind, now, limit)
	rows := make([]dispatch.Row, len(due))
	for i, e := range due {
		rows[i] = dispatch.Row{Customer: e.Customer, MessageID: e.ID}
	}
	return rows, err
}

// State reads a customer's newest state.
func (o outbox) State(_ context.Context, customer string) (*alerts.State, error) {
	return o.view.Desk(customer)
}
