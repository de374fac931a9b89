package rule

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// template is a text with places for values: {NAME}, and {NAME:amount} for minor units as people write money.
type template struct {
	// words stand before the slots; the last one behind them all.
	words []string
	slots []slot
}

type slot struct {
	variable *variable
	amount   bool
}

// parseTemplate finds the places; problems carry where in the text they are.
func parseTemplate(text string, names names) (t template, problems []detectors.Problem) {
	rest := text
	for {
		before, inside, open := strings.Cut(rest, "{")
		t.words = append(t.words, before)
		if !open {
			return t, problems
		}
		column := utf8.RuneCountInString(text[:len(text)-len(rest)+len(before)]) + 1
		fail := func(format string, args ...any) {
			problems = append(problems, detectors.Problem{Text: fmt.Sprintf(format, args...), Line: 1, Column: column})
		}
		name, after, closed := strings.Cut(inside, "}")
		if !closed {
			fail("a { without its }; write {NAME}")
			return t, problems
		}
		name, amount := strings.CutSuffix(name, ":amount")
		v, ok := names[name]
		switch {
		case !ok:
			fail("{%s} names no variable and no window of this rule%s", name, didYouMean(name, names))
		case v.celType().Kind() == types.OpaqueKind || v.celType().Kind() == types.ListKind:
			fail("{%s} cannot be written in a sentence", name)
		case amount && v.number == nil && !v.isWindow:
			fail("{%s} is no amount in minor units", name)
		default:
			t.slots = append(t.slots, slot{v, amount})
		}
		rest = after
	}
}

func (t *template) write(s *scope, lang card.Language) string {
	var b strings.Builder
	for i, word := range t.words {
		b.WriteString(word)
		if i < len(t.slots) {
			b.WriteString(t.slots[i].write(s, lang))
		}
	}
	return b.String()
}

func (l slot) write(s *scope, lang card.Language) string {
	switch v := l.variable.value(s).(type) {
	case types.Int:
		if l.amount {
			return card.Money{Minor: int64(v), Currency: s.in.Currency}.In(lang)
		}
		return strconv.FormatInt(int64(v), 10)
	case types.Double:
		return strconv.FormatFloat(float64(v), 'f', 2, 64)
	case types.String:
		return string(v)
	case *types.Err:
		return "?"
	case ref.Val:
		return fmt.Sprint(v.Value())
	}
	return ""
}
