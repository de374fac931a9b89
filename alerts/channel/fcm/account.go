package fcm

import (
	"crypto/rsa"
	"encoding/json"
	"errors"

	"github.com/cardwatch/cardwatch/alerts/channel/internal/outbound"
)

// account is a service account's key file as Google gives it out.
type account struct {
	Type       string `json:"type"`
	ProjectID  string `json:"project_id"`
	KeyID      string `json:"private_key_id"`
	PrivateKey string `json:"private_key"`
	Email      string `json:"client_email"`
	TokenURI   string `json:"token_uri"`

	key *rsa.PrivateKey
}

// readAccount checks a key file. Its errors quote nothing of it.
func readAccount(c *outbound.Client, file []byte) (account, error) {
	var a account
	if err := json.Unmarshal(file, &a); err != nil {
		return account{}, errors.New("the key file is no JSON")
	}
	if a.Type != "service_account" || a.ProjectID == "" || a.Email == "" {
		return account{}, errors.New("the key file is not a service account's")
	}
	if _, err := c.Address(a.TokenURI); err != nil {
		return account{}, errors.New("the key file's token_uri is no address to call")
	}
	key, err := outbound.PrivateKey([]byte(a.PrivateKey))
	if err != nil {
		return account{}, err
	}
	var ok bool
	if a.key, ok = key.(*rsa.PrivateKey); !ok {
		return account{}, errors.New("the private key is no RSA key")
	}
	return a, nil
}
