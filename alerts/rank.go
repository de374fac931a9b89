package alerts

import (
	"fmt"
	"math"
	"time"

	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// The parts of an account's rank. A reason's value is its points, its baseline the fact that they come from.
const (
	// RankExpected is the monitor's risk × √balance, which reached the most money at equal people (notes/collections.md §3.1).
	RankExpected detectors.ReasonCode = "rank_expected_loss"
	// RankRisk is the risk alone, RankAge the days past due alone: what an account begins with under Treatment.Rank, whatever it owes.
	RankRisk detectors.ReasonCode = "rank_risk"
	RankAge  detectors.ReasonCode = "rank_age"
	// RankTierNear lifts an account that soon enters the next tier.
	RankTierNear detectors.ReasonCode = "rank_tier_near"
	// RankPromiseBroken lifts an account whose promise was broken a moment ago: the customer still remembers the talk.
	RankPromiseBroken detectors.ReasonCode = "rank_promise_broken"
	// RankSelfCure lowers an account that will most likely be paid without anybody's work: it gets digital reminders only.
	RankSelfCure detectors.ReasonCode = "rank_self_cure"
	// RankCare is how much care the customer needs, RankWaiting how long the account has waited in its line, RankBound the day on which it
	// is 60 or 90 days past due. These alone order the lines that money does not.
	RankCare    detectors.ReasonCode = "rank_care"
	RankWaiting detectors.ReasonCode = "rank_waiting"
	RankBound   detectors.ReasonCode = "rank_days_to_bound"
)

const (
	// The note's bonuses: +10 within 5 days of the next tier, +10 for a promise broken in the last 3 days, −30 when self-cure has a
	// probability of 0.8 or more (collections.md §3.1; own choice there).
	nearBonus, nearDays = 10, 5
	brokenBonus         = 10
	brokenBonusFor      = 72 * time.Hour
	selfCurePenalty     = 30
	// careStep is the distance between two degrees of care, maxWaiting the most points that waiting can bring, below one step: so the
	// degree decides, then the time.
	careStep, maxWaiting, maxCare = 25, 24, 3
	// maxAgePoints is the most that days past due bring: the whole range.
	maxAgePoints = 100
)

// rank orders an account in its line: priority 0 … 100 and the reasons, whose points add up to it before it is cut to that range.
func rank(e *QueueEntry, flags []Flag, now card.Moment, policy *Policy, as *Treatment) (priority int, why []detectors.Reason) {
	if e.Line == LineStandard {
		why = moneyReasons(e, now, policy, as)
	} else {
		why = careReasons(e, flags, now)
	}
	for _, r := range why {
		priority += int(r.Value)
	}
	return min(max(priority, 0), 100), why
}

func points(code detectors.ReasonCode, n int, zh, en string) detectors.Reason {
	return detectors.Reason{Code: code, Value: int64(n), Unit: detectors.Points, Baseline: detectors.Text{Zh: zh, En: en}}
}

func moneyReasons(e *QueueEntry, now card.Moment, policy *Policy, as *Treatment) []detectors.Reason {
	risk := int(math.Round(100 * e.MissProbability))
	why := []detectors.Reason{baseReason(e, now, as.Rank)}
	if left := daysToTier(e, now); left > 0 && left <= nearDays {
		why = append(why, points(RankTierNear, nearBonus, fmt.Sprintf("%d天后进入下一等级", left), fmt.Sprintf("next tier in %d day(s)", left)))
	}
	if e.Promise.failed() && now.Before(e.Promise.ends(policy).Add(brokenBonusFor)) {
		why = append(why, points(RankPromiseBroken, brokenBonus, "3天内违约", "in the last 3 days"))
	}
	if selfCures(e, as) {
		why = append(why, points(RankSelfCure, -selfCurePenalty,
			fmt.Sprintf("自行还款概率%d%%", 100-risk), fmt.Sprintf("pays by itself with %d%%", 100-risk)))
	}
	return why
}

// baseReason is what an account of the standard line begins with.
func baseReason(e *QueueEntry, now card.Moment, by RankBy) detectors.Reason {
	risk := int(math.Round(100 * e.MissProbability))
	switch by {
	case ByRisk:
		return points(RankRisk, risk, fmt.Sprintf("违约概率%d%%", risk), fmt.Sprintf("risk %d%%", risk))
	case ByAge:
		age := e.daysPastDue(now)
		return points(RankAge, min(age, maxAgePoints), fmt.Sprintf("逾期%d天", age), fmt.Sprintf("%d day(s) past due", age))
	default:
		balance := card.Money{Minor: e.BalanceMinor, Currency: e.Currency}
		return points(RankExpected, e.basePriority,
			fmt.Sprintf("违约概率%d%%，余额%s", risk, balance.In(card.Chinese)), fmt.Sprintf("risk %d%%, balance %s", risk, balance.In(card.English)))
	}
}

// selfCures reports whether an account will most likely be paid without anybody's work: few days late, and seldom the kind that stays.
func selfCures(e *QueueEntry, as *Treatment) bool {
	early := e.Tier == detectors.Watch || e.Tier == detectors.Grace || e.Tier == detectors.Mild
	return early && 1-e.MissProbability >= float64(as.SelfCurePercent)/100
}

func careReasons(e *QueueEntry, flags []Flag, now card.Moment) (why []detectors.Reason) {
	if degree := careOf(flags); degree > 0 {
		why = append(why, points(RankCare, degree*careStep, "", ""))
	}
	waited := daysBetween(e.LineSince, now)
	since := date(e.LineSince)
	why = append(why, points(RankWaiting, min(waited, maxWaiting), "自"+since+"起等待", "waiting since "+since))
	if day := boundDay(e, now); !day.IsZero() {
		why = append(why, points(RankBound, 0, fmt.Sprintf("%s逾期满%d天", date(day), bound(e, now)), fmt.Sprintf("%d days past due on %s", bound(e, now), date(day))))
	}
	return why
}

// careOf is the degree of care that the flags ask for, 0 … 3.
func careOf(flags []Flag) (degree int) {
	for _, f := range flags {
		degree = max(degree, flagRules[f].care)
	}
	return degree
}

// lineOrder sorts a line: the standard one by priority, the others by care, then by the day since which an account waits, then by the day
// on which it reaches its bound. Money has no part in the latter.
func lineOrder(e *QueueEntry, flags []Flag, now card.Moment) uint64 {
	if e.Line == LineStandard {
		return priorityOrder(e.Priority, e.TierSince.UnixMilli)
	}
	const days = 1<<24 - 1
	bound := uint64(days)
	if day := boundDay(e, now); !day.IsZero() {
		bound = uint64(day.LocalDay()) & days
	}
	return uint64(maxCare-careOf(flags))<<56 | uint64(e.LineSince.LocalDay())&days<<24 | bound
}

// PushPriority orders accounts for cheap pushes, 0 … 100: by risk alone, which reaches the most people who need it (notes/collections.md
// §3.1). ok is false for accounts that get no pushes by rank: those outside the standard line.
func (e *QueueEntry) PushPriority() (priority int, ok bool) {
	return int(math.Round(100 * e.MissProbability)), e.Line == LineStandard
}

// daysPastDue is the account's age at a moment: the monitor's last word and the days since, within the tier, since the monitor would have
// told of a move.
func (e *QueueEntry) daysPastDue(now card.Moment) int {
	if e.DaysPastDue <= 0 {
		return 0
	}
	age := e.DaysPastDue + max(daysBetween(e.UpdatedAt, now), 0)
	if next := nextTier(e.DaysPastDue); next > 0 {
		age = min(age, next-1)
	}
	return age
}

// daysToTier counts the days until the account enters the next tier; 0 when there is none, or the account is not late.
func daysToTier(e *QueueEntry, now card.Moment) int {
	age := e.daysPastDue(now)
	if next := nextTier(age); age > 0 && next > 0 {
		return next - age
	}
	return 0
}

func nextTier(daysPastDue int) int {
	for _, t := range detectors.Tiers() {
		if t.From > daysPastDue {
			return t.From
		}
	}
	return 0
}

// bound is the next of the days past due at which a debt changes its class: 60 and 90 (IFRS 9, Basel default); 0 beyond.
func bound(e *QueueEntry, now card.Moment) int {
	switch age := e.daysPastDue(now); {
	case age < 60:
		return 60
	case age < 90:
		return 90
	default:
		return 0
	}
}

// boundDay is the day on which the account reaches its bound if nothing is paid; unknown when there is none, or it is not late.
func boundDay(e *QueueEntry, now card.Moment) card.Moment {
	to := bound(e, now)
	if to == 0 || e.DaysPastDue <= 0 {
		return card.Moment{}
	}
	return midnight(e.UpdatedAt, to-e.DaysPastDue)
}

// rankWakes are the moments at which time alone changes an account's rank.
func rankWakes(e *QueueEntry, now card.Moment, policy *Policy, as *Treatment) (at []card.Moment) {
	if e.Line != LineStandard {
		if n := daysBetween(e.LineSince, now); n < maxWaiting {
			at = append(at, midnight(e.LineSince, n+1))
		}
		return append(at, boundDay(e, now))
	}
	if left := daysToTier(e, now); left > 1 {
		at = append(at, midnight(e.UpdatedAt, daysBetween(e.UpdatedAt, now)+max(left-nearDays, 1)))
	}
	if e.Promise.failed() {
		at = append(at, e.Promise.ends(policy).Add(brokenBonusFor))
	}
	if tomorrow := midnight(now, 1); as.Rank == ByAge && e.daysPastDue(tomorrow) != e.daysPastDue(now) {
		at = append(at, tomorrow)
	}
	for i := range policy.Experiments {
		at = append(at, policy.Experiments[i].begins(now))
	}
	return at
}

// daysBetween counts the midnights from a moment to a later one, in the first's offset.
func daysBetween(from, to card.Moment) int {
	to.OffsetMinutes = from.OffsetMinutes
	return int(to.LocalDay() - from.LocalDay())
}

// midnight is the start of the local day that lies days after a moment's, in its offset.
func midnight(m card.Moment, days int) card.Moment {
	const day, minute = 24 * 60 * 60 * 1000, 60 * 1000
	m.UnixMilli = (int64(m.LocalDay())+int64(days))*day - int64(m.OffsetMinutes)*minute
	return m
}

func date(m card.Moment) string { return m.Time().Format(time.DateOnly) }
