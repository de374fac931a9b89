package kafka

import (
	"errors"
	"fmt"

	kgo "github.com/segmentio/kafka-go"
)

// ErrFenced is returned by a Producer whose transactional id has been taken over by a newer one. It is final: this process no longer
// owns what it wrote for.
var ErrFenced = errors.New("kafka: a newer owner of the transactional id has fenced this producer")

// GapError says that the wanted offset is not in the partition any more (retention passed it) or not yet (the log was truncated or the
// topic recreated). Nothing is skipped; a person has to decide.
type GapError struct {
	Topic     string
	Partition int
	// Want is the offset that was asked for; LogStart and LogEnd are the first offset there is and one past the last.
	Want, LogStart, LogEnd int64
}

// Error implements error.
func (e *GapError) Error() string {
	if e.Want < e.LogStart {
		return fmt.Sprintf("kafka: %s/%d: offsets %d to %d were deleted before they were read; restore them, or run with "+
			"--accept-gap %s/%d:%d-%d to go on without", e.Topic, e.Partition, e.Want, e.LogStart-1, e.Topic, e.Partition, e.Want, e.LogStart-1)
	}
	return fmt.Sprintf("kafka: %s/%d: stored offset %d is beyond the log's end %d: the log was truncated or the topic recreated",
		e.Topic, e.Partition, e.Want, e.LogEnd)
}

// CorruptError says that a batch could not be read although it was fetched several times.
type CorruptError struct {
	Topic     string
	Partition int
	// Offset is the offset that was to be read.
	Offset int64
	// Err says what is wrong with the batch.
	Err error
}

// Error implements error.
func (e *CorruptError) Error() string {
	return fmt.Sprintf("kafka: %s/%d: batch at offset %d is corrupt: %v", e.Topic, e.Partition, e.Offset, e.Err)
}

// Unwrap returns what is wrong with the batch.
func (e *CorruptError) Unwrap() error { return e.Err }

// TooLargeError says that a batch exceeds MaxBatchBytes once decompressed, or a response that size on the wire.
type TooLargeError struct {
	Topic     string
	Partition int
	Offset    int64
}

// Error implements error.
func (e *TooLargeError) Error() string {
	return fmt.Sprintf("kafka: %s/%d: batch at offset %d is larger than %d bytes", e.Topic, e.Partition, e.Offset, MaxBatchBytes)
}

// FormatError says that the topic holds records in a message format from before Kafka 0.11, which this package does not read.
type FormatError struct {
	// Magic is the format's number, 0 or 1.
	Magic int8
}

// Error implements error.
func (e *FormatError) Error() string {
	return fmt.Sprintf("kafka: message format v%d is not supported: only v2 (Kafka 0.11 and later) is; rewrite the topic", e.Magic)
}

// final reports whether trying again cannot help.
func final(err error) bool {
	var (
		gap     *GapError
		corrupt *CorruptError
		large   *TooLargeError
		format  *FormatError
		version *versionError
	)
	return errors.As(err, &gap) || errors.As(err, &corrupt) || errors.As(err, &large) || errors.As(err, &format) ||
		errors.As(err, &version)
}

// explained is an error with what an operator would have to look at.
type explained struct {
	err  error
	hint string
}

func (e *explained) Error() string { return e.err.Error() + " (" + e.hint + ")" }
func (e *explained) Unwrap() error { return e.err }

// explain adds to a broker's answer, or to a connection that failed, what an operator would have to look at; once.
func explain(err error) error {
	var (
		code kgo.Error
		done *explained
	)
	switch {
	case err == nil || errors.As(err, &done):
		return err
	case !errors.As(err, &code):
		return &explained{err, "the broker cannot be reached at this address, or it closed the connection, which is how many refuse a " +
			"wrong user, password or TLS setting"}
	case code == kgo.UnknownTopicOrPartition:
		return &explained{err, "the topic does not exist, or this user has no permission to see it"}
	case code == kgo.TopicAuthorizationFailed, code == kgo.GroupAuthorizationFailed, code == kgo.TransactionalIDAuthorizationFailed,
		code == kgo.ClusterAuthorizationFailed:
		return &explained{err, "an ACL is missing for this user"}
	}
	return err
}
