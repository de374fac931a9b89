package sms

import (
	"encoding/binary"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// Alphabet is what texts are written in.
type Alphabet string

// The alphabets. GSM7 is one character an octet ("unpacked"), as most centres want it.
const (
	GSM7   Alphabet = "gsm7"
	Latin1 Alphabet = "latin1"
	UCS2   Alphabet = "ucs2"
)

// data_coding values (SMPP 3.4 §5.2.19; CMPP's Msg_Fmt has the same for UCS-2).
const (
	CodingDefault uint8 = 0
	CodingLatin1  uint8 = 3
	CodingUCS2    uint8 = 8
)

const escape = 0x1B

// basic is the GSM 7-bit default alphabet in the order of its codes (3GPP TS 23.038 §6.2.1); the escape stands for itself.
var basic = []rune("@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§" +
	"¿abcdefghijklmnopqrstuvwxyzäöñüà")

// extension is what follows the escape (§6.2.1.1).
var extension = map[byte]rune{
	0x0A: '\f', 0x14: '^', 0x28: '{', 0x29: '}', 0x2F: '\\', 0x3C: '[', 0x3D: '~', 0x3E: ']', 0x40: '|', 0x65: '€',
}

// codes gives each character's octets.
var codes = func() map[rune]string {
	m := map[rune]string{}
	for code, r := range basic {
		m[r] = string([]byte{byte(code)})
	}
	delete(m, escape)
	for code, r := range extension {
		m[r] = string([]byte{escape, code})
	}
	return m
}()

// Encode gives the octets of each character, since none may be cut in two, and the coding: UCS-2 when the text does not fit the
// alphabet.
func Encode(text string, a Alphabet) (characters []string, coding uint8) {
	narrow := map[Alphabet]func(rune) (string, bool){
		GSM7:   func(r rune) (string, bool) { s, found := codes[r]; return s, found },
		Latin1: func(r rune) (string, bool) { return string([]byte{byte(r)}), r <= 0xFF },
		UCS2:   func(rune) (string, bool) { return "", false },
	}[a]
	for _, r := range text {
		s, fits := narrow(r)
		if !fits {
			return encodeWide(text), CodingUCS2
		}
		characters = append(characters, s)
	}
	if a == Latin1 {
		return characters, CodingLatin1
	}
	return characters, CodingDefault
}

func encodeWide(text string) (characters []string) {
	for _, r := range text {
		var b []byte
		for _, unit := range utf16.AppendRune(nil, r) {
			b = binary.BigEndian.AppendUint16(b, unit)
		}
		characters = append(characters, string(b))
	}
	return characters
}

// Decode reads what came in. Octets of no known coding are read as UTF-8 if they are that, else as Latin-1: the text goes to a
// person when the desk cannot make sense of it.
func Decode(b []byte, coding uint8, fallback Alphabet) string {
	switch {
	case coding == CodingUCS2 || coding&0xFC == 0x18 || coding == CodingDefault && fallback == UCS2:
		return decodeWide(b)
	case coding == CodingDefault && fallback == GSM7 || coding&0xF4 == 0xF0:
		return decodeGSM(b)
	case coding != CodingLatin1 && utf8.Valid(b):
		return string(b)
	}
	var s strings.Builder
	for _, c := range b {
		s.WriteRune(rune(c))
	}
	return s.String()
}

// decodeWide reads UTF-16, big-endian as all have it. Half a character at the end is left out.
func decodeWide(b []byte) string {
	units := make([]uint16, len(b)/2)
	for n := range units {
		units[n] = binary.BigEndian.Uint16(b[2*n:])
	}
	return string(utf16.Decode(units))
}

// decodeGSM reads unpacked septets. An octet above 0x7F is no code of the alphabet, and an unknown extension is read as the basic
// character, as §6.2.1.1 asks.
func decodeGSM(b []byte) string {
	var s strings.Builder
	for n := 0; n < len(b); n++ {
		r := utf8.RuneError
		if b[n] < 0x80 {
			r = basic[b[n]]
		}
		if r == escape && n+1 < len(b) {
			n++
			if e, found := extension[b[n]]; found {
				r = e
			} else if b[n] < 0x80 {
				r = basic[b[n]]
			}
		}
		if r != escape {
			s.WriteRune(r)
		}
	}
	return s.String()
}
