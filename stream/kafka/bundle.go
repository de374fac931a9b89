package kafka

// Bundle collects the records of one transaction. They are encoded as they are added, so that nothing of the caller's memory is kept; a
// Bundle that is Reset uses its own memory again. It belongs to one goroutine at a time. The zero Bundle is ready.
type Bundle struct {
	parts   map[target]*part
	records int
	bytes   int
}

// part is what goes to one partition: batches in order, of which the first used ones hold something.
type part struct {
	batches []*batchEncoder
	used    int
}

// Add appends one record to its partition, which has to be given. A timestamp of 0 has to be replaced by the caller: the time of
// sending is not known yet.
func (b *Bundle) Add(m *Message) {
	if b.parts == nil {
		b.parts = map[target]*part{}
	}
	to := target{m.Topic, m.Partition}
	p := b.parts[to]
	if p == nil {
		p = &part{}
		b.parts[to] = p
	}
	e := p.open(len(m.Key) + len(m.Value))
	before := len(e.buf)
	e.add(m, m.Timestamp)
	b.records++
	b.bytes += len(e.buf) - before
}

// open gives the batch that a record of the size goes to.
func (p *part) open(size int) *batchEncoder {
	if p.used > 0 {
		if last := p.batches[p.used-1]; len(last.buf)+size <= maxWriteBytes {
			return last
		}
	}
	if p.used == len(p.batches) {
		p.batches = append(p.batches, &batchEncoder{attributes: attrTransactional})
	}
	p.used++
	p.batches[p.used-1].reset()
	return p.batches[p.used-1]
}

// Len is the number of records, Bytes their encoded size.
func (b *Bundle) Len() int { return b.records }

// Bytes is the encoded size of the records.
func (b *Bundle) Bytes() int { return b.bytes }

// Reset empties the bundle.
func (b *Bundle) Reset() {
	for _, p := range b.parts {
		p.used = 0
	}
	b.records, b.bytes = 0, 0
}
