package stream

import (
	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/stream/wire"
)

// UnknownCustomer is the dead-letter reason of a reply that names no customer and comes from a number that nobody has.
const UnknownCustomer = "unknown_customer"

// forward sends a reply without a customer_id on, under the customer whose number it came from: that customer's state may
// live in another partition. Providers know numbers only.
func (t *Task[S]) forward(input int, body any) (reject string, err error) {
	reply, ok := body.(*alerts.Reply)
	if !ok || t.cfg.FindByPhone == nil {
		return UnknownCustomer, nil
	}
	customer, err := t.cfg.FindByPhone(reply.From)
	if err != nil {
		return "", err
	}
	if customer == "" {
		return UnknownCustomer, nil
	}
	reply.Customer = customer
	t.outputs.Add(t.spec.Inputs[input], customer, wire.AppendReply(nil, reply))
	t.outputs.messages[t.outputs.Len()-1].Partition = -1
	return "", nil
}
