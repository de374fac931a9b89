package store

import (
	"encoding/binary"
	"math"
)

// Every key begins with its partition, so that what one owner has lies together, then the processor, then a table:
//
//	partition  processor  table  rest                         value
//	uint16 BE  byte       's'    customer                     envelope ‖ state      (Envelope)
//	uint16 BE  byte       't'    due: uint64 BE ms, customer  –                     one timer per customer
//	uint16 BE  byte       'i'    index byte, row key          row value             (Row), follows from the state
//	uint16 BE  byte       'p'    –                            progress              (Progress)
//	uint16 BE  byte       'r'    –                            the rules that decide from the progress on
//	uint16 BE  byte       'c'    –                            offset                the changelog below it is in this copy
//	uint16 BE  byte       'f'    –                            format level          (Format)
//
// Values begin with a version (see Format). A negative due time cannot occur: moments before 1970 are refused at the door.
const (
	tableState     = 's'
	tableTimer     = 't'
	tableIndex     = 'i'
	tableProgress  = 'p'
	tableRules     = 'r'
	tableChangelog = 'c'
	tableFormat    = 'f'

	prefixLen = 4
)

func appendPrefix(dst []byte, partition int, rest ...byte) []byte {
	dst = binary.BigEndian.AppendUint16(dst, uint16(partition))
	return append(dst, rest...)
}

func appendStateKey[K string | []byte](s *Space, dst []byte, customer K) []byte {
	return append(appendPrefix(dst, s.partition, s.processor, tableState), customer...)
}

func appendTimerKey[K string | []byte](s *Space, dst []byte, due int64, customer K) []byte {
	dst = appendPrefix(dst, s.partition, s.processor, tableTimer)
	return append(binary.BigEndian.AppendUint64(dst, uint64(due)), customer...)
}

func (s *Space) indexKey(dst []byte, index byte, key []byte) []byte {
	dst = appendPrefix(dst, s.partition, s.processor, tableIndex)
	return append(append(dst, index), key...)
}

// metaKey is the key of a table with one row.
func (s *Space) metaKey(table byte) []byte { return appendPrefix(nil, s.partition, s.processor, table) }

// successor is the smallest key that is greater than every key with the given prefix; nil when there is none.
func successor(prefix []byte) []byte {
	end := append([]byte(nil), prefix...)
	for i := len(end) - 1; i >= 0; i-- {
		if end[i] < math.MaxUint8 {
			end[i]++
			return end[:i+1]
		}
	}
	return nil
}
