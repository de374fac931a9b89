package strictyaml

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"
)

// AddInside notes a problem with a text that has lines and columns of its own, such as an expression, at a place in it (counted from 1 in
// characters; line 0 is the whole text). The place in the file follows from how the text is written there.
func (d *Document) AddInside(path string, line, column int, format string, args ...any) {
	n, ok := d.texts[path]
	if !ok || line < 1 || d.bad[path] {
		d.Add(path, format, args...)
		return
	}
	var at place
	if literal, isBlock := n.(*ast.LiteralNode); isBlock && literal.Start.Type == token.LiteralType {
		at = d.insideBlock(literal, line, column)
	} else {
		at = d.insideFlow(n, column)
	}
	d.addAt(at, fmt.Sprintf(format, args...))
}

// insideBlock finds a place in a text behind "|", whose lines stand in the file as they are, but for the indentation.
func (d *Document) insideBlock(n *ast.LiteralNode, line, column int) place {
	at := place{n.Start.Position.Line + line, column}
	own := strings.Split(n.Value.Value, "\n")
	if at.line > len(d.lines) || line > len(own) {
		return placeOf(n)
	}
	if indent := strings.Index(d.lines[at.line-1], own[line-1]); indent > 0 && own[line-1] != "" {
		at.column += utf8.RuneCountInString(d.lines[at.line-1][:indent])
	}
	return at
}

// insideFlow finds a place in a text whose lines are folded into one: plain, quoted, or behind ">".
func (d *Document) insideFlow(n ast.Node, column int) place {
	at := placeOf(n)
	switch t := n.GetToken(); t.Type {
	case token.SingleQuoteType, token.DoubleQuoteType:
		at.column++
	case token.FoldedType:
		at = d.nextLine(at)
	}
	for at.line <= len(d.lines) {
		rest := strings.TrimSpace(string([]rune(d.lines[at.line-1])[min(at.column-1, utf8.RuneCountInString(d.lines[at.line-1])):]))
		if long := utf8.RuneCountInString(rest); column > long+1 && at.line < len(d.lines) {
			column -= long + 1
			at = d.nextLine(at)
			continue
		}
		at.column += column - 1
		return at
	}
	return placeOf(n)
}

// nextLine is where the next line's text starts.
func (d *Document) nextLine(at place) place {
	if at.line >= len(d.lines) {
		return place{at.line + 1, 1}
	}
	line := d.lines[at.line]
	return place{at.line + 1, len(line) - len(strings.TrimLeft(line, " ")) + 1}
}
