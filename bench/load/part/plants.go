package part

import (
	"bytes"
	"context"
	"strconv"
	"sync"
	"time"

	"github.com/cardwatch/cardwatch/stream/kafka"
)

// plants knows of every planted record when it was meant to be sent, when it was, and when its alert could be read.
type plants struct {
	order SenderOrder
	// prefix is what the planted records' ids begin with.
	prefix string

	seen *arrivals

	mu                     sync.Mutex
	start                  time.Time
	planted                []plant
	fromIntended, fromSent Histogram
	worst                  []float64
}

type plant struct {
	intended, sent time.Time
	seen           bool
}

func newPlants(o SenderOrder) *plants {
	return &plants{order: o, prefix: plantPrefix + o.Traffic.Series + "-", seen: newArrivals()}
}

func (p *plants) begin() time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.start = time.Now()
	return p.start
}

// intend notes the next planted record; they are numbered from 1.
func (p *plants) intend(_ int64, due time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.planted = append(p.planted, plant{intended: due})
}

func (p *plants) sent(number int64, at time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.planted[number-1].sent = at
}

// alerts looks through some alerts for those of planted records.
func (p *plants) alerts(_ context.Context, records []kafka.Record, now time.Time) error {
	for i := range records {
		if number, ok := p.plantOf(records[i].Value); ok {
			p.alerted(number, now)
		}
	}
	return nil
}

// plantOf finds the newest planted event that an alert names.
func (p *plants) plantOf(alert []byte) (number int64, ok bool) {
	at := bytes.LastIndex(alert, []byte(`"`+p.prefix))
	if at < 0 {
		return 0, false
	}
	digits, _, closed := bytes.Cut(alert[at+1+len(p.prefix):], []byte(`"`))
	number, err := strconv.ParseInt(string(digits), 10, 64)
	return number, closed && err == nil
}

func (p *plants) alerted(number int64, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if number < 1 || number > int64(len(p.planted)) || p.planted[number-1].seen {
		return
	}
	one := &p.planted[number-1]
	one.seen = true
	p.seen.arrive()
	second := one.intended.Sub(p.start).Seconds() - p.order.WarmUp
	if second < 0 {
		return
	}
	p.fromIntended.Add(now.Sub(one.intended))
	p.fromSent.Add(now.Sub(one.sent))
	for len(p.worst) <= int(second) {
		p.worst = append(p.worst, 0)
	}
	p.worst[int(second)] = max(p.worst[int(second)], milliseconds(now.Sub(one.intended)))
}

func (p *plants) answer() SenderAnswer {
	p.mu.Lock()
	defer p.mu.Unlock()
	return SenderAnswer{Seen: p.seen.count(), FromIntended: p.fromIntended.Latency(), FromSent: p.fromSent.Latency(), WorstBySecond: p.worst}
}
