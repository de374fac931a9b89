package wire

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/text/unicode/norm"
)

func TestHanCharactersAreAsPlainAsASCII(t *testing.T) {
	for r := rune(0x3ff0); r < 0xa010; r++ {
		text := "9" + strings.Repeat(string(r), 2) + "a"
		s := scanner{data: []byte(`"` + text + `"`)}
		got := s.text()
		require.Equal(t, 0x4000 <= r && r < 0xa000, got.kind == plainText, "%U", r)
		if got.kind == plainText {
			require.Equal(t, text, string(appendClean(nil, []byte(text), maxNameRunes)), "%U needs cleaning", r)
			properties := norm.NFC.PropertiesString(string(r))
			require.True(t, properties.BoundaryBefore() && properties.BoundaryAfter() && !hidden(r), "%U is not plain", r)
		}
	}
}

func TestCutHanCharactersAreNoUTF8(t *testing.T) {
	for _, s := range []string{"店\xe5", "店\xe5\xba", "店\xe5\xba\xc0", "店\xe5\x40\x97", "店\xe5\"", "\xe9\xff\xff"} {
		_, _, err := decode(t, TransactionTopic, with(`"merchant_name":"`+s+`"`))
		require.Equal(t, "bad_encoding", label(t, err), "%q", s)
	}
}
