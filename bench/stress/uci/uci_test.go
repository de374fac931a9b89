package uci_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/bench/stress/uci"
)

// Own-made rows in the table's form: a customer two months late, and one who pays everything.
const sample = `ID,LIMIT_BAL,SEX,EDUCATION,MARRIAGE,AGE,PAY_0,PAY_2,PAY_3,PAY_4,PAY_5,PAY_6,BILL_AMT1,BILL_AMT2,BILL_AMT3,BILL_AMT4,BILL_AMT5,BILL_AMT6,PAY_AMT1,PAY_AMT2,PAY_AMT3,PAY_AMT4,PAY_AMT5,PAY_AMT6,default.payment.next.month
1,20000,2,2,1,24,2,1,-1,0,0,0,4000,3000,1000,800,600,500,0,100,1000,300,200,100,1
2,90000,1,1,2,40,-1,-1,-1,-1,-1,-1,1500,1400,1300,1200,1100,1000,1400,1300,1200,1100,1000,900,0
`

func rows(t *testing.T) []uci.Row {
	got, err := uci.Read(strings.NewReader(sample))
	require.NoError(t, err)
	require.Len(t, got, 2)
	return got
}

func TestRowsBecomeBillsPaymentsAndSpending(t *testing.T) {
	row := rows(t)[0]
	a := row.Account()
	require.Len(t, a.Bills, 6)
	newest := a.Newest()
	require.Equal(t, "2005-09-30T20:00:00.000+08:00", newest.At.String())
	require.Equal(t, "2005-10-20T23:59:59.000+08:00", newest.DueAt.String())
	require.Equal(t, int64(4000_00), newest.BalanceMinor)
	require.Equal(t, int64(400_00), newest.MinDueMinor)
	require.Equal(t, int64(400_00), newest.PastDueMinor, "5 % a cycle")
	require.Equal(t, 2, newest.CyclesPastDue)
	// August: 100 paid late, and 3,000 − 1,000 + 100 spent.
	august := a.Flow(3)
	require.Equal(t, int64(100_00), august.PaidMinor)
	require.Equal(t, int64(2100_00), august.SpendMinor)
	require.Equal(t, "2005-08-28T10:00:00.000+08:00", august.LastPaidAt.String())
}

func TestExampleIsWhatIsKnownAtTheLastStatement(t *testing.T) {
	late, pays := rows(t)[0].Example(), rows(t)[1].Example()
	require.True(t, late.Missed)
	require.False(t, late.Current())
	require.Equal(t, []float64{2, 2, 2, 1100, 0, 2100, 4000, 3000, 16_000, 0.2, 31, 0}, late.Inputs,
		"2,100 spent in August and 1,000 in September to 100 paid; nothing paid of August's bill")
	require.False(t, pays.Missed)
	require.True(t, pays.Current())
	require.Equal(t, 3900.0, pays.Inputs[3])
	require.Equal(t, 1.0, pays.Inputs[11])
}

func TestPublishedSplit(t *testing.T) {
	var parts strings.Builder
	for _, id := range strings.Split("1 2 3 4 5 6 7 8 9 10", " ") {
		row := uci.Row{ID: id}
		parts.WriteByte("FT"[map[bool]int{true: 1}[row.Train("")]])
	}
	require.Equal(t, "TTTTFTTFTT", parts.String())
}

func TestUnreadableTablesAreErrors(t *testing.T) {
	for _, tc := range []struct{ old, new, want string }{
		{"LIMIT_BAL", "LIMIT", "line 2: column LIMIT_BAL is missing"},
		{"\n2,90000", "\n2,much", "line 3: column LIMIT_BAL"},
		{"\n2,90000,1", "\n2,90000", "wrong number of fields"},
	} {
		_, err := uci.Read(strings.NewReader(strings.Replace(sample, tc.old, tc.new, 1)))
		require.ErrorContains(t, err, tc.want)
	}
}
