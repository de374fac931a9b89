package config

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/segmentio/kafka-go/sasl"
	"github.com/segmentio/kafka-go/sasl/plain"
	"github.com/segmentio/kafka-go/sasl/scram"

	"github.com/cardwatch/cardwatch/stream/mapping/strictyaml"
)

// TLS builds the client side of TLS 1.2 or newer, nil when it is off. Certificates are read anew at each call.
func (c *Config) TLS() (*tls.Config, error) {
	t := c.Kafka.TLS
	if !t.Enabled {
		return nil, nil
	}
	out := &tls.Config{MinVersion: tls.VersionTLS12, ServerName: t.ServerName}
	if t.CAFile != "" {
		roots, err := Authorities(t.CAFile)
		if err != nil {
			return nil, &keyError{"kafka.tls.ca_file", err}
		}
		out.RootCAs = roots
	}
	if t.CertFile != "" {
		pair, err := tls.LoadX509KeyPair(t.CertFile, t.KeyFile)
		if err != nil {
			return nil, &keyError{"kafka.tls.cert_file", err}
		}
		out.Certificates = []tls.Certificate{pair}
	}
	return out, nil
}

// Authorities reads a PEM file of certificates.
func Authorities(file string) (*x509.CertPool, error) {
	pem, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("cannot read %s: %w", file, cause(err))
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("%s holds no PEM certificate", file)
	}
	return roots, nil
}

// SASL builds the login, nil when there is none.
func (c *Config) SASL() (sasl.Mechanism, error) {
	s := c.Kafka.SASL
	password := string(s.Password.Reveal())
	switch s.Mechanism {
	case "":
		return nil, nil
	case "plain":
		return plain.Mechanism{Username: s.Username, Password: password}, nil
	case "scram-sha-256":
		return scram.Mechanism(scram.SHA256, s.Username, password)
	case "scram-sha-512":
		return scram.Mechanism(scram.SHA512, s.Username, password)
	default:
		return nil, fmt.Errorf("kafka.sasl.mechanism %q does not exist", s.Mechanism)
	}
}

// keyError ties an error to the key of the file that it is about.
type keyError struct {
	path string
	err  error
}

func (e *keyError) Error() string { return e.path + ": " + e.err.Error() }
func (e *keyError) Unwrap() error { return e.err }

func (l *loader) checkTLS() {
	t := l.Kafka.TLS
	if !t.Enabled {
		if t != (TLS{}) {
			l.fail("kafka.tls", "tls has files or names but enabled is false; set enabled: true or remove them")
		}
		return
	}
	if (t.CertFile == "") != (t.KeyFile == "") {
		l.fail("kafka.tls", "cert_file and key_file belong together; set both or neither")
		return
	}
	if t.KeyFile != "" {
		if err := checkMode(t.KeyFile, l.Insecure); err != nil {
			l.fail("kafka.tls.key_file", "%s", err)
			return
		}
	}
	if _, err := l.TLS(); err != nil {
		var at *keyError
		if errors.As(err, &at) {
			l.fail(at.path, "%s", at.err)
			return
		}
		l.fail("kafka.tls", "%s", err)
	}
}

func (l *loader) checkSASL() {
	s := &l.Kafka.SASL
	known := []string{"scram-sha-256", "scram-sha-512", "plain"}
	if s.Mechanism == "" {
		if s.Username != "" || s.PasswordFile != "" || s.Password.Set() {
			l.fail("kafka.sasl", "sasl has a user or password but no mechanism; write one of %s", strings.Join(known, ", "))
		}
		return
	}
	if !slices.Contains(known, s.Mechanism) {
		l.fail("kafka.sasl.mechanism", "mechanism %q does not exist%s", s.Mechanism, strictyaml.DidYouMean(s.Mechanism, known))
		return
	}
	if s.Mechanism == "plain" && !l.Kafka.TLS.Enabled && !l.Insecure {
		l.fail("kafka.sasl.mechanism", "plain sends the password in the clear; enable kafka.tls or use scram-sha-512")
	}
	if s.Username == "" {
		l.fail("kafka.sasl", "username is missing")
	}
	l.readPassword(s)
	if s.Password.Set() && s.Username != "" {
		if _, err := l.SASL(); err != nil {
			// SCRAM refuses names and passwords that SASLprep forbids; its message may quote them.
			l.fail("kafka.sasl", "username or password has characters that SASLprep (RFC 4013) forbids")
		}
	}
}

func (l *loader) readPassword(s *SASL) {
	switch {
	case s.PasswordFile != "" && s.Password.Set():
		l.fail("kafka.sasl.password_file", "password_file and %s are both set; keep one", envPassword)
	case s.PasswordFile != "":
		data, err := readSecret(s.PasswordFile, l.Insecure)
		if err != nil {
			l.fail("kafka.sasl.password_file", "%s", err)
			return
		}
		// Editors and echo end a file with a line end that is no part of the password.
		s.Password = Secret{bytes.TrimRight(data, "\r\n")}
	case !s.Password.Set():
		l.fail("kafka.sasl", "password is missing; name its file with password_file or set %s", envPassword)
	}
}
