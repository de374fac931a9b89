package app

import (
	"context"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/alerts/dispatch"
	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/stream"
)

// outbox is the desk's outbox as the dispatcher sees it.
type outbox struct{ *stream.Outbox }

// Pending lists the due messages of a channel, class of urgency by class.
func (o outbox) Pending(_ context.Context, kind alerts.ChannelKind, now card.Moment, limit int) ([]dispatch.Row, error) {
	due, err := o.Due(kind, now, limit)
	rows := make([]dispatch.Row, len(due))
	for i, e := range due {
		rows[i] = dispatch.Row{Customer: e.Customer, MessageID: e.ID}
	}
	return rows, err
}

// State reads a customer's newest state.
func (o outbox) State(_ context.Context, customer string) (*alerts.State, error) {
	return o.Outbox.State(customer)
}
