package replay_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/stream/wire"
)

// A bill and a payment of account a1, as a bank writes them; rows of bad input change them.
const (
	goodBill = `{"event_id":"s1","customer_id":"c1","account_id":"a1","statement_at":"2026-01-01T02:00:00+08:00","due_at":"2026-01-21T23:59:59+08:00",` +
		`"balance_minor":800000,"min_due_minor":80000,"currency":"CNY"}`
	goodPayment = `{"event_id":"p1","customer_id":"c1","account_id":"a1","paid_at":"2026-01-10T12:00:00+08:00","amount_minor":80000,"currency":"CNY",` +
		`"method":"manual","status":"settled"}`
)

func changed(line string, pairs ...string) string { return strings.NewReplacer(pairs...).Replace(line) }

// TestBadBillsAndPaymentsHaveAClearAnswer plays each row and lets time pass to 30 January, nine days after the due date. A refused
// record is a dead letter with its reason and its whole text; an accepted one means what the row says.
func TestBadBillsAndPaymentsHaveAClearAnswer(t *testing.T) {
	for _, tc := range []struct {
		name            string
		bills, payments []string
		dead            map[string]int
		// tiers are the moves of the accounts, "account currency tier".
		tiers string
	}{
		{"nothing is wrong, nothing is paid", []string{goodBill}, nil, nil, "a1 CNY grace, a1 CNY mild"},
		{"nothing is wrong, and paid", []string{goodBill}, []string{goodPayment}, nil, ""},
		{"a negative minimum is refused", []string{changed(goodBill, `"min_due_minor":80000`, `"min_due_minor":-1`)}, nil,
			map[string]int{"bad_amount": 1}, ""},
		{"a due date before the statement is refused", []string{changed(goodBill, "2026-01-21T23", "2025-12-21T23")}, nil,
			map[string]int{"bad_time": 1}, ""},
		{"an unknown currency is refused", []string{changed(goodBill, "CNY", "RMB")}, nil, map[string]int{"bad_currency": 1}, ""},
		{"a negative payment is refused, the bill stays open", []string{goodBill}, []string{changed(goodPayment, "80000", "-80000")},
			map[string]int{"bad_amount": 1}, "a1 CNY grace, a1 CNY mild"},
		{"a reversal has to say of what", []string{goodBill}, []string{goodPayment, changed(goodPayment, `"p1"`, `"r1"`, "settled", "reversed")},
			map[string]int{"missing_field:original_event_id": 1}, ""},
		{"a reversal of an unknown payment takes nothing back", []string{goodBill}, []string{goodPayment,
			changed(goodPayment, `"p1"`, `"r1"`, `"settled"`, `"reversed","original_event_id":"p9"`)}, nil, ""},
		{"a payment for an unknown account is kept for it and counts for no other", []string{goodBill}, []string{changed(goodPayment, `"a1"`, `"a9"`)},
			nil, "a1 CNY grace, a1 CNY mild"},
		{"a payment before its account's first bill waits for the bill that it follows", []string{changed(goodBill,
			`"event_id":"s1"`, `"event_id":"s0","schema_version":1`, "2026-01-01T02", "2026-01-09T02")}, []string{goodPayment}, nil, ""},
		{"of two statements for a cycle the later stands", []string{goodBill, changed(goodBill, `"s1"`, `"s2"`, "2026-01-01T02", "2026-01-02T02",
			`"min_due_minor":80000`, `"min_due_minor":0`)}, nil, nil, ""},
		{"the same statement twice is one", []string{goodBill, goodBill}, []string{goodPayment}, nil, ""},
		{"a change of currency is a second ledger, and the first is owed on", []string{goodBill, changed(goodBill, `"s1"`, `"s2"`, "CNY", "USD",
			"2026-01-01T02", "2026-01-03T02", "2026-01-21T23", "2026-01-24T23")}, nil, nil, "a1 CNY grace, a1 CNY mild, a1 USD grace, a1 USD mild"},
		{"a payment in another currency pays nothing of the bill", []string{goodBill}, []string{changed(goodPayment, "CNY", "USD")}, nil,
			"a1 CNY grace, a1 CNY mild"},
		{"more past due than the minimum is added to it", []string{changed(goodBill, `"currency"`, `"past_due_minor":90000,"cycles_past_due":1,"currency"`)},
			nil, nil, "a1 CNY mild, a1 CNY moderate, a1 CNY severe_a"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			h := newHistory(t)
			for _, line := range tc.bills {
				h.add(wire.StatementTopic, line)
			}
			for _, line := range tc.payments {
				h.add(wire.PaymentTopic, line)
			}
			h.write(false)
			o := run(t, h.dir, "2026-01-30T00:00:00+08:00")
			var tiers []string
			for _, c := range o.records(t, wire.CollectionTopic) {
				tiers = append(tiers, c["account_id"].(string)+" "+c["currency"].(string)+" "+c["tier"].(string))
			}
			require.Equal(t, tc.tiers, strings.Join(tiers, ", "))
			require.Len(t, o.summary.DeadLetters, len(tc.dead))
			for reason, n := range tc.dead {
				require.EqualValues(t, n, o.summary.DeadLetters[reason], reason)
				requireKept(t, o.files["dlq.jsonl"], reason, append(tc.bills, tc.payments...))
			}
		})
	}
}

// requireKept finds the refused line, whole, in the dead letters.
func requireKept(t *testing.T, dlq, reason string, lines []string) {
	t.Helper()
	for text := range strings.Lines(dlq) {
		require.Contains(t, text, reason)
		for _, line := range lines {
			quoted, err := json.Marshal(line)
			require.NoError(t, err)
			if strings.Contains(text, string(quoted)) || strings.Contains(text, line) {
				return
			}
		}
	}
	require.Fail(t, "the refused record is not among the dead letters", dlq)
}
