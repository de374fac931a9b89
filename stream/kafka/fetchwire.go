package kafka

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/segmentio/kafka-go/protocol"
)

// fetchVersion is the newest version of the Fetch API before the compact encodings; every broker from Kafka 2.3 on has it.
const fetchVersion = 11

// maxResponseBytes bounds a response on the wire. A batch that large would be refused anyway.
const maxResponseBytes = 2 * MaxBatchBytes

// versionError says that the broker is too old.
type versionError struct{ have int16 }

func (e *versionError) Error() string {
	return fmt.Sprintf("kafka: the broker offers Fetch only up to version %d, but %d (Kafka 2.3) is needed", e.have, fetchVersion)
}

// fetchRequest asks for one partition's records. It does its own exchange with the broker instead of going through kafka-go's type
// table, so that the response lands in a buffer that is reused and kafka-go's own Fetch stays as it is.
type fetchRequest struct {
	clientID  string
	topic     string
	partition int32
	offset    int64
	maxWaitMs int32
	maxBytes  int32

	version     int16
	correlation int32
	out, in     []byte
}

var (
	_ protocol.BrokerMessage = (*fetchRequest)(nil)
	_ protocol.RawExchanger  = (*fetchRequest)(nil)
)

// ApiKey implements protocol.Message.
func (r *fetchRequest) ApiKey() protocol.ApiKey { return protocol.Fetch }

// Broker implements protocol.BrokerMessage: a fetch goes to the partition's leader.
func (r *fetchRequest) Broker(cluster protocol.Cluster) (protocol.Broker, error) {
	topic, ok := cluster.Topics[r.topic]
	if !ok {
		return protocol.Broker{}, protocol.NewErrNoTopic(r.topic)
	}
	partition, ok := topic.Partitions[r.partition]
	if !ok {
		return protocol.Broker{}, protocol.NewErrNoPartition(r.topic, r.partition)
	}
	leader, ok := cluster.Brokers[partition.Leader]
	if !ok {
		return protocol.Broker{}, protocol.NewErrNoLeader(r.topic, r.partition)
	}
	return leader, nil
}

// Required implements protocol.RawExchanger.
func (r *fetchRequest) Required(versions map[protocol.ApiKey]int16) bool {
	r.version = versions[protocol.Fetch]
	return true
}

// RawExchange implements protocol.RawExchanger: it writes the request and reads the response.
func (r *fetchRequest) RawExchange(rw io.ReadWriter) (protocol.Message, error) {
	if r.version < fetchVersion {
		return nil, &versionError{have: r.version}
	}
	r.encode()
	if _, err := rw.Write(r.out); err != nil {
		return nil, err
	}
	var size [4]byte
	if _, err := io.ReadFull(rw, size[:]); err != nil {
		return nil, err
	}
	n := int(int32(binary.BigEndian.Uint32(size[:])))
	if n < 0 {
		return nil, fmt.Errorf("response of %d bytes", n)
	}
	if n > maxResponseBytes {
		return nil, errTooLarge
	}
	if cap(r.in) < n {
		r.in = make([]byte, n)
	}
	r.in = r.in[:n]
	if _, err := io.ReadFull(rw, r.in); err != nil {
		return nil, err
	}
	return r.decode()
}

// encode writes the request: https://kafka.apache.org/protocol#The_Messages_Fetch, version 11.
func (r *fetchRequest) encode() {
	const readCommitted = 1
	r.correlation++
	be := binary.BigEndian
	b := append(r.out[:0], 0, 0, 0, 0) // size, filled in below
	b = be.AppendUint16(b, uint16(protocol.Fetch))
	b = be.AppendUint16(b, fetchVersion)
	b = be.AppendUint32(b, uint32(r.correlation))
	b = appendString(b, r.clientID)
	b = be.AppendUint32(b, 0xffffffff) // replica id: a consumer
	b = be.AppendUint32(b, uint32(r.maxWaitMs))
	b = be.AppendUint32(b, 1) // min bytes
	b = be.AppendUint32(b, uint32(r.maxBytes))
	b = append(b, readCommitted)
	b = be.AppendUint32(b, 0)          // session id
	b = be.AppendUint32(b, 0xffffffff) // session epoch: none, as a session saves nothing for one partition
	b = be.AppendUint32(b, 1)          // topics
	b = appendString(b, r.topic)
	b = be.AppendUint32(b, 1) // partitions
	b = be.AppendUint32(b, uint32(r.partition))
	b = be.AppendUint32(b, 0xffffffff) // leader epoch: unknown
	b = be.AppendUint64(b, uint64(r.offset))
	b = be.AppendUint64(b, 0xffffffffffffffff) // log start: only followers know it
	b = be.AppendUint32(b, uint32(r.maxBytes))
	b = be.AppendUint32(b, 0) // forgotten topics
	b = appendString(b, "")   // rack
	be.PutUint32(b, uint32(len(b)-4))
	r.out = b
}

func appendString(b []byte, s string) []byte {
	return append(binary.BigEndian.AppendUint16(b, uint16(len(s))), s...)
}

// abortedTxn is a transaction that was rolled back: its batches start at the offset and end at its abort marker.
type abortedTxn struct {
	producerID int64
	first      int64
}

// fetchResponse is the answer for the one partition asked for. It shares the request's memory.
type fetchResponse struct {
	code          int16
	highWatermark int64
	lastStable    int64
	logStart      int64
	aborted       []abortedTxn
	records       []byte
}

// ApiKey implements protocol.Message.
func (*fetchResponse) ApiKey() protocol.ApiKey { return protocol.Fetch }

func (r *fetchRequest) decode() (*fetchResponse, error) {
	w := wire{b: r.in}
	if id := w.int32(); id != r.correlation {
		return nil, fmt.Errorf("response %d to request %d", id, r.correlation)
	}
	w.int32() // throttle time
	res := &fetchResponse{code: w.int16()}
	w.int32() // session id
	if topics := w.int32(); res.code != 0 || topics == 0 {
		return res, w.err()
	}
	topic, partitions, partition := w.string(), w.int32(), w.int32()
	if w.bad || topic != r.topic || partitions != 1 || partition != r.partition {
		return nil, errors.New("response is not for the partition asked for")
	}
	res.code = w.int16()
	res.highWatermark, res.lastStable, res.logStart = w.int64(), w.int64(), w.int64()
	for range max(0, min(w.int32(), int32(len(w.b)/16))) {
		res.aborted = append(res.aborted, abortedTxn{producerID: w.int64(), first: w.int64()})
	}
	w.int32() // preferred read replica
	if n := w.int32(); n > 0 {
		res.records = w.take(int(n))
	}
	return res, w.err()
}

// wire reads Kafka's fixed-size encodings. Once something does not fit, bad stays set and everything reads as zero.
type wire struct {
	b   []byte
	bad bool
}

func (w *wire) take(n int) []byte {
	if n < 0 || n > len(w.b) {
		w.bad, w.b = true, nil
		return nil
	}
	taken := w.b[:n:n]
	w.b = w.b[n:]
	return taken
}

func (w *wire) uint(n int) (v uint64) {
	for _, c := range w.take(n) {
		v = v<<8 | uint64(c)
	}
	return v
}

func (w *wire) int16() int16   { return int16(w.uint(2)) }
func (w *wire) int32() int32   { return int32(w.uint(4)) }
func (w *wire) int64() int64   { return int64(w.uint(8)) }
func (w *wire) string() string { return string(w.take(int(w.int16()))) }

func (w *wire) err() error {
	if w.bad {
		return errors.New("response is cut short")
	}
	return nil
}
