package web_test

import (
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/alerts/plan"
	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/stream/wire"
)

// owes tells the desk that the account is watched before its due date, and what is owed on it.
func (b *bank) owes(minor int64) {
	c := detectors.Collection{
		Head: b.head("collection-" + b.clock().String()), Account: overdueAccount, Tier: detectors.Watch, BalanceMinor: minor, Currency: cny, MissProbability: 0.4,
	}
	b.applyDesk(wire.CollectionTopic, customer, wire.AppendCollection(nil, &c))
}

// offered is a bank whose monitor has found a bill of 6,000 yuan that may be hard to pay, and the page that the message about it leads to.
func offered(t *testing.T, lang card.Language) (*bank, string) {
	b := newBank(t)
	b.at(10)
	b.contact(lang)
	b.owes(600_000)
	found := detectors.Alert{
		Head: b.head("a-1"), AlertID: "a-1", Revision: 1, State: detectors.Open, Mode: detectors.Live, Detector: "repayment_stress", DetectorVersion: 1,
		RuleSet: "test", Severity: detectors.Medium, Score: 40, Account: overdueAccount, Action: detectors.OfferInstalment,
		OccurredAt: card.MomentOf(b.clock()),
		Reasons:    []detectors.Reason{{Code: "min_due_open", Value: 60_000, Unit: detectors.Minor}, {Code: "late_months_3", Value: 2, Unit: detectors.Months}},
	}
	b.applyDesk(wire.AlertTopic, customer, wire.AppendAlert(nil, &found))
	desk := b.state()
	require.Len(t, desk.Messages, 1)
	return b, b.pathOf(b.web.LinkOf(desk, &desk.Messages[0]))
}

func (b *bank) pathOf(address string) string {
	u, err := url.Parse(address)
	require.NoError(b.t, err)
	require.True(b.t, strings.HasPrefix(u.Path, "/card/p/instalment/"), address)
	return strings.TrimPrefix(u.Path, "/card")
}

func (b *bank) instalment() *plan.Instalment { return b.state().Instalment(overdueAccount) }

const twelve = "?principal=6000&months=12&lang=en"

// hidden is what a page's forms hold, by name.
func hidden(page *httptest.ResponseRecorder) map[string]string {
	held := map[string]string{}
	for _, field := range regexp.MustCompile(`<input type="hidden" name="([^"]+)" value="([^"]*)"`).FindAllStringSubmatch(page.Body.String(), -1) {
		if _, first := held[field[1]]; !first {
			held[field[1]] = html.UnescapeString(field[2])
		}
	}
	return held
}

// apply applies for twelve parts with the interest paid monthly.
func (b *bank) apply(link string) *httptest.ResponseRecorder {
	page := b.get(link+twelve, "en")
	held := hidden(page)
	return b.post(link+"?lang=en", "verb", "instalment_apply", "once", once(b.t, page), "principal", held["principal"], "months", held["months"], "way", "monthly",
		"shown_monthly", held["shown_monthly"], "shown_up_front", held["shown_up_front"])
}

func TestTheMessageLeadsToTheOfferAndTheOfferToAnInstalment(t *testing.T) {
	b, link := offered(t, card.English)
	page := b.get(link, "zh-CN")
	require.Equal(t, http.StatusOK, page.Code)
	for _, want := range []string{"Pay this bill in instalments?", "••7781", "¥6,000.00", "Ask a person", "I do not want it", "Minimum payment still open", "Late months of three"} {
		require.Contains(t, words(page), want)
	}
	require.NotContains(t, page.Body.String(), "<script")
	require.NotContains(t, page.Body.String(), customer)
	require.NotContains(t, page.Body.String(), "checked", "nothing is chosen beforehand")
	overview := page.Body.String()
	require.Less(t, strings.Index(overview, "Cost a year"), strings.Index(overview, "Total interest"))

	costs := b.get(link+twelve, "en")
	require.Equal(t, http.StatusOK, costs.Code)
	require.Contains(t, words(costs), "¥6,432.00", "36 yuan of interest a month on 6,000")
	require.NotContains(t, costs.Body.String(), "checked")
	require.Less(t, strings.Index(costs.Body.String(), "Cost a year (compounded"), strings.Index(costs.Body.String(), "Total payable"))
	require.Equal(t, 2, strings.Count(costs.Body.String(), `type="radio"`), "both ways to pay the interest")

	applied := b.apply(link)
	require.Equal(t, http.StatusSeeOther, applied.Code, words(applied))
	require.NotContains(t, applied.Header().Get("Location"), "/", "a proxy may have put the page into a folder")
	require.Equal(t, plan.InstalmentApplied, b.instalment().State)

	asks := b.get(link, "en")
	require.Contains(t, words(asks), "Do you agree to this instalment?")
	require.NotContains(t, asks.Body.String(), "checked")
	held := hidden(asks)
	unticked := b.post(link+"?lang=en", "verb", "instalment_consent", "once", held["once"], "shown", held["shown"])
	require.Equal(t, http.StatusUnprocessableEntity, unticked.Code)
	require.Contains(t, words(unticked), "Tick the box if you agree.")
	require.Equal(t, plan.InstalmentApplied, b.instalment().State)

	for range 2 { // a double tap
		require.Equal(t, http.StatusSeeOther, b.post(link, "verb", "instalment_consent", "once", held["once"], "shown", held["shown"], "agree", "yes").Code)
	}
	require.Equal(t, plan.InstalmentConsented, b.instalment().State)
	require.NotEqual(t, b.instalment().Consent.Application, b.instalment().Consent.Separate)
	require.Contains(t, words(b.get(link, "en")), "We are booking it.")
}

// What is not shown, not chosen or not possible is not applied for, and the page says which.
func TestAnApplicationThatCannotBe(t *testing.T) {
	b, link := offered(t, card.English)
	held := hidden(b.get(link+twelve, "en"))
	for name, tt := range map[string]struct {
		change []string
		status int
		says   string
	}{
		"no way chosen":           {[]string{"way", ""}, http.StatusUnprocessableEntity, "choose how the interest is paid"},
		"the cost not shown":      {[]string{"shown_monthly", ""}, http.StatusConflict, "The cost a year and in all has to be shown to the customer first"},
		"another cost shown":      {[]string{"shown_monthly", held["shown_up_front"]}, http.StatusConflict, "The cost is not what was shown"},
		"more than is owed":       {[]string{"principal", "6000.01"}, http.StatusUnprocessableEntity, "more than is owed and not in instalments yet"},
		"sixty-one months":        {[]string{"months", "61"}, http.StatusUnprocessableEntity, "CN-INST-4"},
		"no amount":               {[]string{"principal", "much"}, http.StatusUnprocessableEntity, "give a number"},
		"consent before applying": {[]string{"verb", "instalment_consent", "agree", "yes", "shown", held["shown_monthly"]}, http.StatusConflict, "Not possible"},
	} {
		fields := append([]string{"verb", "instalment_apply", "once", name, "principal", held["principal"], "months", held["months"], "way", "monthly",
			"shown_monthly", held["shown_monthly"]}, tt.change...)
		w := b.post(link+"?lang=en", fields...)
		require.Equal(t, tt.status, w.Code, name)
		require.Contains(t, html.UnescapeString(words(w)), tt.says, name)
		require.Equal(t, plan.InstalmentOffered, b.instalment().State, name)
	}
	require.Equal(t, http.StatusBadRequest, b.post(link, "verb", "instalment_book", "once", "1").Code, "what the bank does is not the page's")
	require.Empty(t, b.published)
}

// What is in instalments already is not put into instalments again: the page reckons the rest of the bill alone.
func TestTheOfferLeavesOutWhatIsInInstalments(t *testing.T) {
	b, link := offered(t, card.English)
	c := detectors.Collection{
		Head: b.head("collection-divided"), Account: overdueAccount, Tier: detectors.Watch, BalanceMinor: 600_000, InstalmentMinor: 100_000, RateBps: 1460, Currency: cny,
	}
	b.applyDesk(wire.CollectionTopic, customer, wire.AppendCollection(nil, &c))
	page := b.get(link, "en")
	require.Contains(t, words(page), "Not in instalments yet ¥5,000.00")
	require.Contains(t, page.Body.String(), `name="principal" value="5000.00"`)
	require.Equal(t, http.StatusUnprocessableEntity, b.get(link+"?principal=5000.01&months=12", "en").Code)
	require.Equal(t, http.StatusOK, b.get(link+"?principal=5000&months=12", "en").Code)
	require.Contains(t, words(b.get("/account?customer="+customer+"&account="+overdueAccount, "en")), "Interest a year 14.60%")
}

// A no needs one tap, at any time until it is booked, and keeps further offers away for a while; for good when the customer says so.
func TestARefusalIsEasyAndAPersonIsAtHand(t *testing.T) {
	b, link := offered(t, card.English)
	require.Equal(t, http.StatusSeeOther, b.post(link, "verb", "instalment_person", "once", "p").Code)
	require.True(t, b.instalment().Person)
	require.Contains(t, words(b.get(link, "en")), "One of our staff will contact you about it.")
	require.Regexp(t, "••7781 .*Customer wants a person", words(b.get("/queue?line=flexible", "en")), "somebody sees it")
	require.Contains(t, words(b.get("/account?customer="+customer+"&account="+overdueAccount, "en")), "Customer wants a person")

	require.Equal(t, http.StatusSeeOther, b.apply(link).Code)
	require.Equal(t, http.StatusSeeOther, b.post(link, "verb", "instalment_refuse", "once", "r").Code)
	require.Equal(t, plan.InstalmentRefused, b.instalment().State)
	refused := b.get(link, "en")
	require.Equal(t, http.StatusGone, refused.Code)
	require.Contains(t, words(refused), "We do not offer you one again for three months")
	require.NotContains(t, words(refused), "¥", "what is over is nobody's business")

	require.Equal(t, http.StatusSeeOther, b.post(link, "verb", "restrict", "once", "o").Code)
	require.True(t, b.state().OffersStopped())
	require.Contains(t, words(b.get(link, "en")), "You get no more such offers from us.")
	require.Equal(t, http.StatusSeeOther, b.post(link, "verb", "lift_restriction", "once", "l").Code)
	require.False(t, b.state().OffersStopped())
}

func TestAnOffersPageChangesNothingByBeingRead(t *testing.T) {
	b, link := offered(t, card.Chinese)
	before := b.state()
	for _, target := range []string{link, link + twelve, link + "?change=1"} {
		require.Equal(t, http.StatusOK, b.do(request(http.MethodHead, target, nil)).Code)
		require.Equal(t, http.StatusOK, b.get(target, "en").Code)
	}
	require.Contains(t, words(b.get(link, "en")), "需要将本期账单分期吗？", "the customer's language, not the visitor's")
	require.Contains(t, words(b.get(link+"?lang=en", "zh-CN")), "Pay this bill in instalments?")
	require.Equal(t, before, b.state())
	require.Empty(t, b.published)
}

func TestAnOffersLinkEndsButNeverForANo(t *testing.T) {
	b, link := offered(t, card.English)
	require.Equal(t, http.StatusSeeOther, b.apply(link).Code)
	shown := hidden(b.get(link, "en"))["shown"]
	require.Equal(t, http.StatusSeeOther, b.post(link, "verb", "instalment_consent", "once", "c", "shown", shown, "agree", "yes").Code)
	b.pass(50*24*time.Hour + time.Minute) // twenty days of the offer, a bill more
	ended := b.get(link, "en")
	require.Equal(t, http.StatusGone, ended.Code)
	require.Contains(t, words(ended), "This link has ended.")
	require.NotContains(t, words(ended), "6,000")
	require.Equal(t, http.StatusGone, b.post(link, "verb", "instalment_consent", "once", "late", "shown", shown, "agree", "yes").Code)
	require.Equal(t, http.StatusSeeOther, b.post(link, "verb", "instalment_refuse", "once", "r").Code)
	require.Equal(t, plan.InstalmentRefused, b.instalment().State)
}

func TestAPaidBillHasNothingToPutIntoInstalments(t *testing.T) {
	b, link := offered(t, card.English)
	held := hidden(b.get(link+twelve, "en"))
	gone := detectors.Collection{Head: b.head("collection-2"), Account: overdueAccount, Currency: cny}
	b.applyDesk(wire.CollectionTopic, customer, wire.AppendCollection(nil, &gone))
	require.Contains(t, words(b.get(link, "en")), "There is nothing left to put into instalments.")
	w := b.post(link, "verb", "instalment_apply", "once", "1", "principal", "6000", "months", "12", "way", "monthly", "shown_monthly", held["shown_monthly"])
	require.Equal(t, http.StatusUnprocessableEntity, w.Code)
}

func TestAnAnswerThatTheDeskIsSlowToHearIsAcknowledged(t *testing.T) {
	b, link := offered(t, card.English)
	b.deskBehind = true
	w := b.post(link, "verb", "instalment_refuse", "once", "1")
	require.Equal(t, http.StatusAccepted, w.Code)
	require.Contains(t, words(w), "We have your answer")
}

func TestALinkForOnePurposeIsNoneForAnother(t *testing.T) {
	b, link := offered(t, card.English)
	b.suspect()
	token := func(path string) string { return path[strings.LastIndex(path, "/")+1:] }
	require.Equal(t, http.StatusNotFound, b.get("/p/"+token(link), "en").Code)
	require.Equal(t, http.StatusNotFound, b.get("/p/instalment/"+token(b.link()), "en").Code)
	require.Equal(t, http.StatusNotFound, b.get(link[:len(link)-8]+"AAAAAAAA", "en").Code)
	old := httptest.NewRequest(http.MethodPost, link, strings.NewReader("verb=instalment_refuse&once=1"))
	old.Host = "bank.example"
	old.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	old.Header.Set("Origin", "null")
	require.Equal(t, http.StatusSeeOther, b.do(old).Code, "old web views send no origin")
}

func TestTheTelephoneShowsTheWayToTheOffer(t *testing.T) {
	b, link := offered(t, card.English)
	m := b.deliver()
	require.Equal(t, alerts.InstalmentOffer, m.Template)
	phone := b.get("/phone?customer="+customer, "en")
	require.Contains(t, words(phone), "Open the offer")
	require.Contains(t, phone.Body.String(), link[:len(link)-8])
}
