package sim

import (
	"context"
	"errors"
	"time"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/alerts/channel"
	"github.com/cardwatch/cardwatch/alerts/dispatch"
	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/stream"
)

// outbox is the desk's store as the dispatcher sees it.
type outbox struct {
	life *life
	rows *stream.Outbox
}

// Pending implements dispatch.Outbox.
func (o outbox) Pending(_ context.Context, kind alerts.ChannelKind, now card.Moment, limit int) ([]dispatch.Row, error) {
	due, err := o.rows.Due(kind, now, limit)
	rows := make([]dispatch.Row, len(due))
	for i, e := range due {
		rows[i] = dispatch.Row{Customer: e.Customer, MessageID: e.ID}
	}
	return rows, err
}

var errNoState = errors.New("sim: an index row leads to no state")

// State implements dispatch.Outbox.
func (o outbox) State(_ context.Context, customer string) (*alerts.State, error) {
	var state alerts.State
	found, err := o.life.db.Space(stream.DeskTag, o.life.view(nil).PartitionOf(customer)).View(customer, func(b []byte) error {
		_, rest, err := readPast(b, nil)
		if err != nil {
			return err
		}
		return state.UnmarshalBinary(rest)
	})
	if err == nil && !found {
		err = errNoState
	}
	return &state, err
}

// provider is the carrier as a process sees it, across the network. A process that is gone reaches no provider.
type provider struct {
	life *life
	kind alerts.ChannelKind
}

// Name implements channel.Channel.
func (p provider) Name() string { return "sim" }

// Kind implements channel.Channel.
func (p provider) Kind() alerts.ChannelKind { return p.kind }

// Send implements channel.Channel.
func (p provider) Send(ctx context.Context, m channel.Outgoing) (channel.Accepted, error) {
	failed := func(reason channel.Reason, err error) (channel.Accepted, error) {
		return channel.Accepted{}, &channel.Error{Provider: p.Name(), Reason: reason, Err: err}
	}
	carrier := p.life.worker.world.carrier
	if carrier.freezes() {
		p.life.worker.world.count("cut off between claim and call")
		p.life.host.freeze()
		time.AfterFunc(4*session, p.life.host.thaw)
	}
	if err := p.life.host.pass(); err != nil {
		return failed(channel.Unavailable, err)
	}
	switch carrier.how() {
	case failing:
		return failed(channel.Unavailable, nil)
	case hanging:
		<-ctx.Done()
		return failed(channel.NoAnswer, ctx.Err())
	}
	if carrier.take(m, p.life.name) {
		p.life.worker.world.count("crash between accepted and recorded")
		p.life.worker.crash(killed, time.Second)
	}
	if err := p.life.host.pass(); err != nil {
		return failed(channel.NoAnswer, err)
	}
	carrier.acknowledge(m.MessageID, p.life.name)
	return channel.Accepted{ProviderMessageID: "sim-" + m.MessageID, ReceiptExpected: true}, nil
}
