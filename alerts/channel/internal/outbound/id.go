package outbound

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"github.com/cardwatch/cardwatch/alerts"
)

// maxID is the longest id that the contract's topics take.
const maxID = 64

// Fits reports whether an id can stand in the contract's topics: at most 64 visible ASCII characters, or none.
func Fits(id string) bool {
	return len(id) <= maxID && strings.IndexFunc(id, func(r rune) bool { return r <= ' ' || r >= 0x7f }) < 0
}

// ID is a provider's own id in the form that the topics take: itself, or a hash of it. The same id always gives the same.
func ID(id string) string {
	if Fits(id) {
		return id
	}
	sum := sha256.Sum256([]byte(id))
	return "sha256-" + hex.EncodeToString(sum[:24])
}

// Phone reads a number or short code as the contract has it: an optional plus and 3 to 15 digits.
func Phone(raw string) (alerts.Phone, bool) {
	digits := strings.TrimPrefix(raw, "+")
	if len(digits) < 3 || len(digits) > 15 || strings.Trim(digits, "0123456789") != "" {
		return "", false
	}
	return alerts.Phone(raw), true
}
