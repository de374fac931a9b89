package aliyun

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

const algorithm = "ACS3-HMAC-SHA256"

// request is a call without a body, to "/".
type request struct {
	host, action, version, date, nonce string
	query                              url.Values
}

// canonicalQuery sorts by name and escapes as RFC 3986 has it, a space as %20.
func canonicalQuery(q url.Values) string { return strings.ReplaceAll(q.Encode(), "+", "%20") }

func hexSHA256(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}

// header gives the request's headers, the signature among them. All but the host, which package http sends itself.
func (r request) header(keyID, keySecret string) http.Header {
	body := hexSHA256("")
	signed := map[string]string{
		"host": r.host, "x-acs-action": r.action, "x-acs-version": r.version, "x-acs-date": r.date,
		"x-acs-signature-nonce": r.nonce, "x-acs-content-sha256": body,
	}
	var names []string
	for name := range signed {
		names = append(names, name)
	}
	slices.Sort(names)
	lines, header := "", http.Header{}
	for _, name := range names {
		lines += name + ":" + signed[name] + "\n"
		if name != "host" {
			header.Set(name, signed[name])
		}
	}
	list := strings.Join(names, ";")
	canonical := strings.Join([]string{http.MethodPost, "/", canonicalQuery(r.query), lines, list, body}, "\n")
	h := hmac.New(sha256.New, []byte(keySecret))
	h.Write([]byte(algorithm + "\n" + hexSHA256(canonical)))
	header.Set("Authorization", algorithm+" Credential="+keyID+",SignedHeaders="+list+",Signature="+hex.EncodeToString(h.Sum(nil)))
	return header
}
