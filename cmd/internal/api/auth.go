package api

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"

	"github.com/cardwatch/cardwatch/alerts"
)

// Role is what a token may do.
type Role string

// The roles, each the least that its callers need.
const (
	// Read sees cases, prompts and figures.
	Read Role = "read"
	// Analyst does what an analyst does, under the token's own name.
	Analyst Role = "analyst"
	// Delegate does so for people whom its system has signed in: X-Actor names the one who acts. It is trusted to name them truly, since two
	// names count as two people where a second person has to approve.
	Delegate Role = "delegate"
	// App is the back end of the bank's app: it reads a customer's prompts and passes on what they answered in a session of theirs.
	App Role = "app"
)

// Token is one machine that may call. Hash is the SHA-256 of its secret, which nobody here knows.
type Token struct {
	Name string
	Role Role
	Hash [sha256.Size]byte
}

// ParseTokens reads a file of lines "name role sha256hex"; empty lines and those that begin with # mean nothing. Its error names the line and
// what is wrong with it, never its content.
func ParseTokens(file []byte) ([]Token, error) {
	var tokens []Token
	lines := bufio.NewScanner(bytes.NewReader(file))
	for n := 1; lines.Scan(); n++ {
		fields := strings.Fields(lines.Text())
		if len(fields) == 0 || strings.HasPrefix(fields[0], "#") {
			continue
		}
		t, err := parseToken(fields)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		if slices.ContainsFunc(tokens, func(o Token) bool { return o.Hash == t.Hash }) {
			return nil, fmt.Errorf("line %d: the same token stands here twice", n)
		}
		tokens = append(tokens, t)
	}
	if err := lines.Err(); err != nil {
		return nil, err
	}
	if len(tokens) == 0 {
		return nil, fmt.Errorf("there is no token in it; without tokens leave the file's name empty")
	}
	return tokens, nil
}

func parseToken(fields []string) (Token, error) {
	if len(fields) != 3 {
		return Token{}, fmt.Errorf("has %d words; a token is: name role sha256hex", len(fields))
	}
	t := Token{Name: fields[0], Role: Role(fields[1])}
	if !alerts.StaffName(t.Name) {
		return Token{}, fmt.Errorf("the name may have 1 to 64 of A-Z a-z 0-9 . _ - and not be one that the desk goes by itself (monitor, customer, clock, provider)")
	}
	if !slices.Contains([]Role{Read, Analyst, Delegate, App}, t.Role) {
		return Token{}, fmt.Errorf("the role is none of read, analyst, delegate, app")
	}
	hash, err := hex.DecodeString(fields[2])
	if err != nil || len(hash) != len(t.Hash) {
		return Token{}, fmt.Errorf("the third word is no SHA-256 in hex (printf %%s TOKEN | sha256sum)")
	}
	copy(t.Hash[:], hash)
	return t, nil
}

// caller is who calls: the token's name and role and, for acts, the person or system that acts.
type caller struct {
	name, actor string
	role        Role
}

// loopback acts for a program on this machine that says no name, where no tokens are configured.
const loopback = "api"

type keyring struct{ tokens []Token }

func newKeyring(tokens []Token) *keyring { return &keyring{tokens} }

// admit says who calls, or why they may not.
func (k *keyring) admit(r *http.Request, roles []Role) (caller, *Problem) {
	if len(roles) == 0 {
		return caller{}, nil
	}
	// A query stands in logs and histories: a secret there is no secret.
	if r.URL.Query().Has("access_token") || r.URL.Query().Has("token") {
		return caller{}, refusal(CodeTokenInQuery)
	}
	actor := r.Header.Get("X-Actor")
	if actor != "" && !alerts.StaffName(actor) {
		return caller{}, refusal(CodeBadActor)
	}
	if len(k.tokens) == 0 {
		if !isLoopback(r.RemoteAddr) {
			return caller{}, refusal(CodeNoToken)
		}
		// The name is claimed, not proven, as at the console.
		if actor == "" {
			actor = loopback
		}
		return caller{loopback, actor, local}, nil
	}
	scheme, secret, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	token := k.find(strings.TrimSpace(secret))
	switch {
	case !strings.EqualFold(scheme, "Bearer") || token == nil:
		return caller{}, refusal(CodeNoToken)
	case !slices.Contains(roles, token.Role):
		return caller{}, refusal(CodeForbidden)
	case actor == "":
		return caller{token.Name, token.Name, token.Role}, nil
	case token.Role != Delegate:
		return caller{}, refusal(CodeActorNotAllowed)
	}
	return caller{token.Name, actor, token.Role}, nil
}

// find compares with every token, so that the time it takes tells nothing about any.
func (k *keyring) find(secret string) (found *Token) {
	hash := sha256.Sum256([]byte(secret))
	for i := range k.tokens {
		if subtle.ConstantTimeCompare(hash[:], k.tokens[i].Hash[:]) == 1 {
			found = &k.tokens[i]
		}
	}
	return found
}

func isLoopback(address string) bool {
	host, _, err := net.SplitHostPort(address)
	ip := net.ParseIP(host)
	return err == nil && ip != nil && ip.IsLoopback()
}
