package rule

import (
	"time"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"

	"github.com/cardwatch/cardwatch/detectors/window"
)

// placeType is where something is: an area and a point, either of which may be unknown. Only the helpers look inside.
var placeType = cel.OpaqueType("place")

// variable is a name that expressions may use. Exactly one of the functions that give a value is set, save that a text may be compared by a
// code, which a use of the past keeps in its stead.
type variable struct {
	name, doc string

	number func(*scope) int64
	real   func(*scope) float64
	truth  func(*scope) bool
	text   func(*scope) string
	place  func(*scope) window.Spot
	list   func(*scope) []string
	time   func(*scope) types.Timestamp
	// code stands for the text, and encode gives the code of a text; 0 is that of the empty one.
	code   func(*scope) uint64
	encode func(string) uint64
	// isWindow marks the number of the rule's window.
	isWindow bool
	window   int
	// reach is how far it looks back, which is what it costs.
	reach time.Duration
	// onlyCompared is a text of which nothing but its code is known.
	onlyCompared bool
}

func (v *variable) celType() *cel.Type {
	switch {
	case v.number != nil || v.isWindow:
		return cel.IntType
	case v.real != nil:
		return cel.DoubleType
	case v.truth != nil:
		return cel.BoolType
	case v.place != nil:
		return placeType
	case v.list != nil:
		return cel.ListType(cel.StringType)
	case v.time != nil:
		return cel.TimestampType
	}
	return cel.StringType
}

// value is the variable for CEL's interpreter.
func (v *variable) value(s *scope) any {
	switch {
	case v.isWindow:
		n, fault := s.window(v.window)
		if fault != "" {
			return faultValue(fault)
		}
		return types.Int(n)
	case v.number != nil:
		return types.Int(v.number(s))
	case v.real != nil:
		return types.Double(v.real(s))
	case v.truth != nil:
		return types.Bool(v.truth(s))
	case v.place != nil:
		return placeValue{v.place(s)}
	case v.list != nil:
		return v.list(s)
	case v.time != nil:
		return v.time(s)
	}
	return types.String(v.text(s))
}

// ofUse are the names that `when`, `score` and the reasons may use, besides the rule's windows.
func ofUse() []variable {
	return []variable{
		{name: "amount_minor", doc: "billing amount in minor units", number: func(s *scope) int64 { return s.in.Use.Minor }},
		{name: "currency", doc: "the card's currency, ISO 4217", text: func(s *scope) string { return s.in.Transaction.Amount.Currency.String() }},
		{name: "type", doc: "purchase or cash", text: func(s *scope) string { return s.in.Use.Type.String() }},
		{name: "status", doc: "approved or declined", text: func(s *scope) string { return s.in.Use.Status.String() }},
		{name: "response_code", doc: "the issuer's answer (DE 39)", text: func(s *scope) string { return s.in.Transaction.ResponseCode }},
		{name: "entry_mode", doc: "chip, contactless, magstripe, manual, ecommerce, qr, credential_on_file, or empty", text: func(s *scope) string { return s.in.Use.Entry.String() }},
		{name: "card_present", doc: "the card was at the terminal", truth: func(s *scope) bool { return s.in.Use.Present() }},
		{name: "mcc", doc: "merchant category, 0 when not told", number: func(s *scope) int64 { return int64(s.in.Use.MCC) }},
		{name: "merchant_id", doc: "the merchant (DE 42)", text: func(s *scope) string { return s.in.Transaction.Merchant }},
		{name: "merchant_name", doc: "the merchant's name (DE 43)", text: func(s *scope) string { return s.in.Transaction.MerchantName }},
		{name: "terminal_id", doc: "the terminal (DE 41)", text: func(s *scope) string { return s.in.Transaction.Terminal }},
		{name: "city", doc: "where the card was: GB/T 2260 or UN/LOCODE; empty when it was not at a terminal", text: func(s *scope) string { return atTerminal(s, s.in.Transaction.Place.City) }},
		{name: "country", doc: "where the card was: ISO 3166-1; empty when it was not at a terminal", text: func(s *scope) string { return atTerminal(s, s.country()) }},
		{name: "place", doc: "where the card was, for km() and known()", place: func(s *scope) window.Spot { return s.in.Use.Spot }},
		{name: "merchant_city", doc: "where the record says that the terminal is, online trade too", text: func(s *scope) string { return s.in.Transaction.Place.City }},
		{name: "merchant_country", doc: "the same, as a country", text: func(s *scope) string { return s.country() }},
		{name: "occurred_at", doc: "event time", time: func(s *scope) types.Timestamp { return types.Timestamp{Time: s.in.Use.At.Time().UTC()} }},
		{name: "local_hour", doc: "hour of day where it happened, 0 to 23", number: func(s *scope) int64 { return int64(s.in.Use.LocalHour()) }},
		{name: "local_weekday", doc: "0 is Sunday", number: func(s *scope) int64 { return int64((s.in.Use.At.LocalDay()+4)%7+7) % 7 }},
		{name: "utc_offset_minutes", doc: "the place's offset from UTC", number: func(s *scope) int64 { return int64(s.in.Use.At.OffsetMinutes) }},

		{name: "p50", doc: "median of the card's approved amounts of 60 to 90 days, within 12.5 %", reach: 1, number: func(s *scope) int64 { return s.amounts().p50 }},
		{name: "p95", doc: "their 95th percentile", reach: 1, number: func(s *scope) int64 { return s.amounts().p95 }},
		{name: "amounts_90d", doc: "how many amounts that rests on", reach: 1, number: func(s *scope) int64 { return s.amounts().n }},
		{name: "uses_90d", doc: "purchases and cash of 60 to 90 days before, declined ones too", number: func(s *scope) int64 { return int64(s.total().Uses) }},
		{name: "declined_90d", doc: "of these, declined", number: func(s *scope) int64 { return int64(s.total().Declined) }},
		{name: "remote_90d", doc: "of these, without the card at a terminal", number: func(s *scope) int64 { return int64(s.total().Remote) }},
		{name: "cash_90d", doc: "of these, cash", number: func(s *scope) int64 { return int64(s.total().Cash) }},
		{name: "spend_90d", doc: "approved amounts less refunds", number: func(s *scope) int64 { return s.total().Spend }},
		{name: "night_share", doc: "share of the card's uses between 00:00 and 06:00, 0 to 1", real: (*scope).nightShare},
		{name: "usual_cities", doc: "cities where the card was used three times or more, on different days", reach: 2, list: (*scope).usualCities},
		{name: "days_since_first_use", doc: "age of the oldest use that is remembered", reach: window.LogSpan, number: (*scope).daysSinceFirstUse},
		{name: "complete_days", doc: "how many days back windows see every use, at most 90", number: (*scope).completeDays},
		{name: "earlier_fraud", doc: "a fraud on the card was confirmed lately", truth: func(s *scope) bool { return s.in.Tight }},

		{name: "segment", doc: "the customer's segment", text: func(s *scope) string { return s.in.Profile.Segment }},
		{name: "home_city", doc: "the customer's home city", text: func(s *scope) string { return s.in.Home.Area.City() }},
		{name: "home", doc: "the customer's home, for km() and known()", place: func(s *scope) window.Spot { return s.in.Home }},
		{name: "monthly_income_minor", doc: "income as the bank knows it, 0 when it does not", number: func(s *scope) int64 { return s.in.Profile.MonthlyIncomeMinor }},
	}
}

// ofPast are the names that a window's `where` may use about each use; for the one being judged, too.
func ofPast() []variable {
	country := func(s *scope) uint64 { return uint64(s.past.Area.Country()) }
	return []variable{
		{name: "amount_minor", doc: "billing amount in minor units", number: func(s *scope) int64 { return s.past.Minor }},
		{name: "type", doc: "purchase or cash", text: func(s *scope) string { return s.past.Type.String() }},
		{name: "status", doc: "approved or declined", text: func(s *scope) string { return s.past.Status.String() }},
		{name: "entry_mode", doc: "chip, contactless, magstripe, manual, ecommerce, qr, credential_on_file, or empty", text: func(s *scope) string { return s.past.Entry.String() }},
		{name: "card_present", doc: "the card was at the terminal", truth: func(s *scope) bool { return s.past.Present() }},
		{name: "mcc", doc: "merchant category, 0 when not told", number: func(s *scope) int64 { return int64(s.past.MCC) }},
		{name: "merchant_id", doc: "the merchant; can only be compared with fixed texts", onlyCompared: true,
			code: func(s *scope) uint64 { return uint64(s.past.Merchant) }, encode: func(id string) uint64 { return uint64(window.MerchantHash(id)) }},
		{name: "city", doc: "where the card was: GB/T 2260 or UN/LOCODE; empty when it was not at a terminal", text: func(s *scope) string { return s.past.Area.City() },
			code: func(s *scope) uint64 { return cityCode(s.past.Area) }, encode: func(c string) uint64 { return uint64(window.AreaOfCity(c)) }},
		{name: "country", doc: "where the card was: ISO 3166-1; empty when it was not at a terminal", text: func(s *scope) string { return countryName(country(s)) },
			code: country, encode: func(c string) uint64 { return uint64(window.CountryCode(c)) }},
		{name: "place", doc: "where the card was: the middle of its city", place: func(s *scope) window.Spot { return window.SpotOfArea(s.past.Area) }},
		{name: "home", doc: "the customer's home, for km() and known()", place: func(s *scope) window.Spot { return s.in.Home }},
		{name: "local_hour", doc: "hour of day where it happened, 0 to 23", number: func(s *scope) int64 { return int64(s.past.At.LocalHour()) }},
		{name: "minutes_ago", doc: "minutes before the use being judged", number: func(s *scope) int64 { return (s.in.Use.At.UnixMilli - s.past.At.UnixMilli) / 60_000 }},
		{name: "same_merchant", doc: "at the merchant of the use being judged", truth: func(s *scope) bool { return s.past.Merchant != 0 && s.past.Merchant == s.in.Use.Merchant }},
		{name: "same_place", doc: "where the card is now", truth: func(s *scope) bool { return s.past.Area != 0 && s.past.Area == s.in.Use.Spot.Area }},
	}
}

// ofText are the names that only a reason's text may use.
func ofText() []variable {
	return []variable{
		{name: "value", doc: "the reason's value", number: func(s *scope) int64 { return s.value }},
		{name: "limit", doc: "the reason's limit", number: func(s *scope) int64 { return s.limit }},
	}
}

// cityCode is the area's code when it is a city; a cell has no name.
func cityCode(a window.Area) uint64 {
	if a.City() == "" {
		return 0
	}
	return uint64(a)
}

func atTerminal(s *scope, place string) string {
	if !s.in.Use.Present() {
		return ""
	}
	return place
}
