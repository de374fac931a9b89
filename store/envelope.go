package store

import (
	"fmt"

	"github.com/cardwatch/cardwatch/detectors/pack"
)

// Envelope is what the engine keeps beside a customer's state.
type Envelope struct {
	// Applied holds, per input topic of the processor, the offset after the last record that changed this state. A record
	// below it has been seen, whatever is redelivered.
	Applied []int64
	// Wake is the moment (Unix milliseconds) for which a timer is registered, 0 for none.
	Wake int64
}

// Progress is how far a processor has applied its inputs in one partition.
type Progress struct {
	// Next holds, per input topic, the offset to read next.
	Next []int64
	// Now is the partition's time in Unix milliseconds: the newest append time that was applied. It never goes back.
	Now int64
}

const (
	envelopeVersion = 1
	progressVersion = 1
)

func appendEnvelope(dst []byte, e Envelope) []byte {
	dst = append(dst, envelopeVersion)
	dst = appendOffsets(dst, e.Applied)
	return pack.Int(dst, e.Wake)
}

// readEnvelope splits a stored value into its envelope and the state behind it. e's slice is reused.
func readEnvelope(value []byte, e *Envelope) (state []byte, err error) {
	r := pack.NewReader(value)
	if v := r.Byte(); v != envelopeVersion && r.Err() == nil {
		return nil, fmt.Errorf("store: state has version %d, this binary reads %d: run the release that wrote it", v, envelopeVersion)
	}
	e.Applied = readOffsets(r, e.Applied[:0])
	e.Wake = r.Int()
	return r.Rest(), r.Err()
}

func appendProgress(dst []byte, p Progress) []byte {
	dst = append(dst, progressVersion)
	dst = appendOffsets(dst, p.Next)
	return pack.Int(dst, p.Now)
}

func readProgress(value []byte) (Progress, error) {
	r := pack.NewReader(value)
	if v := r.Byte(); v != progressVersion && r.Err() == nil {
		return Progress{}, fmt.Errorf("store: progress has version %d, this binary reads %d: run the release that wrote it", v, progressVersion)
	}
	p := Progress{Next: readOffsets(r, nil), Now: r.Int()}
	return p, r.Done()
}

func appendOffsets(dst []byte, offsets []int64) []byte {
	dst = pack.Uint(dst, uint64(len(offsets)))
	for _, o := range offsets {
		dst = pack.Int(dst, o)
	}
	return dst
}

func readOffsets(r *pack.Reader, dst []int64) []int64 {
	for range r.Count(1) {
		dst = append(dst, r.Int())
	}
	return dst
}
