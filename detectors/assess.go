package detectors

import (
	"math"
	"slices"
	"strconv"

	"github.com/cardwatch/cardwatch/detectors/ledger"
)

// assess judges the account at its newest bill, says so, and raises an alert when somebody should be helped. eventID is the
// statement's at atStatement.
func (v *visit) assess(g stage, eventID string) {
	rules := &v.m.rules.RepaymentStress
	inputs, _ := StressInputs(v.account)
	scored := rules.Scorecard.Score(inputs, v.account.Currency)
	missed := rules.Scorecard.MissProbability(scored.Points)
	_, cycles := v.account.Closed(ledger.Months)
	means := v.affordability()
	as := Assessment{
		Head: v.head("assessment", strconv.Itoa(int(g)), eventID), Account: v.account.ID, MissProbability: missed, Points: scored.Points,
		BasePoints: scored.Base, Band: rules.band(missed, cycles, v.account.Newest().MinDueMinor), Reasons: scored.Lines, ModelVersion: rules.Scorecard.Version,
	}
	for _, r := range means.strains {
		as.Reasons = append(as.Reasons, PointsReason{Code: r.Code, Value: float64(r.Value)})
	}
	v.out.Assessments = append(v.out.Assessments, as)
	marks := &v.account.Marks
	marks.Assessed, marks.MissBasisPoints, marks.High = cycles > 0, uint16(math.Round(missed*1e4)), rules.stressed(as.Band, &means)
	v.help(g, &as, scored.Lines, &means)
}

// help raises the alert that fits (the table is at affordability): a plan for who is stressed, a reminder shortly before the due date for who forgets and
// has not paid. Overdue accounts get neither; collections sees to them. Each is raised once a bill, so that nobody is pressed.
func (v *visit) help(g stage, as *Assessment, lines []PointsReason, means *affordability) {
	standing := v.account.Standing(v.now, v.terms)
	if v.m.noHelp || standing.DaysPastDue > 0 || standing.Next.Minor == 0 {
		return
	}
	about := v.m.rules.RepaymentStress.About()
	f := Finding{
		Detector: about.Name, Version: about.Version, EventID: as.ID, OccurredAt: v.now, Account: v.account.ID,
		Score: max(int(percent(as.MissProbability)), 1),
		Reasons: []Reason{
			{Code: "min_due_open", Value: standing.Next.Minor, Unit: Minor},
			{Code: "days_to_due", Value: int64(standing.Next.DueAt.LocalDay() - v.now.LocalDay()), Unit: Days},
		},
	}
	switch {
	case v.m.rules.RepaymentStress.stressed(as.Band, means):
		v.offer(&f, as, lines, means)
	case g >= threeDaysBefore:
		v.remind(&f, means)
	}
	if f.Action != "" {
		v.m.raise(v.state.liveBook(v.out), v.ev, &f)
	}
}

// offer proposes an instalment plan; a strain at its limit makes it urgent.
func (v *visit) offer(f *Finding, as *Assessment, lines []PointsReason, means *affordability) {
	if done(v.account, offered) {
		return
	}
	markDone(v.account, offered)
	f.Action, f.Severity = OfferInstalment, Medium
	if means.atLimit > 0 {
		f.Severity = High
	}
	limit := v.m.rules.RepaymentStress.HighAt
	if as.Band == bandElevated {
		limit = v.m.rules.RepaymentStress.ElevatedAt
	}
	f.Reasons = append(f.Reasons, Reason{Code: "miss_probability", Value: percent(as.MissProbability), Limit: percent(limit), Unit: Percent})
	f.Reasons = append(f.Reasons, means.strains...)
	f.Reasons = append(f.Reasons, costliest(lines, 3)...)
}

// remind proposes a reminder to who has paid nothing yet, is not drawn from by the bank, and either tends to pay late or had
// a draw fail though nothing tells that the money is short.
func (v *visit) remind(f *Finding, means *affordability) {
	late, limit := v.account.LateButPaid(ledger.Months, v.terms.ToleranceMinor), v.m.rules.RepaymentStress.ForgetfulMonths
	since := v.account.Flow(len(v.account.Bills) - 1)
	forgets, missedDraw := late >= limit, means.drawFailed && means.canPay()
	if !forgets && !missedDraw || since.Settled > 0 || v.autopayWorks(means) || done(v.account, reminded) {
		return
	}
	markDone(v.account, reminded)
	f.Action, f.Severity = RemindMinPayment, Low
	if forgets {
		f.Reasons = append(f.Reasons, Reason{Code: "late_but_paid_3", Value: int64(late), Limit: int64(limit), Unit: Months})
	}
	if missedDraw {
		f.Reasons = append(f.Reasons, means.strains[len(means.strains)-1])
	}
}

// autopayWorks reports whether the bank will draw the payment by itself and no draw has failed lately.
func (v *visit) autopayWorks(means *affordability) bool {
	return v.account.Newest().Autopay && !means.drawFailed
}

// closePaid closes the account's alert once nothing is left to pay.
func (v *visit) closePaid() {
	standing := v.account.Standing(v.now, v.terms)
	if standing.Next.Minor > 0 || standing.OverdueMinor > 0 {
		return
	}
	about := v.m.rules.RepaymentStress.About()
	b := v.state.liveBook(v.out)
	if i := b.find(v.m.rules.Version, &Finding{Detector: about.Name, Account: v.account.ID}); i >= 0 {
		b.closeAt(i, v.ev)
	}
}

// costliest gives the n lines with the most points above none, as reasons.
func costliest(lines []PointsReason, n int) (reasons []Reason) {
	sorted := slices.Clone(lines)
	slices.SortStableFunc(sorted, func(a, b PointsReason) int { return b.Points - a.Points })
	for _, l := range sorted[:min(n, len(sorted))] {
		if l.Points > 0 {
			reasons = append(reasons, Reason{Code: l.Code, Value: int64(l.Points), Unit: Points})
		}
	}
	return reasons
}
