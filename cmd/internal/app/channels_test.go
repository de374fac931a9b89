package app

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/alerts/channel"
	"github.com/cardwatch/cardwatch/cmd/internal/config"
)

func pemOf(t *testing.T, key any, err error) string {
	require.NoError(t, err)
	der, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
}

func secretsOfEveryProvider(t *testing.T) map[string]string {
	ec, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	apple := pemOf(t, ec, err)
	rs, err := rsa.GenerateKey(rand.Reader, 2048)
	account, _ := json.Marshal(map[string]string{
		"type": "service_account", "project_id": "p", "client_email": "e", "token_uri": "https://oauth2.example/token", "private_key": pemOf(t, rs, err),
	})
	return map[string]string{
		"gateway": "whsec_" + base64.StdEncoding.EncodeToString(make([]byte, 32)), "token": "auth-token", "aliyun": "access-key-secret",
		"tencent": "secret-key", "google": string(account), "apple": apple, "path": strings.Repeat("0123456789abcdef", 4),
	}
}

func TestEveryChannelThatCanBeConfiguredOpens(t *testing.T) {
	dir := t.TempDir()
	for name, secret := range secretsOfEveryProvider(t) {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(secret+"\n"), 0o600))
	}
	file := filepath.Join(dir, "c.yaml")
	require.NoError(t, os.WriteFile(file, []byte(strings.ReplaceAll(`
hooks: {listen: "127.0.0.1:0", base_url: "https://hooks.bank.example"}
channels:
- {name: push, kind: app, webhook: {url: "https://push.bank.example", secret_files: [DIR/gateway]}}
- {name: google, fcm: {service_account_file: DIR/google, android_channel: fraud}}
- {name: apple, apns: {team_id: TEAM123456, key_id: KEY1234567, private_key_file: DIR/apple, topic: bank.app}}
- {name: abroad, twilio: {account_sid: AC00000000000000000000000000000001, auth_token_files: [DIR/token], from: "+15005550006", receipts: true}}
- name: aliyun
  hook_secret_file: DIR/path
  aliyun:
    access_key_id: id
    access_key_secret_file: DIR/aliyun
    sign_name: 示例银行
    max_value: 20
    templates: [{template: ask_sms, language: zh-CN, code: SMS_1, vars: {card: card, event: what}}]
- name: tencent
  hook_secret_file: DIR/path
  tencent:
    secret_id: id
    secret_key_file: DIR/tencent
    sdk_app_id: "1400006666"
    sign_name: 示例银行
    templates: [{template: ask_sms, language: en, id: "1", vars: [card, what]}]
`, "DIR", dir)), 0o600))
	c, err := config.Load(file, nil)
	require.NoError(t, err)
	a := &App{Options: Options{Config: c, Zone: time.UTC}}
	providers, err := a.openChannels()
	require.NoError(t, err)
	got, hooked := map[string]alerts.ChannelKind{}, []string(nil)
	for _, p := range providers {
		got[p.Name()] = p.Kind()
		if hook, ok := p.Channel.(channel.Hook); ok {
			hooked = append(hooked, hook.Name())
		}
	}
	require.Equal(t, map[string]alerts.ChannelKind{
		"push": alerts.App, "google": alerts.App, "apple": alerts.App, "abroad": alerts.SMS, "aliyun": alerts.SMS, "tencent": alerts.SMS,
	}, got)
	require.Equal(t, []string{"push", "abroad", "aliyun", "tencent"}, hooked, "Google and Apple tell nothing")
}
