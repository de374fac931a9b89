package web

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"html/template"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/alerts/channel/sandbox"
	"github.com/cardwatch/cardwatch/alerts/explain"
	"github.com/cardwatch/cardwatch/alerts/figures"
	"github.com/cardwatch/cardwatch/alerts/plan"
	"github.com/cardwatch/cardwatch/cmd/internal/api"
	"github.com/cardwatch/cardwatch/cmd/internal/clerk"
	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/stream"
)

// Config is what a Server works with.
type Config struct {
	// View reads the committed states.
	View stream.View
	// Clerk publishes acts, knows the bank's policy and hears of changes.
	Clerk *clerk.Clerk
	// Now is the bank's clock, in the bank's zone.
	Now func() time.Time
	// Links signs and checks the customers' links; nil serves no customer's page.
	Links *Links
	// BaseURL is where people reach the customer's page ("https://bank.example/card"). Its host is the only one that requests
	// may name, beside the loopback names.
	BaseURL string
	// Sandbox is the demo's telephone; nil leaves out /phone.
	Sandbox *sandbox.Phone
	// Ready and Health say why the process cannot do its work, or is not alive; nil is "all well".
	Ready, Health func() error
	// Note is what an operator should know although the process is ready; "" for nothing. May be nil.
	Note func() string
	// Reload reads the detection rules again and says what came of it; its error may list several problems, one a line. nil leaves out
	// /-/reload.
	Reload func(ctx context.Context) (any, error)
	// Rules is where people see and change the rules; nil leaves out /rules.
	Rules *RuleDesk
	// API answers what programs ask; nil leaves it out.
	API *api.Server
	// Silences is where people see and make silences; nil leaves out /silences.
	Silences api.Silences
	// Figures gives the figures about collecting of the last months, by a dimension; false while the past is still being read. Nil leaves out
	// /figures.
	Figures func(by figures.Dimension, months int) (figures.Report, bool)
	// Experiments judges and stops experiments; may be nil.
	Experiments api.Experiments
	// Metrics answers /metrics; nil leaves it out.
	Metrics http.Handler
	// Alert gives the records of an alert, none when there is no such alert; the customer is "" when nobody knows them. Nil explains
	// from the desk's cases alone.
	Alert func(ctx context.Context, id, customer string) ([]detectors.Alert, error)
	// RuleSet gives a rule set of any time; nil knows none.
	RuleSet explain.RuleSets
	// Log hears of failures; nil is slog.Default.
	Log *slog.Logger
	// Rand is where the ids of acts come from; nil is crypto/rand.
	Rand io.Reader
}

// Server is the console and the customer's page.
type Server struct {
	cfg   Config
	base  *url.URL
	texts map[card.Language]catalogue
	pages map[card.Language]*template.Template
	// assets are the files that pages refer to, by name, with a tag of their content.
	assets  map[string]asset
	hub     *clerk.Hub
	clerk   *clerk.Clerk
	guesses guesses
	// searches bounds how many alerts are looked for at a time: each reads a topic.
	searches chan struct{}

	// closed ends the live feeds.
	closed chan struct{}
	mu     sync.Mutex
	// feeds counts the open live feeds per staff member.
	feeds map[string]int
}

// New makes a server, or says what is wrong with its configuration.
func New(cfg Config) (*Server, error) {
	if cfg.Clerk == nil || cfg.Now == nil || cfg.View.DB == nil {
		return nil, errors.New("web: Config needs View, Clerk and Now")
	}
	base, err := url.Parse(cfg.BaseURL)
	if err != nil || base.Host == "" {
		return nil, fmt.Errorf("web: base URL %q has no host", cfg.BaseURL)
	}
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	if cfg.Rand == nil {
		cfg.Rand = rand.Reader
	}
	ok := func() error { return nil }
	if cfg.Ready == nil {
		cfg.Ready = ok
	}
	if cfg.Health == nil {
		cfg.Health = ok
	}
	s := &Server{
		cfg: cfg, base: base, hub: cfg.Clerk.Hub(), clerk: cfg.Clerk, feeds: map[string]int{}, closed: make(chan struct{}), searches: make(chan struct{}, 2),
		texts: map[card.Language]catalogue{}, pages: map[card.Language]*template.Template{},
	}
	if s.assets, err = loadAssets(); err != nil {
		return nil, err
	}
	for _, lang := range languages {
		if s.texts[lang], err = loadCatalogue(lang); err != nil {
			return nil, err
		}
		if s.pages[lang], err = s.parsePages(lang); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// Close ends the live feeds, so that the http.Server can shut down. Call it once.
func (s *Server) Close() { close(s.closed) }

// LinkTo is the address of the page on which a customer answers a prompt, in time until expires.
func (s *Server) LinkTo(prompt *alerts.Prompt, customer string) string {
	token := s.cfg.Links.Token(Link{For: ForAnswer, ID: prompt.ID, Customer: customer, ExpiresAt: prompt.ExpiresAt.Time()})
	return s.base.JoinPath("p", token).String()
}

// LinkOf is the address of the page that a message leads to: a prompt's, or an offer's while it stands; "" for one that leads to none.
func (s *Server) LinkOf(desk *alerts.State, m *alerts.Message) string {
	if p := desk.Prompt(m.PromptID); p != nil && m.Purpose == alerts.FraudPrompt {
		return s.LinkTo(p, desk.Customer)
	}
	if i := desk.Instalment(m.Account); i != nil && m.Template == alerts.InstalmentOffer {
		return s.LinkToInstalment(i, desk.Customer)
	}
	return ""
}

// LinkToInstalment is the address of the page on which a customer applies for an instalment, consents to it or refuses it. It is good for as
// long as the offer stands and instalmentLink more, in which the bank books it.
func (s *Server) LinkToInstalment(i *plan.Instalment, customer string) string {
	until := i.Until.Time()
	if i.Until.IsZero() || i.State.Binds() {
		until = i.Since.Time()
	}
	token := s.cfg.Links.Token(Link{For: ForInstalment, ID: i.ID, Customer: customer, ExpiresAt: until.Add(instalmentLink)})
	return s.base.JoinPath("p", "instalment", token).String()
}

// instalmentLink is how long the page of an instalment can be read after the customer's part in it is over. Own choice: a bill.
const instalmentLink = 30 * 24 * time.Hour

// once is a random value for a form: the act that it becomes has one id however often the form is sent.
func (s *Server) once() (string, error) {
	var b [12]byte
	if _, err := io.ReadFull(s.cfg.Rand, b[:]); err != nil {
		return "", fmt.Errorf("web: random source: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(b[:]), nil
}

func (s *Server) now() card.Moment { return card.MomentOf(s.cfg.Now()) }
