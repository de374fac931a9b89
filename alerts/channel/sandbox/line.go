package sandbox

import (
	"context"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/alerts/channel"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// line is a Phone seen as a provider.
type line struct {
	phone *Phone
	kind  alerts.ChannelKind
}

// Name is "sandbox".
func (l line) Name() string { return "sandbox" }

// Kind is the kind that the line was made for.
func (l line) Kind() alerts.ChannelKind { return l.kind }

// Send shows the message, once per message id.
func (l line) Send(ctx context.Context, m channel.Outgoing) (channel.Accepted, error) {
	if err := ctx.Err(); err != nil {
		return channel.Accepted{}, l.failed(channel.NoAnswer, err)
	}
	switch l.phone.Mode() {
	case Failing:
		return channel.Accepted{}, l.failed(channel.Unavailable, nil)
	case Hanging:
		<-ctx.Done()
		return channel.Accepted{}, l.failed(channel.NoAnswer, ctx.Err())
	}
	if m.Kind == alerts.SMS && m.To == "" || m.Kind == alerts.App && m.PushToken == "" {
		return channel.Accepted{}, l.failed(channel.BadAddress, nil)
	}
	id, isNew := l.phone.show(m)
	if isNew {
		l.phone.delivered(alerts.Receipt{
			Head:      card.Head{ID: "delivered-" + m.MessageID, Customer: m.Customer, At: l.phone.now()},
			MessageID: m.MessageID, Channel: l.kind, Provider: l.Name(), Outcome: alerts.Delivered, ProviderMessageID: id,
		})
	}
	return channel.Accepted{ProviderMessageID: id}, nil
}

func (l line) failed(reason channel.Reason, cause error) error {
	return &channel.Error{Provider: l.Name(), Reason: reason, Err: cause}
}
