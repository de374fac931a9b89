package kafka

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"math/big"
	"net"
	"testing"
	"time"

	"github.com/segmentio/kafka-go/sasl"
	"github.com/segmentio/kafka-go/sasl/plain"
	"github.com/segmentio/kafka-go/sasl/scram"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"
)

func scramLogin(t *testing.T, algorithm scram.Algorithm, password string) sasl.Mechanism {
	t.Helper()
	m, err := scram.Mechanism(algorithm, "cardwatch", password)
	require.NoError(t, err)
	return m
}

func TestEveryPathAuthenticates(t *testing.T) {
	for method, login := range map[string]sasl.Mechanism{
		"PLAIN":         plain.Mechanism{Username: "cardwatch", Password: "right"},
		"SCRAM-SHA-256": scramLogin(t, scram.SHA256, "right"),
		"SCRAM-SHA-512": scramLogin(t, scram.SHA512, "right"),
	} {
		t.Run(method, func(t *testing.T) {
			server, client := certificates(t)
			k := fake(t, kfake.SeedTopics(1, "log"), kfake.EnableSASL(), kfake.Superuser(method, "cardwatch", "right"), kfake.TLS(server))
			c := newClient(t, Config{Brokers: k.ListenAddrs(), SASL: login, TLS: client})
			p, err := c.Producer(t.Context(), "owner")
			require.NoError(t, err)
			require.NoError(t, p.Send(t.Context(), messages("log", []string{"secret"})))
			require.Equal(t, "secret", nextValue(t, c.Fetch("log", 0, Earliest)))
			m := join(t, c, GroupConfig{Group: "g", Topics: []string{"log"}}, func(Assignment) error { return nil })
			m.next(t, 1)
			require.NoError(t, m.end(t))
		})
	}
}

func TestAMissingACLIsNamed(t *testing.T) {
	describe := kfake.ACL{
		Resource: kmsg.ACLResourceTypeTopic, Name: "log", Pattern: kmsg.ACLResourcePatternTypeLiteral,
		Operation: kmsg.ACLOperationDescribe, Allow: true,
	}
	k := fake(t, kfake.SeedTopics(1, "log"), kfake.EnableSASL(), kfake.EnableACLs(),
		kfake.User("PLAIN", "cardwatch", "right", describe))
	var seen retries
	c := newClient(t, Config{Brokers: k.ListenAddrs(), SASL: plain.Mechanism{Username: "cardwatch", Password: "right"}, OnRetry: seen.add})
	_, err := c.Fetch("log", 0, 0).Next(within(t, 300*time.Millisecond))
	require.ErrorContains(t, err, "an ACL is missing for this user")
	_, err = c.Producer(t.Context(), "owner")
	require.ErrorContains(t, err, "an ACL is missing for this user")
	_, err = c.Fetch("hidden", 0, 0).Next(within(t, 300*time.Millisecond))
	require.ErrorContains(t, err, "no permission to see it")
}

func TestAnUntrustedCertificateIsNamed(t *testing.T) {
	server, _ := certificates(t)
	k := fake(t, kfake.SeedTopics(1, "log"), kfake.TLS(server))
	c := newClient(t, Config{Brokers: k.ListenAddrs(), TLS: &tls.Config{}})
	_, err := c.Topics(t.Context(), []string{"log"})
	require.ErrorContains(t, err, "certificate signed by unknown authority")
}

func TestNewRefusesWhatIsNoAddress(t *testing.T) {
	_, err := New(Config{})
	require.ErrorContains(t, err, "no broker address")
	_, err = New(Config{Brokers: []string{"kafka.bank.example"}})
	require.ErrorContains(t, err, "kafka.bank.example is not host:port")
}

// certificates makes a self-signed certificate for loopback and a configuration that trusts it.
func certificates(t *testing.T) (server, client *tls.Config) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	require.NoError(t, err)
	cert, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	pool := x509.NewCertPool()
	pool.AddCert(cert)
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}, &tls.Config{RootCAs: pool}
}
