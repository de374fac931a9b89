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

func TestAnAlertOpensOneCaseAndOnePrompt(t *testing.T) {
	c := newCustomer(t)
	c.apply(alert("a1", smallAmount))
	require.Equal(t, alerts.CaseWaiting, c.theCase().State)
	require.Equal(t, []alerts.TemplateID{alerts.AskApp}, c.queued())
	m := c.state.Messages[0]
	require.Equal(t, alerts.Args{
		Card: "1234", AmountMinor: smallAmount, Currency: card.Currency{'C', 'N', 'Y'}, Uses: 1,
		City: "440300", Country: "CN", Merchant: "Corner Shop", When: start,
	}, m.Args)
	require.Equal(t, alerts.Queued, m.Outcome)
}

func TestFurtherAlertsJoinTheCaseWithoutAnotherQuestion(t *testing.T) {
	c := newCustomer(t)
	c.apply(alert("a1", smallAmount))
	c.apply(alert("a2", smallAmount))
	require.Len(t, c.theCase().Alerts, 2)
	require.Len(t, c.state.Prompts, 1)
	require.Empty(t, c.queued())
}

func TestAGraverFindingSupersedesThePrompt(t *testing.T) {
	c := newCustomer(t)
	c.apply(alert("a1", smallAmount))
	c.apply(graver(alert("a2", largeAmount)))
	require.Equal(t, alerts.PromptSuperseded, c.state.Prompts[0].State)
	require.Equal(t, alerts.PromptOpen, c.state.Prompts[1].State)
	require.Equal(t, alerts.Refused, c.state.Messages[0].Outcome, "the question that nobody needs leaves the outbox")
	require.Equal(t, alerts.Queued, c.state.Messages[1].Outcome)
}

func TestAnotherCardHasItsOwnCase(t *testing.T) {
	c := newCustomer(t)
	c.apply(alert("a1", smallAmount))
	other := alert("a2", smallAmount)
	other.Card = "tok-card-5678"
	c.apply(other)
	require.Len(t, c.state.Cases, 2)
	require.Len(t, c.state.Prompts, 2)
}

func TestRevisionsOfAnAlert(t *testing.T) {
	c := newCustomer(t)
	grown := alert("a1", smallAmount)
	grown.Revision, grown.Score = 2, 90
	c.apply(alert("a1", smallAmount))
	c.apply(grown)
	require.Equal(t, 90, c.theCase().Alerts[0].Score, "a higher revision replaces")
	c.apply(alert("a1", smallAmount))
	require.Equal(t, 90, c.theCase().Alerts[0].Score, "a lower one is ignored")
	require.Len(t, c.theCase().Alerts, 1)
}

func TestAnAlertThatGrowsAfterItsCaseWasClosed(t *testing.T) {
	answered := func(t *testing.T) *customer {
		c := newCustomer(t)
		c.apply(alert("a1", smallAmount))
		c.after(time.Minute)
		c.apply(tap(c.prompt().ID, alerts.Yes))
		c.after(time.Minute)
		return c
	}
	t.Run("news from before belongs to the closed case", func(t *testing.T) {
		c := answered(t)
		grown := alert("a1", smallAmount)
		grown.Revision = 2
		c.apply(grown)
		require.Equal(t, alerts.CaseClosed, c.theCase().State)
		require.Equal(t, alerts.GenuineUse, c.theCase().Disposition)
		require.Empty(t, c.queued())
	})
	t.Run("a use since then is a new suspicion", func(t *testing.T) {
		c := answered(t)
		grown := alert("a1", smallAmount)
		grown.Revision, grown.OccurredAt = 2, c.now
		c.apply(grown)
		require.Len(t, c.state.Cases, 2)
		require.Equal(t, alerts.CaseWaiting, c.state.Cases[1].State)
	})
}

func TestAlertsThatMakeNoCase(t *testing.T) {
	shadow := alert("a1", smallAmount)
	shadow.Mode = detectors.Shadow
	closed := alert("a2", smallAmount)
	closed.State = detectors.Closed
	collect := alert("a3", smallAmount)
	collect.Action = detectors.Collect
	for _, a := range []*detectors.Alert{shadow, closed, collect} {
		c := newCustomer(t)
		c.apply(a)
		require.Empty(t, c.state.Cases)
		require.Empty(t, c.out.Changes)
	}
}

func TestReviewGoesToAnAnalystAndNotToTheCustomer(t *testing.T) {
	c := newCustomer(t)
	review := alert("a1", smallAmount)
	review.Action = detectors.Review
	c.apply(review)
	require.Equal(t, alerts.CaseNew, c.theCase().State)
	require.Empty(t, c.state.Prompts)
}

func TestACustomerWhoCannotBeReachedGoesToAnAnalyst(t *testing.T) {
	c := strangerAt(t, alerts.Defaults())
	c.apply(alert("a1", smallAmount))
	require.Equal(t, alerts.CaseQueued, c.theCase().State)
	require.Equal(t, alerts.PromptCancelled, c.prompt().State)
	require.Equal(t, []alerts.Denial{
		{Template: alerts.AskApp, Channel: alerts.App, Rules: []alerts.RuleID{alerts.RuleNoAddress}},
		{Template: alerts.AskSMS, Channel: alerts.SMS, Rules: []alerts.RuleID{alerts.RuleNoAddress}},
	}, c.out.Denials)
}

// do lets an analyst act and requires that the desk agrees, or refuses as said.
func (c *customer) do(cmd *alerts.Command, want alerts.Refusal) {
	c.t.Helper()
	c.apply(cmd)
	require.Equal(c.t, want, c.out.Refusal)
}

func TestOnlyTheOwnerActsOnAClaimedCase(t *testing.T) {
	c := newCustomer(t)
	c.apply(alert("a1", smallAmount))
	id := c.theCase().ID
	c.do(staff(alerts.Claim, id), "")
	for _, verb := range []alerts.Verb{alerts.Claim, alerts.Release, alerts.Close} {
		stranger := staff(verb, id)
		stranger.Actor, stranger.Disposition = "wang.wei", alerts.GenuineUse
		c.do(stranger, alerts.RefusedNotOwner)
	}
	require.Equal(t, "li.na", c.theCase().Owner)
}

func TestAForgottenClaimReturnsToTheQueue(t *testing.T) {
	c := newCustomer(t)
	review := alert("a1", smallAmount)
	review.Action = detectors.Review
	c.apply(review)
	c.do(staff(alerts.Claim, c.theCase().ID), "")
	require.Equal(t, c.now.Add(15*time.Minute), c.desk.NextWake(&c.state))

	c.after(10 * time.Minute)
	note := staff(alerts.AddNote, c.theCase().ID)
	note.Note = "no answer on the telephone"
	c.do(note, "")
	c.after(14 * time.Minute)
	require.Equal(t, alerts.CaseClaimed, c.theCase().State, "working on it renews the lease")
	c.after(time.Minute)
	require.Equal(t, alerts.CaseQueued, c.theCase().State)
	require.Empty(t, c.theCase().Owner)
}

func TestClosingTeachesTheMonitor(t *testing.T) {
	for disposition, want := range map[alerts.Disposition]struct {
		verdict card.Verdict
		blocks  int
	}{
		alerts.ConfirmedFraud: {card.Fraud, 1},
		alerts.GenuineUse:     {card.Genuine, 0},
		alerts.Inconclusive:   {card.Unknown, 0},
		alerts.DuplicateCase:  {card.Unknown, 0},
	} {
		c := newCustomer(t)
		c.apply(alert("a1", smallAmount))
		c.do(staff(alerts.Claim, c.theCase().ID), "")
		done := staff(alerts.Close, c.theCase().ID)
		done.Disposition = disposition
		c.do(done, "")
		require.Equal(t, disposition, c.theCase().Disposition)
		require.Equal(t, alerts.PromptCancelled, c.prompt().State)
		require.Len(t, c.out.Feedback, 1)
		require.Equal(t, want.verdict, c.out.Feedback[0].Verdict)
		require.Equal(t, card.FromStaff, c.out.Feedback[0].Source)
		require.Equal(t, want.verdict == card.Genuine, c.out.Feedback[0].ExemptScope != "")
		require.Len(t, c.out.CardActions, want.blocks)
	}
}

func TestABlockIsRequestedOnce(t *testing.T) {
	c := newCustomer(t)
	c.apply(alert("a1", smallAmount))
	c.apply(text("N"))
	require.Len(t, c.out.CardActions, 1)
	c.do(staff(alerts.Claim, c.theCase().ID), "")
	done := staff(alerts.Close, c.theCase().ID)
	done.Disposition = alerts.ConfirmedFraud
	c.do(done, "")
	require.Empty(t, c.out.CardActions)
	require.Len(t, c.out.Feedback, 1)
}

func TestCommandsThatCannotBeMeant(t *testing.T) {
	c := newCustomer(t)
	c.apply(alert("a1", smallAmount))
	id := c.theCase().ID
	nobody := staff(alerts.Claim, id)
	nobody.Actor = ""
	c.do(nobody, alerts.RefusedNoActor)
	c.do(staff(alerts.Claim, "case-of-another"), alerts.RefusedUnknownCase)
	c.do(staff("shred", id), alerts.RefusedUnknownVerb)
	c.do(staff(alerts.AddNote, id), alerts.RefusedBadArgument)
	long := staff(alerts.AddNote, id)
	long.Note = strings.Repeat("长", 2001)
	c.do(long, alerts.RefusedBadArgument)
	c.do(staff(alerts.Claim, id), "")
	unknown := staff(alerts.Close, id)
	unknown.Disposition = "solved"
	c.do(unknown, alerts.RefusedBadArgument)
	require.Equal(t, alerts.CaseClaimed, c.theCase().State)
}

func TestACommandDeliveredTwiceActsOnce(t *testing.T) {
	c := newCustomer(t)
	c.apply(alert("a1", smallAmount))
	note := staff(alerts.AddNote, c.theCase().ID)
	note.ID, note.Note = "cmd-1", "once"
	c.do(note, "")
	lines := len(c.theCase().History)
	c.do(note, alerts.RefusedDuplicate)
	require.Len(t, c.theCase().History, lines)
}

func TestHistoryIsBoundedAndKeepsHowItBegan(t *testing.T) {
	c := newCustomer(t)
	c.apply(alert("a1", smallAmount))
	for i := range 100 {
		note := staff(alerts.AddNote, c.theCase().ID)
		note.Note = fmt.Sprint("note ", i)
		c.do(note, "")
	}
	history := c.theCase().History
	require.Len(t, history, 40)
	require.Equal(t, alerts.ActOpened, history[0].Code)
	require.Equal(t, "note 99", history[39].Note)
}

func TestPriorityOrdersTheQueue(t *testing.T) {
	priority := func(prepare func(c *customer)) int {
		c := newCustomer(t)
		prepare(c)
		total := 0
		for _, r := range c.theCase().Why {
			total += r.Points
		}
		require.Equal(t, min(max(total, 0), 100), c.theCase().Priority, "the reasons add up")
		return c.theCase().Priority
	}
	asked := priority(func(c *customer) { c.apply(alert("a1", smallAmount)) })
	silent := priority(func(c *customer) { arrive[alerts.PromptExpired](c, smallAmount) })
	critical := priority(func(c *customer) {
		c.apply(graver(alert("a1", smallAmount)))
		c.after(31 * time.Minute)
	})
	denied := priority(func(c *customer) { arrive[alerts.PromptNo](c, smallAmount) })
	require.Less(t, asked, silent)
	require.Less(t, silent, critical)
	require.Less(t, critical, denied)
	require.Equal(t, 100, denied)
}
