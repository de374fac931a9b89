package alerts_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// family are customers who share a telephone, each asked about a card of their own.
type family struct {
	t       *testing.T
	members []*customer
	texts   int
}

func newFamily(t *testing.T, names ...string) *family {
	f := &family{t: t}
	for range names {
		f.members = append(f.members, newCustomer(t))
	}
	for i, name := range names {
		m := f.members[i]
		m.state.Customer = name
		a := alert("alert-"+name, smallAmount)
		a.Card = "tok-" + name
		m.apply(a)
	}
	return f
}

// writes sends a text from the family's telephone through Route to whom it is for, and counts the answers.
func (f *family) writes(words string) {
	f.t.Helper()
	f.texts++
	r := text(words)
	r.ID = fmt.Sprint("text-", f.texts)
	f.hears(r)
}

func (f *family) hears(r *alerts.Reply) {
	f.t.Helper()
	var sharers []*alerts.State
	for _, m := range f.members {
		sharers = append(sharers, &m.state)
	}
	for _, c := range alerts.Route(r, sharers) {
		for _, m := range f.members {
			if m.state.Customer == c.Customer {
				copied := c
				m.out.Reset()
				m.desk.Step(&m.state, card.Event{Arrived: m.now, Body: &copied}, &m.out)
			}
		}
	}
}

// states lists each member's prompt.
func (f *family) states() (list []alerts.PromptState) {
	for _, m := range f.members {
		list = append(list, m.prompt().State)
	}
	return list
}

// answers counts the texts that reply to what the family wrote.
func (f *family) answers() (n int) {
	for _, m := range f.members {
		for i := range m.state.Messages {
			if m.state.Messages[i].Purpose == alerts.FraudAnswer {
				n++
			}
		}
	}
	return n
}

func TestANoFromASharedTelephoneProtectsEverybodyAsked(t *testing.T) {
	f := newFamily(t, "husband", "wife")
	f.writes("N")
	require.Equal(t, []alerts.PromptState{alerts.PromptNo, alerts.PromptNo}, f.states())
	require.True(t, f.members[0].theCase().Blocked)
	require.True(t, f.members[1].theCase().Blocked)
	require.Equal(t, 1, f.answers(), "the telephone gets one answer")
}

func TestAYesFromASharedTelephoneReleasesNobodyWhileItCouldBeAnothers(t *testing.T) {
	f := newFamily(t, "husband", "wife")
	f.writes("Y")
	require.Equal(t, []alerts.PromptState{alerts.PromptOpen, alerts.PromptOpen}, f.states())
	require.Equal(t, 1, f.answers())
	var asked string
	for _, m := range f.members {
		for _, msg := range m.state.Messages {
			if msg.Template == alerts.AskWhich {
				asked = msg.Args.Choices
			}
		}
	}
	for _, m := range f.members {
		require.Contains(t, asked, m.prompt().Mark, "the question names every card that waits")
	}
	f.writes("Y" + f.members[1].prompt().Mark)
	require.Equal(t, []alerts.PromptState{alerts.PromptOpen, alerts.PromptYes}, f.states())
	f.writes("Y")
	require.Equal(t, []alerts.PromptState{alerts.PromptYes, alerts.PromptYes}, f.states(), "one is left: no doubt whose it is")
}

func TestAStopIsForTheTelephone(t *testing.T) {
	f := newFamily(t, "husband", "wife", "child")
	f.writes("STOP")
	for _, m := range f.members {
		require.True(t, m.state.OptedOut(alerts.SMS))
	}
	require.LessOrEqual(t, f.answers(), 1)
}

// A text that is sent on again after a crash does nothing more, even when a question was opened meanwhile.
func TestARoutedTextCountsOnce(t *testing.T) {
	f := newFamily(t, "husband", "wife")
	f.writes("Y" + f.members[0].prompt().Mark)
	require.Equal(t, []alerts.PromptState{alerts.PromptYes, alerts.PromptOpen}, f.states())
	again := text("Y" + f.members[0].prompt().Mark)
	again.ID = "text-1"
	f.hears(again)
	require.Equal(t, []alerts.PromptState{alerts.PromptYes, alerts.PromptOpen}, f.states())
}

func TestMarksDifferAcrossCustomersMostly(t *testing.T) {
	var names []string
	for i := range 8 {
		names = append(names, fmt.Sprint("c", i))
	}
	f := newFamily(t, names...)
	marks := map[string]bool{}
	for _, m := range f.members {
		marks[strings.ToUpper(m.prompt().Mark)] = true
	}
	require.Greater(t, len(marks), 4)
}
