package sim

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/alerts/channel"
	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/stream/kafka"
	"github.com/cardwatch/cardwatch/stream/wire"
)

// carrier is the provider behind both channels. It takes messages, now and then without a word about it, and tells later, twice, in
// any order or never, what became of them.
type carrier struct {
	world *world

	mu   sync.Mutex
	rng  *rand.Rand
	mode mode
	// fuse is how many messages it takes until the process that hands one over dies before it hears so, ice how many are begun until
	// the process that begins one is cut off for so long that its work is given to others; 0 is none.
	fuse, ice int
	// given lists the processes that handed a message over, heard counts those that heard it was taken.
	given map[string][]string
	heard map[hearing]int
	mail  []letter
}

type hearing struct{ message, life string }

// mode is how a carrier does.
type mode int

const (
	working mode = iota
	// failing refuses everything, hanging answers nothing.
	failing
	hanging
)

// letter is a receipt on its way.
type letter struct {
	due     time.Time
	receipt alerts.Receipt
}

func newCarrier(w *world) *carrier {
	return &carrier{world: w, rng: rand.New(rand.NewPCG(w.cfg.Seed, 3)), given: map[string][]string{}, heard: map[hearing]int{}}
}

func (c *carrier) set(m mode) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.mode = m
}

func (c *carrier) how() mode {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.mode
}

// deadly lets the process that hands over the n-th message from now on die before it hears that it was taken; 0 takes that back.
func (c *carrier) deadly(n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.fuse = n
}

// icy cuts off the process that begins to hand over the n-th message from now on; 0 takes that back.
func (c *carrier) icy(n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ice = n
}

// freezes reports whether the process that begins to hand over a message is cut off now.
func (c *carrier) freezes() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ice--
	return c.ice == 0
}

// take takes a message from a process, and reports whether that dies of it.
func (c *carrier) take(m channel.Outgoing, life string) (dies bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.given[m.MessageID] = append(c.given[m.MessageID], life)
	for range c.rng.IntN(3) {
		c.post(m)
	}
	c.fuse--
	return c.fuse == 0
}

// post writes one receipt, to arrive within seconds.
func (c *carrier) post(m channel.Outgoing) {
	outcomes := []alerts.SendOutcome{alerts.Delivered, alerts.Delivered, alerts.Delivered, alerts.Accepted, alerts.Undelivered}
	due := time.Now().Add(time.Duration(c.rng.Int64N(int64(8 * time.Second))))
	r := alerts.Receipt{
		Head:      card.Head{ID: fmt.Sprint("told", len(c.given), "-", len(c.mail), "-", m.MessageID[len(m.MessageID)-8:]), Customer: m.Customer, At: card.MomentOf(due.In(zone))},
		MessageID: m.MessageID, Channel: m.Kind, Provider: "sim", Outcome: outcomes[c.rng.IntN(len(outcomes))], ProviderMessageID: "sim-" + m.MessageID,
	}
	if r.Outcome == alerts.Undelivered {
		r.Reason = string(channel.BadAddress)
	}
	c.mail = append(c.mail, letter{due, r})
}

// acknowledge notes that a process has heard that its message was taken.
func (c *carrier) acknowledge(message, life string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.heard[hearing{message, life}]++
}

// waiting reports whether there is mail still to come.
func (c *carrier) waiting() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.mail) > 0
}

// due takes the mail whose time has come.
func (c *carrier) due() (arrived []alerts.Receipt) {
	c.mu.Lock()
	defer c.mu.Unlock()
	later := c.mail[:0]
	for _, l := range c.mail {
		if l.due.After(time.Now()) {
			later = append(later, l)
			continue
		}
		arrived = append(arrived, l.receipt)
	}
	c.mail = later
	return arrived
}

// tell brings the mail, as the process that takes a provider's call-backs does.
func (c *carrier) tell(ctx context.Context) error {
	client, err := c.world.outside()
	if err != nil {
		return err
	}
	defer client.Close()
	producer, err := client.Producer(ctx, "")
	if err != nil {
		return err
	}
	for ctx.Err() == nil {
		for _, r := range c.due() {
			if err := producer.Send(ctx, []kafka.Message{{
				Topic: wire.ReceiptTopic, Partition: int32(kafka.Partition([]byte(r.Customer), c.world.partitions)), Key: []byte(r.Customer),
				Value: wire.AppendReceipt(nil, &r),
			}}); err != nil {
				return fmt.Errorf("sim: the carrier cannot tell: %w", err)
			}
		}
		pause(ctx, 200*time.Millisecond)
	}
	return nil
}
