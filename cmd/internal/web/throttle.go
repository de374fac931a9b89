package web

import (
	"net"
	"net/http"
	"sync"
	"time"
)

// guesses counts, per source address, the links that were not ours. A good link always passes: many customers of one
// mobile network share an address.
type guesses struct {
	mu     sync.Mutex
	counts map[string]int
	until  time.Time
}

// The bounds. A link cannot be guessed (256 bits); they keep a guesser from costing anything.
const (
	maxGuesses    = 100
	guessWindow   = 10 * time.Minute
	maxGuessers   = 10_000
	anyOtherGuess = "" // stands for all sources beyond maxGuessers
)

// allow counts a bad link and reports whether its source may try again, by wall time.
func (g *guesses) allow(source string, now time.Time) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if now.After(g.until) {
		g.counts, g.until = map[string]int{}, now.Add(guessWindow)
	}
	if _, known := g.counts[source]; !known && len(g.counts) >= maxGuessers {
		source = anyOtherGuess
	}
	g.counts[source]++
	return g.counts[source] <= maxGuesses
}

// source is the peer's address. X-Forwarded-For is not looked at: anybody can write it.
func source(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}
