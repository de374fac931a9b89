package alerts

import (
	"time"

	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// SLA is how long a case may wait, by the gravest of its findings; a denied case counts as critical.
type SLA struct {
	Critical Clocks `yaml:"critical"`
	High     Clocks `yaml:"high"`
	Medium   Clocks `yaml:"medium"`
	Low      Clocks `yaml:"low"`
}

// Clocks are the times that a case of one severity is given.
type Clocks struct {
	// Claim is until somebody has taken it, from its opening or its return to the queue.
	Claim time.Duration `yaml:"claim"`
	// Close is until it has an outcome, from its opening or reopening.
	Close time.Duration `yaml:"close"`
}

// nearShare is the last part of a clock's time in which it counts as near: a quarter. Own choice.
const nearShare = 4

// of are the clocks of a case.
func (s *SLA) of(c *Case) Clocks {
	switch c.gravity() {
	case detectors.Critical:
		return s.Critical
	case detectors.High:
		return s.High
	case detectors.Medium:
		return s.Medium
	default:
		return s.Low
	}
}

// gravity is the severity that a case's clocks go by. One without findings is a customer's late report of a fraud.
func (c *Case) gravity() detectors.Severity {
	if c.Urgent || len(c.Alerts) == 0 {
		return detectors.Critical
	}
	return c.severity()
}

// ClockState is how a clock of a case stands.
type ClockState string

// The clock states.
const (
	ClockRunning ClockState = ""
	// ClockNear is a clock in its last quarter.
	ClockNear ClockState = "near"
	ClockLate ClockState = "late"
)

// ClockKind names a clock of a case.
type ClockKind string

// The clocks.
const (
	ClaimClock ClockKind = "claim"
	CloseClock ClockKind = "close"
)

// Deadline is one clock of a case as it stands at some moment.
type Deadline struct {
	Kind ClockKind
	By   card.Moment
	// Left is negative once the clock is late.
	Left time.Duration
	Late bool
}

// Deadlines are the clocks of a case that run, claim before close; none when it is closed, silenced, or older than clocks are.
func (c *Case) Deadlines(now card.Moment) []Deadline {
	var running []Deadline
	for _, d := range []Deadline{{Kind: ClaimClock, By: c.ClaimBy}, {Kind: CloseClock, By: c.CloseBy}} {
		if !d.By.IsZero() {
			d.Left = d.By.Sub(now)
			d.Late = d.Left <= 0
			running = append(running, d)
		}
	}
	return running
}

// setClocks starts the clocks that a case in its state should have and has not, stops those it should not have, and moves a point closer
// that a graver finding no longer allows.
func (st *step) setClocks(c *Case) {
	if c.State == CaseClosed || c.Silence != "" {
		c.ClaimBy, c.CloseBy, c.ClaimClock, c.CloseClock = card.Moment{}, card.Moment{}, ClockRunning, ClockRunning
		return
	}
	limits := st.policy.SLA.of(c)
	c.CloseBy = sooner(c.CloseBy, st.now.Add(limits.Close))
	c.ClaimBy = sooner(c.ClaimBy, st.now.Add(limits.Claim))
	if c.State == CaseClaimed {
		c.ClaimBy = card.Moment{}
	}
	c.ClaimClock = stillRuns(c.ClaimClock, clockState(c.ClaimBy, limits.Claim, st.now))
	c.CloseClock = stillRuns(c.CloseClock, clockState(c.CloseBy, limits.Close, st.now))
}

// stillRuns leaves it to passClocks to call a clock late: it writes that down.
func stillRuns(was, is ClockState) ClockState {
	if is == ClockLate && was != ClockLate {
		return was
	}
	return is
}

func sooner(known, by card.Moment) card.Moment {
	if known.IsZero() || by.Before(known) {
		return by
	}
	return known
}

func clockState(by card.Moment, limit time.Duration, now card.Moment) ClockState {
	switch {
	case by.IsZero() || now.Before(by.Add(-limit/nearShare)):
		return ClockRunning
	case now.Before(by):
		return ClockNear
	default:
		return ClockLate
	}
}

// passClocks writes down the clocks that have run out.
func (st *step) passClocks(c *Case) {
	limits := st.policy.SLA.of(c)
	for _, clock := range []struct {
		kind  ClockKind
		by    card.Moment
		limit time.Duration
		state *ClockState
		act   ActCode
	}{
		{ClaimClock, c.ClaimBy, limits.Claim, &c.ClaimClock, ActClaimLate},
		{CloseClock, c.CloseBy, limits.Close, &c.CloseClock, ActCloseLate},
	} {
		was, is := *clock.state, clockState(clock.by, clock.limit, st.now)
		if was == is || was == ClockLate {
			continue
		}
		*clock.state = is
		c.Priority, c.Why = casePriority(c)
		if is == ClockLate {
			st.move(c, clock.act, ActorClock, "")
			st.moved(ClockMissed, c.ID, "", string(clock.kind), string(c.gravity()))
		}
	}
}

// clockWakes are when a case's clocks change their state next.
func (p *Policy) clockWakes(c *Case, consider func(card.Moment)) {
	limits := p.SLA.of(c)
	for _, clock := range []struct {
		by    card.Moment
		limit time.Duration
		state ClockState
	}{{c.ClaimBy, limits.Claim, c.ClaimClock}, {c.CloseBy, limits.Close, c.CloseClock}} {
		switch {
		case clock.by.IsZero() || clock.state == ClockLate:
		case clock.state == ClockNear:
			consider(clock.by)
		default:
			consider(clock.by.Add(-clock.limit / nearShare))
		}
	}
}

// check says what is wrong with the clocks: a graver case may not be left longer than a milder one.
func (s *SLA) check(add func(bool, string, ...any)) {
	levels := []struct {
		key string
		Clocks
	}{{"critical", s.Critical}, {"high", s.High}, {"medium", s.Medium}, {"low", s.Low}}
	for i, l := range levels {
		add(l.Claim < time.Minute || l.Claim > maxClock, "sla.%s.claim: %v is outside 1m … %v", l.key, l.Claim, maxClock)
		add(l.Close <= l.Claim || l.Close > maxClock, "sla.%s.close: %v must be longer than claim, and at most %v", l.key, l.Close, maxClock)
		if i > 0 {
			graver := levels[i-1]
			add(l.Claim < graver.Claim || l.Close < graver.Close, "sla.%s: a %s case would be due before a %s one", l.key, l.key, graver.key)
		}
	}
}

const maxClock = 30 * 24 * time.Hour
