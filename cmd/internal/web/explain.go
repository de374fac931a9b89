package web

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/alerts/explain"
	"github.com/cardwatch/cardwatch/cmd/internal/api"
	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// searchLimit is how long somebody waits for an alert to be found.
const searchLimit = 20 * time.Second

// Explain finds and explains an alert; caseID, when known, names a case that holds it. Its errors are explain.ErrUnknown, api.ErrBusy, and
// those of Kafka.
func (s *Server) Explain(ctx context.Context, id, caseID string) (*explain.Explanation, error) {
	customer, known := s.alertInCase(caseID, id)
	records, err := s.records(ctx, id, customer)
	if known != nil {
		// What the desk holds is there when the topic's retention has passed, or Kafka does not answer.
		records, err = append(records, *known), nil
	}
	if err != nil {
		return nil, err
	}
	return explain.Of(records, s.cfg.RuleSet)
}

// exportAlert is the page for a dispute, in the languages of ?lang=, both without one. ?case= names the case that the alert is in.
func (s *Server) exportAlert(w http.ResponseWriter, r *http.Request) {
	langs := slices.Clone(languages)
	if wanted := r.URL.Query().Get("lang"); wanted != "" {
		lang, known := card.ParseLanguage(wanted)
		if !known {
			s.fail(w, r, http.StatusBadRequest, nil)
			return
		}
		langs = []card.Language{lang}
	}
	e, status, err := s.explain(r)
	if err != nil {
		if status != http.StatusServiceUnavailable {
			err = nil // the asker's, not ours
		}
		s.fail(w, r, status, err)
		return
	}
	page, err := e.AppendHTML(nil, langs...)
	if err != nil {
		s.fail(w, r, http.StatusInternalServerError, err)
		return
	}
	style := sha256.Sum256([]byte(explain.Style))
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'sha256-"+base64.StdEncoding.EncodeToString(style[:])+
		"'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	if _, err := w.Write(page); err != nil {
		s.cfg.Log.Debug("web: visitor left", "page", "export", "error", err)
	}
}

// explain explains the alert that the path names, or says with which status to refuse.
func (s *Server) explain(r *http.Request) (*explain.Explanation, int, error) {
	id := r.PathValue("id")
	if !explain.ValidID(id) {
		return nil, http.StatusBadRequest, explain.ErrUnknown
	}
	e, err := s.Explain(r.Context(), id, r.URL.Query().Get("case"))
	switch {
	case errors.Is(err, explain.ErrUnknown):
		return nil, http.StatusNotFound, err
	case errors.Is(err, api.ErrBusy):
		return nil, http.StatusTooManyRequests, err
	case err != nil:
		return nil, http.StatusServiceUnavailable, err
	}
	return e, 0, nil
}

// alertInCase gives the customer and the newest record of an alert that is in a case; nil when there is no such case or alert.
func (s *Server) alertInCase(caseID, id string) (customer string, a *detectors.Alert) {
	if caseID == "" {
		return "", nil
	}
	customer, err := s.cfg.View.CustomerOf(alerts.IndexCase, caseID)
	if err != nil {
		return "", nil
	}
	desk, err := s.cfg.View.Desk(customer)
	if err != nil || desk.Case(caseID) == nil {
		return "", nil
	}
	for _, a := range desk.Case(caseID).Alerts {
		if a.AlertID == id {
			a.Customer = customer
			return customer, &a
		}
	}
	return "", nil
}

func (s *Server) records(ctx context.Context, id, customer string) ([]detectors.Alert, error) {
	if s.cfg.Alert == nil {
		return nil, nil
	}
	select {
	case s.searches <- struct{}{}:
		defer func() { <-s.searches }()
	default:
		return nil, api.ErrBusy
	}
	ctx, cancel := context.WithTimeout(ctx, searchLimit)
	defer cancel()
	return s.cfg.Alert(ctx, id, customer)
}
