package figures

import (
	"strconv"
	"strings"
)

// Table is a report as rows of cells for a spreadsheet, the names of the columns first.
func (r *Report) Table() [][]string {
	rows := [][]string{{"month", "currency", "by", "value", "figure", "numerator", "denominator", "share"}}
	for _, l := range r.Lines {
		rows = append(rows, []string{l.Month, l.Currency, string(l.By), Cell(l.Value), string(l.Figure), strconv.FormatInt(l.Numerator, 10),
			strconv.FormatInt(l.Denominator, 10), strconv.FormatFloat(l.Share, 'f', 6, 64)})
	}
	for _, l := range r.Refused {
		rows = append(rows, []string{l.Month, l.Currency, string(l.By), Cell(l.Value), "refused:" + Cell(string(l.Rule)), strconv.FormatInt(l.Contacts, 10), "", ""})
	}
	return rows
}

// Cell makes a text from outside safe to open in a spreadsheet: what would be taken for a formula gets an apostrophe before it (OWASP, CSV
// injection). Line ends and tabs, by which a cell could begin anew, become spaces.
func Cell(text string) string {
	text = strings.Map(func(r rune) rune {
		if r == '\t' || r == '\r' || r == '\n' {
			return ' '
		}
		return r
	}, text)
	if start := strings.TrimLeft(text, " \u00a0\u3000"); start != "" && strings.ContainsRune("=+-@＝＋－＠|%", []rune(start)[0]) {
		return "'" + text
	}
	return text
}
