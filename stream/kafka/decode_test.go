package kafka

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"testing"

	"github.com/segmentio/kafka-go/compress"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kmsg"
	"pgregory.net/rapid"
)

// batchOf encodes a batch whose first record has the offset.
func batchOf(base int64, msgs ...Message) []byte {
	var e batchEncoder
	e.reset()
	for i := range msgs {
		e.add(&msgs[i], msgs[i].Timestamp)
	}
	b := bytes.Clone(e.finish(noSession, -1))
	binary.BigEndian.PutUint64(b, uint64(base))
	return b
}

func batchOfValues(base int64, values ...string) []byte {
	return batchOf(base, messages("", values)...)
}

// emptyBatch is what the log cleaner leaves of a producer's last batch.
func emptyBatch(base, last int64) []byte {
	b := batchOfValues(base, "removed")[:headerSize]
	binary.BigEndian.PutUint32(b[posLastDelta:], uint32(last-base))
	binary.BigEndian.PutUint32(b[posCount:], 0)
	return sealed(b)
}

// compressed packs a batch's records.
func compressed(t require.TestingT, b []byte, codec compress.Compression) []byte {
	var packed bytes.Buffer
	w := codec.Codec().NewWriter(&packed)
	_, err := w.Write(b[headerSize:])
	require.NoError(t, err)
	require.NoError(t, w.Close())
	b = append(bytes.Clone(b[:headerSize]), packed.Bytes()...)
	binary.BigEndian.PutUint16(b[posAttributes:], uint16(codec))
	return sealed(b)
}

// sealed puts length and CRC right after a change.
func sealed(b []byte) []byte {
	binary.BigEndian.PutUint32(b[posLength:], uint32(len(b)-posLength-4))
	binary.BigEndian.PutUint32(b[posCRC:], crc32.Checksum(b[posAttributes:], castagnoli()))
	return b
}

// decodeAll reads a whole record set from the offset on.
func decodeAll(d *decoder, set []byte, from int64) error {
	d.reset()
	for len(set) > 0 {
		batch, rest, err := splitBatch(set)
		if err != nil || batch == nil {
			return err
		}
		h, err := parseHeader(batch)
		if err != nil {
			return err
		}
		if err := d.add(&h, batch[headerSize:], from); err != nil {
			return err
		}
		set = rest
	}
	return nil
}

func TestDecodeReturnsWhatWasEncoded(t *testing.T) {
	optional := rapid.OneOf(rapid.Just([]byte(nil)), rapid.SliceOfN(rapid.Byte(), 0, 200))
	header := rapid.Custom(func(t *rapid.T) Header {
		return Header{Key: rapid.String().Draw(t, "name"), Value: optional.Draw(t, "content")}
	})
	message := rapid.Custom(func(t *rapid.T) Message {
		return Message{
			Key: optional.Draw(t, "key"), Value: optional.Draw(t, "value"),
			Headers:   rapid.SliceOfN(header, 0, 3).Draw(t, "headers"),
			Timestamp: rapid.Int64Range(0, 1<<45).Draw(t, "timestamp"),
		}
	})
	var d decoder
	rapid.Check(t, func(t *rapid.T) {
		msgs := rapid.SliceOfN(message, 1, 20).Draw(t, "messages")
		base := rapid.Int64Range(0, 1<<50).Draw(t, "base")
		codec := compress.Compression(rapid.IntRange(0, 4).Draw(t, "compression"))
		from := base + rapid.Int64Range(0, int64(len(msgs))).Draw(t, "from")
		set := batchOf(base, msgs...)
		if codec != compress.None {
			set = compressed(t, set, codec)
		}
		require.NoError(t, decodeAll(&d, set, from))
		require.Len(t, d.records, int(base)+len(msgs)-int(from))
		for i, r := range d.records {
			offset := from + int64(i)
			m := msgs[offset-base]
			if len(m.Headers) == 0 {
				m.Headers = nil
			}
			require.Equal(t, Record{Offset: offset, Timestamp: m.Timestamp, Key: m.Key, Value: m.Value, Headers: m.Headers}, r)
		}
	})
}

func TestAnIndependentDecoderReadsOurBatches(t *testing.T) {
	b := batchOf(0, Message{Key: []byte("k"), Value: []byte("v"), Timestamp: 5}, Message{Timestamp: 3, Headers: []Header{{"h", nil}}})
	var theirs kmsg.RecordBatch
	require.NoError(t, theirs.ReadFrom(b))
	require.EqualValues(t, 2, theirs.NumRecords)
	require.EqualValues(t, 5, theirs.FirstTimestamp)
	require.EqualValues(t, 5, theirs.MaxTimestamp)
	var first kmsg.Record
	require.NoError(t, first.ReadFrom(theirs.Records))
	require.Equal(t, "k", string(first.Key))
	require.Equal(t, "v", string(first.Value))
}

func TestAppendTimeReplacesTheProducersTime(t *testing.T) {
	b := batchOf(0, Message{Timestamp: 5}, Message{Timestamp: 6})
	binary.BigEndian.PutUint16(b[posAttributes:], attrLogAppendTime)
	binary.BigEndian.PutUint64(b[posMaxTime:], 99)
	var d decoder
	require.NoError(t, decodeAll(&d, sealed(b), 0))
	require.Equal(t, []int64{99, 99}, []int64{d.records[0].Timestamp, d.records[1].Timestamp})
}

func TestDamagedBatchesAreRefused(t *testing.T) {
	good := func() []byte { return batchOfValues(7, "one", "two") }
	for name, tc := range map[string]struct {
		damage func(b []byte) []byte
		want   string
	}{
		"a flipped bit":                {func(b []byte) []byte { b[len(b)-3] ^= 4; return b }, "CRC-32C"},
		"a length below the header":    {func(b []byte) []byte { binary.BigEndian.PutUint32(b[posLength:], 3); return b }, "shorter than its header"},
		"a negative length":            {func(b []byte) []byte { binary.BigEndian.PutUint32(b[posLength:], 1<<31); return b }, "shorter than its header"},
		"more records than bytes":      {func(b []byte) []byte { binary.BigEndian.PutUint32(b[posCount:], 1<<30); return sealed(b) }, "records in"},
		"fewer records than written":   {func(b []byte) []byte { binary.BigEndian.PutUint32(b[posCount:], 1); return sealed(b) }, "after the last record"},
		"a negative count":             {func(b []byte) []byte { binary.BigEndian.PutUint32(b[posCount:], 1<<31); return sealed(b) }, "records"},
		"an offset past the last":      {func(b []byte) []byte { binary.BigEndian.PutUint32(b[posLastDelta:], 0); return sealed(b) }, "record offset 8"},
		"a record length past the end": {func(b []byte) []byte { b[headerSize] = 0x7e; return sealed(b) }, "malformed"},
		"an unknown compression":       {func(b []byte) []byte { b[posAttributes+1] = 7; return sealed(b) }, "unknown compression 7"},
		"noise instead of gzip":        {func(b []byte) []byte { b[posAttributes+1] = 1; return sealed(b) }, "gzip"},
		"noise instead of snappy":      {func(b []byte) []byte { b[posAttributes+1] = 2; return sealed(b) }, "snappy"},
		"noise instead of lz4":         {func(b []byte) []byte { b[posAttributes+1] = 3; return sealed(b) }, "lz4"},
		"noise instead of zstd":        {func(b []byte) []byte { b[posAttributes+1] = 4; return sealed(b) }, "zstd"},
	} {
		t.Run(name, func(t *testing.T) {
			var d decoder
			require.ErrorContains(t, decodeAll(&d, tc.damage(good()), 0), tc.want)
			require.Empty(t, d.records, "no record of a damaged batch is handed out")
		})
	}
}

func TestDecompressionIsBounded(t *testing.T) {
	bomb := batchOf(0, Message{Value: make([]byte, MaxBatchBytes)})
	for _, codec := range []compress.Compression{compress.Gzip, compress.Snappy, compress.Lz4, compress.Zstd} {
		var d decoder
		require.ErrorIs(t, decodeAll(&d, compressed(t, bomb, codec), 0), errTooLarge, codec.String())
	}
	bare := append(binary.AppendUvarint(bytes.Clone(bomb[:headerSize]), 3<<30), "a snappy block that says it holds 3 GiB"...)
	bare[posAttributes+1] = 2
	var d decoder
	require.ErrorIs(t, decodeAll(&d, sealed(bare), 0), errTooLarge)
}

func TestDecodingAllocatesNothingPerRecord(t *testing.T) {
	msgs := make([]Message, 1000)
	for i := range msgs {
		msgs[i] = Message{Key: []byte("key"), Value: []byte("value"), Headers: []Header{{"trace", []byte("1")}}}
	}
	set := batchOf(0, msgs...)
	var d decoder
	require.NoError(t, decodeAll(&d, set, 0))
	require.Zero(t, testing.AllocsPerRun(10, func() { _ = decodeAll(&d, set, 0) }))
}
