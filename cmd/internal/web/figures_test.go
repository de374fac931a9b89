package web_test

import (
	"encoding/csv"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/alerts/figures"
	"github.com/cardwatch/cardwatch/cmd/internal/desktest"
	"github.com/cardwatch/cardwatch/cmd/internal/web"
	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
)

func TestFiguresHaveTheirDefinitionBesideThemAndLeaveAsATableWithoutFormulas(t *testing.T) {
	book, read := figures.New(), true
	at := card.Moment{UnixMilli: 1_772_344_800_000, OffsetMinutes: 480}
	hear := func(customer string, body card.Body) {
		head := body.Meta()
		head.Customer, head.At = customer, at
		book.Hear(body, at)
	}
	cny := card.Currency{'C', 'N', 'Y'}
	hear("a", &card.Customer{Segment: `=HYPERLINK("http://evil")<b>`})
	hear("a", &card.Statement{Account: "a", BalanceMinor: 7_500, Currency: cny})
	hear("b", &card.Statement{Account: "b", BalanceMinor: 2_500, Currency: cny})
	hear("b", &detectors.Collection{Account: "b", Tier: detectors.SevereA, Currency: cny})
	hear("a", &alerts.Conduct{Account: "a", Kind: alerts.ContactRefused, Tier: detectors.Mild, Rules: []alerts.RuleID{alerts.RuleQuietHours}})
	b := newBank(t, func(c *web.Config) {
		c.Figures = func(by figures.Dimension, months int) (figures.Report, bool) { return book.Report(by, months), read }
	})

	en := words(b.get("/figures", "en"))
	for _, want := range []string{
		"2026-03 Overdue rate (above 30 days) Balances of accounts more than 30 days past due ÷ all receivables, at the month's end, by the newest statement; the present month so far 25.0 %",
		"Bad-debt rate", "Quiet hours quiet_hours : 1",
	} {
		require.Contains(t, strings.ReplaceAll(en, "&#39;", "'"), want)
	}
	require.Contains(t, words(b.get("/figures", "zh-CN")), "逾期率（30天以上）")
	segments := b.get("/figures?by=segment&figure=overdue_rate", "en")
	require.NotContains(t, segments.Body.String(), "<b>")
	require.Contains(t, words(segments), "0.0 %")
	require.Contains(t, words(b.get("/figures?by=tier&figure=refused_rate", "en")), "Mild 100.0 %")
	for _, path := range []string{"/figures?by=branch", "/figures?figure=profit", "/figures.csv?by=x"} {
		require.Equal(t, http.StatusNotFound, b.get(path, "en").Code, path)
	}

	w := b.get("/figures.csv?by=segment", "en")
	require.Equal(t, "text/csv; charset=utf-8", w.Header().Get("Content-Type"))
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(w.Body.String(), "\ufeff"))).ReadAll()
	require.NoError(t, err)
	require.Equal(t, []string{"month", "currency", "by", "value", "figure", "numerator", "denominator", "share"}, rows[0])
	require.Equal(t, []string{"2026-03", "CNY", "segment", `'=HYPERLINK("http://evil")<b>`, "overdue_rate", "0", "7500", "0.000000"}, rows[1])

	read = false
	require.Contains(t, words(b.get("/figures", "en")), "not complete yet")
	require.Equal(t, http.StatusServiceUnavailable, b.get("/figures.csv", "en").Code, "half the figures are no figures to take away")
}

func TestAnExperimentIsShownWithItsDefinitionAndStoppedByHand(t *testing.T) {
	at := card.Moment{UnixMilli: 1_772_344_800_000, OffsetMinutes: 480}
	experiments := &desktest.Experiments{
		Now: func() card.Moment { return at }, Figures: figures.New(), Configured: []alerts.Experiment{{
			Name: "by <risk>", Share: 30, From: "2026-03-01", Challenger: alerts.Treatment{Rank: alerts.ByRisk, SelfCurePercent: 90, RemindDays: []int{7, 3}},
		}, {Name: "elsewhere", Share: 10}},
	}
	experiments.Figures.Arms = func(customer string, _ card.Moment) map[string]alerts.Arm {
		return map[string]alerts.Arm{"by <risk>": map[string]alerts.Arm{"a": alerts.Champion, "b": alerts.Challenger}[customer]}
	}
	for _, customer := range []string{"a", "b"} {
		head := card.Head{Customer: customer, At: at}
		experiments.Figures.Hear(&card.Statement{Head: head, Account: customer, BalanceMinor: 1, Currency: card.Currency{'C', 'N', 'Y'}}, at)
		experiments.Figures.Hear(&alerts.Conduct{Head: head, Account: customer, Kind: alerts.ContactSent}, at)
	}
	experiments.Figures.Hear(&alerts.Conduct{Head: card.Head{Customer: "b", At: at}, Account: "b", Kind: alerts.OptedOut}, at)
	b := newBank(t, func(c *web.Config) {
		c.Experiments = experiments
		c.Figures = func(by figures.Dimension, months int) (figures.Report, bool) {
			return experiments.Figures.Report(by, months), true
		}
	})

	page := b.get("/figures?by=arm", "en")
	require.NotContains(t, page.Body.String(), "<risk>")
	en := words(page)
	for _, want := range []string{
		"Newcombe 1998, method 10", "by &lt;risk&gt; Running", "The challenger has 30 % of customers. From 2026-03-01.",
		"Standard line ordered by risk alone. Digital reminders first from a 90 % chance of self-cure. Promises recalled 7, 3 day(s) before.",
		"Opt-outs and requests to stop Refusals of a channel and written requests to stop ÷ accounts contacted, counted monthly 0 / 1 1 / 1 -12.2 % … 100.0 %",
		"elsewhere Running", "What differs is done by the bank&#39;s own systems.",
	} {
		require.Contains(t, en, want)
	}
	require.Contains(t, words(b.get("/figures?by=arm", "zh-CN")), "常规队列排序依据： 违约概率")
	require.NotContains(t, words(b.get("/figures", "en")), "Newcombe", "only where figures are told apart by arm")

	stop := func(fields ...string) int {
		return b.postAs("li.na", "/figures/experiments", append(fields, "once", once(t, b.get("/figures?by=arm", "en")))...).Code
	}
	require.Equal(t, http.StatusConflict, stop("experiment", "by <risk>", "reason", " "), "for no reason")
	require.Contains(t, words(b.get("/figures?by=arm", "en")), "by &lt;risk&gt; Running")
	require.Equal(t, http.StatusSeeOther, stop("experiment", "by <risk>", "reason", "branches are called"))
	require.Contains(t, words(b.get("/figures?by=arm", "en")), "li.na · branches are called")
	require.Contains(t, words(b.get("/figures?by=arm", "zh-CN")), "已停止")
	require.Equal(t, http.StatusConflict, stop("experiment", "by <risk>", "reason", "again"))
}
