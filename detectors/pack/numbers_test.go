package pack_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/cardwatch/cardwatch/detectors/pack"
)

func TestNumbersComeBackAsCounted(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		signed := rapid.SliceOf(rapid.Int64()).Draw(t, "signed")
		var b []byte
		for _, v := range signed {
			b = pack.Uint(pack.Int(b, v), uint64(v))
		}
		require.Equal(t, 2*len(signed), pack.Count(b))
		n := pack.Numbers(b)
		for _, v := range signed {
			require.Equal(t, v, n.Int())
			require.Equal(t, uint64(v), n.Uint())
		}
		require.Empty(t, n)
	})
}

func TestAnyBytesAreAsManyNumbersAsCounted(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := rapid.SliceOf(rapid.Byte()).Draw(t, "bytes")
		count := pack.Count(b)
		n := pack.Numbers(b)
		for range count {
			require.NotEmpty(t, n)
			n.Uint()
		}
		if count >= 0 {
			require.Empty(t, n)
		}
		require.Equal(t, count < 0, len(b) > 0 && b[len(b)-1] >= 0x80)
	})
}
