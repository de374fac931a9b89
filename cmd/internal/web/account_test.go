package web_test

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/alerts/conduct"
	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/stream/wire"
)

const overdueAccount = "acct-7781"

// overdue puts an account of 8,000 yuan into the moderate tier, three weeks late.
func (b *bank) overdue() string {
	c := detectors.Collection{
		Head: b.head("collection-1"), Account: overdueAccount, Tier: detectors.Moderate, DaysPastDue: 21, OverdueMinor: 40_000, BalanceMinor: 800_000,
		Currency: card.Currency{'C', 'N', 'Y'}, MissProbability: 0.4, Priority: 55,
		Reasons: []detectors.Reason{{Code: "balance_at_risk", Value: 800_000, Unit: detectors.Minor}},
	}
	b.applyDesk(wire.CollectionTopic, customer, wire.AppendCollection(nil, &c))
	return "/account?customer=" + url.QueryEscape(customer) + "&account=" + overdueAccount
}

// onAccount does something to the account as a collector.
func (b *bank) onAccount(path, verb string, fields ...string) (int, string) {
	b.t.Helper()
	w := b.postAs("li.na", "/account", append(fields, "customer", customer, "account", overdueAccount, "verb", verb, "once", once(b.t, b.get(path, "en")))...)
	return w.Code, html.UnescapeString(words(w))
}

func (b *bank) at(hour int) { b.now = time.Date(2026, 3, 2, hour, 0, 0, 0, b.now.Location()) }

func TestACollectorMayNotCallAtNightAndHasOnePlaceTheLess(t *testing.T) {
	b := newBank(t)
	b.at(10)
	b.contact(card.English)
	path := b.overdue()
	require.Contains(t, b.get("/queue?line=standard", "en").Body.String(), html.EscapeString(path))
	page := words(b.get(path, "en"))
	for _, want := range []string{"••7781 Moderate Standard", "M1 · IFRS 9 1 · Special mention", "Call Allowed", "0/3"} {
		require.Contains(t, page, want)
	}
	require.Contains(t, words(b.get(path, "zh-CN")), "电话 可以联系")

	status, _ := b.onAccount(path, "contact_reserve", "channel", "call")
	require.Equal(t, http.StatusSeeOther, status)
	pending := regexp.MustCompile(`name="contact" value="([^"]+)"`).FindStringSubmatch(b.get(path, "en").Body.String())
	require.NotNil(t, pending, "the page asks for the outcome")
	status, _ = b.onAccount(path, "contact_result", "contact", pending[1], "result", "conversation")
	require.Equal(t, http.StatusSeeOther, status)
	page = words(b.get(path, "en"))
	require.Contains(t, page, "1/3")
	require.Contains(t, page, "Conversation")
	require.NotContains(t, page, pending[1], "ids are for programs")

	b.at(23)
	status, page = b.onAccount(path, "contact_reserve", "channel", "call")
	require.Equal(t, http.StatusConflict, status)
	require.Contains(t, page, "Contact rules do not allow it No contact at night CN-HOURS Contact from 2026-03-03 08:00")
}

func TestAPromiseIsADateAndAnAmount(t *testing.T) {
	b := newBank(t)
	b.at(10)
	b.contact(card.English)
	path := b.overdue()
	for _, bad := range [][]string{{"amount", "x", "until", "2026-03-09"}, {"amount", "400", "until", "soon"}, {"amount", "0", "until", "2026-03-09"}, {"amount", "400", "until", "2025-03-09"}} {
		status, page := b.onAccount(path, "promise", bad...)
		require.GreaterOrEqual(t, status, 400, bad)
		require.Contains(t, page, "Missing or invalid value")
	}
	status, _ := b.onAccount(path, "promise", "amount", "400.00", "until", "2026-03-09")
	require.Equal(t, http.StatusSeeOther, status)
	require.Contains(t, words(b.get(path, "en")), "Open · ¥400.00 · 2026-03-09 23:59")
	require.Contains(t, words(b.get("/queue?line=resting", "en")), "Promise running")
}

func TestAPlanIsReckonedOfferedAndSignedWithAllThatTheLawAsks(t *testing.T) {
	b := newBank(t)
	b.at(10)
	b.contact(card.English)
	path := b.overdue()
	status, _ := b.onAccount(path, "flag", "flag", "hardship", "note", "Lost her job.")
	require.Equal(t, http.StatusSeeOther, status)
	require.Contains(t, words(b.get("/queue?line=hardship", "en")), "••7781")

	reckoned := b.get(path+"&income=6000&essentials=2500&job=employed", "en").Body.String()
	forms := regexp.MustCompile(`(?s)<form method="post" action="/account" class="inline">(.*?)<button name="verb" value="plan_offer">`).FindAllStringSubmatch(reckoned, -1)
	require.NotEmpty(t, forms)
	var terms []string
	for _, field := range regexp.MustCompile(`name="(kind|principal|interest|fees|rate|plan_rate|months|defer|first_due)" value="([^"]*)"`).FindAllStringSubmatch(forms[0][1], -1) {
		terms = append(terms, field[1], html.UnescapeString(field[2]))
	}
	require.NotContains(t, string(b.state().AppendBinary(nil)), "6000", "what they told of their means is not kept")
	status, page := b.onAccount(path, "plan_offer", terms...)
	require.Equal(t, http.StatusSeeOther, status, page)
	require.Contains(t, words(b.get(path, "en")), "Agreement to print")

	w := b.postAs("li.na", "/account", "form", "oral", "willing", "yes", "other", "none", "customer", customer, "account", overdueAccount, "verb", "plan_sign",
		"once", once(t, b.get(path, "en")))
	status, page = w.Code, html.UnescapeString(words(w))
	require.Contains(t, w.Body.String(), `name="willing" value="yes" checked`, "what was agreed need not be ticked again")
	require.Contains(t, w.Body.String(), `name="no_new_card" value="yes">`, "nothing is ticked beforehand")
	require.Equal(t, http.StatusConflict, status)
	for _, lacking := range []string{"The contract lacks what Art. 70 asks for"} {
		require.Contains(t, page, lacking)
	}
	require.Equal(t, alerts.RestNone, b.state().Entry(overdueAccount).Rest)

	interest := "yes"
	if b.state().Plan(overdueAccount).Contract.Schedule.ChargedMinor() == 0 {
		interest = "no"
	}
	status, page = b.onAccount(path, "plan_sign", "form", "oral", "recording", "rec-2026-0042", "ability_exceeded", "yes", "willing", "yes", "no_new_card", "yes",
		"interest_charged", interest, "rights", "terms-3", "breach", "terms-3", "other", "none")
	require.Equal(t, http.StatusSeeOther, status, page)
	require.Equal(t, alerts.RestPlanned, b.state().Entry(overdueAccount).Rest)
	require.Contains(t, words(b.get(path, "en")), string(conduct.CNPlanStop), "collecting stops with the signature")
	agreement := b.get("/account/agreement?lang=zh-CN&customer="+customer+"&account="+overdueAccount, "en")
	require.Equal(t, http.StatusOK, agreement.Code)
	require.Contains(t, agreement.Body.String(), "rec-2026-0042")
}

func TestAnInstalmentsStatesAreToldInTheReadersLanguage(t *testing.T) {
	b := newBank(t)
	b.at(10)
	b.contact(card.English)
	path := b.overdue()
	status, page := b.onAccount(path, "instalment_offer")
	require.Equal(t, http.StatusSeeOther, status, page)
	require.Contains(t, words(b.get(path, "en")), "Instalment · li.na Offered")
	require.Contains(t, words(b.get(path, "zh-CN")), "分期 · li.na 已提供，待客户申请")
}

// A customer applies in one call and consents in another: each has its record, and nothing of it is filled in beforehand.
func TestAnInstalmentIsAgreedByTelephone(t *testing.T) {
	b := newBank(t)
	b.at(10)
	b.contact(card.English)
	path := b.overdue()
	status, page := b.onAccount(path, "instalment_offer")
	require.Equal(t, http.StatusSeeOther, status, page)
	w := b.get(path+"&part_kind=bill&part_amount=6000&part_months=12", "en")
	require.NotContains(t, w.Body.String(), "checked")
	require.Less(t, strings.Index(words(w), "Cost a year"), strings.Index(words(w), "¥6,432.00"), "the cost a year comes first")
	held := hidden(w)
	parts := []string{"part_kind", "bill", "part_amount", "6000", "part_months", "12", "way", "monthly", "shown_monthly", held["shown_monthly"]}
	for _, tt := range []struct {
		says   string
		status int
		fields []string
	}{
		{"The customer alone can apply and consent", http.StatusConflict, append([]string{"reference", "rec-1"}, parts...)},
		{"The number of its record is needed", http.StatusConflict, append([]string{"by_customer", "yes"}, parts...)},
		{"Missing or invalid value", http.StatusBadRequest, append(parts, "part_amount", "much")},
		{"what is owed, and of no more", http.StatusConflict, append(parts, "part_amount", "8000.01", "by_customer", "yes", "reference", "rec-1")},
	} {
		status, page = b.onAccount(path, "instalment_apply", tt.fields...)
		require.Equal(t, tt.status, status, tt.says)
		require.Contains(t, page, tt.says)
	}
	require.Contains(t, words(b.get(path+"&part_kind=cash&part_amount=50000.01&part_months=25", "en")), "CN-INST-4")

	status, page = b.onAccount(path, "instalment_apply", append([]string{"by_customer", "yes", "reference", "rec-1"}, parts...)...)
	require.Equal(t, http.StatusSeeOther, status, page)
	applied := b.get(path, "en")
	require.Contains(t, words(applied), "Applied for, waits for the separate consent")
	require.Contains(t, words(applied), "rec-1")
	yes := []string{"by_customer", "yes", "form", "oral", "shown", hidden(applied)["shown"]}
	status, page = b.onAccount(path, "instalment_consent", append([]string{"reference", "rec-1", "recording", "rec-1"}, yes...)...)
	require.Equal(t, http.StatusConflict, status)
	require.Contains(t, page, "not the application's")
	status, page = b.onAccount(path, "instalment_consent", append([]string{"reference", "rec-2"}, yes...)...)
	require.Equal(t, http.StatusConflict, status)
	require.Contains(t, page, "An oral consent needs its recording")
	status, page = b.onAccount(path, "instalment_consent", append([]string{"reference", "rec-2", "recording", "rec-2"}, yes...)...)
	require.Equal(t, http.StatusSeeOther, status, page)
	require.Contains(t, words(b.get(path, "en")), "Instalment · li.na Consented, to be booked")

	// The bill is paid before the bank has booked: what was agreed can be seen and done all the same.
	paid := detectors.Collection{Head: b.head("collection-2"), Account: overdueAccount, Currency: cny}
	b.applyDesk(wire.CollectionTopic, customer, wire.AppendCollection(nil, &paid))
	left := words(b.get(path, "en"))
	for _, want := range []string{"••7781 not in the queue", "Consented, to be booked", "rec-2"} {
		require.Contains(t, left, want)
	}
	require.NotContains(t, left, "Offer an instalment", "nobody knows what is owed")
	status, page = b.onAccount(path, "claim")
	require.Equal(t, http.StatusConflict, status)
	require.Contains(t, page, "not in the queue")
	status, page = b.onAccount(path, "instalment_book", "reference", "con-1")
	require.Equal(t, http.StatusSeeOther, status, page)
	require.Regexp(t, "In instalments.*con-1", words(b.get(path, "en")))
	require.Regexp(t, "不在队列中.*分期中", words(b.get(path, "zh-CN")))
}

func TestAccountsThatAreNotThere(t *testing.T) {
	b := newBank(t)
	require.Equal(t, http.StatusNotFound, b.get("/account?customer=nobody&account=none", "en").Code)
	require.Equal(t, http.StatusNotFound, b.get("/account/agreement?customer=nobody&account=none", "en").Code)
	require.Equal(t, http.StatusNotFound, b.get("/queue?line=fast", "en").Code)
	require.Equal(t, http.StatusBadRequest, b.postAs("li.na", "/account", "verb", "claim").Code)
	b.contact(card.English)
	w := b.get("/account?customer="+customer+"&account=none", "en")
	require.Equal(t, http.StatusNotFound, w.Code)
	require.Contains(t, words(w), "••none not in the queue", "an old link says what has happened")
}

// What a customer asks of contact is on the account's page with who, when and why; the rules heed it at once, and say when contact may be made.
func TestWhatACustomerAsksOfContactIsWrittenDownAndLifted(t *testing.T) {
	b := newBank(t)
	b.at(12)
	b.contact(card.English)
	path := b.overdue()
	for _, bad := range [][]string{
		{"kind", "inconvenient_hours", "from", "12:00", "until", ""}, {"kind", "inconvenient_hours", "from", "12:00", "until", "12:07"}, {"kind", "shy"},
		{"kind", "stopped_channel", "channel", "pigeon"}, {"kind", "employer_forbids", "note", ""},
	} {
		status, page := b.onAccount(path, "restrict", append([]string{"note", "asked"}, bad...)...)
		if bad[1] == "employer_forbids" {
			status, page = b.onAccount(path, "restrict", bad...)
		}
		require.GreaterOrEqual(t, status, 400, bad)
		require.Contains(t, page, "Missing or invalid value", bad)
	}
	for _, ask := range [][]string{
		{"kind", "inconvenient_hours", "from", "12:00", "until", "14:30", "note", "works shifts"}, {"kind", "stopped_channel", "channel", "letter", "note", "no letters"},
		{"kind", "stopped_number", "note", "shared telephone"}, {"kind", "employer_forbids", "note", "the foreman said so"},
	} {
		status, page := b.onAccount(path, "restrict", ask...)
		require.Equal(t, http.StatusSeeOther, status, page)
	}
	page := words(b.get(path, "en"))
	for _, want := range []string{
		"Inconvenient hours 12:00–14:30 li.na: works shifts", "Channel stopped Letter li.na: no letters", "Number or address stopped ••8000 li.na: shared telephone",
		"Employer forbids contact at work li.na: the foreman said so", "Call at work Not allowed", "OWN-WORK", "OWN-MEDIUM", "OWN-NUMBER", "Contact restricted",
	} {
		require.Contains(t, page, want)
	}
	require.Contains(t, words(b.get(path, "zh-CN")), "雇主不允许在工作单位联系")

	for range 3 { // all but the hours
		list := b.state().Restricted()
		status, _ := b.onAccount(path, "lift_restriction", "restriction", list[len(list)-1].ID, "note", "asked for contact again")
		require.Equal(t, http.StatusSeeOther, status)
	}
	require.Contains(t, words(b.get(path, "en")), "Call Contact from 2026-03-02 14:30")
	b.at(15)
	require.Contains(t, words(b.get(path, "en")), "Call Allowed")
}
