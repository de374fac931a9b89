package alerts_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// outcome is what one answer to one prompt must lead to.
type outcome struct {
	prompt   alerts.PromptState
	fraud    alerts.CaseState
	urgent   bool
	conflict bool
	blocks   int
	verdict  card.Verdict
	says     alerts.TemplateID
	refusal  alerts.Refusal
}

const smallAmount, largeAmount = 200_000, 1_880_000

// arrive brings the first prompt of a fresh customer into a state.
var arrive = map[alerts.PromptState]func(c *customer, amount int64){
	alerts.PromptOpen: func(c *customer, amount int64) { c.apply(alert("a1", amount)) },
	alerts.PromptExpired: func(c *customer, amount int64) {
		c.apply(alert("a1", amount))
		c.after(31 * time.Minute)
	},
	alerts.PromptSuperseded: func(c *customer, amount int64) {
		c.apply(alert("a1", amount))
		c.apply(graver(alert("a2", amount)))
	},
	alerts.PromptCancelled: func(c *customer, amount int64) {
		c.apply(alert("a1", amount))
		c.apply(staff(alerts.Claim, c.theCase().ID))
		done := staff(alerts.Close, c.theCase().ID)
		done.Disposition = alerts.Inconclusive
		c.apply(done)
	},
	alerts.PromptYes: func(c *customer, amount int64) {
		c.apply(alert("a1", amount))
		c.apply(tap(c.prompt().ID, alerts.Yes))
	},
	alerts.PromptNo: func(c *customer, amount int64) {
		c.apply(alert("a1", amount))
		c.apply(tap(c.prompt().ID, alerts.No))
	},
}

// spoken are the texts that make each answer; a yes by text to a large amount is a StepUp.
var spoken = map[alerts.Answer]string{
	alerts.No: "N", alerts.Yes: "Y", alerts.StepUp: "Y", alerts.Suspect: "no idea what shop", alerts.Stop: "STOP",
	alerts.Help: "HELP", alerts.Unclear: "maybe later",
}

const (
	waiting = alerts.CaseWaiting
	queued  = alerts.CaseQueued
	closed  = alerts.CaseClosed
)

// The table of notes/reliability-security.md §4.7, written again from its text.
var wanted = map[alerts.PromptState]map[alerts.Answer]outcome{
	alerts.PromptOpen: {
		alerts.No:      {prompt: "no", fraud: queued, urgent: true, blocks: 1, verdict: card.Fraud, says: alerts.CardProtected},
		alerts.Yes:     {prompt: "yes", fraud: closed, verdict: card.Genuine, says: alerts.ThankYou},
		alerts.StepUp:  {prompt: "open", fraud: queued, says: alerts.ConfirmInApp},
		alerts.Suspect: {prompt: "open", fraud: queued, urgent: true, says: alerts.HelpText},
		alerts.Stop:    {prompt: "open", fraud: waiting, says: alerts.OptedOutConfirmation},
		alerts.Help:    {prompt: "open", fraud: waiting, says: alerts.HelpText},
		alerts.Unclear: {prompt: "open", fraud: waiting, says: alerts.HelpText},
	},
	alerts.PromptExpired:    unanswered("expired", queued),
	alerts.PromptSuperseded: unanswered("superseded", waiting),
	alerts.PromptCancelled:  unanswered("cancelled", closed),
	alerts.PromptYes: {
		alerts.No:      {prompt: "no", fraud: queued, urgent: true, conflict: true, blocks: 1, verdict: card.Fraud, says: alerts.CardProtected},
		alerts.Yes:     {prompt: "yes", fraud: closed, says: alerts.ThankYou},
		alerts.StepUp:  {prompt: "yes", fraud: closed, says: alerts.ThankYou},
		alerts.Suspect: {prompt: "yes", fraud: queued, urgent: true, conflict: true, says: alerts.HelpText},
		alerts.Stop:    {prompt: "yes", fraud: closed, says: alerts.OptedOutConfirmation},
		alerts.Help:    {prompt: "yes", fraud: closed, says: alerts.HelpText},
		alerts.Unclear: {prompt: "yes", fraud: closed},
	},
	alerts.PromptNo: {
		alerts.No:      {prompt: "no", fraud: queued, urgent: true, says: alerts.CardProtected},
		alerts.Yes:     {prompt: "no", fraud: queued, urgent: true, conflict: true, says: alerts.RequestEnded, refusal: alerts.RefusedLate},
		alerts.StepUp:  {prompt: "no", fraud: queued, urgent: true, conflict: true, says: alerts.RequestEnded, refusal: alerts.RefusedLate},
		alerts.Suspect: {prompt: "no", fraud: queued, urgent: true},
		alerts.Stop:    {prompt: "no", fraud: queued, urgent: true, says: alerts.OptedOutConfirmation},
		alerts.Help:    {prompt: "no", fraud: queued, urgent: true, says: alerts.HelpText},
		alerts.Unclear: {prompt: "no", fraud: queued, urgent: true},
	},
}

// unanswered is the column "expired / closed" for a prompt whose case stands in a given state.
func unanswered(ended alerts.PromptState, standing alerts.CaseState) map[alerts.Answer]outcome {
	return map[alerts.Answer]outcome{
		alerts.No:      {prompt: "no", fraud: queued, urgent: true, blocks: 1, verdict: card.Fraud, says: alerts.CardProtected},
		alerts.Yes:     {prompt: ended, fraud: standing, says: alerts.RequestEnded, refusal: alerts.RefusedLate},
		alerts.StepUp:  {prompt: ended, fraud: standing, says: alerts.RequestEnded, refusal: alerts.RefusedLate},
		alerts.Suspect: {prompt: ended, fraud: queued, urgent: true, says: alerts.HelpText},
		alerts.Stop:    {prompt: ended, fraud: standing, says: alerts.OptedOutConfirmation},
		alerts.Help:    {prompt: ended, fraud: standing, says: alerts.HelpText},
		alerts.Unclear: {prompt: ended, fraud: standing, says: alerts.HelpText},
	}
}

func TestEveryAnswerToAPromptInEveryState(t *testing.T) {
	for state, bring := range arrive {
		require.Len(t, wanted[state], len(spoken), "state %s", state)
		for answer, words := range spoken {
			t.Run(string(state)+"/"+string(answer), func(t *testing.T) {
				c := newCustomer(t)
				amount := int64(smallAmount)
				if answer == alerts.StepUp {
					amount = largeAmount
				}
				bring(c, amount)
				require.Equal(t, state, c.prompt().State, "the prompt to be answered")

				reply := text(words)
				reply.PromptID = c.prompt().ID
				c.apply(reply)
				require.Equal(t, wanted[state][answer], c.outcome())
			})
		}
	}
}

// outcome is what the last event led to.
func (c *customer) outcome() outcome {
	got := outcome{
		prompt: c.prompt().State, fraud: c.theCase().State, urgent: c.theCase().Urgent, conflict: c.theCase().Conflict,
		blocks: len(c.out.CardActions), refusal: c.out.Refusal,
	}
	for _, f := range c.out.Feedback {
		got.verdict = f.Verdict
	}
	for _, id := range c.queued() {
		got.says = id
	}
	return got
}

// A denial protects in the same step, whatever the prompt's state, and no other answer ever asks for a block.
func TestOnlyADenialBlocks(t *testing.T) {
	for state, answers := range wanted {
		for answer, want := range answers {
			if want.blocks > 0 {
				require.Equal(t, alerts.No, answer, "%s/%s", state, answer)
			}
			if want.verdict == card.Genuine {
				require.Equal(t, alerts.PromptOpen, state, "%s/%s", state, answer)
			}
		}
	}
}
