package pack_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/detectors/pack"
)

func sample() []byte {
	b := pack.Uint(nil, 300)
	b = pack.Int(b, -7)
	b = pack.Bool(b, true)
	b = pack.Float(b, 1.5)
	b = pack.Fixed32(b, 0xdeadbeef)
	b = pack.Fixed64(b, 1<<63)
	b = pack.String(b, "view")
	return pack.String(b, "哈尔滨")
}

func TestFieldsComeBackInOrder(t *testing.T) {
	r := pack.NewReader(sample())
	require.Equal(t, uint64(300), r.Uint())
	require.Equal(t, int64(-7), r.Int())
	require.True(t, r.Bool())
	require.Equal(t, 1.5, r.Float())
	require.Equal(t, uint32(0xdeadbeef), r.Fixed32())
	require.Equal(t, uint64(1<<63), r.Fixed64())
	require.Equal(t, "view", string(r.Bytes()))
	require.Equal(t, "哈尔滨", r.String())
	require.NoError(t, r.Done())
}

func TestEveryCutOfAValueIsAnError(t *testing.T) {
	whole := sample()
	for n := range whole {
		r := pack.NewReader(whole[:n])
		r.Uint()
		r.Int()
		r.Bool()
		r.Float()
		r.Fixed32()
		r.Fixed64()
		r.Bytes()
		_ = r.String()
		require.ErrorIs(t, r.Done(), pack.ErrShort, "cut after %d bytes", n)
	}
}

func TestLeftOverBytesAreAnError(t *testing.T) {
	r := pack.NewReader([]byte{1, 2})
	r.Byte()
	require.ErrorContains(t, r.Done(), "1 bytes left over")
}

func TestDamagedLengthAllocatesNothing(t *testing.T) {
	r := pack.NewReader(pack.Uint(nil, 1<<60))
	require.Equal(t, 0, r.Count(8))
	require.ErrorIs(t, r.Err(), pack.ErrShort)
}
