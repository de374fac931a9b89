package alerts

// Experiment compares what is done today, the champion, with one change, the challenger, on customers who are drawn by their id: the same
// one always falls into the same arm, whoever asks, and knowing it needs no state. What the challenger does differently is decided where
// the work is laid out: bulk messages and work lists ask Policy.ArmsOf, or see it in the API.
type Experiment struct {
	Name string `yaml:"name"`
	// Share is how many of a hundred customers are in the challenger's arm: 1 … 90, so that a tenth at least is control
	// (notes/collections.md §3.2).
	Share int `yaml:"share"`
	// Stop ends the experiment for the customers' sake.
	Stop StopRule `yaml:"stop"`
}

// Arm is one side of an experiment.
type Arm string

// The arms.
const (
	// Champion is what is done today, and for customers of experiments that nobody runs.
	Champion   Arm = "champion"
	Challenger Arm = "challenger"
)

// maxShare leaves a tenth of the customers as control.
const maxShare = 90

// ArmOf is the arm that a customer is in. Two experiments draw apart from each other, since the name is part of the draw.
func (x *Experiment) ArmOf(customer string) Arm {
	if hash64("experiment", x.Name, customer)%100 < uint64(max(x.Share, 0)) {
		return Challenger
	}
	return Champion
}

// ArmsOf is the arm of a customer in each of the policy's experiments; nil without any.
func (p *Policy) ArmsOf(customer string) map[string]Arm {
	if len(p.Experiments) == 0 {
		return nil
	}
	arms := make(map[string]Arm, len(p.Experiments))
	for i := range p.Experiments {
		arms[p.Experiments[i].Name] = p.Experiments[i].ArmOf(customer)
	}
	return arms
}

// StopRule says when a challenger does harm: by conduct, never by money. The zero rule is not usable.
type StopRule struct {
	// MinCustomers is how many of the challenger's customers must have been contacted before it is judged.
	MinCustomers int `yaml:"min_customers"`
	// ComplaintsPerMille and OptOutsPerMille are how much the challenger's share of complaints and of opt-outs among the customers contacted
	// may lie above the champion's, in thousandths.
	ComplaintsPerMille int `yaml:"complaints_per_mille"`
	OptOutsPerMille    int `yaml:"opt_outs_per_mille"`
}

// ArmConduct is how customers of an arm took being contacted: how many were, and how many of those complained or opted out.
type ArmConduct struct{ Customers, Complaints, OptOuts int64 }

// StopReason names why an experiment has to stop.
type StopReason string

// The reasons.
const (
	StopComplaints StopReason = "complaints"
	StopOptOuts    StopReason = "opt_outs"
)

// Judge lists why an experiment has to stop, nothing when it may go on. Sums are compared, not rates, so that nothing is rounded.
func (r StopRule) Judge(champion, challenger ArmConduct) (reasons []StopReason) {
	if challenger.Customers < int64(r.MinCustomers) || challenger.Customers == 0 {
		return nil
	}
	if above(challenger.Complaints, challenger.Customers, champion.Complaints, champion.Customers, r.ComplaintsPerMille) {
		reasons = append(reasons, StopComplaints)
	}
	if above(challenger.OptOuts, challenger.Customers, champion.OptOuts, champion.Customers, r.OptOutsPerMille) {
		reasons = append(reasons, StopOptOuts)
	}
	return reasons
}

// above reports whether n of many exceeds m of others by more than a margin in thousandths; none of none is no share at all.
func above(n, many, m, others int64, margin int) bool {
	if others == 0 {
		m, others = 0, 1
	}
	return 1000*(n*others-m*many) > int64(margin)*many*others
}

// checkExperiments adds what is wrong with the experiments.
func (p Policy) checkExperiments(add func(bad bool, format string, args ...any)) {
	seen := map[string]bool{}
	for i, x := range p.Experiments {
		add(x.Name == "" || len(x.Name) > 64, "experiments[%d].name: must have 1 … 64 bytes", i)
		add(seen[x.Name], "experiments[%d].name: %q is there twice", i, x.Name)
		seen[x.Name] = true
		add(x.Share < 1 || x.Share > maxShare, "experiments[%d].share: %d is outside 1 … %d: a tenth at least is control", i, x.Share, maxShare)
		add(x.Stop.MinCustomers < 1, "experiments[%d].stop.min_customers: must be 1 or more", i)
		add(x.Stop.ComplaintsPerMille < 1 || x.Stop.ComplaintsPerMille > 1000, "experiments[%d].stop.complaints_per_mille: %d is outside 1 … 1000", i, x.Stop.ComplaintsPerMille)
		add(x.Stop.OptOutsPerMille < 1 || x.Stop.OptOutsPerMille > 1000, "experiments[%d].stop.opt_outs_per_mille: %d is outside 1 … 1000", i, x.Stop.OptOutsPerMille)
	}
}
