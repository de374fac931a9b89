package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/cmd/internal/api"
	"github.com/cardwatch/cardwatch/cmd/internal/desktest"
	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
)

func items(page map[string]any) (ids []string) {
	for _, item := range page["items"].([]any) {
		ids = append(ids, item.(map[string]any)["id"].(string))
	}
	return ids
}

func TestCasesAreListedByPriorityInPages(t *testing.T) {
	o := newOffice(t)
	var want []string
	for i := range 11 {
		want = append(want, o.Finding(fmt.Sprint("cust-", i), fmt.Sprint("tok-000", i)))
		o.Pass(time.Second)
	}
	top := o.Finding("cust-top", "tok-top", func(a *detectors.Alert) { a.Severity = detectors.Critical })
	want = append([]string{top}, want...)
	var got []string
	path := "/cases?limit=5"
	for range 3 {
		page := o.do("r-secret", "GET", path, "")
		got = append(got, items(page)...)
		path = fmt.Sprint("/cases?limit=5&cursor=", page["next_cursor"])
	}
	require.Equal(t, want, got)
	require.True(t, strings.HasSuffix(path, "<nil>"), "the last page has no cursor")
}

func TestListsAreFiltered(t *testing.T) {
	o := newOffice(t)
	o.Contact("cust-1", card.English)
	asked := o.Finding("cust-1", "tok-1", func(a *detectors.Alert) { a.Action = detectors.ConfirmWithCustomer })
	night := o.Finding("cust-2", "tok-2", func(a *detectors.Alert) { a.Detector = "late_night_high_frequency" })
	off := o.Finding("cust-3", "tok-3")
	o.do("a-secret", "POST", "/cases/"+off+"/acts", `{"verb":"snooze","for_minutes":60}`)
	for path, want := range map[string][]string{
		"/cases": {night, asked}, "/cases?state=waiting_for_customer": {asked}, "/cases?detector=late_night_high_frequency": {night},
		"/cases?queue=snoozed": {off}, "/cases?queue=escalated": nil, "/cases?detector=%27%20OR%201%3D1": nil, "/cases?detector=..%2F..%2Fetc": nil,
	} {
		require.Equal(t, want, items(o.do("r-secret", "GET", path, "")), path)
	}
}

func TestClosedCasesAreListedTheLastClosedFirst(t *testing.T) {
	o := newOffice(t)
	var want []string
	for i := range 5 {
		id := o.Finding(fmt.Sprint("cust-", i), fmt.Sprint("tok-", i))
		o.do("a-secret", "POST", "/feedback", `{"case_id":"`+id+`","verdict":"genuine"}`)
		want = append([]string{id}, want...)
		o.Pass(time.Second)
	}
	open := o.Finding("cust-9", "tok-9", func(a *detectors.Alert) { a.Detector = "late_night_high_frequency" })
	var got []string
	path := "/cases?state=closed&limit=2"
	for range 3 {
		page := o.do("r-secret", "GET", path, "")
		require.Equal(t, "closed", page["items"].([]any)[0].(map[string]any)["state"])
		got = append(got, items(page)...)
		path = fmt.Sprint("/cases?state=closed&limit=2&cursor=", page["next_cursor"])
	}
	require.Equal(t, want, got)
	require.True(t, strings.HasSuffix(path, "<nil>"), "the last page has no cursor")
	require.Equal(t, []string{open}, items(o.do("r-secret", "GET", "/cases", "")))
	require.Empty(t, items(o.do("r-secret", "GET", "/cases?state=closed&detector=late_night_high_frequency", "")))

	o.do("a-secret", "POST", "/cases/"+want[0]+"/acts", `{"verb":"reopen"}`)
	require.Equal(t, want[1:], items(o.do("r-secret", "GET", "/cases?state=closed", "")))
	o.refused(http.StatusBadRequest, "invalid", "r-secret", "GET", "/cases?state=closed&queue=first", "")
	cursor := o.do("r-secret", "GET", "/cases?state=closed&limit=1", "")["next_cursor"].(string)
	o.refused(http.StatusBadRequest, "bad_cursor", "r-secret", "GET", "/cases?cursor="+cursor, "")
}

func TestAFilterThatLeavesMostOutEndsPagesEarlyAndLosesNothing(t *testing.T) {
	o := newOffice(t)
	var want []string
	for i := range 30 {
		name := detectors.Name("large_out_of_town")
		if i%10 == 9 {
			name = "late_night_high_frequency"
		}
		id := o.Finding(fmt.Sprint("cust-", i), fmt.Sprint("tok-", i), func(a *detectors.Alert) { a.Detector = name })
		if i%10 == 9 {
			want = append(want, id)
		}
		o.Pass(time.Millisecond)
	}
	var got []string
	for path := "/cases?limit=2&detector=late_night_high_frequency"; path != ""; {
		page := o.do("r-secret", "GET", path, "")
		got = append(got, items(page)...)
		path = ""
		if next, more := page["next_cursor"]; more {
			path = fmt.Sprint("/cases?limit=2&detector=late_night_high_frequency&cursor=", next)
		}
	}
	require.Equal(t, want, got)
}

func TestACursorIsOursAndItsListsAlone(t *testing.T) {
	o := newOffice(t)
	for i := range 3 {
		o.Finding(fmt.Sprint("cust-", i), fmt.Sprint("tok-", i))
	}
	cursor := o.do("r-secret", "GET", "/cases?limit=1", "")["next_cursor"].(string)
	flipped := []byte(cursor)
	flipped[len(flipped)-2] ^= 1
	for _, bad := range []string{string(flipped), cursor + "AA", "x", "%00", cursor[:8], "AAAA" + cursor} {
		o.refused(http.StatusBadRequest, "bad_cursor", "r-secret", "GET", "/cases?limit=1&cursor="+bad, "")
	}
	o.refused(http.StatusBadRequest, "bad_cursor", "r-secret", "GET", "/cases?queue=escalated&cursor="+cursor, "")
	o.refused(http.StatusBadRequest, "bad_cursor", "r-secret", "GET", "/cases?state=new&cursor="+cursor, "")
	o.open()
	o.do("r-secret", "GET", "/cases?limit=1&cursor="+cursor, "") // it outlives a restart
}

func TestACaseIsWorkedFromClaimToOutcome(t *testing.T) {
	o := newOffice(t)
	id := o.Finding("cust-1", "tok-9f31-4477")
	path := "/cases/" + id
	require.Equal(t, "••4477", o.do("r-secret", "GET", path, "")["card"])
	require.Equal(t, "bot", o.do("a-secret", "POST", path+"/acts", `{"verb":"claim"}`)["owner"])
	o.refused(http.StatusConflict, "not_owner", "d-secret", "POST", path+"/acts", `{"verb":"claim"}`, "X-Actor", "li")
	o.do("a-secret", "POST", path+"/acts", `{"verb":"note","note":"called"}`)
	o.refused(http.StatusBadRequest, "card_number", "a-secret", "POST", path+"/acts", `{"verb":"note","note":"says 4111 1111 1111 1111 is lost"}`)
	closed := o.do("a-secret", "POST", path+"/acts", `{"verb":"close","disposition":"confirmed_fraud"}`)
	require.Equal(t, "closed", closed["state"])
	require.Equal(t, true, closed["blocked"])
	require.NotContains(t, closed, "queue")
	require.Len(t, o.Records("cardwatch.card_action.v1"), 1)
	again := o.do("d-secret", "POST", path+"/acts", `{"verb":"reopen"}`, "X-Actor", "li")
	require.Equal(t, "queued", again["state"])
	actions := o.do("r-secret", "GET", "/customers/cust-1/card-actions", "")["items"].([]any)
	require.Equal(t, "block_requested", actions[0].(map[string]any)["act"])
}

func TestUnblockingTakesTwoPeople(t *testing.T) {
	o := newOffice(t)
	id := o.Finding("cust-1", "tok-1", func(a *detectors.Alert) { a.Reasons[0].Value = 9_000_000 })
	acts := "/cases/" + id + "/acts"
	as := func(who, body string) map[string]any { return o.do("d-secret", "POST", acts, body, "X-Actor", who) }
	as("wang", `{"verb":"claim"}`)
	as("wang", `{"verb":"close","disposition":"confirmed_fraud"}`)
	as("wang", `{"verb":"reopen"}`)
	as("wang", `{"verb":"claim"}`)
	asked := as("wang", `{"verb":"unblock","note":"the holder was here with his passport"}`)
	require.Equal(t, "wang", asked["unblock_request"].(map[string]any)["by"])
	require.Equal(t, []string{id}, items(o.do("r-secret", "GET", "/card-actions", "")))
	o.refused(http.StatusConflict, "same_person", "d-secret", "POST", acts, `{"verb":"approve_unblock"}`, "X-Actor", "Wang")
	require.Equal(t, false, as("li", `{"verb":"approve_unblock"}`)["blocked"])
	require.Len(t, o.Records("cardwatch.card_action.v1"), 2)
	require.Empty(t, items(o.do("r-secret", "GET", "/card-actions", "")))
}

func TestNextCaseIsGivenToOne(t *testing.T) {
	o := newOffice(t)
	for i := range 12 {
		o.Finding(fmt.Sprint("cust-", i), fmt.Sprint("tok-", i))
	}
	var mu sync.Mutex
	owners := map[string]string{}
	var all sync.WaitGroup
	for i := range 12 {
		all.Go(func() {
			who := fmt.Sprint("analyst-", i)
			got := o.do("d-secret", "POST", "/cases/next", `{}`, "X-Actor", who)
			mu.Lock()
			defer mu.Unlock()
			require.Equal(t, who, got["owner"])
			require.Empty(t, owners[got["id"].(string)])
			owners[got["id"].(string)] = who
		})
	}
	all.Wait()
	require.Len(t, owners, 12)
	o.refused(http.StatusConflict, "no_case_free", "a-secret", "POST", "/cases/next", `{}`)
	o.refused(http.StatusConflict, "no_case_free", "a-secret", "POST", "/cases/next", `{"queue":"escalated"}`)
}

func TestFeedbackClosesTheCaseByAPersonsRules(t *testing.T) {
	o := newOffice(t)
	id := o.Finding("cust-1", "tok-1")
	body := `{"case_id":"` + id + `","verdict":"genuine","note":"the holder's branch knows him"}`
	o.do("d-secret", "POST", "/cases/"+id+"/acts", `{"verb":"claim"}`, "X-Actor", "li")
	o.refused(http.StatusConflict, "not_owner", "a-secret", "POST", "/feedback", body)
	o.do("d-secret", "POST", "/cases/"+id+"/acts", `{"verb":"release"}`, "X-Actor", "li")
	closed := o.do("a-secret", "POST", "/feedback", body, "Idempotency-Key", "v1")
	require.Equal(t, "genuine", closed["disposition"])
	feedback := o.Records("cardwatch.feedback.v1")
	require.Len(t, feedback, 1)
	require.Contains(t, string(feedback[0].Value), `"verdict":"genuine"`)
	o.do("a-secret", "POST", "/feedback", body, "Idempotency-Key", "v1")
	require.Len(t, o.Records("cardwatch.feedback.v1"), 1, "asked again, done once")
	o.refused(http.StatusNotFound, "not_found", "a-secret", "POST", "/feedback", `{"case_id":"nobody","verdict":"fraud"}`)
}

func TestTheAppPassesOnWhatACustomerSaid(t *testing.T) {
	o := newOffice(t)
	o.Contact("cust-1", card.English)
	ask := func(cardID string) string {
		o.Finding("cust-1", cardID, func(a *detectors.Alert) { a.Action = detectors.ConfirmWithCustomer })
		prompts := o.State("cust-1").Prompts
		return prompts[len(prompts)-1].ID
	}
	prompt := ask("tok-4477")
	view := o.do("p-secret", "GET", "/customers/cust-1/prompts", "")["items"].([]any)[0].(map[string]any)
	require.Equal(t, prompt, view["id"])
	require.Contains(t, view["text"], "Demo Bank: Card 4477")
	require.NotContains(t, fmt.Sprint(view), desktest.Phone.Reveal())
	for range 2 {
		require.Equal(t, "yes", o.do("p-secret", "POST", "/prompts/"+prompt+"/answer", `{"answer":"yes"}`, "Idempotency-Key", "tap")["state"])
	}
	require.Len(t, o.Records("cards.reply.v1"), 1)
	require.Contains(t, string(o.Records("cards.reply.v1")[0].Value), `"verified":true`)

	late := ask("tok-2222")
	o.Pass(time.Hour)
	o.refused(http.StatusConflict, "late", "p-secret", "POST", "/prompts/"+late+"/answer", `{"answer":"yes"}`)
	require.Empty(t, o.Records("cardwatch.card_action.v1"))
	o.do("p-secret", "POST", "/prompts/"+late+"/answer", `{"answer":"no"}`)
	require.Len(t, o.Records("cardwatch.card_action.v1"), 1, "a late no still protects the card")
	o.refused(http.StatusForbidden, "forbidden", "a-secret", "POST", "/prompts/"+late+"/answer", `{"answer":"no"}`)
	o.refused(http.StatusNotFound, "not_found", "p-secret", "POST", "/prompts/nobody/answer", `{"answer":"no"}`)
}

func TestAnActIsDoneOnceHoweverOftenItIsAsked(t *testing.T) {
	o := newOffice(t)
	id := o.Finding("cust-1", "tok-1")
	path := "/cases/" + id + "/acts"
	first := o.do("a-secret", "POST", path, `{"verb":"note","note":"called"}`, "Idempotency-Key", "k1")
	require.Equal(t, first, o.do("a-secret", "POST", path, `{"verb":"note","note":"called"}`, "Idempotency-Key", "k1"))
	o.refused(http.StatusUnprocessableEntity, "idempotency_key_reused", "a-secret", "POST", path, `{"verb":"note","note":"other"}`, "Idempotency-Key", "k1")
	o.do("d-secret", "POST", path, `{"verb":"note","note":"other"}`, "Idempotency-Key", "k1") // another machine's keys are its own
	require.Len(t, o.Records("cardwatch.command.v1"), 2)
	o.open()
	o.do("a-secret", "POST", path, `{"verb":"note","note":"called"}`, "Idempotency-Key", "k1")
	require.Len(t, o.Records("cardwatch.command.v1"), 2, "known after a restart, too")
	o.open()
	o.do("a-secret", "POST", path, `{"verb":"note","note":"third"}`, "Idempotency-Key", "k1")
	require.Len(t, o.Records("cardwatch.command.v1"), 3, "after a restart another body is another act: it is never dropped as a repetition")
	for _, bad := range []string{"", strings.Repeat("k", 65), "a b", "schlüssel"} {
		o.refused(http.StatusBadRequest, "bad_idempotency_key", "a-secret", "POST", path, `{"verb":"claim"}`, "Idempotency-Key", bad)
	}
}

func TestAnActOnAStaleCaseIsRefused(t *testing.T) {
	o := newOffice(t)
	id := o.Finding("cust-1", "tok-1")
	path := "/cases/" + id
	w := o.call("a-secret", "GET", path, "")
	tag := w.Header().Get("ETag")
	require.NotEmpty(t, tag)
	require.Equal(t, http.StatusNotModified, o.call("a-secret", "GET", path, "", "If-None-Match", `"x", `+tag).Code)
	o.do("a-secret", "POST", path+"/acts", `{"verb":"claim"}`, "If-Match", tag, "Idempotency-Key", "k")
	o.do("a-secret", "POST", path+"/acts", `{"verb":"claim"}`, "If-Match", tag, "Idempotency-Key", "k") // the repetition of what was done
	for _, stale := range []string{tag, "W/" + tag, `"nothing"`} {
		o.refused(http.StatusPreconditionFailed, "stale", "a-secret", "POST", path+"/acts", `{"verb":"note","note":"x"}`, "If-Match", stale)
	}
	require.Len(t, o.Records("cardwatch.command.v1"), 1)
	o.do("a-secret", "POST", path+"/acts", `{"verb":"note","note":"x"}`, "If-Match", "*")
}

func TestSilencesAreMadePreviewedAndEnded(t *testing.T) {
	o := newOffice(t)
	for i := range 3 {
		o.Finding(fmt.Sprint("cust-", i), fmt.Sprint("tok-", i), func(a *detectors.Alert) {
			if i == 0 {
				a.Detector = "late_night_high_frequency"
			}
		})
	}
	body := `{"reason":"terminal under test","matchers":[{"field":"detector","op":"=","value":"large_out_of_town"}],"until":"2026-03-02T02:00:00+08:00"}`
	require.Equal(t, map[string]any{"cases": 2.0, "of": 3.0, "more": false}, o.do("a-secret", "POST", "/silences/preview", body))
	require.Empty(t, o.quiet.List())
	made := o.do("d-secret", "POST", "/silences", body, "X-Actor", "li", "Idempotency-Key", "s")
	o.do("d-secret", "POST", "/silences", body, "X-Actor", "li", "Idempotency-Key", "s")
	require.Equal(t, "li", made["owner"])
	require.Equal(t, []string{made["id"].(string)}, items(o.do("r-secret", "GET", "/silences", "")))
	require.Equal(t, http.StatusNoContent, o.call("a-secret", "DELETE", "/silences/"+made["id"].(string), "").Code)
	require.Equal(t, http.StatusNoContent, o.call("a-secret", "DELETE", "/silences/"+made["id"].(string), "").Code)
	over := o.do("r-secret", "GET", "/silences", "")["items"].([]any)[0].(map[string]any)
	require.Equal(t, "ended", over["state"])
	require.Equal(t, "bot", over["ended_by"])
	o.refused(http.StatusNotFound, "not_found", "a-secret", "DELETE", "/silences/nothing", "")
	for bad, pointer := range map[string]string{
		`{"matchers":[{"field":"city","op":"=","value":"440300"}],"until_resolved":true}`:                                 "/reason",
		`{"reason":"x","matchers":[{"field":"city","op":"=","value":"440300"}]}`:                                          "/until",
		`{"reason":"x","matchers":[],"until_resolved":true}`:                                                              "/matchers",
		`{"reason":"x","matchers":[{"field":"city","op":"!=","value":"440300"}],"until_resolved":true}`:                   "/matchers",
		`{"reason":"x","matchers":[{"field":"colour","op":"=","value":"red"}],"until_resolved":true}`:                     "/matchers/0",
		`{"reason":"x","matchers":[{"field":"city","op":"=","value":"440300"}],"until":"2027-03-02T02:00:00+08:00"}`:      "/until",
		`{"reason":"x","matchers":[{"field":"city","op":"=","value":"440300","more":1}],"until_resolved":true}`:           "/matchers/0/more",
		`{"reason":"x","matchers":[{"field":"city","op":"=~","value":"(a+)+$"}],"until":"2026-03-02T02:00:00+08:00"}`:     "/matchers/0",
		`{"reason":"x","matchers":[{"field":"city","op":"=","value":"440300"}],"until":"tomorrow","until_resolved":true}`: "/until",
	} {
		w := o.call("a-secret", "POST", "/silences", bad)
		require.Equal(t, http.StatusBadRequest, w.Code, bad)
		var problem api.Problem
		require.NoError(t, json.Unmarshal(w.Body.Bytes(), &problem))
		require.Equal(t, pointer, problem.Errors[0].Pointer, bad)
	}
}

func TestReportsAreServed(t *testing.T) {
	o := newOffice(t)
	require.Equal(t, "known", o.do("r-secret", "GET", "/alerts/known", "")["alert_id"])
	o.refused(http.StatusNotFound, "not_found", "r-secret", "GET", "/alerts/other", "")
	o.refused(http.StatusTooManyRequests, "too_many_requests", "r-secret", "GET", "/alerts/busy", "")
	o.refused(http.StatusBadRequest, "invalid", "r-secret", "GET", "/alerts/"+strings.Repeat("a", 65), "")
	o.do("r-secret", "GET", "/rules/quality", "")
}

func TestKafkasTroubleIsNotTold(t *testing.T) {
	o := newOffice(t)
	id := o.Finding("cust-1", "tok-1")
	o.KafkaDown(true)
	problem := o.refused(http.StatusServiceUnavailable, "unavailable", "a-secret", "POST", "/cases/"+id+"/acts", `{"verb":"claim"}`, "Idempotency-Key", "k")
	require.NotContains(t, fmt.Sprint(problem), "10.0.0.7")
	o.KafkaDown(false)
	o.do("a-secret", "POST", "/cases/"+id+"/acts", `{"verb":"claim"}`, "Idempotency-Key", "k") // trying again is safe
	require.Equal(t, alerts.CaseClaimed, o.State("cust-1").Cases[0].State)
}
