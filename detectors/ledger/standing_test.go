package ledger_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/detectors/ledger"
)

var cny = card.Currency{'C', 'N', 'Y'}

// terms forgive ten yuan, as Chinese banks do.
var terms = ledger.Terms{ToleranceMinor: 10_00}

func moment(t testing.TB, s string) card.Moment {
	t.Helper()
	m, err := card.ParseMoment(s)
	require.NoError(t, err)
	return m
}

// day is a local moment in Beijing.
func day(t testing.TB, date, clock string) card.Moment { return moment(t, date+"T"+clock+"+08:00") }

func bill(t testing.TB, at, due string, minDue int64) *card.Statement {
	return &card.Statement{Head: card.Head{At: day(t, at, "02:00:00")}, Account: "a1", DueAt: day(t, due, "23:59:59"), BalanceMinor: 10 * minDue,
		MinDueMinor: minDue, CreditLimitMinor: 20_000_00, Currency: cny}
}

func payment(t testing.TB, date, clock string, minor int64) *card.Payment {
	return &card.Payment{Head: card.Head{At: day(t, date, clock)}, Account: "a1", Amount: card.Money{Minor: minor, Currency: cny},
		Method: card.ManualPayment, Status: card.Settled}
}

// named gives a payment the event_id by which it can be taken back.
func named(id string, p *card.Payment) *card.Payment {
	p.ID = id
	return p
}

func takenBack(t testing.TB, date, original string) *card.Payment {
	p := payment(t, date, "12:00:00", 0)
	p.Status, p.Original = card.Reversed, original
	return p
}

func account() *ledger.Account { return &ledger.Account{ID: "a1", Currency: cny} }

func TestDaysPastDueCountLocalDaysAfterTheDueDay(t *testing.T) {
	a := account()
	a.ApplyStatement(bill(t, "2026-03-01", "2026-03-21", 500_00), terms)
	for _, tc := range []struct {
		name    string
		now     card.Moment
		days    int
		overdue int64
	}{
		{"before the due date", day(t, "2026-03-20", "12:00:00"), 0, 0},
		{"last second of the due day", day(t, "2026-03-21", "23:59:59"), 0, 0},
		{"midnight after it", day(t, "2026-03-22", "00:00:00"), 1, 500_00},
		{"the same instant told in UTC", moment(t, "2026-03-21T16:00:00Z"), 1, 500_00},
		{"thirty-one days after", day(t, "2026-04-21", "09:00:00"), 31, 500_00},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := a.Standing(tc.now, terms)
			require.Equal(t, tc.days, s.DaysPastDue)
			require.Equal(t, tc.overdue, s.OverdueMinor)
		})
	}
}

func TestMinimumCountsAsPaidWithinTheTolerance(t *testing.T) {
	now := day(t, "2026-03-25", "12:00:00")
	for _, tc := range []struct {
		paid    int64
		days    int
		overdue int64
	}{
		{500_00, 0, 0}, {490_00, 0, 0}, {489_99, 4, 10_01}, {0, 4, 500_00},
	} {
		a := account()
		a.ApplyStatement(bill(t, "2026-03-01", "2026-03-21", 500_00), terms)
		if tc.paid > 0 {
			a.ApplyPayment(payment(t, "2026-03-10", "12:00:00", tc.paid))
		}
		s := a.Standing(now, terms)
		require.Equal(t, tc.days, s.DaysPastDue, "paid %d", tc.paid)
		require.Equal(t, tc.overdue, s.OverdueMinor, "paid %d", tc.paid)
	}
}

func TestPaymentGoesToTheOldestMinimumAndReAgesTheAccount(t *testing.T) {
	a := account()
	a.ApplyStatement(bill(t, "2026-03-01", "2026-03-21", 500_00), terms)
	second := bill(t, "2026-04-01", "2026-04-21", 1100_00)
	second.PastDueMinor, second.CyclesPastDue = 500_00, 1
	a.ApplyStatement(second, terms)
	now := day(t, "2026-04-25", "12:00:00")
	s := a.Standing(now, terms)
	require.Equal(t, 35, s.DaysPastDue)
	require.Equal(t, int64(1100_00), s.OverdueMinor, "the second minimum includes the first")
	a.ApplyPayment(payment(t, "2026-04-24", "12:00:00", 500_00))
	s = a.Standing(now, terms)
	require.Equal(t, 4, s.DaysPastDue)
	require.Equal(t, int64(600_00), s.OverdueMinor)
}

func TestWhatWasPaidTooMuchDoesNotPayTheNextMinimum(t *testing.T) {
	a := account()
	a.ApplyStatement(bill(t, "2026-03-01", "2026-03-21", 500_00), terms)
	a.ApplyPayment(payment(t, "2026-03-10", "12:00:00", 5000_00))
	a.ApplyStatement(bill(t, "2026-04-01", "2026-04-21", 300_00), terms)
	s := a.Standing(day(t, "2026-04-22", "12:00:00"), terms)
	require.Equal(t, 1, s.DaysPastDue)
	require.Equal(t, int64(300_00), s.OverdueMinor)
}

func TestStatementThatTellsOfMorePastDueIsBelieved(t *testing.T) {
	s := bill(t, "2026-03-01", "2026-03-31", 1700_00)
	s.PastDueMinor, s.CyclesPastDue = 1200_00, 4
	a := account()
	a.ApplyStatement(s, terms)
	got := a.Standing(day(t, "2026-03-02", "12:00:00"), terms)
	require.True(t, got.Estimated)
	require.Equal(t, day(t, "2025-11-30", "23:59:59"), got.OldestDue, "four months before the due date; November has no 31st")
	require.Equal(t, int64(1200_00), got.OverdueMinor)
	require.Equal(t, int64(500_00), got.Next.Minor)
}

func TestMinimumBelowWhatIsPastDueDoesNotIncludeIt(t *testing.T) {
	s := bill(t, "2026-03-01", "2026-03-21", 300_00)
	s.PastDueMinor, s.CyclesPastDue = 500_00, 1
	a := account()
	a.ApplyStatement(s, terms)
	require.Equal(t, int64(800_00), a.Standing(day(t, "2026-03-22", "12:00:00"), terms).OverdueMinor)
}

func TestStatementWithMoreCyclesThanWeSawMovesTheOldestDueDateBack(t *testing.T) {
	a := account()
	a.ApplyStatement(bill(t, "2026-03-01", "2026-03-21", 500_00), terms)
	second := bill(t, "2026-04-01", "2026-04-21", 1000_00)
	second.PastDueMinor, second.CyclesPastDue = 500_00, 3
	a.ApplyStatement(second, terms)
	s := a.Standing(day(t, "2026-04-02", "12:00:00"), terms)
	require.Equal(t, day(t, "2026-01-21", "23:59:59"), s.OldestDue)
	require.Equal(t, int64(500_00), s.OverdueMinor)
}

func TestStatementThatTellsOfLessForgivesNothing(t *testing.T) {
	a := account()
	a.ApplyStatement(bill(t, "2026-03-01", "2026-03-21", 500_00), terms)
	a.ApplyStatement(bill(t, "2026-04-01", "2026-04-21", 400_00), terms)
	s := a.Standing(day(t, "2026-04-02", "12:00:00"), terms)
	require.Equal(t, 12, s.DaysPastDue)
	require.Equal(t, int64(500_00), s.OverdueMinor)
}

func TestDebtsOlderThanTheListOfBillsAreCarried(t *testing.T) {
	a := account()
	start := time.Date(2025, 1, 1, 2, 0, 0, 0, time.FixedZone("", 8*3600))
	for i := range 9 {
		s := bill(t, "2025-01-01", "2025-01-21", 100_00)
		s.At = card.MomentOf(start.AddDate(0, i, 0))
		s.DueAt = card.MomentOf(start.AddDate(0, i, 20))
		s.PastDueMinor, s.MinDueMinor, s.CyclesPastDue = int64(i)*100_00, int64(i+1)*100_00, i
		a.ApplyStatement(s, terms)
	}
	require.Len(t, a.Bills, ledger.MaxBills)
	got := a.Standing(card.MomentOf(start.AddDate(0, 8, 10)), terms)
	require.Equal(t, card.MomentOf(start.AddDate(0, 0, 20)), got.OldestDue)
	require.False(t, got.Estimated)
	require.Equal(t, int64(800_00), got.OverdueMinor)
	paid := payment(t, "2025-01-01", "12:00:00", 800_00)
	paid.At = card.MomentOf(start.AddDate(0, 8, 5))
	a.ApplyPayment(paid)
	require.Zero(t, a.Standing(card.MomentOf(start.AddDate(0, 8, 10)), terms).DaysPastDue)
}

func TestBadInputHasADefinedAnswer(t *testing.T) {
	t.Run("a due date before the statement becomes 20 days after it", func(t *testing.T) {
		a := account()
		a.ApplyStatement(bill(t, "2026-03-01", "2026-02-21", 500_00), terms)
		require.True(t, a.Bills[0].DueAssumed)
		require.True(t, a.Standing(day(t, "2026-03-22", "12:00:00"), terms).Estimated)
		require.Equal(t, day(t, "2026-03-21", "02:00:00"), a.Bills[0].DueAt)
	})
	t.Run("a second statement for a cycle corrects the first and keeps its payments", func(t *testing.T) {
		for _, corrected := range []string{"2026-03-02", "2026-03-08"} {
			first, second := bill(t, "2026-03-01", "2026-03-21", 500_00), bill(t, corrected, "2026-03-21", 700_00)
			for _, order := range [][]*card.Statement{{first, second}, {second, first}} {
				a := account()
				a.ApplyStatement(order[0], terms)
				a.ApplyPayment(payment(t, "2026-03-05", "12:00:00", 200_00))
				require.Equal(t, order[1] == second, a.ApplyStatement(order[1], terms))
				require.Len(t, a.Bills, 1)
				require.Equal(t, int64(500_00), a.Standing(day(t, "2026-03-22", "12:00:00"), terms).OverdueMinor, "corrected on %s", corrected)
			}
		}
	})
	t.Run("an older second statement for a cycle changes nothing but when it began", func(t *testing.T) {
		a := account()
		a.ApplyStatement(bill(t, "2026-03-02", "2026-03-21", 700_00), terms)
		require.False(t, a.ApplyStatement(bill(t, "2026-03-01", "2026-03-21", 500_00), terms))
		require.Equal(t, int64(700_00), a.Bills[0].MinDueMinor)
		require.Equal(t, day(t, "2026-03-01", "02:00:00"), a.Bills[0].At)
	})
	t.Run("another currency is another ledger", func(t *testing.T) {
		var accounts []ledger.Account
		ledger.Open(&accounts, "a1", cny).ApplyStatement(bill(t, "2026-03-01", "2026-03-21", 500_00), terms)
		usd := card.Currency{'U', 'S', 'D'}
		require.Nil(t, ledger.Find(accounts, "a1", usd))
		ledger.Open(&accounts, "a1", usd).ApplyPayment(payment(t, "2026-03-10", "12:00:00", 500_00))
		require.Equal(t, int64(500_00), ledger.Find(accounts, "a1", cny).Standing(day(t, "2026-03-22", "12:00:00"), terms).OverdueMinor)
	})
	t.Run("a payment without a statement waits for the one that it follows", func(t *testing.T) {
		a := account()
		a.ApplyPayment(payment(t, "2026-03-10", "12:00:00", 500_00))
		a.ApplyStatement(bill(t, "2026-03-01", "2026-03-21", 500_00), terms)
		require.Zero(t, a.Standing(day(t, "2026-03-22", "12:00:00"), terms).DaysPastDue)
	})
	t.Run("a payment from before the first statement pays nothing", func(t *testing.T) {
		a := account()
		a.ApplyPayment(payment(t, "2026-02-27", "12:00:00", 500_00))
		a.ApplyStatement(bill(t, "2026-03-01", "2026-03-21", 500_00), terms)
		require.Equal(t, 1, a.Standing(day(t, "2026-03-22", "12:00:00"), terms).DaysPastDue)
		require.Equal(t, int64(500_00), a.Flow(-1).PaidMinor)
	})
	t.Run("a failed payment pays nothing and is counted", func(t *testing.T) {
		a := account()
		a.ApplyStatement(bill(t, "2026-03-01", "2026-03-21", 500_00), terms)
		p := payment(t, "2026-03-21", "09:00:00", 500_00)
		p.Status, p.Method = card.Failed, card.Autopay
		a.ApplyPayment(p)
		require.Equal(t, 1, a.Standing(day(t, "2026-03-22", "12:00:00"), terms).DaysPastDue)
		require.Equal(t, ledger.Flow{Failed: 1, FailedAutopay: 1}, a.Flow(0))
	})
}

func TestTheQuietestLedgerMakesRoom(t *testing.T) {
	var accounts []ledger.Account
	for i := range ledger.MaxAccounts {
		s := bill(t, "2026-03-01", "2026-03-21", 500_00)
		s.At = s.At.Add(time.Duration((i+3)%ledger.MaxAccounts) * time.Hour)
		ledger.Open(&accounts, string(rune('a'+i)), cny).ApplyStatement(s, terms)
	}
	ledger.Open(&accounts, "new", cny)
	require.Len(t, accounts, ledger.MaxAccounts)
	require.Nil(t, ledger.Find(accounts, "f", cny), "its last bill is the oldest")
	require.NotNil(t, ledger.Find(accounts, "a", cny))
}

// The rate is the newest bill's: a correction of it changes the rate, one that comes late or is of another bill does not.
func TestTheRateIsTheNewestBills(t *testing.T) {
	rated := func(at, due string, bps int) *card.Statement {
		s := bill(t, at, due, 100_00)
		s.RateBps = bps
		return s
	}
	a := &ledger.Account{ID: "a1", Currency: cny}
	for _, tt := range []struct {
		bill *card.Statement
		want int
	}{
		{rated("2026-02-01", "2026-02-20", 1825), 1825},
		{rated("2026-03-01", "2026-03-20", 1460), 1460},
		{rated("2026-03-03", "2026-03-20", 1095), 1095},
		{rated("2026-02-03", "2026-02-20", 1700), 1095},
		{rated("2026-01-01", "2026-01-20", 1600), 1095},
		{rated("2026-04-01", "2026-04-20", 0), 0},
	} {
		a.ApplyStatement(tt.bill, terms)
		require.Equal(t, tt.want, a.RateBps)
	}
}
