package app

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/alerts/channel"
	"github.com/cardwatch/cardwatch/cmd/internal/config"
	"github.com/cardwatch/cardwatch/stream"
)

// Every section of the configuration makes a channel of its name and kind; those that are called back have their door.
func TestTheCatalogueMakesEveryChannel(t *testing.T) {
	dir := t.TempDir()
	write := func(name string, content []byte) {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), content, 0o600))
	}
	write("whsec", []byte("whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="))
	write("whsec2", []byte("whsec_ZmVkY2JhOTg3NjU0MzIxMGZlZGNiYTk4NzY1NDMyMTA="))
	write("word", []byte("passw0rd"))
	write("path", []byte(strings.Repeat("ab", 16)))
	write("google", serviceAccount(t))
	write("apple", appleKey(t))
	path := filepath.Join(dir, "c.yaml")
	text := strings.ReplaceAll(`
hooks: {listen: "127.0.0.1:8090", base_url: "https://hooks.bank.example"}
channels:
  - {name: gateway, kind: app, webhook: {url: "https://push.bank.example/v1", secret_files: [DIR/whsec], hook_secret_files: [DIR/whsec2]}}
  - {name: carrier, smpp: {address: "127.0.0.1:2775", system_id: cardwatch, password_file: DIR/word, source: "95588"}}
  - {name: abroad, twilio: {account_sid: AC00000000000000000000000000000001, auth_token_files: [DIR/word], from: "+15005550006", receipts: true}}
  - {name: ali, hook_secret_file: DIR/path, aliyun: {access_key_id: LTAI, access_key_secret_file: DIR/word, sign_name: 示范银行, templates: [{template: ask_sms, language: zh-CN, code: SMS_154950909, vars: {card: card}}]}}
  - {name: ten, hook_secret_file: DIR/path, tencent: {secret_id: AKID, secret_key_file: DIR/word, sdk_app_id: "1400006666", sign_name: 示范银行, templates: [{template: ask_sms, language: zh-CN, id: "449739", vars: [card]}]}}
  - {name: google, fcm: {service_account_file: DIR/google}}
  - {name: apple, apns: {team_id: ABCDE12345, key_id: FGHIJ67890, private_key_file: DIR/apple, topic: example.bank.app}}
  - {name: mobile, cmpp: {address: "127.0.0.1:7890", source_addr: "901234", secret_file: DIR/word, service_id: fraud, source: "10690001"}}
  - {name: sandbox, kind: sms, sandbox: {}}
`, "DIR", dir)
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	cfg, err := config.Load(path, nil)
	require.NoError(t, err)
	a := &App{Options: Options{Config: cfg, Log: slog.New(slog.DiscardHandler), Clock: stream.Clock{}, Zone: time.UTC}, Metrics: prometheus.NewRegistry()}
	providers, err := a.openChannels()
	require.NoError(t, err)
	for i, c := range cfg.Channels {
		require.Equal(t, c.Name, providers[i].Channel.Name())
		require.Equal(t, map[string][]alerts.PushPlatform{"apple": {alerts.IOS}, "google": {alerts.Android, ""}}[c.Name], providers[i].Platforms)
		require.Equal(t, c.Kind, string(providers[i].Channel.Kind()))
	}
	require.Len(t, a.listeners, 2, "the carriers have sessions of their own")
	for i, called := range []bool{true, false, true, true, true, false, false, false, false} {
		_, hook := providers[i].Channel.(channel.Hook)
		require.Equal(t, called, hook, cfg.Channels[i].Name)
	}
	require.NoError(t, a.openHooks(providers))
	require.NotNil(t, a.hooks)
}

func serviceAccount(t *testing.T) []byte {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	der, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	block := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
	account, err := json.Marshal(map[string]string{
		"type": "service_account", "project_id": "bank", "private_key_id": "k", "private_key": string(block),
		"client_email": "push@bank.iam.gserviceaccount.com", "token_uri": "https://oauth2.googleapis.com/token",
	})
	require.NoError(t, err)
	return account
}

func appleKey(t *testing.T) []byte {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	der, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
}

func TestWithoutChannelsMessagesGoToTheSandbox(t *testing.T) {
	cfg := config.Defaults()
	a := &App{Options: Options{Config: &cfg}}
	providers, err := a.openChannels()
	require.NoError(t, err)
	var kinds []string
	for _, p := range providers {
		kinds = append(kinds, fmt.Sprint(p.Channel.Name(), " ", p.Channel.Kind()))
	}
	require.Equal(t, []string{"sandbox app", "sandbox sms"}, kinds)
}

func TestEachPushServiceGetsTheDevicesThatItReaches(t *testing.T) {
	apple, google, gateway := config.Channel{APNs: &config.APNsChannel{}}, config.Channel{FCM: &config.FCMChannel{}}, config.Channel{Webhook: &config.WebhookChannel{}}
	for _, tt := range []struct {
		name       string
		configured []config.Channel
		want       [][]alerts.PushPlatform
	}{
		{"both", []config.Channel{google, apple}, [][]alerts.PushPlatform{{alerts.Android, ""}, {alerts.IOS}}},
		{"Apple's alone", []config.Channel{apple, gateway}, [][]alerts.PushPlatform{{alerts.IOS, ""}, nil}},
		{"Google's alone, which serves iOS too", []config.Channel{google, gateway}, [][]alerts.PushPlatform{nil, nil}},
	} {
		for i := range tt.configured {
			require.Equal(t, tt.want[i], platformsOf(&tt.configured[i], tt.configured), tt.name)
		}
	}
}
