package web_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/stream/wire"
)

// asked is a bank that has just asked its customer about a use.
func asked(t *testing.T, lang card.Language) (*bank, string) {
	b := newBank(t)
	b.contact(lang)
	b.suspect()
	return b, b.link()
}

func TestCustomerReadsTheQuestionInTheirOwnLanguage(t *testing.T) {
	b, link := asked(t, card.English)
	page := b.get(link, "zh-CN")
	require.Equal(t, http.StatusOK, page.Code)
	for _, want := range []string{"Demo Bank", "Did you make this transaction?", "••4477", "¥18,800.00", "2026-03-01 02:50", "Shenzhen"} {
		require.Contains(t, words(page), want)
	}
	require.NotContains(t, page.Body.String(), "<script")
	require.NotContains(t, page.Body.String(), customer)
	b, link = asked(t, card.Chinese)
	require.Contains(t, words(b.get(link, "en")), "这笔交易是您本人操作的吗？")
}

func TestReadingTheLinkChangesNothing(t *testing.T) {
	b, link := asked(t, card.Chinese)
	before := b.state()
	for _, method := range []string{http.MethodHead, http.MethodGet, http.MethodGet} {
		require.Equal(t, http.StatusOK, b.do(request(method, link, nil)).Code)
	}
	require.Equal(t, before, b.state())
	require.Empty(t, b.published)
}

func TestNoProtectsTheCard(t *testing.T) {
	b, link := asked(t, card.English)
	w := b.post(link, "answer", "no", "once", once(t, b.get(link, "")))
	require.Equal(t, http.StatusOK, w.Code)
	require.Contains(t, words(w), "We are protecting your card")
	require.Equal(t, alerts.PromptNo, b.state().Prompts[0].State)
	require.Equal(t, alerts.Link, b.state().Prompts[0].EndedBy)
	require.True(t, b.state().Cases[0].Urgent)
	again := b.get(link, "")
	require.Equal(t, http.StatusGone, again.Code)
	require.NotContains(t, again.Body.String(), `value="yes"`, "a no cannot be undone here")
	yes := b.post(link, "answer", "yes", "once", "other")
	require.Equal(t, http.StatusGone, yes.Code)
	require.Equal(t, alerts.PromptNo, b.state().Prompts[0].State)
}

func TestYesReleasesAndCanStillBeTakenBack(t *testing.T) {
	b, link := asked(t, card.English)
	w := b.post(link, "answer", "yes", "once", "1")
	require.Equal(t, http.StatusOK, w.Code)
	require.Contains(t, words(w), "You have confirmed it")
	require.Equal(t, alerts.CaseClosed, b.state().Cases[0].State)
	require.Equal(t, http.StatusGone, b.get(link, "").Code)
	w = b.post(link, "answer", "no", "once", once(t, w))
	require.Contains(t, words(w), "We are protecting your card")
	require.True(t, b.state().Cases[0].Conflict)
}

func TestExpiredLinkRefusesYesButNeverNo(t *testing.T) {
	b, link := asked(t, card.English)
	b.pass(alerts.Defaults().PromptLife + time.Minute)
	page := b.get(link, "")
	require.Equal(t, http.StatusGone, page.Code)
	require.Contains(t, words(page), "This request has ended")
	require.Equal(t, http.StatusGone, b.post(link, "answer", "yes", "once", "1").Code)
	require.Empty(t, b.published, "a late yes is not even passed on")
	w := b.post(link, "answer", "no", "once", once(t, page))
	require.Equal(t, http.StatusOK, w.Code)
	require.Equal(t, alerts.PromptNo, b.state().Prompts[0].State)
	require.True(t, b.state().Cases[0].Blocked)
}

func TestDoubleTapAnswersOnce(t *testing.T) {
	for _, answer := range []string{"yes", "no"} {
		b, link := asked(t, card.English)
		value := once(t, b.get(link, ""))
		for range 3 {
			require.Equal(t, http.StatusOK, b.post(link, "answer", answer, "once", value).Code)
		}
		require.Equal(t, 1, b.published[wire.ReplyTopic])
	}
}

func TestAnswerThatIsNotAppliedInTimeIsAcknowledged(t *testing.T) {
	b := newBank(t)
	b.contact(card.English)
	b.suspect()
	b.deskBehind = true
	w := b.post(b.link(), "answer", "no", "once", "1")
	require.Equal(t, http.StatusAccepted, w.Code)
	require.Contains(t, words(w), "We have your answer")
}

func TestBadLinksAreNotFoundAndThenThrottled(t *testing.T) {
	b, link := asked(t, card.English)
	changed := link[:len(link)-6] + strings.Map(func(r rune) rune {
		if r == 'A' {
			return 'B'
		}
		return 'A'
	}, link[len(link)-6:])
	for i := range 100 {
		require.Equal(t, http.StatusNotFound, b.get(changed, "en").Code, "guess %d", i)
	}
	require.Equal(t, http.StatusTooManyRequests, b.get(changed, "en").Code)
	forged := request(http.MethodGet, changed, nil)
	forged.Header.Set("X-Forwarded-For", "198.51.100.9")
	require.Equal(t, http.StatusTooManyRequests, b.do(forged).Code, "anybody can write that header")
	require.Equal(t, http.StatusOK, b.get(link, "en").Code, "a customer who shares the guesser's address")
	elsewhere := request(http.MethodGet, changed, nil)
	elsewhere.RemoteAddr = "198.51.100.9:4711"
	require.Equal(t, http.StatusNotFound, b.do(elsewhere).Code)
}

func TestAnswersThatAreNoneAreRefused(t *testing.T) {
	b, link := asked(t, card.English)
	for _, answer := range []string{"", "maybe", "YES"} {
		require.Equal(t, http.StatusBadRequest, b.post(link, "answer", answer).Code)
	}
	require.Equal(t, alerts.PromptOpen, b.state().Prompts[0].State)
}

func TestOldWebViewWithoutAnOriginMayAnswerButNoOtherSiteFor(t *testing.T) {
	b, link := asked(t, card.English)
	post := func(header, value string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(http.MethodPost, link, strings.NewReader("answer=no&once=1"))
		r.Host = "bank.example"
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set(header, value)
		return b.do(r)
	}
	require.Equal(t, http.StatusForbidden, post("Sec-Fetch-Site", "cross-site").Code)
	require.Equal(t, alerts.PromptOpen, b.state().Prompts[0].State)
	require.Equal(t, http.StatusOK, post("Origin", "null").Code)
}

func TestACustomerCanAskWhyAndForAPerson(t *testing.T) {
	b := newBank(t)
	b.contact(card.English)
	b.suspect()
	path := b.link()
	page := b.get(path, "en")
	require.Contains(t, words(page), "The place was not one where you usually use this card.")
	require.NotContains(t, words(page), "limit", "thresholds are nobody's business who may be a thief")
	require.Less(t, page.Body.Len(), 15<<10)
	w := b.post(path, "answer", "person", "once", once(t, page))
	require.Equal(t, http.StatusOK, w.Code)
	require.Contains(t, words(w), "A person will look at it.")
	c := b.state().Cases[0]
	require.Equal(t, alerts.CaseQueued, c.State, "an analyst has it")
	require.Equal(t, http.StatusOK, b.post(path, "answer", "no", "once", "later").Code, "a no is heard all the same")
	require.True(t, b.state().Cases[0].Blocked)
}
