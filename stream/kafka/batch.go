package kafka

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
)

// Layout of a record batch, message format v2 (Kafka 0.11 and later): https://kafka.apache.org/documentation/#recordbatch.
const (
	posLength     = 8  // bytes that follow this field
	posMagic      = 16 // 2
	posCRC        = 17 // CRC-32C of everything from posAttributes on
	posAttributes = 21
	posLastDelta  = 23
	posBaseTime   = 27
	posMaxTime    = 35
	posProducerID = 43
	posEpoch      = 51
	posSequence   = 53
	posCount      = 57
	headerSize    = 61

	attrCompression   = 0x07
	attrLogAppendTime = 0x08
	attrTransactional = 0x10
	attrControl       = 0x20
)

// minRecordSize is that of a record without key, value and headers: seven one-byte fields.
const minRecordSize = 7

// batchHeader is the part of a batch that says how to read the rest.
type batchHeader struct {
	base       int64
	last       int64 // offset of the last record the batch was written with; compaction may have removed it since
	attributes int16
	baseTime   int64
	maxTime    int64
	producerID int64
	count      int
}

func (h *batchHeader) control() bool       { return h.attributes&attrControl != 0 }
func (h *batchHeader) transactional() bool { return h.attributes&attrTransactional != 0 }

// splitBatch takes the first batch off b. A nil batch without an error means that b ends in the middle of it, which brokers do to
// keep a response within its size.
func splitBatch(b []byte) (batch, rest []byte, err error) {
	if len(b) < posMagic+1 {
		return nil, nil, nil
	}
	// The magic byte has the same place in every format, so it is looked at before the length of a v2 batch is believed.
	if magic := b[posMagic]; magic != 2 {
		return nil, nil, &FormatError{Magic: int8(magic)}
	}
	size := int64(posLength+4) + int64(int32(binary.BigEndian.Uint32(b[posLength:])))
	if size < headerSize {
		return nil, nil, fmt.Errorf("batch length %d is shorter than its header", size)
	}
	if size > int64(len(b)) {
		return nil, nil, nil
	}
	return b[:size], b[size:], nil
}

// parseHeader checks the CRC of a whole batch and reads its header.
func parseHeader(batch []byte) (batchHeader, error) {
	want := binary.BigEndian.Uint32(batch[posCRC:])
	if got := crc32.Checksum(batch[posAttributes:], castagnoli()); got != want {
		return batchHeader{}, fmt.Errorf("CRC-32C is %08x but the batch says %08x", got, want)
	}
	h := batchHeader{
		base:       int64(binary.BigEndian.Uint64(batch)),
		attributes: int16(binary.BigEndian.Uint16(batch[posAttributes:])),
		baseTime:   int64(binary.BigEndian.Uint64(batch[posBaseTime:])),
		maxTime:    int64(binary.BigEndian.Uint64(batch[posMaxTime:])),
		producerID: int64(binary.BigEndian.Uint64(batch[posProducerID:])),
		count:      int(int32(binary.BigEndian.Uint32(batch[posCount:]))),
	}
	delta := int32(binary.BigEndian.Uint32(batch[posLastDelta:]))
	h.last = h.base + int64(delta)
	if h.base < 0 || delta < 0 || h.last < h.base || h.count < 0 {
		return batchHeader{}, fmt.Errorf("batch has base offset %d, last offset delta %d and %d records", h.base, delta, h.count)
	}
	return h, nil
}

// castagnoli returns the CRC-32C table, which the standard library builds once.
func castagnoli() *crc32.Table { return crc32.MakeTable(crc32.Castagnoli) }
