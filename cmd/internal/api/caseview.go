package api

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// moment is a time as it goes out: RFC 3339, absent when unknown.
type moment struct{ card.Moment }

// MarshalJSON writes null for an unknown time; the fields that may be unknown say omitzero.
func (m moment) MarshalJSON() ([]byte, error) {
	if m.Moment.IsZero() {
		return []byte("null"), nil
	}
	return json.Marshal(m.String())
}

// IsZero reports whether the time is unknown.
func (m moment) IsZero() bool { return m.Moment.IsZero() }

// caseView is a case as it goes out: codes, which the caller's own language gives names, and masks.
type caseView struct {
	ID           string        `json:"id"`
	Customer     string        `json:"customer_id"`
	Card         string        `json:"card"`
	State        string        `json:"state"`
	Queue        string        `json:"queue,omitempty"`
	Owner        string        `json:"owner,omitempty"`
	LeaseUntil   moment        `json:"lease_until,omitzero"`
	Disposition  string        `json:"disposition,omitempty"`
	Urgent       bool          `json:"urgent"`
	Conflict     bool          `json:"conflict"`
	Blocked      bool          `json:"blocked"`
	Priority     int           `json:"priority"`
	Why          []pointsView  `json:"priority_reasons"`
	Severity     string        `json:"severity,omitempty"`
	Score        int           `json:"score"`
	ClaimBy      moment        `json:"claim_by,omitzero"`
	CloseBy      moment        `json:"close_by,omitzero"`
	ClaimClock   string        `json:"claim_clock,omitempty"`
	CloseClock   string        `json:"close_clock,omitempty"`
	SnoozedUntil moment        `json:"snoozed_until,omitzero"`
	Silence      string        `json:"silence,omitempty"`
	Unblock      *unblockView  `json:"unblock_request,omitempty"`
	OpenedAt     moment        `json:"opened_at"`
	MovedAt      moment        `json:"moved_at"`
	Alerts       []alertView   `json:"alerts"`
	MoreAlerts   int           `json:"more_alerts"`
	History      []historyView `json:"history,omitempty"`
}

type pointsView struct {
	Code   string `json:"code"`
	Points int    `json:"points"`
}

type unblockView struct {
	By   string `json:"by"`
	At   moment `json:"at"`
	Note string `json:"note"`
}

type alertView struct {
	ID         string `json:"alert_id"`
	Detector   string `json:"detector"`
	State      string `json:"state"`
	Severity   string `json:"severity"`
	Score      int    `json:"score"`
	RuleSet    string `json:"rule_set"`
	OccurredAt moment `json:"occurred_at"`
}

type historyView struct {
	At    moment `json:"at"`
	Actor string `json:"actor"`
	Act   string `json:"act"`
	From  string `json:"from,omitempty"`
	To    string `json:"to,omitempty"`
	Note  string `json:"note,omitempty"`
}

// The names that the queues go by outside; inside the first line is the empty group.
const queueFirst = "first"

func queueName(c *alerts.Case) string {
	switch group := c.Group(); {
	case c.State == alerts.CaseClosed:
		return ""
	case group == alerts.GroupFirst:
		return queueFirst
	default:
		return group
	}
}

func masked(token string) string {
	runes := []rune(token)
	return "••" + string(runes[max(len(runes)-4, 0):])
}

// viewOf is a case without its history, as lists show it.
func viewOf(customer string, c *alerts.Case) caseView {
	strongest := c.Strongest()
	v := caseView{
		ID: c.ID, Customer: customer, Card: masked(c.Card), State: string(c.State), Queue: queueName(c), Owner: c.Owner,
		LeaseUntil: moment{c.LeaseUntil}, Disposition: string(c.Disposition), Urgent: c.Urgent, Conflict: c.Conflict, Blocked: c.Blocked,
		Priority: c.Priority, Why: []pointsView{}, Severity: string(strongest.Severity), Score: strongest.Score,
		ClaimBy: moment{c.ClaimBy}, CloseBy: moment{c.CloseBy}, ClaimClock: string(c.ClaimClock), CloseClock: string(c.CloseClock),
		SnoozedUntil: moment{c.SnoozedUntil}, Silence: c.Silence, OpenedAt: moment{c.OpenedAt}, MovedAt: moment{c.MovedAt},
		Alerts: []alertView{}, MoreAlerts: c.MoreAlerts,
	}
	if c.Unblock.By != "" {
		v.Unblock = &unblockView{c.Unblock.By, moment{c.Unblock.At}, c.Unblock.Note}
	}
	for _, w := range c.Why {
		v.Why = append(v.Why, pointsView{string(w.Code), w.Points})
	}
	for i := range c.Alerts {
		a := &c.Alerts[i]
		v.Alerts = append(v.Alerts, alertView{
			a.AlertID, string(a.Detector), string(a.State), string(a.Severity), a.Score, a.RuleSet, moment{a.OccurredAt},
		})
	}
	return v
}

// fullView is a case with its history.
func fullView(customer string, c *alerts.Case) caseView {
	v := viewOf(customer, c)
	for _, a := range c.History {
		h := historyView{At: moment{a.At}, Actor: a.Actor, Act: string(a.Code), Note: a.Note}
		if a.From != a.To {
			h.From, h.To = string(a.From), string(a.To)
		}
		v.History = append(v.History, h)
	}
	return v
}

// tag is the case's ETag: it changes with whatever a full view shows.
func (v *caseView) tag() (string, error) { return tagOf(v) }

// tagOf is the entity tag of a view: a hash of what it shows.
func tagOf(v any) (string, error) {
	data, err := json.Marshal(v)
	sum := sha256.Sum256(data)
	return `"` + hex.EncodeToString(sum[:12]) + `"`, err
}

// matches reports whether a tag is among those of an If-Match or If-None-Match header. Weak tags never match: a case is the same or not.
func matches(header, tag string) bool {
	for item := range strings.SplitSeq(header, ",") {
		if item = strings.TrimSpace(item); item == "*" || item == tag {
			return true
		}
	}
	return false
}
