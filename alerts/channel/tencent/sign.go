package tencent

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"
	"time"
)

const (
	algorithm   = "TC3-HMAC-SHA256"
	contentType = "application/json; charset=utf-8"
)

// request is a POST of JSON to "/".
type request struct {
	service, host, action, version, region string
	at                                     time.Time
	body                                   []byte
}

func mac(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text))
	return h.Sum(nil)
}

func hexSHA256(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// signature is over the headers that are named, which are given as lines.
func (r request) signature(secretKey, names, lines string) string {
	canonical := strings.Join([]string{http.MethodPost, "/", "", lines, names, hexSHA256(r.body)}, "\n")
	toSign := strings.Join([]string{algorithm, strconv.FormatInt(r.at.Unix(), 10), r.scope(), hexSHA256([]byte(canonical))}, "\n")
	key := mac(mac(mac([]byte("TC3"+secretKey), r.date()), r.service), "tc3_request")
	return hex.EncodeToString(mac(key, toSign))
}

func (r request) date() string { return r.at.UTC().Format(time.DateOnly) }

func (r request) scope() string { return r.date() + "/" + r.service + "/tc3_request" }

// header gives the request's headers, the signature among them. All but the host, which package http sends itself.
func (r request) header(secretID, secretKey string) http.Header {
	const names = "content-type;host;x-tc-action"
	lines := "content-type:" + contentType + "\nhost:" + r.host + "\nx-tc-action:" + strings.ToLower(r.action) + "\n"
	h := http.Header{}
	for name, value := range map[string]string{
		"Content-Type": contentType, "X-TC-Action": r.action, "X-TC-Version": r.version, "X-TC-Region": r.region,
		"X-TC-Timestamp": strconv.FormatInt(r.at.Unix(), 10),
		"Authorization": algorithm + " Credential=" + secretID + "/" + r.scope() + ", SignedHeaders=" + names +
			", Signature=" + r.signature(secretKey, names, lines),
	} {
		h.Set(name, value)
	}
	return h
}
