package alerts_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/alerts"
)

func added(id string) *alerts.SilenceAct {
	s := terminalTest()
	s.ID = id
	return &alerts.SilenceAct{ID: "add-" + id, Verb: alerts.AddSilence, At: start, Actor: "li.na", Silence: s}
}

func ended(id string, after time.Duration) *alerts.SilenceAct {
	return &alerts.SilenceAct{
		ID: "end-" + id, Verb: alerts.EndSilence, At: start.Add(after), Actor: "wang.wei", Note: "done", Silence: alerts.Silence{ID: id},
	}
}

func TestTheLifeOfASilence(t *testing.T) {
	var book alerts.SilenceBook
	later := added("s-later")
	later.Silence.From = start.Add(time.Hour)
	for _, act := range []*alerts.SilenceAct{added("s-1"), added("s-2"), later, ended("s-2", time.Minute)} {
		require.NoError(t, book.Apply(act))
		require.True(t, book.Applied(act.ID))
	}
	states := func(after time.Duration) (list []alerts.SilenceState) {
		for _, e := range book.Entries() {
			list = append(list, e.State(start.Add(after)))
		}
		return list
	}
	ids := func(after time.Duration) (list []string) {
		for _, s := range book.Deciding(start.Add(after)) {
			list = append(list, s.ID)
		}
		return list
	}
	require.Equal(t, []alerts.SilenceState{"active", "ended", "pending"}, states(2*time.Minute))
	require.Equal(t, []string{"s-1", "s-later"}, ids(2*time.Minute))
	require.Equal(t, []alerts.SilenceState{"lapsed", "ended", "lapsed"}, states(2*time.Hour), "what is over stays listed: that is the notice")
	require.Empty(t, ids(2*time.Hour))
	require.Equal(t, []string{"wang.wei", "done"}, []string{book.Entries()[1].EndedBy, book.Entries()[1].EndNote})
}

func TestActsOnSilencesThatHaveNoEffect(t *testing.T) {
	for want, act := range map[string]func() *alerts.SilenceAct{
		"nobody is named":       func() *alerts.SilenceAct { a := added("s-2"); a.Actor = ""; return a },
		"seen before":           func() *alerts.SilenceAct { return added("s-1") },
		"there is one":          func() *alerts.SilenceAct { a := added("s-1"); a.ID = "again"; return a },
		"there is none":         func() *alerts.SilenceAct { return ended("s-9", 0) },
		"over already":          func() *alerts.SilenceAct { return ended("s-1", 3*time.Hour) },
		"unknown act":           func() *alerts.SilenceAct { a := added("s-2"); a.Verb = "prolong"; return a },
		"would be over already": func() *alerts.SilenceAct { a := added("s-2"); a.At = start.Add(2 * time.Hour); return a },
		"reason:":               func() *alerts.SilenceAct { a := added("s-2"); a.Silence.Reason = ""; return a },
	} {
		var book alerts.SilenceBook
		require.NoError(t, book.Apply(added("s-1")))
		before := book.Entries()
		require.ErrorContains(t, book.Apply(act()), want)
		require.Equal(t, before, book.Entries())
	}
}

func TestTheBookIsBounded(t *testing.T) {
	var book alerts.SilenceBook
	for i := range 1000 {
		act := added("s-" + time.Duration(i).String())
		act.At = start.Add(time.Duration(i) * time.Hour)
		act.Silence.From, act.Silence.Until = act.At, act.At.Add(time.Minute)
		require.NoError(t, book.Apply(act))
	}
	require.Len(t, book.Entries(), 400)

	var full alerts.SilenceBook
	for i := range alerts.MaxSilences {
		require.NoError(t, full.Apply(added("s-"+time.Duration(i).String())))
	}
	require.ErrorContains(t, full.Apply(added("one more")), "end some first")
}
