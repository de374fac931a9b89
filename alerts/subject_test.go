package alerts_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
)

func TestAPromptNamesTheLargestUseAndCountsThemAll(t *testing.T) {
	c := newCustomer(t)
	online := alert("a1", largeAmount)
	online.EventIDs = []string{"tx-1", "tx-2"}
	online.Use.CardPresent, online.Use.MerchantName = false, "Web Shop"
	c.apply(online)
	c.apply(graver(alert("a2", smallAmount)))

	asked := c.state.Messages[len(c.state.Messages)-1].Args
	require.Equal(t, int64(largeAmount), asked.AmountMinor)
	require.Equal(t, "Web Shop", asked.Merchant)
	require.Empty(t, asked.City, "where an online shop's terminal stands says nothing about the holder")
	require.Empty(t, asked.Country)
	require.Equal(t, 2, asked.Uses, "a use that two detectors found counts once")
}

func TestAMerchantsNameCarriesNothingThatAThiefWould(t *testing.T) {
	for name, want := range map[string]string{
		"7-Eleven 042":             "7-Eleven 042",
		"  St.  Mary's \u3000Café": "St. Mary's Café",
		"海底捞火锅（南山店）":               "海底捞火锅（南山店）",
		"evil.example/pay":         "",
		"https://evil":             "",
		"evil．ｃｏｍ":                 "",
		"evil。com":                 "",
		"help@bank":                "",
		"call 400-820-8820":        "",
		"请拨９５５８８":                  "",
		"【招商银行】安全中心":               "",
		"Corner\u200bShop":         "",
		"Bidi\u202eshop":           "",
		strings.Repeat("店", 120):   strings.Repeat("店", 24),
	} {
		c := newCustomer(t)
		a := alert("a1", smallAmount)
		a.Use.MerchantName = name
		c.apply(a)
		require.Equal(t, want, c.state.Messages[0].Args.Merchant, "%q", name)
	}
}

func TestAYesExemptsWhatItConfirmed(t *testing.T) {
	limit := alerts.Defaults().ExemptFor
	for name, tc := range map[string]struct {
		use   detectors.Use
		scope string
		lasts string
	}{
		"a card at a terminal in a city": {detectors.Use{City: "440300", Merchant: "m-7", CardPresent: true}, "city:440300", limit.String()},
		"a terminal in no known city":    {detectors.Use{Merchant: "m-7", CardPresent: true}, "merchant:m-7", limit.String()},
		"an online shop":                 {detectors.Use{City: "440300", Merchant: "m-7"}, "merchant:m-7", limit.String()},
		"nothing known but the card":     {detectors.Use{City: "440300"}, "card", "1h0m0s"},
	} {
		t.Run(name, func(t *testing.T) {
			c := newCustomer(t)
			a := alert("a1", smallAmount)
			a.Use = tc.use
			c.apply(a)
			c.apply(tap(c.prompt().ID, alerts.Yes))
			require.Len(t, c.out.Feedback, 1)
			require.Equal(t, card.Genuine, c.out.Feedback[0].Verdict)
			require.Equal(t, tc.scope, c.out.Feedback[0].ExemptScope)
			require.Equal(t, tc.lasts, c.out.Feedback[0].ExemptUntil.Sub(c.now).String())
		})
	}
}
