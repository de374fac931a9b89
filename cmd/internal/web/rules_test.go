package web_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/alerts/quality"
	"github.com/cardwatch/cardwatch/cmd/internal/web"
	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/detectors/lifecycle"
	"github.com/cardwatch/cardwatch/stream/wire"
)

// ruleOffice is an office without a broker: acts are applied at once.
type ruleOffice struct {
	*bank
	book    lifecycle.Book
	figures quality.Book
	down    error
	counted bool
	acts    int
}

func newRuleOffice(t *testing.T, fourEyes bool) *ruleOffice {
	o := &ruleOffice{counted: true}
	o.bank = newBank(t, func(c *web.Config) {
		c.Rules = &web.RuleDesk{
			FourEyes: fourEyes,
			Refresh:  func(context.Context) error { return o.down },
			View:     func(look func(*lifecycle.Book)) { look(&o.book) },
			Act:      o.act,
			ReadRules: func(text []byte) (rules detectors.Rules, err error) {
				rules = detectors.Defaults()
				return rules, json.Unmarshal(text, &rules)
			},
			Quality: func() (quality.Report, bool) { return o.figures.Report(o.moment()), o.counted },
		}
	})
	return o
}

func (o *ruleOffice) moment() card.Moment { return card.MomentOf(o.clock()) }

func (o *ruleOffice) act(_ context.Context, e lifecycle.Event) error {
	if o.down != nil {
		return o.down
	}
	if live := o.book.Live(); live != nil && e.Rule != "" {
		e.Set = live.Version
	}
	if r := o.book.Step(e); r != "" {
		return &lifecycle.RefusedError{Why: r, Text: o.book.Explain(&e, r)}
	}
	o.acts++
	return nil
}

// happens lets something be done to a set outside the console.
func (o *ruleOffice) happens(actor, set string, verbs ...lifecycle.Verb) {
	for _, verb := range verbs {
		e := lifecycle.Event{ID: fmt.Sprint(set, verb, o.acts), Set: set, Verb: verb, At: o.moment(), Actor: actor, Evidence: []byte(`{}`)}
		if verb == lifecycle.Submit || verb == lifecycle.Adopt {
			rules := detectors.Defaults()
			rules.Version = set
			rules.Custom = []detectors.CustomRule{{
				ID: "shoe_shops", Version: 3, Owner: "wang", Mode: detectors.RuleLive, Title: detectors.Text{Zh: "鞋店连刷", En: "Shoe shops " + hostile[0]},
			}}
			text, err := json.Marshal(&rules)
			require.NoError(o.t, err)
			e.Text, e.SHA256 = text, set
		}
		require.NoError(o.t, o.act(o.t.Context(), e))
	}
}

// fired lets a rule have opened alerts some days ago, of which so many were fraud.
func (o *ruleOffice) fired(rule detectors.Name, daysAgo, alerts, fraud int) {
	for i := range alerts {
		a := detectors.Alert{
			Head: card.Head{At: o.moment().Add(-time.Duration(daysAgo) * 24 * time.Hour)}, AlertID: fmt.Sprint(rule, daysAgo, i), Revision: 1, Detector: rule,
			Card: fmt.Sprint("card", i), Mode: detectors.Live,
		}
		o.figures.Alert(&a, o.moment())
		verdict := card.Genuine
		if i < fraud {
			verdict = card.Fraud
		}
		o.figures.Feedback(&card.Feedback{Head: card.Head{At: a.At}, AlertID: a.AlertID, Verdict: verdict})
		a.Mode, a.RuleSet = detectors.Shadow, "v2"
		o.figures.Alert(&a, o.moment())
	}
}

func (o *ruleOffice) by(actor string, fields ...string) *httptest.ResponseRecorder {
	form := url.Values{}
	for i := 0; i+1 < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	r := request(http.MethodPost, "/rules", form)
	r.AddCookie(&http.Cookie{Name: "cardwatch_actor", Value: actor})
	r.Header.Set("Accept-Language", "en")
	return o.do(r)
}

func TestRulesPageTellsWhatDecidesAndHowGoodItIs(t *testing.T) {
	o := newRuleOffice(t, true)
	require.Contains(t, words(o.get("/rules", "en")), "No set is live yet")
	o.happens("files@host", "v1", lifecycle.Adopt)
	o.fired("shoe_shops", 3, 50, 5)
	o.fired("shoe_shops", 20, 100, 80)
	o.happens("wang", "v2", lifecycle.Submit, lifecycle.Check, lifecycle.Backtest, lifecycle.Shadow)
	require.Equal(t, http.StatusSeeOther, o.by("li", "verb", "stop", "rule", "large_out_of_town", "note", hostile[0], "once", "1").Code)

	en, zh := o.get("/rules", "en"), o.get("/rules", "zh-CN")
	require.Equal(t, http.StatusOK, en.Code)
	for _, want := range []string{
		"Running set v1 Live since 2026-03-01 02:00 just now Made live by files@host · Taken from files",
		"shoe_shops version 3 Precision has fallen, from 80 % Live wang 0 50 10 % 5/50 57 % 85/150",
		"Large out-of-town use large_out_of_town version", "Stopped · li · just now",
		"shoe_shops v2 50 50 0 50",
		"v2 In shadow wang — Run in shadow · wang · just now",
	} {
		require.Contains(t, html.UnescapeString(words(en)), want)
	}
	for _, want := range []string{"生效的规则集 v1", "鞋店连刷", "准确率下降，此前为 80%", "已停用 · li", "试运行"} {
		require.Contains(t, words(zh), want)
	}
	require.NotContains(t, en.Body.String(), hostile[0], "what people write is shown as text")
}

func TestAuthorsDoNotApproveTheirOwnSets(t *testing.T) {
	o := newRuleOffice(t, true)
	o.happens("files@host", "v1", lifecycle.Adopt)
	o.happens("wang", "v2", lifecycle.Submit, lifecycle.Check, lifecycle.Backtest, lifecycle.Shadow)
	w := o.by("Wang", "verb", "approve", "set", "v2", "once", "1")
	require.Equal(t, http.StatusConflict, w.Code)
	require.Contains(t, words(w), "a second person has to")
	require.Equal(t, lifecycle.InShadow, o.book.Set("v2").State)

	before := o.acts
	for range 2 {
		require.Equal(t, http.StatusSeeOther, o.by("li", "verb", "approve", "set", "v2", "once", "2").Code)
	}
	require.Equal(t, before+1, o.acts, "a form that is sent twice acts once")
	require.Equal(t, "li", o.book.Set("v2").Approver)
	require.Equal(t, http.StatusSeeOther, o.by("wang", "verb", "live", "set", "v2", "once", "3").Code)
	require.Contains(t, words(o.get("/rules", "en")), "Running set v2")
	require.Equal(t, http.StatusSeeOther, o.by("zhao", "verb", "rollback", "set", "v2", "once", "4").Code)
	require.Contains(t, words(o.get("/rules", "en")), "Running set v1")
}

func TestRulesPageOffersOnlyWhatIsPossible(t *testing.T) {
	for name, tt := range map[string]struct {
		fourEyes bool
		verbs    []lifecycle.Verb
		offered  []string
		not      []string
	}{
		"in shadow":                  {true, nil, []string{"approve", "withdraw"}, []string{"live", "rollback", "shadow"}},
		"approved":                   {true, []lifecycle.Verb{lifecycle.Approve}, []string{"live", "withdraw"}, []string{"approve", "rollback"}},
		"live":                       {true, []lifecycle.Verb{lifecycle.Approve, lifecycle.GoLive}, []string{"rollback"}, []string{"approve", "withdraw"}},
		"approved, but files decide": {false, []lifecycle.Verb{lifecycle.Approve}, []string{"withdraw"}, []string{"live", "rollback"}},
	} {
		t.Run(name, func(t *testing.T) {
			o := newRuleOffice(t, tt.fourEyes)
			o.happens("files@host", "v1", lifecycle.Adopt)
			o.happens("wang", "v2", lifecycle.Submit, lifecycle.Check, lifecycle.Backtest, lifecycle.Shadow)
			o.happens("li", "v2", tt.verbs...)
			page := o.get("/rules", "en").Body.String()
			for _, verb := range tt.offered {
				require.Contains(t, page, `name="verb" value="`+verb+`"`)
			}
			for _, verb := range tt.not {
				require.NotContains(t, page, `name="verb" value="`+verb+`"`)
			}
		})
	}
}

func TestRulesPageWithoutABroker(t *testing.T) {
	o := newRuleOffice(t, true)
	o.happens("files@host", "v1", lifecycle.Adopt)
	o.down = errors.New("dial tcp 10.0.0.7:9092: secret internals")
	require.Contains(t, words(o.get("/rules", "en")), "Running set v1", "what is known is shown")
	w := o.by("li", "verb", "stop", "rule", "shoe_shops", "once", "1")
	require.Equal(t, http.StatusServiceUnavailable, w.Code)
	require.NotContains(t, w.Body.String(), "secret internals")
	for _, fields := range [][]string{{"verb", "submit", "set", "v9"}, {"verb", "approve"}, {"verb", "adopt", "set", "v1"}} {
		require.Equal(t, http.StatusBadRequest, o.by("li", fields...).Code, "%v", fields)
	}
	require.Equal(t, http.StatusNotFound, newBank(t).get("/rules", "en").Code, "without a desk there is no page")
}

// A rule that users wrote has its name and its reasons from its author, in the reader's language.
func TestAUsersRuleIsShownInItsAuthorsWords(t *testing.T) {
	b := newBank(t)
	a := detectors.Alert{
		Head: b.head("alert-1"), AlertID: "alert-1", Revision: 1, State: detectors.Open, Detector: "shoe_shops", DetectorVersion: 1, RuleSet: "v1",
		Mode: detectors.Live, Severity: detectors.High, Score: 70, Card: cardID, EventIDs: []string{"event"}, OccurredAt: card.MomentOf(b.clock()),
		Action: detectors.Review, Title: detectors.Text{Zh: "鞋店连刷", En: "Shoe shops"},
		Reasons: []detectors.Reason{
			{Code: "pairs", Value: 7, Limit: 5, Unit: detectors.Uses, Text: detectors.Text{Zh: "一小时内买了7双鞋", En: "7 pairs within an hour"}},
			{Code: "nameless", Value: 9, Limit: 5, Unit: detectors.Uses},
		},
	}
	b.applyDesk(wire.AlertTopic, customer, wire.AppendAlert(nil, &a))
	path := "/cases/" + b.state().Cases[0].ID
	require.Contains(t, words(b.get("/", "zh-CN")), "••4477 鞋店连刷")
	require.Contains(t, words(b.get("/", "en")), "••4477 Shoe shops")
	require.Contains(t, words(b.get(path, "zh-CN")), "一小时内买了7双鞋")
	for _, want := range []string{"Shoe shops High", "7 pairs within an hour", "nameless: 9 times (limit 5 times)", "Opened · Monitor Shoe shops"} {
		require.Contains(t, words(b.get(path, "en")), want)
	}
}
