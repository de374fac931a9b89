package alerts_test

import (
	"strings"
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
	alerts.No: "N", alerts.Yes: "Y", alerts.StepUp: "Y", alerts.Suspect: "no idea what shop", alerts.Stop: "STOP", alerts.Person: "AGENT",
	alerts.Help: "HELP", alerts.Unclear: "maybe later",
}

// The table of notes/reliability-security.md §4.7, written again from its text, row by row: its four columns are the prompt open; expired
// or closed; after a yes; after a no. The note's rows are NO, YES, STOP and Unclear; a yes too weak for the amount, what may be a no, and
// the wishes for help and for a person are ours. A cell has the prompt's state, the case's, what else is true of it, and what is said.
const replyMatrix = `
            open                          | expired                        | yes                                     | no
no          no queued block protected     | no queued block protected      | no queued conflict block protected      | no queued urgent protected
yes         yes closed genuine thank_you  | expired queued late ended      | yes closed thank_you                    | no queued urgent conflict late ended
step_up     open queued in_app            | expired queued late ended      | yes closed thank_you                    | no queued urgent conflict late ended
stop        open waiting opted_out        | expired queued opted_out       | yes closed opted_out                    | no queued urgent opted_out
unclear     open waiting help             | expired queued help            | yes closed                              | no queued urgent
suspect     open queued urgent help       | expired queued urgent help     | yes queued urgent conflict help         | no queued urgent
help        open waiting help             | expired queued help            | yes closed help                         | no queued urgent help
person      open queued person            | expired queued person          | yes queued person                       | no queued urgent person
`

var (
	caseStates = map[string]alerts.CaseState{"waiting": alerts.CaseWaiting, "queued": alerts.CaseQueued, "closed": alerts.CaseClosed}
	said       = map[string]alerts.TemplateID{
		"protected": alerts.CardProtected, "thank_you": alerts.ThankYou, "ended": alerts.RequestEnded, "in_app": alerts.ConfirmInApp,
		"opted_out": alerts.OptedOutConfirmation, "help": alerts.HelpText, "person": alerts.PersonComing,
	}
)

// cell reads one cell of the table. A block comes with the label "fraud" and an urgent case.
func cell(t *testing.T, words string) outcome {
	t.Helper()
	fields := strings.Fields(words)
	want := outcome{prompt: alerts.PromptState(fields[0]), fraud: caseStates[fields[1]]}
	require.NotEmpty(t, want.fraud, words)
	for _, word := range fields[2:] {
		switch word {
		case "block":
			want.blocks, want.verdict, want.urgent = 1, card.Fraud, true
		case "urgent":
			want.urgent = true
		case "conflict":
			want.conflict = true
		case "genuine":
			want.verdict = card.Genuine
		case "late":
			want.refusal = alerts.RefusedLate
		default:
			want.says = said[word]
			require.NotEmpty(t, want.says, words)
		}
	}
	return want
}

// wantedOutcomes is the table with the columns of the other two ended states, which are "expired" but for where the case stands.
func wantedOutcomes(t *testing.T) map[alerts.PromptState]map[alerts.Answer]outcome {
	t.Helper()
	wanted := map[alerts.PromptState]map[alerts.Answer]outcome{}
	lines := strings.Split(strings.TrimSpace(replyMatrix), "\n")
	columns := strings.Split(lines[0], "|")
	for _, line := range lines[1:] {
		name, rest, _ := strings.Cut(line, " ")
		answer := alerts.Answer(name)
		if name == "unclear" {
			answer = alerts.Unclear
		}
		for i, words := range strings.Split(rest, "|") {
			state := alerts.PromptState(strings.TrimSpace(columns[i]))
			if wanted[state] == nil {
				wanted[state] = map[alerts.Answer]outcome{}
			}
			wanted[state][answer] = cell(t, words)
		}
	}
	for ended, standing := range map[alerts.PromptState]alerts.CaseState{
		alerts.PromptSuperseded: alerts.CaseWaiting, alerts.PromptCancelled: alerts.CaseClosed,
	} {
		wanted[ended] = map[alerts.Answer]outcome{}
		for answer, want := range wanted[alerts.PromptExpired] {
			if want.prompt == alerts.PromptExpired {
				want.prompt = ended
			}
			if answer != alerts.No && answer != alerts.Suspect && answer != alerts.Person {
				want.fraud = standing
			}
			wanted[ended][answer] = want
		}
	}
	return wanted
}

func TestEveryAnswerToAPromptInEveryState(t *testing.T) {
	wanted := wantedOutcomes(t)
	require.Len(t, wanted, len(arrive))
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
	for state, answers := range wantedOutcomes(t) {
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
