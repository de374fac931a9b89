package sms

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The codes of 3GPP TS 23.038 §6.2.1, a few from each row.
func TestTheDefaultAlphabet(t *testing.T) {
	require.Len(t, basic, 128)
	for r, want := range map[rune]string{
		'@': "\x00", '$': "\x02", 'Ç': "\x09", '\n': "\x0A", 'Δ': "\x10", 'Ξ': "\x1A", 'É': "\x1F", ' ': "\x20", '¤': "\x24", '9': "\x39",
		'¡': "\x40", 'A': "\x41", 'Ä': "\x5B", '§': "\x5F", '¿': "\x60", 'z': "\x7A", 'à': "\x7F", '€': "\x1B\x65", '[': "\x1B\x3C",
	} {
		require.Equal(t, want, codes[r], "%q", r)
	}
}

func TestTheLedgerForgetsTheOldest(t *testing.T) {
	var l Ledger
	name := func(n int) string { return "m" + strings.Repeat("x", n%7) + string(rune(n+256)) }
	for n := range remembered + 1 {
		ref := l.Begin(name(n), "text")
		l.Accept(name(n), ref, 0, 1, "id"+name(n))
	}
	_, known := l.Accepted(name(0))
	require.False(t, known)
	_, known = l.Accepted(name(1))
	require.True(t, known)
	require.Len(t, l.messages, remembered)
	require.Len(t, l.parts, remembered)
}
