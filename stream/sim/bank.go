package sim

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/stream/kafka"
	"github.com/cardwatch/cardwatch/stream/wire"
)

// bank writes the input topics: stories of a few customers, mixed and disturbed.
type bank struct {
	world     *world
	producer  *kafka.Producer
	rng       *rand.Rand
	customers []*customer
	number    int
	plan      []entry
}

// customer is one cardholder.
type customer struct {
	id, card, account string
	phone             alerts.Phone
	home              card.Place
	// uses are the ids of the last purchases, which a reversal or a refund can name.
	uses []string
}

// entry is one record to be written: when, and what it says given the time at which it is.
type entry struct {
	after time.Duration
	topic string
	key   string
	value func(at card.Moment) []byte
}

func newBank(w *world) *bank {
	b := &bank{world: w, rng: rand.New(rand.NewPCG(w.cfg.Seed, 1))}
	for i := range 8 + b.rng.IntN(17) {
		id := fmt.Sprintf("c%02d", i)
		b.customers = append(b.customers, &customer{
			id: id, card: "card-" + id, account: "acc-" + id, phone: alerts.Phone(fmt.Sprintf("+86139000000%02d", i)),
			home: cities[b.rng.IntN(len(cities))],
		})
	}
	return b
}

// cities lie far apart.
var cities = []card.Place{
	{City: "310100", Country: "CN", Lat: 31.23, Lon: 121.47, HasPoint: true},
	{City: "110100", Country: "CN", Lat: 39.90, Lon: 116.40, HasPoint: true},
	{City: "440300", Country: "CN", Lat: 22.54, Lon: 114.06, HasPoint: true},
	{City: "650100", Country: "CN", Lat: 43.83, Lon: 87.62, HasPoint: true},
}

// write plans a storm and writes it. Every topic has a writer of its own, so that the records of one customer race each other.
func (b *bank) write(ctx context.Context, storm time.Duration) error {
	client, err := b.world.outside()
	if err != nil {
		return err
	}
	defer client.Close()
	if b.producer, err = client.Producer(ctx, ""); err != nil {
		return err
	}
	b.plan = b.plan[:0]
	for _, c := range b.customers {
		b.introduce(c)
		for at := b.span(0, 5*time.Second); at < storm; at += b.span(time.Second, 12*time.Second) {
			b.story(c, at)
		}
	}
	b.disturb()
	slices.SortStableFunc(b.plan, func(x, y entry) int { return int(x.after - y.after) })
	begun := time.Now()
	begins, ends := context.WithCancel(ctx)
	var side sync.WaitGroup
	if b.world.cfg.Seed%3 == 0 {
		side.Go(func() { (&upstream{b, "upstream"}).run(begins) })
	}
	defer side.Wait()
	defer ends()
	var (
		writers sync.WaitGroup
		mu      sync.Mutex
		failed  error
	)
	for _, topic := range topics {
		writers.Go(func() {
			for _, e := range b.plan {
				if e.topic != topic {
					continue
				}
				pause(ctx, time.Until(begun.Add(e.after)))
				if err := b.send(ctx, e); err != nil {
					mu.Lock()
					defer mu.Unlock()
					failed = fmt.Errorf("sim: the bank cannot write: %w", err)
					return
				}
			}
		})
	}
	writers.Wait()
	return failed
}

func (b *bank) send(ctx context.Context, e entry) error {
	return b.producer.Send(ctx, []kafka.Message{{
		Topic: e.topic, Partition: int32(kafka.Partition([]byte(e.key), b.world.partitions)), Key: []byte(e.key), Value: e.value(now()),
	}})
}

func (b *bank) span(low, high time.Duration) time.Duration {
	return low + time.Duration(b.rng.Int64N(int64(high-low)))
}

func (b *bank) id(kind string) string {
	b.number++
	return fmt.Sprintf("%s%d", kind, b.number)
}

func (b *bank) add(after time.Duration, topic string, c *customer, value func(card.Moment) []byte) {
	b.plan = append(b.plan, entry{after: after, topic: topic, key: c.id, value: value})
}

// disturb repeats records, spoils some, and adds what is no record at all.
func (b *bank) disturb() {
	for i, e := range b.plan[:len(b.plan):len(b.plan)] {
		switch {
		case b.rng.IntN(20) == 0:
			b.plan[i].value = once(e.value)
			e = b.plan[i]
			again := e
			again.after += b.span(0, 15*time.Second)
			b.plan = append(b.plan, again)
		case b.rng.IntN(200) == 0:
			bad := e
			bad.value = func(at card.Moment) []byte { return append(e.value(at), '}') }
			b.plan = append(b.plan, bad)
		case b.rng.IntN(300) == 0:
			bad := e
			bad.key = b.customers[b.rng.IntN(len(b.customers))].id
			b.plan = append(b.plan, bad)
		}
	}
}

// once makes a record whose content is the same each time it is written.
func once(value func(card.Moment) []byte) func(card.Moment) []byte {
	var written []byte
	return func(at card.Moment) []byte {
		if written == nil {
			written = value(at)
		}
		return written
	}
}

// introduce says who the customer is; most of it comes before what the customer does.
func (b *bank) introduce(c *customer) {
	profile := card.Customer{
		Head: card.Head{ID: b.id("who"), Customer: c.id}, Home: c.home, Timezone: "Asia/Shanghai", MonthlyIncomeMinor: 1_000_000,
		Currency: yuan, Language: card.Chinese, Segment: "mass",
	}
	b.add(b.span(0, 3*time.Second), wire.CustomerTopic, c, func(at card.Moment) []byte {
		p := profile
		p.At = at
		return wire.AppendCustomer(nil, &p)
	})
	contact := alerts.Contact{
		Head: card.Head{ID: b.id("contact"), Customer: c.id}, Phone: c.phone, PushToken: "push-" + c.id, Language: card.Chinese,
		Timezone: "Asia/Shanghai", Consent: alerts.Consent{SMS: true, Push: true, Profiling: true}, Region: "CN",
	}
	b.add(b.span(0, 3*time.Second), wire.ContactTopic, c, func(at card.Moment) []byte {
		k := contact
		k.At = at
		return wire.AppendContact(nil, &k)
	})
}

var yuan = card.Currency{'C', 'N', 'Y'}
