package apns_test

import (
	"crypto/ecdsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"strings"
)

// readToken checks a provider token as RFC 7515 and Apple describe it, and gives when it was issued.
func readToken(public *ecdsa.PublicKey, authorization string) (issued int64, ok bool) {
	token, bearer := strings.CutPrefix(authorization, "bearer ")
	parts := strings.Split(token, ".")
	if !bearer || len(parts) != 3 {
		return 0, false
	}
	var header struct{ Alg, Kid string }
	var claims struct {
		Iss string
		Iat int64
	}
	for i, into := range []any{&header, &claims} {
		b, err := base64.RawURLEncoding.DecodeString(parts[i])
		if err != nil || json.Unmarshal(b, into) != nil {
			return 0, false
		}
	}
	signature, err := base64.RawURLEncoding.DecodeString(parts[2])
	if err != nil || len(signature) != 64 || header.Alg != "ES256" || header.Kid != keyID || claims.Iss != team {
		return 0, false
	}
	digest := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	r, s := new(big.Int).SetBytes(signature[:32]), new(big.Int).SetBytes(signature[32:])
	return claims.Iat, ecdsa.Verify(public, digest[:], r, s)
}
