package detectors_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
)

func TestPriorityOfKnownAccounts(t *testing.T) {
	d := detectors.Delinquency{HalfPriority: 28}
	for _, tc := range []struct {
		missed, balance float64
		priority        int
	}{
		{0.28, 10_000, 50}, // 0.28 × 100 is the half
		{0.5, 40_000, 78},  // 100 ÷ 128
		{0.5, 0, 0},
		{0, 40_000, 0},
		{0.5, -300, 0}, // the bank owes the customer
	} {
		require.Equal(t, tc.priority, d.Priority(tc.missed, tc.balance), "%v of %v", tc.missed, tc.balance)
	}
}

func TestPriorityKeepsTheOrderOfRiskTimesRootOfBalance(t *testing.T) {
	d := detectors.DefaultDelinquency()
	rapid.Check(t, func(t *rapid.T) {
		p := rapid.Float64Range(0, 1)
		b := rapid.Float64Range(0, 1e7)
		p1, p2, b1, b2 := p.Draw(t, "p1"), p.Draw(t, "p2"), b.Draw(t, "b1"), b.Draw(t, "b2")
		first, second := d.Priority(p1, b1), d.Priority(p2, b2)
		if p1*math.Sqrt(b1) <= p2*math.Sqrt(b2) {
			require.LessOrEqual(t, first, second)
		} else {
			require.GreaterOrEqual(t, first, second)
		}
		require.True(t, first >= 0 && first <= 100)
	})
}

// TestAnUnpaidBillWalksThroughTheTiersWhateverTheDueDate draws bills and due dates in any offset and lets time pass.
func TestAnUnpaidBillWalksThroughTheTiersWhateverTheDueDate(t *testing.T) {
	m := monitor(t)
	rapid.Check(t, func(t *rapid.T) {
		offset := int16(rapid.IntRange(-12*4, 14*4).Draw(t, "quarter hours") * 15)
		at := card.Moment{UnixMilli: rapid.Int64Range(1_700_000_000_000, 1_800_000_000_000).Draw(t, "at"), OffsetMinutes: offset}
		due := at
		due.UnixMilli += rapid.Int64Range(0, 40*86_400_000).Draw(t, "term")
		state, out := &detectors.State{}, &detectors.Effects{}
		m.Step(state, card.Event{Arrived: at, Body: &card.Statement{Head: card.Head{ID: "s1", Customer: "c1", At: at}, Account: "a1", DueAt: due,
			BalanceMinor: 8000_00, MinDueMinor: 800_00, CreditLimitMinor: 9000_00, Currency: currency("CNY"), RateBps: 1460, InstalmentMinor: 50_00}}, out)
		var tiers []detectors.Tier
		for range 30 {
			wake := m.NextWake(state)
			if wake.IsZero() {
				break
			}
			out.Reset()
			m.Step(state, card.Event{Arrived: wake, Body: &card.Tick{Head: card.Head{Customer: "c1", At: wake}}}, out)
			after := m.NextWake(state)
			require.True(t, after.IsZero() || wake.Before(after), "%s is not after %s", after, wake)
			for _, c := range out.Collections {
				require.Zero(t, c.At.LocalHour(), "tiers change at local midnight")
				require.Equal(t, offset, c.At.OffsetMinutes)
				require.Equal(t, 1460, c.RateBps, "as the statement told it")
				require.Equal(t, int64(50_00), c.InstalmentMinor)
				tiers = append(tiers, c.Tier)
			}
		}
		require.Equal(t, []detectors.Tier{detectors.Grace, detectors.Mild, detectors.Moderate, detectors.SevereA, detectors.SevereB, detectors.SevereC}, tiers)
	})
}

func TestCollectionTellsItsNumbers(t *testing.T) {
	got := collections(t, "history_from_before")
	require.Len(t, got, 1)
	c := got[0]
	require.Equal(t, detectors.SevereA, c.Tier)
	require.Equal(t, detectors.NoTier, c.PreviousTier)
	require.Equal(t, 70, c.DaysPastDue)
	require.Equal(t, int64(1200_00), c.OverdueMinor)
	require.Equal(t, int64(9000_00), c.BalanceMinor)
	require.Equal(t, 0.5, c.MissProbability, "an account without a whole cycle behind it is not judged")
	require.Equal(t, 63, c.Priority, "0.5 × √9,000 = 47.4 against 28")
	require.Contains(t, c.Reasons, detectors.Reason{Code: "overdue", Value: 1200_00, Unit: detectors.Minor})
	require.Contains(t, c.Reasons, detectors.Reason{Code: "due_date_estimated", Value: 70, Unit: detectors.Days,
		Baseline: detectors.Text{Zh: "2026-01-21", En: "2026-01-21"}})
}

func TestCollectionTellsItsLabelsAndWhoseDaysTheyAre(t *testing.T) {
	got := collections(t, "bank_ageing_at_first_sight")
	require.Len(t, got, 2)
	require.Equal(t, detectors.Labels{Bucket: "M3", IFRS9Stage: 2, Class2011: detectors.SpecialMention, Class2023: detectors.SpecialMention}, got[0].Labels)
	require.Equal(t, detectors.Labels{Bucket: "M4", IFRS9Stage: 3, Class2011: detectors.Substandard, Class2023: detectors.Substandard, Default: true}, got[1].Labels)
	require.Contains(t, got[0].Reasons, detectors.Reason{Code: "bank_ageing", Value: 85, Unit: detectors.Days})
}

func TestReversalIsAnsweredByWhatItFound(t *testing.T) {
	var got []detectors.Admission
	for _, name := range []string{"payment_returned", "payment_returned_before_it_is_heard_of", "payment_of_another_account_returned"} {
		s := script(t, name)
		s.play(t, s.monitor(t), func(_ *detectors.State, out *detectors.Effects) {
			if out.Admission != detectors.Admitted {
				got = append(got, out.Admission)
			}
		})
	}
	require.Equal(t, []detectors.Admission{detectors.Unmatched, detectors.Unmatched}, got, "before its payment, and of another account")
}

func collections(t *testing.T, name string) (got []detectors.Collection) {
	s := script(t, name)
	s.play(t, s.monitor(t), func(_ *detectors.State, out *detectors.Effects) { got = append(got, out.Collections...) })
	return got
}

func script(t *testing.T, name string) accountScript {
	for _, s := range loadAccountScripts(t) {
		if s.name == name {
			return s
		}
	}
	require.Fail(t, "no script "+name)
	return accountScript{}
}
