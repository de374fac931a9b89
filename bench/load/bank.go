package load

import (
	"fmt"

	"github.com/cardwatch/cardwatch/bench/gen"
	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/stream/kafka"
	"github.com/cardwatch/cardwatch/stream/wire"
)

// traffic is a planned bank's records in order of arrival, encoded as a producer would.
type traffic struct {
	messages []kafka.Message
	cards    int
}

// newTraffic generates customers and goes on until there are so many transactions.
func newTraffic(seed uint64, customers, transactions int) (*traffic, error) {
	g := gen.Defaults()
	g.Seed, g.Customers, g.Days, g.History = seed, min(customers, gen.MaxCustomers), 0, 0
	bank, err := gen.New(g)
	if err != nil {
		return nil, err
	}
	t := &traffic{}
	seen := make(map[string]bool)
	for left := transactions; left > 0; {
		rec, ok := bank.Next()
		if !ok {
			return nil, fmt.Errorf("the bank ended %d transactions early", left)
		}
		if tx, is := rec.Body.(*card.Transaction); is {
			left--
			seen[tx.Card] = true
		}
		value, err := wire.AppendInput(nil, rec.Body)
		if err != nil {
			return nil, err
		}
		t.messages = append(t.messages, kafka.Message{
			Topic: rec.Topic(), Partition: -1, Key: []byte(rec.Body.Meta().Customer), Value: value, Timestamp: rec.Arrived.UnixMilli,
		})
	}
	t.cards = len(seen)
	return t, nil
}
