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
	// FirstCard is where the planted ones' cards begin: a card alerts once a day, so no two runs may share one.
	FirstCard int `json:"first_card"`
	// Seconds are measured, after WarmUp seconds that are not.
	Seconds float64 `json:"seconds"`
	WarmUp  float64 `json:"warm_up"`
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
}

const (
	// beat is how often the schedule is looked at: what is due goes out together, as from a producer that lingers.
	beat = 2 * time.Millisecond
	// lastAlerts is how long alerts are awaited once everything is sent.
	lastAlerts = 10 * time.Second
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
	key, value []byte
	sent       int64
	planted    int64
}

// serve sends, while the readers read, until every alert is there or nobody believes in it any more.
func (s *sender) serve(ctx context.Context, client *kafka.Client) (SenderAnswer, error) {
	reading, stop := context.WithCancel(ctx)
	defer stop()
	readers, reading := errgroup.WithContext(reading)
	ends, err := client.Offsets(ctx, s.order.AlertTopic)
	if err != nil {
		return SenderAnswer{}, err
	}
	for p := range ends {
		readers.Go(func() error { return s.plants.read(reading, client.Fetch(s.order.AlertTopic, p, ends[p].Latest)) })
	}
	took, err := s.send(reading, client)
	if err == nil {
		s.plants.await(reading, s.planted, lastAlerts)
	}
	stop()
	if err := errors.Join(err, readers.Wait()); err != nil {
		return SenderAnswer{}, err
	}
	result := s.plants.answer()
	result.Offered, result.Achieved = float64(s.order.Rate), float64(s.sent)/took.Seconds()
	result.Sent, result.Planted = s.sent, s.planted
	return result, nil
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
	customer := (s.order.FirstCard + int(s.planted)) % s.order.Traffic.Cards
	s.planted++
	s.value = s.traffic.Plant(s.value[:0], customer, at, s.plants.prefix+strconv.FormatInt(s.planted, 10))
	s.key = gen.AppendToken(s.key[:0], customer)
	s.plants.intend(s.planted, due)
	return lanes.Add(s.key, s.value, at, s.planted)
}
