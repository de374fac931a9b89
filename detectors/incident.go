package detectors

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cardwatch/cardwatch/detectors/card"
)

// Incident is an alert that is still open: what the next finding of its detector about its card or account joins.
type Incident struct {
	// Alert is the newest revision; its Head is filled in when it is sent.
	Alert Alert
	// Approved says that the alert's Use went through.
	Approved bool
	// FoundAt is when the newest finding arrived, in Unix milliseconds.
	FoundAt int64
}

const (
	// openFor is how long an alert stays open after its newest finding: what happens later is another case.
	openFor = 24 * time.Hour
	// growths is how many joined findings are sent each; later ones only when they are worse, so that an attack in full
	// swing does not flood the desk.
	growths = 5
	// maxIncidents covers every card and account of a customer; beyond it the one quiet for longest is closed.
	maxIncidents = 64
)

// raise turns a finding into an alert, or lets it join the open one of its detector about the same card or account. It
// keeps copies of the finding's strings.
func (m *Monitor) raise(s *State, ev card.Event, f *Finding, out *Effects) {
	i := s.findIncident(f)
	if i >= 0 && s.Incidents[i].due() <= ev.Arrived.UnixMilli {
		s.closeIncident(i, ev, out)
		i = -1
	}
	if i >= 0 {
		m.join(&s.Incidents[i], ev, f, out)
		return
	}
	if len(s.Incidents) == maxIncidents {
		quietest := 0
		for i := range s.Incidents {
			if s.Incidents[i].FoundAt < s.Incidents[quietest].FoundAt {
				quietest = i
			}
		}
		s.closeIncident(quietest, ev, out)
	}
	s.Incidents = append(s.Incidents, m.open(ev, f))
	s.Incidents[len(s.Incidents)-1].send(ev, out)
}

func (s *State) findIncident(f *Finding) int {
	cardID, account := f.subject()
	return slices.IndexFunc(s.Incidents, func(in Incident) bool {
		a := &in.Alert
		return a.Detector == f.Detector && a.Card == cardID && (cardID != "" || a.Account == account)
	})
}

func (m *Monitor) open(ev card.Event, f *Finding) Incident {
	return Incident{FoundAt: ev.Arrived.UnixMilli, Approved: f.Approved, Alert: Alert{
		AlertID: AlertID(f), Revision: 1, State: Open,
		Detector: f.Detector, DetectorVersion: f.Version, RuleSet: m.rules.Version, Mode: Live,
		Severity: f.Severity, Score: f.Score, Card: strings.Clone(f.Card), Account: strings.Clone(f.Account),
		EventIDs: []string{strings.Clone(f.EventID)}, OccurredAt: f.OccurredAt, Use: f.Use.clone(),
		Action: f.Action, Reasons: f.Reasons,
	}}
}

// join adds a finding to an open alert. Severity and score only rise; the reasons are those of the strongest finding, and the
// use is the weightiest.
func (m *Monitor) join(in *Incident, ev card.Event, f *Finding, out *Effects) {
	a := &in.Alert
	worse := f.Severity.rank() > a.Severity.rank()
	in.FoundAt = max(in.FoundAt, ev.Arrived.UnixMilli)
	a.Revision++
	a.DetectorVersion, a.RuleSet = f.Version, m.rules.Version
	if len(a.EventIDs) < MaxEventIDs {
		a.EventIDs = append(a.EventIDs, strings.Clone(f.EventID))
	}
	in.weigh(f)
	if a.OccurredAt.Before(f.OccurredAt) {
		a.OccurredAt = f.OccurredAt
	}
	if f.Score >= a.Score {
		a.Score, a.Action, a.Reasons = f.Score, f.Action, f.Reasons
	}
	if worse {
		a.Severity = f.Severity
	}
	if worse || a.Revision <= 1+growths {
		in.send(ev, out)
	}
}

// closeDue closes the alerts that nothing joined for a day.
func (s *State) closeDue(ev card.Event, now card.Moment, out *Effects) {
	for i := len(s.Incidents) - 1; i >= 0; i-- {
		if s.Incidents[i].due() <= now.UnixMilli {
			s.closeIncident(i, ev, out)
		}
	}
}

// settle closes the alert that turned out to be genuine. A use that the verdict does not cover is then a new alert about
// itself, not one more revision about what has been answered.
func (s *State) settle(alertID string, ev card.Event, out *Effects) {
	i := slices.IndexFunc(s.Incidents, func(in Incident) bool { return in.Alert.AlertID == alertID })
	if i >= 0 {
		s.closeIncident(i, ev, out)
	}
}

func (s *State) closeIncident(i int, ev card.Event, out *Effects) {
	in := &s.Incidents[i]
	in.Alert.Revision++
	in.Alert.State = Closed
	in.send(ev, out)
	s.Incidents = slices.Delete(s.Incidents, i, i+1)
}

// due is when the alert closes unless something joins it, in Unix milliseconds.
func (in *Incident) due() int64 { return in.FoundAt + openFor.Milliseconds() }

func (in *Incident) send(ev card.Event, out *Effects) {
	a := in.Alert
	a.Head = card.Head{
		ID:       a.AlertID + "/" + strconv.Itoa(a.Revision),
		Customer: strings.Clone(ev.Body.Meta().Customer),
		At:       ev.Arrived,
	}
	out.Alerts = append(out.Alerts, a)
}

// AlertID names the alert that a finding opens: the first 16 bytes of SHA-256 over detector, card or account, and opening
// event, in hexadecimal. A replay gives the same.
func AlertID(f *Finding) string {
	cardID, account := f.subject()
	sum := sha256.Sum256([]byte(strings.Join([]string{string(f.Detector), cardID, account, f.EventID}, "\x00")))
	return hex.EncodeToString(sum[:16])
}
