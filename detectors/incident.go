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

// Incident is an alert that is still open: what the next finding about its card, or the next one of its detector about its
// account, joins.
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
	// growths is how many joined findings are sent each; later ones only when they are worse or tell of another fact, so that an
	// attack in full swing does not flood the desk.
	growths = 5
	// maxIncidents covers every card and account of a customer; beyond it the one quiet for longest is closed. Drafts have less
	// room, since nobody waits for them.
	maxIncidents = 64
	maxShadows   = 16
	// maxReasons bounds what one alert says: a scorecard's lines and those of the detectors that joined it.
	maxReasons = 32
)

// book is where findings go: the open alerts of a customer, and the records about them. Live rules and drafts keep books of their
// own, so that a draft changes nothing for anybody.
type book struct {
	mode Mode
	open *[]Incident
	most int
	out  *[]Alert
}

func (s *State) liveBook(out *Effects) book {
	return book{mode: Live, open: &s.Incidents, most: maxIncidents, out: &out.Alerts}
}

func (s *State) shadowBook(out *Effects) book {
	return book{mode: Shadow, open: &s.Shadows, most: maxShadows, out: &out.Shadow}
}

// raise turns a finding into an alert, or lets it join the open one about the same card or account. It keeps copies of the
// finding's strings.
func (m *Monitor) raise(b book, ev card.Event, f *Finding) {
	i := b.find(m.rules.Version, f)
	if i >= 0 && (*b.open)[i].due() <= ev.Arrived.UnixMilli {
		b.closeAt(i, ev)
		i = -1
	}
	if i >= 0 {
		m.join(b, &(*b.open)[i], ev, f)
		return
	}
	if len(*b.open) == b.most {
		quietest := 0
		for i := range *b.open {
			if (*b.open)[i].FoundAt < (*b.open)[quietest].FoundAt {
				quietest = i
			}
		}
		b.closeAt(quietest, ev)
	}
	*b.open = append(*b.open, m.open(b.mode, ev, f))
	b.send(&(*b.open)[len(*b.open)-1], ev)
}

// find looks for the open alert that a finding joins: whatever detector speaks, a card has one incident. Drafts do not join
// each other's.
func (b book) find(ruleSet string, f *Finding) int {
	cardID, account := f.subject()
	return slices.IndexFunc(*b.open, func(in Incident) bool {
		a := &in.Alert
		switch {
		case b.mode == Shadow && a.RuleSet != ruleSet:
			return false
		case cardID != "":
			return a.Card == cardID
		default:
			return a.Card == "" && a.Account == account && a.Detector == f.Detector
		}
	})
}

func (m *Monitor) open(mode Mode, ev card.Event, f *Finding) Incident {
	source := ev.Source
	source.Topic = strings.Clone(source.Topic)
	return Incident{FoundAt: ev.Arrived.UnixMilli, Approved: f.Approved, Alert: Alert{
		AlertID: AlertID(f), Revision: 1, State: Open,
		Detector: f.Detector, DetectorVersion: f.Version, RuleSet: m.rules.Version, Mode: mode,
		Severity: f.Severity, Score: f.Score, Card: strings.Clone(f.Card), Account: strings.Clone(f.Account),
		EventIDs: []string{strings.Clone(f.EventID)}, OccurredAt: f.OccurredAt, Use: f.Use.clone(),
		Action: f.Action, Reasons: f.Reasons, Title: f.Title, Source: source,
	}}
}

// join adds a finding to an open alert. Severity and score only rise; the strongest finding gives the alert its detector and its
// first reasons, the others keep theirs behind, and the use is the weightiest.
func (m *Monitor) join(b book, in *Incident, ev card.Event, f *Finding) {
	a := &in.Alert
	worse := f.Severity.rank() > a.Severity.rank()
	known := len(a.Reasons)
	in.FoundAt = max(in.FoundAt, ev.Arrived.UnixMilli)
	a.Revision++
	a.RuleSet = m.rules.Version
	if len(a.EventIDs) < MaxEventIDs {
		a.EventIDs = append(a.EventIDs, strings.Clone(f.EventID))
	}
	in.weigh(f)
	if a.OccurredAt.Before(f.OccurredAt) {
		a.OccurredAt = f.OccurredAt
	}
	if f.Score >= a.Score {
		a.Score, a.Action, a.Reasons = f.Score, f.Action, joined(f.Reasons, a.Reasons)
		a.Detector, a.DetectorVersion, a.Title = f.Detector, f.Version, f.Title
	} else {
		a.Reasons = joined(a.Reasons, f.Reasons)
	}
	if worse {
		a.Severity = f.Severity
	}
	if worse || len(a.Reasons) > known || a.Revision <= 1+growths {
		b.send(in, ev)
	}
}

// joined is the first reasons and, of the others, those with codes that the first ones do not have.
func joined(first, others []Reason) []Reason {
	all := slices.Clip(first)
	for _, r := range others {
		if len(all) < maxReasons && !slices.ContainsFunc(first, func(f Reason) bool { return f.Code == r.Code }) {
			all = append(all, r)
		}
	}
	return all
}

// closeDue closes the alerts that nothing joined for a day.
func (b book) closeDue(ev card.Event, now card.Moment) {
	for i := len(*b.open) - 1; i >= 0; i-- {
		if (*b.open)[i].due() <= now.UnixMilli {
			b.closeAt(i, ev)
		}
	}
}

// settle closes the alert that turned out to be genuine. A use that the verdict does not cover is then a new alert about
// itself, not one more revision about what has been answered.
func (b book) settle(alertID string, ev card.Event) (settled Alert, found bool) {
	i := slices.IndexFunc(*b.open, func(in Incident) bool { return in.Alert.AlertID == alertID })
	if i < 0 {
		return Alert{}, false
	}
	settled = (*b.open)[i].Alert
	b.closeAt(i, ev)
	return settled, true
}

// settleUses notes that the card's uses up to the alert's newest one were answered for: online_spree counts them no more, so that a
// customer who has said yes is not asked about the same orders again. At night a series goes on all the same: there is more at stake.
func (s *State) settleUses(a Alert) {
	if c := s.findCard(a.Card); c != nil {
		c.SettledAt = max(c.SettledAt, a.OccurredAt.UnixMilli)
	}
}

func (b book) closeAt(i int, ev card.Event) {
	in := &(*b.open)[i]
	in.Alert.Revision++
	in.Alert.State = Closed
	b.send(in, ev)
	*b.open = slices.Delete(*b.open, i, i+1)
}

// due is when the alert closes unless something joins it, in Unix milliseconds.
func (in *Incident) due() int64 { return in.FoundAt + openFor.Milliseconds() }

func (b book) send(in *Incident, ev card.Event) {
	a := in.Alert
	a.Head = card.Head{
		ID:       a.AlertID + "/" + strconv.Itoa(a.Revision),
		Customer: strings.Clone(ev.Body.Meta().Customer),
		At:       ev.Arrived,
	}
	*b.out = append(*b.out, a)
}

// AlertID names the alert that a finding opens: the first 16 bytes of SHA-256 over detector, card or account, and opening
// event, in hexadecimal. A replay gives the same, and so does a draft that finds the same.
func AlertID(f *Finding) string {
	cardID, account := f.subject()
	sum := sha256.Sum256([]byte(strings.Join([]string{string(f.Detector), cardID, account, f.EventID}, "\x00")))
	return hex.EncodeToString(sum[:16])
}
