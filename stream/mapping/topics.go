package mapping

import (
	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/stream/wire"
)

// kind is how a field's text is read and written as JSON.
type kind uint8

const (
	kindText        kind = iota + 1 // any text; the door checks ids, codes and zones
	kindWord                        // one of a closed set
	kindTime                        // RFC 3339 with offset
	kindMoney                       // minor units, 0 or more
	kindSignedMoney                 // minor units
	kindInt                         // a whole number, 0 or more
	kindLat                         // degrees, −90 … 90
	kindLon                         // degrees, −180 … 180
	kindBool                        // true or false
	kindCurrency                    // ISO 4217
	kindList                        // words separated by ";"
)

// fieldDef is a field of an input topic as CONTRACT §2 has it. A dot in the name nests one object ("consent.sms").
type fieldDef struct {
	name string
	kind kind
	must bool
	// word tells whether a text is in a kindWord field's set.
	word func(string) bool
}

func must(name string, k kind) fieldDef { return fieldDef{name: name, kind: k, must: true} }
func may(name string, k kind) fieldDef  { return fieldDef{name: name, kind: k} }

func words[E any](name string, required bool, parse func(string) (E, bool)) fieldDef {
	return fieldDef{name: name, kind: kindWord, must: required, word: func(s string) bool { _, ok := parse(s); return ok }}
}

// topicFields lists the input topics that a file can be mapped to, each with its fields in the order they are written. Replies are
// not among them: answers to prompts exist only where Cardwatch asked.
func topicFields() map[string][]fieldDef {
	return map[string][]fieldDef{
		wire.TransactionTopic: {
			must("event_id", kindText), must("customer_id", kindText), must("card_id", kindText), may("account_id", kindText),
			must("occurred_at", kindTime), words("type", true, card.ParseType), words("status", true, card.ParseStatus),
			may("response_code", kindText), must("amount_minor", kindMoney), must("currency", kindCurrency),
			may("original_event_id", kindText), may("mcc", kindText), may("merchant_id", kindText), may("merchant_name", kindText),
			may("terminal_id", kindText), words("entry_mode", false, card.ParseEntryMode), may("city", kindText),
			may("country", kindText), may("lat", kindLat), may("lon", kindLon),
		},
		wire.CustomerTopic: {
			must("event_id", kindText), must("customer_id", kindText), must("updated_at", kindTime), may("home_city", kindText),
			may("home_lat", kindLat), may("home_lon", kindLon), may("timezone", kindText), may("monthly_income_minor", kindMoney),
			may("salary_minor", kindMoney), may("salary_at", kindTime),
			may("currency", kindCurrency), words("language", false, card.ParseLanguage), may("segment", kindText),
		},
		wire.StatementTopic: {
			must("event_id", kindText), must("customer_id", kindText), must("account_id", kindText), must("statement_at", kindTime),
			must("due_at", kindTime), must("balance_minor", kindSignedMoney), must("min_due_minor", kindMoney),
			must("past_due_minor", kindMoney), must("cycles_past_due", kindInt), must("credit_limit_minor", kindMoney),
			must("currency", kindCurrency), must("autopay", kindBool), may("days_past_due", kindInt), may("instalment_minor", kindMoney), may("rate_bps", kindInt),
		},
		wire.PaymentTopic: {
			must("event_id", kindText), must("customer_id", kindText), must("account_id", kindText), must("paid_at", kindTime),
			must("amount_minor", kindMoney), must("currency", kindCurrency), words("method", true, card.ParsePaymentMethod),
			words("status", true, card.ParsePaymentStatus), may("original_event_id", kindText),
		},
		wire.ContactTopic: {
			must("event_id", kindText), must("customer_id", kindText), must("updated_at", kindTime), may("phone", kindText),
			may("push_token", kindText), words("push_platform", false, alerts.ParsePushPlatform), words("language", false, card.ParseLanguage), may("timezone", kindText),
			may("consent.sms", kindBool), may("consent.push", kindBool), may("consent.profiling", kindBool),
			may("opt_out", kindList), may("region", kindText),
		},
	}
}
