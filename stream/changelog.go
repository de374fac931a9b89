package stream

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"

	"github.com/cardwatch/cardwatch/detectors/pack"
	"github.com/cardwatch/cardwatch/store"
)

// ChangelogTopic is the compacted topic that carries the states of a processor's consumer group to a partition's next owner. A record's key is a byte that says
// what it is and, for a state, the customer; its value is
//
//	version  byte
//	epoch    uvarint   the owner's number
//	payload            a customer's value, a progress, rules or a format level, as in the store
//	crc      uint32 LE CRC-32C of all before
//
// The CRC covers what Kafka's own does not: a record that was copied by a mirroring tool, or damaged before it was sent.
func ChangelogTopic(group string) string { return group + ".changelog" }

const (
	changelogVersion = 1

	stateRecord    = 's'
	progressRecord = 'p'
	rulesRecord    = 'r'
	// formatRecord is an operator's, not an owner's: its epoch is 0 and does not count. It has version 1 for good.
	formatRecord = 'f'
)

// transactionalID is the id under which the owner of a partition writes, whoever it is.
func transactionalID(group string, partition int) string {
	return fmt.Sprintf("%s/%d", group, partition)
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// ErrDamaged says that a changelog record is not what was written.
var ErrDamaged = errors.New("its checksum does not fit: the changelog is damaged; delete the partition's changelog records and start " +
	"with an empty store to rebuild from the inputs")

// appendChange appends a changelog record's value.
func appendChange(dst []byte, epoch uint64, payload []byte) []byte {
	from := len(dst)
	dst = append(pack.Uint(append(dst, changelogVersion), epoch), payload...)
	return binary.LittleEndian.AppendUint32(dst, crc32.Checksum(dst[from:], castagnoli))
}

// readChange takes a changelog record's value apart. The payload is a view.
func readChange(value []byte) (epoch uint64, payload []byte, err error) {
	if len(value) > 0 && value[0] != changelogVersion {
		return 0, nil, &store.VersionError{What: "changelog record", Found: value[0], Newest: changelogVersion}
	}
	if len(value) < 6 {
		return 0, nil, fmt.Errorf("stream: changelog record of %d bytes: %w", len(value), ErrDamaged)
	}
	body, sum := value[:len(value)-4], binary.LittleEndian.Uint32(value[len(value)-4:])
	if crc32.Checksum(body, castagnoli) != sum {
		return 0, nil, fmt.Errorf("stream: changelog record: %w", ErrDamaged)
	}
	r := pack.NewReader(body[1:])
	epoch = r.Uint()
	return epoch, r.Rest(), r.Err()
}
