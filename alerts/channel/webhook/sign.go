package webhook

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"strings"
)

// The headers of Standard Webhooks 1.0, in the form that package http keeps them.
const (
	idHeader        = "Webhook-Id"
	timeHeader      = "Webhook-Timestamp"
	signatureHeader = "Webhook-Signature"
)

// version marks symmetric signatures: HMAC-SHA256 in base64.
const version = "v1,"

type key []byte

func (k key) equal(other key) bool { return bytes.Equal(k, other) }

// keys decodes secrets; its errors quote none of them.
func keys(secrets []string) (list []key, err error) {
	if len(secrets) > 2 {
		return nil, errors.New("there are more than two; the second is for a change of keys")
	}
	for _, secret := range secrets {
		text, ok := strings.CutPrefix(secret, "whsec_")
		k, err := base64.StdEncoding.DecodeString(text)
		if !ok || err != nil || len(k) < 24 || len(k) > 64 {
			return nil, errors.New(`a secret must be "whsec_" and 24 to 64 bytes in base64`)
		}
		list = append(list, k)
	}
	return list, nil
}

// mac signs "id.timestamp.body".
func (k key) mac(id, at string, body []byte) []byte {
	h := hmac.New(sha256.New, k)
	h.Write([]byte(id + "." + at + "."))
	h.Write(body)
	return h.Sum(nil)
}

// sign gives one signature for each key, so that a receiver that knows only one of them is served while keys change.
func sign(keys []key, id, at string, body []byte) string {
	var list []string
	for _, k := range keys {
		list = append(list, version+base64.StdEncoding.EncodeToString(k.mac(id, at, body)))
	}
	return strings.Join(list, " ")
}

// maxSignatures bounds the work that a stranger can cause.
const maxSignatures = 8

// verify reports whether any of the signatures is by any of the keys. What it compares takes the same time however far off it is.
func verify(keys []key, id, at string, body []byte, signatures string) bool {
	list := strings.SplitN(signatures, " ", maxSignatures+1)
	good := false
	for _, k := range keys {
		want := k.mac(id, at, body)
		for _, s := range list[:min(len(list), maxSignatures)] {
			text, ok := strings.CutPrefix(s, version)
			got, err := base64.StdEncoding.DecodeString(text)
			good = ok && err == nil && hmac.Equal(got, want) || good
		}
	}
	return good
}
