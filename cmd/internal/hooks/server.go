package hooks

import (
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/cardwatch/cardwatch/alerts/channel"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// Config is what a Server works with; every field but Proxies must be set.
type Config struct {
	// Doors are the channels that are called back, by their configured names.
	Doors map[string]Door
	// BaseURL is the server's address as providers reach it, without a slash at the end.
	BaseURL string
	// Proxies are the networks whose X-Forwarded-For is believed.
	Proxies []netip.Prefix
	Inbox   *Inbox
	Now     func() card.Moment
	Metrics *Metrics
	Log     *slog.Logger
}

// Door is one channel's.
type Door struct {
	Hook channel.Hook
	// Secret is the last part of the address of a provider that does not sign; empty for those that do.
	Secret string
}

// Server answers providers' calls: POST /hooks/NAME and, for those that do not sign, /hooks/NAME/SECRET.
type Server struct {
	cfg     Config
	sources limits[netip.Addr]
	numbers limits[string]
}

const (
	// maxCall bounds a call's body: the longest known is a list of a few hundred receipts.
	maxCall = 256 << 10
	// The bounds of calls from one source and of answers from one number (notes/reliability-security.md fault 36). A provider sends for all
	// customers from few addresses; nobody types faster than once in two seconds for long.
	sourceRate, sourceBurst = 500, 1000
	numberRate, numberBurst = 0.5, 10
)

// NewServer makes a server.
func NewServer(cfg Config) *Server {
	return &Server{
		cfg: cfg, sources: limits[netip.Addr]{rate: sourceRate, burst: sourceBurst}, numbers: limits[string]{rate: numberRate, burst: numberBurst},
	}
}

// ServeHTTP implements http.Handler. Whoever does not know the address gets "not found", whatever they ask for.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	name, door, found := s.door(r.URL.Path)
	switch {
	case !found:
		http.NotFound(w, r)
		return
	case r.Method != http.MethodPost:
		w.Header().Set("Allow", http.MethodPost)
		http.Error(w, "only POST", http.StatusMethodNotAllowed)
		return
	}
	answer, status := s.take(w, r, name, door)
	s.cfg.Metrics.called(name, answer)
	if status != http.StatusOK {
		if status == http.StatusTooManyRequests {
			w.Header().Set("Retry-After", "10")
		}
		http.Error(w, answer, status)
		return
	}
	thanks := door.Hook.Thank()
	w.Header().Set("Content-Type", thanks.ContentType)
	if _, err := io.WriteString(w, thanks.Body); err != nil {
		s.cfg.Log.Debug("a provider left before it was thanked; it will call again", "channel", name, "err", err)
	}
}

// door finds the channel that an address belongs to.
func (s *Server) door(path string) (name string, door Door, found bool) {
	rest, ok := strings.CutPrefix(path, "/hooks/")
	if !ok {
		return "", Door{}, false
	}
	name, secret, _ := strings.Cut(rest, "/")
	door, known := s.cfg.Doors[name]
	// Hashes have one length, so that the comparison does not tell the secret's.
	want, got := sha256.Sum256([]byte(door.Secret)), sha256.Sum256([]byte(secret))
	same := subtle.ConstantTimeCompare(want[:], got[:]) == 1
	return name, door, known && same
}

// take deals with one call, and gives the metric's label with the status.
func (s *Server) take(w http.ResponseWriter, r *http.Request, name string, door Door) (answer string, status int) {
	if !s.sources.allow(s.source(r), time.Now()) {
		return "too_many", http.StatusTooManyRequests
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxCall))
	if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
		return "too_large", http.StatusRequestEntityTooLarge
	}
	if err != nil {
		return string(channel.BadCall), http.StatusBadRequest
	}
	heard, err := door.Hook.Open(channel.Call{
		Method: r.Method, URL: s.cfg.BaseURL + r.URL.RequestURI(), Header: r.Header, Body: body, At: s.cfg.Now(),
	})
	if err != nil {
		return s.refuse(name, err)
	}
	if s.flooded(heard) {
		return "too_many", http.StatusTooManyRequests
	}
	if err := s.cfg.Inbox.Hear(name)(r.Context(), heard); err != nil {
		s.cfg.Log.Error("a call-back was not taken; its provider should call again", "channel", name, "err", err)
		return "not_written", http.StatusServiceUnavailable
	}
	return "taken", http.StatusOK
}

func (s *Server) refuse(name string, err error) (answer string, status int) {
	refused := &channel.CallError{Reason: channel.BadCall}
	errors.As(err, &refused)
	s.cfg.Log.Warn("a call-back was refused", "channel", name, "reason", refused.Reason)
	if refused.Reason == channel.BadCall {
		return string(refused.Reason), http.StatusBadRequest
	}
	return string(refused.Reason), http.StatusUnauthorized
}

// flooded reports whether a call brings nothing but an answer from a number that has sent too many. A call with several answers is taken
// whole: others' would be lost with it.
func (s *Server) flooded(heard []channel.Heard) bool {
	if len(heard) != 1 || heard[0].Reply == nil || heard[0].Reply.From == "" {
		return false
	}
	return !s.numbers.allow(heard[0].Reply.From.Reveal(), time.Now())
}

// source is whom a call comes from: the peer or, when that is a proxy of ours, the last address before it that is none.
func (s *Server) source(r *http.Request) netip.Addr {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	peer, _ := netip.ParseAddr(host)
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0 && s.trusted(peer); i-- {
		hop, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		peer = hop
	}
	return peer.Unmap()
}

func (s *Server) trusted(peer netip.Addr) bool {
	return slices.ContainsFunc(s.cfg.Proxies, func(p netip.Prefix) bool { return p.Contains(peer.Unmap()) })
}
