package api

import (
	"bytes"
	"context"
	"crypto/rand"
	_ "embed"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/alerts/explain"
	"github.com/cardwatch/cardwatch/alerts/figures"
	"github.com/cardwatch/cardwatch/alerts/quality"
	"github.com/cardwatch/cardwatch/cmd/internal/clerk"
	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/stream"
)

// Path is where the API lives.
const Path = "/api/v1/"

//go:embed openapi.yaml
var document []byte

// Config is what a Server works with.
type Config struct {
	// View reads the committed states.
	View stream.View
	// Clerk publishes acts and hears of changes.
	Clerk *clerk.Clerk
	// Now is the bank's clock.
	Now func() card.Moment
	// Tokens are who may ask; none serves this machine alone, without proof.
	Tokens []Token
	// PerSecond is how many calls a second each caller may make, twice as many at once; 0 is no bound.
	PerSecond int
	// Metrics takes the figures of refused callers; nil leaves them out.
	Metrics prometheus.Registerer
	// CursorKey signs the cursors of pages. One that all processes share lets a list go on at another.
	CursorKey []byte
	// Explain tells what is behind an alert; nil leaves out /alerts.
	Explain func(ctx context.Context, id, caseID string) (*explain.Explanation, error)
	// Quality gives the figures of the rules, false while they are incomplete; nil leaves out /rules/quality.
	Quality func() (quality.Report, bool)
	// Figures gives the figures about collecting, false while they are incomplete; nil leaves out /figures.
	Figures func(by figures.Dimension, months int) (figures.Report, bool)
	// Silences keeps the silences; nil leaves out /silences.
	Silences Silences
	// Experiments judges and stops experiments; nil leaves out /experiments.
	Experiments Experiments
	// Log hears of failures.
	Log *slog.Logger
}

// Silences is where silences are kept. An act whose event was seen before is done already.
type Silences interface {
	// List gives all that are remembered, oldest first, those that are over included.
	List() []alerts.SilenceEntry
	Add(ctx context.Context, event, actor string, silence alerts.Silence) error
	End(ctx context.Context, event, actor, id, note string) error
}

// Server answers /api/v1.
type Server struct {
	cfg      Config
	mux      *http.ServeMux
	keys     *keyring
	throttle *throttle
	repeat   *repeats
	closed   chan struct{}

	mu sync.Mutex
	// streams counts the open streams per caller.
	streams map[string]int
}

// New makes a server, or says what its configuration lacks.
func New(cfg Config) (*Server, error) {
	if cfg.Clerk == nil || cfg.View.DB == nil || cfg.Now == nil || cfg.Log == nil || len(cfg.CursorKey) < 16 {
		return nil, errors.New("api: Config needs View, Clerk, Now, Log and a CursorKey")
	}
	s := &Server{
		cfg: cfg, mux: http.NewServeMux(), keys: newKeyring(cfg.Tokens), throttle: newThrottle(cfg.PerSecond, cfg.Tokens), repeat: newRepeats(),
		closed: make(chan struct{}), streams: map[string]int{},
	}
	if cfg.Metrics != nil {
		if err := cfg.Metrics.Register(s.throttle.refused); err != nil {
			return nil, fmt.Errorf("api: %w", err)
		}
	}
	for _, route := range s.routes() {
		s.mux.HandleFunc(route.method+" "+Path+route.path, s.guarded(route))
	}
	return s, nil
}

// Close ends the streams, so that the http.Server can shut down. Call it once.
func (s *Server) Close() { close(s.closed) }

// Open reports whether callers prove who they are, so that it is safe to let other machines ask.
func (s *Server) Open() bool { return len(s.cfg.Tokens) > 0 }

// route is one operation.
type route struct {
	method, path string
	// roles may call it; none is everybody, even without a token.
	roles  []Role
	handle func(http.ResponseWriter, *request)
}

// The groups of roles that the routes name.
var (
	readers  = []Role{Read, Analyst, Delegate}
	staff    = []Role{Analyst, Delegate}
	askers   = []Role{Read, Analyst, Delegate, App}
	appsOnly = []Role{App}
)

// routes is every operation that this server has; the document describes each.
func (s *Server) routes() []route {
	list := []route{
		{"GET", "openapi.yaml", nil, s.openAPI},
		{"GET", "problems/{code}", nil, s.aboutProblem},
		{"GET", "cases", readers, s.listCases},
		{"POST", "cases/next", staff, s.nextCase},
		{"GET", "cases/{id}", readers, s.getCase},
		{"POST", "cases/{id}/acts", staff, s.actOnCase},
		{"POST", "feedback", staff, s.giveFeedback},
		{"GET", "prompts/{id}", askers, s.getPrompt},
		{"POST", "prompts/{id}/answer", appsOnly, s.answerPrompt},
		{"GET", "customers/{id}/prompts", askers, s.listPrompts},
		{"GET", "customers/{id}/card-actions", readers, s.customerActions},
		{"GET", "customers/{id}/accounts/{account}", readers, s.getAccount},
		{"GET", "customers/{id}/accounts/{account}/contact", readers, s.mayContact},
		{"POST", "customers/{id}/accounts/{account}/acts", staff, s.actOnAccount},
		{"GET", "customers/{id}/accounts/{account}/plan", readers, s.getPlan},
		{"POST", "customers/{id}/accounts/{account}/plan/quote", readers, s.quotePlans},
		{"POST", "customers/{id}/accounts/{account}/plan/acts", staff, s.actOnPlan},
		{"GET", "customers/{id}/accounts/{account}/instalment", askers, s.getInstalment},
		{"POST", "customers/{id}/accounts/{account}/instalment/acts", staff, s.actOnInstalment},
		{"POST", "customers/{id}/accounts/{account}/instalment/answer", appsOnly, s.answerInstalment},
		{"GET", "card-actions", readers, s.pendingActions},
		{"GET", "events", readers, s.events},
	}
	if s.cfg.Explain != nil {
		list = append(list, route{"GET", "alerts/{id}", readers, s.explainAlert})
	}
	if s.cfg.Quality != nil {
		list = append(list, route{"GET", "rules/quality", readers, s.ruleQuality})
	}
	if s.cfg.Figures != nil {
		list = append(list, route{"GET", "figures", readers, s.collectingFigures})
	}
	if s.cfg.Experiments != nil {
		list = append(list,
			route{"GET", "experiments", readers, s.listExperiments},
			route{"POST", "experiments/{name}/stop", staff, s.stopExperiment},
		)
	}
	if s.cfg.Silences != nil {
		list = append(list,
			route{"GET", "silences", readers, s.listSilences},
			route{"POST", "silences", staff, s.addSilence},
			route{"POST", "silences/preview", readers, s.previewSilence},
			route{"DELETE", "silences/{id}", staff, s.endSilence},
		)
	}
	return list
}

// request is one call by somebody who may make it.
type request struct {
	*http.Request
	id     string
	caller caller
	lang   card.Language
}

// maxBody bounds what a caller may send.
const maxBody = 256 << 10

// ServeHTTP answers one call, whatever its path.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	id := requestID()
	w.Header().Set("X-Request-Id", id)
	w.Header().Set("Cache-Control", "no-store")
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	handler, pattern := s.mux.Handler(r)
	if pattern != "" {
		s.mux.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), requestKey{}, id)))
		return
	}
	// The mux knows which methods a path has; its own words are plain text.
	caught := catcher{header: w.Header()}
	handler.ServeHTTP(&caught, r)
	w.Header().Del("Location")
	code := CodeNotFound
	if caught.status == http.StatusMethodNotAllowed {
		code = CodeMethod
	}
	s.refuse(w, &request{Request: r, id: id, lang: languageOf(r)}, refusal(code))
}

// Refuse answers a call that whoever mounts the API does not let in.
func (s *Server) Refuse(w http.ResponseWriter, r *http.Request, code Code) {
	id := requestID()
	w.Header().Set("X-Request-Id", id)
	s.refuse(w, &request{Request: r, id: id, lang: languageOf(r)}, refusal(code))
}

type requestKey struct{}

// catcher takes in what the mux says about a path that it does not know.
type catcher struct {
	header http.Header
	status int
}

// Header is that of the answer: the mux sets Allow there.
func (c *catcher) Header() http.Header { return c.header }

// WriteHeader keeps the status back.
func (c *catcher) WriteHeader(status int) { c.status = status }

// Write drops the mux's own words.
func (c *catcher) Write(p []byte) (int, error) { return len(p), nil }

// guarded lets a route be called by those who may.
func (s *Server) guarded(of route) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		id, _ := r.Context().Value(requestKey{}).(string)
		call := &request{Request: r, id: id, lang: languageOf(r)}
		var refused *Problem
		if call.caller, refused = s.keys.admit(r, of.roles); refused == nil {
			refused = s.throttle.admit(call.caller, s.cfg.Now())
		}
		if refused != nil {
			if refused.Status == http.StatusUnauthorized {
				w.Header().Set("WWW-Authenticate", `Bearer realm="cardwatch"`)
			}
			s.refuse(w, call, refused)
			return
		}
		of.handle(w, call)
	}
}

func requestID() string {
	var b [8]byte
	_, _ = rand.Read(b[:]) // it never fails, and an id is no secret
	return "req-" + hex.EncodeToString(b[:])
}

func (s *Server) openAPI(w http.ResponseWriter, r *request) {
	w.Header().Set("Content-Type", "application/yaml")
	http.ServeContent(w, r.Request, "", time.Time{}, bytes.NewReader(document))
}

// Routes lists the operations as "METHOD /path", for whoever compares them with the document.
func (s *Server) Routes() (list []string) {
	for _, route := range s.routes() {
		list = append(list, route.method+" /"+route.path)
	}
	return list
}
