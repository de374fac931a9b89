package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"text/tabwriter"

	"github.com/cardwatch/cardwatch/stream/backtest"
)

// printBacktest writes the report as a table: a rule a line, the total last.
func printBacktest(out io.Writer, r *backtest.Report) error {
	fmt.Fprintf(out, "live %s · draft %s · %s … %s · warm since %s\n", r.Live, r.Draft, r.From, r.To, r.WarmFrom)
	fmt.Fprintf(out, "%d transactions of %d cards in %.1f days · %.1f s, %.0f records/s\n\n", r.Transactions, r.Cards, r.Days, r.DurationSeconds, r.RecordsPerSecond)
	w := tabwriter.NewWriter(out, 0, 8, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "rule\talerts\t+caught\t-missed\tchanged\thits\t+hits\t-hits\tfraud\tgenuine\tcustomers\tmessages\tfalse/1k·d\t")
	line := func(name string, row *backtest.Row) {
		fmt.Fprintf(w, "%s\t%s\t%d\t%d\t%d\t%s\t%d\t%d\t%s\t%s\t%s\t%s\t%s\t\n", name,
			change(row.Live.Alerts, row.Draft.Alerts), row.Caught.Alerts, row.Missed.Alerts, row.Changed,
			change(row.Live.Hits, row.Draft.Hits), row.Caught.Hits, row.Missed.Hits,
			change(row.Live.Fraud, row.Draft.Fraud), change(row.Live.Genuine, row.Draft.Genuine),
			change(row.Live.Customers, row.Draft.Customers), change(row.Live.Messages, row.Draft.Messages), falseRate(r, row))
	}
	for _, name := range slices.Sorted(maps.Keys(r.Rules)) {
		line(string(name), r.Rules[name])
	}
	line("total", &r.Total)
	if err := w.Flush(); err != nil {
		return err
	}
	if r.Attacks != nil {
		fmt.Fprintf(out, "\nattacks %d · found live %d, draft %d\n", r.Attacks.Attacks, r.Attacks.Live, r.Attacks.Draft)
	}
	for _, reason := range slices.Sorted(maps.Keys(r.Refused)) {
		fmt.Fprintf(out, "refused %s: %d\n", reason, r.Refused[reason])
	}
	return nil
}

// change is a figure of both sides, once when they agree.
func change(live, draft int) string {
	if live == draft {
		return fmt.Sprint(live)
	}
	return fmt.Sprintf("%d→%d", live, draft)
}

func falseRate(r *backtest.Report, row *backtest.Row) string {
	if !r.Labelled {
		return "—"
	}
	live, draft := fmt.Sprintf("%.2f", row.Live.FalseCasesPer1kCardsDay), fmt.Sprintf("%.2f", row.Draft.FalseCasesPer1kCardsDay)
	if live == draft {
		return live
	}
	return live + "→" + draft
}
