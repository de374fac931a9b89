package web

import (
	"encoding/csv"
	"net/http"
	"slices"

	"github.com/cardwatch/cardwatch/alerts/figures"
)

const (
	figuresPath = "/figures"
	// figureMonths is how many months the page has room for.
	figureMonths = 6
)

// figuresPage is a table: a row per figure for the whole bank, a row per value of the dimension for one figure otherwise.
type figuresPage struct {
	By      figures.Dimension
	Bys     []figures.Dimension
	Figure  figures.Code
	Figures []figures.Definition
	Months  []string
	Rows    []figureRow
	Refused []figures.RefusedLine
	Missed  int64
	// Trials are the configured experiments, with how the customers of either arm took it. NotStopped says that one was to be stopped and was not.
	Trials     []figures.Trial
	NotStopped bool
	// Counted says that the past has been read.
	Counted bool
}

type figureRow struct {
	Figure   figures.Code
	Value    string
	Currency string
	// Cells are the months' lines, nil where there is nothing to count.
	Cells []*figures.Line
}

// dimensionOf reads a dimension; false for one that there is none of.
func dimensionOf(by string) (figures.Dimension, bool) {
	d := figures.Dimension(by)
	return d, slices.Contains(dimensions, d)
}

var dimensions = []figures.Dimension{figures.Whole, figures.ByTier, figures.ByCohort, figures.BySegment, figures.ByArm}

func (s *Server) showFigures(w http.ResponseWriter, r *http.Request) {
	by, known := dimensionOf(r.URL.Query().Get("by"))
	if !known {
		s.fail(w, r, http.StatusNotFound, nil)
		return
	}
	s.renderFigures(w, r, http.StatusOK, by, false)
}

func (s *Server) renderFigures(w http.ResponseWriter, r *http.Request, status int, by figures.Dimension, notStopped bool) {
	report, counted := s.cfg.Figures(by, figureMonths)
	p := figuresPage{By: by, Bys: dimensions, Figures: figures.Definitions(), Missed: report.Missed, Counted: counted, NotStopped: notStopped}
	p.Figure = p.Figures[0].Code
	if asked := figures.Code(r.URL.Query().Get("figure")); asked != "" {
		if !slices.ContainsFunc(p.Figures, func(d figures.Definition) bool { return d.Code == asked }) {
			s.fail(w, r, http.StatusNotFound, nil)
			return
		}
		p.Figure = asked
	}
	if by == figures.ByArm && s.cfg.Experiments != nil {
		p.Trials, _ = s.cfg.Experiments.Trials()
	}
	p.fill(&report)
	s.render(w, r, status, "figures", p)
}

// fill makes the rows, in the report's order.
func (p *figuresPage) fill(report *figures.Report) {
	for i := range report.Lines {
		if m := report.Lines[i].Month; !slices.Contains(p.Months, m) {
			p.Months = append(p.Months, m)
		}
	}
	for i := range report.Lines {
		l := &report.Lines[i]
		if p.By != figures.Whole && l.Figure != p.Figure {
			continue
		}
		at := slices.IndexFunc(p.Rows, func(r figureRow) bool {
			return r.Figure == l.Figure && r.Value == l.Value && r.Currency == l.Currency
		})
		if at < 0 {
			at = len(p.Rows)
			p.Rows = append(p.Rows, figureRow{l.Figure, l.Value, l.Currency, make([]*figures.Line, len(p.Months))})
		}
		p.Rows[at].Cells[slices.Index(p.Months, l.Month)] = l
	}
	order := func(code figures.Code) int {
		return slices.IndexFunc(p.Figures, func(d figures.Definition) bool { return d.Code == code })
	}
	slices.SortStableFunc(p.Rows, func(a, b figureRow) int { return order(a.Figure) - order(b.Figure) })
	if len(p.Months) > 0 {
		for _, l := range report.Refused {
			if l.Month == p.Months[0] {
				p.Refused = append(p.Refused, l)
			}
		}
	}
}

// exportFigures is every figure that is remembered, as a table for a spreadsheet. The mark at its beginning tells Excel that it is UTF-8.
func (s *Server) exportFigures(w http.ResponseWriter, r *http.Request) {
	by, known := dimensionOf(r.URL.Query().Get("by"))
	if !known {
		s.fail(w, r, http.StatusNotFound, nil)
		return
	}
	report, counted := s.cfg.Figures(by, figures.Months)
	if !counted {
		s.fail(w, r, http.StatusServiceUnavailable, nil)
		return
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="cardwatch-figures.csv"`)
	if _, err := w.Write([]byte("\ufeff")); err != nil {
		return
	}
	out := csv.NewWriter(w)
	out.UseCRLF = true
	if err := out.WriteAll(report.Table()); err != nil {
		s.cfg.Log.Debug("web: visitor left", "page", "figures.csv", "error", err)
	}
}
