package web

import (
	"errors"
	"net/http"
	"slices"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/cmd/internal/clerk"
	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/detectors/window"
	"github.com/cardwatch/cardwatch/stream"
)

// boardRows is how many cases the board shows: more than anybody works through before looking again.
const boardRows = 100

// caseRow is one case on the board.
type caseRow struct {
	*alerts.Case
	Customer string
	Severity detectors.Severity
	Score    int
	// Detectors are the names of what found something, in the reader's language.
	Detectors []string
	// Clock is the first of the clocks that run; nil when none does.
	Clock *alerts.Deadline
	// Amount is empty when no finding and no use tells one, City when the place is unknown.
	Amount, City string
}

type boardPage struct {
	// Lines are the parts of the board, Line is the one shown.
	Lines []boardLine
	Line  string
	Rows  []caseRow
	// More says that there are further cases below those shown.
	More bool
	Said string
	Live liveFeed
}

// boardLine is one group of the open cases with their number, at most boardRows.
type boardLine struct {
	Line  string
	Cases int
	More  bool
}

// boardLines are the groups of alerts.IndexCases: the two lines of analysts, and what is out of their queues.
var boardLines = []string{"", "escalated", "snoozed", "silenced"}

// board lists the open cases of a line by priority.
func (s *Server) board(w http.ResponseWriter, r *http.Request) {
	s.renderBoard(w, r, http.StatusOK, r.URL.Query().Get("line"), "")
}

// renderBoard shows a line; said is the key of a text about what was asked for before, "" for none.
func (s *Server) renderBoard(w http.ResponseWriter, r *http.Request, status int, line, said string) {
	if !slices.Contains(boardLines, line) {
		s.fail(w, r, http.StatusNotFound, nil)
		return
	}
	data := boardPage{Line: line, Said: said, Live: s.live()}
	var entries []stream.Entry
	for _, l := range boardLines {
		list, err := s.cfg.View.List(alerts.IndexCases, l, boardRows+1)
		if err != nil {
			s.fail(w, r, http.StatusServiceUnavailable, err)
			return
		}
		data.Lines = append(data.Lines, boardLine{l, min(len(list), boardRows), len(list) > boardRows})
		if l == line {
			entries = list
		}
	}
	data.More = len(entries) > boardRows
	for _, e := range entries[:min(len(entries), boardRows)] {
		desk, err := s.cfg.View.Desk(e.Customer)
		if errors.Is(err, stream.ErrNotFound) {
			continue
		}
		if err != nil {
			s.fail(w, r, http.StatusServiceUnavailable, err)
			return
		}
		// A case that closed since the list was read is gone from it.
		if c := desk.Case(e.ID); c != nil && c.State != alerts.CaseClosed {
			data.Rows = append(data.Rows, s.caseRow(c, e.Customer, languageOf(r)))
		}
	}
	s.render(w, r, status, "board", data)
}

// next hands the top case of a line to whoever asks, and to nobody else.
func (s *Server) next(w http.ResponseWriter, r *http.Request) {
	if !s.form(w, r) {
		return
	}
	line := r.PostForm.Get("line")
	if line != "" && line != "escalated" {
		s.fail(w, r, http.StatusBadRequest, nil)
		return
	}
	taken, err := s.clerk.Next(r.Context(), clerk.Ask{Actor: actorOf(r), Line: line, Once: r.PostForm.Get("once"), SkipWaiting: true})
	switch {
	case errors.Is(err, clerk.ErrNoneFree), errors.Is(err, clerk.ErrContended), errors.Is(err, clerk.ErrSlow):
		s.renderBoard(w, r, http.StatusConflict, line, "board.none_free")
	case err != nil:
		s.fail(w, r, http.StatusServiceUnavailable, err)
	default:
		http.Redirect(w, r, "/cases/"+taken.CaseID, http.StatusSeeOther)
	}
}

func (s *Server) caseRow(c *alerts.Case, customer string, lang card.Language) caseRow {
	strongest := c.Strongest()
	var clock *alerts.Deadline
	if running := c.Deadlines(s.now()); len(running) > 0 {
		clock = &running[0]
	}
	row := caseRow{Clock: clock, Case: c, Customer: customer, Severity: strongest.Severity, Score: strongest.Score}
	for _, a := range c.Alerts {
		row.Detectors = appendNew(row.Detectors, s.detectorName(lang, a.Detector, a.Title))
	}
	about := c.Subject()
	row.City = cityName(about.City, lang)
	if minor := c.AtStake(); minor > 0 {
		row.Amount = money(minor, about.Currency)
	}
	return row
}

// history is what the monitor knows of a customer; the zero State when it runs elsewhere or has never seen them.
func (s *Server) history(customer string) *detectors.State {
	state, err := s.cfg.View.Monitor(customer)
	if err != nil {
		if !errors.Is(err, stream.ErrNotFound) {
			s.cfg.Log.Error("web: the monitor's state cannot be read", "error", err)
		}
		return new(detectors.State)
	}
	return state
}

// recentUses are the single uses of a card that the monitor still holds, oldest first.
func recentUses(history *detectors.State, cardID string) []window.Use {
	for i := range history.Cards {
		if string(history.Cards[i].ID) == cardID {
			return history.Cards[i].Window.Recent()
		}
	}
	return nil
}

func flaggedIDs(c *alerts.Case) map[uint64]bool {
	ids := map[uint64]bool{}
	for _, a := range c.Alerts {
		for _, id := range a.EventIDs {
			ids[window.Hash(id)] = true
		}
	}
	return ids
}

func appendNew[T comparable](list []T, v T) []T {
	for _, have := range list {
		if have == v {
			return list
		}
	}
	return append(list, v)
}

func orElse(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}
