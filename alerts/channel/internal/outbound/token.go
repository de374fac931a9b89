package outbound

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
)

// Token is a JSON Web Token (RFC 7519) in the compact form of RFC 7515, signed over the SHA-256 of its first two parts.
func Token(header, claims any, sign func(digest []byte) ([]byte, error)) (string, error) {
	text := ""
	for _, part := range []any{header, claims} {
		b, err := json.Marshal(part)
		if err != nil {
			return "", err
		}
		if text != "" {
			text += "."
		}
		text += base64.RawURLEncoding.EncodeToString(b)
	}
	digest := sha256.Sum256([]byte(text))
	signature, err := sign(digest[:])
	if err != nil {
		return "", err
	}
	return text + "." + base64.RawURLEncoding.EncodeToString(signature), nil
}

// PrivateKey reads a key in PEM, PKCS #8. Its errors quote nothing of it.
func PrivateKey(text []byte) (any, error) {
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, errors.New("the private key is not in PEM")
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, errors.New("the private key is not in PKCS #8")
	}
	return key, nil
}
