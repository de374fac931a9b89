package apns

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"errors"
	"sync"
	"time"

	"github.com/cardwatch/cardwatch/alerts/channel/internal/outbound"
	"github.com/cardwatch/cardwatch/detectors/card"
)

const (
	// renewAfter keeps a token between the 20 minutes before which Apple wants no other and the 60 after which it is refused.
	renewAfter = 40 * time.Minute
	minLife    = 20 * time.Minute
)

// tokens signs provider tokens and keeps each for a while.
type tokens struct {
	team, keyID string
	key         *ecdsa.PrivateKey

	mu    sync.Mutex
	token string
	since card.Moment
}

// setUp checks the options. Its errors quote nothing of the key.
func (t *tokens) setUp(o Options) error {
	if len(o.TeamID) != 10 || len(o.KeyID) != 10 {
		return errors.New("a team's and a key's id have ten characters")
	}
	key, err := outbound.PrivateKey(o.PrivateKey)
	if err != nil {
		return err
	}
	ec, ok := key.(*ecdsa.PrivateKey)
	if !ok || ec.Curve != elliptic.P256() {
		return errors.New("the private key is not on the curve P-256")
	}
	t.team, t.keyID, t.key = o.TeamID, o.KeyID, ec
	return nil
}

// get gives the token in use.
func (t *tokens) get(now card.Moment) (string, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	age := now.Sub(t.since)
	if t.token != "" && age >= 0 && age < renewAfter {
		return t.token, nil
	}
	token, err := outbound.Token(
		map[string]string{"alg": "ES256", "kid": t.keyID},
		map[string]any{"iss": t.team, "iat": now.UnixMilli / 1000},
		t.sign,
	)
	if err == nil {
		t.token, t.since = token, now
	}
	return token, err
}

// renew forgets a token that Apple calls too old, and reports whether another will be made: not within the 20 minutes in which Apple
// would take offence, and in which only our clock can be wrong.
func (t *tokens) renew(now card.Moment) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if age := now.Sub(t.since); age >= 0 && age < minLife {
		return false
	}
	t.token = ""
	return true
}

// sign gives r and s with 32 bytes each, as RFC 7518 §3.4 has it.
func (t *tokens) sign(digest []byte) ([]byte, error) {
	r, s, err := ecdsa.Sign(rand.Reader, t.key, digest)
	if err != nil {
		return nil, err
	}
	out := make([]byte, 64)
	r.FillBytes(out[:32])
	s.FillBytes(out[32:])
	return out, nil
}
