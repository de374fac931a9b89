package web_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// textbook is 12,000 yuan at 12 % over twelve months.
var textbook = url.Values{"principal": {"12000"}, "rate": {"12"}, "months": {"12"}, "first_due": {"2026-03-31"}, "kind": {"equal"}}

func with(values url.Values, pairs ...string) string {
	all := url.Values{}
	for key, v := range values {
		all[key] = v
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		all.Set(pairs[i], pairs[i+1])
	}
	return "/calculator?" + all.Encode()
}

func TestTheCalculatorIsOpenAndAsksForNoName(t *testing.T) {
	b := newBank(t)
	for _, host := range []string{"bank.example", "127.0.0.1:8080"} {
		for _, path := range []string{"/calculator", with(textbook), strings.Replace(with(textbook), "?", "/plan?", 1), "/calculator/instalment", "/static/plan.css"} {
			r := httptest.NewRequest(http.MethodGet, path, nil)
			r.Host = host
			w := b.do(r)
			require.Equal(t, http.StatusOK, w.Code, "%s%s", host, path)
			require.NotContains(t, w.Body.String(), "<script")
			require.NotContains(t, w.Body.String(), "style=", "the policy forbids inline styles")
		}
	}
	require.Empty(t, b.published, "nothing is kept")
}

func TestAnUntouchedFormHasNoMistakes(t *testing.T) {
	b := newBank(t)
	page := b.get("/calculator", "zh-CN")
	require.Contains(t, words(page), "信用卡还款计算器")
	require.NotContains(t, page.Body.String(), `role="alert"`)
	require.NotContains(t, page.Body.String(), "<table")
	require.Contains(t, page.Body.String(), `value="2026-04-01"`, "a month from the bank's today")
	require.Contains(t, words(b.get("/calculator?lang=en", "zh-CN")), "Card repayment calculator", "the address decides on the language")
}

func TestTheCalculatorShowsTheCostAYearFirst(t *testing.T) {
	b := newBank(t)
	// 12,000 · 0.01 ÷ (1 − 1.01⁻¹²) = 1,066.19; 1.01¹² − 1 = 12.68 %; interest 794.23: see alerts/plan.
	w := b.get(with(textbook), "en")
	require.Equal(t, http.StatusOK, w.Code)
	page := words(w)
	for _, want := range []string{"12.68%", "monthly rate × 12: 12.00%", "¥1,066.19", "12 times", "¥794.23", "¥12,794.23", "2026-03-31", "2026-04-30", "2027-02-28", "¥1,066.14"} {
		require.Contains(t, page, want)
	}
	for _, later := range []string{"¥1,066.19", "¥794.23", "¥12,794.23"} {
		require.Less(t, strings.Index(page, "12.68%"), strings.Index(page, later))
	}
	require.Contains(t, words(b.get(with(textbook), "zh-CN")), "年化利率（复利，内部收益率） 12.68%")
}

func TestWhatChineseKeyboardsTypeIsUnderstood(t *testing.T) {
	b := newBank(t)
	for _, principal := range []string{"１２０００", "12,000", "12，000.00", "¥12 000", "12000元", "１２，０００．００"} {
		require.Contains(t, words(b.get(with(textbook, "principal", principal, "rate", "12％"), "zh-CN")), "¥1,066.19", principal)
	}
}

func TestTheCalculatorSaysWhetherItCanBeAfforded(t *testing.T) {
	b := newBank(t)
	means := []string{"income", "9000", "essentials", "5000", "job", "employed"}
	require.Contains(t, words(b.get(with(textbook, means...), "en")), "About ¥3,100.00 a month can go to this debt")
	require.Contains(t, words(b.get(with(textbook, means...), "en")), "within what can be afforded")
	require.Contains(t, words(b.get(with(textbook, append(means, "principal", "90000")...), "zh-CN")), "须新增借款才能还")
	other := words(b.get(with(textbook, append(means, "currency", "USD")...), "en"))
	require.Contains(t, other, "US$1,066.19")
	require.Contains(t, other, "US$3,100.00")
}

func TestBadInputIsAnsweredInWords(t *testing.T) {
	b := newBank(t)
	for _, tt := range []struct{ field, value, zh, en string }{
		{"principal", "abc", "请填写数字", "give a number"},
		{"principal", "", "须大于 0", "must be above 0"},
		{"principal", "-5", "请填写数字", "give a number"},
		{"principal", "1e9", "请填写数字", "give a number"},
		{"principal", "12000.505", "请填写数字", "give a number"},
		{"principal", "99999999999", "金额过大", "too large"},
		{"principal", strings.Repeat("9", 500), "请填写数字", "give a number"},
		{"rate", "many", "请填写百分数", "a number of per cent"},
		{"rate", "101", "0% 至 100%", "between 0 % and 100 %"},
		{"months", "0", "1 至 60", "1 to 60 months"},
		{"months", "61", "1 至 60", "1 to 60 months"},
		{"months", "12.5", "请填写整数", "a whole number"},
		{"first_due", "2026-02-30", "有效日期", "a date"},
		{"first_due", "9999-01-01", "有效日期", "a date"},
		{"kind", "balloon", "没有这种还款方式", "no such way"},
		{"currency", "XXX", "列出的币种", "one of the currencies"},
		{"income", "lots", "请填写数字", "give a number"},
		{"dependants", "-1", "请填写整数", "a whole number"},
	} {
		for lang, want := range map[string]string{"zh-CN": tt.zh, "en": tt.en} {
			for _, path := range []string{with(textbook, tt.field, tt.value), strings.Replace(with(textbook, tt.field, tt.value), "?", "/plan?", 1)} {
				w := b.get(path, lang)
				require.Equal(t, http.StatusUnprocessableEntity, w.Code, "%s=%s", tt.field, tt.value)
				require.Contains(t, words(w), want, "%s=%.20s", tt.field, tt.value)
			}
		}
	}
}

func TestNothingThatIsTypedBreaksTheCalculator(t *testing.T) {
	b := newBank(t)
	fields := []string{"principal", "interest", "fees", "currency", "rate", "kind", "months", "first_due", "defer", "plan_rate", "income", "essentials",
		"other_debt", "dependants", "job", "savings", "lang", "fee"}
	value := rapid.OneOf(rapid.SampledFrom([]string{"", "0", "12000", "1", "60", "100", "999999999999", "lump_sum", "deferral", "reduced", "principal_first", "frozen",
		"JPY", "KWD", "2026-03-31", "en", "unemployed", `"><script>alert(1)</script>`, "%zz", "\x00", "٣"}), rapid.String())
	rapid.Check(t, func(t *rapid.T) {
		query := url.Values{"principal": {"12000"}}
		for _, field := range rapid.SliceOfDistinct(rapid.SampledFrom(fields), rapid.ID).Draw(t, "fields") {
			query.Set(field, value.Draw(t, field))
		}
		for _, path := range []string{"/calculator?", "/calculator/plan?", "/calculator/instalment?"} {
			w := b.get(path+query.Encode(), "en")
			require.Contains(t, []int{http.StatusOK, http.StatusUnprocessableEntity}, w.Code)
			require.NotContains(t, w.Body.String(), "<script")
		}
	})
	require.Equal(t, http.StatusOK, b.get("/calculator?%zz&;", "en").Code)
}

func TestAFeeAMonthIsShownAsTheCostAYearThatItIs(t *testing.T) {
	b := newBank(t)
	ask := func(lang string, pairs ...string) *httptest.ResponseRecorder {
		return b.get(strings.Replace(with(url.Values{"principal": {"12000"}, "months": {"12"}, "fee": {"0.6"}}, pairs...), "?", "/instalment?", 1), lang)
	}
	// The press's example: 0.6 % a month on 12,000 in twelve parts is 13.03 % a year; with all interest up front 14.02 %: see alerts/plan.
	page := words(ask("en"))
	for _, want := range []string{"13.84%", "monthly rate × 12: 13.03%", "¥864.00", "¥12,864.00", "¥1,072.00", "14.96%", "monthly rate × 12: 14.02%", "Due at once ¥864.00"} {
		require.Contains(t, page, want)
	}
	require.Less(t, strings.Index(page, "13.84%"), strings.Index(page, "¥864.00"), "the cost a year comes first")
	require.Less(t, strings.Index(page, "Interest every month"), strings.Index(page, "All interest up front"))
	require.NotContains(t, ask("en").Body.String(), "checked", "no way is chosen beforehand")
	for pairs, want := range map[[4]string]string{
		{"kind", "cash", "principal", "50000.01"}: "现金分期超过 5 万元 CN-INST-4",
		{"kind", "cash", "months", "25"}:          "现金分期超过 2 年 CN-INST-4",
		{"months", "61", "kind", "bill"}:          "期限超过 5 年 CN-INST-4",
		{"principal", "x", "kind", "bill"}:        "请填写数字",
		{"fee", "-1", "kind", "bill"}:             "请填写百分数",
	} {
		w := ask("zh-CN", pairs[:]...)
		require.Equal(t, http.StatusUnprocessableEntity, w.Code, "%v", pairs)
		require.Contains(t, words(w), want)
	}
	require.Equal(t, http.StatusOK, b.get("/calculator/instalment", "en").Code)
}
