package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const quoted = "?kind=bill&amount_minor=600000&months=12"

// shown are the figures of the quote for one way to pay the interest, as a call sends them back.
func shown(t *testing.T, instalment map[string]any, way string) string {
	for _, q := range instalment["quotes"].([]any) {
		if q := q.(map[string]any); q["interest_paid"] == way {
			return fmt.Sprintf(`"interest_paid":%q,"shown_annual_ppm":%.0f,"shown_interest_minor":%.0f,"shown_payable_minor":%.0f`,
				way, q["annual_ppm"], q["interest_minor"], q["payable_minor"])
		}
	}
	t.Fatal("no quote for ", way)
	return ""
}

func applying(figures string) string {
	return `{"verb":"instalment_apply","kind":"bill","amount_minor":600000,"months":12,"reference":"app-1",` + figures
}

// A customer in the bank's app sees the cost, applies, and consents in a step of its own; the bank books it.
func TestACustomerTakesUpAnInstalmentInTheApp(t *testing.T) {
	o, path := indebted(t, 10)
	path += "/instalment"
	require.Equal(t, "none", o.do("p-secret", "GET", path, "")["state"])
	offered := o.do("a-secret", "POST", path+"/acts", `{"verb":"instalment_offer"}`)
	require.Equal(t, "offered", offered["state"])

	quote := o.call("p-secret", "GET", path+quoted, "").Body.String()
	require.Less(t, strings.Index(quote, `"annual_ppm"`), strings.Index(quote, `"interest_minor"`), "the cost a year comes first")
	var answer map[string]any
	require.NoError(t, json.Unmarshal([]byte(quote), &answer))
	require.Len(t, answer["quotes"], 2, "both ways, neither chosen")
	figures := shown(t, answer, "monthly")
	applied := o.do("p-secret", "POST", path+"/answer", applying(figures)+`}`)
	require.Equal(t, "applied", applied["state"])
	require.EqualValues(t, 643_200, applied["terms"].(map[string]any)["payable_minor"], "36 yuan of interest a month on 6,000")

	o.refused(http.StatusConflict, "not_separate", "p-secret", "POST", path+"/answer", `{"verb":"instalment_consent","reference":"app-1",`+figures+`}`)
	for range 2 {
		consented := o.do("p-secret", "POST", path+"/answer", `{"verb":"instalment_consent","reference":"yes-1",`+figures+`}`, "Idempotency-Key", "consent-1")
		require.Equal(t, "consented", consented["state"])
	}
	require.Equal(t, "active", o.do("a-secret", "POST", path+"/acts", `{"verb":"instalment_book","reference":"con-1"}`)["state"])
	again := o.refused(http.StatusConflict, "instalment_again", "a-secret", "POST", path+"/acts", `{"verb":"instalment_offer"}`)
	require.Equal(t, []any{"CN-INST-2"}, again["rules"])
	require.Equal(t, "active", o.do("r-secret", "GET", strings.TrimSuffix(path, "/instalment"), "")["instalment"])
}

func TestARefusalNeedsNothingButItsVerb(t *testing.T) {
	o, path := indebted(t, 10)
	o.do("a-secret", "POST", path+"/instalment/acts", `{"verb":"instalment_offer"}`)
	o.do("a-secret", "POST", path+"/acts", `{"verb":"claim"}`)
	require.Equal(t, "refused", o.do("p-secret", "POST", path+"/instalment/answer", `{"verb":"instalment_refuse"}`)["state"])
}

// A customer asks for an instalment of their own accord, for a person, and for no more offers; staff see all three.
func TestWhatACustomerAsksInTheApp(t *testing.T) {
	o, path := indebted(t, 10)
	say := func(verb string) map[string]any {
		return o.do("p-secret", "POST", path+"/instalment/answer", `{"verb":"`+verb+`"}`)
	}
	o.refused(http.StatusConflict, "no_instalment", "p-secret", "POST", path+"/instalment/answer", `{"verb":"instalment_person"}`)
	require.Equal(t, "offered", say("instalment_offer")["state"])
	require.Equal(t, true, say("instalment_person")["person_asked"])
	require.Equal(t, "flexible", o.do("r-secret", "GET", path, "")["line"])
	require.Equal(t, true, say("no_offers")["offers_stopped"])
	require.Equal(t, "no_offers", o.do("r-secret", "GET", path, "")["restrictions"].([]any)[0].(map[string]any)["kind"])
	require.Equal(t, false, say("offers")["offers_stopped"])
	o.refused(http.StatusBadRequest, "invalid", "a-secret", "POST", path+"/instalment/acts", `{"verb":"no_offers"}`)
	withdrawn := o.do("a-secret", "POST", path+"/instalment/acts", `{"verb":"instalment_withdraw"}`)
	require.Equal(t, false, withdrawn["person_asked"], "a person is at it")
	require.Equal(t, []any{"instalment_offer"}, withdrawn["acts"])
}

// An account that is paid is in no queue any more; what was agreed about it is still to be seen and booked.
func TestAnInstalmentOutlivesItsPlaceInTheQueue(t *testing.T) {
	o, path := indebted(t, 10)
	path += "/instalment"
	o.do("a-secret", "POST", path+"/acts", `{"verb":"instalment_offer"}`)
	figures := shown(t, o.do("a-secret", "GET", path+quoted, ""), "monthly")
	o.do("p-secret", "POST", path+"/answer", applying(figures)+`}`)
	o.do("p-secret", "POST", path+"/answer", `{"verb":"instalment_consent","reference":"yes-1",`+figures+`}`)
	o.leaveQueue()
	require.Equal(t, []any{"instalment_book", "instalment_refuse", "instalment_withdraw"}, o.do("r-secret", "GET", path, "")["acts"])
	require.Equal(t, "active", o.do("a-secret", "POST", path+"/acts", `{"verb":"instalment_book","reference":"con-1"}`)["state"])
}

func TestInstalmentsThatAreRefusedNameTheirRule(t *testing.T) {
	o, path := indebted(t, 10)
	path += "/instalment"
	o.refused(http.StatusConflict, "no_instalment", "a-secret", "POST", path+"/acts", `{"verb":"instalment_refuse"}`)
	o.do("a-secret", "POST", path+"/acts", `{"verb":"instalment_offer"}`)
	figures := shown(t, o.do("a-secret", "GET", path+quoted, ""), "monthly")
	changed := strings.Replace(figures, `"shown_annual_ppm":1`, `"shown_annual_ppm":2`, 1)
	for _, tt := range []struct{ token, to, body, code, rule string }{
		{"p-secret", "/answer", applying(changed) + `}`, "cost_changed", "CN-FEE"},
		{"p-secret", "/answer", applying(`"interest_paid":"monthly"`) + `}`, "cost_not_shown", "CN-FEE"},
		{"a-secret", "/acts", applying(figures) + `}`, "not_the_customer", "CN-INST-1"},
		{"a-secret", "/acts", strings.Replace(applying(figures), `"bill"`, `"cash"`, 1) + `,"by_customer":true}`, "cash_elsewhere", "CN-INST-4"},
		{"p-secret", "/answer", strings.Replace(applying(figures), `"months":12`, `"months":61`, 1) + `}`, "terms_refused", "CN-INST-4"},
		{"p-secret", "/answer", applying(figures) + `,"of_instalment":true}`, "instalment_again", "CN-INST-2"},
	} {
		problem := o.refused(http.StatusConflict, tt.code, tt.token, "POST", path+tt.to, tt.body)
		require.Equal(t, []any{tt.rule}, problem["rules"], tt.code)
	}
	cash := o.refused(http.StatusConflict, "terms_refused", "p-secret", "GET", path+"?kind=cash&amount_minor=5000001&months=25", "")
	require.Equal(t, []any{"CN-INST-4", "CN-INST-4"}, cash["rules"])

	o.do("a-secret", "POST", path+"/acts", applying(figures)+`,"by_customer":true}`)
	oral := `{"verb":"instalment_consent","reference":"yes-1","by_customer":true,"form":"oral",` + figures
	o.refused(http.StatusConflict, "no_recording", "a-secret", "POST", path+"/acts", oral+`}`)
	o.Pass(20 * 24 * time.Hour)
	o.refused(http.StatusConflict, "wrong_state", "a-secret", "POST", path+"/acts", oral+`,"recording":"rec-1"}`)
	require.Equal(t, "lapsed", o.do("r-secret", "GET", path, "")["state"])
	require.Equal(t, "offered", o.do("a-secret", "POST", path+"/acts", `{"verb":"instalment_offer"}`)["state"])
}

func TestAnInstalmentThatHasChangedIsReadAgain(t *testing.T) {
	o, path := indebted(t, 10)
	path += "/instalment"
	before := o.call("a-secret", "GET", path, "").Header().Get("ETag")
	require.NotEmpty(t, before)
	require.Equal(t, before, o.call("a-secret", "GET", path+quoted, "").Header().Get("ETag"), "a quote is of no state")
	for range 2 { // the repetition of what was done is no reason to refuse
		o.do("a-secret", "POST", path+"/acts", `{"verb":"instalment_offer"}`, "If-Match", before, "Idempotency-Key", "k")
	}
	o.refused(http.StatusPreconditionFailed, "stale", "a-secret", "POST", path+"/acts", `{"verb":"instalment_withdraw"}`, "If-Match", before)
	now := o.call("a-secret", "GET", path, "").Header().Get("ETag")
	require.Equal(t, http.StatusNotModified, o.call("a-secret", "GET", path, "", "If-None-Match", now).Code)
	require.Equal(t, "withdrawn", o.do("a-secret", "POST", path+"/acts", `{"verb":"instalment_withdraw"}`, "If-Match", now)["state"])
}

func TestBadActsOnInstalments(t *testing.T) {
	o, path := indebted(t, 10)
	path += "/instalment"
	long := strings.Repeat("x", 65)
	for body, status := range map[string]int{
		`{}`: 400, `{"verb":"claim"}`: 400, `{"verb":"instalment_apply","amount_minor":-1}`: 400, `{"verb":"instalment_apply","months":121}`: 400,
		`{"verb":"instalment_book","reference":"` + long + `"}`: 400, `{"verb":"instalment_consent","recording":"` + long + `"}`: 400,
		`{"verb":"instalment_apply","shown_payable_minor":-1}`: 400, `{"verb":"instalment_apply","fee":1}`: 400,
	} {
		require.Equal(t, status, o.call("a-secret", "POST", path+"/acts", body).Code, body)
	}
	require.Equal(t, http.StatusBadRequest, o.call("p-secret", "POST", path+"/answer", `{"verb":"instalment_book"}`).Code, "what the bank does is not the app's")
	require.Equal(t, http.StatusForbidden, o.call("p-secret", "POST", path+"/acts", `{"verb":"instalment_offer"}`).Code)
	require.Equal(t, http.StatusForbidden, o.call("r-secret", "POST", path+"/acts", `{"verb":"instalment_offer"}`).Code)
	for _, query := range []string{"?kind=bill", "?kind=bill&amount_minor=x&months=1", "?kind=bill&amount_minor=1&months=-1", "?price=1"} {
		require.Equal(t, http.StatusBadRequest, o.call("r-secret", "GET", path+query, "").Code, query)
	}
	require.Equal(t, http.StatusNotFound, o.call("r-secret", "GET", "/customers/"+debtor+"/accounts/none/instalment", "").Code)
}
