package figures

import "github.com/cardwatch/cardwatch/alerts"

// ArmName is how an arm of an experiment is named among the values of ByArm.
func ArmName(experiment string, arm alerts.Arm) string { return experiment + "/" + string(arm) }

// Trial is how an experiment goes: how either arm was treated and took it, and why it has to stop.
type Trial struct {
	Experiment           alerts.Experiment
	Champion, Challenger alerts.ArmConduct
	// Harm lists why it has to stop; nothing when it may go on, or has stopped.
	Harm []alerts.StopReason
	// Stopped is its end, nil while it runs. The arms of one that its rule has stopped are then as the rule saw them.
	Stopped *alerts.ExperimentStop
}

// Measured is one measure of conduct in both arms.
type Measured struct {
	Measure alerts.StopReason `json:"measure"`
	// The counts are those of alerts.StopReason.Of.
	Champion     int64 `json:"champion"`
	ChampionOf   int64 `json:"champion_of"`
	Challenger   int64 `json:"challenger"`
	ChallengerOf int64 `json:"challenger_of"`
	// Low and High bound the challenger's share less the champion's (alerts.Difference).
	Low  float64 `json:"low"`
	High float64 `json:"high"`
}

// Measures compares the arms by every measure.
func (t *Trial) Measures() (list []Measured) {
	for _, m := range alerts.StopReasons() {
		row := Measured{Measure: m}
		row.Champion, row.ChampionOf = m.Of(&t.Champion)
		row.Challenger, row.ChallengerOf = m.Of(&t.Challenger)
		row.Low, row.High = alerts.Difference(row.Challenger, row.ChallengerOf, row.Champion, row.ChampionOf)
		list = append(list, row)
	}
	return list
}

// Trials judges the experiments by what the months that are remembered hold. stopped gives the end of one, nil while it runs.
func (b *Book) Trials(experiments []alerts.Experiment, stopped func(name string) *alerts.ExperimentStop) (trials []Trial) {
	for _, x := range experiments {
		t := Trial{
			Experiment: x, Stopped: stopped(x.Name), Champion: b.armConduct(x.Name, alerts.Champion), Challenger: b.armConduct(x.Name, alerts.Challenger),
		}
		switch {
		case t.Stopped == nil:
			t.Harm = x.Stop.Judge(t.Champion, t.Challenger)
		case len(t.Stopped.Reasons) > 0:
			t.Champion, t.Challenger = t.Stopped.Champion, t.Stopped.Challenger
		}
		trials = append(trials, t)
	}
	return trials
}

// armConduct sums an arm over months and currencies.
func (b *Book) armConduct(experiment string, arm alerts.Arm) (c alerts.ArmConduct) {
	name := ArmName(experiment, arm)
	for g, s := range b.groups {
		if g.By != ByArm || g.Value != name {
			continue
		}
		for i := range s.months {
			if t := &s.months[i]; t.month > b.month-Months {
				c.Customers, c.Complaints = c.Customers+t.Contacted, c.Complaints+t.Complaints
				c.OptOuts, c.Distress = c.OptOuts+t.OptOuts+t.Ceases, c.Distress+t.Distress
				c.Attempts, c.Refused = c.Attempts+t.Contacts+t.RefusedContacts, c.Refused+t.RefusedContacts
			}
		}
	}
	return c
}
