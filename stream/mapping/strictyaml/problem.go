package strictyaml

import (
	"fmt"
	"slices"
	"strings"
)

// Problem is one thing that is wrong with a file, and where.
type Problem struct {
	// File is the name the reader gave; Line and Column count from 1 and are 0 when the problem has no place in a file.
	File         string
	Line, Column int
	// Message says what is wrong and what to write instead. It never quotes a secret.
	Message string
	// Source is the offending line, empty when there is none.
	Source string
}

// Error is "file:line:column: message" on one line.
func (p Problem) Error() string {
	if p.Line == 0 {
		return p.File + ": " + p.Message
	}
	return fmt.Sprintf("%s:%d:%d: %s", p.File, p.Line, p.Column, p.Message)
}

// Detail is Error followed by the offending line and a caret under the column.
func (p Problem) Detail() string {
	if p.Line == 0 || p.Source == "" {
		return p.Error()
	}
	// A tab before the column stays a tab, so that the caret stands under the same cell on any terminal.
	pad := strings.Map(func(r rune) rune {
		if r == '\t' {
			return r
		}
		return ' '
	}, firstRunes(p.Source, p.Column-1))
	gutter := fmt.Sprintf("%4d | ", p.Line)
	return p.Error() + "\n" + gutter + p.Source + "\n" + strings.Repeat(" ", len(gutter)-2) + "| " + pad + "^"
}

// Problems is everything that is wrong, in the order of the file.
type Problems []Problem

// Error is one problem a line.
func (ps Problems) Error() string { return ps.join(Problem.Error) }

// Detail is Error with an excerpt and a caret under each problem; for people, on stderr.
func (ps Problems) Detail() string { return ps.join(Problem.Detail) }

func (ps Problems) join(text func(Problem) string) string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = text(p)
	}
	return strings.Join(lines, "\n")
}

// Nearest is the candidate that a person most likely meant by word, empty when none is close: at most two slips, or a third of
// a long word.
func Nearest(word string, candidates []string) string {
	best, limit := "", max(2, len(word)/3)
	for _, c := range slices.Sorted(slices.Values(candidates)) {
		if d := distance(strings.ToLower(word), strings.ToLower(c)); d <= limit && d < len(c) {
			best, limit = c, d-1
		}
	}
	return best
}

// DidYouMean is "; did you mean "x"?" for the nearest candidate, or the empty string.
func DidYouMean(word string, candidates []string) string {
	if n := Nearest(word, candidates); n != "" {
		return fmt.Sprintf("; did you mean %q?", n)
	}
	return ""
}

// distance is Levenshtein's, where two swapped neighbours count as one slip (optimal string alignment).
func distance(a, b string) int {
	before, previous := make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range previous {
		previous[j] = j
	}
	for i := 1; i <= len(a); i++ {
		current := make([]int, len(b)+1)
		current[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			current[j] = min(previous[j]+1, current[j-1]+1, previous[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				current[j] = min(current[j], before[j-2]+1)
			}
		}
		before, previous = previous, current
	}
	return previous[len(b)]
}

func firstRunes(s string, n int) string {
	runes := []rune(s)
	return string(runes[:min(max(n, 0), len(runes))])
}
