package config

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/alerts"
)

// Providers of every kind, as a bank would write them down.
const everyChannel = `
hooks: {listen: "127.0.0.1:8090", base_url: "https://hooks.bank.example", trusted_proxies: [10.0.0.0/8, 192.0.2.7]}
channels:
  - {name: gateway, kind: app, per_second: 200, webhook: {url: "https://push.bank.example/v1", secret_files: [DIR/key], hook_secret_files: [DIR/other], receipts: true, allow_private: true}}
  - {name: carrier, smpp: {address: "127.0.0.1:2775", system_id: cardwatch, password_file: DIR/word, source: "95588", receipts: true}}
  - {name: abroad, twilio: {account_sid: AC1, auth_token_files: [DIR/key, DIR/other], from: "+15005550006", receipts: true}}
  - name: aliyun_sms
    hook_secret_file: DIR/path
    aliyun:
      access_key_id: LTAI
      access_key_secret_file: DIR/key
      sign_name: 示范银行
      templates:
        - {template: ask_sms, language: zh-CN, code: SMS_154950909, vars: {card: card, when: when, what: what}}
  - name: tencent_sms
    hook_secret_file: DIR/path
    tencent: {secret_id: AKID, secret_key_file: DIR/key, sdk_app_id: "1400006666", sign_name: 示范银行, templates: [{template: ask_sms, language: en, id: "449739", vars: [card, when, what]}]}
  - {name: google, fcm: {service_account_file: DIR/key}}
  - {name: apple, apns: {team_id: ABCDE12345, key_id: FGHIJ67890, private_key_file: DIR/key, topic: example.bank.app}}
  - {name: phone, kind: sms, sandbox: {}}
`

func channelFolder(t *testing.T) folder {
	f := newFolder(t)
	f.write("key", "first-secret\n", 0o600)
	f.write("other", "second-secret\n", 0o600)
	f.write("word", "passw0rd\n", 0o600)
	f.write("longword", strings.Repeat("p", 65)+"\n", 0o600)
	f.write("open", "first-secret\n", 0o644)
	f.write("path", strings.Repeat("ab", 16)+"\n", 0o600)
	return f
}

func TestChannelsOfEveryKindLoad(t *testing.T) {
	c, err := channelFolder(t).load(everyChannel)
	require.NoError(t, err)
	require.Len(t, c.Channels, 8)
	require.Equal(t, "first-secret", string(c.Channels[0].Webhook.Secrets[0].Reveal()), "without the line end")
	require.True(t, c.Channels[0].Webhook.AllowPrivate)
	require.Equal(t, string(alerts.SMS), c.Channels[1].Kind, "what a provider can do only one way need not be said")
	require.Equal(t, string(alerts.App), c.Channels[5].Kind)
	require.Len(t, c.Channels[2].Twilio.AuthTokens, 2)
	require.Equal(t, alerts.AskSMS, c.Channels[3].Aliyun.Templates[0].Template)
	require.Equal(t, strings.Repeat("ab", 16), string(c.Channels[3].HookSecret.Reveal()))
}

func TestChannelsThatAreRefused(t *testing.T) {
	const hooks = "hooks: {listen: \"127.0.0.1:8090\"}\n"
	for name, tc := range map[string]struct{ text, want string }{
		"a name that is none": {"channels:\n  - {name: Push, kind: app, sandbox: {}}", `c.yaml:2: name "Push" must be lower case letters, digits and _, at most 32`},
		"a name twice": {"channels:\n  - {name: a, kind: app, sandbox: {}}\n  - {name: a, kind: sms, sandbox: {}}",
			"c.yaml:3: name a stands here twice; receipts and call-backs could not be told apart"},
		"no section": {"channels:\n  - {name: a, kind: app}",
			"c.yaml:2: a channel has exactly one section of [sandbox webhook smpp cmpp twilio aliyun tencent fcm apns]; this one has []"},
		"a kind that is none":      {"channels:\n  - {name: a, kind: pigeon, sandbox: {}}", `c.yaml:2: kind "pigeon" must be app or sms`},
		"a kind it cannot do":      {"channels:\n  - {name: a, kind: sms, fcm: {service_account_file: DIR/key}}", "c.yaml:2: fcm carries app, not sms"},
		"a secret in the file":     {"channels:\n  - {name: a, kind: app, webhook: {url: \"https://b.example\", secret_files: [DIR/key], hook_secret: x}}", `c.yaml:2: a secret does not belong in this file; put it in a file of its own and name that with "hook_secret_files"`},
		"a secret others read":     {"channels:\n  - {name: a, fcm: {service_account_file: DIR/open}}", "c.yaml:2: open can be read by others (mode 0644); chmod 600 it"},
		"three keys":               {"channels:\n  - {name: a, twilio: {account_sid: AC1, auth_token_files: [DIR/key, DIR/key, DIR/key], from: x}}", "c.yaml:2: 3 files are named; 1 to 2 are needed: two while keys rotate"},
		"a gateway in the clear":   {"channels:\n  - {name: a, kind: app, webhook: {url: \"http://push.example\", secret_files: [DIR/key]}}", `c.yaml:2: "http://push.example" must be an https address, or http on this machine`},
		"SMPP in the clear":        {"channels:\n  - {name: a, smpp: {address: \"smsc.example:2775\", system_id: c, password_file: DIR/word, source: x}}", "c.yaml:2: smsc.example:2775 is on another machine and tls is false: password and texts would travel in the clear; enable it, tunnel to this machine, or say insecure: true for a test"},
		"a password SMPP lacks":    {"channels:\n  - {name: a, smpp: {address: \"127.0.0.1:2775\", system_id: c, password_file: DIR/longword, source: x}}", "c.yaml:2: longword holds 65 characters, more than 64"},
		"an unknown wording":       {"channels:\n  - {name: a, aliyun: {access_key_secret_file: DIR/key, templates: [{template: ask_smss, language: en}]}}", `c.yaml:2: there is no template "ask_smss"`},
		"unsigned and unprotected": {hooks + "channels:\n  - {name: a, aliyun: {access_key_secret_file: DIR/key}}", "c.yaml:3: a does not sign its call-backs; name a file with hook_secret_file"},
		"a path that is guessable": {hooks + "channels:\n  - {name: a, hook_secret_file: DIR/word, aliyun: {access_key_secret_file: DIR/key}}", "c.yaml:3: word must hold 32 to 128 letters, digits, - and _ (openssl rand -hex 32)"},
		"a secret for one that signs": {"channels:\n  - {name: a, hook_secret_file: DIR/path, fcm: {service_account_file: DIR/key}}",
			"c.yaml:2: hook_secret_file is for providers that do not sign their call-backs (aliyun, tencent)"},
		"receipts that cannot come": {"channels:\n  - {name: a, twilio: {account_sid: AC1, auth_token_files: [DIR/key], from: x, receipts: true}}", "c.yaml:2: receipts need hooks.base_url, which Twilio is told to call"},
		"hooks in the clear":        {"hooks: {base_url: \"http://hooks.example\"}", "c.yaml:1: base_url must be a plain https address such as https://hooks.bank.example"},
		"a proxy that is none":      {"hooks: {trusted_proxies: [my-proxy]}", `c.yaml:1: "my-proxy" is no address and no network such as 10.0.0.0/8`},
	} {
		t.Run(name, func(t *testing.T) {
			f := channelFolder(t)
			_, err := f.load(tc.text)
			// How far to the right it stands depends on the folder's name.
			require.Equal(t, tc.want, regexp.MustCompile(`^(c\.yaml:\d+):\d+`).ReplaceAllString(f.message(err), "$1"))
		})
	}
}

func TestTheReferenceShowsEverySection(t *testing.T) {
	reference := string(Reference())
	_, shown, found := strings.Cut(reference, "# channels:\n")
	require.True(t, found)
	for _, s := range (&loader{}).sections(&Channel{}) {
		require.Contains(t, shown, "\n#     "+s.name+":")
	}
}
