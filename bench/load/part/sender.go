package part

import (
	"context"
	"errors"
	"strconv"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/cardwatch/cardwatch/bench/gen"
	"github.com/cardwatch/cardwatch/stream/kafka"
	"github.com/cardwatch/cardwatch/stream/wire"
)

// SenderOrder asks for an open loop: records at a fixed rate, whatever becomes of them, and for every planted one the time until
// its alert can be read.
type SenderOrder struct {
	Broker     string `json:"broker"`
	Partitions int    `json:"partitions"`
	// AlertTopic is where alerts are awaited: records that hold the event_id of what caused them.
	AlertTopic string            `json:"alert_topic"`
	Traffic    gen.TrafficConfig `json:"traffic"`
	// Rate is records a second, Plants how many of these cause an alert.
	Rate   int `json:"rate"`
	Plants int `json:"plants"`
	// FirstCard is where the planted ones' cards begin, of Cards: a card alerts once a day, so no two runs may share one.
	FirstCard int `json:"first_card"`
	Cards     int `json:"cards"`
	// Seconds are measured, after WarmUp seconds that are not.
	Seconds float64 `json:"seconds"`
	WarmUp  float64 `json:"warm_up"`
	// Answer has the customers of planted records say no to the desk's question.
	Answer bool `json:"answer,omitempty"`
}

// SenderAnswer is what the open loop came to.
type SenderAnswer struct {
	// Offered and Achieved are records a second: what the schedule asked for, and what the broker has acknowledged by its end.
	Offered  float64 `json:"offered_per_second"`
	Achieved float64 `json:"achieved_per_second"`
	Sent     int64   `json:"sent"`
	// Planted and Seen count the records that had to alert, and those whose alert was read; warming up included.
	Planted int64 `json:"planted"`
	Seen    int64 `json:"seen"`
	// FromIntended is from the moment at which the schedule had the record, FromSent from just before it was given to the
	// broker: from the append, or a little more.
	FromIntended Latency `json:"from_intended"`
	FromSent     Latency `json:"from_sent"`
	// WorstBySecond is the longest time from intention to alert, in milliseconds, by the second in which the record was due.
	WorstBySecond []float64 `json:"worst_ms_by_second"`
	// Dialogue is there when the customers were to answer.
	Dialogue *DialogueAnswer `json:"dialogue,omitempty"`
}

const (
	// beat is how often the schedule is looked at: what is due goes out together, as from a producer that lingers.
	beat = 2 * time.Millisecond
	// lastAlerts is how long alerts are awaited once everything is sent.
	lastAlerts = 10 * time.Second
	// lastAnswers is the same for what customers are asked and answer: a provider that hangs costs some of them two time-outs of a call.
	lastAnswers = 20 * time.Second
)

// plantPrefix begins the event_id of a planted record; the traffic's series and, after another dash, its number follow.
const plantPrefix = "plant-"

func serveSender(ctx context.Context, o SenderOrder, answer func(any) error) error {
	client, err := kafka.New(kafka.Config{Brokers: []string{o.Broker}, ClientID: "cardwatch-bench-sender"})
	if err != nil {
		return err
	}
	traffic, err := gen.NewTraffic(o.Traffic)
	if err != nil {
		return err
	}
	s := &sender{order: o, traffic: traffic, plants: newPlants(o)}
	result, err := s.serve(ctx, client)
	if err = errors.Join(err, client.Close()); err != nil {
		return err
	}
	return answer(result)
}

type sender struct {
	order      SenderOrder
	traffic    *gen.Traffic
	plants     *plants
	dialogue   *dialogue // nil when nobody answers
	key, value []byte
	sent       int64
	planted    int64
}

// serve sends, while the readers read, until every alert is there or nobody believes in it any more.
func (s *sender) serve(ctx context.Context, client *kafka.Client) (SenderAnswer, error) {
	reading, stop := context.WithCancel(ctx)
	defer stop()
	if s.order.Answer {
		producer, err := client.Producer(ctx, "")
		if err != nil {
			return SenderAnswer{}, err
		}
		s.dialogue = newDialogue(producer, s.order.WarmUp)
	}
	readers, reading := errgroup.WithContext(reading)
	if err := s.listen(reading, readers, client); err != nil {
		return SenderAnswer{}, err
	}
	took, err := s.send(reading, client)
	if err == nil {
		s.plants.seen.await(reading, s.planted, lastAlerts)
		if s.dialogue != nil {
			s.dialogue.blocked.await(reading, s.planted, lastAnswers)
		}
	}
	stop()
	if err := errors.Join(err, readers.Wait()); err != nil {
		return SenderAnswer{}, err
	}
	result := s.plants.answer()
	result.Offered, result.Achieved = float64(s.order.Rate), float64(s.sent)/took.Seconds()
	result.Sent, result.Planted = s.sent, s.planted
	if s.dialogue != nil {
		result.Dialogue = s.dialogue.answer()
	}
	return result, nil
}

// hearer is given the records of a topic as they come, and the moment at which they could be read.
type hearer func(ctx context.Context, records []kafka.Record, now time.Time) error

// listen reads what the planted records cause, from now on.
func (s *sender) listen(ctx context.Context, readers *errgroup.Group, client *kafka.Client) error {
	topics := map[string]hearer{s.order.AlertTopic: s.plants.alerts}
	if s.dialogue != nil {
		topics[wire.ReceiptTopic], topics[wire.CardActionTopic] = s.dialogue.receipts, s.dialogue.actions
	}
	for topic, hear := range topics {
		ends, err := client.Offsets(ctx, topic)
		if err != nil {
			return err
		}
		for p := range ends {
			readers.Go(func() error { return read(ctx, client.Fetch(topic, p, ends[p].Latest), hear) })
		}
	}
	return nil
}

// read reads a partition until ctx ends.
func read(ctx context.Context, f *kafka.Fetcher, hear hearer) error {
	for {
		batch, err := f.Next(ctx)
		if err == nil {
			err = hear(ctx, batch.Records, time.Now())
		}
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// send keeps to the schedule and returns how long it took until all of it was acknowledged.
func (s *sender) send(ctx context.Context, client *kafka.Client) (time.Duration, error) {
	lanes, err := NewLanes(ctx, client, wire.TransactionTopic, s.order.Partitions, false)
	if err != nil {
		return 0, err
	}
	lanes.OnSend = s.plants.sent
	ticker := time.NewTicker(beat)
	defer ticker.Stop()
	start := s.plants.begin()
	if s.dialogue != nil {
		s.dialogue.begin(start)
	}
	total := int64((s.order.WarmUp + s.order.Seconds) * float64(s.order.Rate))
	for s.sent < total && err == nil {
		select {
		case <-ctx.Done():
			return 0, errors.Join(ctx.Err(), lanes.Close())
		case now := <-ticker.C:
			due := min(int64(now.Sub(start).Seconds()*float64(s.order.Rate)), total)
			for ; s.sent < due && err == nil; s.sent++ {
				err = s.add(lanes, start.Add(time.Duration(float64(s.sent)/float64(s.order.Rate)*float64(time.Second))))
			}
			lanes.Flush()
		}
	}
	err = errors.Join(err, lanes.Close())
	return time.Since(start), err
}

// add makes the record that is due at a moment, a planted one as often as is asked for.
func (s *sender) add(lanes *Lanes, due time.Time) error {
	at := due.UnixMilli()
	if s.sent*int64(s.order.Plants)/int64(s.order.Rate) < s.planted {
		var line gen.Line
		s.value, line = s.traffic.Next(s.value[:0], at)
		s.key = gen.AppendToken(s.key[:0], line.Customer)
		return lanes.Add(s.key, s.value, at, 0)
	}
	customer := (s.order.FirstCard + int(s.planted)) % s.order.Cards
	s.planted++
	s.value = s.traffic.Plant(s.value[:0], customer, at, s.plants.prefix+strconv.FormatInt(s.planted, 10))
	s.key = gen.AppendToken(s.key[:0], customer)
	s.plants.intend(s.planted, due)
	if s.dialogue != nil {
		s.dialogue.intend(string(s.key), due)
	}
	return lanes.Add(s.key, s.value, at, s.planted)
}
