package alerts_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/detectors"
)

// What every act does in every state: where the case goes, or why staff may not. The case has an older question that the customer never
// answered, so that they can still say something about it in every state; it is neither blocked nor put off.
const caseMatrix = `
                  new         waiting_for_customer  queued       claimed      closed
claim             claimed     claimed               claimed      claimed      wrong_state
release           wrong_state wrong_state           wrong_state  queued       wrong_state
note              new         waiting_for_customer  queued       claimed      closed
close             wrong_state wrong_state           wrong_state  closed       wrong_state
reopen            wrong_state wrong_state           wrong_state  wrong_state  queued
escalate          new         waiting_for_customer  queued       queued       wrong_state
snooze            new         waiting_for_customer  queued       queued       wrong_state
wake              wrong_state wrong_state           wrong_state  wrong_state  wrong_state
unblock           wrong_state wrong_state           wrong_state  not_blocked  wrong_state
approve_unblock   no_request  no_request            no_request   no_request   wrong_state
refuse_unblock    no_request  no_request            no_request   no_request   wrong_state
shred             unknown     unknown               unknown      unknown      unknown
customer:no       queued      queued                queued       claimed      queued
customer:suspect  queued      queued                queued       claimed      queued
customer:late-yes new         waiting_for_customer  queued       claimed      closed
customer:yes      -           closed                -            closed       -
monitor:joins     waiting_for_customer waiting_for_customer queued claimed    closed
monitor:settles   new         waiting_for_customer  queued       claimed      closed
clock:ladder      new         queued                queued       claimed      closed
clock:lease       new         queued                queued       queued       closed
`

// reached brings a case into a state, with the old question about its card first in the list of prompts.
func reached(t *testing.T, state alerts.CaseState) (c *customer, id string) {
	c = newCustomer(t)
	c.apply(alert("old", smallAmount))
	c.apply(staff(alerts.Claim, c.theCase().ID))
	done := staff(alerts.Close, c.theCase().ID)
	done.Disposition = alerts.DuplicateCase
	c.do(done, "")
	c.after(73 * time.Hour)

	a := alert("a1", smallAmount)
	if state == alerts.CaseNew {
		a.Action = detectors.Review
	}
	c.apply(a)
	id = c.state.Cases[1].ID
	switch state {
	case alerts.CaseQueued:
		c.after(31 * time.Minute)
	case alerts.CaseClaimed:
		c.do(staff(alerts.Claim, id), "")
	case alerts.CaseClosed:
		c.apply(tap(c.state.Prompts[1].ID, alerts.Yes))
	}
	require.Equal(t, state, c.state.Case(id).State)
	return c, id
}

// act does one row of the matrix to the case.
func (c *customer) act(row, id string) {
	c.t.Helper()
	switch row {
	case "customer:no":
		c.apply(tap(c.questionAbout(id), alerts.No))
	case "customer:suspect":
		r := text("no idea what shop")
		r.PromptID = c.questionAbout(id)
		c.apply(r)
	case "customer:late-yes":
		c.apply(tap(c.state.Prompts[0].ID, alerts.Yes))
	case "customer:yes":
		c.apply(tap(c.state.Prompts[1].ID, alerts.Yes))
	case "monitor:joins":
		c.apply(alert("a2", smallAmount))
	case "monitor:settles":
		settled := alert("a1", smallAmount)
		settled.Revision, settled.State = 2, detectors.Closed
		c.apply(settled)
	case "clock:ladder":
		c.pass(7 * time.Minute)
	case "clock:lease":
		c.pass(16 * time.Minute)
	default:
		cmd := staff(alerts.Verb(row), id)
		cmd.Note, cmd.Disposition, cmd.Until = "called the customer", alerts.Inconclusive, c.now.Add(time.Hour)
		c.apply(cmd)
	}
}

// questionAbout is the old question while the case is open, since an answer to it is about the card; else the case's own.
func (c *customer) questionAbout(id string) string {
	if c.state.Case(id).State == alerts.CaseClosed {
		return c.state.Prompts[1].ID
	}
	return c.state.Prompts[0].ID
}

func TestEveryActInEveryState(t *testing.T) {
	refusals := map[string]alerts.Refusal{
		"wrong_state": alerts.RefusedWrongState, "not_blocked": alerts.RefusedNotBlocked, "no_request": alerts.RefusedNoRequest,
		"unknown": alerts.RefusedUnknownVerb,
	}
	lines := strings.Split(strings.TrimSpace(caseMatrix), "\n")
	states := strings.Fields(lines[0])
	require.Len(t, states, 5)
	for _, line := range lines[1:] {
		cells := strings.Fields(line)
		require.Len(t, cells, 6, line)
		for i, state := range states {
			row, want := cells[0], cells[i+1]
			if want == "-" { // no such question is open
				continue
			}
			t.Run(row+"/"+state, func(t *testing.T) {
				c, id := reached(t, alerts.CaseState(state))
				before := *c.state.Case(id)
				c.act(row, id)
				if refusal, refused := refusals[want]; refused {
					require.Equal(t, refusal, c.out.Refusal)
					require.Equal(t, before, *c.state.Case(id), "a refused act changes nothing")
					return
				}
				require.Equal(t, alerts.CaseState(want), c.state.Case(id).State)
				if !strings.Contains(row, ":") {
					require.Empty(t, c.out.Refusal)
				}
			})
		}
	}
}

func TestWhatStaffMayNotDoToACaseThatSomebodyHolds(t *testing.T) {
	for verb, want := range map[alerts.Verb]alerts.Refusal{
		alerts.Claim: alerts.RefusedNotOwner, alerts.Release: alerts.RefusedNotOwner, alerts.Close: alerts.RefusedNotOwner,
		alerts.Escalate: alerts.RefusedNotOwner, alerts.Snooze: alerts.RefusedNotOwner, alerts.Unblock: alerts.RefusedNotOwner,
		alerts.AddNote: "",
	} {
		c, id := reached(t, alerts.CaseClaimed)
		cmd := staff(verb, id)
		cmd.Actor, cmd.Note, cmd.Disposition, cmd.Until = "wang.wei", "let me", alerts.GenuineUse, c.now.Add(time.Hour)
		c.do(cmd, want)
		require.Equal(t, "li.na", c.state.Case(id).Owner)
	}
}

// groups are the index groups that list a case.
func (c *customer) groups(id string) (groups []string) {
	c.state.Index(func(r alerts.IndexRow) {
		if r.Kind == alerts.IndexCases && r.Key == id {
			groups = append(groups, r.Group)
		}
	})
	return groups
}

func TestAnEscalatedCaseStaysWithTheSecondLine(t *testing.T) {
	c, id := reached(t, alerts.CaseClaimed)
	c.after(10 * time.Minute)
	c.do(staff(alerts.Escalate, id), "")
	fraud := c.state.Case(id)
	require.Empty(t, fraud.Owner)
	require.Equal(t, []string{alerts.GroupEscalated}, c.groups(id))
	require.Equal(t, c.now.Add(30*time.Minute), fraud.ClaimBy, "the second line has the whole time")
	require.Contains(t, fraud.Why, alerts.PriorityReason{Code: alerts.PriorityEscalated, Points: 5})
	c.do(staff(alerts.Escalate, id), alerts.RefusedWrongState)

	c.do(staff(alerts.Claim, id), "")
	c.do(staff(alerts.Release, id), "")
	require.Equal(t, []string{alerts.GroupEscalated}, c.groups(id))
	c.do(staff(alerts.Claim, id), "")
	done := staff(alerts.Close, id)
	done.Disposition = alerts.Inconclusive
	c.do(done, "")
	require.Equal(t, []string{alerts.GroupClosed}, c.groups(id))
	c.do(staff(alerts.Reopen, id), "")
	require.Equal(t, []string{alerts.GroupEscalated}, c.groups(id))
}

func TestASnoozedCaseComesBack(t *testing.T) {
	graverFinding := func(c *customer) { c.apply(graver(alert("a9", smallAmount))) }
	for name, tt := range map[string]struct {
		happens func(c *customer, id string)
		back    bool
	}{
		"at its end":                        {func(c *customer, _ string) { c.after(2 * time.Hour) }, true},
		"not before":                        {func(c *customer, _ string) { c.after(2*time.Hour - time.Second) }, false},
		"when staff wake it":                {func(c *customer, id string) { c.do(staff(alerts.Wake, id), "") }, true},
		"when staff claim it":               {func(c *customer, id string) { c.do(staff(alerts.Claim, id), "") }, true},
		"when staff escalate it":            {func(c *customer, id string) { c.do(staff(alerts.Escalate, id), "") }, true},
		"when the customer says no":         {func(c *customer, id string) { c.act("customer:no", id) }, true},
		"when the customer may mean no":     {func(c *customer, id string) { c.act("customer:suspect", id) }, true},
		"when a graver finding joins":       {func(c *customer, _ string) { graverFinding(c) }, true},
		"not when the same joins again":     {func(c *customer, id string) { c.act("monitor:joins", id) }, false},
		"not when the customer says a yes":  {func(c *customer, id string) { c.act("customer:late-yes", id) }, false},
		"not for a note":                    {func(c *customer, id string) { c.act("note", id) }, false},
		"not when somebody snoozes it anew": {func(c *customer, id string) { c.act("snooze", id) }, false},
	} {
		t.Run(name, func(t *testing.T) {
			c, id := reached(t, alerts.CaseQueued)
			snooze := staff(alerts.Snooze, id)
			snooze.Until = c.now.Add(2 * time.Hour)
			c.do(snooze, "")
			require.Equal(t, []string{alerts.GroupSnoozed}, c.groups(id))
			tt.happens(c, id)
			require.Equal(t, tt.back, c.state.Case(id).SnoozedUntil.IsZero())
			require.Equal(t, !tt.back, c.groups(id)[0] == alerts.GroupSnoozed)
		})
	}
}

func TestASnoozeIsBoundedAndStopsNoClock(t *testing.T) {
	c, id := reached(t, alerts.CaseQueued)
	for _, until := range []time.Duration{-time.Second, 0, 72*time.Hour + time.Second} {
		snooze := staff(alerts.Snooze, id)
		snooze.Until = c.now.Add(until)
		c.do(snooze, alerts.RefusedBadArgument)
	}
	by := c.state.Case(id).CloseBy
	snooze := staff(alerts.Snooze, id)
	snooze.Until = c.now.Add(72 * time.Hour)
	c.do(snooze, "")
	require.Equal(t, by, c.state.Case(id).CloseBy)
	c.after(5 * time.Hour)
	require.Equal(t, alerts.ClockLate, c.state.Case(id).CloseClock)
	require.Equal(t, []string{alerts.GroupSnoozed}, c.groups(id))
}
