package config

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"runtime"
)

// Secret is a password or key. It prints as stars wherever it ends up; Reveal is the one way to it.
type Secret struct{ value []byte }

// Reveal gives the secret itself, for the call that needs it and nothing else.
func (s Secret) Reveal() []byte { return s.value }

// Set reports whether there is one.
func (s Secret) Set() bool { return len(s.value) > 0 }

// String hides the secret.
func (s Secret) String() string { return "***" }

// GoString hides the secret from %#v.
func (s Secret) GoString() string { return s.String() }

// LogValue hides the secret from logs.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalText hides the secret from JSON and YAML.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// maxSecret bounds what is read from a secret's file.
const maxSecret = 4096

// readSecret reads a secret's file, which nobody but its owner may read unless insecure.
func readSecret(path string, insecure bool) ([]byte, error) {
	if err := checkMode(path, insecure); err != nil {
		return nil, err
	}
	data, err := os.ReadFile(path)
	switch {
	case err != nil:
		return nil, fmt.Errorf("cannot read %s: %w", path, cause(err))
	case len(data) == 0:
		return nil, fmt.Errorf("%s is empty", path)
	case len(data) > maxSecret:
		return nil, fmt.Errorf("%s has %d bytes; a secret has at most %d", path, len(data), maxSecret)
	}
	return data, nil
}

func checkMode(path string, insecure bool) error {
	info, err := os.Stat(path)
	if err != nil {
		return fmt.Errorf("cannot read %s: %w", path, cause(err))
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("%s is no regular file", path)
	}
	// Windows has no such bits; access lists are the administrator's there.
	if runtime.GOOS != "windows" && !insecure && info.Mode().Perm()&0o077 != 0 {
		return fmt.Errorf("%s can be read by others (mode %04o); chmod 600 it", path, info.Mode().Perm())
	}
	return nil
}

// cause is an I/O error without the path, which the message has named already.
func cause(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}

// minKey is the length of a signing or hashing key: that of SHA-256's output (NIST SP 800-107).
const minKey = 32

// ReadKey reads a signing or hashing key, its bytes as they stand in the file: at least 32, not all zero, and not readable for others
// unless insecure.
func ReadKey(path string, insecure bool) (Secret, error) {
	data, err := readSecret(path, insecure)
	if err != nil {
		return Secret{}, err
	}
	if len(data) < minKey {
		return Secret{}, fmt.Errorf("%s has %d bytes; a key needs at least %d (openssl rand -out FILE %d)", path, len(data), minKey, minKey)
	}
	if len(bytes.Trim(data, "\x00")) == 0 {
		return Secret{}, fmt.Errorf("%s is all zero; make a key with: openssl rand -out FILE %d", path, minKey)
	}
	return Secret{data}, nil
}
