package config

import (
	"github.com/cardwatch/cardwatch/alerts"
)

// Channel is one provider of messages. Exactly one of its sections is set.
type Channel struct {
	Name           string  `yaml:"name" doc:"Its name on metrics and receipts, and in the address of its call-backs: lower case, digits and _, at most 32."`
	Kind           string  `yaml:"kind" doc:"app or sms: what it carries. Needed for webhook and sandbox; the others can do one only."`
	PerSecond      float64 `yaml:"per_second" doc:"The most messages a second it takes; 0 is any number."`
	HookSecretFile string  `yaml:"hook_secret_file" doc:"For providers that do not sign their call-backs (aliyun, tencent): at least 32 letters, digits, - and _, the last part of the address that they call."`
	// The sections, one a provider.
	Sandbox *SandboxChannel `yaml:"sandbox" doc:"The telephone at the console, for trying things out."`
	Webhook *WebhookChannel `yaml:"webhook" doc:"The bank's own push gateway, or any of its own, by Standard Webhooks 1.0."`
	SMPP    *SMPPChannel    `yaml:"smpp" doc:"A carrier or aggregator, by SMPP 3.4."`
	CMPP    *CMPPChannel    `yaml:"cmpp" doc:"China Mobile direct, by CMPP 2.0 or 3.0; experimental: no gateway but a simulator has been tried."`
	Twilio  *TwilioChannel  `yaml:"twilio" doc:"Twilio, or whoever speaks its REST interface."`
	Aliyun  *AliyunChannel  `yaml:"aliyun" doc:"Aliyun SMS (dysmsapi)."`
	Tencent *TencentChannel `yaml:"tencent" doc:"Tencent Cloud SMS."`
	FCM     *FCMChannel     `yaml:"fcm" doc:"Firebase Cloud Messaging, HTTP v1."`
	APNs    *APNsChannel    `yaml:"apns" doc:"Apple Push Notification service."`
	// HookSecret is read from HookSecretFile.
	HookSecret Secret `yaml:"-"`
}

// SandboxChannel has no settings.
type SandboxChannel struct{}

// Remote is how a provider's address may be reached, for those that are called over HTTP.
type Remote struct {
	AllowPrivate bool   `yaml:"allow_private" doc:"Lets the address be in the bank's own network; without it private addresses are refused at dialling."`
	CAFile       string `yaml:"ca_file" doc:"PEM file of the authorities of its certificate; empty for the system's own."`
}

// WebhookChannel is a gateway that we call by Standard Webhooks.
type WebhookChannel struct {
	URL             string   `yaml:"url" doc:"https, or http on this machine alone."`
	SecretFiles     []string `yaml:"secret_files" doc:"Files with a secret each, whsec_ and base64; two while keys rotate: both sign."`
	HookSecretFiles []string `yaml:"hook_secret_files" doc:"Secrets by which the gateway signs its call-backs, none of the others; empty when it does not call back."`
	Receipts        bool     `yaml:"receipts" doc:"The gateway tells what becomes of each message."`
	Remote          `yaml:",inline"`
	// Secrets and HookSecrets are read from the files.
	Secrets, HookSecrets []Secret `yaml:"-"`
}

// SMPPChannel is a session with a carrier.
type SMPPChannel struct {
	Address      string `yaml:"address" doc:"host:port of the SMSC."`
	TLS          bool   `yaml:"tls" doc:"Needed unless the SMSC is on this machine, or insecure is set."`
	CAFile       string `yaml:"ca_file" doc:"PEM file of the authorities of its certificate; empty for the system's own."`
	SystemID     string `yaml:"system_id" doc:"Who we are, at most 15 characters,"`
	PasswordFile string `yaml:"password_file" doc:"and a file with our password, at most 64 characters (chmod 600)."`
	SystemType   string `yaml:"system_type" doc:"What the SMSC wants to read there, mostly empty."`
	Source       string `yaml:"source" doc:"Whom messages come from: a number, a short code or a name of at most 11 letters and digits."`
	CountryCode  string `yaml:"country_code" doc:"Put before numbers that come without one, as in 86; empty when the SMSC always gives it."`
	Alphabet     string `yaml:"alphabet" doc:"What texts go out in that fit it: gsm7, latin1 or ucs2; empty is gsm7."`
	Long         string `yaml:"long" doc:"How texts longer than one part travel: udh, payload or sar; empty is udh."`
	Receipts     bool   `yaml:"receipts" doc:"Asks the SMSC to tell what becomes of each message."`
	// The two bases differ at SMSCs that write a message's id in one way when they take it, and in the other on its receipt.
	MessageIDBase int  `yaml:"message_id_base" doc:"10 or 16 when the SMSC writes ids differently on receipts; 0 when they are the same,"`
	ReceiptIDBase int  `yaml:"receipt_id_base" doc:"and what they are written in there."`
	Reference     bool `yaml:"reference" doc:"Sends a hash of our message id as user_message_reference."`
	Window        int  `yaml:"window" doc:"How many messages may be on the way without an answer; 0 is 10."`
	// Password is read from PasswordFile.
	Password Secret `yaml:"-"`
}

// CMPPChannel is a session with China Mobile.
type CMPPChannel struct {
	Address    string `yaml:"address" doc:"host:port of the gateway, on a private line: the protocol knows no encryption."`
	SourceAddr string `yaml:"source_addr" doc:"The account (SP_Id), at most 6 characters,"`
	SecretFile string `yaml:"secret_file" doc:"and a file with what it shares with the gateway (chmod 600)."`
	ServiceID  string `yaml:"service_id" doc:"What was agreed for the service, at most 10 characters."`
	Source     string `yaml:"source" doc:"The access code whom customers see and answer, at most 20 digits."`
	Version    string `yaml:"version" doc:"2.0 or 3.0; empty is 2.0."`
	Receipts   bool   `yaml:"receipts" doc:"Asks for status reports."`
	Window     int    `yaml:"window" doc:"How many messages may be on the way without an answer; 0 is 16."`
	// Secret is read from SecretFile.
	Secret Secret `yaml:"-"`
}

// TwilioChannel is an account.
type TwilioChannel struct {
	AccountSID          string   `yaml:"account_sid" doc:"The account, AC…"`
	AuthTokenFiles      []string `yaml:"auth_token_files" doc:"Files with a token each; the first is presented, signatures by any are believed: two while they rotate."`
	From                string   `yaml:"from" doc:"The number or name that messages come from, or"`
	MessagingServiceSID string   `yaml:"messaging_service_sid" doc:"the service that picks one, MG…"`
	Receipts            bool     `yaml:"receipts" doc:"Asks for call-backs about each message; needs hooks.base_url."`
	Endpoint            string   `yaml:"endpoint" doc:"The interface's address; empty for Twilio's own."`
	Remote              `yaml:",inline"`
	// AuthTokens are read from the files.
	AuthTokens []Secret `yaml:"-"`
}

// AliyunChannel is an account.
type AliyunChannel struct {
	AccessKeyID         string           `yaml:"access_key_id" doc:"A RAM user that may do nothing but dysms:SendSms."`
	AccessKeySecretFile string           `yaml:"access_key_secret_file" doc:"A file with its secret (chmod 600)."`
	SignName            string           `yaml:"sign_name" doc:"The approved signature that opens every message."`
	MaxValue            int              `yaml:"max_value" doc:"How many characters a value of a wording may have; 0 is 35, unless your account has other rules."`
	Receipts            bool             `yaml:"receipts" doc:"SmsReport is set up to call us."`
	Endpoint            string           `yaml:"endpoint" doc:"The interface's address; empty for Aliyun's own."`
	Templates           []AliyunTemplate `yaml:"templates" doc:"Approved wordings, as in - {template: ask_sms, language: zh-CN, code: SMS_154950909, vars: {card: card, when: when, what: what}}: vars name Aliyun's variables and our values card, what, when, bank, choices, mark; abroad: true for numbers outside mainland China."`
	Remote              `yaml:",inline"`
	// AccessKeySecret is read from the file.
	AccessKeySecret Secret `yaml:"-"`
}

// AliyunTemplate is an approved wording.
type AliyunTemplate struct {
	Template alerts.TemplateID `yaml:"template"`
	Language string            `yaml:"language"`
	Abroad   bool              `yaml:"abroad"`
	Code     string            `yaml:"code"`
	SignName string            `yaml:"sign_name"`
	Vars     map[string]string `yaml:"vars"`
}

// TencentChannel is an account.
type TencentChannel struct {
	SecretID      string            `yaml:"secret_id" doc:"A CAM user that may do nothing but sms:SendSms."`
	SecretKeyFile string            `yaml:"secret_key_file" doc:"A file with its key (chmod 600)."`
	SDKAppID      string            `yaml:"sdk_app_id" doc:"The SMS application's number."`
	SignName      string            `yaml:"sign_name" doc:"The approved signature that opens every message."`
	Region        string            `yaml:"region" doc:"Where the interface is called; empty is ap-guangzhou."`
	Receipts      bool              `yaml:"receipts" doc:"The status call-back is set up to call us."`
	Endpoint      string            `yaml:"endpoint" doc:"The interface's address; empty for Tencent's own."`
	Templates     []TencentTemplate `yaml:"templates" doc:"Approved wordings, as in - {template: ask_sms, language: zh-CN, id: \"449739\", vars: [card, when, what]}: vars are our values for {1}, {2} …, in this order; abroad: true for numbers outside mainland China."`
	Remote        `yaml:",inline"`
	// SecretKey is read from the file.
	SecretKey Secret `yaml:"-"`
}

// TencentTemplate is an approved wording.
type TencentTemplate struct {
	Template alerts.TemplateID `yaml:"template"`
	Language string            `yaml:"language"`
	Abroad   bool              `yaml:"abroad"`
	ID       string            `yaml:"id"`
	SignName string            `yaml:"sign_name"`
	Vars     []string          `yaml:"vars"`
}

// FCMChannel is a Firebase project.
type FCMChannel struct {
	ServiceAccountFile string `yaml:"service_account_file" doc:"A service account's key file as Google gives it out (chmod 600)."`
	AndroidChannel     string `yaml:"android_channel" doc:"The app's notification channel for prompts; empty for its default."`
	Endpoint           string `yaml:"endpoint" doc:"The interface's address; empty for Google's own."`
	Remote             `yaml:",inline"`
	// ServiceAccount is read from the file.
	ServiceAccount Secret `yaml:"-"`
}

// APNsChannel is an app at Apple.
type APNsChannel struct {
	TeamID         string `yaml:"team_id" doc:"The developer team, ten characters,"`
	KeyID          string `yaml:"key_id" doc:"and its signing key's id,"`
	PrivateKeyFile string `yaml:"private_key_file" doc:"with the key as Apple gives it out, .p8 (chmod 600)."`
	Topic          string `yaml:"topic" doc:"The app's bundle id."`
	Endpoint       string `yaml:"endpoint" doc:"empty for https://api.push.apple.com."`
	Remote         `yaml:",inline"`
	// PrivateKey is read from the file.
	PrivateKey Secret `yaml:"-"`
}

// Hooks is where providers call back.
type Hooks struct {
	Listen         string   `yaml:"listen" doc:"host:port for call-backs alone, behind the bank's TLS proxy; empty takes none."`
	BaseURL        string   `yaml:"base_url" doc:"The same as providers reach it, https://hooks.bank.example: some sign it."`
	TrustedProxies []string `yaml:"trusted_proxies" doc:"Addresses or networks whose X-Forwarded-For is believed when call-backs are counted by source."`
}
