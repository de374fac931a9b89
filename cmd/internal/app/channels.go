package app

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/alerts/channel"
	"github.com/cardwatch/cardwatch/alerts/channel/aliyun"
	"github.com/cardwatch/cardwatch/alerts/channel/apns"
	"github.com/cardwatch/cardwatch/alerts/channel/cmpp"
	"github.com/cardwatch/cardwatch/alerts/channel/fcm"
	"github.com/cardwatch/cardwatch/alerts/channel/sandbox"
	"github.com/cardwatch/cardwatch/alerts/channel/smpp"
	"github.com/cardwatch/cardwatch/alerts/channel/tencent"
	"github.com/cardwatch/cardwatch/alerts/channel/twilio"
	"github.com/cardwatch/cardwatch/alerts/channel/webhook"
	"github.com/cardwatch/cardwatch/alerts/dispatch"
	"github.com/cardwatch/cardwatch/cmd/internal/config"
	"github.com/cardwatch/cardwatch/cmd/internal/hooks"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// catalogue makes the channel of each section: a new channel is one line here. The first that answers is the one configured.
var catalogue = []func(*App, *config.Channel) (channel.Channel, error){
	(*App).sandboxLine, (*App).webhookGateway, (*App).smppAccount, (*App).cmppAccount, (*App).twilioAccount, (*App).aliyunAccount, (*App).tencentAccount,
	(*App).fcmProject, (*App).apnsApp,
}

// openChannels makes the configured channels, in their order; without any, customers' messages go to the telephone at the console.
func (a *App) openChannels() (providers []dispatch.Provider, err error) {
	configured := a.Config.Channels
	if len(configured) == 0 {
		configured = []config.Channel{
			{Name: sandboxName, Kind: string(alerts.App), Sandbox: &config.SandboxChannel{}},
			{Name: sandboxName, Kind: string(alerts.SMS), Sandbox: &config.SandboxChannel{}},
		}
	}
	for i := range configured {
		c := &configured[i]
		ch, err := a.openChannel(c)
		if err != nil {
			return nil, fmt.Errorf("channel %s: %w", c.Name, err)
		}
		providers = append(providers, dispatch.Provider{Channel: ch, PerSecond: c.PerSecond, Platforms: platformsOf(c, configured)})
		if l, ok := ch.(channel.Listener); ok {
			a.listeners = append(a.listeners, l)
		}
	}
	return providers, nil
}

// platformsOf are the devices that a channel reaches, nil for all. Beside Apple's own service, Firebase is left what is not Apple's; without it
// Firebase serves both, and a token whose platform nobody has told goes where the only service is.
func platformsOf(c *config.Channel, configured []config.Channel) []alerts.PushPlatform {
	apple := slices.ContainsFunc(configured, func(c config.Channel) bool { return c.APNs != nil })
	google := slices.ContainsFunc(configured, func(c config.Channel) bool { return c.FCM != nil })
	switch {
	case c.APNs != nil && google:
		return []alerts.PushPlatform{alerts.IOS}
	case c.APNs != nil:
		return []alerts.PushPlatform{alerts.IOS, ""}
	case c.FCM != nil && apple:
		return []alerts.PushPlatform{alerts.Android, ""}
	}
	return nil
}

func (a *App) openChannel(c *config.Channel) (channel.Channel, error) {
	for _, open := range catalogue {
		if ch, err := open(a, c); ch != nil || err != nil {
			return ch, err
		}
	}
	return nil, fmt.Errorf("it has no section") // config.Load refuses that
}

// sandboxName is the one name of the sandbox: both its lines lead to the same telephone.
const sandboxName = "sandbox"

func (a *App) sandboxLine(c *config.Channel) (channel.Channel, error) {
	if c.Sandbox == nil {
		return nil, nil
	}
	if a.Phone == nil {
		a.Phone = sandbox.New(a.now, a.shown)
	}
	return a.Phone.Channel(alerts.ChannelKind(c.Kind)), nil
}

// shown hears that the sandbox telephone shows a message.
func (a *App) shown(r alerts.Receipt) {
	if err := a.record(context.Background(), r); err != nil {
		a.Log.Warn("a delivery receipt was lost; the message counts as unknown", "error", err)
	}
	if a.OnDelivered != nil {
		a.OnDelivered(r)
	}
}

func (a *App) webhookGateway(c *config.Channel) (channel.Channel, error) {
	w := c.Webhook
	if w == nil {
		return nil, nil
	}
	roots, err := authorities(w.CAFile)
	if err != nil {
		return nil, err
	}
	return webhook.New(webhook.Options{
		Name: c.Name, Kind: alerts.ChannelKind(c.Kind), URL: w.URL, Secrets: texts(w.Secrets), HookSecrets: texts(w.HookSecrets),
		Receipts: w.Receipts, AllowPrivate: w.AllowPrivate, Roots: roots, Now: a.now,
	})
}

func (a *App) smppAccount(c *config.Channel) (channel.Channel, error) {
	s := c.SMPP
	if s == nil {
		return nil, nil
	}
	o := smpp.Options{
		Name: c.Name, Addr: s.Address, SystemID: s.SystemID, Password: string(s.Password.Reveal()), SystemType: s.SystemType, Source: s.Source,
		CountryCode: s.CountryCode, Alphabet: smpp.Alphabet(s.Alphabet), Long: smpp.Long(s.Long), Receipts: s.Receipts,
		MessageIDBase: s.MessageIDBase, ReceiptIDBase: s.ReceiptIDBase, Reference: s.Reference, Window: s.Window, Now: a.now, Log: a.Log,
	}
	if s.TLS {
		roots, err := authorities(s.CAFile)
		if err != nil {
			return nil, err
		}
		host, _, _ := net.SplitHostPort(s.Address) // config.Load has checked it
		o.TLS = &tls.Config{MinVersion: tls.VersionTLS12, ServerName: host, RootCAs: roots}
	}
	return smpp.New(o)
}

func (a *App) cmppAccount(c *config.Channel) (channel.Channel, error) {
	s := c.CMPP
	if s == nil {
		return nil, nil
	}
	version := cmpp.V2
	if s.Version == "3.0" {
		version = cmpp.V3
	}
	return cmpp.New(cmpp.Options{
		Name: c.Name, Addr: s.Address, SourceAddr: s.SourceAddr, Secret: string(s.Secret.Reveal()), ServiceID: s.ServiceID, Source: s.Source,
		Version: version, Receipts: s.Receipts, Window: s.Window, Now: a.now, Log: a.Log,
	})
}

func (a *App) twilioAccount(c *config.Channel) (channel.Channel, error) {
	t := c.Twilio
	if t == nil {
		return nil, nil
	}
	roots, err := authorities(t.CAFile)
	if err != nil {
		return nil, err
	}
	callback := ""
	if t.Receipts {
		callback = a.Config.Hooks.BaseURL + "/hooks/" + c.Name
	}
	return twilio.New(twilio.Options{
		Name: c.Name, AccountSID: t.AccountSID, AuthTokens: texts(t.AuthTokens), From: t.From, MessagingServiceSID: t.MessagingServiceSID,
		StatusCallback: callback, Endpoint: t.Endpoint, AllowPrivate: t.AllowPrivate, Roots: roots, Now: a.now,
	})
}

func (a *App) aliyunAccount(c *config.Channel) (channel.Channel, error) {
	s := c.Aliyun
	if s == nil {
		return nil, nil
	}
	roots, err := authorities(s.CAFile)
	if err != nil {
		return nil, err
	}
	o := aliyun.Options{
		Name: c.Name, AccessKeyID: s.AccessKeyID, AccessKeySecret: string(s.AccessKeySecret.Reveal()), SignName: s.SignName, MaxValue: s.MaxValue,
		Receipts: s.Receipts, Endpoint: s.Endpoint, AllowPrivate: s.AllowPrivate, Roots: roots, Now: a.now,
	}
	for _, t := range s.Templates {
		lang, _ := card.ParseLanguage(t.Language)
		o.Templates = append(o.Templates, aliyun.Template{
			Template: t.Template, Language: lang, Abroad: t.Abroad, Code: t.Code, SignName: t.SignName, Vars: t.Vars,
		})
	}
	return aliyun.New(o)
}

func (a *App) tencentAccount(c *config.Channel) (channel.Channel, error) {
	s := c.Tencent
	if s == nil {
		return nil, nil
	}
	roots, err := authorities(s.CAFile)
	if err != nil {
		return nil, err
	}
	o := tencent.Options{
		Name: c.Name, SecretID: s.SecretID, SecretKey: string(s.SecretKey.Reveal()), SDKAppID: s.SDKAppID, SignName: s.SignName, Region: s.Region,
		Receipts: s.Receipts, Endpoint: s.Endpoint, AllowPrivate: s.AllowPrivate, Roots: roots, Now: a.now,
	}
	for _, t := range s.Templates {
		lang, _ := card.ParseLanguage(t.Language)
		o.Templates = append(o.Templates, tencent.Template{
			Template: t.Template, Language: lang, Abroad: t.Abroad, ID: t.ID, SignName: t.SignName, Vars: t.Vars,
		})
	}
	return tencent.New(o)
}

func (a *App) fcmProject(c *config.Channel) (channel.Channel, error) {
	s := c.FCM
	if s == nil {
		return nil, nil
	}
	roots, err := authorities(s.CAFile)
	if err != nil {
		return nil, err
	}
	return fcm.New(fcm.Options{
		Name: c.Name, ServiceAccount: s.ServiceAccount.Reveal(), AndroidChannel: s.AndroidChannel, Endpoint: s.Endpoint,
		AllowPrivate: s.AllowPrivate, Roots: roots, Now: a.now,
	})
}

func (a *App) apnsApp(c *config.Channel) (channel.Channel, error) {
	s := c.APNs
	if s == nil {
		return nil, nil
	}
	roots, err := authorities(s.CAFile)
	if err != nil {
		return nil, err
	}
	return apns.New(apns.Options{
		Name: c.Name, TeamID: s.TeamID, KeyID: s.KeyID, PrivateKey: s.PrivateKey.Reveal(), Topic: s.Topic, Endpoint: s.Endpoint,
		AllowPrivate: s.AllowPrivate, Roots: roots, Now: a.now,
	})
}

func authorities(file string) (*x509.CertPool, error) {
	if file == "" {
		return nil, nil
	}
	return config.Authorities(file)
}

func texts(secrets []config.Secret) (list []string) {
	for _, s := range secrets {
		list = append(list, string(s.Reveal()))
	}
	return list
}

// openHooks prepares the ears: the inbox, and a door for every channel that is called back.
func (a *App) openHooks(providers []dispatch.Provider) error {
	metrics, err := hooks.NewMetrics(a.Metrics)
	if err != nil {
		return err
	}
	a.inbox = hooks.NewInbox(a.View, a.Publish, a.now, a.Log, metrics)
	if a.Config.Hooks.Listen == "" {
		return nil
	}
	doors := map[string]hooks.Door{}
	for i := range a.Config.Channels {
		if hook, ok := providers[i].Channel.(channel.Hook); ok {
			doors[hook.Name()] = hooks.Door{Hook: hook, Secret: string(a.Config.Channels[i].HookSecret.Reveal())}
		}
	}
	var proxies []netip.Prefix
	for _, text := range a.Config.Hooks.TrustedProxies {
		p, err := proxy(text)
		if err != nil {
			return err
		}
		proxies = append(proxies, p)
	}
	base := a.Config.Hooks.BaseURL
	if base == "" {
		base = "http://" + a.Config.Hooks.Listen
	}
	a.hooks = hooks.NewServer(hooks.Config{
		Doors: doors, BaseURL: strings.TrimSuffix(base, "/"), Proxies: proxies, Inbox: a.inbox, Now: a.now, Metrics: metrics, Log: a.Log,
	})
	return nil
}

// proxy reads a network, or a single address as one.
func proxy(text string) (netip.Prefix, error) {
	if addr, err := netip.ParseAddr(text); err == nil {
		return netip.PrefixFrom(addr, addr.BitLen()), nil
	}
	return netip.ParsePrefix(text)
}
