package wire

import (
	"unicode"
	"unicode/utf8"
	"unsafe"

	"golang.org/x/text/unicode/norm"
)

// The longest texts, in runes. Names are cut for every screen and message; typed text is what staff have to read in full.
const (
	maxNameRunes  = 120
	maxTypedRunes = 2000
)

// hidden reports whether a character changes what people see without being seen: control characters, and the bidi
// overrides, embeddings and isolates that can turn a text around.
func hidden(r rune) bool {
	return unicode.IsControl(r) || '\u202a' <= r && r <= '\u202e' || '\u2066' <= r && r <= '\u2069'
}

// appendClean appends the text without hidden characters, in Unicode normal form C, cut to limit runes.
func appendClean(dst, text []byte, limit int) []byte {
	start := len(dst)
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRune(text[i:])
		if !hidden(r) {
			dst = append(dst, text[i:i+size]...)
		}
		i += size
	}
	if !norm.NFC.IsNormal(dst[start:]) {
		dst = append(dst[:start], norm.NFC.Bytes(dst[start:])...)
	}
	for i := start; i < len(dst); limit-- {
		if limit == 0 {
			return dst[:i]
		}
		_, size := utf8.DecodeRune(dst[i:])
		i += size
	}
	return dst
}

// visible reports whether a text is free of hidden characters.
func visible(s string) bool {
	for _, r := range s {
		if hidden(r) {
			return false
		}
	}
	return true
}

// view is b as a string without copying it: valid while b is left unchanged.
func view(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }
