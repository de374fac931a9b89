package api_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/alerts/figures"
	"github.com/cardwatch/cardwatch/cmd/internal/api"
	"github.com/cardwatch/cardwatch/cmd/internal/desktest"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// someExperiments are two: one that runs, in which a challenger's customer has complained, and one that is to begin.
func someExperiments(now func() card.Moment) *desktest.Experiments {
	e := &desktest.Experiments{Now: now, Figures: figures.New(), Configured: []alerts.Experiment{
		{Name: "by risk", Share: 50, Challenger: alerts.Treatment{Rank: alerts.ByRisk, SelfCurePercent: 90, RemindDays: []int{7, 1}}, Stop: alerts.StopRule{MinCustomers: 100}},
		{Name: "later", Share: 10, From: "2026-04-01", Stop: alerts.StopRule{MinCustomers: 100}},
	}}
	policy := alerts.Policy{Experiments: e.Configured}
	e.Figures.Arms = policy.ArmsOf
	for i := range 20 {
		head := card.Head{Customer: fmt.Sprint("cust-", i), At: now()}
		account := head.Customer
		e.Figures.Hear(&card.Statement{Head: head, Account: account, BalanceMinor: 100, Currency: card.Currency{'C', 'N', 'Y'}}, now())
		e.Figures.Hear(&alerts.Conduct{Head: head, Account: account, Kind: alerts.ContactSent}, now())
		if e.Configured[0].ArmOf(head.Customer) == alerts.Challenger {
			e.Figures.Hear(&alerts.Conduct{Head: head, Account: account, Kind: alerts.FlagSet, Flag: string(alerts.Complaint)}, now())
		}
	}
	return e
}

func TestExperimentsAreShownWithTheirDefinitionsAndStoppedForGood(t *testing.T) {
	o := newOffice(t)
	list := o.do("r-secret", "GET", "/experiments", "")
	require.Len(t, list["definitions"], 4)
	require.Equal(t, map[string]any{
		"measure": "refused", "name": "Contacts refused by rules", "meaning": "Contacts that a rule refused ÷ contacts made, sent or refused",
	}, list["definitions"].([]any)[3])
	items := list["items"].([]any)
	first := items[0].(map[string]any)
	require.Equal(t, "running", first["state"])
	require.Equal(t, map[string]any{"rank": "risk", "self_cure_percent": 90.0, "remind_days": []any{7.0, 1.0}}, first["challenger"])
	complaints := first["measures"].([]any)[0].(map[string]any)
	require.Zero(t, complaints["champion"])
	require.Equal(t, complaints["challenger_of"], complaints["challenger"], "every customer of the challenger's has complained")
	require.Equal(t, 20.0, complaints["champion_of"].(float64)+complaints["challenger_of"].(float64))
	require.Greater(t, complaints["low"], 0.0)
	later := items[1].(map[string]any)
	require.Equal(t, "pending", later["state"])
	require.Empty(t, later["challenger"])

	o.refused(http.StatusForbidden, "forbidden", "r-secret", "POST", "/experiments/by%20risk/stop", `{"reason":"x"}`)
	o.refused(http.StatusNotFound, "not_found", "a-secret", "POST", "/experiments/nothing/stop", `{"reason":"x"}`)
	for _, body := range []string{`{}`, `{"reason":" "}`, `{"reason":7}`, fmt.Sprintf(`{"reason":"%0501d"}`, 0), `{"reason":"x","until":"y"}`} {
		require.Equal(t, http.StatusBadRequest, o.call("a-secret", "POST", "/experiments/by%20risk/stop", body).Code, body)
	}
	stopped := o.do("d-secret", "POST", "/experiments/by%20risk/stop", `{"reason":"branches are called"}`, "X-Actor", "li", "Idempotency-Key", "s")
	require.Equal(t, "stopped", stopped["state"])
	require.Equal(t, "li", stopped["stopped"].(map[string]any)["by"])
	again := o.do("a-secret", "POST", "/experiments/by%20risk/stop", `{"reason":"me too"}`)
	require.Equal(t, stopped, again, "what has stopped has stopped")
	require.Equal(t, "stopped", o.do("r-secret", "GET", "/experiments", "")["items"].([]any)[0].(map[string]any)["state"])
}

// unread is experiments while the past is still being read.
type unread struct{ *desktest.Experiments }

func (unread) Trials() ([]figures.Trial, bool) { return nil, false }

func TestHalfTheFiguresTellOfNoExperiment(t *testing.T) {
	o := newOffice(t, func(c *api.Config) { c.Experiments = unread{} })
	o.refused(http.StatusServiceUnavailable, "incomplete", "r-secret", "GET", "/experiments", "")
}
