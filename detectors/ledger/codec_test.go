package ledger_test

import (
	"encoding/hex"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/detectors/ledger"
	"github.com/cardwatch/cardwatch/detectors/pack"
)

// golden is the binary form of fourMonths, version 1. States in stores and changelogs have this form: when this test fails,
// the version must rise and the old form stay readable.
const golden = "01026131434e5900000000000480c488d9ee66c007b0acbdbb0d0080ea3080f104008092f40100000180b51880b518020000e0a7120002aff8c8b3070080dcb4f20d00b0acbdbb0d00c0843da08d06008092f401020001a08d0600020000e0a7120002d0b7cc7b0080dc86cc0300b0acbdbb0d00809f49c0a907008092f4010000010000000000e0a7120002d0e3ebbe0600b0acbdbb0d0080897ac09a0c008092f40104000000afd0a88cb667bf07000000000000"

func TestBinaryFormIsTheGoldenOne(t *testing.T) {
	require.Equal(t, golden, hex.EncodeToString(fourMonths(t).AppendBinary(nil)))
}

func TestGoldenFormReadsBack(t *testing.T) {
	value, err := hex.DecodeString(golden)
	require.NoError(t, err)
	r := pack.NewReader(value)
	a := ledger.Read(r)
	require.NoError(t, r.Done())
	want, _ := fourMonths(t).Features()
	got, _ := a.Features()
	require.Equal(t, want, got)
}

func TestDamagedFormsAreErrors(t *testing.T) {
	whole := fourMonths(t).AppendBinary(nil)
	for n := range whole {
		r := pack.NewReader(whole[:n])
		ledger.Read(r)
		require.Error(t, r.Done(), "cut after %d bytes", n)
	}
	r := pack.NewReader(append([]byte{99}, whole[1:]...))
	ledger.Read(r)
	require.ErrorContains(t, r.Err(), "version 99")
}

func FuzzRead(f *testing.F) {
	f.Add(fourMonths(f).AppendBinary(nil))
	f.Fuzz(func(t *testing.T, value []byte) {
		r := pack.NewReader(value)
		a := ledger.Read(r)
		if r.Err() != nil {
			return
		}
		require.LessOrEqual(t, len(a.Bills), ledger.MaxBills)
		require.LessOrEqual(t, len(a.Payments), ledger.MaxPayments)
	})
}
