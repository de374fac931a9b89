package web

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"strings"

	"github.com/cardwatch/cardwatch/detectors/card"
)

//go:embed text templates static
var files embed.FS

// languages are those that every page exists in; the first is what a visitor gets who asks for neither.
var languages = []card.Language{card.Chinese, card.English}

// catalogue is one language's texts by key, with placeholders like {n}. Words of the domain come from the glossary instead.
type catalogue map[string]string

func loadCatalogue(lang card.Language) (catalogue, error) {
	data, err := fs.ReadFile(files, "text/"+lang.String()+".json")
	if err != nil {
		return nil, fmt.Errorf("web: texts in %s: %w", lang, err)
	}
	c := catalogue{}
	if err := json.Unmarshal(data, &c); err != nil {
		return nil, fmt.Errorf("web: texts in %s: %w", lang, err)
	}
	return c, nil
}

// text gives the text under a key with its placeholders filled in from name, value, name, value …
func (c catalogue) text(key string, pairs ...any) (string, error) {
	text, found := c[key]
	if !found {
		return "", fmt.Errorf("web: no text %q", key)
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		text = strings.ReplaceAll(text, fmt.Sprint("{", pairs[i], "}"), fmt.Sprint(pairs[i+1]))
	}
	return text, nil
}

// languageOf is the language that the visitor chose, else the one that their browser prefers.
func languageOf(r *http.Request) card.Language {
	if cookie, err := r.Cookie(langCookie); err == nil {
		if lang, known := card.ParseLanguage(cookie.Value); known {
			return lang
		}
	}
	for tag := range strings.SplitSeq(r.Header.Get("Accept-Language"), ",") {
		switch tag = strings.ToLower(strings.TrimSpace(tag)); {
		case strings.HasPrefix(tag, "zh"):
			return card.Chinese
		case strings.HasPrefix(tag, "en"):
			return card.English
		}
	}
	return languages[0]
}
