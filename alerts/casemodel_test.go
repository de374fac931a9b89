package alerts_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// naiveDesk says again, as plainly as can be, what happens to the cases of one card: time goes minute by minute, and every rule is a sentence.
type naiveDesk struct {
	now   int
	cases []*naiveCase
	// small says that the amount at stake is one that one person may unblock.
	small bool
	// blocks and unblocks count what the bank was asked for.
	blocks, unblocks int
}

type naiveCase struct {
	state, owner, outcome, asks    string
	escalated, urgent, blocked     bool
	critical                       bool
	leaseEnds, snoozeEnds          int
	claimBy, closeBy               int
	claimLate, closeLate, silenced bool
	// asksUntil is when a request to unblock expires.
	asksUntil int
	questions []*naiveQuestion
	missed    int
}

type naiveQuestion struct {
	critical bool
	at       int
	state    string
}

const never = 0

// modelUnblockWait is Policy.UnblockWait in these tests, in minutes: short, so that it often ends.
const modelUnblockWait = 20

func (d *naiveDesk) open() *naiveCase {
	if len(d.cases) > 0 && d.cases[len(d.cases)-1].state != "closed" {
		return d.cases[len(d.cases)-1]
	}
	for _, c := range d.cases {
		if c.state != "closed" {
			return c
		}
	}
	return nil
}

// settle keeps what hangs on the state in line: clocks run for open cases that are not silenced, and get no longer.
func (d *naiveDesk) settle(c *naiveCase) {
	if c.state != "claimed" {
		c.owner, c.leaseEnds = "", never
	}
	if c.state != "closed" {
		c.outcome = ""
	}
	if c.state == "closed" || c.silenced {
		c.claimBy, c.closeBy, c.claimLate, c.closeLate = never, never, false, false
		return
	}
	claim, closing := 30, 240
	if c.critical || c.urgent {
		claim, closing = 10, 60
	}
	if c.claimBy == never || d.now+claim < c.claimBy {
		c.claimBy, c.claimLate = d.now+claim, false
	}
	if c.closeBy == never || d.now+closing < c.closeBy {
		c.closeBy, c.closeLate = d.now+closing, false
	}
	if c.state == "claimed" {
		c.claimBy, c.claimLate = never, false
	}
}

func (d *naiveDesk) wake(c *naiveCase) { c.snoozeEnds, c.silenced = never, false }

func (d *naiveDesk) minute() {
	d.now++
	for _, c := range d.cases {
		for _, q := range c.questions {
			age := d.now - q.at
			if q.state == "open" && (age == 6 || age == 30) && c.state == "waiting_for_customer" {
				c.state = "queued"
			}
			if q.state == "open" && age == 30 {
				q.state = "expired"
			}
		}
		if c.state == "claimed" && c.leaseEnds == d.now {
			c.state = "queued"
		}
		if c.asks != "" && c.asksUntil == d.now {
			c.asks = ""
		}
		if c.snoozeEnds == d.now {
			c.snoozeEnds = never
		}
		d.settle(c)
		if c.claimBy == d.now && !c.claimLate {
			c.claimLate = true
			c.missed++
		}
		if c.closeBy == d.now && !c.closeLate {
			c.closeLate = true
			c.missed++
		}
	}
}

// finding joins the open case or makes one, and asks unless nobody should be.
func (d *naiveDesk) finding(critical, hidden bool) {
	c := d.open()
	if c == nil {
		c = &naiveCase{state: "new", silenced: hidden}
		d.cases = append(d.cases, c)
	}
	worse := critical && !c.critical
	c.critical = c.critical || critical
	d.settle(c)
	if hidden {
		return
	}
	c.silenced = false
	if worse {
		c.snoozeEnds = never
	}
	d.settle(c)
	if c.urgent || c.state == "claimed" {
		return
	}
	for _, q := range c.questions {
		if q.critical || !c.critical {
			return
		}
	}
	for _, other := range d.cases {
		for _, q := range other.questions {
			if q.state == "open" {
				q.state = "superseded"
			}
		}
	}
	c.questions = append(c.questions, &naiveQuestion{critical: c.critical, at: d.now, state: "open"})
	if c.state == "new" {
		c.state = "waiting_for_customer"
	}
}

func (d *naiveDesk) yes(c *naiveCase, q *naiveQuestion) {
	if q.state != "open" {
		return
	}
	q.state = "yes"
	c.asks = ""
	c.state, c.outcome, c.urgent = "closed", "genuine", false
	d.wake(c)
	d.settle(c)
}

func (d *naiveDesk) no(own *naiveCase, q *naiveQuestion) {
	q.state = "no"
	for _, c := range d.cases {
		c.asks = ""
		for _, q := range c.questions {
			if q.state == "open" {
				q.state = "cancelled"
			}
		}
	}
	c := d.open()
	if c == nil {
		c = own
	}
	d.wake(c)
	if c.state == "closed" || !c.blocked {
		c.urgent = true
		if c.state != "claimed" {
			c.state = "queued"
		}
		if !c.blocked {
			c.blocked = true
			d.blocks++
		}
	}
	d.settle(c)
}

// staff does an act, or reports false when it is refused.
func (d *naiveDesk) staff(who, verb, outcome string, c *naiveCase) bool {
	mine := c.state == "claimed" && c.owner == who
	free := c.state != "closed" && (c.owner == "" || mine)
	blocked := false
	for _, other := range d.cases {
		blocked = blocked || other.blocked
	}
	var allowed bool
	switch verb {
	case "claim", "snooze":
		allowed = free
	case "escalate":
		allowed = free && !c.escalated
	case "release":
		allowed = mine
	case "close":
		allowed = mine && (c.asks == "" || outcome == "confirmed_fraud")
	case "reopen":
		allowed = c.state == "closed" && d.open() == nil
	case "wake":
		allowed = c.state != "closed" && c.state != "claimed" && (c.silenced || c.snoozeEnds != never)
	case "unblock":
		allowed = mine && blocked && c.asks == ""
	case "approve_unblock":
		allowed = c.state != "closed" && c.asks != "" && c.asks != who
	case "refuse_unblock":
		allowed = c.state != "closed" && c.asks != ""
	}
	if !allowed {
		return false
	}
	if verb != "snooze" && verb != "release" && verb != "unblock" && verb != "approve_unblock" && verb != "refuse_unblock" {
		d.wake(c)
	}
	switch verb {
	case "claim":
		c.state, c.owner, c.leaseEnds = "claimed", who, d.now+15
	case "release":
		c.state = "queued"
	case "snooze", "escalate":
		if verb == "snooze" {
			c.snoozeEnds = d.now + 60
		} else {
			c.escalated, c.claimBy, c.claimLate = true, never, false
		}
		if c.state == "claimed" {
			c.state = "queued"
		}
	case "close":
		for _, q := range c.questions {
			if q.state == "open" {
				q.state = "cancelled"
			}
		}
		if outcome == "confirmed_fraud" {
			for _, other := range d.cases {
				other.asks = ""
			}
			if !c.blocked {
				c.blocked = true
				d.blocks++
			}
		}
		c.state, c.outcome, c.urgent = "closed", outcome, false
	case "reopen":
		c.state = "queued"
	case "unblock":
		c.asks, c.asksUntil = who, d.now+modelUnblockWait
		if d.small {
			d.unblock(c)
		}
	case "approve_unblock":
		d.unblock(c)
	case "refuse_unblock":
		c.asks = ""
	}
	d.settle(c)
	if c.owner == who {
		c.leaseEnds = d.now + 15
	}
	return true
}

func (d *naiveDesk) unblock(c *naiveCase) {
	for _, other := range d.cases {
		other.blocked = false
	}
	c.asks, c.urgent = "", false
	d.unblocks++
}

// compared is what both desks have to agree about.
type compared struct {
	State, Owner, Outcome, Asks                   string
	Escalated, Urgent, Blocked, Snoozed, Silenced bool
	ClaimBy, CloseBy                              int
	ClaimLate, CloseLate                          bool
	Missed                                        int
	Questions                                     []string
}

// pair is a real desk and a naive one, side by side.
type pair struct {
	*customer
	naive naiveDesk
	small int64
	n     int
	// blocks and unblocks count the real desk's card actions.
	blocks, unblocks int
	missed           map[string]int
}

func (p *pair) did() {
	for _, a := range p.out.CardActions {
		if a.Action == alerts.BlockCard {
			p.blocks++
		} else {
			p.unblocks++
		}
	}
	for _, c := range p.out.Changes {
		if c.Kind == alerts.ClockMissed {
			p.missed[c.ID]++
		}
	}
}

// real lists what the real desk thinks, in minutes since the start.
func (p *pair) real() (list []compared) {
	minute := func(m card.Moment) int {
		if m.IsZero() {
			return never
		}
		return int(m.Sub(start) / time.Minute)
	}
	for i := range p.state.Cases {
		c := &p.state.Cases[i]
		k := compared{
			State: string(c.State), Owner: c.Owner, Outcome: string(c.Disposition), Asks: c.Unblock.By,
			Escalated: c.Escalated, Urgent: c.Urgent, Blocked: c.Blocked, Snoozed: !c.SnoozedUntil.IsZero(), Silenced: c.Silence != "",
			ClaimBy: minute(c.ClaimBy), CloseBy: minute(c.CloseBy), ClaimLate: c.ClaimClock == alerts.ClockLate,
			CloseLate: c.CloseClock == alerts.ClockLate, Missed: p.missed[c.ID],
		}
		for _, q := range p.state.Prompts {
			if q.CaseID == c.ID {
				k.Questions = append(k.Questions, string(q.State))
			}
		}
		list = append(list, k)
	}
	return list
}

func (p *pair) model() (list []compared) {
	for _, c := range p.naive.cases {
		k := compared{
			State: c.state, Owner: c.owner, Outcome: c.outcome, Asks: c.asks,
			Escalated: c.escalated, Urgent: c.urgent, Blocked: c.blocked, Snoozed: c.snoozeEnds != never, Silenced: c.silenced,
			ClaimBy: c.claimBy, CloseBy: c.closeBy, ClaimLate: c.claimLate, CloseLate: c.closeLate, Missed: c.missed,
		}
		for _, q := range c.questions {
			k.Questions = append(k.Questions, q.state)
		}
		list = append(list, k)
	}
	return list
}

// finding raises one of four kinds: grave or graver, covered by a silence or not.
func (p *pair) finding(critical, hidden bool) {
	p.n++
	a := alert(fmt.Sprint("a", p.n), p.small)
	a.Severity, a.OccurredAt = detectors.High, p.now
	if critical {
		a.Severity = detectors.Critical
	}
	if hidden {
		a.Use.Merchant = "m-test"
	}
	p.apply(a)
	p.did()
	p.naive.finding(critical, hidden)
}

// The real desk and the naive one agree about cases after every step, whatever happens in whatever order.
func TestCasesFollowANaiveModel(t *testing.T) {
	policy := alerts.Defaults()
	policy.PromptsPerCase, policy.PromptsPerDay = 20, 20
	policy.UnblockWait = modelUnblockWait * time.Minute
	rapid.Check(t, func(rt *rapid.T) {
		p := &pair{customer: strangerAt(t, policy), missed: map[string]int{}}
		p.customer.contact(func(*alerts.Contact) {})
		p.small = rapid.SampledFrom([]int64{smallAmount, largeAmount}).Draw(rt, "amount")
		p.naive.small = p.small == smallAmount
		p.under(alerts.Silence{
			ID: "sil", Owner: "wang.wei", From: start, UntilResolved: true,
			Matchers: []alerts.Matcher{{Field: alerts.MatchMerchant, Op: alerts.MatchIs, Value: "m-test"}},
		})
		someCase := func(rt *rapid.T) int {
			if len(p.naive.cases) == 0 {
				rt.Skip("no case yet")
			}
			return rapid.IntRange(0, len(p.naive.cases)-1).Draw(rt, "case")
		}
		rt.Repeat(map[string]func(*rapid.T){
			"finding": func(rt *rapid.T) {
				if p.n == 7 {
					rt.Skip("as many as a case holds")
				}
				p.finding(rapid.Bool().Draw(rt, "critical"), rapid.IntRange(0, 3).Draw(rt, "hidden") == 0)
			},
			"answer": func(rt *rapid.T) {
				at := someCase(rt)
				own := p.naive.cases[at]
				var ids []string
				for _, q := range p.state.Prompts {
					if q.CaseID == p.state.Cases[at].ID {
						ids = append(ids, q.ID)
					}
				}
				if len(ids) == 0 {
					rt.Skip("nobody was asked")
				}
				n := rapid.IntRange(0, len(ids)-1).Draw(rt, "question")
				said := rapid.SampledFrom([]alerts.Answer{alerts.Yes, alerts.No}).Draw(rt, "answer")
				p.apply(tap(ids[n], said))
				p.did()
				if said == alerts.Yes {
					p.naive.yes(own, own.questions[n])
				} else {
					p.naive.no(own, own.questions[n])
				}
			},
			"staff": func(rt *rapid.T) {
				at := someCase(rt)
				cmd := staff(rapid.SampledFrom([]alerts.Verb{
					alerts.Claim, alerts.Claim, alerts.Release, alerts.Close, alerts.Reopen, alerts.Escalate, alerts.Snooze, alerts.Wake,
					alerts.Unblock, alerts.Unblock, alerts.ApproveUnblock, alerts.RefuseUnblock,
				}).Draw(rt, "verb"), p.state.Cases[at].ID)
				cmd.Actor = rapid.SampledFrom([]string{"li.na", "wang.wei"}).Draw(rt, "who")
				cmd.Disposition = rapid.SampledFrom([]alerts.Disposition{alerts.ConfirmedFraud, alerts.GenuineUse, alerts.Inconclusive}).Draw(rt, "outcome")
				cmd.Note, cmd.Until = "because", p.now.Add(time.Hour)
				p.apply(cmd)
				p.did()
				allowed := p.naive.staff(cmd.Actor, string(cmd.Verb), string(cmd.Disposition), p.naive.cases[at])
				require.Equal(rt, allowed, p.out.Refusal == "", "%s by %s: %s", cmd.Verb, cmd.Actor, p.out.Refusal)
			},
			"time": func(rt *rapid.T) {
				minutes := rapid.SampledFrom([]int{1, 4, 9, 16, 31, 61, 250}).Draw(rt, "minutes")
				end := p.now.Add(time.Duration(minutes) * time.Minute)
				for wake := p.desk.NextWake(&p.state); !wake.IsZero() && !end.Before(wake); wake = p.desk.NextWake(&p.state) {
					p.now = wake
					p.apply(&card.Tick{})
					p.did()
				}
				p.now = end
				for range minutes {
					p.naive.minute()
				}
			},
			"": func(rt *rapid.T) {
				require.Equal(rt, p.model(), p.real())
				require.Equal(rt, p.naive.blocks, p.blocks)
				require.Equal(rt, p.naive.unblocks, p.unblocks)
			},
		})
	})
}
