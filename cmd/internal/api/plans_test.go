package api_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
	topics "github.com/cardwatch/cardwatch/stream/wire"
)

// offered is an office whose debtor has been offered the first plan that the quote proposes, and that plan.
func offered(t *testing.T) (o *office, path string, plan map[string]any) {
	o, path = indebted(t, 10)
	quote := o.do("r-secret", "POST", path+"/plan/quote", `{"income_minor":600000,"essentials_minor":250000,"job":"employed"}`)
	best := quote["items"].([]any)[0].(map[string]any)
	require.Equal(t, true, best["feasible"], best)
	terms, err := json.Marshal(best["terms"])
	require.NoError(t, err)
	plan = o.do("a-secret", "POST", path+"/plan/acts", `{"verb":"plan_offer","terms":`+string(terms)+`}`, "Idempotency-Key", "offer-1")
	require.Equal(t, best["terms"], plan["terms"])
	require.Equal(t, best["figures"], plan["figures"])
	return o, path, plan
}

// agreedTo is a contract with all that Art. 70 asks for, made over the telephone.
func agreedTo(plan map[string]any) string {
	charges := "none"
	if plan["figures"].(map[string]any)["interest_minor"].(float64) > 0 {
		charges = "interest"
	}
	return `{"charges":["` + charges + `"],"no_new_card":true,"rights":"terms-3","breach":"terms-3","other_terms":"none","ability_exceeded":true,` +
		`"willing":true,"form":"oral","recording":"rec-2026-0042"}`
}

func TestAPlanIsQuotedOfferedAndSigned(t *testing.T) {
	o, path, plan := offered(t)
	require.Equal(t, "offered", plan["state"])
	require.Equal(t, []any{"plan_sign", "plan_decline"}, plan["acts"])
	require.Equal(t, []any{"charges", "no_new_card", "rights_and_breach", "other_matters", "ability_exceeded", "willingness", "form"}, plan["missing"])

	signed := o.do("a-secret", "POST", path+"/plan/acts", `{"verb":"plan_sign","contract":`+agreedTo(plan)+`}`)
	require.Equal(t, "signed", signed["state"])
	require.Empty(t, signed["missing"])
	require.Equal(t, plan["plan_id"], signed["plan_id"])
	require.Equal(t, plan["lines"], signed["lines"])
	require.Equal(t, "rec-2026-0042", signed["contract"].(map[string]any)["recording"])
	account := o.do("r-secret", "GET", path, "")
	require.Equal(t, "planned", account["rest"], "collecting stops with the signature")
	problem := o.refused(http.StatusConflict, "contact_rules", "a-secret", "POST", path+"/acts", `{"verb":"contact_reserve","contact":{"channel":"call"}}`)
	require.Contains(t, problem["rules"], "CN-ART70-STOP")
}

func TestMeansAreNotKept(t *testing.T) {
	o, _, _ := offered(t)
	desk, err := o.View.Desk(debtor)
	require.NoError(t, err)
	require.NotContains(t, string(desk.AppendBinary(nil)), "employed")
}

// What is left out, one after the other, is named and signs nothing.
func TestAContractThatLacksWhatTheLawAsksIsNotSigned(t *testing.T) {
	o, path, plan := offered(t)
	whole := agreedTo(plan)
	for out, want := range map[string]string{
		`"no_new_card":true,`: "no_new_card", `"rights":"terms-3",`: "rights_and_breach", `"breach":"terms-3",`: "rights_and_breach",
		`"other_terms":"none",`: "other_matters", `"ability_exceeded":true,`: "ability_exceeded", `"willing":true,`: "willingness",
		`,"recording":"rec-2026-0042"`: "recording", `"form":"oral",`: "form",
	} {
		lacking := strings.Replace(whole, out, "", 1)
		require.NotEqual(t, whole, lacking, out)
		problem := o.refused(http.StatusConflict, "plan_incomplete", "a-secret", "POST", path+"/plan/acts", `{"verb":"plan_sign","contract":`+lacking+`}`)
		require.Equal(t, []any{want}, problem["missing"], out)
	}
	problem := o.refused(http.StatusConflict, "plan_incomplete", "a-secret", "POST", path+"/plan/acts", `{"verb":"plan_sign"}`)
	require.Equal(t, plan["missing"], problem["missing"])
	require.Equal(t, "offered", o.do("r-secret", "GET", path+"/plan", "")["state"])
}

func TestABrokenPlanIsReviewedByAPerson(t *testing.T) {
	o, path, plan := offered(t)
	act := func(body string) map[string]any {
		return o.do("d-secret", "POST", path+"/plan/acts", body, "X-Actor", "li")
	}
	act(`{"verb":"plan_sign","contract":` + agreedTo(plan) + `}`)
	o.refused(http.StatusConflict, "wrong_state", "d-secret", "POST", path+"/plan/acts", `{"verb":"plan_review"}`, "X-Actor", "li")
	o.Pass(40 * 24 * time.Hour) // the first payment is missed
	broken := o.do("r-secret", "GET", path+"/plan", "")
	require.Equal(t, "breached", broken["state"])
	require.InDelta(t, 1, broken["breaches"], 0)
	require.Equal(t, []any{"plan_review"}, broken["acts"])
	require.Equal(t, []any{"plan_continue", "plan_renegotiate", "plan_terminate"}, act(`{"verb":"plan_review"}`)["acts"])
	o.refused(http.StatusBadRequest, "bad_argument", "d-secret", "POST", path+"/plan/acts", `{"verb":"plan_terminate"}`, "X-Actor", "li")
	going := act(`{"verb":"plan_continue","note":"was in hospital"}`)
	require.Equal(t, "continued", going["state"])
	require.Equal(t, "was in hospital", going["reason"])
	require.Positive(t, going["carried_minor"])
}

// Two agents with one customer on two telephones: the second is told that what they read has changed. A repeated request acts once.
func TestAPlanIsSignedAsItWasRead(t *testing.T) {
	o, path, plan := offered(t)
	tag := o.call("r-secret", "GET", path+"/plan", "").Header().Get("ETag")
	require.Equal(t, http.StatusNotModified, o.call("r-secret", "GET", path+"/plan", "", "If-None-Match", tag).Code)
	sign := `{"verb":"plan_sign","contract":` + agreedTo(plan) + `}`
	for range 2 {
		signed := o.do("a-secret", "POST", path+"/plan/acts", sign, "If-Match", tag, "Idempotency-Key", "sign-1")
		require.Equal(t, "signed", signed["state"])
	}
	require.Len(t, o.Records(topics.CommandTopic), 2, "the offer and the signature")
	o.refused(http.StatusPreconditionFailed, "stale", "a-secret", "POST", path+"/plan/acts", `{"verb":"plan_decline"}`, "If-Match", tag)
	o.refused(http.StatusUnprocessableEntity, "idempotency_key_reused", "a-secret", "POST", path+"/plan/acts", `{"verb":"plan_decline"}`, "Idempotency-Key", "sign-1")
	o.refused(http.StatusConflict, "wrong_state", "a-secret", "POST", path+"/plan/acts", `{"verb":"plan_decline"}`)
}

func TestBadActsOnPlansAreRefused(t *testing.T) {
	o, path := indebted(t, 10)
	acts := path + "/plan/acts"
	o.refused(http.StatusPreconditionFailed, "stale", "a-secret", "POST", acts, `{"verb":"plan_sign"}`, "If-Match", "*")
	for _, tt := range []struct {
		status     int
		code, body string
	}{
		{400, "invalid", `{}`},
		{400, "invalid", `{"verb":"claim"}`},
		{400, "invalid", `{"verb":"plan_offer"}`},
		{400, "invalid", `{"verb":"plan_sign","terms":{"kind":"equal"}}`},
		{400, "invalid", `{"verb":"plan_sign","contract":{"charges":["none","interest"]}}`},
		{400, "invalid", `{"verb":"plan_sign","contract":{"charges":["interest","interest"]}}`},
		{400, "invalid", `{"verb":"plan_sign","contract":{"charges":["postage"]}}`},
		{400, "invalid", `{"verb":"plan_sign","contract":{"form":"handshake"}}`},
		{400, "invalid", `{"verb":"plan_sign","contract":{"recording":"` + strings.Repeat("r", 65) + `"}}`},
		{400, "invalid", `{"verb":"plan_sign","contract":{"rights":"` + strings.Repeat("权", 201) + `"}}`},
		{400, "unknown_field", `{"verb":"plan_sign","contract":{"signed":true}}`},
		{400, "invalid", `{"verb":"plan_offer","terms":{"kind":"equal","first_due_at":"tomorrow"}}`},
		{400, "bad_argument", `{"verb":"plan_offer","terms":{"kind":"barter","principal_minor":100}}`},
		{400, "bad_argument", `{"verb":"plan_offer","terms":{"kind":"equal","principal_minor":9000000000000000000,"months":12,"first_due_at":"2026-09-01T10:00:00+08:00"}}`},
		{400, "bad_argument", `{"verb":"plan_offer","terms":{"kind":"equal","principal_minor":100,"months":999999999999,"first_due_at":"2026-09-01T10:00:00+08:00"}}`},
		{409, "no_plan", `{"verb":"plan_sign"}`},
	} {
		o.refused(tt.status, tt.code, "a-secret", "POST", acts, tt.body)
	}
	for _, body := range []string{`{"income_minor":-1}`, `{"dependants":21}`, `{"job":"king"}`, `{"recovery_months":61}`, `{"savings_minor":1000000000001}`} {
		o.refused(http.StatusBadRequest, "invalid", "r-secret", "POST", path+"/plan/quote", body)
	}
	require.Equal(t, http.StatusForbidden, o.call("r-secret", "POST", acts, `{"verb":"plan_sign"}`).Code)
	require.Equal(t, http.StatusForbidden, o.call("p-secret", "GET", path+"/plan", "").Code)
	require.Equal(t, http.StatusNotFound, o.call("r-secret", "GET", path+"/plan", "").Code)
	require.Equal(t, http.StatusNotFound, o.call("r-secret", "GET", "/customers/nobody/accounts/none/plan", "").Code)
	require.Equal(t, http.StatusNotFound, o.call("r-secret", "POST", "/customers/nobody/accounts/none/plan/quote", `{}`).Code)
	require.Empty(t, o.Records(topics.CommandTopic))
}

// An account whose plan has brought it back into order is in no queue any more; its plan can still break, and be looked at.
func TestAPlanOutlivesItsPlaceInTheQueue(t *testing.T) {
	o, path, plan := offered(t)
	o.do("a-secret", "POST", path+"/plan/acts", `{"verb":"plan_sign","contract":`+agreedTo(plan)+`}`)
	o.leaveQueue()
	require.Equal(t, http.StatusNotFound, o.call("r-secret", "GET", path, "").Code)
	o.Pass(40 * 24 * time.Hour)
	require.Equal(t, "under_review", o.do("a-secret", "POST", path+"/plan/acts", `{"verb":"plan_review"}`)["state"])
}

// leaveQueue brings the debtor's account back into order.
func (o *office) leaveQueue() {
	c := detectors.Collection{Head: card.Head{ID: "c-2", Customer: debtor, At: o.Now()}, Account: debt, Currency: card.Currency{'C', 'N', 'Y'}}
	require.NoError(o.t, o.Publish(o.t.Context(), topics.CollectionTopic, debtor, topics.AppendCollection(nil, &c)))
}
