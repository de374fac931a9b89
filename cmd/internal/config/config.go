// Package config is the one file of `cardwatch run`: its keys, defaults, environment overrides and checks.
//
// Values come from the defaults, then the file, then the environment (CARDWATCH_ and the path in capitals). Everything wrong is
// reported at once, each with its line, column and the nearest valid name; nothing starts on a doubtful file. Only cmd may use the
// package. A Config is plain data after Load and is not changed again, so it may be shared.
package config

import (
	"time"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/cmd/internal/api"
	"github.com/cardwatch/cardwatch/detectors"
)

// Config is a checked configuration. The `doc` tags are the comments of the reference file.
type Config struct {
	Roles    []string `yaml:"roles" doc:"monitor (transactions to alerts), desk (alerts to cases, prompts, queues), rekey (the bank's topics to the input topics); one or more."`
	Insecure bool     `yaml:"insecure" doc:"For tests only: allows no TLS to other machines, passwords in the clear, key files others can read."`
	Kafka    Kafka    `yaml:"kafka" doc:"The cluster that Cardwatch reads from and writes to."`
	Topics   Topics   `yaml:"topics" doc:"What 'cardwatch topics create' makes."`
	Store    Store    `yaml:"store" doc:"The working memory of our partitions. It can be lost: it is restored from the changelog topics."`
	HTTP     Listen   `yaml:"http" doc:"Console and API (role desk)."`
	API      API      `yaml:"api" doc:"/api/v1 for the bank's own systems (role desk), at http.listen."`
	Metrics  Listen   `yaml:"metrics" doc:"/metrics, /healthz and /readyz."`
	Links    Links    `yaml:"links" doc:"The links by which customers answer. Without a base_url messages carry none."`
	// Channels are in order of preference; without any, messages go to the sandbox telephone.
	Channels []Channel `yaml:"channels" doc:"The providers that carry messages to customers, in order of preference: below what each can be given. Without any, messages go to the sandbox telephone at the console alone."`
	Hooks    Hooks     `yaml:"hooks" doc:"Where providers call back with answers and receipts (role desk): POST /hooks/NAME, or /hooks/NAME/SECRET for those that do not sign."`
	Rekey    Rekey     `yaml:"rekey" doc:"Topics as the bank has them, mapped and keyed by customer (role rekey)."`
	// RulesControl is one of the Control constants.
	RulesControl string          `yaml:"rules_control" doc:"files: every process decides by the rules it is given. four_eyes: by the set that a second person approved ('cardwatch rules approve'), and by the given one until there is one."`
	Breaker      Breaker         `yaml:"breaker" doc:"Stops a rule that suddenly fires at everybody, and tells its owner ('cardwatch rules resume' starts it again)."`
	RulesPath    string          `yaml:"rules_path" doc:"A rule file, or a directory (rules.d) whose *.yaml files are one set, in the place of the section rules."`
	Rules        detectors.Rules `yaml:"rules" doc:"The detectors (role monitor)."`
	Desk         alerts.Policy   `yaml:"desk" doc:"Prompts, contact rules and queues (role desk)."`
}

// Kafka says how to reach the brokers and how to join the group.
type Kafka struct {
	Brokers           []string      `yaml:"brokers" doc:"host:port of some brokers; the others are learnt from them."`
	ClientID          string        `yaml:"client_id" doc:"The name in the brokers' logs and quotas; the role and the host are added."`
	GroupPrefix       string        `yaml:"group_prefix" doc:"Consumer groups are this, a dot and the role: cardwatch.monitor, cardwatch.desk, cardwatch.rekey.TOPIC."`
	SessionTimeout    time.Duration `yaml:"session_timeout" doc:"A process that is silent for so long loses its partitions. At least 6s, as brokers demand."`
	HeartbeatInterval time.Duration `yaml:"heartbeat_interval" doc:"At most a third of the session timeout: two heartbeats may get lost."`
	TLS               TLS           `yaml:"tls" doc:"Encryption on the way to the brokers."`
	SASL              SASL          `yaml:"sasl" doc:"How we prove to the brokers who we are."`
}

// TLS is the encryption of the way to the brokers.
type TLS struct {
	Enabled    bool   `yaml:"enabled" doc:"Needed for every broker that is not on this machine."`
	CAFile     string `yaml:"ca_file" doc:"PEM file of the authorities of the brokers' certificates; empty for the system's own."`
	CertFile   string `yaml:"cert_file" doc:"PEM files of our own certificate and key, both or neither."`
	KeyFile    string `yaml:"key_file" doc:"Not readable for group and others (chmod 600)."`
	ServerName string `yaml:"server_name" doc:"The name in the brokers' certificates when it is not the host in brokers."`
}

// SASL is how we prove who we are.
type SASL struct {
	Mechanism    string `yaml:"mechanism" doc:"scram-sha-256, scram-sha-512, plain (with TLS only), or empty for none."`
	Username     string `yaml:"username" doc:"Needed with a mechanism."`
	PasswordFile string `yaml:"password_file" doc:"A file with the password alone (chmod 600); or set CARDWATCH_KAFKA_SASL_PASSWORD."`
	// Password is read from PasswordFile or the environment.
	Password Secret `yaml:"-"`
}

// Topics is the shape of new topics.
type Topics struct {
	Partitions        int `yaml:"partitions" doc:"Of every topic; at most so many monitors share the work. Changing it later means moving all state."`
	ReplicationFactor int `yaml:"replication_factor" doc:"3 survives the loss of a broker; 1 is for a single broker."`
}

// Store is where states live.
type Store struct {
	Dir         string        `yaml:"dir" doc:"A directory on a local disk, for this process alone."`
	CacheMiB    int           `yaml:"cache_mib" doc:"Memory for customers' states; about 600 bytes each. More customers than fit cost a read from disk each time."`
	WriteBehind time.Duration `yaml:"write_behind" doc:"How long the monitor keeps changed states to itself: longer writes less, and repeats more after a crash."`
	// MinFreePercent is 0 … 45.
	MinFreePercent int  `yaml:"min_free_percent" doc:"Reading pauses while the disk has less room than this, and goes on by itself; below twice this an alarm. 0 watches nothing."`
	MinFreeMiB     int  `yaml:"min_free_mib" doc:"The alarm comes below this, too."`
	Standby        bool `yaml:"standby" doc:"Keep copies of the partitions that other processes own, to take over at once."`
}

// Listen is an address to serve on.
type Listen struct {
	Listen string `yaml:"listen" doc:"host:port; empty serves nothing."`
}

// API is the interface for the bank's own systems.
type API struct {
	TokensFile string `yaml:"tokens_file" doc:"Lines of: name role sha256hex (printf %s TOKEN | sha256sum); roles read, analyst, delegate, app; chmod 600. Empty lets programs on this machine alone call, without a token."`
	PerSecond  int    `yaml:"per_second" doc:"The most calls a second of one caller, that is of one token's name; twice as many may come at once, the others get 429. 0 is any number."`
	// Tokens are read from TokensFile.
	Tokens []api.Token `yaml:"-"`
}

// Links are the signed answer links.
type Links struct {
	BaseURL string `yaml:"base_url" doc:"Where customers reach the answer page: https://bank.example/card"`
	KeyFile string `yaml:"key_file" doc:"The signing key, the same for all desks: openssl rand -out FILE 32; chmod 600 FILE"`
	// Key is read from KeyFile.
	Key Secret `yaml:"-"`
}

// Breaker bounds what a rule about cards may raise before it is stopped. The default, one transaction in ten, is far above any attack: a
// rule must not fall silent in the hour it was written for.
type Breaker struct {
	BudgetPer10k int            `yaml:"budget_per_10k" doc:"Alerts of one rule among the last 10,000 judged transactions of a process; one more stops it. 0 stops none."`
	Rules        map[string]int `yaml:"rules" doc:"The same for single rules, by name: {late_night_high_frequency: 50}"`
}

// What decides which rules decide.
const (
	ControlFiles    = "files"
	ControlFourEyes = "four_eyes"
)

// The roles of a process.
const (
	RoleMonitor = "monitor"
	RoleDesk    = "desk"
	RoleRekey   = "rekey"
)

// Defaults is the configuration of an empty file: a broker on this machine, everything else as a bank would start.
func Defaults() Config {
	return Config{
		Roles: []string{RoleMonitor, RoleDesk},
		Kafka: Kafka{
			Brokers: []string{"127.0.0.1:9092"}, ClientID: "cardwatch", GroupPrefix: "cardwatch",
			SessionTimeout: 10 * time.Second, HeartbeatInterval: 3 * time.Second,
		},
		Topics:       Topics{Partitions: 12, ReplicationFactor: 3},
		Store:        Store{Dir: "/var/lib/cardwatch", CacheMiB: 1024, WriteBehind: 15 * time.Second, MinFreePercent: 5, MinFreeMiB: 1024},
		HTTP:         Listen{"127.0.0.1:8080"},
		Metrics:      Listen{"127.0.0.1:9464"},
		API:          API{PerSecond: 50},
		Channels:     []Channel{},
		Hooks:        Hooks{TrustedProxies: []string{}},
		Rekey:        Rekey{Sources: []RekeySource{}},
		RulesControl: ControlFiles,
		Breaker:      Breaker{BudgetPer10k: 1000, Rules: map[string]int{}},
		Rules:        detectors.Defaults(),
		Desk:         alerts.Defaults(),
	}
}

// Has reports whether the process plays the role.
func (c *Config) Has(role string) bool {
	for _, r := range c.Roles {
		if r == role {
			return true
		}
	}
	return false
}

// Groups are the consumer groups of all processors.
func (c *Config) Groups() []string { return []string{c.Group(RoleMonitor), c.Group(RoleDesk)} }

// Group is the consumer group of a role.
func (c *Config) Group(role string) string { return c.Kafka.GroupPrefix + "." + role }
