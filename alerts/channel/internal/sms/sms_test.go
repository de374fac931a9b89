package sms

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/alerts"
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

// The first attempt seemed lost, the second was accepted, and then the first one's answer came.
func TestAPartThatWasAcceptedTwiceHasTwoIDsAndIsForgottenWithBoth(t *testing.T) {
	var l Ledger
	ref := l.Begin("twice", "text")
	l.Accept("twice", ref, 0, 1, "second")
	l.Accept("twice", ref, 0, 1, "first")
	last, all := l.Accepted("twice")
	require.True(t, all)
	require.Equal(t, "second", last, "what was recorded stays")
	for _, theirs := range []string{"first", "second"} {
		id, decided := l.Fate(theirs, alerts.Delivered)
		require.True(t, decided)
		require.Equal(t, "twice", id)
	}
	for n := range remembered {
		l.Begin(fmt.Sprint("later", n), "text")
	}
	id, _ := l.Fate("first", alerts.Undelivered)
	require.Empty(t, id)
	require.Empty(t, l.parts)
}

func TestAnIDThatTheCentreGivesAgainIsTheNewMessages(t *testing.T) {
	var l Ledger
	l.Accept("old", l.Begin("old", "text"), 0, 1, "id")
	l.Accept("new", l.Begin("new", "text"), 0, 1, "id")
	for n := range remembered - 1 {
		l.Begin(fmt.Sprint("later", n), "text")
	}
	_, remembersOld := l.Accepted("old")
	require.False(t, remembersOld)
	id, _ := l.Fate("id", alerts.Delivered)
	require.Equal(t, "new", id)
}
