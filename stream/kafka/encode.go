package kafka

import (
	"encoding/binary"
	"hash/crc32"
	"math/bits"
)

// batchEncoder builds one uncompressed v2 batch in a buffer that it reuses.
type batchEncoder struct {
	buf        []byte
	count      int
	baseTime   int64
	maxTime    int64
	attributes uint16 // such as attrTransactional; kept by reset
}

// session identifies an idempotent producer towards the brokers.
type session struct {
	producerID int64
	epoch      int16
}

func (e *batchEncoder) reset() {
	e.buf = append(e.buf[:0], make([]byte, headerSize)...)
	e.count = 0
}

// add appends one record.
func (e *batchEncoder) add(m *Message, timestamp int64) {
	if e.count == 0 {
		e.baseTime, e.maxTime = timestamp, timestamp
	}
	e.maxTime = max(e.maxTime, timestamp)
	timeDelta, offsetDelta := timestamp-e.baseTime, int64(e.count)
	e.buf = binary.AppendVarint(e.buf, int64(bodySize(m, timeDelta, offsetDelta)))
	e.buf = append(e.buf, 0) // record attributes: none are defined
	e.buf = binary.AppendVarint(e.buf, timeDelta)
	e.buf = binary.AppendVarint(e.buf, offsetDelta)
	e.buf = appendBytes(e.buf, m.Key)
	e.buf = appendBytes(e.buf, m.Value)
	e.buf = binary.AppendVarint(e.buf, int64(len(m.Headers)))
	for _, h := range m.Headers {
		e.buf = binary.AppendVarint(e.buf, int64(len(h.Key)))
		e.buf = append(e.buf, h.Key...)
		e.buf = appendBytes(e.buf, h.Value)
	}
	e.count++
}

// finish fills in the header and returns the batch, which is valid until the next reset.
func (e *batchEncoder) finish(s session, sequence int32) []byte {
	b := e.buf
	binary.BigEndian.PutUint32(b[posLength:], uint32(len(b)-posLength-4))
	b[posMagic] = 2
	binary.BigEndian.PutUint16(b[posAttributes:], e.attributes)
	binary.BigEndian.PutUint32(b[posLastDelta:], uint32(e.count-1))
	binary.BigEndian.PutUint64(b[posBaseTime:], uint64(e.baseTime))
	binary.BigEndian.PutUint64(b[posMaxTime:], uint64(e.maxTime))
	binary.BigEndian.PutUint64(b[posProducerID:], uint64(s.producerID))
	binary.BigEndian.PutUint16(b[posEpoch:], uint16(s.epoch))
	binary.BigEndian.PutUint32(b[posSequence:], uint32(sequence))
	binary.BigEndian.PutUint32(b[posCount:], uint32(e.count))
	binary.BigEndian.PutUint32(b[posCRC:], crc32.Checksum(b[posAttributes:], castagnoli()))
	return b
}

func bodySize(m *Message, timeDelta, offsetDelta int64) int {
	n := 1 + varintSize(timeDelta) + varintSize(offsetDelta) + bytesSize(m.Key) + bytesSize(m.Value) + varintSize(int64(len(m.Headers)))
	for _, h := range m.Headers {
		n += varintSize(int64(len(h.Key))) + len(h.Key) + bytesSize(h.Value)
	}
	return n
}

// appendBytes writes a length and the bytes; nil, which means absent, has the length -1.
func appendBytes(dst, b []byte) []byte {
	if b == nil {
		return binary.AppendVarint(dst, -1)
	}
	return append(binary.AppendVarint(dst, int64(len(b))), b...)
}

func bytesSize(b []byte) int {
	if b == nil {
		return 1
	}
	return varintSize(int64(len(b))) + len(b)
}

func varintSize(v int64) int {
	zigzag := uint64(v)<<1 ^ uint64(v>>63)
	return (bits.Len64(zigzag|1) + 6) / 7
}
