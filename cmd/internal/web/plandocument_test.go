package web

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/alerts/plan"
	"github.com/cardwatch/cardwatch/detectors/card"
)

var update = flag.Bool("update", false, "write the golden documents anew; read them before committing")

// signedPlan is an oral agreement about 1,025 yuan, whose figures alerts/plan reckons by hand: three instalments of 348.44.
func signedPlan(t *testing.T) plan.Plan {
	at := func(text string) card.Moment {
		m, err := card.ParseMoment(text)
		require.NoError(t, err)
		return m
	}
	s, err := plan.Terms{Kind: plan.Equal, Currency: card.Currency{'C', 'N', 'Y'}, PrincipalMinor: 1000_00, InterestMinor: 20_00, FeesMinor: 5_00,
		Rate: 12 * plan.Percent, Months: 3, FirstDue: at("2026-03-31T18:00:00+08:00")}.Schedule()
	require.NoError(t, err)
	p := plan.New("plan-7", "acct-0815", plan.Contract{
		Schedule: s, Charges: plan.Charges{Stated: true, Interest: true}, NoNewCard: true, Rights: "rights-2026-1", Breach: "breach-2026-1",
		Other: "none <b>else</b>", AbilityExceeded: true, Willing: true, Form: plan.Oral, Recording: "rec-77", GraceDays: 3, ToleranceMinor: 10_00,
	}, at("2026-03-01T09:00:00+08:00"))
	require.Empty(t, p.Contract.Complete())
	p, _, _ = plan.Step(p, plan.Event{Act: plan.ActOffer}, at("2026-03-01T10:00:00+08:00"))
	p, _, refusal := plan.Step(p, plan.Event{Act: plan.ActSign}, at("2026-03-02T10:00:00+08:00"))
	require.Empty(t, refusal)
	return p
}

// The documents in testdata were read by a person: all six items of Art. 70 are there, and their figures are those reckoned by hand.
func TestTheAgreementReadsAsItWasProofread(t *testing.T) {
	p := signedPlan(t)
	s := &Server{texts: map[card.Language]catalogue{}}
	s.texts[card.Chinese], s.texts[card.English] = catalogues(t)
	for _, lang := range languages {
		pages, err := s.parsePages(lang)
		require.NoError(t, err)
		var got bytes.Buffer
		require.NoError(t, pages.ExecuteTemplate(&got, "plan-document", page{
			Name: "plan-document", Lang: lang, Bank: "示范银行", Path: "/account/agreement",
			Data: planDocument{Plan: p, Figures: p.Contract.Schedule.Figures(plan.Defaults().Minimum)},
		}))
		file := filepath.Join("testdata", "plan."+lang.String()+".html")
		if *update {
			require.NoError(t, os.WriteFile(file, got.Bytes(), 0o644))
		}
		want, err := os.ReadFile(file)
		require.NoError(t, err)
		require.Equal(t, string(want), got.String())
	}
}
