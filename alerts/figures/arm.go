package figures

import "github.com/cardwatch/cardwatch/alerts"

// ArmName is how an arm of an experiment is named among the values of ByArm.
func ArmName(experiment string, arm alerts.Arm) string { return experiment + "/" + string(arm) }

// Trial is how an experiment goes: how the customers of either arm took being contacted, and why it has to stop.
type Trial struct {
	Name                 string
	Champion, Challenger alerts.ArmConduct
	// Stop lists why it has to stop; nothing when it may go on.
	Stop []alerts.StopReason
}

// Trials judges the experiments by what the months that are remembered hold.
func (b *Book) Trials(experiments []alerts.Experiment) (trials []Trial) {
	for _, x := range experiments {
		t := Trial{Name: x.Name, Champion: b.armConduct(x.Name, alerts.Champion), Challenger: b.armConduct(x.Name, alerts.Challenger)}
		t.Stop = x.Stop.Judge(t.Champion, t.Challenger)
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
				c.Customers, c.Complaints, c.OptOuts = c.Customers+t.Contacted, c.Complaints+t.Complaints, c.OptOuts+t.OptOuts
			}
		}
	}
	return c
}
