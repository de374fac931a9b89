package web_test

import (
	"fmt"
	"html"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/alerts/channel/sandbox"
	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/stream/wire"
)

// hostile is what people, merchants and providers may send us to be shown.
var hostile = []string{
	`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `</textarea><svg onload=alert(1)>`, `{{.Bank}}`,
	`javascript:alert(1)`, "' onfocus=alert(1) autofocus='", `<!--`, `=cmd|' /C calc'!A0`,
}

func TestBoardShowsAnOpenCaseInBothLanguages(t *testing.T) {
	b := newBank(t)
	b.contact(card.Chinese)
	b.suspect()
	zh, en := b.get("/", "zh-CN"), b.get("/", "en-GB")
	require.Equal(t, http.StatusOK, zh.Code)
	for _, want := range []string{"••4477", "大额异地", "¥18,800.00", "深圳市", "严重", "等待客户", "示范银行", "2026-03-01 02:50"} {
		require.Contains(t, words(zh), want)
	}
	for _, want := range []string{"••4477", "Large out-of-town use", "¥18,800.00", "Shenzhen", "Critical", "Waiting for the customer"} {
		require.Contains(t, words(en), want)
	}
	require.Contains(t, zh.Body.String(), `<html lang="zh-CN">`)
	require.Contains(t, en.Body.String(), `<html lang="en">`)
	require.NotContains(t, zh.Body.String(), cardID, "the whole token is nobody's business")
}

func TestBoardPutsTheGravestCaseFirst(t *testing.T) {
	b := newBank(t)
	for i, severity := range []detectors.Severity{detectors.Low, detectors.Critical, detectors.Medium} {
		b.alert(fmt.Sprint("tok-000", i), severity, "")
	}
	page := words(b.get("/", "en"))
	require.Less(t, strings.Index(page, "••0001"), strings.Index(page, "••0002"))
	require.Less(t, strings.Index(page, "••0002"), strings.Index(page, "••0000"))
}

// alert hands the desk a finding that only an analyst looks at.
func (b *bank) alert(cardID string, severity detectors.Severity, baseline string) {
	a := detectors.Alert{
		Head: b.head("alert-" + cardID), AlertID: "alert-" + cardID, Revision: 1, State: detectors.Open, Detector: "large_out_of_town",
		DetectorVersion: 1, RuleSet: "default.1", Mode: detectors.Live, Severity: severity, Score: 50, Card: cardID,
		EventIDs: []string{"event"}, OccurredAt: card.MomentOf(b.clock()), Action: detectors.Review,
		Reasons: []detectors.Reason{{Code: "distance_from_home", Value: 1940, Limit: 100, Unit: detectors.Kilometres,
			Baseline: detectors.Text{Zh: baseline, En: baseline}}},
	}
	b.applyDesk(wire.AlertTopic, customer, wire.AppendAlert(nil, &a))
}

func TestCaseExplainsItself(t *testing.T) {
	b := newBank(t)
	b.contact(card.Chinese)
	path := "/cases/" + b.suspect()
	page := b.get(path, "zh-CN")
	require.Equal(t, http.StatusOK, page.Code)
	for _, want := range []string{
		"用卡地点距常用地 2,819 公里 （界限 100 公里） 哈尔滨市，90天内30次中30次",
		"规则集 default.1", "单笔金额 ¥18,800.00",
		"涉及预警 深圳市 ¥18,800.00 消费 · 芯片 通过", "哈尔滨市 ¥88.00",
		"【示范银行】您尾号4477的卡", "等待答复 · 手机银行", "已询问客户",
	} {
		require.Contains(t, words(page), want)
	}
	require.Equal(t, 1, strings.Count(page.Body.String(), `class="flagged"`), "one use set it off")
	require.Contains(t, words(b.get(path, "en")), "Harbin, 30 of 30 uses in 90 days")
}

func TestACaseStillTellsItsTransactionWhenTheCardHasMovedOn(t *testing.T) {
	b := newBank(t)
	path := "/cases/" + b.suspect()
	require.NotContains(t, words(b.get(path, "en")), "older than these")

	b.pass(48 * time.Hour)
	for i := range 20 {
		b.use(fmt.Sprint("later-", i), "230100", 9_900)
		b.pass(time.Minute)
	}
	page := words(b.get(path, "en"))
	require.NotContains(t, page, "In the alert", "the transaction is no longer among the recent ones")
	require.Contains(t, page, "older than these")
	require.Contains(t, page, "¥18,800.00 · Shenzhen")
	require.Contains(t, words(b.get("/", "zh-CN")), "¥18,800.00 深圳市", "the board's amount and place")
}

func TestAnalystClaimsNotesAndCloses(t *testing.T) {
	b := newBank(t)
	path := "/cases/" + b.suspect()
	act := func(fields ...string) {
		t.Helper()
		w := b.post(path, append(fields, "once", once(t, b.get(path, "en")))...)
		require.Equal(t, http.StatusSeeOther, w.Code, words(w))
		require.Equal(t, path, w.Header().Get("Location"))
	}
	act("verb", "claim")
	require.Equal(t, "analyst-1", b.state().Cases[0].Owner)
	act("verb", "note", "note", "called, no answer")
	require.Contains(t, words(b.get(path, "en")), "Note · analyst-1 called, no answer")
	act("verb", "close", "disposition", "confirmed_fraud", "note", "card cloned")
	require.Equal(t, alerts.CaseClosed, b.state().Cases[0].State)
	require.Contains(t, words(b.get(path, "en")), "Closed · Confirmed fraud")
	require.NotContains(t, words(b.get("/", "en")), "••4477", "a closed case leaves the board")
	closed := b.get("/?line=closed", "en")
	require.Contains(t, words(closed), "Closed cases 1")
	require.Contains(t, words(closed), "••4477")
	require.NotContains(t, closed.Body.String(), `id="live"`, "nobody waits here for news")
	require.Contains(t, words(b.get("/?line=closed", "zh-CN")), "已结案 1")
	act("verb", "reopen")
	require.NotContains(t, words(b.get("/?line=closed", "en")), "••4477")
	require.Equal(t, alerts.CaseQueued, b.state().Cases[0].State)
}

func TestRefusedActSaysWhyAndKeepsTheNote(t *testing.T) {
	b := newBank(t)
	path := "/cases/" + b.suspect()
	for _, tt := range []struct{ verb, why string }{
		{"close", "Not possible in this state"}, {"release", "Not possible in this state"}, {"explode", "Unknown act"},
	} {
		w := b.post(path, "verb", tt.verb, "note", "typed for long", "once", "x"+tt.verb)
		require.Equal(t, http.StatusConflict, w.Code)
		require.Contains(t, w.Body.String(), "typed for long")
	}
	require.Zero(t, b.published[wire.CommandTopic], "what the desk would refuse is not written")
	b.post(path, "verb", "claim", "once", "1")
	r := request(http.MethodPost, path, url.Values{"verb": {"claim"}, "once": {"2"}})
	r.AddCookie(&http.Cookie{Name: "cardwatch_actor", Value: "analyst-2"})
	r.Header.Set("Accept-Language", "en")
	w := b.do(r)
	require.Equal(t, http.StatusConflict, w.Code)
	require.Contains(t, words(w), "Held by somebody else")
	require.Contains(t, words(w), "Held by analyst-1")
}

func TestFormSentTwiceActsOnce(t *testing.T) {
	b := newBank(t)
	path := "/cases/" + b.suspect()
	for range 2 {
		require.Equal(t, http.StatusSeeOther, b.post(path, "verb", "note", "note", "once only", "once", "same").Code)
	}
	require.Equal(t, 1, b.published[wire.CommandTopic])
}

func TestActThatKafkaDoesNotTakeIsNotClaimedToBeDone(t *testing.T) {
	b := newBank(t)
	path := "/cases/" + b.suspect()
	b.kafkaDown = true
	w := b.post(path, "verb", "claim", "once", "1")
	require.Equal(t, http.StatusServiceUnavailable, w.Code)
	require.NotContains(t, w.Body.String(), "secret internals")
	require.Empty(t, b.state().Cases[0].Owner)
}

func TestWhatOthersWriteIsShownAsText(t *testing.T) {
	for _, text := range hostile {
		b := newBank(t)
		b.alert(cardID, detectors.High, text)
		id := b.state().Cases[0].ID
		b.post("/cases/"+id, "verb", "note", "note", text, "once", "1")
		body := b.get("/cases/"+id, "en").Body.String()
		shown := html.UnescapeString(body)
		require.Equal(t, 2, strings.Count(shown, text), "baseline and note: %q", text)
		require.NotContains(t, body, "<script>alert")
		require.NotContains(t, body, "<img")
		require.NotContains(t, body, "<svg onload")
	}
}

func TestQueueShowsATierByPriority(t *testing.T) {
	b := newBank(t)
	for i, priority := range []int{20, 90} {
		c := detectors.Collection{
			Head: b.head(fmt.Sprint("col-", i)), Account: fmt.Sprint("acct-111", i), Tier: detectors.Mild, DaysPastDue: 7, OverdueMinor: 52_000,
			BalanceMinor: 1_200_000, Currency: cny, MissProbability: 0.4, Priority: priority,
			Reasons: []detectors.Reason{{Code: "days_past_due", Value: 7, Unit: detectors.Days}, {Code: "miss_probability", Value: 40, Unit: detectors.Percent}},
		}
		b.applyDesk(wire.CollectionTopic, customer, wire.AppendCollection(nil, &c))
	}
	page := words(b.get("/queue", "zh-CN"))
	require.Contains(t, page, "轻度逾期 2")
	require.Contains(t, page, "90 ••1111 7 ¥520.00 ¥12,000.00 不能按期还最低还款额的概率：40%")
	require.Less(t, strings.Index(page, "••1111"), strings.Index(page, "••1110"))
	require.Contains(t, words(b.get("/queue?tier=severe_a", "en")), "No accounts in this tier")
	require.Equal(t, http.StatusNotFound, b.get("/queue?tier=nonsense", "en").Code)

	w := b.post("/queue", "verb", "claim", "customer", customer, "account", "acct-1111", "tier", "mild", "once", "1")
	require.Equal(t, http.StatusSeeOther, w.Code)
	require.Equal(t, "/queue?tier=mild", w.Header().Get("Location"))
	require.Equal(t, "analyst-1", b.state().Entry("acct-1111").Owner)
	b.post("/queue", "verb", "note", "note", "calls back on Monday", "customer", customer, "account", "acct-1111", "tier", "mild", "once", "2")
	require.Contains(t, words(b.get("/queue?tier=mild", "en")), "calls back on Monday")
	w = b.post("/queue", "verb", "claim", "customer", customer, "account", "acct-none", "tier", "mild", "once", "3")
	require.Equal(t, http.StatusConflict, w.Code)
	require.Equal(t, http.StatusBadRequest, b.post("/queue", "verb", "claim").Code)
}

func TestPhoneShowsThePromptAndTakesTheAnswer(t *testing.T) {
	b := newBank(t)
	b.contact(card.English)
	b.suspect()
	m := b.deliver()
	page := b.get("/phone", "zh-CN")
	require.Contains(t, words(page), "Demo Bank: Card 4477")
	require.Contains(t, page.Body.String(), `<p lang="en">`)
	require.Contains(t, page.Body.String(), "https://bank.example/card/p/", "the app prompt leads to the answer page")
	require.NotContains(t, page.Body.String(), phone.Reveal())

	w := b.post("/phone", "customer", customer, "message", m.ID, "text", "N", "once", "1")
	require.Equal(t, http.StatusSeeOther, w.Code)
	require.Equal(t, alerts.PromptNo, b.state().Prompts[0].State)
	require.True(t, b.state().Cases[0].Blocked)
	require.NotContains(t, b.get("/phone", "zh-CN").Body.String(), "/card/p/", "an answered prompt asks no more")
}

func TestTypedReplyToATextMessageIsParsedAtTheDesk(t *testing.T) {
	b := newBank(t)
	b.contact(card.Chinese)
	b.suspect()
	b.pass(2 * alerts.Defaults().AppWait)
	m := b.deliver()
	require.Equal(t, alerts.SMS, m.Channel)
	b.post("/phone", "customer", customer, "message", m.ID, "text", "不是我", "once", "1")
	require.Equal(t, alerts.PromptNo, b.state().Prompts[0].State)
	require.Equal(t, http.StatusNotFound, b.post("/phone", "customer", customer, "message", "nope", "text", "Y").Code)
	require.Equal(t, http.StatusBadRequest, b.post("/phone", "customer", customer, "message", m.ID, "text", "").Code)
}

func TestOutageSwitchStopsThePhone(t *testing.T) {
	b := newBank(t)
	b.post("/phone/outage", "on", "1")
	require.Equal(t, sandbox.Failing, b.phone.Mode())
	require.Contains(t, words(b.get("/phone", "en")), "Provider outage")
	b.post("/phone/outage", "on", "0")
	require.Equal(t, sandbox.Working, b.phone.Mode())
}

func TestPreferencesAreKeptInCookies(t *testing.T) {
	b := newBank(t)
	w := b.post("/preferences", "lang", "en", "actor", "li.wei", "back", "/queue")
	require.Equal(t, http.StatusSeeOther, w.Code)
	require.Equal(t, "/queue", w.Header().Get("Location"))
	r := request(http.MethodGet, "/", nil)
	for _, c := range w.Result().Cookies() {
		require.True(t, c.HttpOnly)
		require.Equal(t, http.SameSiteStrictMode, c.SameSite)
		r.AddCookie(c)
	}
	page := b.do(r).Body.String()
	require.Contains(t, page, `<html lang="en">`)
	require.Contains(t, page, `value="li.wei"`)
	for _, none := range []string{"<b>", "clock", "customer"} {
		require.Equal(t, http.StatusBadRequest, b.post("/preferences", "actor", none).Code)
	}
}
