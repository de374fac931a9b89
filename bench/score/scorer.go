package score

import (
	"strings"
	"time"

	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// caseSpan is how long alerts of one card belong to one case.
const caseSpan = 24 * time.Hour

// Scorer gathers what Result reports.
type Scorer struct {
	from         card.Moment
	first, last  card.Moment
	transactions int
	// cards gives each card its group.
	cards map[string]string
	// attacks finds an attack transaction's place by its event_id.
	attacks  map[string]attackUse
	episodes map[string]*episode
	all      *tally
	byName   map[detectors.Name]*tally
	// accountAlerts counts the alerts that concern no card, which labels of transactions say nothing about.
	accountAlerts map[detectors.Name]map[string]bool
}

// attackUse is the place of a transaction in its attack.
type attackUse struct {
	episode *episode
	index   int
}

// episode is one attack: its transactions in the order of arrival. One that began before the scored time is skipped: it
// is neither found nor missed, and alerts on it are neither right nor wrong.
type episode struct {
	kind    string
	uses    []use
	skipped bool
}

type use struct {
	arrived card.Moment
	// atStake is the amount, 0 when it was declined.
	atStake int64
}

// New makes a scorer. What arrives before from trains the detectors and is not scored; a zero from scores everything. An
// attack that begins before from counts for nothing at all.
func New(from card.Moment) *Scorer {
	return &Scorer{
		from: from, cards: map[string]string{}, attacks: map[string]attackUse{}, episodes: map[string]*episode{},
		all: newTally(), byName: map[detectors.Name]*tally{},
		accountAlerts: map[detectors.Name]map[string]bool{},
	}
}

// Transaction notes a transaction and its label, before the alerts that name it. Amounts are taken to be in one currency. A
// second record of an attack's event_id changes nothing. Nothing of t is kept.
func (s *Scorer) Transaction(arrived card.Moment, t *card.Transaction, l Label) {
	early := arrived.Before(s.from)
	if l.Fraud {
		s.attack(arrived, t, l, early)
	}
	if early {
		return
	}
	if s.transactions == 0 {
		s.first = arrived
	}
	s.last = arrived
	s.transactions++
	if _, known := s.cards[t.Card]; !known {
		s.cards[strings.Clone(t.Card)] = l.Group
	}
}

// attack adds a transaction to its episode.
func (s *Scorer) attack(arrived card.Moment, t *card.Transaction, l Label, early bool) {
	if _, twice := s.attacks[t.ID]; twice {
		return
	}
	name := episodeName(t, l)
	e := s.episodes[name]
	if e == nil {
		e = &episode{kind: l.Kind, skipped: early}
		s.episodes[strings.Clone(name)] = e
	}
	u := use{arrived: arrived}
	if t.Status == card.Approved {
		u.atStake = t.Amount.Minor
	}
	s.attacks[strings.Clone(t.ID)] = attackUse{episode: e, index: len(e.uses)}
	e.uses = append(e.uses, u)
}

// episodeName is the label's, or the card where a label file names no episodes: then all its attacks are one.
func episodeName(t *card.Transaction, l Label) string {
	if l.Episode != "" {
		return l.Episode
	}
	return t.Card
}

// Alert notes an alert or a further revision of one. Alerts in shadow, closings, and alerts detected before the scored time
// count for nothing; alerts on accounts count in AlertsPer1kCardsDay of their detector alone.
func (s *Scorer) Alert(a *detectors.Alert) {
	if a.Mode != detectors.Live || a.State == detectors.Closed || a.At.Before(s.from) {
		return
	}
	if a.Card == "" {
		ids := s.accountAlerts[a.Detector]
		if ids == nil {
			ids = map[string]bool{}
			s.accountAlerts[a.Detector] = ids
		}
		ids[a.AlertID] = true
		return
	}
	mine := s.byName[a.Detector]
	if mine == nil {
		mine = newTally()
		s.byName[a.Detector] = mine
	}
	s.all.add(a, s.attacks)
	mine.add(a, s.attacks)
}
