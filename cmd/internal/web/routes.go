package web

import (
	"log/slog"
	"net"
	"net/http"
	"slices"
	"time"

	"github.com/cardwatch/cardwatch/cmd/internal/api"
)

// Handler is everything: console, customer's page and probes. It is for a loopback listener; a reverse proxy in front of it
// passes on the paths /p/, /calculator, /static/customer.css and /static/plan.css, and the host name that customers use, for which nothing
// else is served.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	s.routeConsole(mux)
	s.routeCustomer(mux)
	s.routeProbes(mux)
	pages := s.guard(mux)
	if s.cfg.API == nil {
		return pages
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if forPrograms(r) {
			s.serveAPI(w, r)
			return
		}
		pages.ServeHTTP(w, r)
	})
}

// serveAPI lets programs in. A token is nothing that a browser sends by itself, so where tokens are asked for, any host name will do: a proxy
// may pass on the API under a name of the bank's.
func (s *Server) serveAPI(w http.ResponseWriter, r *http.Request) {
	s.protect(w, r)
	switch {
	case !s.cfg.API.Open() && !isLocalName(r):
		s.cfg.API.Refuse(w, r, api.CodeMisdirected)
	case http.NewCrossOriginProtection().Check(r) != nil || r.Header.Get("Sec-Fetch-Site") == "cross-site":
		s.cfg.API.Refuse(w, r, api.CodeCrossSite)
	default:
		s.cfg.API.ServeHTTP(w, r)
	}
}

// Probes is /metrics, /healthz, /readyz and /-/reload alone.
func (s *Server) Probes() http.Handler {
	mux := http.NewServeMux()
	s.routeProbes(mux)
	return s.guard(mux)
}

func (s *Server) routeConsole(mux *http.ServeMux) {
	mux.HandleFunc("GET /{$}", s.board)
	mux.HandleFunc("GET /events", s.events)
	mux.HandleFunc("POST /next", s.next)
	mux.HandleFunc("GET /cases/{id}", s.showCase)
	mux.HandleFunc("POST /cases/{id}", s.actOnCase)
	mux.HandleFunc("GET /queue", s.showQueue)
	mux.HandleFunc("POST /queue", s.actOnQueue)
	mux.HandleFunc("GET "+accountPath, s.showAccount)
	mux.HandleFunc("POST "+accountPath, s.actOnAccount)
	mux.HandleFunc("GET "+accountPath+"/agreement", s.showAgreement)
	mux.HandleFunc("GET /wordings", s.showWordings)
	if s.cfg.Figures != nil {
		mux.HandleFunc("GET "+figuresPath, s.showFigures)
		mux.HandleFunc("GET "+figuresPath+".csv", s.exportFigures)
	}
	if s.cfg.Figures != nil && s.cfg.Experiments != nil {
		mux.HandleFunc("POST "+experimentsPath, s.stopExperiment)
	}
	if s.cfg.Silences != nil {
		mux.HandleFunc("GET "+silencesPath, s.showSilences)
		mux.HandleFunc("POST "+silencesPath, s.actOnSilences)
	}
	if s.cfg.Rules != nil {
		mux.HandleFunc("GET "+rulesPath, s.showRules)
		mux.HandleFunc("POST "+rulesPath, s.actOnRules)
	}
	mux.HandleFunc("GET /alerts/{id}/export", s.exportAlert)
	mux.HandleFunc("POST /preferences", s.setPreferences)
	mux.HandleFunc("GET /static/console.css", s.asset("console.css"))
	mux.HandleFunc("GET /static/live.js", s.asset("live.js"))
	mux.HandleFunc("GET /static/icon.svg", s.asset("icon.svg"))
	if s.cfg.Sandbox != nil {
		mux.HandleFunc("GET /phone", s.showPhone)
		mux.HandleFunc("POST /phone", s.answerOnPhone)
		mux.HandleFunc("POST /phone/outage", s.switchOutage)
	}
}

func (s *Server) routeCustomer(mux *http.ServeMux) {
	mux.HandleFunc("GET /static/customer.css", s.asset("customer.css"))
	mux.HandleFunc("GET /static/plan.css", s.asset("plan.css"))
	mux.HandleFunc("GET "+calculatorPath, s.showCalculator)
	mux.HandleFunc("GET "+draftPath, s.showDraft)
	mux.HandleFunc("GET "+instalmentPath, s.showInstalment)
	if s.cfg.Links != nil {
		mux.HandleFunc("GET "+customerPath+"{token}", s.ask)
		mux.HandleFunc("POST "+customerPath+"{token}", s.answer)
		mux.HandleFunc("GET "+offerPath+"{token}", s.showOffer)
		mux.HandleFunc("POST "+offerPath+"{token}", s.answerOffer)
	}
}

func (s *Server) routeProbes(mux *http.ServeMux) {
	mux.HandleFunc("GET /healthz", s.probe(s.cfg.Health, nil))
	mux.HandleFunc("GET /readyz", s.probe(s.cfg.Ready, s.cfg.Note))
	if s.cfg.Reload != nil {
		mux.HandleFunc("POST "+reloadPath, s.reload)
	}
	if s.cfg.Metrics != nil {
		mux.Handle("GET /metrics", s.cfg.Metrics)
	}
}

const (
	customerPath = "/p/"
	reloadPath   = "/-/reload"
	apiPath      = "/api/"
	// maxBody is far above a form with the longest note.
	maxBody = 64 << 10
)

// guard is what holds for every request, whatever its route.
func (s *Server) guard(mux *http.ServeMux) http.Handler {
	sameOrigin := http.NewCrossOriginProtection()
	// Old web views send "Origin: null" from a page without a referrer. The secret in the path proves more than an origin does.
	sameOrigin.AddInsecureBypassPattern("POST " + customerPath + "{token}")
	sameOrigin.AddInsecureBypassPattern("POST " + offerPath + "{token}")
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.protect(w, r)
		handler, pattern := mux.Handler(r)
		switch {
		case !s.knownHost(r, pattern):
			s.fail(w, r, http.StatusMisdirectedRequest, nil)
		case pattern == "":
			caught := statusCatcher{ResponseWriter: w}
			handler.ServeHTTP(&caught, r)
			if caught.status != http.StatusMethodNotAllowed {
				// The mux would redirect "/a/../b"; none of our links is written so.
				w.Header().Del("Location")
				caught.status = http.StatusNotFound
			}
			s.fail(w, r, caught.status, nil)
		case r.Method == http.MethodPost && pattern != "POST "+reloadPath && !isForm(r):
			s.fail(w, r, http.StatusUnsupportedMediaType, nil)
		case sameOrigin.Check(r) != nil || r.Method == http.MethodPost && r.Header.Get("Sec-Fetch-Site") == "cross-site":
			s.fail(w, r, http.StatusForbidden, nil)
		default:
			r.Body = http.MaxBytesReader(w, r.Body, maxBody)
			mux.ServeHTTP(w, r)
		}
	})
}

// knownHost refuses requests under a foreign name, by which a web site could make a browser on this machine read the console
// (DNS rebinding), and those for the console under the name that the world reaches. Probes are asked by machines under any
// name.
func (s *Server) knownHost(r *http.Request, pattern string) bool {
	switch {
	case isLocalName(r):
		return true
	case slices.Contains([]string{"GET /healthz", "GET /readyz", "GET /metrics"}, pattern):
		return true
	default:
		return hostOf(r) == s.base.Hostname() && (forCustomers(r) || slices.Contains([]string{"GET /static/customer.css", "GET /static/plan.css"}, pattern))
	}
}

func hostOf(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.Host)
	if err != nil {
		return r.Host
	}
	return host
}

// isLocalName reports whether a request calls us by one of the names of this machine alone.
func isLocalName(r *http.Request) bool {
	return slices.Contains([]string{"127.0.0.1", "localhost", "::1", "[::1]"}, hostOf(r))
}

// statusCatcher takes in what the mux says about a path or a method that it does not know, to say it in the reader's language.
type statusCatcher struct {
	http.ResponseWriter
	status int
}

// WriteHeader keeps the status back.
func (c *statusCatcher) WriteHeader(status int) { c.status = status }

// Write drops the mux's own words.
func (c *statusCatcher) Write(p []byte) (int, error) { return len(p), nil }

// HTTPServer serves a handler with timeouts that keep slow and idle peers from holding connections. The live feed renews its
// own write deadline.
func HTTPServer(addr string, handler http.Handler) *http.Server {
	return &http.Server{
		Addr:              addr,
		Handler:           handler,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       15 * time.Second,
		WriteTimeout:      30 * time.Second,
		IdleTimeout:       60 * time.Second,
		MaxHeaderBytes:    32 << 10,
		ErrorLog:          slog.NewLogLogger(slog.Default().Handler(), slog.LevelDebug),
	}
}
