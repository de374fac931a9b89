package kafka

// Header is one record header.
type Header struct {
	Key   string
	Value []byte
}

// Record is one record as read from a partition. Its byte slices share the memory of the Batch it came in.
type Record struct {
	Offset int64
	// Timestamp is in milliseconds since 1970: the producer's time, or the broker's append time where the topic is set to that.
	Timestamp int64
	// Key and Value are nil when absent; a record without a value is a tombstone on a compacted topic.
	Key, Value []byte
	Headers    []Header
}

// Message is one record to be written.
type Message struct {
	Topic string
	// Partition is the partition to write to; -1 means that of the key, as Partition computes it.
	Partition int32
	// Key and Value are absent when nil, which is not the same as empty.
	Key, Value []byte
	Headers    []Header
	// Timestamp is in milliseconds since 1970; 0 means the time of sending.
	Timestamp int64
}

// Batch is what one fetch brought. It may hold no record and still have moved Next on: past aborted transactions, control records and
// what compaction removed.
type Batch struct {
	// Records are in offset order, not necessarily without holes.
	Records []Record
	// Next is the offset to be read next.
	Next int64
	// HighWatermark is one past the last offset that all in-sync replicas have.
	HighWatermark int64
	// LastStable is one past the last offset that can be read: the high watermark, or the start of the oldest open transaction.
	LastStable int64
	// LogStart is the oldest offset that is still kept.
	LogStart int64
}

// CaughtUp reports whether everything that could be read at the time of the fetch has been read.
func (b *Batch) CaughtUp() bool { return b.Next >= b.LastStable }
