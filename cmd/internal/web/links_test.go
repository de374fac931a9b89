package web

import (
	"encoding/base64"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var (
	newKey = LinkKey{ID: 2, Secret: []byte("new key, 32 bytes long at least.")}
	oldKey = LinkKey{ID: 1, Secret: []byte("old key, 32 bytes long at least.")}
	aLink  = Link{For: ForAnswer, ID: "prompt-1", Customer: "cust-7", ExpiresAt: time.Unix(1_772_300_000, 0)}
)

func links(t *testing.T, sign LinkKey, retired ...LinkKey) *Links {
	t.Helper()
	l, err := NewLinks(sign, retired...)
	require.NoError(t, err)
	return l
}

func owner(customer string) func(string) (string, error) {
	return func(string) (string, error) { return customer, nil }
}

func TestLinkComesBackAsItWasSigned(t *testing.T) {
	l := links(t, newKey)
	got, err := l.Open(l.Token(aLink), ForAnswer, owner("cust-7"))
	require.NoError(t, err)
	require.Equal(t, aLink, got)
}

func TestLinkSaysNothingAboutTheCustomer(t *testing.T) {
	raw, err := base64.RawURLEncoding.DecodeString(links(t, newKey).Token(aLink))
	require.NoError(t, err)
	require.NotContains(t, string(raw), aLink.Customer)
}

func TestEveryChangedBitIsNoticed(t *testing.T) {
	l := links(t, newKey, oldKey)
	raw, err := base64.RawURLEncoding.DecodeString(l.Token(aLink))
	require.NoError(t, err)
	for bit := range 8 * len(raw) {
		raw[bit/8] ^= 1 << (bit % 8)
		_, err := l.Open(base64.RawURLEncoding.EncodeToString(raw), ForAnswer, owner("cust-7"))
		require.ErrorIs(t, err, errBadLink, "bit %d", bit)
		raw[bit/8] ^= 1 << (bit % 8)
	}
}

func TestOtherLinksAreRefused(t *testing.T) {
	l := links(t, newKey)
	otherPurpose := append([]byte{newKey.ID, 0, 0, 0, 0, 0x69, 0xa3, 0x57, 0x60}, mac(newKey, Link{For: ForInstalment, ID: aLink.ID, Customer: aLink.Customer, ExpiresAt: aLink.ExpiresAt})...)
	for name, token := range map[string]string{
		"empty":                "",
		"no base64":            "%%%",
		"trailing bits":        l.Token(Link{For: ForAnswer, ID: "p"}) + "B",
		"line break":           l.Token(aLink) + "\n",
		"too short":            base64.RawURLEncoding.EncodeToString(make([]byte, 41)),
		"unknown key":          links(t, oldKey).Token(aLink),
		"same id, other bytes": links(t, LinkKey{ID: newKey.ID, Secret: oldKey.Secret}).Token(aLink),
		"other purpose":        base64.RawURLEncoding.EncodeToString(append(otherPurpose, aLink.ID...)),
	} {
		_, err := l.Open(token, ForAnswer, owner("cust-7"))
		require.ErrorIs(t, err, errBadLink, name)
	}
	_, err := l.Open(l.Token(aLink), ForAnswer, owner("somebody else"))
	require.ErrorIs(t, err, errBadLink, "a prompt of another customer")
}

func TestRetiredKeyStillOpensItsLinks(t *testing.T) {
	token := links(t, oldKey).Token(aLink)
	_, err := links(t, newKey, oldKey).Open(token, ForAnswer, owner("cust-7"))
	require.NoError(t, err)
}

func TestLookupFailureIsNotABadLink(t *testing.T) {
	l := links(t, newKey)
	broken := errors.New("store: broken")
	_, err := l.Open(l.Token(aLink), ForAnswer, func(string) (string, error) { return "", broken })
	require.ErrorIs(t, err, broken)
	require.NotErrorIs(t, err, errBadLink)
}

func TestWeakAndDoubleKeysAreRefused(t *testing.T) {
	_, err := NewLinks(LinkKey{ID: 1, Secret: []byte("short")})
	require.ErrorContains(t, err, "needs at least 32")
	_, err = NewLinks(newKey, LinkKey{ID: newKey.ID, Secret: oldKey.Secret})
	require.ErrorContains(t, err, "new id")
}

func TestGuessesAreCountedPerSourceAndForgotten(t *testing.T) {
	var g guesses
	now := time.Unix(1_772_300_000, 0)
	for range maxGuesses {
		require.True(t, g.allow("192.0.2.1", now))
	}
	require.False(t, g.allow("192.0.2.1", now))
	require.True(t, g.allow("192.0.2.2", now), "another source is not to blame")
	require.True(t, g.allow("192.0.2.1", now.Add(guessWindow+time.Second)))
}
