package config

import (
	"bytes"
	"net"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strconv"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/stream/mapping/strictyaml"
)

var (
	channelName = regexp.MustCompile(`^[a-z0-9_]{1,32}$`)
	pathSecret  = regexp.MustCompile(`^[A-Za-z0-9_-]{32,128}$`)
)

// section is what one provider's part of a channel wants to be checked: what it carries when there is no choice, and its own keys.
type section struct {
	name  string
	set   bool
	kind  alerts.ChannelKind
	check func(path string)
}

func (l *loader) sections(c *Channel) []section {
	return []section{
		{"sandbox", c.Sandbox != nil, "", func(string) {}},
		{"webhook", c.Webhook != nil, "", func(at string) { l.checkWebhook(at, c.Webhook) }},
		{"smpp", c.SMPP != nil, alerts.SMS, func(at string) { l.checkSMPP(at, c.SMPP) }},
		{"cmpp", c.CMPP != nil, alerts.SMS, func(at string) { l.checkCMPP(at, c.CMPP) }},
		{"twilio", c.Twilio != nil, alerts.SMS, func(at string) { l.checkTwilio(at, c.Twilio) }},
		{"aliyun", c.Aliyun != nil, alerts.SMS, func(at string) { l.checkAliyun(at, c) }},
		{"tencent", c.Tencent != nil, alerts.SMS, func(at string) { l.checkTencent(at, c) }},
		{"fcm", c.FCM != nil, alerts.App, func(at string) {
			l.secretIn(at+".service_account_file", c.FCM.ServiceAccountFile, &c.FCM.ServiceAccount)
		}},
		{"apns", c.APNs != nil, alerts.App, func(at string) { l.secretIn(at+".private_key_file", c.APNs.PrivateKeyFile, &c.APNs.PrivateKey) }},
	}
}

func (l *loader) checkChannels() {
	names := map[string]bool{}
	for i := range l.Channels {
		path, c := "channels["+strconv.Itoa(i)+"]", &l.Channels[i]
		switch {
		case !channelName.MatchString(c.Name):
			l.fail(path+".name", "name %q must be lower case letters, digits and _, at most 32", c.Name)
		case names[c.Name]:
			l.fail(path+".name", "name %s stands here twice; receipts and call-backs could not be told apart", c.Name)
		}
		names[c.Name] = true
		l.checkSections(path, c)
		if c.PerSecond < 0 {
			l.fail(path+".per_second", "per_second %v is negative", c.PerSecond)
		}
		l.checkHookSecret(path, c)
	}
	l.checkHooks()
}

func (l *loader) checkSections(path string, c *Channel) {
	var all, found []string
	for _, s := range l.sections(c) {
		all = append(all, s.name)
		if !s.set {
			continue
		}
		found = append(found, s.name)
		switch {
		case c.Kind == "" && s.kind != "":
			c.Kind = string(s.kind)
		case c.Kind != string(alerts.App) && c.Kind != string(alerts.SMS):
			l.fail(path+".kind", "kind %q must be app or sms", c.Kind)
		case s.kind != "" && c.Kind != string(s.kind):
			l.fail(path+".kind", "%s carries %s, not %s", s.name, s.kind, c.Kind)
		}
		s.check(path + "." + s.name)
	}
	if len(found) != 1 {
		l.fail(path, "a channel has exactly one section of %v; this one has %v", all, found)
	}
}

// checkHookSecret wants a secret in the address for those that do not sign, and refuses one for those that do.
func (l *loader) checkHookSecret(path string, c *Channel) {
	unsigned := c.Aliyun != nil || c.Tencent != nil
	switch {
	case c.HookSecretFile == "" && unsigned && l.Hooks.Listen != "":
		l.fail(path, "%s does not sign its call-backs; name a file with hook_secret_file", c.Name)
	case c.HookSecretFile == "":
	case !unsigned:
		l.fail(path+".hook_secret_file", "hook_secret_file is for providers that do not sign their call-backs (aliyun, tencent)")
	default:
		if l.secretIn(path+".hook_secret_file", c.HookSecretFile, &c.HookSecret); c.HookSecret.Set() && !pathSecret.Match(c.HookSecret.Reveal()) {
			l.fail(path+".hook_secret_file", "%s must hold 32 to 128 letters, digits, - and _ (openssl rand -hex 32)", c.HookSecretFile)
		}
	}
}

func (l *loader) checkHooks() {
	l.checkListen("hooks.listen", l.Hooks.Listen)
	if l.Hooks.BaseURL != "" {
		if u, err := url.Parse(l.Hooks.BaseURL); err != nil || u.Host == "" || u.RawQuery != "" || u.Scheme != "https" && !l.Insecure && !isLoopback(u.Hostname()) {
			l.fail("hooks.base_url", "base_url must be a plain https address such as https://hooks.bank.example")
		}
	}
	for i, text := range l.Hooks.TrustedProxies {
		if _, err := netip.ParseAddr(text); err == nil {
			continue
		}
		if _, err := netip.ParsePrefix(text); err != nil {
			l.fail("hooks.trusted_proxies["+strconv.Itoa(i)+"]", "%q is no address and no network such as 10.0.0.0/8", text)
		}
	}
}

// secretIn reads a secret's file into place, without the line end that editors leave.
func (l *loader) secretIn(path, file string, into *Secret) {
	if file == "" {
		l.fail(path, "no file is named")
		return
	}
	data, err := readSecret(file, l.Insecure)
	if err != nil {
		l.fail(path, "%s", err)
		return
	}
	*into = Secret{bytes.TrimRight(data, "\r\n")}
}

// secretsIn reads at most two secrets' files.
func (l *loader) secretsIn(path string, files []string, least int) (secrets []Secret) {
	if len(files) < least || len(files) > 2 {
		l.fail(path, "%d files are named; %d to 2 are needed: two while keys rotate", len(files), least)
		return nil
	}
	for i, file := range files {
		var s Secret
		l.secretIn(path+"["+strconv.Itoa(i)+"]", file, &s)
		secrets = append(secrets, s)
	}
	return secrets
}

func (l *loader) checkURL(path, text string) {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.User != nil || u.Scheme != "https" && !(u.Scheme == "http" && isLoopback(u.Hostname())) {
		l.fail(path, "%q must be an https address, or http on this machine", text)
	}
}

func (l *loader) checkWebhook(path string, c *WebhookChannel) {
	l.checkURL(path+".url", c.URL)
	c.Secrets = l.secretsIn(path+".secret_files", c.SecretFiles, 1)
	c.HookSecrets = l.secretsIn(path+".hook_secret_files", c.HookSecretFiles, 0)
}

func (l *loader) checkSMPP(path string, c *SMPPChannel) {
	host, port, err := net.SplitHostPort(c.Address)
	switch {
	case err != nil || host == "" || !isPort(port):
		l.fail(path+".address", "address %q must be host:port, such as smsc.carrier.example:2775", c.Address)
	case !c.TLS && !l.Insecure && !isLoopback(host):
		l.fail(path+".tls", "%s is on another machine and tls is false: password and texts would travel in the clear; enable it, tunnel to this machine, or say insecure: true for a test", c.Address)
	}
	// SMPP 3.4 §4.1.5 allows a password 8 characters; SMSCs hand out longer ones.
	const maxSystemID, maxPassword = 15, 64
	if n := len(c.SystemID); n == 0 || n > maxSystemID {
		l.fail(path+".system_id", "system_id must have 1 … %d characters, has %d", maxSystemID, n)
	}
	if l.secretIn(path+".password_file", c.PasswordFile, &c.Password); len(c.Password.Reveal()) > maxPassword {
		l.fail(path+".password_file", "%s holds %d characters, more than %d", c.PasswordFile, len(c.Password.Reveal()), maxPassword)
	}
	if c.Source == "" {
		l.fail(path+".source", "source is missing: whom shall messages come from?")
	}
	if c.Window < 0 || c.Window > 1000 {
		l.fail(path+".window", "window %d is outside 0 … 1000", c.Window)
	}
	if known := []string{"", "udh", "payload", "sar"}; !slices.Contains(known, c.Long) {
		l.fail(path+".long", "long %q does not exist%s", c.Long, strictyaml.DidYouMean(c.Long, known[1:]))
	}
	if known := []string{"", "gsm7", "latin1", "ucs2"}; !slices.Contains(known, c.Alphabet) {
		l.fail(path+".alphabet", "alphabet %q does not exist%s", c.Alphabet, strictyaml.DidYouMean(c.Alphabet, known[1:]))
	}
}

func (l *loader) checkCMPP(path string, c *CMPPChannel) {
	if host, port, err := net.SplitHostPort(c.Address); err != nil || host == "" || !isPort(port) {
		l.fail(path+".address", "address %q must be host:port", c.Address)
	}
	l.secretIn(path+".secret_file", c.SecretFile, &c.Secret)
	if known := []string{"", "2.0", "3.0"}; !slices.Contains(known, c.Version) {
		l.fail(path+".version", "version %q must be 2.0 or 3.0", c.Version)
	}
}

func (l *loader) checkTwilio(path string, c *TwilioChannel) {
	c.AuthTokens = l.secretsIn(path+".auth_token_files", c.AuthTokenFiles, 1)
	if c.AccountSID == "" {
		l.fail(path+".account_sid", "account_sid is missing")
	}
	if (c.From == "") == (c.MessagingServiceSID == "") {
		l.fail(path, "one of from and messaging_service_sid is needed")
	}
	if c.Receipts && l.Hooks.BaseURL == "" {
		l.fail(path+".receipts", "receipts need hooks.base_url, which Twilio is told to call")
	}
	if c.Endpoint != "" {
		l.checkURL(path+".endpoint", c.Endpoint)
	}
}

func (l *loader) checkAliyun(path string, c *Channel) {
	a := c.Aliyun
	l.secretIn(path+".access_key_secret_file", a.AccessKeySecretFile, &a.AccessKeySecret)
	if a.Endpoint != "" {
		l.checkURL(path+".endpoint", a.Endpoint)
	}
	for i, t := range a.Templates {
		l.checkWording(path+".templates["+strconv.Itoa(i)+"]", t.Template, t.Language)
	}
}

func (l *loader) checkTencent(path string, c *Channel) {
	t := c.Tencent
	l.secretIn(path+".secret_key_file", t.SecretKeyFile, &t.SecretKey)
	if t.Endpoint != "" {
		l.checkURL(path+".endpoint", t.Endpoint)
	}
	for i, w := range t.Templates {
		l.checkWording(path+".templates["+strconv.Itoa(i)+"]", w.Template, w.Language)
	}
}

func (l *loader) checkWording(path string, id alerts.TemplateID, language string) {
	if !alerts.HasTemplate(id) {
		l.fail(path+".template", "there is no template %q", id)
	}
	if _, known := card.ParseLanguage(language); !known {
		l.fail(path+".language", "language %q must be zh-CN or en", language)
	}
}
