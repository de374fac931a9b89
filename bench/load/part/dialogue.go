package part

import (
	"context"
	"sync"
	"time"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/stream/kafka"
	"github.com/cardwatch/cardwatch/stream/wire"
)

// DialogueAnswer is how the customers of planted records fared at the desk; those of the warm-up are counted and not measured.
type DialogueAnswer struct {
	// Asked counts the customers for whom a provider took the question, Blocked those whose "no" became the request to block the card.
	Asked   int64 `json:"asked"`
	Blocked int64 `json:"blocked"`
	// ToAccepted is from the moment at which the schedule had the transaction until it can be read that a provider took the question.
	ToAccepted Latency `json:"event_to_accepted"`
	// NoToBlock is from just before the "no" was given to the broker until the request can be read.
	NoToBlock Latency `json:"no_to_block_request"`
}

// dialogue plays the customers of planted records: each says no as soon as they have been asked.
type dialogue struct {
	warm     time.Duration
	producer *kafka.Producer
	blocked  *arrivals

	mu                    sync.Mutex
	start                 time.Time
	talks                 map[string]*talk
	asked                 int64
	toAccepted, noToBlock Histogram
}

// talk is one customer's.
type talk struct {
	intended, said time.Time
	blocked        bool
}

func newDialogue(producer *kafka.Producer, warmUp float64) *dialogue {
	return &dialogue{
		warm: time.Duration(warmUp * float64(time.Second)), producer: producer, blocked: newArrivals(), talks: map[string]*talk{},
	}
}

func (d *dialogue) begin(start time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.start = start
}

// intend notes that a customer's transaction is due, which will make the desk ask them.
func (d *dialogue) intend(customer string, due time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.talks[customer] = &talk{intended: due}
}

// receipts answers for every customer of whom a provider has just taken the question.
func (d *dialogue) receipts(ctx context.Context, records []kafka.Record, now time.Time) error {
	var noes []kafka.Message
	var decoder wire.Decoder
	for i := range records {
		body, _, err := decoder.Decode(wire.Record{Topic: wire.ReceiptTopic, Key: records[i].Key, Value: records[i].Value})
		if err != nil {
			return err
		}
		r := body.(*alerts.Receipt)
		if r.Outcome == alerts.Accepted && d.wasAsked(r.Customer, now) {
			noes = append(noes, no(r.Customer, now))
		}
	}
	if len(noes) == 0 {
		return nil
	}
	d.say(noes)
	return d.producer.Send(ctx, noes)
}

// wasAsked reports whether this is the first message to one of the customers.
func (d *dialogue) wasAsked(customer string, now time.Time) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	t := d.talks[customer]
	if t == nil || !t.said.IsZero() {
		return false
	}
	d.asked++
	t.said = now
	if d.measured(t) {
		d.toAccepted.Add(now.Sub(t.intended))
	}
	return true
}

// say notes when customers say no: just before it goes out.
func (d *dialogue) say(noes []kafka.Message) {
	d.mu.Lock()
	defer d.mu.Unlock()
	now := time.Now()
	for _, m := range noes {
		d.talks[string(m.Key)].said = now
	}
}

func no(customer string, now time.Time) kafka.Message {
	reply := alerts.Reply{
		Head:    card.Head{ID: "no-" + customer, Customer: customer, At: card.MomentOf(now.In(china))},
		Channel: alerts.App, Answer: alerts.No, Verified: true,
	}
	return kafka.Message{
		Topic: wire.ReplyTopic, Partition: -1, Key: []byte(customer), Value: wire.AppendReply(nil, &reply), Timestamp: now.UnixMilli(),
	}
}

// actions hears of the requests to block a card.
func (d *dialogue) actions(_ context.Context, records []kafka.Record, now time.Time) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	for i := range records {
		t := d.talks[string(records[i].Key)]
		if t == nil || t.blocked || t.said.IsZero() {
			continue
		}
		t.blocked = true
		if d.measured(t) {
			d.noToBlock.Add(now.Sub(t.said))
		}
		d.blocked.arrive()
	}
	return nil
}

func (d *dialogue) measured(t *talk) bool { return t.intended.Sub(d.start) >= d.warm }

func (d *dialogue) answer() *DialogueAnswer {
	d.mu.Lock()
	defer d.mu.Unlock()
	return &DialogueAnswer{Asked: d.asked, Blocked: d.blocked.count(), ToAccepted: d.toAccepted.Latency(), NoToBlock: d.noToBlock.Latency()}
}
