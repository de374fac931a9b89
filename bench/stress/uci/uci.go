// Package uci reads the data set that the repayment-stress table was first fitted on: "Default of Credit Card Clients",
// UCI Machine Learning Repository #350, I-Cheng Yeh (2009), CC BY 4.0, doi 10.24432/C55S3H. The file itself is not part of
// this repository.
//
// A row becomes one customer with one account over April to September 2005, by the recipe of the project's data note: a
// statement on the last day of each month, a payment in its month, and one purchase in mid-month for what the balances say
// was spent. Its label, "missed the October payment", is to be told from what is known on 30 September.
package uci

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/cardwatch/cardwatch/bench/stress"
	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/detectors/ledger"
)

// Row is one client of the data set: money in minor units, months newest first (index 0 is September 2005).
type Row struct {
	ID         string
	LimitMinor int64
	// Late is the PAY column: months late, 0 and below when current.
	Late                 [6]int
	BillMinor, PaidMinor [6]int64
	Missed               bool
}

// Read reads the table. A missing column or a cell that is no number is an error that names its line.
func Read(r io.Reader) ([]Row, error) {
	in := csv.NewReader(r)
	in.ReuseRecord = true
	header, err := in.Read()
	if err != nil {
		return nil, fmt.Errorf("uci: header: %w", err)
	}
	column := map[string]int{}
	for i, name := range header {
		column[name] = i
	}
	var rows []Row
	for {
		record, err := in.Read()
		if err == io.EOF {
			return rows, nil
		}
		if err != nil {
			return nil, fmt.Errorf("uci: %w", err)
		}
		c := cells{record: record, column: column}
		row := c.row()
		if c.err != nil {
			line, _ := in.FieldPos(0)
			return nil, fmt.Errorf("uci: line %d: %w", line, c.err)
		}
		rows = append(rows, row)
	}
}

// cells reads one line and keeps the first error.
type cells struct {
	record []string
	column map[string]int
	err    error
}

func (c *cells) row() Row {
	row := Row{ID: strconv.Itoa(c.integer("ID")), LimitMinor: c.minor("LIMIT_BAL"), Missed: c.integer("default.payment.next.month") == 1}
	for m := range 6 {
		status := "PAY_" + strconv.Itoa(m+1)
		if m == 0 {
			status = "PAY_0"
		}
		row.Late[m] = c.integer(status)
		row.BillMinor[m] = c.minor("BILL_AMT" + strconv.Itoa(m+1))
		row.PaidMinor[m] = c.minor("PAY_AMT" + strconv.Itoa(m+1))
	}
	return row
}

func (c *cells) integer(name string) int {
	i, ok := c.column[name]
	if !ok {
		if c.err == nil {
			c.err = fmt.Errorf("column %s is missing", name)
		}
		return 0
	}
	v, err := strconv.ParseFloat(c.record[i], 64)
	if err != nil && c.err == nil {
		c.err = fmt.Errorf("column %s: %w", name, err)
	}
	return int(v)
}

func (c *cells) minor(name string) int64 { return int64(c.integer(name)) * 100 }

// Train reports whether the row belongs to the training part of a salt's split; the empty salt is the published split.
func (r *Row) Train(salt string) bool {
	h := sha256.Sum256([]byte(salt + r.ID))
	return binary.BigEndian.Uint64(h[:8])%100 < 70
}

var (
	taipei = time.FixedZone("", 8*3600)
	twd    = card.Currency{'T', 'W', 'D'}
)

// Account files the row's events in a ledger, oldest first, up to the September statement.
func (r *Row) Account() ledger.Account {
	a := ledger.Account{ID: r.ID, Currency: twd}
	for m := 5; m >= 0; m-- {
		month := time.Month(9 - m)
		head := func(day, hour int) card.Head {
			return card.Head{Customer: r.ID, At: card.MomentOf(time.Date(2005, month, day, hour, 0, 0, 0, taipei))}
		}
		if r.PaidMinor[m] > 0 {
			day := 10
			if r.Late[m] > 0 {
				day = 28
			}
			a.ApplyPayment(&card.Payment{Head: head(day, 10), Account: r.ID, Amount: card.Money{Minor: r.PaidMinor[m], Currency: twd},
				Method: card.ManualPayment, Status: card.Settled})
		}
		if spent := r.spent(m); spent > 0 {
			a.ApplySpend(&card.Transaction{Head: head(15, 12), Account: r.ID, Type: card.Purchase, Status: card.Approved,
				Amount: card.Money{Minor: spent, Currency: twd}})
		}
		bill, cycles := r.BillMinor[m], max(r.Late[m], 0)
		a.ApplyStatement(&card.Statement{Head: head(lastDay(month), 20), Account: r.ID,
			DueAt:        card.MomentOf(time.Date(2005, month+1, 20, 23, 59, 59, 0, taipei)),
			BalanceMinor: bill, MinDueMinor: max(0, bill/10), PastDueMinor: max(0, bill*5*int64(cycles)/100), CyclesPastDue: cycles,
			CreditLimitMinor: r.LimitMinor, Currency: twd}, ledger.Terms{})
	}
	return a
}

// spent is what the balances say was bought in a month; April's is unknown.
func (r *Row) spent(m int) int64 {
	if m == 5 {
		return 0
	}
	return r.BillMinor[m] - r.BillMinor[m+1] + r.PaidMinor[m]
}

func lastDay(month time.Month) int { return time.Date(2005, month+1, 0, 0, 0, 0, 0, taipei).Day() }

// Example is what is known of the client on 30 September, and what became of the October payment.
func (r *Row) Example() stress.Example {
	a := r.Account()
	inputs, _ := detectors.StressInputs(&a)
	return stress.Example{Inputs: inputs, Missed: r.Missed}
}

// Split makes examples of the training and the test part of a salt's split.
func Split(rows []Row, salt string) (train, test []stress.Example) {
	for i := range rows {
		if rows[i].Train(salt) {
			train = append(train, rows[i].Example())
		} else {
			test = append(test, rows[i].Example())
		}
	}
	return train, test
}
