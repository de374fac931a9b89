package stream

import (
	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// Due gives at most limit messages that wait in the outbox to go over a channel: class of urgency by class, and in each the one due first.
// A sender looks at partitions that it owns and has caught up with (Only), since elsewhere a receipt may lie unread.
func (v View) Due(kind alerts.ChannelKind, now card.Moment, limit int) (due []Entry, err error) {
	for _, p := range []alerts.Purpose{alerts.FraudPrompt, alerts.FraudAnswer, alerts.Service} {
		from, until := alerts.OutboxOrder(p.Urgency(), 0), alerts.OutboxOrder(p.Urgency(), now.UnixMilli+1)
		class, err := v.Below(alerts.IndexOutbox, string(kind), from, until, limit-len(due))
		if err != nil {
			return nil, err
		}
		due = append(due, class...)
	}
	return due, nil
}
