package config

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/stream/mapping/strictyaml"
)

func TestReferenceLoadsAndEqualsTheDefaults(t *testing.T) {
	c, err := newFolder(t).load(string(Reference()))
	require.NoError(t, err)
	require.Equal(t, Defaults(), *c)
}

func TestReferenceNamesEverySettingAndExplainsItsOwn(t *testing.T) {
	reference := string(Reference())
	c := Defaults()
	doc := strictyaml.Read("reference", Reference(), new(Config))
	for _, s := range settings("", reflect.ValueOf(&c).Elem()) {
		require.True(t, doc.Has(s.path), s.path)
	}
	lines := strings.Split(reference, "\n")
	for i, line := range lines {
		key, _, isKey := strings.Cut(strings.TrimSpace(line), ":")
		if !isKey || strings.HasPrefix(key, "#") {
			continue
		}
		if strings.HasPrefix(line, "rules:") {
			break // From here on the pure packages' structs decide.
		}
		require.Contains(t, lines[i-1], "#", "%s has no comment", key)
	}
	for path := range foreignDocs() {
		require.True(t, doc.Has(path), "%s is explained but does not exist", path)
	}
}

func TestTheFileOverridesDefaultsAndTheEnvironmentOverridesTheFile(t *testing.T) {
	c, err := newFolder(t).load(`
roles: [monitor]
kafka:
  brokers: [localhost:9092]
  client_id: from-file
  session_timeout: 30s
desk: {app_wait: 2m}
rules: {large_out_of_town: {near_km: 120}}
`, "CARDWATCH_KAFKA_BROKERS=127.0.0.1:1, [::1]:2", "CARDWATCH_KAFKA_SESSION_TIMEOUT=45s", "CARDWATCH_RULES_LARGE_OUT_OF_TOWN_FAR_KM=400",
		"CARDWATCH_DESK_BANK_NAME_ZH_CN=星河银行", "PATH=/bin", "CARDWATCHER=unrelated")
	require.NoError(t, err)
	require.Equal(t, []string{"127.0.0.1:1", "[::1]:2"}, c.Kafka.Brokers)
	require.Equal(t, "from-file", c.Kafka.ClientID)
	require.Equal(t, 45*time.Second, c.Kafka.SessionTimeout)
	require.Equal(t, 3*time.Second, c.Kafka.HeartbeatInterval, "what nobody sets keeps its default")
	require.Equal(t, 2*time.Minute, c.Desk.AppWait)
	require.Equal(t, "星河银行", c.Desk.BankName.Zh)
	require.Equal(t, 120, c.Rules.LargeOutOfTown.NearKm)
	require.Equal(t, 400, c.Rules.LargeOutOfTown.FarKm)
	require.True(t, c.Has(RoleMonitor))
	require.False(t, c.Has(RoleDesk))
	require.Equal(t, "cardwatch.monitor", c.Group(RoleMonitor))
}

func TestLoadRefuses(t *testing.T) {
	const sasl = "  sasl: {mechanism: scram-sha-512, username: u, password_file: DIR/password}\n"
	for name, tc := range map[string]struct{ text, want string }{
		"an empty file":  {"", "c.yaml:1:1: the file is empty"},
		"an unknown key": {"kafka:\n  brokrs: [a:1]", `c.yaml:2:3: unknown key "brokrs" in kafka; did you mean "brokers"?`},
		"a key twice":    {"store: {dir: a}\nstore: {dir: b}", `c.yaml:2:1: key "store" stands here a second time; it is first set in line 1`},
		"a tab":          {"kafka:\n\tbrokers: []", "c.yaml:2:1: a tab; YAML is indented with spaces"},
		"a wrong type":   {"topics: {partitions: many}", "c.yaml:1:22: topics.partitions must be a whole number"},
		"a password in the file": {"kafka: {sasl: {password: hunter2}}",
			`c.yaml:1:16: a secret does not belong in this file; put it in a file of its own and name that with "password_file"`},
		"no brokers":                {"kafka: {brokers: []}", "c.yaml:1:9: brokers is empty; name at least one as host:port"},
		"a broker without port":     {"kafka:\n  brokers:\n    - kafka1", `c.yaml:3:7: broker "kafka1" must be host:port, such as kafka1.bank:9092`},
		"a broker with port 0":      {`kafka: {brokers: ["localhost:0"]}`, `c.yaml:1:19: broker "localhost:0" must be host:port, such as kafka1.bank:9092`},
		"no TLS to another host":    {"kafka:\n  brokers: [localhost:9092, kafka1:9092]", `c.yaml:2:29: broker "kafka1:9092" is on another machine and kafka.tls.enabled is false; enable TLS, or say insecure: true for a test`},
		"plain without TLS":         {"kafka:\n" + strings.Replace(sasl, "scram-sha-512", "plain", 1), "c.yaml:2:10: plain sends the password in the clear; enable kafka.tls or use scram-sha-512"},
		"an unknown mechanism":      {"kafka:\n  sasl: {mechanism: scram-sha512}", `c.yaml:2:10: mechanism "scram-sha512" does not exist; did you mean "scram-sha-512"?`},
		"a user without mechanism":  {"kafka:\n  sasl: {username: u}", "c.yaml:2:3: sasl has a user or password but no mechanism; write one of scram-sha-256, scram-sha-512, plain"},
		"no user":                   {"kafka:\n" + strings.Replace(sasl, "username: u, ", "", 1), "c.yaml:2:3: username is missing"},
		"no password":               {"kafka:\n  sasl: {mechanism: plain, username: u}\ninsecure: true", "c.yaml:2:3: password is missing; name its file with password_file or set CARDWATCH_KAFKA_SASL_PASSWORD"},
		"a missing password file":   {"kafka:\n  sasl: {mechanism: scram-sha-256, username: u, password_file: DIR/none}", "c.yaml:2:49: cannot read none: no such file or directory"},
		"a password others read":    {"kafka:\n  sasl: {mechanism: scram-sha-256, username: u, password_file: DIR/open}", "c.yaml:2:49: open can be read by others (mode 0644); chmod 600 it"},
		"an empty password file":    {"kafka:\n  sasl: {mechanism: scram-sha-256, username: u, password_file: DIR/empty}", "c.yaml:2:49: empty is empty"},
		"TLS files without TLS":     {"kafka:\n  tls: {ca_file: x}", "c.yaml:2:3: tls has files or names but enabled is false; set enabled: true or remove them"},
		"a missing authority":       {"kafka:\n  tls: {enabled: true, ca_file: DIR/none}", "c.yaml:2:24: cannot read none: no such file or directory"},
		"an authority that is none": {"kafka:\n  tls: {enabled: true, ca_file: DIR/password}", "c.yaml:2:24: password holds no PEM certificate"},
		"a certificate without key": {"kafka:\n  tls: {enabled: true, cert_file: DIR/cert.pem}", "c.yaml:2:3: cert_file and key_file belong together; set both or neither"},
		"a private key others read": {"kafka:\n  tls:\n    enabled: true\n    cert_file: DIR/cert.pem\n    key_file: DIR/open", "c.yaml:5:5: open can be read by others (mode 0644); chmod 600 it"},
		"a session below 6 s":       {"kafka: {session_timeout: 5s, heartbeat_interval: 1s}", "c.yaml:1:9: session_timeout 5s is outside 6s … 30m, which brokers refuse"},
		"a heartbeat above a third": {"kafka: {session_timeout: 9s, heartbeat_interval: 3001ms}", "c.yaml:1:30: heartbeat_interval 3.001s must be above 0 and at most a third of session_timeout 9s"},
		"a group with spaces":       {"kafka: {group_prefix: my bank}", "c.yaml:1:9: kafka.group_prefix must be letters, digits, dots and dashes, and not empty"},
		"no partitions":             {"topics: {partitions: 0}", "c.yaml:1:10: partitions 0 is outside 1 … 10000"},
		"no store":                  {"store: {dir: ''}", "c.yaml:1:9: store.dir is empty; name a directory on a local disk"},
		"a console for everybody": {"http: {listen: \"0.0.0.0:8080\"}", "c.yaml:1:8: 0.0.0.0:8080 can be reached from other machines, and the console has no sign-in; " +
			"listen on 127.0.0.1 behind a proxy that has one, or say insecure: true for a test"},
		"an address without port": {"http: {listen: localhost}", `c.yaml:1:8: http.listen must be host:port such as 127.0.0.1:8080, not "localhost"`},
		"an unknown role":         {"roles: [montior]", `c.yaml:1:1: role "montior" does not exist; did you mean "monitor"?`},
		"a role twice":            {"roles: [desk, desk]", `c.yaml:1:1: role "desk" stands here twice`},
		"no role":                 {"roles: []", "c.yaml:1:1: roles is empty; write one or more of monitor, desk, rekey"},
		"links in the clear":      {"links: {base_url: http://bank.example, key_file: DIR/key}", "c.yaml:1:9: base_url must start with https://; answers must not travel in the clear"},
		"links without key":       {"links: {base_url: https://bank.example}", "c.yaml:1:1: base_url and key_file belong together; set both or neither"},
		"calls by the million":    {"api: {per_second: 1000000}", "c.yaml:1:7: per_second 1000000 is outside 0 … 100000; 0 is any number"},
		"no tokens in it":         {"api: {tokens_file: DIR/key}", "c.yaml:1:7: key: line 1: has 1 words; a token is: name role sha256hex"},
		"a short key":             {"links: {base_url: https://bank.example, key_file: DIR/short}", "c.yaml:1:41: short has 31 bytes; a key needs at least 32 (openssl rand -out FILE 32)"},
		"a key of zeros":          {"links: {base_url: https://bank.example, key_file: DIR/zero}", "c.yaml:1:41: zero is all zero; make a key with: openssl rand -out FILE 32"},
		"a bad rule":              {"rules:\n  lateness: -1s", "c.yaml:2:3: rules.lateness: is -1s, must lie in 0s … 1h0m0s"},
		"a bad policy":            {"desk:\n  quiet_from: 24", "c.yaml:2:3: desk.quiet_from: 24 is no hour of the day (0 … 23)"},
		"a loosened contact rule": {"desk:\n  contact_rules:\n    CN:\n      rules:\n        CN-CONNECT: {max: 9}", "c.yaml:5:9: desk.contact_rules.CN.rules.CN-CONNECT: max 9 is outside 1 … 3: a bank may tighten a rule, never loosen it"},
		"everything at once": {"kafka:\n  brokrs: [a:1]\n  session_timeout: 1s\ndesk: {app_wait: 0s}\n", strings.Join([]string{
			`c.yaml:2:3: unknown key "brokrs" in kafka; did you mean "brokers"?`,
			"c.yaml:3:3: session_timeout 1s is outside 6s … 30m, which brokers refuse",
			"c.yaml:4:8: desk.app_wait: 0s is outside 1s … 24h0m0s"}, "\n")},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFolder(t)
			f.write("password", "hunter2\n", 0o600)
			f.write("open", "hunter2\n", 0o644)
			f.write("empty", "", 0o600)
			f.write("key", strings.Repeat("k", 32), 0o600)
			f.write("short", strings.Repeat("k", 31), 0o600)
			f.write("zero", strings.Repeat("\x00", 32), 0o600)
			_, err := f.load(tc.text)
			require.Equal(t, tc.want, f.message(err))
			require.NotContains(t, f.message(err), "hunter2")
		})
	}
}

func TestTheEnvironmentIsCheckedToo(t *testing.T) {
	f := newFolder(t)
	_, err := f.load("insecure: false", "CARDWATCH_KAFKA_BROKRES=a:1", "CARDWATCH_TOPICS_PARTITIONS=many", "CARDWATCH_KAFKA_SESSION_TIMEOUT=1s", "CARDWATCH_KAFKA_BROKERS=kafka1:9092")
	require.Equal(t, `environment: CARDWATCH_KAFKA_BROKRES: no setting has this name; did you mean "CARDWATCH_KAFKA_BROKERS"?
environment: CARDWATCH_TOPICS_PARTITIONS: topics.partitions must be a whole number
environment: CARDWATCH_KAFKA_BROKERS: broker "kafka1:9092" is on another machine and kafka.tls.enabled is false; enable TLS, or say insecure: true for a test
environment: CARDWATCH_KAFKA_SESSION_TIMEOUT: session_timeout 1s is outside 6s … 30m, which brokers refuse`, f.message(err))
}

func TestAMissingFileIsNamed(t *testing.T) {
	_, err := Load("/nonexistent/c.yaml", nil)
	require.EqualError(t, err, "/nonexistent/c.yaml: cannot read the configuration: no such file or directory")
	_, err = LoadRules("/nonexistent/r.yaml")
	require.EqualError(t, err, "/nonexistent/r.yaml: cannot read the rules: no such file or directory")
}

func TestInsecureAllowsATestSetUp(t *testing.T) {
	f := newFolder(t)
	f.write("open", "hunter2\n", 0o644)
	c, err := f.load("insecure: true\nkafka:\n  brokers: [kafka1:9092]\n  sasl: {mechanism: plain, username: u, password_file: DIR/open}")
	require.NoError(t, err)
	require.Equal(t, "hunter2", string(c.Kafka.SASL.Password.Reveal()))
}

func TestLoadRulesReadsTheSectionAlone(t *testing.T) {
	f := newFolder(t)
	rules, err := LoadRules(f.write("r.yaml", "version: mine.1\nlate_night_high_frequency: {until_hour: 5}\n", 0o644))
	require.NoError(t, err)
	want := detectors.Defaults()
	want.Version, want.LateNightHighFrequency.UntilHour = "mine.1", 5
	require.Equal(t, want, rules)

	_, err = LoadRules(f.write("r.yaml", "version: mine.1\nlateness: 2h\nlate_nigth_high_frequency: {}\n", 0o644))
	require.Equal(t, `r.yaml:2:1: lateness: is 2h0m0s, must lie in 0s … 1h0m0s
r.yaml:3:1: unknown key "late_nigth_high_frequency"; did you mean "late_night_high_frequency"?`, f.message(err))
}

func TestSecretsNeverPrint(t *testing.T) {
	s := Secret{[]byte("hunter2")}
	asJSON, err := json.Marshal(map[string]any{"s": s})
	require.NoError(t, err)
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "s", s)
	for _, text := range []string{fmt.Sprint(s), fmt.Sprintf("%v %+v %#v %s", s, s, s, s), fmt.Sprintf("%+v", Links{Key: s}), string(asJSON), log.String()} {
		require.NotContains(t, text, "hunter2")
		require.NotContains(t, text, "104", "nor as bytes")
	}
}

func TestReadKeyTakesTheFileAsItIs(t *testing.T) {
	f := newFolder(t)
	key := strings.Repeat("k", 31) + "\n"
	got, err := ReadKey(f.write("key", key, 0o400), false)
	require.NoError(t, err)
	require.Equal(t, key, string(got.Reveal()), "a random last byte may look like a line end")
	_, err = ReadKey(f.path, false)
	require.ErrorContains(t, err, "is no regular file")
	_, err = ReadKey(f.write("long", strings.Repeat("k", 5000), 0o600), false)
	require.ErrorContains(t, err, "a secret has at most 4096")
	_, err = os.Stat(f.path)
	require.NoError(t, err)
}
