package stream

import (
	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/stream/wire"
)

// UnknownCustomer is the dead-letter reason of a reply that names no customer and comes from a number that nobody has.
const UnknownCustomer = "unknown_customer"

// forward sends a reply without a customer_id on, under the customers whose number it came from: their states may live in other
// partitions. Providers know numbers only. The copies keep the reply's id, so that each customer's desk hears it once, however often
// it is sent on.
func (t *Task[S]) forward(input int, body any) (reject string, err error) {
	reply, ok := body.(*alerts.Reply)
	if !ok || t.cfg.FindByPhone == nil {
		return UnknownCustomer, nil
	}
	sharers, err := t.cfg.FindByPhone(reply.From)
	if err != nil {
		return "", err
	}
	if len(sharers) == 0 {
		return UnknownCustomer, nil
	}
	for _, c := range alerts.Route(reply, sharers) {
		t.outputs.Add(t.spec.Inputs[input], c.Customer, wire.AppendReply(nil, &c))
		t.outputs.messages[t.outputs.Len()-1].Partition = -1
	}
	return "", nil
}
