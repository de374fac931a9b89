package alerts

import "slices"

// The words whose slips count: one letter too many, too few, wrong, or two swapped. Shorter words have too many neighbours that are
// words of their own, as have those left out here.
var (
	yesStems = []string{"yes", "yeah"}
	noStems  = []string{"fraud", "didnt", "wasnt", "never"}
	// notSlips are words that are one letter from a stem and mean something else.
	notSlips = []string{"yet", "yen", "year", "years"}
)

// slipOf reports whether a word of letters is a slip for one of a list: a letter held down ("yesss", "nooo"), or one edit from a stem
// that begins with the same letter.
func slipOf(word string, words, stems []string) bool {
	if word == "" || slices.ContainsFunc([]byte(word), func(b byte) bool { return b < 'a' || b > 'z' }) || slices.Contains(notSlips, word) {
		return false
	}
	if once := string(slices.Compact([]byte(word))); once != word && slices.Contains(words, once) {
		return true
	}
	return slices.ContainsFunc(stems, func(stem string) bool { return word[0] == stem[0] && oneEdit(word, stem) })
}

// oneEdit reports whether two different words of ASCII are one insertion, deletion, substitution or swap of neighbours apart.
func oneEdit(a, b string) bool {
	if len(a) < len(b) {
		a, b = b, a
	}
	i := 0
	for i < len(b) && a[i] == b[i] {
		i++
	}
	switch len(a) - len(b) {
	case 0:
		if i == len(a) {
			return false
		}
		swapped := i+1 < len(a) && a[i] == b[i+1] && a[i+1] == b[i] && a[i+2:] == b[i+2:]
		return swapped || a[i+1:] == b[i+1:]
	case 1:
		return a[i+1:] == b[i:]
	default:
		return false
	}
}
