package sim

import (
	"context"
	"fmt"
	"time"

	franz "github.com/twmb/franz-go/pkg/kgo"

	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/stream/kafka"
	"github.com/cardwatch/cardwatch/stream/wire"
)

// abortedID begins the event_id of what nobody may ever see.
const abortedID = "aborted"

// upstream is a system of the bank that writes in transactions and gives most of them up: an independent client, since ours never
// writes any.
type upstream struct {
	bank *bank
	name string
}

// run begins and aborts transactions until ctx ends. What troubled brokers make of one is not its concern: a new client, under the
// same transactional id, ends what the one before left open.
func (u *upstream) run(ctx context.Context) {
	for n := 0; ctx.Err() == nil; n++ {
		pause(ctx, 2*time.Second)
		if err := u.abortOne(ctx, n); err != nil {
			u.bank.world.detail("upstream: %v", err)
		}
	}
}

func (u *upstream) abortOne(ctx context.Context, n int) error {
	w := u.bank.world
	client, err := franz.NewClient(
		franz.SeedBrokers(w.cluster.ListenAddrs()...), franz.Dialer(w.network.DialContext), franz.TransactionalID(u.name),
		franz.TransactionTimeout(5*time.Second), franz.RecordPartitioner(franz.ManualPartitioner()), franz.RetryTimeout(3*time.Second),
		franz.RecordDeliveryTimeout(3*time.Second),
	)
	if err != nil {
		return err
	}
	defer client.Close()
	if err := client.BeginTransaction(); err != nil {
		return err
	}
	c := u.bank.customers[n%len(u.bank.customers)]
	t := card.Transaction{
		Head: card.Head{ID: fmt.Sprint(abortedID, n), Customer: c.id, At: now()}, Card: c.card, Account: c.account, Type: card.Cash,
		Status: card.Approved, Amount: card.Money{Minor: 9_000_000, Currency: yuan}, Entry: card.Magstripe, Place: cities[n%len(cities)],
	}
	sent := client.ProduceSync(ctx, &franz.Record{
		Topic: wire.TransactionTopic, Partition: int32(kafka.Partition([]byte(c.id), w.partitions)), Key: []byte(c.id), Value: wire.AppendTransaction(nil, &t),
	})
	if err := client.EndTransaction(context.WithoutCancel(ctx), franz.TryAbort); err != nil {
		return err
	}
	w.count("aborted transaction")
	return sent.FirstErr()
}
