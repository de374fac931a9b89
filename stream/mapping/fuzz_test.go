package mapping

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/stream/wire"
)

// FuzzImport feeds rows of any kind to the mapping that uses the whole language: every line that comes out is one the door takes.
func FuzzImport(f *testing.F) {
	head, _, _ := bytes.Cut(sample(f, "bank.csv"), []byte("\n"))
	mapping := sample(f, "bank.yaml")
	mapping = bytes.Replace(mapping, []byte("gb18030"), []byte("utf-8"), 1)
	f.Add(sample(f, "bank.csv")[len(head):])
	f.Add([]byte("\n\"|\n|||||||\xff|||||||"))
	f.Fuzz(func(t *testing.T, rows []byte) {
		m, err := Parse("bank.yaml", mapping)
		require.NoError(t, err)
		require.NoError(t, m.UseTokenKey(tokenKey))
		require.NoError(t, m.UseLookup("terminals", bytes.NewReader(sample(t, "terminals.csv"))))
		out := memory{}
		sum, err := Import(t.Context(), m, bytes.NewReader(append(head[:len(head):len(head)], rows...)), out)
		if err != nil {
			return // The fuzzer changed the header line.
		}
		var refused int64
		for _, n := range sum.Rejected {
			refused += n
		}
		require.Equal(t, sum.Rows, sum.Records[wire.TransactionTopic]+sum.Skipped["not posted"]+refused)
		for _, line := range bytes.Split(bytes.TrimSpace([]byte(out[wire.TransactionTopic+".jsonl"])), []byte("\n")) {
			require.True(t, len(line) == 0 || json.Valid(line), string(line))
		}
	})
}
