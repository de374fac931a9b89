package mapping

import (
	"crypto/hmac"
	"crypto/sha256"
	"strings"
)

// token is HMAC-SHA-256 of a card number, cut to 128 bits. Spaces and dashes do not count, so that one card printed in two ways is
// one card. It is written in 32 letters (a … p, one a nibble): without digits it can never look like a card number.
func (m *Mapping) token(number string) string {
	mac := hmac.New(sha256.New, m.tokenKey)
	mac.Write([]byte(strings.NewReplacer(" ", "", "-", "").Replace(number)))
	sum := mac.Sum(nil)
	letters := make([]byte, 0, 32)
	for _, b := range sum[:16] {
		letters = append(letters, 'a'+b>>4, 'a'+b&15)
	}
	return string(letters)
}
