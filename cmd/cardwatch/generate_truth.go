package main

import (
	"encoding/csv"
	"errors"
	"io"
	"strconv"
	"strings"

	"github.com/cardwatch/cardwatch/bench/gen"
)

// writeTruth writes truth.csv, a line a customer: label is 1 when the minimum of the last bill is missed, as `stress fit --labels` asks for;
// troubles are "began/recovered" days separated by ";", the second empty while it lasts, with "income" before those in which the income
// was lost.
func writeTruth(w io.Writer, bank *gen.Bank, customers int) error {
	out := csv.NewWriter(w)
	err := out.Write([]string{"customer_id", "label", "habit", "troubles", "returned_payments", "failed_autopay"})
	for n := range customers {
		t := bank.Truth(n)
		label := "0"
		if t.Missed {
			label = "1"
		}
		var troubles []string
		for _, tr := range t.Troubles {
			troubles = append(troubles, trouble(tr))
		}
		err = errors.Join(err, out.Write([]string{t.Customer, label, string(t.Habit), strings.Join(troubles, ";"), strconv.Itoa(t.Returned), strconv.Itoa(t.Bounced)}))
	}
	out.Flush()
	return errors.Join(err, out.Error())
}

func trouble(t gen.Trouble) string {
	day := func(d int) string {
		if d == 0 {
			return ""
		}
		return gen.Date(d).String()[:len("2026-01-31")]
	}
	s := day(t.Began) + "/" + day(t.Recovered)
	if t.IncomeLost {
		s = "income " + s
	}
	return s
}
