package alerts_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
)

func TestTheLadderClimbsFromAppToTextToAnalyst(t *testing.T) {
	c := newCustomer(t)
	c.apply(alert("a1", smallAmount))
	require.Equal(t, c.now.Add(time.Minute), c.desk.NextWake(&c.state))

	c.after(time.Minute)
	require.Equal(t, []alerts.TemplateID{alerts.AskSMS}, c.queued())
	require.Equal(t, alerts.CaseWaiting, c.theCase().State)

	c.after(5 * time.Minute)
	require.Equal(t, alerts.CaseQueued, c.theCase().State)
	require.Equal(t, alerts.PromptOpen, c.prompt().State, "a yes still counts while the analyst looks")

	c.after(24 * time.Minute)
	require.Equal(t, alerts.PromptExpired, c.prompt().State)
	require.Equal(t, c.theCase().CloseBy.Add(-time.Hour), c.desk.NextWake(&c.state), "what is left is an analyst's clock, near in its last quarter")
}

func TestAYesThatOvertakesTheTickIsStillLate(t *testing.T) {
	c := newCustomer(t)
	c.apply(alert("a1", smallAmount))
	c.now = c.now.Add(30 * time.Minute)
	c.apply(tap(c.prompt().ID, alerts.Yes))
	require.Equal(t, alerts.RefusedLate, c.out.Refusal)
	require.Equal(t, alerts.PromptExpired, c.prompt().State)
	require.Empty(t, c.out.Feedback)
}

func TestAPromptThatCannotBeDeliveredClimbsAtOnce(t *testing.T) {
	for _, outcome := range []alerts.SendOutcome{alerts.Refused, alerts.Undelivered, alerts.OutcomeUnknown} {
		c := newCustomer(t)
		c.apply(alert("a1", smallAmount))
		failed := &alerts.Receipt{MessageID: c.state.Messages[0].ID, Outcome: outcome, Reason: "breaker_open"}
		c.apply(failed)
		require.Equal(t, []alerts.TemplateID{alerts.AskSMS}, c.queued(), outcome)
		c.apply(failed)
		require.Empty(t, c.out.Changes, "a repeated receipt changes nothing")
	}
}

func TestReceiptsOnlyMoveForward(t *testing.T) {
	c := newCustomer(t)
	c.apply(alert("a1", smallAmount))
	receive := func(outcome alerts.SendOutcome) alerts.SendOutcome {
		c.apply(&alerts.Receipt{MessageID: c.state.Messages[0].ID, Outcome: outcome, Provider: "sandbox"})
		return c.state.Messages[0].Outcome
	}
	require.Equal(t, alerts.Sending, receive(alerts.Sending))
	require.Equal(t, alerts.Delivered, receive(alerts.Delivered), "delivered may overtake accepted")
	require.Equal(t, alerts.Delivered, receive(alerts.Accepted))
	require.Equal(t, alerts.Delivered, receive(alerts.Undelivered))
	require.Equal(t, alerts.Delivered, receive("lost"))
	require.Equal(t, "sandbox", c.state.Messages[0].Provider)
	c.apply(&alerts.Receipt{MessageID: "msg-of-another", Outcome: alerts.Delivered})
	require.Empty(t, c.out.Changes)
}

func TestARepeatedReplyActsOnce(t *testing.T) {
	c := newCustomer(t)
	c.apply(alert("a1", smallAmount))
	first, again := text("hm"), text("hm")
	first.ProviderMessageID, again.ProviderMessageID = "prov-1", "prov-1"
	c.apply(first)
	c.apply(again)
	require.Equal(t, alerts.RefusedDuplicate, c.out.Refusal)
	require.Equal(t, alerts.CaseWaiting, c.theCase().State)
}

func TestASecondUnclearAnswerCallsAnAnalyst(t *testing.T) {
	c := newCustomer(t)
	c.apply(alert("a1", smallAmount))
	c.apply(text("hm"))
	require.Equal(t, []alerts.TemplateID{alerts.HelpText}, c.queued())
	c.apply(text("👍"))
	require.Empty(t, c.queued(), "help is sent once")
	require.Equal(t, alerts.CaseQueued, c.theCase().State)
}

func TestAReplyFromAnotherNumberHasNoEffect(t *testing.T) {
	for _, words := range []string{"Y", "N", "STOP"} {
		c := newCustomer(t)
		c.apply(alert("a1", smallAmount))
		forged := text(words)
		forged.From = otherPhone
		c.apply(forged)
		require.Equal(t, alerts.RefusedNotBound, c.out.Refusal)
		require.Equal(t, alerts.PromptOpen, c.prompt().State)
		require.Empty(t, c.out.CardActions)
		require.Empty(t, c.state.OptOut)
	}
}

func TestTheNumberIsBoundWhenThePromptOpens(t *testing.T) {
	c := newCustomer(t)
	c.apply(alert("a1", smallAmount))
	c.contact(func(contact *alerts.Contact) { contact.Phone = otherPhone })
	c.after(time.Minute)
	require.Equal(t, thePhone, c.state.Messages[1].To, "a number changed meanwhile gets no question")
	fromNew := text("Y")
	fromNew.From = otherPhone
	c.apply(fromNew)
	require.Equal(t, alerts.RefusedNotBound, c.out.Refusal)
	c.apply(text("Y"))
	require.Equal(t, alerts.PromptYes, c.prompt().State)
}

func TestPromptsBoundToAnOldNumberDoNotSpoilAnAnswer(t *testing.T) {
	c := newCustomer(t)
	c.apply(alert("a1", smallAmount))
	c.apply(tap(c.prompt().ID, alerts.Yes))
	c.contact(func(contact *alerts.Contact) { contact.Phone = otherPhone })
	later := alert("a2", smallAmount)
	c.apply(later)
	fromNew := text("Y")
	fromNew.From = otherPhone
	c.apply(fromNew)
	require.Empty(t, c.out.Refusal)
	require.Equal(t, alerts.PromptYes, c.state.Prompts[1].State)
}

func TestAYesInTheAppReleasesALargeAmount(t *testing.T) {
	c := newCustomer(t)
	c.apply(alert("a1", largeAmount))
	c.apply(text("Y"))
	require.Equal(t, alerts.PromptOpen, c.prompt().State)
	c.apply(tap(c.prompt().ID, alerts.Yes))
	require.Equal(t, alerts.PromptYes, c.prompt().State)
	require.Equal(t, alerts.CaseClosed, c.theCase().State)
}

func TestStopOnTheChannelInUseClimbs(t *testing.T) {
	c := newCustomer(t)
	c.apply(alert("a1", smallAmount))
	c.after(time.Minute)
	c.apply(text("退订"))
	require.True(t, c.state.OptedOut(alerts.SMS))
	require.Equal(t, alerts.CaseQueued, c.theCase().State)
	require.Equal(t, []alerts.TemplateID{alerts.OptedOutConfirmation}, c.queued(), "the one message that may follow")
}

func TestStopWithoutAPromptIsHonoured(t *testing.T) {
	c := newCustomer(t)
	c.apply(text("T"))
	require.True(t, c.state.OptedOut(alerts.SMS))
	c.apply(alert("a1", smallAmount))
	c.after(time.Minute)
	require.Equal(t, []alerts.RuleID{alerts.RuleOptOut}, c.out.Denials[0].Rules)
}

// twoOpen is a customer with prompts about two cards.
func twoOpen(t *testing.T) *customer {
	c := newCustomer(t)
	c.apply(alert("a1", smallAmount))
	other := alert("a2", smallAmount)
	other.Card = "tok-card-5678"
	c.apply(other)
	return c
}

func TestAnAmbiguousTextIsAskedAbout(t *testing.T) {
	c := twoOpen(t)
	c.apply(text("Y"))
	require.Equal(t, alerts.RefusedAmbiguous, c.out.Refusal)
	require.Equal(t, []alerts.TemplateID{alerts.AskWhich}, c.queued())
	asked := c.state.Messages[len(c.state.Messages)-1]
	second := c.state.Prompts[1]
	require.Equal(t, c.state.Prompts[0].Mark+"=1234 "+second.Mark+"=5678", asked.Args.Choices)

	c.apply(text("y " + second.Mark))
	require.Equal(t, alerts.PromptOpen, c.state.Prompts[0].State)
	require.Equal(t, alerts.PromptYes, c.state.Prompts[1].State)
}

func TestWhoHasDeniedIsNotAskedAgain(t *testing.T) {
	c := newCustomer(t)
	c.apply(alert("a1", smallAmount))
	c.apply(text("N"))
	c.apply(graver(alert("a2", smallAmount)))
	require.Empty(t, c.queued())
	require.Len(t, c.state.Prompts, 1)
	require.Equal(t, 100, c.theCase().Priority)
}

func TestACustomerIsNotAskedBehindAnAnalystsBack(t *testing.T) {
	c := newCustomer(t)
	c.apply(alert("a1", smallAmount))
	c.do(staff(alerts.Claim, c.theCase().ID), "")
	c.apply(graver(alert("a2", smallAmount)))
	require.Empty(t, c.queued())
	require.Equal(t, alerts.PromptOpen, c.prompt().State)
}

func TestAMarkIsNeverGuessedAt(t *testing.T) {
	c := newCustomer(t)
	c.apply(alert("a1", smallAmount))
	c.apply(text("Y 9Z"))
	require.Equal(t, alerts.PromptOpen, c.prompt().State)
	require.Equal(t, []alerts.TemplateID{alerts.HelpText}, c.queued())
	c.apply(text("N 9Z"))
	require.Equal(t, alerts.PromptNo, c.prompt().State)
}

func TestATotalAboveTheLimitNeedsTheApp(t *testing.T) {
	c := newCustomer(t)
	spree := alert("a1", smallAmount)
	spree.Reasons = append(spree.Reasons, detectors.Reason{Code: detectors.SpreeVsUsual, Value: largeAmount, Unit: detectors.Minor})
	c.apply(spree)
	require.Equal(t, int64(smallAmount), c.state.Messages[0].Args.AmountMinor, "the text names the use")
	c.apply(text("Y"))
	require.Equal(t, []alerts.TemplateID{alerts.ConfirmInApp}, c.queued())
}

func TestAnAmbiguousNoProtectsEveryCardAskedAbout(t *testing.T) {
	c := twoOpen(t)
	c.apply(text("N"))
	require.Len(t, c.out.CardActions, 2)
	require.Equal(t, []alerts.TemplateID{alerts.CardProtected}, c.queued(), "said once")
}

func TestADenialOfAnOldPromptProtectsTheCardsOpenCase(t *testing.T) {
	c := newCustomer(t)
	c.apply(alert("a1", smallAmount))
	first := c.prompt().ID
	c.apply(tap(first, alerts.Yes))
	later := alert("a2", smallAmount)
	later.OccurredAt = c.now
	c.apply(later)
	c.apply(tap(first, alerts.No))
	require.Len(t, c.state.Cases, 2, "a card has one open case")
	require.True(t, c.state.Cases[1].Urgent)
	require.True(t, c.state.Cases[0].Conflict)
	require.Len(t, c.out.CardActions, 1)
	require.Equal(t, "a1", c.out.Feedback[0].AlertID)
	require.Equal(t, alerts.PromptCancelled, c.state.Prompts[1].State)
}

func TestADenialNamesWhoAskedForTheBlock(t *testing.T) {
	c := newCustomer(t)
	c.apply(alert("a1", smallAmount))
	c.apply(text("不是我"))
	require.Equal(t, []alerts.CardAction{{
		Head: card.Head{ID: c.out.CardActions[0].ID, Customer: "cust-1", At: c.now},
		Card: theCard, Action: alerts.BlockCard, Reason: alerts.ReasonCustomerDenied, AlertID: "a1", RequestedBy: "customer",
	}}, c.out.CardActions)
}
