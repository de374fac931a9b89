package web

import (
	"net/http"
	"slices"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// queueRows is how many accounts of a tier are shown and counted.
const queueRows = 100

type queuePage struct {
	Tiers []tierTab
	Tier  detectors.Tier
	// Lines are who works the accounts, and those that rest; Line is the one shown instead of a tier, "" for none.
	Lines []lineTab
	Line  string
	Rows  []queueRow
	// More says that there are further accounts below those shown.
	More    bool
	Refusal alerts.Refusal
}

// lineTab is one line, or the accounts that rest, with their number, at most queueRows.
type lineTab struct {
	Line     string
	Resting  bool
	Accounts int
	More     bool
}

// restingLine is how addresses name the accounts out of their lines.
const restingLine = "resting"

// tierTab is one tier with the number of its accounts, at most queueRows.
type tierTab struct {
	Tier     detectors.Tier
	Accounts int
	More     bool
}

type queueRow struct {
	*alerts.QueueEntry
	Customer string
	Reasons  []alertReason
	// NotBefore is when the customer may be contacted, unknown when that is now.
	NotBefore   card.Moment
	Mine, Taken bool
	// Person says that the customer waits for a person.
	Person bool
}

func (s *Server) showQueue(w http.ResponseWriter, r *http.Request) {
	s.renderQueue(w, r, http.StatusOK, detectors.Tier(r.URL.Query().Get("tier")), "")
}

// showLines counts the lines' accounts and lists those of the line asked for; false when that cannot be read or there is no such line.
func (s *Server) showLines(w http.ResponseWriter, r *http.Request, data *queuePage) bool {
	groups := map[string]string{restingLine: alerts.GroupResting}
	order := []string{}
	for _, l := range alerts.Lines() {
		groups[string(l)] = alerts.LineGroup(l)
		order = append(order, string(l))
	}
	if _, known := groups[data.Line]; data.Line != "" && !known {
		s.fail(w, r, http.StatusNotFound, nil)
		return false
	}
	for _, line := range append(order, restingLine) {
		entries, err := s.cfg.View.List(alerts.IndexQueue, groups[line], queueRows+1)
		if err != nil {
			s.fail(w, r, http.StatusServiceUnavailable, err)
			return false
		}
		more := len(entries) > queueRows
		entries = entries[:min(len(entries), queueRows)]
		data.Lines = append(data.Lines, lineTab{line, line == restingLine, len(entries), more})
		if line != data.Line {
			continue
		}
		data.More = more
		for _, e := range entries {
			if row, ok := s.queueRow(e.Customer, e.ID, actorOf(r)); ok {
				data.Rows = append(data.Rows, row)
			}
		}
	}
	return true
}

func (s *Server) renderQueue(w http.ResponseWriter, r *http.Request, status int, tier detectors.Tier, refusal alerts.Refusal) {
	data := queuePage{Tier: tier, Refusal: refusal, Line: r.FormValue("line")}
	if !s.showLines(w, r, &data) {
		return
	}
	for _, t := range alerts.Tiers() {
		entries, err := s.cfg.View.List(alerts.IndexQueue, string(t), queueRows+1)
		if err != nil {
			s.fail(w, r, http.StatusServiceUnavailable, err)
			return
		}
		more := len(entries) > queueRows
		entries = entries[:min(len(entries), queueRows)]
		data.Tiers = append(data.Tiers, tierTab{t, len(entries), more})
		// Without a choice the first tier that has anybody in it is shown.
		if data.Line == "" && data.Tier == detectors.NoTier && len(entries) > 0 {
			data.Tier = t
		}
		if t != data.Tier || data.Line != "" {
			continue
		}
		data.More = more
		for _, e := range entries {
			if row, ok := s.queueRow(e.Customer, e.ID, actorOf(r)); ok {
				data.Rows = append(data.Rows, row)
			}
		}
	}
	if data.Tier != detectors.NoTier && !slices.Contains(alerts.Tiers(), data.Tier) {
		s.fail(w, r, http.StatusNotFound, nil)
		return
	}
	s.render(w, r, status, "queue", data)
}

// queueRow reads one account's entry; false when it has left the queue since the list was read.
func (s *Server) queueRow(customer, account, actor string) (queueRow, bool) {
	desk, err := s.cfg.View.Desk(customer)
	if err != nil {
		return queueRow{}, false
	}
	entry := desk.Entry(account)
	if entry == nil {
		return queueRow{}, false
	}
	row := queueRow{
		QueueEntry: entry, Customer: customer,
		Mine: entry.Owner == actor, Taken: entry.Owner != "" && entry.Owner != actor, Person: desk.PersonWanted(account),
	}
	for _, reason := range entry.Reasons {
		// What has a column of its own is not said twice.
		if reason.Code != "days_past_due" && reason.Code != "overdue" {
			row.Reasons = append(row.Reasons, alertReason{reason, entry.Currency})
		}
	}
	if next := s.clerk.Desk().Policy().NextContact(desk, entry, s.now()); s.now().Before(next) {
		row.NotBefore = next
	}
	return row, true
}

// LastNote is what staff last wrote about the account; empty when nothing.
func (r queueRow) LastNote() string {
	for _, act := range slices.Backward(r.History) {
		if act.Code == alerts.ActNoted {
			return act.Note
		}
	}
	return ""
}

func (s *Server) actOnQueue(w http.ResponseWriter, r *http.Request) {
	if !s.form(w, r) {
		return
	}
	tier := detectors.Tier(r.PostForm.Get("tier"))
	customer, account := r.PostForm.Get("customer"), r.PostForm.Get("account")
	if customer == "" || account == "" {
		s.fail(w, r, http.StatusBadRequest, nil)
		return
	}
	cmd := s.command(r, customer)
	refusal, err := s.clerk.Submit(r.Context(), &cmd)
	switch {
	case err != nil:
		s.fail(w, r, http.StatusServiceUnavailable, err)
	case refusal != "":
		s.renderQueue(w, r, http.StatusConflict, tier, refusal)
	case slices.Contains(alerts.Lines(), alerts.Line(r.PostForm.Get("line"))):
		http.Redirect(w, r, "/queue?line="+r.PostForm.Get("line"), http.StatusSeeOther)
	case slices.Contains(alerts.Tiers(), tier):
		http.Redirect(w, r, "/queue?tier="+string(tier), http.StatusSeeOther)
	default:
		http.Redirect(w, r, "/queue", http.StatusSeeOther)
	}
}
