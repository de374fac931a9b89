package alerts

import "math"

// StopRule says when a challenger does harm: by conduct, never by money. The zero rule is not usable.
type StopRule struct {
	// MinCustomers is how many customers of either arm must have been contacted before the arms are compared.
	MinCustomers int `yaml:"min_customers"`
	// The rest is how much the challenger's share of each measure may lie above the champion's, 0 … 1000 thousandths. A challenger stops as
	// soon as the test shows that it lies further above; 0 stops at any harm that it shows.
	ComplaintsPerMille int `yaml:"complaints_per_mille"`
	OptOutsPerMille    int `yaml:"opt_outs_per_mille"`
	DistressPerMille   int `yaml:"distress_per_mille"`
	RefusedPerMille    int `yaml:"refused_per_mille"`
}

// ArmConduct is how an arm was treated and took it.
type ArmConduct struct {
	// Customers were contacted, counted once a month and account.
	Customers int64 `json:"customers"`
	// Complaints were made about collecting, OptOuts are refusals of a channel and written requests to stop, Distress flags of crisis or
	// vulnerability.
	Complaints int64 `json:"complaints"`
	OptOuts    int64 `json:"opt_outs"`
	Distress   int64 `json:"distress"`
	// Attempts are contacts that were made, sent or refused; Refused are those that a contact rule did not let happen.
	Attempts int64 `json:"attempts"`
	Refused  int64 `json:"refused"`
}

// StopReason is a measure of conduct by which an experiment has to stop.
type StopReason string

// The measures: the first three are shares of the customers contacted, the last one is one of the attempts.
const (
	StopComplaints StopReason = "complaints"
	StopOptOuts    StopReason = "opt_outs"
	StopDistress   StopReason = "distress"
	StopRefused    StopReason = "refused"
)

// StopReasons lists the measures.
func StopReasons() []StopReason {
	return []StopReason{StopComplaints, StopOptOuts, StopDistress, StopRefused}
}

// Of is a measure of an arm: n of many. A customer who complains twice counts once at most, so that it is a share.
func (m StopReason) Of(c *ArmConduct) (n, many int64) {
	switch m {
	case StopComplaints:
		n, many = c.Complaints, c.Customers
	case StopOptOuts:
		n, many = c.OptOuts, c.Customers
	case StopDistress:
		n, many = c.Distress, c.Customers
	default:
		n, many = c.Refused, c.Attempts
	}
	return min(n, many), many
}

func (r *StopRule) margin(m StopReason) int {
	switch m {
	case StopComplaints:
		return r.ComplaintsPerMille
	case StopOptOuts:
		return r.OptOutsPerMille
	case StopDistress:
		return r.DistressPerMille
	default:
		return r.RefusedPerMille
	}
}

// Judge lists why an experiment has to stop, nothing when it may go on: the 95 % interval of the difference of the two shares
// (Difference) lies wholly above the margin. The arms are looked at again and again and by several measures, so that a challenger as good
// as the champion is stopped oftener than once in forty: the mistake that costs customers nothing.
func (r StopRule) Judge(champion, challenger ArmConduct) (reasons []StopReason) {
	if min(champion.Customers, challenger.Customers) < int64(max(r.MinCustomers, 1)) {
		return nil
	}
	for _, m := range StopReasons() {
		a, n := m.Of(&challenger)
		b, of := m.Of(&champion)
		if low, _ := Difference(a, n, b, of); low > float64(r.margin(m))/1000 {
			reasons = append(reasons, m)
		}
	}
	return reasons
}

// z is the normal quantile of a two-sided 95 % interval.
const z = 1.959963984540054

// Difference is the 95 % interval of a/n − b/m: Newcombe's hybrid score interval without continuity correction (R. G. Newcombe, Statistics
// in Medicine 17, 1998, 873–890, method 10), which holds its level where shares are small. It is −1 … 1, everything, when one is of none.
func Difference(a, n, b, m int64) (low, high float64) {
	if n == 0 || m == 0 {
		return -1, 1
	}
	p, q := float64(a)/float64(n), float64(b)/float64(m)
	l1, u1 := wilson(p, float64(n))
	l2, u2 := wilson(q, float64(m))
	// Rounding may take a bound beyond what two shares can differ by.
	return max(p-q-math.Hypot(p-l1, u2-q), -1), min(p-q+math.Hypot(u1-p, q-l2), 1)
}

// wilson is the 95 % score interval of a share p of n (E. B. Wilson, J. Amer. Stat. Assoc. 22, 1927, 209–212).
func wilson(p, n float64) (low, high float64) {
	centre, half := 2*n*p+z*z, z*math.Sqrt(z*z+4*n*p*(1-p))
	return (centre - half) / (2 * (n + z*z)), (centre + half) / (2 * (n + z*z))
}

// check adds what is wrong with the rule of an experiment.
func (r *StopRule) check(add func(bad bool, format string, args ...any), i int) {
	add(r.MinCustomers < 1, "experiments[%d].stop.min_customers: must be 1 or more", i)
	for _, m := range StopReasons() {
		add(r.margin(m) < 0 || r.margin(m) > 1000, "experiments[%d].stop.%s_per_mille: %d is outside 0 … 1000", i, m, r.margin(m))
	}
}
