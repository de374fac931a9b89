package wire

import (
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
)

const goodTransaction = `{"event_id":"t-1","customer_id":"c-1","card_id":"k-1","occurred_at":"2026-03-01T02:13:05+08:00",` +
	`"type":"purchase","status":"approved","amount_minor":100,"currency":"CNY","response_code":"00"}`

// with puts members in front of those of the good transaction, and without takes the good one's member away.
func with(members string) string { return "{" + members + "," + goodTransaction[1:] }

func without(member string) string {
	start := strings.Index(goodTransaction, `"`+member+`"`)
	end := start + strings.IndexAny(goodTransaction[start:], ",}")
	return goodTransaction[:start] + strings.TrimPrefix(goodTransaction[end:], ",")
}

// replaced gives a member of the good transaction another value.
func replaced(member, value string) string {
	return strings.Replace(without(member), "{", `{"`+member+`":`+value+`,`, 1)
}

// badInput are the message rows of the bad-input table in the project's notes (reliability-security.md, section 6). Rows 17
// and 18 are about batches and belong to stream/kafka.
var badInput = []struct {
	name, value, want string
}{
	{"01 empty value", "", "empty_value"},
	{"02 half an object", "{", "bad_json"},
	{"02 null", "null", "not_object"},
	{"02 array", "[]", "not_object"},
	{"02 string", `"x"`, "not_object"},
	{"02 number", "123", "not_object"},
	{"02 no JSON", "hello", "bad_json"},
	{"02 white space only", " \n", "bad_json"},
	{"03 two objects", goodTransaction + goodTransaction, "trailing_data"},
	{"03 a brace too many", goodTransaction + "}", "trailing_data"},
	{"04 known member twice", with(`"amount_minor":1`), "duplicate_field"},
	{"04 unknown member twice", with(`"x":1,"x":9`), "duplicate_field"},
	{"04 twice by an escape", with(`"\u0061mount_minor":1`), "duplicate_field"},
	{"04 twice in a nested object", with(`"x":{"y":[{"z":1,"z":2}]}`), "duplicate_field"},
	{"05 byte order mark", "\ufeff" + goodTransaction, "bad_encoding"},
	{"05 UTF-16 with its mark", "\xff\xfe{\x00}\x00", "bad_encoding"},
	{"05 UTF-16 without", "{\x00\"\x00a\x00\"\x00", "bad_encoding"},
	{"05 no UTF-8 in a text", with("\"x\":\"\xff\xfe\""), "bad_encoding"},
	{"05 unpaired surrogate", with(`"x":"\ud83d"`), "bad_encoding"},
	{"06 10 MB", with(`"x":"` + strings.Repeat("x", 10<<20) + `"`), "too_large"},
	{"06 a million entries", with(`"x":[` + strings.Repeat("1,", 1_000_000) + `1]`), "too_large"},
	{"06 10,000 levels", with(`"x":` + strings.Repeat("[", 10_000)), "too_deep"},
	{"07 negative", replaced("amount_minor", "-1"), "bad_amount"},
	{"07 NaN is no JSON", replaced("amount_minor", "NaN"), "bad_json"},
	{"07 out of any range", replaced("amount_minor", "1e999"), "bad_amount"},
	{"07 decimal comma in a text", replaced("amount_minor", `"12,50"`), "bad_amount"},
	{"07 major units", replaced("amount_minor", "12.50"), "bad_amount"},
	{"07 integer as a float", replaced("amount_minor", "1.0"), "bad_amount"},
	{"07 integer with an exponent", replaced("amount_minor", "1e3"), "bad_amount"},
	{"07 integer in quotes", replaced("amount_minor", `"1"`), "bad_amount"},
	{"07 2^63", replaced("amount_minor", "9223372036854775808"), "bad_amount"},
	{"07 true", replaced("amount_minor", "true"), "bad_amount"},
	{"08 small letters", replaced("currency", `"usd"`), "bad_currency"},
	{"08 no currency", replaced("currency", `"XXX"`), "bad_currency"},
	{"08 unknown", replaced("currency", `"ZZZ"`), "bad_currency"},
	{"08 three spaces", replaced("currency", `"   "`), "bad_currency"},
	{"08 numeric code", replaced("currency", "156"), "bad_currency"},
	{"08 yen with decimals", strings.Replace(replaced("amount_minor", "100.5"), "CNY", "JPY", 1), "bad_amount"},
	{"09 no event_id", without("event_id"), "missing_field:event_id"},
	{"09 no customer_id", without("customer_id"), "missing_field:customer_id"},
	{"09 no card_id", without("card_id"), "missing_field:card_id"},
	{"09 no occurred_at", without("occurred_at"), "missing_field:occurred_at"},
	{"09 no type", without("type"), "missing_field:type"},
	{"09 no status", without("status"), "missing_field:status"},
	{"09 no amount_minor", without("amount_minor"), "missing_field:amount_minor"},
	{"09 no currency", without("currency"), "missing_field:currency"},
	{"09 null", replaced("card_id", "null"), "missing_field:card_id"},
	{"09 empty", replaced("card_id", `""`), "missing_field:card_id"},
	{"09 reversal of nothing", replaced("type", `"reversal"`), "missing_field:original_event_id"},
	{"10 no such day", replaced("occurred_at", `"2026-02-30T00:00:00+08:00"`), "bad_time"},
	{"10 no offset", replaced("occurred_at", `"2026-03-01T02:13:05"`), "bad_time"},
	{"10 year 9999", replaced("occurred_at", `"9999-03-01T02:13:05Z"`), "bad_time"},
	{"10 epoch seconds", replaced("occurred_at", "1772302385"), "bad_time"},
	{"11 clear PAN as the card", replaced("card_id", `"4111111111111111"`), "clear_pan"},
	{"11 with spaces in a name", with(`"merchant_name":"REF 4111 1111 1111 1111 OK"`), "clear_pan"},
	{"11 with dashes after a date", with(`"note":"2026-03-01 5555-5555-5555-4444"`), "clear_pan"},
	{"11 in a nested unknown member", with(`"x":{"y":["378282246310005"]}`), "clear_pan"},
	{"11 as a number", with(`"x":6200000000000005`), "clear_pan"},
	{"11 as a name", with(`"x":{"4111111111111111":1}`), "clear_pan"},
	{"11 as escapes", with(`"x":"\u0034111111111111111"`), "clear_pan"},
	{"11 hidden behind an override", with(`"merchant_name":"4111\u202e111111111111"`), "clear_pan"},
	{"11 padded with zeros", with(`"x":"0004111111111111111"`), "clear_pan"},
	{"11 before a wrong time", replaced("occurred_at", `"4111111111111111"`), "clear_pan"},
	{"12 CVV", with(`"cvv":"123"`), "sad_received"},
	{"12 PIN block in capitals", with(`"PIN_BLOCK":"0412AC89ABCDEF67"`), "sad_received"},
	{"12 nested track", with(`"emv":{"Track2":"x"}`), "sad_received"},
	{"16 version 0", with(`"schema_version":0`), "unsupported_version"},
	{"16 newer version", with(`"schema_version":2`), "unsupported_version"},
	{"16 version as a text", with(`"schema_version":"1"`), "unsupported_version"},
	{"19 latitude 91", with(`"lat":91,"lon":0`), "bad_geo"},
	{"19 longitude -181", with(`"lat":1,"lon":-181`), "bad_geo"},
	{"19 latitude as a text", with(`"lat":"22.5","lon":114`), "bad_geo"},
	{"wrong type of an optional field", with(`"merchant_name":5`), "bad_type"},
	{"unknown type", replaced("type", `"gift"`), "bad_value"},
	{"id of 65 bytes", replaced("card_id", `"`+strings.Repeat("k", 65)+`"`), "id_too_long"},
	{"id with a control character", replaced("card_id", `"k\u0000"`), "bad_value"},
	{"17th level", with(`"x":` + strings.Repeat("[", 16) + strings.Repeat("]", 16)), "too_deep"},
}

func TestBadTransactionsAreRefused(t *testing.T) {
	for _, row := range badInput {
		t.Run(row.name, func(t *testing.T) {
			_, _, err := decode(t, TransactionTopic, row.value)
			require.Equal(t, row.want, label(t, err))
			require.NotContains(t, err.Error(), "4111")
		})
	}
}

func label(t require.TestingT, err error) string {
	var reject *RejectError
	require.ErrorAs(t, err, &reject)
	return reject.Label()
}

func TestBadInputThatNeedsMoreThanAValue(t *testing.T) {
	arrived := at("2026-03-01T02:13:06+08:00")
	key, value := []byte("c-1"), []byte(goodTransaction)
	ahead, ref := []byte(replaced("occurred_at", `"2026-03-02T02:13:07+08:00"`)), []byte("4111-1111-1111-1111")
	for _, row := range []struct {
		name   string
		record Record
		want   string
	}{
		{"10 a day and a second ahead", Record{Value: ahead, Key: key}, "bad_time"},
		{"11 clear PAN in the key", Record{Value: value, Key: []byte("4111111111111111")}, "clear_pan"},
		{"11 clear PAN in a header", Record{Value: value, Key: key, Headers: []Header{{"ref", ref}}}, "clear_pan"},
		{"12 CVV in a header", Record{Value: value, Key: key, Headers: []Header{{"CVV2", []byte("1")}}}, "sad_received"},
		{"14 other key", Record{Value: value, Key: []byte("c-2")}, "key_mismatch"},
		{"14 no key", Record{Value: value}, "key_mismatch"},
	} {
		t.Run(row.name, func(t *testing.T) {
			row.record.Topic, row.record.Arrived = TransactionTopic, arrived
			var d Decoder
			_, _, err := d.Decode(row.record)
			require.Equal(t, row.want, label(t, err))
		})
	}
}

func TestRow15ConflictOfEventIDsIsTheStatesWord(t *testing.T) {
	require.Equal(t, string(detectors.Conflict), string(EventIDConflict))
}

func TestAcceptedThoughOdd(t *testing.T) {
	for _, row := range []struct {
		name, value string
		dropped     []string
		unknown     int
	}{
		{"07 amount 0 is a status check", replaced("amount_minor", "0"), nil, 0},
		{"11 UUIDs are no card numbers", with(`"x":"41111111-1111-4111-1111-111111111111"`), nil, 1},
		{"11 hashes are no card numbers", with(`"x":"a4111111111111111bcdef0123456789"`), nil, 1},
		{"11 nor are numbers that fail Luhn", with(`"x":"4111111111111112"`), nil, 1},
		{"16 unknown fields are counted", with(`"x":1,"y":{"z":[2]}`), nil, 2},
		{"16 version 1", with(`"schema_version":1`), nil, 0},
		{"19 unknown country", with(`"country":"UK"`), []string{"country"}, 0},
		{"19 letters for a category", with(`"mcc":"abcd"`), []string{"mcc"}, 0},
		{"19 number for a category", with(`"mcc":5411`), []string{"mcc"}, 0},
		{"city by its name", with(`"city":"Shenzhen"`), []string{"city"}, 0},
		{"unknown entry mode", with(`"entry_mode":"telepathy"`), []string{"entry_mode"}, 0},
		{"half a point", with(`"lat":22.5`), []string{"lat"}, 0},
		{"the point of terminals that do not know", with(`"lat":0,"lon":0.0`), []string{"lat", "lon"}, 0},
		{"original of a purchase", with(`"original_event_id":"t-0"`), []string{"original_event_id"}, 0},
		{"nulls are absent", with(`"mcc":null,"lat":null,"merchant_name":null`), nil, 0},
		{"16th level", with(`"x":` + strings.Repeat("[", 15) + strings.Repeat("]", 15)), nil, 1},
	} {
		t.Run(row.name, func(t *testing.T) {
			body, meta, err := decode(t, TransactionTopic, row.value)
			require.NoError(t, err)
			require.Equal(t, row.dropped, meta.Dropped)
			require.Equal(t, row.unknown, meta.Unknown)
			tx := body.(*card.Transaction)
			require.Equal(t, card.Place{}, tx.Place)
			require.Zero(t, tx.MCC)
			require.Zero(t, tx.Entry)
			require.Equal(t, "k-1", tx.Account, "the account is the card unless told")
		})
	}
}

func TestRow13TextsAreNormalised(t *testing.T) {
	for _, row := range []struct{ name, json, want string }{
		{"13 markup is text", `<script>`, `<script>`},
		{"13 formula is text", `=cmd|' /C calc'!A0`, `=cmd|' /C calc'!A0`},
		{"13 right-to-left override", `Shop\u202egnp.exe`, `Shopgnp.exe`},
		{"13 isolates", "\u2066Shop\u2069", `Shop`},
		{"13 NUL and newline", `Sh\u0000op\n\u007f\u0085`, `Shop`},
		{"13 raw DEL", "Shop\x7f", `Shop`},
		{"13 emoji by escapes", `\ud83c\udf5c Ramen`, `🍜 Ramen`},
		{"13 composed", `Cafe\u0301`, `Café`},
		{"13 composed once the override is gone", "Cafe\u202e\u0301", `Café`},
		{"13 10 KB", strings.Repeat("店", 3400), strings.Repeat("店", 120)},
		{"13 10 KB of ASCII", strings.Repeat("x", 10_000), strings.Repeat("x", 120)},
	} {
		t.Run(row.name, func(t *testing.T) {
			body, _, err := decode(t, TransactionTopic, with(`"merchant_name":"`+row.json+`"`))
			require.NoError(t, err)
			require.Equal(t, row.want, body.(*card.Transaction).MerchantName)
		})
	}
}

func TestKeyEqualToTheCustomerPasses(t *testing.T) {
	var d Decoder
	_, _, err := d.Decode(Record{Topic: TransactionTopic, Key: []byte("c-1"), Value: []byte(goodTransaction),
		Headers: []Header{{"traceparent", []byte("00-41111111111111114bf92f3577b34da6-4111111111111111-01")}}})
	require.NoError(t, err)
	_, _, err = d.Decode(Record{Topic: ReplyTopic, Key: []byte("+8613800138000"), Value: golden(t, ReplyTopic)})
	require.NoError(t, err, "a reply without a customer is found by phone")
}

// badElsewhere are rules of the other topics, each as a change to the golden record.
var badElsewhere = []struct {
	topic, old, new, want string
	// schemaMayAllow marks rules between two fields, and integers written as 1.0.
	schemaMayAllow bool
}{
	{StatementTopic, `"min_due_minor": 83000`, `"min_due_minor": -1`, "bad_amount", false},
	{StatementTopic, `"past_due_minor": 41000`, `"past_due_minor": -1`, "bad_amount", false},
	{StatementTopic, `"past_due_minor": 41000`, `"past_due_minor": 1.5`, "bad_amount", false},
	{StatementTopic, `"due_at": "2026-03-02`, `"due_at": "2026-02-02`, "bad_time", true},
	{StatementTopic, `"cycles_past_due": 1`, `"cycles_past_due": 1000`, "bad_value", false},
	{StatementTopic, `"cycles_past_due": 1`, `"cycles_past_due": 1.0`, "bad_type", true},
	{StatementTopic, `"autopay": true`, `"autopay": "yes"`, "bad_type", false},
	{StatementTopic, `"account_id": "a-1"`, `"x": 1`, "missing_field:account_id", false},
	{CustomerTopic, `"currency": "CNY"`, `"x": 1`, "missing_field:currency", true},
	{CustomerTopic, `"home_lat": 45.8038`, `"home_lat": 145.8038`, "bad_geo", false},
	{StatementTopic, `"days_past_due": 21`, `"days_past_due": -1`, "bad_value", false},
	{StatementTopic, `"rate_bps": 1460`, `"rate_bps": 0`, "bad_value", false},
	{StatementTopic, `"rate_bps": 1460`, `"rate_bps": 10001`, "bad_value", false},
	{StatementTopic, `"days_past_due": 21`, `"days_past_due": "21"`, "bad_type", false},
	{StatementTopic, `"currency": "CNY"`, `"currency": "RMB"`, "bad_currency", true},
	{PaymentTopic, `"original_event_id": "p-0"`, `"x": 1`, "missing_field:original_event_id", false},
	{PaymentTopic, `"amount_minor": 83000`, `"amount_minor": -83000`, "bad_amount", false},
	{PaymentTopic, `"method": "manual"`, `"method": "barter"`, "bad_value", false},
	{ContactTopic, `"+8613800138000"`, `"13800138000"`, "bad_value", false},
	{ContactTopic, `"sms": true`, `"sms": "true"`, "bad_type", false},
	{ContactTopic, `["email"]`, `[5]`, "bad_type", false},
	{ContactTopic, `["email"]`, `"email"`, "bad_type", false},
	{ReplyTopic, `"95588"`, `"9558-8"`, "bad_value", false},
	{ReplyTopic, `"answer": "no"`, `"answer": "maybe"`, "bad_value", false},
	{AlertTopic, `"score": 87`, `"score": 101`, "bad_value", false},
	{AlertTopic, `"revision": 1`, `"revision": 0`, "bad_value", false},
	{AlertTopic, `"code": "distance_from_home"`, `"code": ""`, "bad_value", false},
	{AlertTopic, `"value": 1940`, `"value": "1940"`, "bad_type", false},
	{AlertTopic, `"t-1", "t-2"`, `"t-1", ""`, "bad_value", false},
	{AlertTopic, `"t-1", "t-2"`, `"t"` + strings.Repeat(`,"t"`, detectors.MaxEventIDs), "bad_value", false},
	{AlertTopic, `"unit": "km"`, `"unit": 5`, "bad_type", false},
	{AlertTopic, `"reasons": [`, `"reasons": [5, `, "bad_type", false},
	{AlertTopic, `"baseline_zh": "`, `"baseline_zh": 5, "x": "`, "bad_type", false},
	{AlertTopic, `"amount_minor": 1880000`, `"amount_minor": -1`, "bad_amount", false},
	{AlertTopic, `"amount_minor": 1880000`, `"x": 1`, "missing_field:amount_minor", false},
	{AlertTopic, `"currency": "CNY"`, `"x": 1`, "missing_field:currency", false},
	{AlertTopic, `"card_present": true`, `"card_present": "yes"`, "bad_type", false},
	{AssessmentTopic, `"value": 0.93`, `"value": "0.93"`, "bad_type", false},
	{AssessmentTopic, `"points": -24`, `"points": 3000000000`, "bad_value", false},
	{CollectionTopic, `"tier": "mild"`, `"tier": "hot"`, "bad_value", false},
	{CollectionTopic, `"miss_probability": 0.31`, `"miss_probability": 31`, "bad_value", false},
	{CollectionTopic, `"ifrs9_stage": 1`, `"ifrs9_stage": 4`, "bad_value", false},
	{CollectionTopic, `"class_2011": "special_mention"`, `"class_2011": "watch"`, "bad_value", false},
	{AssessmentTopic, `"points": -64`, `"points": -64.5`, "bad_type", false},
	{FeedbackTopic, `"city:440300"`, `"country:CN"`, "bad_value", false},
	{FeedbackTopic, `"genuine"`, `"fraud"`, "bad_value", false},
	{FeedbackTopic, `"exempt_until"`, `"x"`, "missing_field:exempt_until", false},
	{CommandTopic, `"actor": "wang.li"`, `"x": 1`, "missing_field:actor", false},
	{ReceiptTopic, `"undelivered"`, `"lost"`, "bad_value", false},
	{ReceiptTopic, `"undelivered"`, `"queued"`, "bad_value", false},
	{CardActionTopic, `"block"`, `"melt"`, "bad_value", false},
	{ConductTopic, `"contact_refused"`, `"ignored"`, "bad_value", false},
	{ConductTopic, `"paid_minor": 40000`, `"paid_minor": -1`, "bad_amount", false},
	{TickTopic, `"at"`, `"when"`, "missing_field:at", false},
}

// changed is a topic's golden record with one change.
func changed(t testing.TB, topic, old, new string) string {
	return replaceOnce(t, string(golden(t, topic)), old, new)
}

func replaceOnce(t testing.TB, text, old, new string) string {
	require.Contains(t, text, old)
	return strings.Replace(text, old, new, 1)
}

func TestBadRecordsOfOtherTopicsAreRefused(t *testing.T) {
	for _, row := range badElsewhere {
		t.Run(row.topic+" "+row.new, func(t *testing.T) {
			_, _, err := decode(t, row.topic, changed(t, row.topic, row.old, row.new))
			require.Equal(t, row.want, label(t, err))
		})
	}
}

// What the dispatcher writes must come back in: queued alone is the desk's own and never a receipt.
func TestReceiptsOfEverySendOutcomeAreRead(t *testing.T) {
	for _, outcome := range []alerts.SendOutcome{
		alerts.Sending, alerts.Accepted, alerts.Delivered, alerts.Undelivered, alerts.Refused, alerts.OutcomeUnknown,
	} {
		value := changed(t, ReceiptTopic, `"undelivered"`, `"`+string(outcome)+`"`)
		body, _, err := decode(t, ReceiptTopic, value)
		require.NoError(t, err, outcome)
		require.Equal(t, outcome, body.(*alerts.Receipt).Outcome)
		require.True(t, allows(t, compiled(t, ReceiptTopic), []byte(value)), outcome)
	}
}

func TestReplyNeedsATextOrAnAnswer(t *testing.T) {
	var d Decoder
	_, _, err := d.Decode(Record{Topic: ReplyTopic, Unkeyed: true,
		Value: []byte(`{"event_id":"r-1","channel":"sms","received_at":"2026-03-01T02:15:00Z"}`)})
	require.Equal(t, "missing_field:text", label(t, err))
	body, _, err := d.Decode(Record{Topic: ReplyTopic, Unkeyed: true,
		Value: []byte(`{"event_id":"r-1","channel":"sms","received_at":"2026-03-01T02:15:00Z","text":""}`)})
	require.NoError(t, err)
	require.Equal(t, alerts.Unclear, body.(*alerts.Reply).Answer)
}

func TestWhatIsAbsentHasItsDefault(t *testing.T) {
	body, _, err := decode(t, ContactTopic, changed(t, ContactTopic, `"region"`, `"x"`))
	require.NoError(t, err)
	require.Equal(t, "CN", body.(*alerts.Contact).Region)

	body, _, err = decode(t, AlertTopic, changed(t, AlertTopic, `"account_id"`, `"x"`))
	require.NoError(t, err)
	require.Equal(t, "k-1", body.(*detectors.Alert).Account)

	body, _, err = decode(t, StatementTopic, changed(t, StatementTopic, `"days_past_due"`, `"x"`))
	require.NoError(t, err)
	require.False(t, body.(*card.Statement).Aged, "0 days are the bank's word, no days are none")

	value := strings.Replace(changed(t, AlertTopic, `"account_id"`, `"x"`), `"card_id"`, `"y"`, 1)
	_, _, err = decode(t, AlertTopic, value)
	require.Equal(t, "missing_field:account_id", label(t, err))
}

func TestNumbersThatJSONCannotWriteAreRefusedByTheReader(t *testing.T) {
	nowhere := detectors.Assessment{Head: head("e-1", "2026-02-10T00:00:00Z"), Account: "a-1", MissProbability: math.NaN()}
	_, _, err := decode(t, AssessmentTopic, string(AppendAssessment(nil, &nowhere)))
	require.Equal(t, "missing_field:miss_probability", label(t, err))
}

func TestADecoderRecoversFromARefusal(t *testing.T) {
	var d Decoder
	for _, row := range badInput {
		_, _, err := d.Decode(Record{Topic: TransactionTopic, Value: []byte(row.value), Unkeyed: true})
		var reject *RejectError
		require.True(t, errors.As(err, &reject), row.name)
		body, meta, err := d.Decode(Record{Topic: TransactionTopic, Value: []byte(goodTransaction), Unkeyed: true})
		require.NoError(t, err, row.name)
		require.Zero(t, meta.Unknown)
		require.Empty(t, meta.Dropped)
		require.Equal(t, int64(100), body.(*card.Transaction).Amount.Minor)
	}
}
