// Package fake is a provider's server for the tests of the channels: it hands each call to a handler that plays the provider, and can
// be made to answer one thing only, or nothing. It is imported by tests only.
package fake

import (
	"bytes"
	"crypto/x509"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/detectors/card"
)

// Server is a provider's server, with TLS and HTTP/2.
type Server struct {
	URL   string
	Roots *x509.CertPool

	mu       sync.Mutex
	fixed    http.HandlerFunc
	calls    int
	received []string
}

// Now is the time of every test: 2026-03-01 12:00 in China.
func Now() card.Moment { return card.Moment{UnixMilli: 1_772_337_600_000, OffsetMinutes: 480} }

// New starts a server that ends with the test. The handler finds the body already read; it runs in another goroutine than the test,
// so it asserts rather than requires.
func New(t *testing.T, provider func(s *Server, w http.ResponseWriter, r *http.Request, body []byte)) *Server {
	s := &Server{}
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		s.mu.Lock()
		s.calls++
		fixed := s.fixed
		s.mu.Unlock()
		if fixed == nil {
			provider(s, w, r, body)
			return
		}
		fixed(w, r)
	}))
	server.EnableHTTP2 = true
	server.StartTLS()
	s.URL, s.Roots = server.URL, x509.NewCertPool()
	s.Roots.AddCert(server.Certificate())
	t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
	})
	return s
}

// Answer makes the server give this answer to everything from now on.
func (s *Server) Answer(status int, header http.Header, body string) {
	s.set(func(w http.ResponseWriter, _ *http.Request) {
		for name, values := range header {
			w.Header()[name] = values
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	})
}

// Recover makes the server play its provider again.
func (s *Server) Recover() { s.set(nil) }

// Hang makes the server answer nothing until its caller gives up.
func (s *Server) Hang() { s.set(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }) }

// Cut makes the server break the connection off in the middle of every call.
func (s *Server) Cut() {
	s.set(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
}

func (s *Server) set(h http.HandlerFunc) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fixed = h
}

// Deliver shows a message on the customer's device.
func (s *Server) Deliver(messageID string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.received = append(s.received, messageID)
}

// DeliverOnce does so for a provider that knows the message by its id.
func (s *Server) DeliverOnce(messageID string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !slices.Contains(s.received, messageID) {
		s.received = append(s.received, messageID)
	}
}

// Received lists what was delivered.
func (s *Server) Received() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.received)
}

// Calls counts the calls that came in.
func (s *Server) Calls() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls
}

// Closed is an address at which nobody listens.
func Closed(t *testing.T) string {
	server := httptest.NewTLSServer(http.NotFoundHandler())
	server.Close()
	require.NotEmpty(t, server.URL)
	return server.URL
}
