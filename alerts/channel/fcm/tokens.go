package fcm

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"time"

	"github.com/cardwatch/cardwatch/alerts/channel"
	"github.com/cardwatch/cardwatch/alerts/channel/internal/outbound"
	"github.com/cardwatch/cardwatch/detectors/card"
)

const (
	scope = "https://www.googleapis.com/auth/firebase.messaging"
	// assertionLife is the longest that Google takes, and margin what an access token is renewed before its end.
	assertionLife = time.Hour
	margin        = time.Minute
)

// tokens exchanges a signed assertion for an access token (RFC 7523) and keeps that until shortly before its end.
type tokens struct {
	client  *outbound.Client
	account account
	// turn holds the current token; whoever has taken it out may renew it, and the others wait no longer than their contexts.
	turn chan grant
}

type grant struct {
	token string
	until card.Moment
}

func newTokens(c *outbound.Client, a account) tokens {
	t := tokens{client: c, account: a, turn: make(chan grant, 1)}
	t.turn <- grant{}
	return t
}

// get gives a token that is good for another minute at least.
func (t tokens) get(ctx context.Context) (string, error) {
	var g grant
	select {
	case g = <-t.turn:
	case <-ctx.Done():
		return "", t.notSent(ctx, ctx.Err())
	}
	defer func() { t.turn <- g }()
	if g.token != "" && t.client.Now().Add(margin).Before(g.until) {
		return g.token, nil
	}
	var err error
	g, err = t.exchange(ctx)
	return g.token, err
}

// drop forgets a token that Google no longer knows.
func (t tokens) drop(ctx context.Context, token string) {
	select {
	case g := <-t.turn:
		if g.token == token {
			g = grant{}
		}
		t.turn <- g
	case <-ctx.Done():
	}
}

func (t tokens) exchange(ctx context.Context) (grant, error) {
	now := t.client.Now()
	assertion, err := t.assertion(now)
	if err != nil {
		return grant{}, t.client.Fail(channel.BadCredentials, err)
	}
	form := url.Values{"grant_type": {"urn:ietf:params:oauth:grant-type:jwt-bearer"}, "assertion": {assertion}}
	a, err := t.client.Post(ctx, t.account.TokenURI, http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}, []byte(form.Encode()))
	if err != nil {
		return grant{}, t.notSent(ctx, err)
	}
	if !a.OK() {
		reason := outbound.ReasonOf(a.Status)
		if reason == channel.BadMessage || reason == channel.BadAddress {
			reason = channel.BadCredentials
		}
		return grant{}, t.client.Refused(reason, a)
	}
	var answer struct {
		AccessToken string `json:"access_token"`
		ExpiresIn   int64  `json:"expires_in"`
	}
	if err := json.Unmarshal(a.Body, &answer); err != nil || answer.AccessToken == "" {
		return grant{}, t.client.Fail(channel.Unavailable, errUnread)
	}
	life := time.Duration(min(max(answer.ExpiresIn, 0), int64(assertionLife/time.Second))) * time.Second
	return grant{token: answer.AccessToken, until: now.Add(life)}, nil
}

// notSent is a failure before the message itself was sent: whatever became of the token, the message was not taken.
func (t tokens) notSent(ctx context.Context, err error) error {
	if errors.Is(ctx.Err(), context.Canceled) {
		return t.client.Fail(channel.NoAnswer, ctx.Err())
	}
	return t.client.Fail(channel.Unavailable, err)
}

func (t tokens) assertion(now card.Moment) (string, error) {
	header := map[string]string{"alg": "RS256", "typ": "JWT", "kid": t.account.KeyID}
	claims := map[string]any{
		"iss": t.account.Email, "scope": scope, "aud": t.account.TokenURI,
		"iat": now.UnixMilli / 1000, "exp": now.Add(assertionLife).UnixMilli / 1000,
	}
	return outbound.Token(header, claims, func(digest []byte) ([]byte, error) {
		return rsa.SignPKCS1v15(rand.Reader, t.account.key, crypto.SHA256, digest)
	})
}
