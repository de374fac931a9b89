package quality

import (
	"time"

	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
)

const (
	// Days is how many days a Book remembers: a week, and the four weeks before that it is compared with.
	Days = 35
	// together is how far apart a draft's alert and one of the live set about the same card may lie to count as one.
	together = 24 * time.Hour
	// Other is the name under which rules beyond maxRules are counted.
	Other detectors.Name = "other"
)

// The bounds of a Book's memory. Alerts beyond the bound can be answered no more, the oldest first.
const (
	maxRules  = 200
	maxAlerts = 100_000
)

// Draft is one rule of a set that judges in shadow.
type Draft struct {
	Set  string
	Rule detectors.Name
}

// Book counts what rules raised and what came of it. The zero Book is empty.
type Book struct {
	rules  map[detectors.Name]*series
	drafts map[Draft]*series
	// live and shadow are the alerts that may still be answered, or meet each other.
	live, shadow memory
}

// Alert takes in a record of an alert; only the one that opens it counts. now is the reader's time.
func (b *Book) Alert(a *detectors.Alert, now card.Moment) {
	day, today := a.At.LocalDay(), now.LocalDay()
	// A day that is not over anywhere is the last one to believe in: a wrong clock must not push out true days.
	if a.Revision != 1 || day <= today-Days || day > today+1 {
		return
	}
	e := &alert{id: hash(a.AlertID), subject: subject(a), at: a.At.UnixMilli, day: day}
	if a.Mode == detectors.Shadow {
		e.series = seriesOf(&b.drafts, Draft{a.RuleSet, a.Detector}, Draft{string(Other), Other}, today)
		b.opened(&b.shadow, e, today)
		return
	}
	e.series = seriesOf(&b.rules, a.Detector, Other, today)
	b.opened(&b.live, e, today)
}

// opened counts an alert that is new, and lets it meet those of the other kind.
func (b *Book) opened(m *memory, e *alert, today int32) {
	t := e.series.at(e.day)
	if t == nil || m.knows(e) {
		return
	}
	t.Alerts++
	m.add(e, today)
	if m == &b.live {
		b.shadow.meeting(e, func(draft *alert) { draft.meet() })
	} else {
		b.live.meeting(e, func(*alert) { e.meet() })
	}
}

// Feedback takes in what an alert turned out to be. A newer answer takes the place of an older one, but not knowing that of knowing.
func (b *Book) Feedback(f *card.Feedback) {
	for _, e := range b.live.byID[hash(f.AlertID)] {
		t := e.series.at(e.day)
		older := e.answered && f.At.UnixMilli < e.answeredAt
		if t == nil || older && e.verdict != card.Unknown || e.answered && f.Verdict == card.Unknown {
			continue
		}
		if e.answered {
			t.count(e.verdict, -1)
		}
		t.count(f.Verdict, +1)
		e.answered, e.answeredAt, e.verdict = true, f.At.UnixMilli, f.Verdict
	}
}

// seriesOf is the count of a rule or draft; once there are too many, those make room that raised nothing in all the time.
func seriesOf[K comparable](all *map[K]*series, key, other K, today int32) *series {
	if *all == nil {
		*all = make(map[K]*series)
	}
	if s := (*all)[key]; s != nil {
		return s
	}
	if len(*all) >= maxRules {
		for k, s := range *all {
			if s.sum(today-Days+1, today+1) == (Counts{}) {
				delete(*all, k)
			}
		}
	}
	if len(*all) >= maxRules {
		key = other
		if s := (*all)[key]; s != nil {
			return s
		}
	}
	s := &series{}
	(*all)[key] = s
	return s
}
