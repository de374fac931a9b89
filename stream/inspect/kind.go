// Package inspect looks at states for operators, from outside the engine: what a store or a changelog holds of each partition, one
// customer's state in words, all of them in a file, and whether everything goes together.
//
// It only reads, and needs a store that no process has open. Telephone numbers and push tokens are masked in everything it shows but
// the raw values; card and account tokens are not, since an operator looks for those.
package inspect

import (
	"context"
	"math"

	"github.com/cardwatch/cardwatch/store"
	"github.com/cardwatch/cardwatch/stream"
	"github.com/cardwatch/cardwatch/stream/kafka"
)

// Kind is a processor, as far as its states have to be known to be looked at.
type Kind struct {
	Spec stream.Spec

	// show decodes a state and gives it as JSON.
	show func(state []byte) ([]byte, error)
	// rows decodes a state and gives the index rows that follow from it.
	rows func(state []byte) ([]store.Row, error)
	copy func(ctx context.Context, client *kafka.Client, space *store.Space, from kafka.Place, until int64) (stream.Copied, error)
}

// Kinds are the processors of this release. Reading needs no rules.
func Kinds() []Kind { return []Kind{Of(stream.NewMonitor(nil, nil)), Of(stream.NewDesk(nil, nil))} }

// Of is the kind of one processor.
func Of[S any](proc stream.Processor[S]) Kind {
	load := func(encoded []byte) (*S, error) {
		s := new(S)
		return s, proc.LoadState(encoded, s)
	}
	return Kind{
		Spec: proc.Spec(),
		show: func(encoded []byte) ([]byte, error) {
			s, err := load(encoded)
			if err != nil {
				return nil, err
			}
			if sealed, ok := any(s).(interface{ OpenAccounts() }); ok {
				sealed.OpenAccounts() // a state may leave a part of itself encoded until somebody asks
			}
			return showJSON(s), nil
		},
		rows: func(encoded []byte) ([]store.Row, error) {
			s, err := load(encoded)
			if err != nil {
				return nil, err
			}
			return proc.Index(s, nil), nil
		},
		copy: func(ctx context.Context, client *kafka.Client, space *store.Space, from kafka.Place, until int64) (stream.Copied, error) {
			return stream.Copy(ctx, client, space, proc, from, until)
		},
	}
}

// Share is what one processor has of one partition.
type Share struct {
	Kind
	Space *store.Space
}

// Pick says which shares are looked at.
type Pick struct {
	// Processor is a processor's name, empty for all.
	Processor string
	// Partition is −1 for all.
	Partition int
}

func (p Pick) has(k *Kind, partition int) bool {
	return (p.Processor == "" || p.Processor == k.Spec.Name) && (p.Partition < 0 || p.Partition == partition)
}

// Shares lists what a store holds, by processor in the order of kinds, then by partition.
func Shares(db *store.DB, kinds []Kind, pick Pick) ([]Share, error) {
	spaces, err := db.Spaces()
	if err != nil {
		return nil, err
	}
	var shares []Share
	for i := range kinds {
		for _, s := range spaces {
			if s.Processor() == kinds[i].Spec.Tag && pick.has(&kinds[i], s.Partition()) {
				shares = append(shares, Share{kinds[i], s})
			}
		}
	}
	return shares, nil
}

// Copy fills an empty store with what the changelogs of the consumer groups say; group gives a processor's.
func Copy(ctx context.Context, client *kafka.Client, db *store.DB, kinds []Kind, pick Pick, group func(processor string) string) error {
	for i := range kinds {
		k := &kinds[i]
		topic := stream.ChangelogTopic(group(k.Spec.Name))
		infos, err := client.Topics(ctx, []string{topic})
		if err != nil {
			return err
		}
		for p := range infos[topic].Partitions {
			if !pick.has(k, p) {
				continue
			}
			if _, err := k.copy(ctx, client, db.Space(k.Spec.Tag, p), kafka.Place{Topic: topic, Partition: p}, math.MaxInt64); err != nil {
				return err
			}
		}
	}
	return nil
}
