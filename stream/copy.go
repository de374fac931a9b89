package stream

import (
	"context"
	"slices"

	"github.com/cardwatch/cardwatch/store"
	"github.com/cardwatch/cardwatch/stream/kafka"
)

// Copied is what Copy has made of a changelog.
type Copied struct {
	// End is the end of the log when copying began.
	End int64
	// Later holds the keys of the records from the given offset on. What the log says of such a key below the offset may be gone:
	// compaction keeps the newest record of a key.
	Later map[string]bool
}

// StateKey is the key of a customer's records in a changelog.
func StateKey(customer []byte) string { return string(stateRecord) + string(customer) }

// The keys of what a changelog says about the partition as a whole.
const (
	ProgressKey = string(progressRecord)
	RulesKey    = string(rulesRecord)
)

// Copy fills an empty space with what a partition's changelog says below an offset, as the next owner would, without becoming it. What is
// written to the log meanwhile does not matter. A record that is not what was written is an error that wraps ErrDamaged or a
// *store.VersionError.
func Copy[S any](ctx context.Context, client *kafka.Client, space *store.Space, proc Processor[S], from kafka.Place, until int64) (Copied, error) {
	c := Copied{Later: make(map[string]bool)}
	f, err := newFollower(client, space, proc, from, NoSabotage)
	if err != nil {
		return c, err
	}
	if c.End, err = client.End(ctx, from.Topic, from.Partition); err != nil {
		return c, err
	}
	for next := f.next; next < c.End; {
		b, err := f.fetcher.Next(ctx)
		if err != nil {
			return c, err
		}
		next = b.Next
		cut := slices.IndexFunc(b.Records, func(rec kafka.Record) bool { return rec.Offset >= until })
		if cut < 0 {
			cut = len(b.Records)
		}
		for _, rec := range b.Records[cut:] {
			c.Later[string(rec.Key)] = true
		}
		b.Records, b.Next = b.Records[:cut], min(b.Next, until)
		if b.Next > f.next {
			if err := f.apply(&b); err != nil {
				return c, err
			}
		}
	}
	return c, nil
}
