package web

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"time"
)

// LinkKey is a secret that signs customers' links. ID is one byte that names it in the link.
type LinkKey struct {
	ID     byte
	Secret []byte
}

// Links signs the links by which customers answer, and checks them. Safe for concurrent use.
type Links struct {
	sign LinkKey
	// check holds the live keys by id: the one that signs, and those that are being retired.
	check map[byte][]byte
}

// minSecret is the least length of a key in bytes: the strength of HMAC-SHA-256 (RFC 2104 §3).
const minSecret = 32

// NewLinks signs with one key and accepts links of it and of the retired ones. Links live no longer than their prompts, so a
// retired key can go a day after it was replaced.
func NewLinks(sign LinkKey, retired ...LinkKey) (*Links, error) {
	l := &Links{sign: sign, check: map[byte][]byte{}}
	for _, k := range append(retired, sign) {
		if len(k.Secret) < minSecret {
			return nil, fmt.Errorf("web: link key %d has %d bytes, needs at least %d", k.ID, len(k.Secret), minSecret)
		}
		if _, taken := l.check[k.ID]; taken {
			return nil, fmt.Errorf("web: two link keys have the id %d: give the new key a new id", k.ID)
		}
		l.check[k.ID] = k.Secret
	}
	return l, nil
}

// Link is what a customer's link says.
type Link struct {
	// For is what the customer does on its page.
	For LinkPurpose
	// ID is the prompt's or the instalment's.
	ID string
	// Customer is signed, but not in the address.
	Customer string
	// ExpiresAt is when a yes stops counting, to the second. A no counts for ever.
	ExpiresAt time.Time
}

// LinkPurpose is what a link is for. It keeps a signature made for one purpose from passing for another's under the same key.
type LinkPurpose string

// The purposes: a prompt to answer, an instalment to look at, apply for, consent to or refuse.
const (
	ForAnswer     LinkPurpose = "cardwatch answer v1"
	ForInstalment LinkPurpose = "cardwatch instalment v1"
)

// errBadLink says that a token is not one of ours; why is nobody's business.
var errBadLink = errors.New("web: not a link of ours")

// Token is the link's part of the address, base64url: key id, expiry, HMAC-SHA-256, id. It holds nothing about the card.
func (l *Links) Token(link Link) string {
	token := binary.BigEndian.AppendUint64([]byte{l.sign.ID}, uint64(link.ExpiresAt.Unix()))
	token = append(token, mac(l.sign, link)...)
	return base64.RawURLEncoding.EncodeToString(append(token, link.ID...))
}

// Open checks a token for a purpose. customerOf finds whose prompt or instalment it is. Any error but customerOf's own is errBadLink.
func (l *Links) Open(token string, purpose LinkPurpose, customerOf func(id string) (string, error)) (Link, error) {
	const head = 1 + 8 + sha256.Size
	raw, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil || len(raw) <= head || len(token) > 256 || strings.ContainsAny(token, "\r\n") {
		return Link{}, errBadLink
	}
	secret, live := l.check[raw[0]]
	if !live {
		return Link{}, errBadLink
	}
	link := Link{For: purpose, ID: string(raw[head:]), ExpiresAt: time.Unix(int64(binary.BigEndian.Uint64(raw[1:9])), 0)}
	if link.Customer, err = customerOf(link.ID); err != nil {
		return Link{}, err
	}
	if subtle.ConstantTimeCompare(raw[9:head], mac(LinkKey{raw[0], secret}, link)) != 1 {
		return Link{}, errBadLink
	}
	return link, nil
}

// mac signs every part with its length, so that no two links give the same bytes.
func mac(key LinkKey, link Link) []byte {
	h := hmac.New(sha256.New, key.Secret)
	message := binary.BigEndian.AppendUint64([]byte{key.ID}, uint64(link.ExpiresAt.Unix()))
	for _, part := range []string{string(link.For), link.ID, link.Customer} {
		message = append(binary.AppendUvarint(message, uint64(len(part))), part...)
	}
	h.Write(message)
	return h.Sum(nil)
}
