package kafka

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// MaxBatchBytes bounds one record batch once decompressed. Kafka's default limit for a batch on the wire is 1 MiB. Its records and
// headers take at most twenty times as much memory.
const MaxBatchBytes = 16 << 20

// maxHeaderKeys bounds the table of header keys seen: more different ones than that are not keys but data.
const maxHeaderKeys = 256

var errMalformed = errors.New("malformed record")

// decoder turns batches into records. It reuses its memory: what it returned is valid until reset.
type decoder struct {
	records    []Record
	headers    []Header
	slab       []byte            // decompressed batches
	headerKeys map[string]string // so that a key seen before costs no allocation
}

func (d *decoder) reset() {
	d.records, d.headers, d.slab = d.records[:0], d.headers[:0], d.slab[:0]
}

// add decodes the batch's records from the wanted offset on. On error it adds none.
func (d *decoder) add(h *batchHeader, payload []byte, from int64) error {
	if h.count == 0 && len(payload) == 0 {
		return nil // compaction removed all its records, and whatever compressed them
	}
	if codec := h.attributes & attrCompression; codec != 0 {
		start := len(d.slab)
		slab, err := decompress(d.slab, payload, int(codec))
		if err != nil {
			return err
		}
		d.slab, payload = slab, slab[start:]
	}
	if h.count > len(payload)/minRecordSize {
		return fmt.Errorf("batch says %d records in %d bytes", h.count, len(payload))
	}
	records, headers := len(d.records), len(d.headers)
	if err := d.addRecords(h, cursor{b: payload}, from); err != nil {
		d.records, d.headers = d.records[:records], d.headers[:headers]
		return err
	}
	return nil
}

func (d *decoder) addRecords(h *batchHeader, c cursor, from int64) error {
	previous := h.base - 1
	for range h.count {
		r := Record{Timestamp: h.maxTime}
		body := cursor{b: c.take(c.varint())}
		body.take(1) // record attributes: none are defined
		timeDelta := body.varint()
		if h.attributes&attrLogAppendTime == 0 {
			r.Timestamp = h.baseTime + timeDelta
		}
		r.Offset = h.base + body.varint()
		r.Key, r.Value = body.bytes(), body.bytes()
		r.Headers = d.readHeaders(&body)
		if c.bad || body.bad || len(body.b) > 0 {
			return errMalformed
		}
		if r.Offset <= previous || r.Offset > h.last {
			return fmt.Errorf("record offset %d after %d in a batch of %d to %d", r.Offset, previous, h.base, h.last)
		}
		previous = r.Offset
		if r.Offset >= from {
			d.records = append(d.records, r)
		}
	}
	if len(c.b) > 0 {
		return fmt.Errorf("%d bytes after the last record", len(c.b))
	}
	return nil
}

func (d *decoder) readHeaders(c *cursor) []Header {
	n := c.varint()
	if n == 0 {
		return nil
	}
	if n < 0 || n > int64(len(c.b)/2) { // a header has at least two bytes
		c.bad = true
		return nil
	}
	start := len(d.headers)
	for range n {
		key := c.take(c.varint())
		d.headers = append(d.headers, Header{Key: d.headerKey(key), Value: c.bytes()})
	}
	return d.headers[start:len(d.headers):len(d.headers)]
}

func (d *decoder) headerKey(key []byte) string {
	if s, ok := d.headerKeys[string(key)]; ok {
		return s
	}
	s := string(key)
	if d.headerKeys == nil {
		d.headerKeys = map[string]string{}
	}
	if len(d.headerKeys) < maxHeaderKeys {
		d.headerKeys[s] = s
	}
	return s
}

// cursor reads the parts of a record. Once something does not fit, bad stays set and everything reads as empty.
type cursor struct {
	b   []byte
	bad bool
}

func (c *cursor) varint() int64 {
	if len(c.b) > 0 && c.b[0] < 0x80 {
		v := c.b[0]
		c.b = c.b[1:]
		return int64(v>>1) ^ -int64(v&1)
	}
	v, n := binary.Varint(c.b)
	if n <= 0 {
		c.bad, c.b = true, nil
		return 0
	}
	c.b = c.b[n:]
	return v
}

func (c *cursor) take(n int64) []byte {
	if n < 0 || n > int64(len(c.b)) {
		c.bad, c.b = true, nil
		return nil
	}
	taken := c.b[:n:n]
	c.b = c.b[n:]
	return taken
}

// bytes reads a length and as many bytes; the length -1 means nil.
func (c *cursor) bytes() []byte {
	n := c.varint()
	if n == -1 {
		return nil
	}
	return c.take(n)
}
