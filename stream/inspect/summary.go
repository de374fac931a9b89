package inspect

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/cardwatch/cardwatch/store"
)

// Summary is how one processor's share of one partition stands.
type Summary struct {
	Processor   string `json:"processor"`
	Partition   int    `json:"partition"`
	FormatLevel byte   `json:"format_level"`
	// Epoch numbers the owners; Released says that the last one has stopped and written everything.
	Epoch    uint64 `json:"epoch"`
	Released bool   `json:"released"`
	// Now is the partition's time, null while nothing has been read.
	Now    *string `json:"now"`
	Inputs []Input `json:"inputs"`
	// Outputs holds, per topic, the offset from which on outputs of the records after the progress may stand.
	Outputs []Output `json:"outputs"`
	// ChangelogPosition is the offset below which the changelog is in this copy, null when it was not made from one.
	ChangelogPosition *int64 `json:"changelog_position"`
	States            int64  `json:"states"`
	StateBytes        int64  `json:"state_bytes"`
	Timers            int64  `json:"timers"`
	IndexRows         int64  `json:"index_rows"`
	// RulesSHA256 tells whether two partitions are decided by the same rules; empty when none are recorded.
	RulesSHA256 string `json:"rules_sha256"`
}

// Input is how far one topic has been applied.
type Input struct {
	Topic string `json:"topic"`
	// Next is the offset to read next, −2 for the start of the log.
	Next int64 `json:"next"`
	// Last is the newest record that was applied, null when there is none.
	Last *Record `json:"last"`
}

// Record is a record in an input topic.
type Record struct {
	Offset int64  `json:"offset"`
	At     string `json:"at"`
	Bytes  int64  `json:"bytes"`
}

// Output is a place in an output topic.
type Output struct {
	Topic string `json:"topic"`
	From  int64  `json:"from"`
}

// Summary counts the states, which takes a walk over all of them.
func (s Share) Summary() (*Summary, error) {
	sum := &Summary{Processor: s.Spec.Name, Partition: s.Space.Partition()}
	format, err := s.Space.Format()
	if err != nil {
		return nil, err
	}
	sum.FormatLevel = format.Level
	progress, known, err := s.Space.Progress()
	if err != nil {
		return nil, err
	}
	if known {
		sum.progress(&s, &progress)
	}
	if next, copied, err := s.Space.Changelog(); err != nil {
		return nil, err
	} else if copied {
		sum.ChangelogPosition = &next
	}
	rules, recorded, err := s.Space.Rules()
	if err != nil {
		return nil, err
	}
	if recorded {
		hash := sha256.Sum256(rules)
		sum.RulesSHA256 = hex.EncodeToString(hash[:])
	}
	size, err := s.Space.Size()
	sum.States, sum.StateBytes, sum.Timers, sum.IndexRows = size.States, size.Bytes, size.Timers, size.Rows
	return sum, err
}

func (sum *Summary) progress(s *Share, p *store.Progress) {
	sum.Epoch, sum.Released = p.Epoch, p.Released
	if p.Now != 0 {
		now := rfc3339(p.Now)
		sum.Now = &now
	}
	for i, next := range p.Next {
		in := Input{Topic: name(s.Spec.Inputs, i), Next: next}
		if i < len(p.Last) && p.Last[i].Offset >= 0 {
			in.Last = &Record{Offset: p.Last[i].Offset, At: rfc3339(p.Last[i].Timestamp), Bytes: p.Last[i].Size}
		}
		sum.Inputs = append(sum.Inputs, in)
	}
	for i, from := range p.Outputs {
		sum.Outputs = append(sum.Outputs, Output{name(s.Spec.Written(), i), from})
	}
}

// name is a topic's name; a store of another release may have more of them.
func name(topics []string, i int) string {
	if i < len(topics) {
		return topics[i]
	}
	return fmt.Sprintf("#%d", i)
}

func rfc3339(unixMilli int64) string { return time.UnixMilli(unixMilli).UTC().Format(time.RFC3339Nano) }
