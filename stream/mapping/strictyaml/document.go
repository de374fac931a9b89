// Package strictyaml reads one YAML file into a struct and says everything that is wrong with it at once: unknown keys with the
// nearest valid one, duplicate keys, wrong types, bad durations, each with line, column and the line itself.
//
// It is what `cardwatch config check`, `rules check` and `import --map` speak through: goccy/go-yaml parses, but its strict mode
// stops at the first problem. Keys are the `yaml:"…"` tags of the struct's fields; a field without one cannot be set. What the file
// does not name keeps the value that the struct already had, so a caller passes its defaults in.
//
// A Document is used by one goroutine. Input from a person or an attacker is an error, never a panic.
package strictyaml

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// maxSize bounds a file; no configuration or mapping written by people comes near it.
const maxSize = 1 << 20

// maxDepth bounds nesting.
const maxDepth = 32

// Document is a file that was read: where each of its keys stands, and what is wrong with it so far.
type Document struct {
	file  string
	lines []string
	at    map[string]place
	// texts are the values that are texts.
	texts map[string]ast.Node
	// bad are the paths whose value could not be read, so that nothing else need be said about them.
	bad      map[string]bool
	parsed   bool
	problems Problems
}

type place struct{ line, column int }

// Read parses src, which came from the named file, and fills into, a pointer to a struct. Problems are collected: the caller adds
// its own with Add and asks for all of them with Err.
func Read(file string, src []byte, into any) *Document {
	lines := strings.Split(strings.ReplaceAll(string(src), "\r\n", "\n"), "\n")
	d := &Document{file: file, lines: lines, at: map[string]place{}, texts: map[string]ast.Node{}, bad: map[string]bool{}}
	root := d.parse(src)
	if root != nil {
		d.parsed = true
		decoder{d}.value("", root, into)
	}
	return d
}

// Parsed reports whether the file was YAML at all, so that checks of its values make sense.
func (d *Document) Parsed() bool { return d.parsed }

// Has reports whether the file names the key at this path ("kafka.tls.enabled", "records[0].topic").
func (d *Document) Has(path string) bool {
	_, ok := d.at[path]
	return ok
}

// Add notes a problem with the value at path, or with the nearest enclosing key that the file names. A value that could not be read
// has its problem already, and gets no second one for what stands in its stead.
func (d *Document) Add(path, format string, args ...any) {
	where := d.at[""]
	for p := path; p != ""; p = parent(p) {
		if d.bad[p] {
			return
		}
	}
	for p := path; p != ""; p = parent(p) {
		if found, ok := d.at[p]; ok {
			where = found
			break
		}
	}
	d.addAt(where, fmt.Sprintf(format, args...))
}

// Where is "file:line" of the key at path, empty when the file does not name it.
func (d *Document) Where(path string) string {
	if at, ok := d.at[path]; ok {
		return fmt.Sprintf("%s:%d", d.file, at.line)
	}
	return ""
}

// Include notes problems of another file.
func (d *Document) Include(others Problems) { d.problems = append(d.problems, others...) }

// AddOutside notes a problem that stands in no line of the file, such as a bad environment variable; source names where.
func (d *Document) AddOutside(source, format string, args ...any) {
	d.problems = append(d.problems, Problem{File: source, Message: fmt.Sprintf(format, args...)})
}

// Err is nil when nothing is wrong, else Problems in the order of the file.
func (d *Document) Err() error {
	if len(d.problems) == 0 {
		return nil
	}
	slices.SortStableFunc(d.problems, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return d.problems
}

func (d *Document) addAt(p place, message string) {
	problem := Problem{File: d.file, Line: max(p.line, 1), Column: max(p.column, 1), Message: message}
	if problem.Line <= len(d.lines) {
		problem.Source = d.lines[problem.Line-1]
	}
	d.problems = append(d.problems, problem)
}

// parse gives the one document's root, or nil after noting why there is none.
func (d *Document) parse(src []byte) ast.Node {
	switch {
	case len(src) > maxSize:
		d.addAt(place{}, fmt.Sprintf("the file has %d bytes; at most %d are read", len(src), maxSize))
		return nil
	case len(bytes.TrimSpace(src)) == 0:
		d.addAt(place{}, "the file is empty")
		return nil
	}
	file, err := parser.ParseBytes(src, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		d.syntax(err)
		return nil
	}
	if len(file.Docs) > 1 {
		d.addAt(tokenPlace(file.Docs[1].Start), "a second document starts here; write one document a file")
		return nil
	}
	if len(file.Docs) == 0 || file.Docs[0].Body == nil {
		d.addAt(place{}, "the file holds comments only")
		return nil
	}
	return file.Docs[0].Body
}

func (d *Document) syntax(err error) {
	var located yaml.Error
	if !errors.As(err, &located) || located.GetToken() == nil {
		d.addAt(place{}, "no valid YAML: "+err.Error())
		return
	}
	message := located.GetMessage()
	if strings.Contains(message, "'\t'") {
		message = "a tab; YAML is indented with spaces"
	}
	d.addAt(tokenPlace(located.GetToken()), message)
}

func placeOf(n ast.Node) place { return tokenPlace(n.GetToken()) }

func tokenPlace(t *token.Token) place {
	if t == nil || t.Position == nil {
		return place{}
	}
	return place{t.Position.Line, t.Position.Column}
}

// parent cuts the last step off a path: "a.b[2]" → "a.b" → "a" → "".
func parent(path string) string { return path[:max(strings.LastIndexAny(path, ".["), 0)] }
