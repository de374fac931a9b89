package api_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
	topics "github.com/cardwatch/cardwatch/stream/wire"
)

const debtor, debt = "cust-9", "acct-55"

// indebted is an office with a customer three weeks behind; the bank's clock stands at an hour.
func indebted(t *testing.T, hour int) (*office, string) {
	o := newOffice(t)
	now := o.Now()
	o.Pass(time.Duration((hour-now.LocalHour()+24)%24) * time.Hour)
	o.Contact(debtor, card.English)
	c := detectors.Collection{
		Head: card.Head{ID: "c-1", Customer: debtor, At: o.Now()}, Account: debt, Tier: detectors.Moderate, DaysPastDue: 21, OverdueMinor: 40_000,
		BalanceMinor: 800_000, Currency: card.Currency{'C', 'N', 'Y'}, MissProbability: 0.4, Priority: 55,
	}
	require.NoError(t, o.Publish(t.Context(), topics.CollectionTopic, debtor, topics.AppendCollection(nil, &c)))
	return o, "/customers/" + debtor + "/accounts/" + debt
}

// An agency asks before it calls, claims its call, and tells what became of it: everybody's calls count against the same caps.
func TestAnAgencysCallsCountWithTheBanks(t *testing.T) {
	o, path := indebted(t, 10)
	require.Equal(t, "standard", o.do("r-secret", "GET", path, "")["line"])
	for n := range 3 {
		may := o.do("r-secret", "GET", path+"/contact?channel=call&agency=north", "")
		require.Equal(t, "allow", may["outcome"], n)
		reserved := o.do("a-secret", "POST", path+"/acts", `{"verb":"contact_reserve","contact":{"channel":"call","agency":"north","debt_facts":true}}`)
		o.do("a-secret", "POST", path+"/acts", `{"verb":"contact_result","contact":{"contact_id":"`+reserved["contact_id"].(string)+`","result":"conversation"}}`)
	}
	may := o.do("r-secret", "GET", path+"/contact?channel=call", "")
	require.Equal(t, "defer", may["outcome"])
	require.Contains(t, may["rules"], "CN-CONNECT")
	problem := o.refused(http.StatusConflict, "contact_rules", "a-secret", "POST", path+"/acts", `{"verb":"contact_reserve","contact":{"channel":"call"}}`)
	require.Contains(t, problem["rules"], "CN-CONNECT")
	require.NotEmpty(t, problem["not_before"])
}

func TestNobodyIsCalledAtNight(t *testing.T) {
	o, path := indebted(t, 23)
	problem := o.refused(http.StatusConflict, "contact_rules", "a-secret", "POST", path+"/acts", `{"verb":"contact_reserve","contact":{"channel":"call"}}`)
	require.Equal(t, []any{"CN-HOURS"}, problem["rules"])
	require.Contains(t, problem["not_before"], "T08:00:00.000+08:00")
}

func TestActsOnAnAccountAreDoneOnceAndShown(t *testing.T) {
	o, path := indebted(t, 10)
	until := o.Now().Add(7 * 24 * time.Hour).String()
	for range 2 {
		account := o.do("a-secret", "POST", path+"/acts", `{"verb":"promise","amount_minor":40000,"until":"`+until+`"}`, "Idempotency-Key", "promise-1")
		require.Equal(t, "promised", account["rest"])
		require.Equal(t, "open", account["promise"].(map[string]any)["state"])
	}
	require.Equal(t, []any{"hardship"}, o.do("a-secret", "POST", path+"/acts", `{"verb":"flag","flag":"hardship","note":"lost her job"}`)["flags"])
	require.Equal(t, "hardship", o.do("r-secret", "GET", path, "")["line"])
}

func TestBadActsOnAccountsAreRefused(t *testing.T) {
	o, path := indebted(t, 10)
	for body, status := range map[string]int{
		`{}`: 400, `{"verb":"plan_sign"}`: 400, `{"verb":"promise","amount_minor":-1}`: 400, `{"verb":"contact_reserve"}`: 400,
		`{"verb":"contact_result"}`: 400, `{"verb":"flag","flag":"rich","note":"x"}`: 400, `{"verb":"contact_result","contact":{"contact_id":"none","result":"conversation"}}`: 409,
	} {
		require.Equal(t, status, o.call("a-secret", "POST", path+"/acts", body).Code, body)
	}
	require.Equal(t, http.StatusForbidden, o.call("r-secret", "POST", path+"/acts", `{"verb":"claim"}`).Code)
	require.Equal(t, http.StatusBadRequest, o.call("r-secret", "GET", path+"/contact", "").Code)
	require.Equal(t, http.StatusNotFound, o.call("r-secret", "GET", "/customers/"+debtor+"/accounts/none", "").Code)
	require.Equal(t, http.StatusNotFound, o.call("r-secret", "GET", "/customers/nobody/accounts/"+debt, "").Code)
}

// What a customer asks of contact is written down once, heeded, shown without the number, and lifted by its id.
func TestWhatACustomerAsksOfContactIsHeeded(t *testing.T) {
	o, path := indebted(t, 12)
	require.Equal(t, []any{}, o.do("r-secret", "GET", path, "")["restrictions"])
	lunch := `{"verb":"restrict","note":"works shifts","restriction":{"kind":"inconvenient_hours","from":"12:00","until":"14:30"}}`
	for range 2 {
		account := o.do("a-secret", "POST", path+"/acts", lunch, "Idempotency-Key", "lunch")
		require.Len(t, account["restrictions"], 1)
	}
	may := o.do("r-secret", "GET", path+"/contact?channel=call", "")
	require.Equal(t, "defer", may["outcome"])
	require.Equal(t, []any{"OWN-ASKED"}, may["rules"])
	require.Contains(t, may["not_before"], "T14:30:00.000+08:00")
	o.refused(http.StatusConflict, "wrong_state", "a-secret", "POST", path+"/acts", lunch)

	o.do("a-secret", "POST", path+"/acts", `{"verb":"restrict","note":"no letters","restriction":{"kind":"stopped_channel","channel":"letter"}}`)
	o.do("a-secret", "POST", path+"/acts", `{"verb":"restrict","note":"her mother's","restriction":{"kind":"stopped_number","number":"mother at home"}}`)
	o.do("a-secret", "POST", path+"/acts", `{"verb":"restrict","note":"the foreman said so","restriction":{"kind":"employer_forbids"}}`)
	for query, rule := range map[string]string{
		"channel=letter&number=home": "OWN-MEDIUM", "channel=call&number=mother+at+home": "OWN-NUMBER",
	} {
		require.Contains(t, o.do("r-secret", "GET", path+"/contact?"+query, "")["rules"], rule, query)
	}
	work := `{"verb":"contact_reserve","contact":{"channel":"call","number":"desk","at_work":true}}`
	require.Contains(t, o.refused(http.StatusConflict, "contact_rules", "a-secret", "POST", path+"/acts", work)["rules"], "OWN-WORK")

	list := o.do("r-secret", "GET", path, "")["restrictions"].([]any)
	require.Len(t, list, 4)
	require.Equal(t, "••home", list[2].(map[string]any)["number"])
	first := list[0].(map[string]any)
	require.Equal(t, []any{"12:00", "14:30", "works shifts"}, []any{first["from"], first["until"], first["note"]})
	o.do("a-secret", "POST", path+"/acts", `{"verb":"lift_restriction","note":"new job","restriction":{"restriction_id":"`+first["restriction_id"].(string)+`"}}`)
	require.Equal(t, "allow", o.do("r-secret", "GET", path+"/contact?channel=call", "")["outcome"])
}

func TestAnActOnAnAccountIsForWhoHasSeenIt(t *testing.T) {
	o, path := indebted(t, 10)
	tag := o.call("r-secret", "GET", path, "").Header().Get("ETag")
	require.NotEmpty(t, tag)
	act := `{"verb":"restrict","note":"asked","restriction":{"kind":"employer_forbids"}}`
	for range 2 { // the second is the repetition of what was done
		o.do("a-secret", "POST", path+"/acts", act, "If-Match", tag, "Idempotency-Key", "k")
	}
	o.refused(http.StatusPreconditionFailed, "stale", "a-secret", "POST", path+"/acts", `{"verb":"note","note":"x"}`, "If-Match", tag)
	o.do("a-secret", "POST", path+"/acts", `{"verb":"note","note":"x"}`, "If-Match", o.call("r-secret", "GET", path, "").Header().Get("ETag"))
}

func TestRestrictionsThatCannotBeMeantAreRefused(t *testing.T) {
	o, path := indebted(t, 10)
	for body, status := range map[string]int{
		`{"verb":"restrict","note":"x"}`:                                                                                    400,
		`{"verb":"restrict","note":"x","restriction":{"kind":"shy"}}`:                                                       400,
		`{"verb":"restrict","note":"x","restriction":{"kind":"stopped_channel","channel":"pigeon"}}`:                        400,
		`{"verb":"restrict","note":"x","restriction":{"kind":"inconvenient_hours","from":"12:00"}}`:                         400,
		`{"verb":"restrict","note":"x","restriction":{"kind":"inconvenient_hours","from":"12:00","until":"12:10"}}`:         400,
		`{"verb":"restrict","note":"x","restriction":{"kind":"inconvenient_hours","from":"12:00","until":"12:00"}}`:         400,
		`{"verb":"restrict","restriction":{"kind":"employer_forbids"}}`:                                                     400,
		`{"verb":"lift_restriction","note":"x"}`:                                                                            400,
		`{"verb":"lift_restriction","note":"x","restriction":{"restriction_id":"none"}}`:                                    409,
		`{"verb":"restrict","note":"x","restriction":{"kind":"stopped_number","number":"` + strings.Repeat("n", 65) + `"}}`: 400,
	} {
		require.Equal(t, status, o.call("a-secret", "POST", path+"/acts", body).Code, body)
	}
}
