package web

import (
	"encoding/json"
	"net/http"
	"strings"
)

// probe answers a health check: 200 when there is nothing wrong, else 503 with the reasons. They are for operators.
func (s *Server) probe(check func() error, note func() string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		answer := struct {
			Status  string   `json:"status"`
			Reasons []string `json:"reasons,omitempty"`
			Note    string   `json:"note,omitempty"`
		}{Status: "ok"}
		status := http.StatusOK
		if err := check(); err != nil {
			status, answer.Status, answer.Reasons = http.StatusServiceUnavailable, "failed", strings.Split(err.Error(), "\n")
		}
		if note != nil {
			answer.Note = note()
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		if err := json.NewEncoder(w).Encode(answer); err != nil {
			s.cfg.Log.Debug("web: prober left", "error", err)
		}
	}
}
