package web

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/detectors/card"
)

const (
	langCookie  = "cardwatch_lang"
	actorCookie = "cardwatch_actor"
	// defaultActor acts for a visitor who has not said who they are.
	defaultActor = "analyst-1"
)

// actorOf is who acts. The name is claimed, not proven: the first console has no sign-in.
func actorOf(r *http.Request) string {
	if cookie, err := r.Cookie(actorCookie); err == nil && alerts.StaffName(cookie.Value) {
		return cookie.Value
	}
	return defaultActor
}

// setPreferences keeps the visitor's language and name in cookies and goes back to where they were.
func (s *Server) setPreferences(w http.ResponseWriter, r *http.Request) {
	if !s.form(w, r) {
		return
	}
	if lang, known := card.ParseLanguage(r.PostForm.Get("lang")); known {
		setCookie(w, r, langCookie, lang.String())
	}
	if name := strings.TrimSpace(r.PostForm.Get("actor")); name != "" {
		if !alerts.StaffName(name) {
			s.fail(w, r, http.StatusBadRequest, nil)
			return
		}
		setCookie(w, r, actorCookie, name)
	}
	http.Redirect(w, r, localPath(r.PostForm.Get("back")), http.StatusSeeOther)
}

func setCookie(w http.ResponseWriter, r *http.Request, name, value string) {
	http.SetCookie(w, &http.Cookie{
		Name: name, Value: value, Path: "/", MaxAge: 365 * 24 * 3600,
		HttpOnly: true, Secure: r.TLS != nil, SameSite: http.SameSiteStrictMode,
	})
}

// localPath is an address on this server, "/" for anything that leads elsewhere.
func localPath(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "" || u.Host != "" || !strings.HasPrefix(u.Path, "/") ||
		strings.HasPrefix(address, "//") || strings.ContainsAny(address, "\\\r\n\t") {
		return "/"
	}
	return u.RequestURI()
}
