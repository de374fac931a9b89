package ledger_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/detectors/ledger"
)

func spend(t testing.TB, date string, minor int64, typ card.Type) *card.Transaction {
	return &card.Transaction{Head: card.Head{At: day(t, date, "12:00:00")}, Account: "a1", Type: typ, Status: card.Approved,
		Amount: card.Money{Minor: minor, Currency: cny}}
}

// fourMonths is an account that pays half, a tenth and nothing of its bills, and spends meanwhile.
func fourMonths(t testing.TB) *ledger.Account {
	a := account()
	for _, m := range []struct {
		at, due       string
		balance, paid int64
		paidOn, spent string
		cycles        int
	}{
		{"2026-01-01", "2026-01-21", 4000_00, 2000_00, "2026-01-10", "2026-01-15", 0},
		{"2026-02-01", "2026-02-21", 5000_00, 500_00, "2026-02-23", "2026-02-15", 1},
		{"2026-03-01", "2026-03-21", 6000_00, 0, "", "2026-03-15", 0},
		{"2026-04-01", "2026-04-21", 10000_00, 0, "", "", 2},
	} {
		s := bill(t, m.at, m.due, m.balance/10)
		s.CyclesPastDue = m.cycles
		a.ApplyStatement(s, terms)
		if m.paid > 0 {
			a.ApplyPayment(payment(t, m.paidOn, "12:00:00", m.paid))
		}
		if m.spent != "" {
			a.ApplySpend(spend(t, m.spent, 1500_00, card.Purchase))
		}
	}
	return a
}

func TestFeaturesSpanTheLastThreeBillsAndTheCyclesTheyClose(t *testing.T) {
	f, ok := fourMonths(t).Features()
	require.True(t, ok)
	require.Equal(t, ledger.Features{
		CyclesPastDue: 2, LateMonths: 2, WorstLate: 2,
		Paid: 2500, PaidLeast: 0, SpendMost: 1500, Balance: 10000, BalanceBefore: 6000,
		Headroom: 10000, Utilisation: 0.5,
		SpendToPaid:  6, // 3,000 spent to 500 paid since February
		PaidToBilled: 0, // nothing paid of March's bill
	}, f)
}

func TestFeaturesDoNotSeeWhatCameAfterTheNewestBill(t *testing.T) {
	a := fourMonths(t)
	before, _ := a.Features()
	a.ApplyPayment(payment(t, "2026-04-10", "12:00:00", 9000_00))
	a.ApplySpend(spend(t, "2026-04-11", 800_00, card.Cash))
	after, _ := a.Features()
	require.Equal(t, before, after)
}

func TestFeaturesOfAnAccountThatTellsNothingAreUnknown(t *testing.T) {
	a := account()
	_, ok := a.Features()
	require.False(t, ok, "before the first bill")
	s := bill(t, "2026-03-01", "2026-03-21", 0)
	s.CreditLimitMinor = 0
	a.ApplyStatement(s, terms)
	f, ok := a.Features()
	require.True(t, ok)
	require.Equal(t, ledger.Features{Utilisation: ledger.Unknown, Headroom: ledger.Unknown, SpendToPaid: ledger.Unknown, PaidToBilled: ledger.Unknown,
		Paid: ledger.Unknown, PaidLeast: ledger.Unknown, SpendMost: ledger.Unknown}, f)
}

func TestPaymentsOfOneCycleAreProjectedToThree(t *testing.T) {
	a := account()
	a.ApplyPayment(payment(t, "2026-02-27", "12:00:00", 9999_00))
	a.ApplyStatement(bill(t, "2026-03-01", "2026-03-21", 500_00), terms)
	a.ApplyPayment(payment(t, "2026-03-20", "12:00:00", 700_00))
	a.ApplyStatement(bill(t, "2026-04-01", "2026-04-21", 500_00), terms)
	f, _ := a.Features()
	require.Equal(t, 2100.0, f.Paid, "what came before the first bill is no whole cycle")
}

func TestSpendingIsNetOfRefundsReversalsAndDeclines(t *testing.T) {
	a := account()
	a.ApplyStatement(bill(t, "2026-03-01", "2026-03-21", 500_00), terms)
	a.ApplySpend(spend(t, "2026-03-05", 300_00, card.Purchase))
	a.ApplySpend(spend(t, "2026-03-06", 200_00, card.Cash))
	a.ApplySpend(spend(t, "2026-03-07", 50_00, card.Refund))
	a.ApplySpend(spend(t, "2026-03-08", 100_00, card.Reversal))
	declined := spend(t, "2026-03-09", 999_00, card.Purchase)
	declined.Status = card.Declined
	a.ApplySpend(declined)
	require.Equal(t, ledger.Flow{SpendMinor: 350_00, CashMinor: 200_00, Uses: 2}, a.Flow(0))
}

func TestLateButPaidIsTheHabitOfOneWhoForgets(t *testing.T) {
	for _, tc := range []struct {
		name   string
		paidOn string
		paid   int64
		months int
	}{
		{"on the due day", "2026-03-21", 500_00, 0},
		{"three days late", "2026-03-24", 500_00, 1},
		{"too little, late", "2026-03-24", 300_00, 0},
		{"not at all", "", 0, 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			a := account()
			a.ApplyStatement(bill(t, "2026-03-01", "2026-03-21", 500_00), terms)
			if tc.paid > 0 {
				a.ApplyPayment(payment(t, tc.paidOn, "12:00:00", tc.paid))
			}
			a.ApplyStatement(bill(t, "2026-04-01", "2026-04-21", 500_00), terms)
			require.Equal(t, tc.months, a.LateButPaid(ledger.Months, terms.ToleranceMinor))
		})
	}
}
