package web

import (
	"errors"
	"mime"
	"net/http"
	"slices"
	"strings"
)

// The content security policies: everything is forbidden but what the page needs from ourselves. No page has an inline script
// or style.
const (
	consolePolicy = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; " +
		"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
	customerPolicy = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)

// protect sets the headers that every answer has.
func (s *Server) protect(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Security-Policy", consolePolicy)
	if forCustomers(r) {
		h.Set("Content-Security-Policy", customerPolicy)
	}
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
	if s.secure() {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
}

// secure reports whether people reach us over TLS.
func (s *Server) secure() bool { return s.base.Scheme == "https" }

// forCustomers reports whether a page is for everybody: made for the open network, and without scripts.
func forCustomers(r *http.Request) bool {
	return strings.HasPrefix(r.URL.Path, customerPath) || slices.Contains([]string{calculatorPath, draftPath, instalmentPath}, r.URL.Path)
}

func forPrograms(r *http.Request) bool { return strings.HasPrefix(r.URL.Path, apiPath) }

func isForm(r *http.Request) bool {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return err == nil && kind == "application/x-www-form-urlencoded"
}

// form reads a form's fields, or answers the request itself and reports false.
func (s *Server) form(w http.ResponseWriter, r *http.Request) bool {
	err := r.ParseForm()
	var tooLarge *http.MaxBytesError
	switch {
	case err == nil:
		return true
	case errors.As(err, &tooLarge):
		s.fail(w, r, http.StatusRequestEntityTooLarge, nil)
	default:
		s.fail(w, r, http.StatusBadRequest, nil)
	}
	return false
}
