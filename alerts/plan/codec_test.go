package plan_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/cardwatch/cardwatch/alerts/plan"
	"github.com/cardwatch/cardwatch/detectors/pack"
)

// read takes a plan back and demands that nothing is left over.
func read(data []byte) (plan.Plan, error) {
	r := pack.NewReader(data)
	p := plan.Read(r)
	return p, r.Done()
}

func TestAPlanComesBackAsItWasWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := contract(t)
		c.Schedule = schedule(t, anyTerms(t))
		c.Charges = plan.Charges{Stated: rapid.Bool().Draw(t, "stated"), AnnualFee: rapid.Bool().Draw(t, "annual"), OtherFees: rapid.Bool().Draw(t, "other")}
		c.Recording, c.Other = rapid.String().Draw(t, "recording"), rapid.String().Draw(t, "other")
		p := plan.New(rapid.String().Draw(t, "id"), "acct-0815", c, at(t, "2026-03-01T09:00:00+08:00"))
		p.State = rapid.SampledFrom([]plan.State{plan.Drafted, plan.Signed, plan.UnderReview, plan.Renegotiated}).Draw(t, "state")
		p.PaidMinor, p.CarriedMinor, p.Breaches, p.Reason = rapid.Int64Range(0, 1e12).Draw(t, "paid"), 7, 2, "lower wage"
		p.SignedAt = at(t, "2026-03-02T09:00:00-05:00")
		got, err := read(p.AppendBinary(nil))
		require.NoError(t, err)
		require.Equal(t, p, got)
	})
}

func TestSixtySignedLinesAreSmall(t *testing.T) {
	c := contract(t)
	terms := thousand(t, plan.Equal, 60)
	terms.PrincipalMinor = 80_000_00
	c.Schedule = schedule(t, terms)
	p := plan.New("plan-1", "acct-0815", c, at(t, "2026-03-01T09:00:00+08:00"))
	require.Less(t, len(p.AppendBinary(nil)), 2000)
}

// FuzzRead feeds a decoder anything: it fails or gives a plan that can be worked with and written again.
func FuzzRead(f *testing.F) {
	p := plan.New("plan-1", "acct-0815", contract(f), at(f, "2026-03-01T09:00:00+08:00"))
	p.State = plan.Signed
	f.Add(p.AppendBinary(nil))
	p.Contract = plan.Contract{}
	f.Add(p.AppendBinary(nil))
	f.Add([]byte{})
	f.Add([]byte{2})
	now := at(f, "2026-05-01T09:00:00+08:00")
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := read(data)
		if err != nil {
			return
		}
		again, err := read(p.AppendBinary(nil))
		require.NoError(t, err)
		require.Equal(t, p, again)
		for _, act := range []plan.Act{plan.ActPass, plan.ActPay, plan.ActTakeBack, plan.ActSign, plan.ActContinue} {
			next, _, _ := plan.Step(p, plan.Event{Act: act, AmountMinor: 1}, now)
			next.Wake()
			next.PaidLines()
			require.GreaterOrEqual(t, min(next.OverdueMinor(now), next.PayoffMinor(now), next.PaidMinor), int64(0))
		}
	})
}
