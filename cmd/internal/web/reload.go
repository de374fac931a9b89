package web

import (
	"encoding/json"
	"net"
	"net/http"
	"strings"
)

// problem is an error for programs (RFC 9457).
type problem struct {
	Type   string `json:"type"`
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail,omitempty"`
	// Problems are all that is wrong, each with its place.
	Problems []string `json:"problems,omitempty"`
}

// reload reads the rules again. It is for this machine alone, whatever address the server listens on: it has no sign-in.
func (s *Server) reload(w http.ResponseWriter, r *http.Request) {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if ip := net.ParseIP(host); err != nil || ip == nil || !ip.IsLoopback() {
		s.answer9457(w, problem{Title: "Only from this machine", Status: http.StatusForbidden})
		return
	}
	done, err := s.cfg.Reload(r.Context())
	if err != nil {
		s.answer9457(w, problem{
			Title: "The rules were refused; those before stay", Status: http.StatusBadRequest, Detail: err.Error(), Problems: strings.Split(err.Error(), "\n"),
		})
		return
	}
	s.answerJSON(w, http.StatusOK, "application/json", done)
}

func (s *Server) answer9457(w http.ResponseWriter, p problem) {
	p.Type = "about:blank"
	s.answerJSON(w, p.Status, "application/problem+json", p)
}

func (s *Server) answerJSON(w http.ResponseWriter, status int, kind string, body any) {
	w.Header().Set("Content-Type", kind)
	w.WriteHeader(status)
	if err := json.NewEncoder(w).Encode(body); err != nil {
		s.cfg.Log.Debug("web: caller left", "error", err)
	}
}
