package rule

import (
	"strings"
	"testing"
	"time"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/detectors/window"
)

// anyExpression draws an expression of a type out of what closures know; not all of it makes sense.
func anyExpression(t *rapid.T, kind string, depth int) string {
	draw := func(kind string) string { return anyExpression(t, kind, depth-1) }
	leaves := map[string][]string{
		"int":    {"0", "1", "-3", "9223372036854775807", "amount_minor", "mcc", "local_hour", "p95", "uses_90d", "monthly_income_minor"},
		"double": {"0.0", "2.5", "-1e300", "night_share", "km(place, home)", `km("110100", home)`, `km(place, city)`},
		"string": {`"chip"`, `"440300"`, "city", "entry_mode", "segment", "merchant_id", "merchant_city"},
		"bool":   {"true", "false", "card_present", "known(place)", "known(home_city)", `mcc_in("jewellery")`, `mcc_in("travel")`, "city in usual_cities"},
	}
	if depth == 0 || rapid.IntRange(0, 4).Draw(t, "leaf") == 0 {
		return rapid.SampledFrom(leaves[kind]).Draw(t, kind)
	}
	pick := func(ops ...string) string { return " " + rapid.SampledFrom(ops).Draw(t, "op") + " " }
	order := func() string { return pick("==", "!=", "<", "<=", ">", ">=") }
	if rapid.IntRange(0, 6).Draw(t, "choice") == 0 {
		return "(" + draw("bool") + " ? " + draw(kind) + " : " + draw(kind) + ")"
	}
	switch kind {
	case "int":
		return "(" + draw("int") + pick("+", "-", "*", "/", "%") + draw("int") + ")"
	case "double":
		return "(" + draw("double") + pick("+", "-", "*", "/") + draw("double") + ")"
	case "string":
		return rapid.SampledFrom(leaves[kind]).Draw(t, kind)
	}
	switch rapid.IntRange(0, 6).Draw(t, "form") {
	case 0:
		return "(" + draw("bool") + pick("&&", "||") + draw("bool") + ")"
	case 1:
		return "!(" + draw("bool") + ")"
	case 2:
		return "(" + draw("int") + order() + draw("int") + ")"
	case 3:
		return "(" + draw("double") + pick("<", "<=", ">", ">=") + draw("int") + ")"
	case 4:
		return "(" + draw("double") + order() + draw("double") + ")"
	case 5:
		return "(" + draw("string") + order() + draw("string") + ")"
	}
	return "(" + draw("string") + ` in ["chip", "230100", "gold"] || ` + draw("int") + " in [0, 5, 10000])"
}

func anySighting(t *rapid.T) *detectors.Sighting {
	at := card.Moment{UnixMilli: rapid.Int64Range(1.7e12, 1.8e12).Draw(t, "at"), OffsetMinutes: 480}
	tr := &card.Transaction{Head: card.Head{ID: "t", At: at}, Type: card.Purchase, Status: card.Approved,
		Amount: card.Money{Minor: rapid.SampledFrom([]int64{0, 1, 10_000, 1 << 62}).Draw(t, "minor")},
		MCC:    rapid.SampledFrom([]card.MCC{0, 5944, 4511}).Draw(t, "mcc"), Merchant: "m1",
		Entry: rapid.SampledFrom([]card.EntryMode{card.Chip, card.Ecommerce}).Draw(t, "entry"),
		Place: card.Place{City: rapid.SampledFrom([]string{"", "230100", "440300", "XXXXX"}).Draw(t, "city")}}
	use, _ := window.UseOf(tr, window.Clock{Arrived: at})
	var w window.Window
	for i := range rapid.IntRange(0, 12).Draw(t, "history") {
		old := *tr
		old.ID, old.At, old.Place.City = strings.Repeat("o", i+1), at.Add(-time.Duration(i)*7*time.Hour), "230100"
		u, _ := window.UseOf(&old, window.Clock{Arrived: old.At})
		w.Add(&u)
	}
	home := rapid.SampledFrom([]string{"", "230100", "310100"}).Draw(t, "home")
	return &detectors.Sighting{Use: &use, Window: &w, Home: spotOfCity(home), Transaction: tr,
		Profile: &detectors.Profile{Segment: "gold", MonthlyIncomeMinor: rapid.SampledFrom([]int64{0, 500_000}).Draw(t, "income")}}
}

// CEL's own interpreter is the judge of what an expression means: closures give the same value, or none where it gives none.
func TestClosuresMeanWhatCELMeans(t *testing.T) {
	space, err := newSpace(ofUse())
	require.NoError(t, err)
	known := 0
	rapid.Check(t, func(t *rapid.T) {
		text := anyExpression(t, "bool", 4)
		checked, issues := space.env.Compile(text)
		require.NoError(t, issues.Err(), text)
		c := closures{checked: checked.NativeRep(), names: space.names}
		closure := c.truth(checked.NativeRep().Expr())
		if closure == nil {
			return
		}
		known++
		program, err := space.env.Program(checked)
		require.NoError(t, err)
		interpret := interpreted(program, space.names, func(v ref.Val) (bool, bool) {
			b, ok := v.(types.Bool)
			return bool(b), ok
		})
		in := anySighting(t)
		got, fault := closure(&scope{in: in})
		want, wantFault := interpret(&scope{in: in})
		require.Equal(t, wantFault == "", fault == "", "%s: closure %q, CEL %q", text, fault, wantFault)
		if fault == "" {
			require.Equal(t, want, got, text)
		}
	})
	require.Greater(t, known, 50, "the expressions that closures know are what is tested")
}

// The same for a past use, which keeps codes in the place of texts.
func TestPastUsesAreComparedByTheirCodes(t *testing.T) {
	space, err := newSpace(ofPast())
	require.NoError(t, err)
	tokyo, cell := window.AreaOfCity("JPTYO"), window.AreaOf(card.Place{HasPoint: true, Lat: 30, Lon: 120})
	for _, tc := range []struct {
		text string
		past window.Past
		want bool
	}{
		{`merchant_id == "m1"`, window.Past{Merchant: window.MerchantHash("m1")}, true},
		{`merchant_id != "m1"`, window.Past{Merchant: window.MerchantHash("m2")}, true},
		{`merchant_id == ""`, window.Past{}, true},
		{`merchant_id in ["m1", "m2"]`, window.Past{Merchant: window.MerchantHash("m2")}, true},
		{`city == "JPTYO"`, window.Past{Area: tokyo}, true},
		{`"JPTYO" == city`, window.Past{Area: tokyo}, true},
		{`city == ""`, window.Past{Area: cell}, true},
		{`city == "much too long"`, window.Past{}, false},
		{`city != "much too long"`, window.Past{}, true},
		{`country == "JP" && city.startsWith("JP")`, window.Past{Area: tokyo}, true},
		{`country == "CN"`, window.Past{Area: window.AreaOfCity("230100")}, true},
		{`country == ""`, window.Past{Area: cell}, true},
		{`known(place)`, window.Past{Area: cell}, true},
		{`same_place`, window.Past{}, false},
		{`card_present && type == "cash"`, window.Past{Type: card.Cash}, true},
		{`mcc_in("travel") && entry_mode == "chip" && status == "declined"`, window.Past{MCC: 4511, Entry: card.Chip, Status: card.Declined}, true},
	} {
		x, problems := space.compileTruth(tc.text)
		require.Empty(t, problems, tc.text)
		got, fault := x.eval(&scope{in: &detectors.Sighting{Use: &window.Use{}}, past: &tc.past})
		require.Empty(t, fault, tc.text)
		require.Equal(t, tc.want, got, tc.text)
	}
}

// Whatever somebody sends as an expression, it is refused or it can be run, within its cost.
func FuzzExpression(f *testing.F) {
	for _, text := range []string{"card_present && amount_minor > 5 * p95", `km(place, home) > 300.0 || city in ["1"]`, "usual_cities.exists(c, c == city)",
		"amount_minor / (p50 - p50) > 2", `local_hour(occurred_at) < 6`, "((((", `"\u0000" + b'x'`, "[1,2].map(x, x/0)", `mcc_in(city)`, "-9223372036854775808 / -1 > 0"} {
		f.Add(text)
	}
	space, err := newSpace(ofUse())
	require.NoError(f, err)
	at := card.Moment{UnixMilli: 1.75e12}
	tr := &card.Transaction{Head: card.Head{At: at}, Type: card.Purchase, Status: card.Approved, Amount: card.Money{Minor: 100}}
	use, _ := window.UseOf(tr, window.Clock{Arrived: at})
	in := &detectors.Sighting{Use: &use, Window: &window.Window{}, Transaction: tr, Profile: &detectors.Profile{}}
	f.Fuzz(func(t *testing.T, text string) {
		if x, problems := space.compileTruth(text); len(problems) == 0 {
			x.eval(&scope{in: in})
		}
		if x, problems := space.compileNumber(text); len(problems) == 0 {
			x.eval(&scope{in: in})
		}
		_, _ = parseTemplate(text, space.names)
	})
}

var _ cel.Activation = activation{}
