package web_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/cmd/internal/desktest"
	"github.com/cardwatch/cardwatch/cmd/internal/web"
	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// acts does things to a case as one analyst.
func (b *bank) act(path, actor string, fields ...string) (status int, page string) {
	b.t.Helper()
	w := b.postAs(actor, path, append(fields, "once", once(b.t, b.get(path, "en")))...)
	return w.Code, words(w)
}

func TestTheNextCaseIsTheTopOneAndMine(t *testing.T) {
	b := newBank(t)
	b.alert("tok-low-0001", detectors.Low, "")
	b.alert("tok-top-0002", detectors.Critical, "")
	for _, want := range []string{"••0002", "••0001"} {
		w := b.postAs("li.na", "/next", "once", once(t, b.get("/", "en")))
		require.Equal(t, http.StatusSeeOther, w.Code)
		page := words(b.get(w.Header().Get("Location"), "en"))
		require.Contains(t, page, want)
		require.Contains(t, page, "li.na")
	}
	w := b.postAs("wang.wei", "/next", "once", once(t, b.get("/", "en")))
	require.Equal(t, http.StatusConflict, w.Code)
	require.Contains(t, words(w), "No case is free at the moment.")
	require.Equal(t, http.StatusBadRequest, b.postAs("wang.wei", "/next", "once", "x", "line", "snoozed").Code)
}

func TestEscalatedAndSnoozedCasesAreElsewhere(t *testing.T) {
	b := newBank(t)
	b.alert("tok-0001", detectors.High, "")
	path := "/cases/" + b.state().Cases[0].ID
	status, _ := b.act(path, "li.na", "verb", "claim")
	require.Equal(t, http.StatusSeeOther, status)
	status, _ = b.act(path, "li.na", "verb", "escalate", "note", "too large for me")
	require.Equal(t, http.StatusSeeOther, status)
	require.NotContains(t, words(b.get("/", "en")), "••0001")
	require.Contains(t, words(b.get("/?line=escalated", "en")), "••0001")
	require.Contains(t, words(b.get("/?line=escalated", "zh-CN")), "二线 1")

	status, _ = b.act(path, "wang.wei", "verb", "snooze", "hours", "4")
	require.Equal(t, http.StatusSeeOther, status)
	require.Contains(t, words(b.get("/?line=snoozed", "en")), "••0001")
	status, _ = b.act(path, "wang.wei", "verb", "wake")
	require.Equal(t, http.StatusSeeOther, status)
	require.Contains(t, words(b.get("/?line=escalated", "en")), "••0001")
	require.Equal(t, http.StatusNotFound, b.get("/?line=third", "en").Code)
}

// The amount is above what one person may unblock.
func TestUnblockingTakesTwo(t *testing.T) {
	b := newBank(t)
	b.contact(card.Chinese)
	path := "/cases/" + b.suspect()
	for _, fields := range [][]string{{"verb", "claim"}, {"verb", "close", "disposition", "confirmed_fraud"}, {"verb", "reopen"}, {"verb", "claim"}} {
		status, page := b.act(path, "li.na", fields...)
		require.Equal(t, http.StatusSeeOther, status, page)
	}
	require.True(t, b.state().Cases[0].Blocked)
	status, page := b.act(path, "li.na", "verb", "unblock", "note", "called back, was a mistake")
	require.Equal(t, http.StatusSeeOther, status, page)
	require.Contains(t, words(b.get(path, "en")), "li.na asks to unblock the card; a second person has to approve.")
	status, _ = b.act(path, "li.na", "verb", "approve_unblock")
	require.Equal(t, http.StatusConflict, status, "nobody approves their own request")
	require.True(t, b.state().Cases[0].Blocked)
	status, page = b.act(path, "zhang.min", "verb", "approve_unblock")
	require.Equal(t, http.StatusSeeOther, status, page)
	require.False(t, b.state().Cases[0].Blocked)
}

func TestASilenceIsPreviewedMadeAndEnded(t *testing.T) {
	var b *bank
	silences := &desktest.Silences{Now: func() card.Moment { return card.MomentOf(b.clock()) }}
	b = newBank(t, func(c *web.Config) { c.Silences = silences })
	b.alert("tok-0001", detectors.High, "")
	prefilled := b.get("/silences?detector=large_out_of_town&card=tok-0001", "en").Body.String()
	require.Contains(t, prefilled, `name="card" value="tok-0001"`)

	post := func(fields ...string) (int, string) {
		w := b.postAs("li.na", "/silences", append(fields, "once", once(t, b.get("/silences", "en")))...)
		return w.Code, words(w)
	}
	status, page := post("verb", "preview", "detector", "large_out_of_town", "reason", "terminal under test", "hours", "4")
	require.Equal(t, http.StatusOK, status)
	require.Contains(t, page, "It would hide 1 open cases.")
	require.Empty(t, silences.List(), "looking makes nothing")

	status, page = post("verb", "add", "reason", "everything", "hours", "4")
	require.Equal(t, http.StatusBadRequest, status)
	require.Contains(t, page, "at least one must name what is silenced")

	status, _ = post("verb", "add", "detector", "large_out_of_town", "reason", "terminal under test", "hours", "4")
	require.Equal(t, http.StatusSeeOther, status)
	require.Len(t, silences.List(), 1)
	require.Equal(t, "li.na", silences.List()[0].Owner)
	require.Contains(t, words(b.get("/silences", "zh-CN")), "terminal under test · li.na")

	status, _ = post("verb", "end", "id", silences.List()[0].ID)
	require.Equal(t, http.StatusSeeOther, status)
	require.Equal(t, alerts.SilenceEnded, silences.List()[0].State(card.MomentOf(b.clock())))
	require.Contains(t, words(b.get("/silences", "en")), "Ended · li.na")
}

func TestStaffSeeWhatCustomersAreSent(t *testing.T) {
	b := newBank(t)
	page := words(b.get("/wordings", "en"))
	require.Contains(t, page, "Reply Y for yes, N for no. STOP ends texts.")
	require.Contains(t, page, "回复Y确认，回复N否认，退订回T。")
	require.Contains(t, page, "text messages: 1")
	require.Contains(t, page, "app only")
	require.Contains(t, words(b.get("/wordings", "zh-CN")), "条短信")
}
