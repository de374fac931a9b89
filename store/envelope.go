package store

import "github.com/cardwatch/cardwatch/detectors/pack"

// Envelope is what the engine keeps beside a customer's state.
type Envelope struct {
	// Applied holds, per input topic of the processor, the offset after the last record that changed this state. A record
	// below it has been seen, whatever is redelivered.
	Applied []int64
	// Wake is the moment (Unix milliseconds) for which a timer is registered, 0 for none.
	Wake int64
}

// Older reports whether the envelope has seen less than other of some input, and so belongs to an earlier state.
func (e *Envelope) Older(other *Envelope) bool {
	for i, offset := range other.Applied {
		if i >= len(e.Applied) || e.Applied[i] < offset {
			return true
		}
	}
	return false
}

// Progress is how far a processor has applied its inputs in one partition: every record below Next is in the states.
type Progress struct {
	// Next holds, per input topic, the offset to read next.
	Next []int64
	// Last holds, per input topic, the newest record below Next that was applied.
	Last []Anchor
	// Now is the partition's time in Unix milliseconds: the newest append time that was applied. It never goes back.
	Now int64
	// Outputs holds, per output topic, the offset from which on outputs of records from Next on may stand.
	Outputs []int64
	// Epoch numbers the owners of the partition, from 1.
	Epoch uint64
	// Partitions is the number of partitions that the keys were shared out over.
	Partitions int
	// Released says that the owner has stopped and written everything.
	Released bool
}

// Anchor remembers one record, to notice that a topic was deleted and made again under the same name.
type Anchor struct {
	// Offset is −1 when no record has been applied.
	Offset int64
	// Timestamp is in Unix milliseconds; Size counts the bytes of key and value.
	Timestamp int64
	Size      int64
}

const (
	envelopeVersion = 1
	// progressVersion 1 was written before there were changelogs; such a store is rebuilt.
	progressVersion = 2
)

// AppendEnvelope appends the envelope's binary form; the state's follows it.
func AppendEnvelope(dst []byte, e *Envelope) []byte {
	dst = append(dst, envelopeVersion)
	dst = appendOffsets(dst, e.Applied)
	return pack.Int(dst, e.Wake)
}

// ReadEnvelope splits a stored value into its envelope and the state behind it. e's slice is reused.
func ReadEnvelope(value []byte, e *Envelope) (state []byte, err error) {
	r := pack.NewReader(value)
	if v := r.Byte(); v != envelopeVersion && r.Err() == nil {
		return nil, &VersionError{What: "state", Found: v, Newest: envelopeVersion}
	}
	e.Applied = readOffsets(r, e.Applied[:0])
	e.Wake = r.Int()
	return r.Rest(), r.Err()
}

// AppendProgress appends the progress' binary form.
func AppendProgress(dst []byte, p *Progress) []byte {
	dst = append(dst, progressVersion)
	dst = appendOffsets(dst, p.Next)
	dst = pack.Uint(dst, uint64(len(p.Last)))
	for _, a := range p.Last {
		dst = pack.Int(pack.Int(pack.Int(dst, a.Offset), a.Timestamp), a.Size)
	}
	dst = pack.Int(dst, p.Now)
	dst = appendOffsets(dst, p.Outputs)
	dst = pack.Uint(pack.Uint(dst, p.Epoch), uint64(p.Partitions))
	return pack.Bool(dst, p.Released)
}

// ReadProgress is the reverse of AppendProgress.
func ReadProgress(value []byte) (Progress, error) {
	r, err := versioned(value, "progress", progressVersion)
	if err != nil {
		return Progress{}, err
	}
	p := Progress{Next: readOffsets(r, nil)}
	for range r.Count(3) {
		p.Last = append(p.Last, Anchor{Offset: r.Int(), Timestamp: r.Int(), Size: r.Int()})
	}
	p.Now = r.Int()
	p.Outputs = readOffsets(r, nil)
	p.Epoch, p.Partitions, p.Released = r.Uint(), int(r.Uint()), r.Bool()
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
