package config

import (
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cardwatch/cardwatch/cmd/internal/api"
	"github.com/cardwatch/cardwatch/stream/mapping/strictyaml"
)

// check finds what is wrong between values that are right by themselves.
func (l *loader) check() {
	l.checkRoles()
	l.checkBrokers()
	l.checkGroup()
	l.checkTLS()
	l.checkSASL()
	l.checkSizes()
	l.checkListen("http.listen", l.HTTP.Listen)
	l.checkListen("metrics.listen", l.Metrics.Listen)
	if host, _, err := net.SplitHostPort(l.HTTP.Listen); err == nil && !isLoopback(host) && !l.Insecure {
		l.fail("http.listen", "%s can be reached from other machines, and the console has no sign-in; listen on 127.0.0.1 behind a proxy that has one, "+
			"or say insecure: true for a test", l.HTTP.Listen)
	}
	l.checkAPI()
	l.checkLinks()
	l.checkChannels()
	l.checkRekey()
	l.checkRuleControl()
	l.checkRules()
	owners(l.fail, "desk", l.Desk.Validate())
}

func (l *loader) checkRoles() {
	if len(l.Roles) == 0 {
		l.fail("roles", "roles is empty; write one or more of monitor, desk, rekey")
	}
	known := []string{RoleMonitor, RoleDesk, RoleRekey}
	for i, role := range l.Roles {
		if !slices.Contains(known, role) {
			l.fail("roles", "role %q does not exist%s", role, strictyaml.DidYouMean(role, known))
		}
		if slices.Contains(l.Roles[:i], role) {
			l.fail("roles", "role %q stands here twice", role)
		}
	}
}

func (l *loader) checkBrokers() {
	if len(l.Kafka.Brokers) == 0 {
		l.fail("kafka.brokers", "brokers is empty; name at least one as host:port")
	}
	for i, broker := range l.Kafka.Brokers {
		path := "kafka.brokers"
		if _, env := l.fromEnv[path]; !env {
			path += "[" + strconv.Itoa(i) + "]"
		}
		host, port, err := net.SplitHostPort(broker)
		if err != nil || host == "" || !isPort(port) {
			l.fail(path, "broker %q must be host:port, such as kafka1.bank:9092", broker)
			continue
		}
		if !l.Kafka.TLS.Enabled && !l.Insecure && !isLoopback(host) {
			l.fail(path, "broker %q is on another machine and kafka.tls.enabled is false; enable TLS, or say insecure: true for a test", broker)
		}
	}
}

func (l *loader) checkGroup() {
	for path, text := range map[string]string{"kafka.client_id": l.Kafka.ClientID, "kafka.group_prefix": l.Kafka.GroupPrefix} {
		if text == "" || strings.Trim(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_") != "" {
			l.fail(path, "%s must be letters, digits, dots and dashes, and not empty", path)
		}
	}
	session, beat := l.Kafka.SessionTimeout, l.Kafka.HeartbeatInterval
	if session < 6*time.Second || session > 30*time.Minute {
		l.fail("kafka.session_timeout", "session_timeout %s is outside 6s … 30m, which brokers refuse", session)
	} else if beat <= 0 || beat > session/3 {
		l.fail("kafka.heartbeat_interval", "heartbeat_interval %s must be above 0 and at most a third of session_timeout %s", beat, session)
	}
}

func (l *loader) checkSizes() {
	if n := l.Topics.Partitions; n < 1 || n > 10_000 {
		l.fail("topics.partitions", "partitions %d is outside 1 … 10000", n)
	}
	if n := l.Topics.ReplicationFactor; n < 1 || n > 32 {
		l.fail("topics.replication_factor", "replication_factor %d is outside 1 … 32", n)
	}
	if l.Store.Dir == "" {
		l.fail("store.dir", "store.dir is empty; name a directory on a local disk")
	}
	if n := l.Store.CacheMiB; n < 16 || n > 1<<20 {
		l.fail("store.cache_mib", "cache_mib %d is outside 16 … 1048576", n)
	}
	if n := l.Store.MinFreePercent; n < 0 || n > 45 {
		l.fail("store.min_free_percent", "min_free_percent %d is outside 0 … 45", n)
	}
	if n := l.Store.MinFreeMiB; n < 0 || n > 1<<30 {
		l.fail("store.min_free_mib", "min_free_mib %d is outside 0 … 1073741824", n)
	}
	if d := l.Store.WriteBehind; d < 0 || d > 10*time.Minute {
		l.fail("store.write_behind", "write_behind %s is outside 0s … 10m", d)
	}
}

func (l *loader) checkListen(path, address string) {
	if address == "" {
		return
	}
	if _, port, err := net.SplitHostPort(address); err != nil || (port != "0" && !isPort(port)) {
		l.fail(path, "%s must be host:port such as 127.0.0.1:8080, not %q", path, address)
	}
}

func (l *loader) checkRuleControl() {
	if known := []string{ControlFiles, ControlFourEyes}; !slices.Contains(known, l.RulesControl) {
		l.fail("rules_control", "rules_control %q does not exist%s", l.RulesControl, strictyaml.DidYouMean(l.RulesControl, known))
	}
	const most = 10_000
	if n := l.Breaker.BudgetPer10k; n < 0 || n > most {
		l.fail("breaker.budget_per_10k", "budget_per_10k %d is outside 0 … %d", n, most)
	}
	for rule, n := range l.Breaker.Rules {
		if n < 0 || n > most {
			l.fail("breaker.rules."+rule, "%d is outside 0 … %d", n, most)
		}
	}
}

func (l *loader) checkAPI() {
	if n, most := l.API.PerSecond, 100_000; n < 0 || n > most {
		l.fail("api.per_second", "per_second %d is outside 0 … %d; 0 is any number", n, most)
	}
	if l.API.TokensFile == "" {
		return
	}
	file, err := readSecret(l.API.TokensFile, l.Insecure)
	if err != nil {
		l.fail("api.tokens_file", "%s", err)
		return
	}
	if l.API.Tokens, err = api.ParseTokens(file); err != nil {
		l.fail("api.tokens_file", "%s: %s", l.API.TokensFile, err)
	}
}

func (l *loader) checkLinks() {
	if (l.Links.BaseURL == "") != (l.Links.KeyFile == "") {
		l.fail("links", "base_url and key_file belong together; set both or neither")
	}
	if l.Links.BaseURL != "" {
		u, err := url.Parse(l.Links.BaseURL)
		switch {
		case err != nil || u.Host == "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil:
			l.fail("links.base_url", "base_url must be a plain https address such as https://bank.example/card")
		case u.Scheme != "https" && !(u.Scheme == "http" && (l.Insecure || isLoopback(u.Hostname()))):
			l.fail("links.base_url", "base_url must start with https://; answers must not travel in the clear")
		}
	}
	if l.Links.KeyFile != "" {
		key, err := ReadKey(l.Links.KeyFile, l.Insecure)
		if err != nil {
			l.fail("links.key_file", "%s", err)
		}
		l.Links.Key = key
	}
}

// owners passes on the errors of a section that another package owns. Each starts with its key: "app_wait: 0s is outside …".
func owners(fail func(path, format string, args ...any), section string, err error) {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		for _, e := range joined.Unwrap() {
			owners(fail, section, e)
		}
		return
	}
	if err == nil {
		return
	}
	key, _, _ := strings.Cut(err.Error(), ":")
	path := strings.TrimPrefix(section+"."+key, ".")
	fail(path, "%s", strings.TrimPrefix(section+"."+err.Error(), "."))
}

func isPort(s string) bool {
	n, err := strconv.ParseUint(s, 10, 16)
	return err == nil && n > 0
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || (ip != nil && ip.IsLoopback())
}
