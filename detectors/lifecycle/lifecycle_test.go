package lifecycle_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/cardwatch/cardwatch/detectors/card"
	. "github.com/cardwatch/cardwatch/detectors/lifecycle"
)

// office is a book with people who write in it.
type office struct {
	*testing.T
	book Book
	n    int
}

// act does something to a set, in the form "wang: approve v2".
func (o *office) act(text string) Refusal {
	o.Helper()
	actor, rest, _ := strings.Cut(text, ": ")
	verb, set, _ := strings.Cut(rest, " ")
	o.n++
	e := Event{ID: fmt.Sprint("e", o.n), Actor: actor, Verb: Verb(verb), Set: set, At: card.Moment{UnixMilli: int64(o.n)}}
	switch e.Verb {
	case Submit, Adopt:
		e.Text, e.SHA256 = textOf(set)
	case Backtest:
		e.Evidence = []byte(`{"fires":3}`)
	case Stop, Resume:
		e.Set, e.Rule, _ = strings.Cut(set, " ")
	}
	return o.book.Step(e)
}

func textOf(version string) ([]byte, string) {
	text := []byte(`{"Version":"` + version + `"}`)
	sum := sha256.Sum256(text)
	return text, hex.EncodeToString(sum[:])
}

func (o *office) acts(texts ...string) {
	o.Helper()
	for _, text := range texts {
		require.Empty(o, o.act(text), text)
	}
}

func (o *office) refuses(text string, want Refusal) {
	o.Helper()
	require.Equal(o, want, o.act(text), text)
}

// toShadow is how a set comes into the shadow.
func toShadow(set string) []string {
	return []string{"wang: submit " + set, "wang: check " + set, "wang: backtest " + set, "wang: shadow " + set}
}

func toLive(set string) []string {
	return append(toShadow(set), "li: approve "+set, "wang: live "+set)
}

func TestASetGoesLiveStepByStep(t *testing.T) {
	o := &office{T: t}
	o.acts("files: adopt v1")
	require.Equal(t, "v1", o.book.Live().Version, "what processes have in their files decides until something is approved")
	for n, step := range toLive("v2") {
		for _, later := range toLive("v2")[n+1:] {
			o.refuses(later, map[bool]Refusal{true: UnknownSet, false: WrongState}[n == 0])
		}
		o.acts(step)
		require.Equal(t, n >= 3 && n < 5, len(o.book.Drafts()) == 1, "it judges in shadow until it is live: %s", step)
	}
	require.Equal(t, "v2", o.book.Live().Version)
	require.Equal(t, Retired, o.book.Set("v1").State)
	require.Len(t, o.book.Set("v2").History, 6)
	require.JSONEq(t, `{"fires":3}`, string(o.book.Set("v2").Evidence))
}

func TestFourEyes(t *testing.T) {
	o := &office{T: t}
	o.acts(toShadow("v2")...)
	for _, author := range []string{"wang", "Wang", " wang "} {
		o.refuses(author+": approve v2", SamePerson)
	}
	o.refuses(": approve v2", NoActor)
	o.refuses(" : approve v2", NoActor)
	o.refuses("breaker: approve v2", NoActor)
	o.acts("li: approve v2")
}

func TestRollbackGoesOneStepBack(t *testing.T) {
	o := &office{T: t}
	o.acts(toLive("v1")...)
	o.refuses("zhao: rollback v1", NothingBefore)
	o.acts(append(toLive("v2"), toLive("v3")...)...)
	o.acts("zhao: rollback v3")
	require.Equal(t, "v2", o.book.Live().Version)
	require.Equal(t, Live, o.book.Set("v2").State)
	require.Equal(t, RolledBack, o.book.Set("v3").State)
	o.refuses("wang: live v3", WrongState)
	o.refuses("zhao: rollback v3", WrongState)
	o.acts("zhao: rollback v2")
	require.Equal(t, "v1", o.book.Live().Version)
	o.acts("wang: shadow v3", "li: approve v3", "wang: live v3", "zhao: rollback v3")
	require.Equal(t, "v1", o.book.Live().Version)
}

func TestAReplacedSetKeepsItsApproval(t *testing.T) {
	o := &office{T: t}
	o.acts(append(toLive("v1"), toLive("v2")...)...)
	o.acts("zhao: live v1")
	require.Equal(t, "v1", o.book.Live().Version)
	o.acts("zhao: rollback v1")
	require.Equal(t, "v2", o.book.Live().Version)
}

func TestAVersionStandsForOneText(t *testing.T) {
	o := &office{T: t}
	o.acts("wang: submit v1")
	e := Event{ID: "x", Set: "v1", Verb: Submit, Actor: "li", At: card.Moment{UnixMilli: 1}, Text: []byte("{}"), SHA256: "00"}
	require.Equal(t, OtherContent, o.book.Step(e))
	e.Verb = Adopt
	require.Equal(t, OtherContent, o.book.Step(e))
	require.Contains(t, o.book.Explain(&e, OtherContent), "change the version")
	o.acts("files: adopt v2")
	e.Set = "v2"
	require.Empty(t, o.book.Step(e), "a new release may read another text out of the same file")
	require.Equal(t, "00", o.book.Set("v2").SHA256)
}

func TestFilesDoNotReplaceWhatWasApproved(t *testing.T) {
	o := &office{T: t}
	o.acts(toLive("v1")...)
	o.acts("files: adopt v2", "files: adopt v2")
	require.Equal(t, "v1", o.book.Live().Version)
	require.Equal(t, Filed, o.book.Set("v2").State, "its text is on the topic all the same")
	o.acts("files: adopt v1", "wang: submit v2")
}

func TestStoppedRules(t *testing.T) {
	o := &office{T: t}
	o.acts(append(toLive("v1"), toLive("v2")...)...)
	o.acts("breaker: stop v2 loud")
	o.refuses("li: stop v2 loud", StoppedAlready)
	o.refuses("li: resume v2 other", NotStopped)
	o.refuses("breaker: resume v2 loud", NoActor)
	require.Equal(t, "loud", o.book.Stopped()[0].Rule)
	o.acts("li: resume v2 loud")
	require.Empty(t, o.book.Stopped())
	o.acts("li: stop v2 a", "li: stop v2 b", "zhao: rollback v2")
	require.Empty(t, o.book.Stopped(), "other rules decide now")
}

func TestDraftsAreBounded(t *testing.T) {
	o := &office{T: t}
	for n := range MaxDrafts {
		o.acts(toShadow(fmt.Sprint("v", n))...)
	}
	o.acts(toShadow("more")[:3]...)
	o.refuses("wang: shadow more", TooManyDrafts)
	o.acts("wang: withdraw v0", "wang: shadow more")
	require.Len(t, o.book.Drafts(), MaxDrafts)
}

func TestMalformedEventsAreRefused(t *testing.T) {
	text, sum := textOf("v1")
	good := Event{ID: "e", Set: "v1", Verb: Submit, Actor: "wang", At: card.Moment{UnixMilli: 1}, Text: text, SHA256: sum}
	for name, spoil := range map[string]func(*Event){
		"no id":         func(e *Event) { e.ID = "" },
		"no set":        func(e *Event) { e.Set = "" },
		"a long set":    func(e *Event) { e.Set = strings.Repeat("v", MaxName+1) },
		"no time":       func(e *Event) { e.At = card.Moment{} },
		"a long note":   func(e *Event) { e.Note = strings.Repeat("注", MaxNote+1) },
		"no text":       func(e *Event) { e.Text = nil },
		"a long text":   func(e *Event) { e.Text = make([]byte, MaxText+1) },
		"no hash":       func(e *Event) { e.SHA256 = "" },
		"no rule":       func(e *Event) { e.Verb = Stop },
		"long evidence": func(e *Event) { e.Evidence = make([]byte, MaxProof+1) },
	} {
		t.Run(name, func(t *testing.T) {
			var b Book
			e := good
			spoil(&e)
			require.Equal(t, Malformed, b.Step(e))
		})
	}
	var b Book
	require.Empty(t, b.Step(good))
	require.Equal(t, Repeated, b.Step(good))
}

// Whatever people try in whatever order: one set is live at most, none without a second person's word unless it came from files before any
// was approved, what is refused changes nothing, and every refusal is explained.
func TestNothingGoesLiveByTheWay(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		var book Book
		verbs := []Verb{Submit, Check, Backtest, Shadow, Approve, GoLive, GoLive, Rollback, Withdraw, Adopt, Stop, Resume}
		approved := map[string]bool{}
		for n := range rapid.IntRange(1, 120).Draw(rt, "acts") {
			e := Event{
				ID: fmt.Sprint(n), Actor: rapid.SampledFrom([]string{"wang", "li", "files"}).Draw(rt, "actor"), At: card.Moment{UnixMilli: int64(n + 1)},
				Verb: rapid.SampledFrom(verbs).Draw(rt, "verb"), Set: fmt.Sprint("v", rapid.IntRange(1, 3).Draw(rt, "set")), Rule: "r", Evidence: []byte("{}"),
			}
			e.Text, e.SHA256 = textOf(e.Set)
			before := picture(&book)
			if r := book.Step(e); r != "" {
				require.Equal(rt, before, picture(&book))
				require.NotEmpty(rt, book.Explain(&e, r))
				continue
			}
			if e.Verb == Approve {
				approved[e.Set] = book.Set(e.Set).Author != e.Actor
			}
			live := 0
			for _, s := range book.Sets() {
				if s.State == Live {
					live++
					require.Same(rt, s, book.Live())
				}
			}
			require.LessOrEqual(rt, live, 1)
			if e.Verb == GoLive {
				require.True(rt, approved[e.Set])
			}
		}
	})
}

func picture(b *Book) string {
	text := fmt.Sprint(b.Stopped())
	for _, s := range b.Sets() {
		text += fmt.Sprint(" ", s.Version, s.State, len(s.History))
	}
	return text
}
