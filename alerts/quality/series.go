package quality

import "github.com/cardwatch/cardwatch/detectors/card"

// Counts are what a rule raised in a span of days, and what of that turned out to be what.
type Counts struct {
	Alerts  int `json:"alerts"`
	Genuine int `json:"genuine"`
	Fraud   int `json:"fraud"`
	// Unknown were answered without anybody knowing; they say nothing about the rule.
	Unknown int `json:"unknown"`
	// AlsoLive are those of a draft's that the live set opened, too.
	AlsoLive int `json:"also_live,omitempty"`
}

// Judged is how many answers say something.
func (c Counts) Judged() int { return c.Genuine + c.Fraud }

// OnlyDraft are a draft's alerts that the live set did not open.
func (c Counts) OnlyDraft() int { return c.Alerts - c.AlsoLive }

// Precision is the share of fraud among the alerts that were judged, 0 when none was.
func (c Counts) Precision() float64 { return share(c.Fraud, c.Judged()) }

func share(part, whole int) float64 {
	if whole == 0 {
		return 0
	}
	return float64(part) / float64(whole)
}

func (c *Counts) count(v card.Verdict, n int) {
	switch v {
	case card.Genuine:
		c.Genuine += n
	case card.Fraud:
		c.Fraud += n
	default:
		c.Unknown += n
	}
}

func (c *Counts) add(o *Counts) {
	c.Alerts += o.Alerts
	c.Genuine += o.Genuine
	c.Fraud += o.Fraud
	c.Unknown += o.Unknown
	c.AlsoLive += o.AlsoLive
}

// series are the counts of the last Days days, and of the next one where a zone further east has it, by the day on which the alert opened.
type series struct {
	days [Days + 1]struct {
		day int32
		Counts
	}
}

// at is the count of a day, nil when newer days have taken its place.
func (s *series) at(day int32) *Counts {
	t := &s.days[uint32(day)%(Days+1)]
	switch {
	case t.day > day:
		return nil
	case t.day < day:
		t.day, t.Counts = day, Counts{}
	}
	return &t.Counts
}

// sum counts the days first … last.
func (s *series) sum(first, last int32) (sum Counts) {
	for i := range s.days {
		if t := &s.days[i]; t.day >= first && t.day <= last {
			sum.add(&t.Counts)
		}
	}
	return sum
}
