package replay

import (
	"time"

	"github.com/cardwatch/cardwatch/alerts/figures"
	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/stream/wire"
)

// ledger keeps the book of figures beside a replay, from the same records as live.
type ledger struct {
	book    *figures.Book
	decoder wire.Decoder
}

// hear takes in a record of the topics that the figures are made of; arrived is in Unix milliseconds.
func (l *ledger) hear(topic string, arrived int64, value []byte) {
	switch topic {
	case wire.CustomerTopic, wire.StatementTopic, wire.CollectionTopic, wire.ConductTopic:
	default:
		return
	}
	body, _, err := l.decoder.Decode(wire.Record{Topic: topic, Value: value, Unkeyed: true})
	if err != nil {
		return // the processor that reads the topic tells of it
	}
	l.book.Hear(body, card.MomentOf(time.UnixMilli(arrived)))
}
