package explain

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"

	"github.com/cardwatch/cardwatch/alerts/glossary"
	"github.com/cardwatch/cardwatch/detectors/card"
)

//go:embed export.html
var exportPage string

// Style is the style sheet inside the page; whoever serves the page lets it pass by its hash.
//
//go:embed export.css
var Style string

// AppendHTML appends one page for a dispute or an auditor, to be printed: in the languages asked for, without scripts and without anything
// to be fetched. The customer may see it: limits, scores, the rule's text and the customer's token are left out.
func (e *Explanation) AppendHTML(dst []byte, langs ...card.Language) ([]byte, error) {
	var lang card.Language
	page, err := template.New("export").Funcs(template.FuncMap{
		// in makes a language that of what follows.
		"in":    func(l card.Language) string { lang = l; return "" },
		"l":     func(key string) string { return labels[key].In(lang) },
		"w":     func(w Words) string { return w.In(lang) },
		"state": func(s any) string { return word(glossary.AlertState, fmt.Sprint(s)).In(lang) },
		"told":  func(f Fact) Words { return e.told(&f) },
		"use":   func(u Use) string { return u.line(lang) },
	}).Parse(exportPage)
	if err != nil {
		return dst, fmt.Errorf("explain: %w", err)
	}
	var b bytes.Buffer
	err = page.Execute(&b, struct {
		*Explanation
		Style template.CSS
		Langs []card.Language
	}{e, template.CSS(Style), langs})
	if err != nil {
		return dst, fmt.Errorf("explain: %w", err)
	}
	return append(dst, b.Bytes()...), nil
}
