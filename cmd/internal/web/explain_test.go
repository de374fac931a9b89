package web_test

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/alerts/explain"
	"github.com/cardwatch/cardwatch/cmd/internal/web"
	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// log is a topic of alerts in memory.
type log struct {
	records []detectors.Alert
	down    bool
	// asked are the customers that searches named.
	asked []string
}

func (l *log) find(_ context.Context, id, customer string) (found []detectors.Alert, err error) {
	l.asked = append(l.asked, customer)
	if l.down {
		return nil, errors.New("dial tcp 10.0.0.7:9092: secret internals")
	}
	for _, a := range l.records {
		if a.AlertID == id {
			found = append(found, a)
		}
	}
	return found, nil
}

func shipped(version string) (*detectors.Rules, bool) {
	rules := detectors.Defaults()
	return &rules, version == rules.Version
}

// explaining is a bank with a case, and a log that holds its alert as it opened.
func explaining(t *testing.T) (b *bank, l *log, caseID string, alert detectors.Alert) {
	l = &log{}
	b = newBank(t, func(c *web.Config) { c.Alert, c.RuleSet = l.find, shipped })
	b.contact(card.Chinese)
	caseID = b.suspect()
	alert = b.state().Cases[0].Alerts[0]
	alert.Customer, alert.Revision = customer, 1
	l.records = []detectors.Alert{alert}
	return b, l, caseID, alert
}

// The API has its explanations from here.
func TestAnAlertIsExplainedForPrograms(t *testing.T) {
	b, _, _, alert := explaining(t)
	e, err := b.web.Explain(t.Context(), alert.AlertID, "")
	require.NoError(t, err)
	require.Equal(t, "Large out-of-town use", e.Title.En)
	require.Equal(t, "4477", e.Card)
	require.NotEmpty(t, e.Facts)
	require.NotEmpty(t, e.Rule.Settings)
	require.Equal(t, "cards.transaction.v1", e.Source.Topic)
	_, err = b.web.Explain(t.Context(), "no-such-alert", "")
	require.ErrorIs(t, err, explain.ErrUnknown)
}

func TestTheCaseTellsWhatDecidedAndLinksToThePage(t *testing.T) {
	b, _, caseID, alert := explaining(t)
	en, zh := b.get("/cases/"+caseID, "en"), b.get("/cases/"+caseID, "zh-CN")
	for _, want := range []string{"away", "cards.transaction.v1[0]@", "alert_at = 50", "One page for a dispute"} {
		require.Contains(t, words(en), want)
	}
	require.Contains(t, words(zh), "检测器参数")
	require.Contains(t, en.Body.String(), `href="/alerts/`+alert.AlertID+`/export?case=`+caseID+`"`)
}

func TestThePageForADisputePrintsAloneAndTellsNoLimits(t *testing.T) {
	b, l, caseID, alert := explaining(t)
	path := "/alerts/" + alert.AlertID + "/export"
	both := b.get(path, "en")
	require.Equal(t, http.StatusOK, both.Code)
	for _, want := range []string{"大额异地", "Large out-of-town use", "••4477", "¥18,800.00"} {
		require.Contains(t, words(both), want)
	}
	style := sha256.Sum256([]byte(explain.Style))
	require.Contains(t, both.Header().Get("Content-Security-Policy"), base64.StdEncoding.EncodeToString(style[:]))
	for _, no := range []string{"<script", "<img", "alert_at", customer, cardID} {
		require.NotContains(t, both.Body.String(), no)
	}
	require.NotContains(t, words(b.get(path+"?lang=en", "zh-CN")), "大额异地")
	require.Equal(t, http.StatusBadRequest, b.get(path+"?lang=fr", "en").Code)
	require.Equal(t, http.StatusNotFound, b.get("/alerts/no-such-alert/export", "en").Code)

	l.asked = nil
	require.Equal(t, http.StatusOK, b.get(path+"?case="+caseID, "en").Code)
	require.Equal(t, []string{customer}, l.asked, "the case leads to the partition")
}

func TestWhatTheDeskHoldsIsExplainedWithoutKafka(t *testing.T) {
	b, l, caseID, alert := explaining(t)
	l.down = true
	path := "/alerts/" + alert.AlertID + "/export"
	require.Equal(t, http.StatusServiceUnavailable, b.get(path, "en").Code)
	require.Equal(t, http.StatusOK, b.get(path+"?case="+caseID, "en").Code)
	require.Equal(t, http.StatusServiceUnavailable, b.get("/alerts/other/export?case="+caseID, "en").Code, "an alert of another case")
}
