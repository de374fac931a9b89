package load

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/cardwatch/cardwatch/bench/load/part"
)

// mood is how a gateway does.
type mood string

const (
	// healthy takes every message at once, hanging answers nothing for half a minute, failing refuses everything as broken.
	healthy mood = "healthy"
	hanging mood = "hanging"
	failing mood = "failing"
)

// hangsFor is how long a hanging gateway says nothing (notes/reliability-security.md fault 32).
const hangsFor = 30 * time.Second

// gateways are the bank's push gateway and its gateway for text messages, over HTTP on this machine. Only the first has moods.
type gateways struct {
	server *http.Server
	addr   string
	served chan error

	mu   sync.Mutex
	mood mood
	// taken counts the messages that were taken, by their ids.
	taken map[string]int
}

func openGateways() (*gateways, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("load: a gateway: %w", err)
	}
	g := &gateways{addr: listener.Addr().String(), served: make(chan error, 1), mood: healthy, taken: map[string]int{}}
	g.server = &http.Server{Handler: g, ReadHeaderTimeout: 10 * time.Second}
	go func() { g.served <- g.server.Serve(listener) }()
	return g, nil
}

// close ends calls under way too.
func (g *gateways) close() error {
	err := g.server.Close()
	if served := <-g.served; !errors.Is(served, http.ErrServerClosed) {
		err = errors.Join(err, served)
	}
	return err
}

// order is what the desk is to know of them.
func (g *gateways) order() *part.DeskOrder {
	secret := make([]byte, 32)
	_, _ = rand.Read(secret) // never fails
	return &part.DeskOrder{
		App: "http://" + g.addr + "/app", SMS: "http://" + g.addr + "/sms", Secret: "whsec_" + base64.StdEncoding.EncodeToString(secret),
	}
}

func (g *gateways) become(m mood) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.mood = m
}

// doubled counts the messages that were taken more than once.
func (g *gateways) doubled() (n int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, times := range g.taken {
		if times > 1 {
			n++
		}
	}
	return n
}

// ServeHTTP implements http.Handler.
func (g *gateways) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if _, err := io.Copy(io.Discard, r.Body); err != nil {
		return
	}
	switch g.now(r.URL.Path) {
	case failing:
		w.WriteHeader(http.StatusServiceUnavailable)
	case hanging:
		hang(r.Context())
	default:
		id := r.Header.Get("webhook-id")
		g.take(id)
		_, _ = fmt.Fprintf(w, `{"id":%q}`, id) // whoever has left does not miss it
	}
}

func (g *gateways) now(path string) mood {
	g.mu.Lock()
	defer g.mu.Unlock()
	if path != "/app" {
		return healthy
	}
	return g.mood
}

func (g *gateways) take(id string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.taken[id]++
}

// hang waits until whoever called has given up, or for as long as a hanging gateway does.
func hang(ctx context.Context) {
	timer := time.NewTimer(hangsFor)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
