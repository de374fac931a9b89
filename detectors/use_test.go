package detectors_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
)

func TestAlertIsAboutTheWeightiestUse(t *testing.T) {
	for name, tc := range map[string]struct {
		// charges follow the first two, which raise nothing: merchant, minor units, answer.
		charges []card.Transaction
		want    string
	}{
		"the largest approved":          {[]card.Transaction{spent("a", 300), spent("b", 900), spent("c", 100)}, "b"},
		"the newer of two as large":     {[]card.Transaction{spent("a", 300), spent("b", 300)}, "b"},
		"approved before any attempt":   {[]card.Transaction{tried("a", 900), spent("b", 100), tried("c", 900)}, "b"},
		"the newest when none went off": {[]card.Transaction{tried("a", 900), tried("b", 100)}, "b"},
	} {
		t.Run(name, func(t *testing.T) {
			m, s := monitor(t), &detectors.State{}
			feed(m, s, charge("t0", 0))
			feed(m, s, charge("t1", 1))
			var newest detectors.Alert
			for i, c := range tc.charges {
				next := charge("next"+c.Merchant, 2+i)
				next.Merchant, next.MerchantName, next.Amount.Minor, next.Status = c.Merchant, "Shop "+c.Merchant, c.Amount.Minor, c.Status
				raised := feed(m, s, next).Alerts
				require.Len(t, raised, 1)
				newest = raised[0]
				restored(t, s)
			}
			require.Equal(t, tc.want, newest.Use.Merchant)
			require.Equal(t, "Shop "+tc.want, newest.Use.MerchantName)
		})
	}
}

func spent(merchant string, minor int64) card.Transaction {
	return card.Transaction{Merchant: merchant, Amount: card.Money{Minor: minor}, Status: card.Approved}
}

func tried(merchant string, minor int64) card.Transaction {
	t := spent(merchant, minor)
	t.Status = card.Declined
	return t
}

// restored checks that the open alerts come back from the store as they were.
func restored(t *testing.T, s *detectors.State) {
	t.Helper()
	back := &detectors.State{}
	require.NoError(t, back.UnmarshalBinary(s.AppendBinary(nil)))
	require.Equal(t, s.Incidents, back.Incidents)
	require.Equal(t, s.Shadows, back.Shadows)
}

func TestAlertTellsWhereAndHowTheCardWasUsed(t *testing.T) {
	m, s := monitor(t), &detectors.State{}
	var raised []detectors.Alert
	for i := range 3 {
		c := charge([]string{"t0", "t1", "t2"}[i], i)
		c.Type, c.Entry, c.Place.Country = card.Cash, 0, "CN"
		raised = feed(m, s, c).Alerts
	}
	require.Len(t, raised, 1)
	require.Equal(t, detectors.Use{
		Amount: card.Money{Minor: 100, Currency: card.Currency{'C', 'N', 'Y'}}, City: "230100", Country: "CN", CardPresent: true,
	}, raised[0].Use, "cash comes out of a machine that holds the card")
}

func TestGenuineAlertIsSettledAndTheNextIsAnotherOne(t *testing.T) {
	for name, tc := range map[string]struct {
		verdict card.Verdict
		closed  int
	}{"genuine": {card.Genuine, 1}, "fraud": {card.Fraud, 0}, "unknown": {card.Unknown, 0}} {
		t.Run(name, func(t *testing.T) {
			m, s := monitor(t), &detectors.State{}
			var first []detectors.Alert
			for i := range 3 {
				first = feed(m, s, charge([]string{"t0", "t1", "t2"}[i], i)).Alerts
			}
			verdict := &card.Feedback{
				Head: card.Head{ID: "f", Customer: "c1", At: charge("", 3).At}, Card: "card1", AlertID: first[0].AlertID, Verdict: tc.verdict,
			}
			settled := feed(m, s, verdict).Alerts
			require.Len(t, settled, tc.closed)
			next := feed(m, s, charge("t4", 4)).Alerts
			require.Len(t, next, 1)
			if tc.closed == 0 {
				require.Equal(t, first[0].AlertID, next[0].AlertID)
				return
			}
			require.Equal(t, detectors.Closed, settled[0].State)
			require.Equal(t, first[0].AlertID, settled[0].AlertID)
			require.NotEqual(t, first[0].AlertID, next[0].AlertID)
			require.Equal(t, []string{"t4"}, next[0].EventIDs)
		})
	}
}
