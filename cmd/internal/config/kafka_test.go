package config

import (
	"crypto/tls"
	"testing"

	"github.com/segmentio/kafka-go/sasl/plain"
	"github.com/stretchr/testify/require"
)

func TestTLSIsBuiltFromFiles(t *testing.T) {
	f := newFolder(t)
	f.certificate()
	c, err := f.load("kafka:\n  brokers: [kafka1:9093]\n  tls: {enabled: true, ca_file: DIR/cert.pem, cert_file: DIR/cert.pem, key_file: DIR/key.pem, server_name: kafka.bank}")
	require.NoError(t, err)
	built, err := c.TLS()
	require.NoError(t, err)
	require.Equal(t, uint16(tls.VersionTLS12), built.MinVersion)
	require.Equal(t, "kafka.bank", built.ServerName)
	require.Len(t, built.Certificates, 1)
	require.NotNil(t, built.RootCAs)
	require.False(t, built.InsecureSkipVerify)
}

func TestWithoutTLSAndLoginThereIsNeither(t *testing.T) {
	c := Defaults()
	built, err := c.TLS()
	require.NoError(t, err)
	require.Nil(t, built)
	login, err := c.SASL()
	require.NoError(t, err)
	require.Nil(t, login)
}

func TestLogins(t *testing.T) {
	for mechanism, name := range map[string]string{"scram-sha-256": "SCRAM-SHA-256", "scram-sha-512": "SCRAM-SHA-512", "plain": "PLAIN"} {
		t.Run(mechanism, func(t *testing.T) {
			f := newFolder(t)
			f.write("password", "hunter2\n", 0o600)
			c, err := f.load("kafka:\n  tls: {enabled: true}\n  sasl: {mechanism: "+mechanism+", username: u}", "CARDWATCH_KAFKA_SASL_PASSWORD_FILE=DIR/password")
			require.NoError(t, err)
			login, err := c.SASL()
			require.NoError(t, err)
			require.Equal(t, name, login.Name())
			if p, ok := login.(plain.Mechanism); ok {
				require.Equal(t, plain.Mechanism{Username: "u", Password: "hunter2"}, p, "the line end of the file is no part of the password")
			}
		})
	}
}

func TestThePasswordMayComeFromTheEnvironmentButNotTwice(t *testing.T) {
	f := newFolder(t)
	f.write("password", "hunter2\n", 0o600)
	c, err := f.load("kafka:\n  sasl: {mechanism: scram-sha-256, username: u}", "CARDWATCH_KAFKA_SASL_PASSWORD=pass=word")
	require.NoError(t, err)
	require.Equal(t, "pass=word", string(c.Kafka.SASL.Password.Reveal()))
	_, err = f.load("kafka:\n  sasl: {mechanism: scram-sha-256, username: u, password_file: DIR/password}", "CARDWATCH_KAFKA_SASL_PASSWORD=x")
	require.Equal(t, "c.yaml:2:49: password_file and CARDWATCH_KAFKA_SASL_PASSWORD are both set; keep one", f.message(err))
}
