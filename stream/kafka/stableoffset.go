package kafka

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	kgo "github.com/segmentio/kafka-go"
	"github.com/segmentio/kafka-go/protocol"
)

// stableOffset reads a group's committed offset of one partition, -1 when there is none. While a transaction that stored one is still
// being ended, the answer is UNSTABLE_OFFSET_COMMIT.
func (c *Client) stableOffset(ctx context.Context, group, topic string, partition int) (int64, error) {
	res, err := c.main.RoundTrip(ctx, c.addr, &offsetRequest{clientID: c.cfg.ClientID, group: group, topic: topic, partition: int32(partition)})
	if err != nil {
		return -1, err
	}
	answer := res.(*offsetResponse)
	if answer.code != 0 && kgo.Error(answer.code) != kgo.GroupIdNotFound {
		return -1, kgo.Error(answer.code)
	}
	return answer.offset, nil
}

// offsetFetchVersion is the first version of the OffsetFetch API that can ask for stable offsets (Kafka 2.5); kafka-go stops at 5.
const offsetFetchVersion = 7

// offsetRequest asks for one partition's stable offset. It does its own exchange with the broker, as fetchRequest does.
type offsetRequest struct {
	clientID, group, topic string
	partition              int32
}

var (
	_ protocol.GroupMessage = (*offsetRequest)(nil)
	_ protocol.RawExchanger = (*offsetRequest)(nil)
)

// ApiKey implements protocol.Message.
func (r *offsetRequest) ApiKey() protocol.ApiKey { return protocol.OffsetFetch }

// Group implements protocol.GroupMessage: the request goes to the group's coordinator.
func (r *offsetRequest) Group() string { return r.group }

// Required implements protocol.RawExchanger.
func (r *offsetRequest) Required(map[protocol.ApiKey]int16) bool { return true }

// RawExchange implements protocol.RawExchanger: it writes the request and reads the response.
func (r *offsetRequest) RawExchange(rw io.ReadWriter) (protocol.Message, error) {
	if _, err := rw.Write(r.encode()); err != nil {
		return nil, err
	}
	var size [4]byte
	if _, err := io.ReadFull(rw, size[:]); err != nil {
		return nil, err
	}
	n := int(int32(binary.BigEndian.Uint32(size[:])))
	if n < 0 || n > maxOffsetResponse {
		return nil, fmt.Errorf("offset response of %d bytes", n)
	}
	in := make([]byte, n)
	if _, err := io.ReadFull(rw, in); err != nil {
		return nil, err
	}
	return r.decode(in)
}

// maxOffsetResponse is far above an answer about one partition, whose only text is metadata of up to 4 KiB.
const maxOffsetResponse = 64 << 10

// encode writes the request: https://kafka.apache.org/protocol#The_Messages_OffsetFetch, version 7, in the compact encodings.
func (r *offsetRequest) encode() []byte {
	be := binary.BigEndian
	b := []byte{0, 0, 0, 0} // size, filled in below
	b = be.AppendUint16(b, uint16(protocol.OffsetFetch))
	b = be.AppendUint16(b, offsetFetchVersion)
	b = be.AppendUint32(b, 0) // correlation id: a connection has one request at a time
	b = appendString(b, r.clientID)
	b = append(b, 0) // no tagged fields
	b = appendCompact(b, r.group)
	b = append(b, 2) // one topic, plus one
	b = appendCompact(b, r.topic)
	b = append(b, 2) // one partition, plus one
	b = be.AppendUint32(b, uint32(r.partition))
	b = append(b, 0) // no tagged fields of the topic
	b = append(b, 1) // require stable offsets
	b = append(b, 0) // no tagged fields
	be.PutUint32(b, uint32(len(b)-4))
	return b
}

func appendCompact(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s)+1)), s...)
}

// offsetResponse is the answer about the one partition asked for.
type offsetResponse struct {
	offset int64
	code   int16
}

// ApiKey implements protocol.Message.
func (*offsetResponse) ApiKey() protocol.ApiKey { return protocol.OffsetFetch }

func (r *offsetRequest) decode(in []byte) (*offsetResponse, error) {
	w := wire{b: in}
	w.int32() // correlation id
	w.skipTags()
	w.int32() // throttle time
	res := &offsetResponse{offset: -1}
	for range w.compactLen() {
		topic := string(w.take(w.compactLen()))
		for range w.compactLen() {
			partition, offset := w.int32(), w.int64()
			w.int32() // leader epoch
			w.take(max(0, w.compactLen()))
			code := w.int16()
			w.skipTags()
			if topic == r.topic && partition == r.partition {
				res.offset, res.code = offset, code
			}
		}
		w.skipTags()
	}
	if code := w.int16(); code != 0 {
		res.code = code
	}
	w.skipTags()
	if w.bad {
		return nil, errors.New("offset response is cut short")
	}
	return res, nil
}

func (w *wire) uvarint() uint64 {
	v, n := binary.Uvarint(w.b)
	if n <= 0 {
		w.bad, w.b = true, nil
		return 0
	}
	w.b = w.b[n:]
	return v
}

// compactLen reads a length that is written plus one, -1 for null; never more than there are bytes left.
func (w *wire) compactLen() int { return int(min(w.uvarint(), uint64(len(w.b)+1))) - 1 }

func (w *wire) skipTags() {
	for range min(w.uvarint(), uint64(len(w.b))) {
		w.uvarint()
		w.take(int(min(w.uvarint(), uint64(len(w.b)+1))))
	}
}
