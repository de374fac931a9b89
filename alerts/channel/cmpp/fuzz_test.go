package cmpp

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"
)

func FuzzDelivery(f *testing.F) {
	f.Add(make([]byte, 90), true)
	f.Add([]byte{}, false)
	f.Fuzz(func(t *testing.T, body []byte, three bool) {
		v := V2
		if three {
			v = V3
		}
		d, err := v.readDelivery(body)
		if err != nil {
			return
		}
		require.LessOrEqual(t, len(d.content), 255)
		require.LessOrEqual(t, len([]rune(decode(d.content, d.format))), 255)
		_, _, _ = readReport(d.content)
	})
}

func FuzzPDU(f *testing.F) {
	f.Add([]byte{0, 0, 0, 12, 0, 0, 0, 8, 0, 0, 0, 1})
	f.Fuzz(func(t *testing.T, raw []byte) {
		p, err := readPDU(bytes.NewReader(raw))
		if err == nil {
			require.Equal(t, raw[:headerLen+len(p.Body)], encodePDU(p))
		}
	})
}
