package config

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// folder is a directory of files that a configuration names.
type folder struct {
	t    *testing.T
	path string
}

func newFolder(t *testing.T) folder { return folder{t, t.TempDir()} }

func (f folder) write(name, content string, mode os.FileMode) string {
	f.t.Helper()
	path := filepath.Join(f.path, name)
	require.NoError(f.t, os.WriteFile(path, []byte(content), mode))
	require.NoError(f.t, os.Chmod(path, mode))
	return path
}

// load writes the text as c.yaml and loads it; DIR stands for the folder, in the text and in the environment.
func (f folder) load(text string, env ...string) (*Config, error) {
	f.t.Helper()
	path := f.write("c.yaml", strings.ReplaceAll(text, "DIR", f.path), 0o644)
	for i := range env {
		env[i] = strings.ReplaceAll(env[i], "DIR", f.path)
	}
	return Load(path, env)
}

// message is the error with the folder's name taken out.
func (f folder) message(err error) string {
	f.t.Helper()
	require.Error(f.t, err)
	return strings.ReplaceAll(strings.ReplaceAll(err.Error(), f.path+string(filepath.Separator), ""), f.path, "DIR")
}

// certificate writes a self-signed certificate and its key as cert.pem and key.pem.
func (f folder) certificate() {
	f.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(f.t, err)
	template := x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"},
		NotBefore: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), NotAfter: time.Date(2046, 1, 1, 0, 0, 0, 0, time.UTC), IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, &template, &template, &key.PublicKey, key)
	require.NoError(f.t, err)
	private, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(f.t, err)
	f.write("cert.pem", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})), 0o644)
	f.write("key.pem", string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})), 0o600)
}
