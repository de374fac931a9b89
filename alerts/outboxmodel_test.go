package alerts_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/detectors"
)

// post is a dispatcher and its provider beside the desk's outbox. It sends what is due, tells what became of it or does not, and writes
// down what the customer got.
type post struct {
	*customer
	rt *rapid.T
	// got are the messages sent, in order; waiting those seen in the outbox that nobody has settled.
	got     []alerts.Message
	waiting map[string]bool
}

// deliverDue sends what is due now, unless the contact rules forbid it at this moment.
func (p *post) deliverDue() {
	for _, m := range slices.Clone(p.state.Messages) {
		if !m.Waiting() || p.now.Before(m.DueAt) || !p.state.Message(m.ID).Waiting() {
			continue
		}
		v := p.desk.Policy().MayContact(&p.state, m, p.now)
		switch v.Outcome {
		case alerts.Deny:
			p.tell(m.ID, alerts.Refused, string(v.Rules[0]))
		case alerts.Allow:
			fate := rapid.SampledFrom([]alerts.SendOutcome{alerts.Accepted, alerts.Accepted, alerts.Delivered, alerts.Undelivered, alerts.OutcomeUnknown}).
				Draw(p.rt, "fate")
			if fate != alerts.Undelivered {
				p.got = append(p.got, m)
			}
			p.tell(m.ID, fate, "")
		}
	}
}

func (p *post) tell(message string, outcome alerts.SendOutcome, reason string) {
	p.apply(&alerts.Receipt{
		MessageID: message, Outcome: outcome, Reason: reason, Provider: "sms-a", ReceiptExpected: outcome == alerts.Accepted,
	})
	p.check()
}

// happen lets one thing happen that can.
func (p *post) happen() {
	const cards = 3
	theirs := fmt.Sprint("tok-card-100", rapid.IntRange(1, cards).Draw(p.rt, "card"))
	switch rapid.SampledFrom([]string{"alert", "alert", "reminder", "text", "text", "tap", "receipt", "time", "close", "contact"}).Draw(p.rt, "event") {
	case "alert":
		a := alert(fmt.Sprint("a", p.n), rapid.SampledFrom([]int64{smallAmount, largeAmount}).Draw(p.rt, "amount"))
		a.Card, a.OccurredAt = theirs, p.now
		a.Severity = rapid.SampledFrom([]detectors.Severity{detectors.Medium, detectors.High, detectors.Critical}).Draw(p.rt, "severity")
		p.apply(a)
	case "reminder":
		p.apply(reminder(fmt.Sprint("r", p.n)))
	case "text":
		p.apply(text(rapid.SampledFrom([]string{"Y", "N", "hm", "HELP", "人工", "STOP", "no idea"}).Draw(p.rt, "words")))
	case "tap":
		if n := len(p.state.Prompts); n > 0 {
			id := p.state.Prompts[rapid.IntRange(0, n-1).Draw(p.rt, "prompt")].ID
			p.apply(tap(id, rapid.SampledFrom([]alerts.Answer{alerts.Yes, alerts.No, alerts.Person}).Draw(p.rt, "answer")))
		}
	case "receipt":
		if n := len(p.got); n > 0 {
			p.tell(p.got[rapid.IntRange(0, n-1).Draw(p.rt, "message")].ID,
				rapid.SampledFrom([]alerts.SendOutcome{alerts.Accepted, alerts.Delivered, alerts.Undelivered, alerts.OutcomeUnknown}).Draw(p.rt, "late"), "")
		}
	case "time":
		p.pass(time.Duration(rapid.IntRange(0, 600).Draw(p.rt, "minutes")) * time.Minute)
	case "close":
		if n := len(p.state.Cases); n > 0 {
			id := p.state.Cases[rapid.IntRange(0, n-1).Draw(p.rt, "case")].ID
			p.apply(staff(alerts.Claim, id))
			done := staff(alerts.Close, id)
			done.Disposition = alerts.Inconclusive
			p.apply(done)
		}
	case "contact":
		p.contact(func(c *alerts.Contact) {
			if rapid.Bool().Draw(p.rt, "without app") {
				c.PushToken = ""
			}
			c.OffsetMinutes = int16(60 * rapid.IntRange(-8, 8).Draw(p.rt, "offset"))
		})
	}
	p.check()
}

// check holds the outbox against what must be true after every step.
func (p *post) check() {
	for id := range p.waiting {
		require.NotNil(p.rt, p.state.Message(id), "a message that waits is lost")
	}
	clear(p.waiting)
	rules := []alerts.RuleID{
		alerts.RuleNoAddress, alerts.RuleOptOut, alerts.RuleNoConsent, alerts.RuleExpired, alerts.RulePromptEnded, alerts.RulePersonAsked,
		alerts.RuleCaseCap, alerts.RuleDailyCap, alerts.RuleBudget, alerts.RuleQuietHours,
	}
	seen := map[string]bool{}
	for _, m := range p.state.Messages {
		require.False(p.rt, seen[m.ID], "two messages under one id")
		seen[m.ID] = true
		if m.Waiting() {
			p.waiting[m.ID] = true
		}
		if m.Outcome == alerts.Refused {
			require.Contains(p.rt, rules, alerts.RuleID(m.Reason), "a refusal names its rule")
		}
		if m.Purpose == alerts.FraudPrompt && m.Waiting() {
			require.Equal(p.rt, alerts.PromptOpen, p.state.Prompt(m.PromptID).State, "nobody is asked what is answered")
		}
	}
	for _, d := range p.out.Denials {
		require.NotEmpty(p.rt, d.Rules)
	}
}

// reached are the messages that the customer has, or may have: what a late receipt calls undelivered leaves room for another.
func (p *post) reached() []alerts.Message {
	return slices.DeleteFunc(slices.Clone(p.got), func(m alerts.Message) bool {
		now := p.state.Message(m.ID)
		return now != nil && now.Outcome == alerts.Undelivered
	})
}

// checkCaps counts what the customer got: no message twice, no case asked about too often, no day too full.
func (p *post) checkCaps() {
	policy, sent := p.desk.Policy(), map[string]bool{}
	for _, m := range p.got {
		require.False(p.rt, sent[m.ID], "sent twice")
		sent[m.ID] = true
	}
	got := p.reached()
	for i, m := range got {
		if m.Purpose != alerts.FraudPrompt {
			continue
		}
		inWindow := 0
		for _, o := range got[:i+1] {
			if o.CaseID == m.CaseID && o.Purpose == alerts.FraudPrompt && m.DueAt.Sub(o.DueAt) < policy.PromptsWindow {
				inWindow++
			}
		}
		require.LessOrEqual(p.rt, inWindow, policy.PromptsPerCase, "prompts about one case")
	}
}

func TestTheOutboxKeepsItsPromisesWhateverHappens(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		p := &post{customer: newCustomer(t), rt: rt, waiting: map[string]bool{}}
		moved := false
		perDay := map[int]map[alerts.Purpose]int{}
		for range rapid.IntRange(5, 40).Draw(rt, "events") {
			offset := p.state.Contact.OffsetMinutes
			p.happen()
			moved = moved || p.state.Contact.OffsetMinutes != offset
			if rapid.IntRange(0, 3).Draw(rt, "provider down") > 0 {
				p.deliverDue()
			}
		}
		for range 40 {
			p.pass(time.Hour)
			p.deliverDue()
		}
		for _, m := range p.state.Messages {
			require.False(rt, m.Waiting(), "%s of %s is never settled", m.Template, m.ID)
			require.False(rt, m.Outcome == alerts.Accepted && !m.ReceiptBy.IsZero(), "a receipt is waited for without end")
		}
		p.checkCaps()
		if moved {
			return // a customer who travels has two nights in one day
		}
		for _, m := range p.reached() {
			due := m.DueAt
			due.OffsetMinutes = p.state.Contact.OffsetMinutes
			day := int(due.LocalDay())
			if perDay[day] == nil {
				perDay[day] = map[alerts.Purpose]int{}
			}
			perDay[day][m.Purpose]++
		}
		policy := p.desk.Policy()
		for _, n := range perDay {
			require.LessOrEqual(rt, n[alerts.FraudPrompt], policy.PromptsPerDay)
			require.LessOrEqual(rt, n[alerts.FraudAnswer], policy.AnswersPerDay)
			require.LessOrEqual(rt, n[alerts.Service], policy.ServicePerDay)
			require.LessOrEqual(rt, n[alerts.FraudPrompt]+n[alerts.Service], policy.MessagesPerDay)
		}
	})
}

// Two hundred texts within a minute change nothing after the first, send ten answers, and leave what people did in the history.
func TestAFloodFromOneNumberChangesNothingAfterTheFirst(t *testing.T) {
	for _, words := range [][]string{{"hm"}, {"N"}, {"no idea what"}, {"HELP"}, {"人工"}, {"hm", "HELP", "no idea what", "人工"}} {
		c := newCustomer(t)
		c.apply(alert("a1", smallAmount))
		var after alerts.Case
		blocks := 0
		for n := range 200 {
			c.now = c.now.Add(250 * time.Millisecond)
			c.apply(text(words[n%len(words)]))
			blocks += len(c.out.CardActions)
			if n == 2*len(words) {
				after = *c.theCase()
			}
		}
		now := c.theCase()
		require.Equal(t, after.State, now.State, words)
		require.Equal(t, after.Priority, now.Priority, words)
		require.LessOrEqual(t, len(now.History), len(after.History), words)
		require.LessOrEqual(t, blocks, 1, words)
		answers := 0
		for _, m := range c.state.Messages {
			if m.Purpose == alerts.FraudAnswer {
				answers++
			}
		}
		require.LessOrEqual(t, answers, c.desk.Policy().AnswersPerDay, words)
	}
}
