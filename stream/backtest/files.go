package backtest

import (
	"bytes"
	"context"
	"hash/maphash"

	"golang.org/x/sync/errgroup"

	"github.com/cardwatch/cardwatch/stream/history"
	"github.com/cardwatch/cardwatch/stream/wire"
)

const (
	// handful is how many records go to a lane at a time, and waiting how many of these may wait there.
	handful = 512
	waiting = 4
)

// fromFiles deals the records of the files out to the lanes by customer. Reading and dealing is one goroutine's work, a tenth of all; a
// record is decoded where its customer is.
func fromFiles(ctx context.Context, cfg *Config, lanes []*lane) (err error) {
	in, err := history.Open(cfg.In, inputs())
	if err != nil {
		return err
	}
	defer func() {
		if closing := in.Close(); err == nil {
			err = closing
		}
	}()
	group, ctx := errgroup.WithContext(ctx)
	d := dealer{cfg: cfg, ways: make([]chan []record, len(lanes)), hands: make([][]record, len(lanes))}
	for i, l := range lanes {
		way := make(chan []record, waiting)
		d.ways[i] = way
		group.Go(func() error {
			for hand := range way {
				for i := range hand {
					if err := l.apply(&hand[i]); err != nil {
						return err
					}
				}
			}
			return nil
		})
	}
	group.Go(func() error { return d.deal(ctx, in) })
	return group.Wait()
}

// dealer gives every record to the lane of its customer.
type dealer struct {
	cfg     *Config
	ways    []chan []record
	hands   [][]record
	decoder wire.Decoder
}

func (d *dealer) deal(ctx context.Context, in *history.Reader) error {
	defer func() {
		for _, way := range d.ways {
			close(way)
		}
	}()
	_, to := d.cfg.bounds()
	for {
		r, more, err := in.Next()
		if err != nil {
			return err
		}
		if !more || r.Arrived >= to {
			break
		}
		i := d.laneOf(&r)
		d.hands[i] = append(d.hands[i], record{topic: r.Topic, value: r.Value, arrived: r.Arrived, offset: r.Offset, unkeyed: true})
		if len(d.hands[i]) == handful {
			d.cfg.progress(in.Progress())
			if err := d.hand(ctx, i); err != nil {
				return err
			}
		}
	}
	for i := range d.hands {
		if err := d.hand(ctx, i); err != nil {
			return err
		}
	}
	return nil
}

func (d *dealer) hand(ctx context.Context, i int) error {
	select {
	case d.ways[i] <- d.hands[i]:
		d.hands[i] = make([]record, 0, handful)
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// laneOf finds the lane of a record's customer. Whoever cannot be told at a glance is decoded; what the decoder refuses is refused in
// any lane.
func (d *dealer) laneOf(r *history.Record) int {
	if len(d.ways) == 1 {
		return 0
	}
	name, clear := customerAtAGlance(r.Value)
	if !clear {
		body, _, err := d.decoder.Decode(wire.Record{Topic: r.Topic, Value: r.Value, Arrived: d.cfg.moment(r.Arrived), Unkeyed: true})
		if err != nil {
			return 0
		}
		name = []byte(body.Meta().Customer)
	}
	return int(maphash.Bytes(seed, name) % uint64(len(d.ways)))
}

var customerName = []byte(`"customer_id"`)

// customerAtAGlance finds the customer of a record without decoding it: only where the name stands in it once and nothing is escaped,
// so that the decoder could find no other.
func customerAtAGlance(value []byte) ([]byte, bool) {
	at := bytes.Index(value, customerName)
	if at < 0 || bytes.IndexByte(value, '\\') >= 0 {
		return nil, false
	}
	rest := value[at+len(customerName):]
	if bytes.Contains(rest, customerName) {
		return nil, false
	}
	rest = bytes.TrimLeft(rest, " \t\r\n")
	if len(rest) == 0 || rest[0] != ':' {
		return nil, false
	}
	rest = bytes.TrimLeft(rest[1:], " \t\r\n")
	if len(rest) == 0 || rest[0] != '"' {
		return nil, false
	}
	name, _, closed := bytes.Cut(rest[1:], []byte{'"'})
	return name, closed
}
