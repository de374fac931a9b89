package kafka

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestMurmur2AgreesWithJava uses the vectors of Apache Kafka's own UtilsTest.testMurmur2.
func TestMurmur2AgreesWithJava(t *testing.T) {
	for key, want := range map[string]int32{
		"21":                         -973932308,
		"foobar":                     -790332482,
		"a-little-bit-long-string":   -985981536,
		"a-little-bit-longer-string": -1486304829,
		"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8": -58897971,
		"abc": 479470107,
	} {
		require.Equal(t, want, int32(murmur2([]byte(key))), key)
	}
}

func TestPartitionClearsTheSignBit(t *testing.T) {
	require.Equal(t, (-973932308&0x7fffffff)%12, Partition([]byte("21"), 12))
	require.Equal(t, 479470107%12, Partition([]byte("abc"), 12))
}
