package kafka

import (
	"context"
	"errors"
	"fmt"
	"time"

	kgo "github.com/segmentio/kafka-go"
)

// Offsets that stand for an end of the log.
const (
	Earliest int64 = -2
	Latest   int64 = -1
)

// corruptRefetches is how often a corrupt batch is fetched again: damage on the way may be gone, damage on the broker's disk is not.
const corruptRefetches = 3

// Fetcher reads one partition in offset order, committed records only. It belongs to one goroutine.
type Fetcher struct {
	c         *Client
	topic     string
	partition int
	next      int64
	frames    [2]frame
	turn      int
	failures  int // corrupt answers in a row
}

// frame is the memory of one Batch.
type frame struct {
	req *fetchRequest
	dec decoder
}

// Fetch returns a reader of the partition that starts at the offset, or at an end of the log with Earliest or Latest. It does not
// connect yet.
func (c *Client) Fetch(topic string, partition int, from int64) *Fetcher {
	return &Fetcher{c: c, topic: topic, partition: partition, next: from}
}

// Next returns what follows in the partition, waiting for it up to Config.FetchMaxWait; the batch may be empty. Its memory stays valid
// until Next is called for the second time after, so that one batch can be worked on while the next is fetched.
//
// Whatever may pass is retried until ctx ends. These errors are final: *GapError, *CorruptError, *TooLargeError, *FormatError.
func (f *Fetcher) Next(ctx context.Context) (Batch, error) {
	again := retry{c: f.c, transport: f.c.fetch, what: fmt.Sprintf("fetch %s/%d", f.topic, f.partition)}
	for {
		batch, err := f.once(ctx)
		if err == nil {
			return batch, nil
		}
		if final(err) {
			return Batch{}, err
		}
		if err := again.after(ctx, err); err != nil {
			return Batch{}, err
		}
	}
}

func (f *Fetcher) once(ctx context.Context) (Batch, error) {
	if f.next < 0 {
		ends, err := f.c.offsets(ctx, f.topic, f.partition, kgo.ReadCommitted)
		if err != nil {
			return Batch{}, err
		}
		if f.next == Latest {
			f.next = ends.Latest
		} else {
			f.next = ends.Earliest
		}
	}
	fr := &f.frames[f.turn]
	res, err := f.exchange(ctx, fr)
	if err != nil {
		return Batch{}, err
	}
	switch code := kgo.Error(res.code); code {
	case 0:
	case kgo.OffsetOutOfRange:
		return Batch{}, f.outOfRange(ctx)
	case kgo.InvalidMessage:
		return Batch{}, f.corrupt(code)
	default:
		return Batch{}, code
	}
	batch, err := f.decode(fr, res)
	if err != nil {
		return Batch{}, err
	}
	f.failures = 0
	f.next = batch.Next
	f.turn = (f.turn + 1) % len(f.frames)
	return batch, nil
}

// exchange sends one fetch. After a failure the connection may still be writing into the request's memory, so that is given up.
func (f *Fetcher) exchange(ctx context.Context, fr *frame) (*fetchResponse, error) {
	ctx, cancel := context.WithTimeout(ctx, f.c.cfg.FetchMaxWait+requestTimeout)
	defer cancel()
	if fr.req == nil {
		fr.req = &fetchRequest{
			clientID: f.c.cfg.ClientID, topic: f.topic, partition: int32(f.partition),
			maxWaitMs: int32(f.c.cfg.FetchMaxWait / time.Millisecond), maxBytes: int32(f.c.cfg.FetchMaxBytes),
		}
	}
	fr.req.offset = f.next
	res, err := f.c.fetch.RoundTrip(ctx, f.c.addr, fr.req)
	if err != nil {
		fr.req = nil
		if errors.Is(err, errTooLarge) {
			err = f.tooLarge()
		}
		return nil, err
	}
	return res.(*fetchResponse), nil
}

// decode reads the response's batches. When a later one is bad it returns those before, and the next fetch starts at the bad one.
func (f *Fetcher) decode(fr *frame, res *fetchResponse) (Batch, error) {
	fr.dec.reset()
	next, err := f.next, error(nil)
	filter := newAbortFilter(res.aborted)
	for rest := res.records; len(rest) > 0 && len(fr.dec.slab) <= MaxBatchBytes; {
		var batch []byte
		if batch, rest, err = splitBatch(rest); err != nil || batch == nil {
			break
		}
		var h batchHeader
		if h, err = parseHeader(batch); err != nil {
			break
		}
		payload := batch[headerSize:]
		if !filter.skips(&h, payload) && h.last >= next {
			if err = fr.dec.add(&h, payload, next); err != nil {
				break
			}
		}
		next = max(next, h.last+1)
	}
	if next == f.next && len(res.records) > 0 {
		return Batch{}, f.unreadable(err)
	}
	return Batch{
		Records: fr.dec.records, Next: next,
		HighWatermark: res.highWatermark, LastStable: res.lastStable, LogStart: res.logStart,
	}, nil
}

// unreadable turns the reason why the first batch of a response could not be read into the error to return.
func (f *Fetcher) unreadable(err error) error {
	var format *FormatError
	switch {
	case errors.Is(err, errTooLarge):
		return f.tooLarge()
	case errors.As(err, &format):
		return fmt.Errorf("kafka: %s/%d at offset %d: %w", f.topic, f.partition, f.next, err)
	case err == nil:
		err = errors.New("the broker returned bytes without a whole batch from the wanted offset on")
	}
	return f.corrupt(err)
}

func (f *Fetcher) tooLarge() error {
	return &TooLargeError{Topic: f.topic, Partition: f.partition, Offset: f.next}
}

// corrupt asks for another fetch, a few times.
func (f *Fetcher) corrupt(err error) error {
	if f.failures++; f.failures > corruptRefetches {
		return &CorruptError{Topic: f.topic, Partition: f.partition, Offset: f.next, Err: err}
	}
	return fmt.Errorf("batch at offset %d: %w: %w", f.next, kgo.InvalidMessage, err)
}

// outOfRange looks where the log starts and ends. A broker that has just become leader may say so for an offset that is there.
func (f *Fetcher) outOfRange(ctx context.Context) error {
	ends, err := f.c.offsets(ctx, f.topic, f.partition, kgo.ReadUncommitted)
	if err != nil {
		return err
	}
	if f.next >= ends.Earliest && f.next <= ends.Latest {
		return kgo.OffsetNotAvailable
	}
	return &GapError{Topic: f.topic, Partition: f.partition, Want: f.next, LogStart: ends.Earliest, LogEnd: ends.Latest}
}
