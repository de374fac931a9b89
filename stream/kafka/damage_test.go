package kafka

import (
	"bytes"
	"runtime"
	"testing"

	"github.com/segmentio/kafka-go/compress"
	"github.com/stretchr/testify/require"
)

var codecs = []compress.Compression{compress.None, compress.Gzip, compress.Snappy, compress.Lz4, compress.Zstd}

// smallBatch has keys, values, a header and an absent value, in fewer than 200 bytes whatever packs it.
func smallBatch(t require.TestingT, codec compress.Compression) []byte {
	b := batchOf(7, Message{Key: []byte("c-1"), Value: []byte("one"), Timestamp: 5},
		Message{Key: []byte("c-1"), Timestamp: 6, Headers: []Header{{"h", []byte("v")}}}, Message{Value: []byte("three three three")})
	if codec == compress.None {
		return b
	}
	return compressed(t, b, codec)
}

func flipped(b []byte, bit int) []byte {
	b = bytes.Clone(b)
	b[bit/8] ^= 1 << (bit % 8)
	return b
}

// The CRC covers what stands behind it. Of what stands before, the length and the magic byte decide where the batch ends and are found out;
// the base offset and the leader epoch are the broker's to write after the producer has summed the batch, so that Kafka leaves
// them out, and only an offset that makes no sense is refused.
func TestEachFlippedBitIsNoticed(t *testing.T) {
	const posLeaderEpoch = posLength + 4
	for _, codec := range codecs {
		t.Run(codec.String(), func(t *testing.T) {
			good := smallBatch(t, codec)
			var d decoder
			require.NoError(t, decodeAll(&d, good, 0))
			require.Len(t, d.records, 3)
			for bit := range 8 * len(good) {
				const sign = 7 // of the base offset
				err := decodeAll(&d, flipped(good, bit), 0)
				switch place := bit / 8; {
				case place < posLength && bit != sign, posLeaderEpoch <= place && place < posMagic:
					require.NoError(t, err, "bit %d of byte %d", bit%8, place)
				case posLength <= place && place < posLeaderEpoch && err == nil:
					require.Empty(t, d.records, "a batch that seems to be cut short")
				default:
					require.Error(t, err, "bit %d of byte %d", bit%8, place)
					require.Empty(t, d.records)
				}
			}
		})
	}
}

// A frame header of zstd declares the window that its decoder has to keep.
func TestZstdWindowsAreNotAllocated(t *testing.T) {
	for window, want := range map[byte]string{
		17 << 3: "", // 2^(10+17) bytes, level 22 of Java clients
		19 << 3: "window size exceeded",
	} {
		frame := []byte{0x28, 0xb5, 0x2f, 0xfd, 0, window, 1 | minRecordSize<<3, 0, 0, 12, 0, 0, 0, 1, 1, 0}
		batch := append(bytes.Clone(batchOfValues(0, "")[:headerSize]), frame...)
		batch[posAttributes+1] = byte(compress.Zstd)
		var d decoder
		before := allocatedBytes()
		err := decodeAll(&d, sealed(batch), 0)
		require.Less(t, allocatedBytes()-before, uint64(4<<20))
		if want == "" {
			require.NoError(t, err)
			require.Len(t, d.records, 1)
		} else {
			require.ErrorContains(t, err, want)
		}
	}
}

// FuzzDecodeBatch looks for input that panics, allocates without bound, or yields records that break the order of offsets.
func FuzzDecodeBatch(f *testing.F) {
	f.Add(batchOfValues(3, "a", "b"), false)
	f.Add(append(emptyBatch(0, 9), batchOf(10, Message{Headers: []Header{{"h", []byte("v")}}})...), true)
	for _, codec := range codecs {
		f.Add(smallBatch(f, codec), true)
	}
	f.Fuzz(func(t *testing.T, set []byte, seal bool) {
		if seal && len(set) > headerSize {
			set = sealed(bytes.Clone(set)) // or the CRC would stop nearly every input
		}
		var d decoder
		before := allocatedBytes()
		err := decodeAll(&d, set, 0)
		require.Less(t, allocatedBytes()-before, allocationBound(&d, set))
		require.LessOrEqual(t, len(d.slab), MaxBatchBytes*(1+len(set)/headerSize))
		for i := range d.records {
			require.GreaterOrEqual(t, d.records[i].Offset, int64(0))
		}
		if err != nil {
			return
		}
		filter := newAbortFilter([]abortedTxn{{1, 0}})
		for len(set) > headerSize {
			batch, rest, _ := splitBatch(set)
			if batch == nil {
				break
			}
			h, err := parseHeader(batch)
			require.NoError(t, err)
			filter.skips(&h, batch[headerSize:])
			set = rest
		}
	})
}

// allocationBound is what decoding a set may allocate in all. A byte of a batch, once decompressed, becomes at most twenty of records
// and headers (a header of two bytes takes 40); slices that grow by a quarter allocate five times what they end with. The rest is what
// codecs take for themselves, zstd for a batch that is refused at last.
func allocationBound(d *decoder, set []byte) uint64 {
	return 5*20*uint64(len(set)+cap(d.slab)) + 2*maxWindow + 32<<20
}

func allocatedBytes() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.TotalAlloc
}
