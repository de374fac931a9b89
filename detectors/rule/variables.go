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
	name   string
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
		{name: "amount_minor", number: func(s *scope) int64 { return s.in.Use.Minor }},
		{name: "currency", text: func(s *scope) string { return s.in.Transaction.Amount.Currency.String() }},
		{name: "type", text: func(s *scope) string { return s.in.Use.Type.String() }},
		{name: "status", text: func(s *scope) string { return s.in.Use.Status.String() }},
		{name: "response_code", text: func(s *scope) string { return s.in.Transaction.ResponseCode }},
		{name: "entry_mode", text: func(s *scope) string { return s.in.Use.Entry.String() }},
		{name: "card_present", truth: func(s *scope) bool { return s.in.Use.Present() }},
		{name: "mcc", number: func(s *scope) int64 { return int64(s.in.Use.MCC) }},
		{name: "merchant_id", text: func(s *scope) string { return s.in.Transaction.Merchant }},
		{name: "merchant_name", text: func(s *scope) string { return s.in.Transaction.MerchantName }},
		{name: "terminal_id", text: func(s *scope) string { return s.in.Transaction.Terminal }},
		// Where the card was: empty and unknown when it was not at the terminal.
		{name: "city", text: func(s *scope) string { return atTerminal(s, s.in.Transaction.Place.City) }},
		{name: "country", text: func(s *scope) string { return atTerminal(s, s.country()) }},
		{name: "place", place: func(s *scope) window.Spot { return s.in.Use.Spot }},
		// Where the acquirer says that the merchant is, whatever that means for online trade.
		{name: "merchant_city", text: func(s *scope) string { return s.in.Transaction.Place.City }},
		{name: "merchant_country", text: func(s *scope) string { return s.country() }},
		{name: "occurred_at", time: func(s *scope) types.Timestamp { return types.Timestamp{Time: s.in.Use.At.Time().UTC()} }},
		{name: "local_hour", number: func(s *scope) int64 { return int64(s.in.Use.LocalHour()) }},
		{name: "local_weekday", number: func(s *scope) int64 { return int64((s.in.Use.At.LocalDay()+4)%7+7) % 7 }},
		{name: "utc_offset_minutes", number: func(s *scope) int64 { return int64(s.in.Use.At.OffsetMinutes) }},

		{name: "p50", reach: 1, number: func(s *scope) int64 { return s.amounts().p50 }},
		{name: "p95", reach: 1, number: func(s *scope) int64 { return s.amounts().p95 }},
		{name: "amounts_90d", reach: 1, number: func(s *scope) int64 { return s.amounts().n }},
		{name: "uses_90d", number: func(s *scope) int64 { return int64(s.total().Uses) }},
		{name: "declined_90d", number: func(s *scope) int64 { return int64(s.total().Declined) }},
		{name: "remote_90d", number: func(s *scope) int64 { return int64(s.total().Remote) }},
		{name: "cash_90d", number: func(s *scope) int64 { return int64(s.total().Cash) }},
		{name: "spend_90d", number: func(s *scope) int64 { return s.total().Spend }},
		{name: "night_share", real: (*scope).nightShare},
		{name: "usual_cities", reach: 2, list: (*scope).usualCities},
		{name: "days_since_first_use", reach: window.LogSpan, number: (*scope).daysSinceFirstUse},
		{name: "complete_days", number: (*scope).completeDays},
		{name: "earlier_fraud", truth: func(s *scope) bool { return s.in.Tight }},

		{name: "segment", text: func(s *scope) string { return s.in.Profile.Segment }},
		{name: "home_city", text: func(s *scope) string { return s.in.Home.Area.City() }},
		{name: "home", place: func(s *scope) window.Spot { return s.in.Home }},
		{name: "monthly_income_minor", number: func(s *scope) int64 { return s.in.Profile.MonthlyIncomeMinor }},
	}
}

// ofPast are the names that a window's `where` may use about each use; for the one being judged, too.
func ofPast() []variable {
	country := func(s *scope) uint64 { return uint64(s.past.Area.Country()) }
	return []variable{
		{name: "amount_minor", number: func(s *scope) int64 { return s.past.Minor }},
		{name: "type", text: func(s *scope) string { return s.past.Type.String() }},
		{name: "status", text: func(s *scope) string { return s.past.Status.String() }},
		{name: "entry_mode", text: func(s *scope) string { return s.past.Entry.String() }},
		{name: "card_present", truth: func(s *scope) bool { return s.past.Present() }},
		{name: "mcc", number: func(s *scope) int64 { return int64(s.past.MCC) }},
		{name: "merchant_id", onlyCompared: true,
			code: func(s *scope) uint64 { return uint64(s.past.Merchant) }, encode: func(id string) uint64 { return uint64(window.MerchantHash(id)) }},
		{name: "city", text: func(s *scope) string { return s.past.Area.City() },
			code: func(s *scope) uint64 { return cityCode(s.past.Area) }, encode: func(c string) uint64 { return uint64(window.AreaOfCity(c)) }},
		{name: "country", text: func(s *scope) string { return countryName(country(s)) },
			code: country, encode: func(c string) uint64 { return uint64(window.CountryCode(c)) }},
		{name: "place", place: func(s *scope) window.Spot { return window.SpotOfArea(s.past.Area) }},
		{name: "home", place: func(s *scope) window.Spot { return s.in.Home }},
		{name: "local_hour", number: func(s *scope) int64 { return int64(s.past.At.LocalHour()) }},
		{name: "minutes_ago", number: func(s *scope) int64 { return (s.in.Use.At.UnixMilli - s.past.At.UnixMilli) / 60_000 }},
		{name: "same_merchant", truth: func(s *scope) bool { return s.past.Merchant != 0 && s.past.Merchant == s.in.Use.Merchant }},
		{name: "same_place", truth: func(s *scope) bool { return s.past.Area != 0 && s.past.Area == s.in.Use.Spot.Area }},
	}
}

// ofText are the names that only a reason's text may use.
func ofText() []variable {
	return []variable{
		{name: "value", number: func(s *scope) int64 { return s.value }},
		{name: "limit", number: func(s *scope) int64 { return s.limit }},
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
