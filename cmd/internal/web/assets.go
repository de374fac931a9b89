package web

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http"
	"time"
)

// asset is a file that pages refer to. Its tag follows from its content, so that a browser asks again and mostly hears "same".
type asset struct {
	content []byte
	tag     string
}

func loadAssets() (map[string]asset, error) {
	assets := map[string]asset{}
	for _, name := range []string{"console.css", "customer.css", "plan.css", "live.js", "icon.svg"} {
		content, err := fs.ReadFile(files, "static/"+name)
		if err != nil {
			return nil, fmt.Errorf("web: asset %s: %w", name, err)
		}
		sum := sha256.Sum256(content)
		assets[name] = asset{content: content, tag: hex.EncodeToString(sum[:8])}
	}
	return assets, nil
}

func (s *Server) asset(name string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		a := s.assets[name]
		w.Header().Set("Cache-Control", "no-cache")
		w.Header().Set("ETag", `"`+a.tag+`"`)
		http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(a.content))
	}
}
