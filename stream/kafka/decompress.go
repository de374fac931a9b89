package kafka

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/klauspost/compress/zstd"
	"github.com/segmentio/kafka-go/compress"
)

// errTooLarge says that a batch decompresses to more than MaxBatchBytes.
var errTooLarge = errors.New("batch is larger than MaxBatchBytes once decompressed")

// decompress appends the decompressed payload to dst.
func decompress(dst, payload []byte, codec int) ([]byte, error) {
	c := compress.Compression(codec)
	if c.Codec() == nil {
		return nil, fmt.Errorf("unknown compression %d", codec)
	}
	switch c {
	case compress.Snappy:
		if err := checkSnappy(payload); err != nil {
			return nil, err
		}
	case compress.Zstd:
		return unzstd(dst, payload)
	}
	r := c.Codec().NewReader(bytes.NewReader(payload))
	dst, err := appendLimited(dst, r)
	if closeErr := r.Close(); err == nil {
		err = closeErr
	}
	if err != nil && !errors.Is(err, errTooLarge) {
		return nil, fmt.Errorf("%s: %w", c, err)
	}
	return dst, err
}

// appendLimited appends all that r holds, unless that is more than MaxBatchBytes.
func appendLimited(dst []byte, r io.Reader) ([]byte, error) {
	start := len(dst)
	for {
		if len(dst) == cap(dst) {
			dst = append(dst, 0)[:len(dst)]
		}
		n, err := r.Read(dst[len(dst):cap(dst)])
		dst = dst[:len(dst)+n]
		switch {
		case len(dst)-start > MaxBatchBytes:
			return dst, errTooLarge
		case errors.Is(err, io.EOF):
			return dst, nil
		case err != nil:
			return dst, err
		}
	}
}

// maxWindow is the largest window that a zstd frame may ask for, that of level 22, and the most that its decoder allocates.
const maxWindow = 128 << 20

// unzstd appends what zstd frames hold. The streaming decoder behind kafka-go's codec allocates and keeps whatever window a frame
// declares, half a gigabyte for ten bytes of input; this one has its output for a window.
func unzstd(dst, payload []byte) ([]byte, error) {
	decoder, err := zstdDecoder()
	if err != nil {
		return nil, fmt.Errorf("zstd: %w", err)
	}
	out, err := decoder.DecodeAll(payload, dst)
	switch {
	case errors.Is(err, zstd.ErrDecoderSizeExceeded), err == nil && len(out)-len(dst) > MaxBatchBytes:
		return nil, errTooLarge
	case err != nil:
		return nil, fmt.Errorf("zstd: %w", err)
	}
	return out, nil
}

// zstdDecoder is shared: decoding whole payloads is safe from everywhere.
var zstdDecoder = sync.OnceValues(func() (*zstd.Decoder, error) {
	return zstd.NewReader(nil, zstd.WithDecoderMaxMemory(maxWindow))
})

// snappyMagic starts the framing that Java clients put around snappy blocks; others send one bare block.
const snappyMagic = "\x82SNAPPY\x00"

// checkSnappy adds up the sizes that the snappy blocks declare, because the codec allocates what is declared before it looks further.
func checkSnappy(payload []byte) error {
	if !bytes.HasPrefix(payload, []byte(snappyMagic)) {
		return checkDeclared(0, payload)
	}
	total := uint64(0)
	for rest := payload[min(16, len(payload)):]; len(rest) > 0; {
		if len(rest) < 4 || uint64(binary.BigEndian.Uint32(rest)) > uint64(len(rest)-4) {
			return errors.New("snappy: block exceeds the batch")
		}
		size := binary.BigEndian.Uint32(rest)
		block := rest[4 : 4+size]
		if err := checkDeclared(total, block); err != nil {
			return err
		}
		declared, _ := binary.Uvarint(block)
		total += declared
		rest = rest[4+size:]
	}
	return nil
}

func checkDeclared(total uint64, block []byte) error {
	declared, n := binary.Uvarint(block)
	if n <= 0 {
		return errors.New("snappy: block without a size")
	}
	if declared > MaxBatchBytes || total+declared > MaxBatchBytes {
		return errTooLarge
	}
	return nil
}
