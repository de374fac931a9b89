package alerts_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// denied is a customer whose no has blocked the card, in a case that li.na has claimed.
func denied(t *testing.T, amount int64) *customer {
	c := newCustomer(t)
	c.apply(alert("a1", amount))
	c.apply(tap(c.prompt().ID, alerts.No))
	require.Len(t, c.out.CardActions, 1)
	c.do(staff(alerts.Claim, c.theCase().ID), "")
	return c
}

func (c *customer) says(actor string, verb alerts.Verb, note string, want alerts.Refusal) {
	c.t.Helper()
	cmd := staff(verb, c.theCase().ID)
	cmd.Actor, cmd.Note = actor, note
	c.do(cmd, want)
}

func TestOnePersonUnblocksWhatIsSmall(t *testing.T) {
	c := denied(t, smallAmount)
	c.says("li.na", alerts.Unblock, "called back, it was her husband", "")
	require.Len(t, c.out.CardActions, 1)
	a := c.out.CardActions[0]
	require.Equal(t, alerts.UnblockCard, a.Action)
	require.Equal(t, theCard, a.Card)
	require.Equal(t, alerts.ReasonStaffUnblocked, a.Reason)
	require.Equal(t, "li.na", a.RequestedBy)
	require.False(t, c.theCase().Blocked)
	require.False(t, c.theCase().Urgent, "somebody has talked to the customer")
	require.Equal(t, alerts.CaseClaimed, c.theCase().State, "the outcome is still to be said")
	require.Zero(t, c.theCase().Unblock)
}

func TestAboveTheLimitASecondPersonApproves(t *testing.T) {
	c := denied(t, largeAmount)
	c.says("li.na", alerts.Unblock, "called back", "")
	require.Empty(t, c.out.CardActions)
	require.True(t, c.theCase().Blocked)
	require.Equal(t, alerts.UnblockRequest{By: "li.na", At: c.now, Note: "called back"}, c.theCase().Unblock)
	require.Equal(t, []string{alerts.GroupFirst, alerts.GroupUnblock}, c.groups(c.theCase().ID))

	for _, myself := range []string{"li.na", "Li.Na", " li.na "} {
		c.says(myself, alerts.ApproveUnblock, "", alerts.RefusedSamePerson)
	}
	c.says("li.na", alerts.Unblock, "please", alerts.RefusedPending)
	c.says("wang.wei", alerts.ApproveUnblock, "", "")
	require.Len(t, c.out.CardActions, 1)
	require.Equal(t, "li.na+wang.wei", c.out.CardActions[0].RequestedBy)
	require.Equal(t, alerts.ReasonTwoUnblocked, c.out.CardActions[0].Reason)
	require.False(t, c.theCase().Blocked)
	require.Equal(t, []string{alerts.GroupFirst}, c.groups(c.theCase().ID))
	c.says("zhao.min", alerts.ApproveUnblock, "", alerts.RefusedNoRequest)
}

func TestAnUnknownAmountIsNoSmallOne(t *testing.T) {
	c := newCustomer(t)
	c.apply(alert("a1", smallAmount))
	c.apply(tap(c.prompt().ID, alerts.Yes))
	for i := range 17 { // the case is forgotten, its question is not
		other := alert(fmt.Sprint("b", i), smallAmount)
		other.Card, other.Action = "tok-card-5678", detectors.Review
		c.apply(other)
		id := c.state.Cases[len(c.state.Cases)-1].ID
		c.do(staff(alerts.Claim, id), "")
		done := staff(alerts.Close, id)
		done.Disposition = alerts.Inconclusive
		c.do(done, "")
	}
	c.apply(tap(c.state.Prompts[0].ID, alerts.No))
	late := c.state.Cases[len(c.state.Cases)-1]
	require.Equal(t, theCard, late.Card)
	require.Empty(t, late.Alerts)
	c.do(staff(alerts.Claim, late.ID), "")
	ask := staff(alerts.Unblock, late.ID)
	ask.Note = "he found the receipt"
	c.do(ask, "")
	require.Equal(t, "li.na", c.state.Case(late.ID).Unblock.By)
}

func TestASmallCaseIsNoWayAroundTheSecondPerson(t *testing.T) {
	c := denied(t, largeAmount)
	fraud := staff(alerts.Close, c.theCase().ID)
	fraud.Disposition = alerts.ConfirmedFraud
	c.do(fraud, "")
	c.after(time.Hour)
	small := alert("a2", smallAmount)
	small.OccurredAt = c.now
	c.apply(small)
	second := c.state.Cases[1].ID
	c.do(staff(alerts.Claim, second), "")
	ask := staff(alerts.Unblock, second)
	ask.Note = "he has the card again"
	c.do(ask, "")
	require.Empty(t, c.out.CardActions)
	require.Equal(t, "li.na", c.state.Case(second).Unblock.By)
}

func TestARequestCanBeRefusedOrTakenBack(t *testing.T) {
	for _, actor := range []string{"wang.wei", "li.na"} {
		c := denied(t, largeAmount)
		c.says("li.na", alerts.Unblock, "called back", "")
		c.says(actor, alerts.RefuseUnblock, "the voice was another", "")
		require.Zero(t, c.theCase().Unblock)
		require.True(t, c.theCase().Blocked)
		require.Empty(t, c.out.CardActions)
	}
}

func TestUnblockingNeedsABlockAReasonAndAClaim(t *testing.T) {
	c := newCustomer(t)
	c.apply(alert("a1", smallAmount))
	c.says("li.na", alerts.Unblock, "why not", alerts.RefusedWrongState)
	c.do(staff(alerts.Claim, c.theCase().ID), "")
	c.says("li.na", alerts.Unblock, "why not", alerts.RefusedNotBlocked)
	c = denied(t, smallAmount)
	c.says("li.na", alerts.Unblock, "", alerts.RefusedBadArgument)
	c.says("wang.wei", alerts.Unblock, "let me", alerts.RefusedNotOwner)
}

func TestANoCancelsARequestToUnblock(t *testing.T) {
	c := denied(t, largeAmount)
	c.says("li.na", alerts.Unblock, "called back", "")
	c.apply(tap(c.prompt().ID, alerts.No))
	require.Zero(t, c.theCase().Unblock)
	require.Empty(t, c.out.CardActions, "the block still stands")
	c.says("wang.wei", alerts.ApproveUnblock, "", alerts.RefusedNoRequest)
}

func TestANoAfterAnUnblockBlocksAgainUnderAnotherID(t *testing.T) {
	c := denied(t, smallAmount)
	ids := map[string]bool{}
	for range 3 {
		c.says("li.na", alerts.Unblock, "called back", "")
		ids[c.out.CardActions[0].ID] = true
		c.apply(tap(c.prompt().ID, alerts.No))
		require.Len(t, c.out.CardActions, 1)
		require.Equal(t, alerts.BlockCard, c.out.CardActions[0].Action)
		require.Equal(t, alerts.ActorCustomer, c.out.CardActions[0].RequestedBy)
		ids[c.out.CardActions[0].ID] = true
		require.True(t, c.theCase().Urgent)
	}
	require.Len(t, ids, 6)
}

func TestWhatTheMonitorLearnsFromAnUnblock(t *testing.T) {
	verdicts := func(c *customer) (list []card.Verdict) {
		for _, f := range c.out.Feedback {
			list = append(list, f.Verdict)
		}
		return list
	}
	c := denied(t, smallAmount)
	c.says("li.na", alerts.Unblock, "called back", "")
	require.Equal(t, []card.Verdict{card.Unknown}, verdicts(c), "the word fraud is taken back; nothing is exempted yet")
	require.Empty(t, c.out.Feedback[0].ExemptScope)
	genuine := staff(alerts.Close, c.theCase().ID)
	genuine.Disposition = alerts.GenuineUse
	c.do(genuine, "")
	require.Equal(t, []card.Verdict{card.Genuine}, verdicts(c))

	t.Run("a confirmed fraud stays one, though the card works again", func(t *testing.T) {
		c := denied(t, smallAmount)
		fraud := staff(alerts.Close, c.theCase().ID)
		fraud.Disposition = alerts.ConfirmedFraud
		c.do(fraud, "")
		c.after(time.Hour)
		c.apply(func() card.Body { a := alert("a2", smallAmount); a.OccurredAt = c.now; return a }())
		second := c.state.Cases[1].ID
		c.do(staff(alerts.Claim, second), "")
		ask := staff(alerts.Unblock, second)
		ask.Note = "the terminal was found, the card was not copied"
		c.do(ask, "")
		require.Len(t, c.out.CardActions, 1)
		require.Empty(t, c.out.Feedback)
		require.False(t, c.state.Cases[0].Blocked)
	})
}

func TestACaseWithARequestIsClosedAsFraudAlone(t *testing.T) {
	c := denied(t, largeAmount)
	c.says("li.na", alerts.Unblock, "called back", "")
	done := staff(alerts.Close, c.theCase().ID)
	done.Disposition = alerts.GenuineUse
	c.do(done, alerts.RefusedPending)
	done.ID, done.Disposition = "", alerts.ConfirmedFraud
	c.do(done, "")
	require.Zero(t, c.theCase().Unblock)
	require.True(t, c.theCase().Blocked)
}

func TestTwoLongNamesFitOneID(t *testing.T) {
	c := denied(t, largeAmount)
	c.do(staff(alerts.Release, c.theCase().ID), "")
	long := strings.Repeat("李", 21)
	c.says(long, alerts.Claim, "", "")
	c.says(long, alerts.Unblock, "called back", "")
	c.says(strings.Repeat("w", 64), alerts.ApproveUnblock, "", "")
	require.LessOrEqual(t, len(c.out.CardActions[0].RequestedBy), 64)
	require.True(t, strings.HasPrefix(c.out.CardActions[0].RequestedBy, "李李"))
}

// A request that nobody answers lapses; the one who asked has to ask again, and only a request that still stands can be approved.
func TestARequestToUnblockExpires(t *testing.T) {
	c := denied(t, largeAmount)
	policy, asked := c.desk.Policy(), c.now
	c.says("li.na", alerts.Unblock, "called back", "")
	c.after(alerts.Defaults().UnblockWait - time.Minute)
	require.Equal(t, "li.na", c.theCase().Unblock.By, "a minute is left")
	require.Equal(t, asked.Add(24*time.Hour), policy.UnblockEnds(c.theCase()))
	c.after(time.Minute)
	require.Zero(t, c.theCase().Unblock)
	require.True(t, c.theCase().Blocked)
	require.Empty(t, c.out.CardActions)
	require.Equal(t, []string{alerts.GroupFirst}, c.groups(c.theCase().ID))
	last := c.theCase().History[len(c.theCase().History)-1]
	require.Equal(t, alerts.Act{
		At: c.now, Actor: alerts.ActorClock, Code: alerts.ActUnblockExpired, From: alerts.CaseQueued, To: alerts.CaseQueued, Note: "li.na",
	}, last)

	c.says("wang.wei", alerts.ApproveUnblock, "", alerts.RefusedNoRequest)
	c.says("li.na", alerts.Unblock, "called back", alerts.RefusedWrongState) // the lease has ended, too
	c.do(staff(alerts.Claim, c.theCase().ID), "")
	c.says("li.na", alerts.Unblock, "called back again", "")
	require.Equal(t, c.now, c.theCase().Unblock.At)
	c.says("wang.wei", alerts.ApproveUnblock, "", "")
	require.Len(t, c.out.CardActions, 1)
}
