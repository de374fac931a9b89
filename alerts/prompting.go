package alerts

import (
	"slices"
	"strconv"
	"time"

	"github.com/cardwatch/cardwatch/detectors/card"
)

// ask opens a prompt about a case, unless the customer has been asked as much already, has denied or wants a person, or an analyst is at work.
// Only a graver finding than the one asked about is worth a second question; it supersedes the first.
func (st *step) ask(c *Case) {
	if c.Urgent || c.Person || c.State == CaseClaimed {
		return
	}
	rank, asked := severityRank(c.severity()), 0
	for i := range st.s.Prompts {
		if p := &st.s.Prompts[i]; p.CaseID == c.ID {
			if rank <= p.Severity {
				return
			}
			asked++
		}
	}
	if old := st.s.openPrompt(c.Card); old != nil {
		st.endPrompt(old, PromptSuperseded, "")
	}
	id := newID("prompt", c.ID, strconv.Itoa(asked))
	st.s.Prompts = append(st.s.Prompts, Prompt{
		ID: id, CaseID: c.ID, Card: c.Card, State: PromptOpen, Mark: st.newMark(id),
		To: st.s.Contact.Phone, OpenedAt: st.now, ExpiresAt: st.now.Add(st.policy.PromptLife),
		Severity: rank, AmountMinor: c.AtStake(),
	})
	p := &st.s.Prompts[len(st.s.Prompts)-1]
	st.moved(PromptMoved, p.ID, "", string(PromptOpen), "")
	st.climb(p, ActUnreachable, ActorMonitor)
	if p.Rung == Analyst {
		st.endPrompt(p, PromptCancelled, "")
	}
}

// climb asks over the next rung of the ladder that the contact rules allow; when none is left, it hands the case to an analyst
// and says why. The prompt stays open meanwhile. The actor is who or what made it climb.
func (st *step) climb(p *Prompt, why ActCode, actor string) {
	c := st.s.Case(p.CaseID)
	for p.Rung != Analyst {
		var wait time.Duration
		p.Rung, wait = st.nextRung(p.Rung)
		p.ClimbAt = card.Moment{}
		if p.Rung == Analyst {
			break
		}
		m := st.promptMessage(c, p)
		until := st.policy.waitsUntil(st.s, m, st.now)
		if !until.IsZero() {
			// Asked in the morning, the customer has the whole time to answer then.
			m.ExpiresAt = until.Add(st.policy.PromptLife)
		}
		if !st.queue(m) {
			continue
		}
		if until.IsZero() {
			p.ClimbAt = st.now.Add(wait)
			st.move(c, ActAsked, actor, string(p.Rung))
			return
		}
		p.ClimbAt, p.ExpiresAt = until.Add(wait), m.ExpiresAt
		st.move(c, ActQuietHours, actor, string(p.Rung))
		return
	}
	st.move(c, why, actor, "")
}

// nextRung is the ladder app → SMS → analyst, with how long each rung is given.
func (st *step) nextRung(from ChannelKind) (ChannelKind, time.Duration) {
	switch from {
	case "":
		return App, st.policy.AppWait
	case App:
		return SMS, st.policy.SMSWait
	default:
		return Analyst, 0
	}
}

func (st *step) promptMessage(c *Case, p *Prompt) Message {
	template, to := AskApp, Phone("")
	if p.Rung == SMS {
		template, to = AskSMS, p.To
	}
	return Message{
		ID: newID("msg", p.ID, string(p.Rung)), Purpose: FraudPrompt, Channel: p.Rung, To: to, Template: template,
		Args: c.Subject(), CaseID: c.ID, PromptID: p.ID, DueAt: st.now, ExpiresAt: p.ExpiresAt,
	}
}

func (st *step) expire(p *Prompt) {
	st.endPrompt(p, PromptExpired, "")
	st.move(st.s.Case(p.CaseID), ActExpired, ActorClock, "")
}

// endPrompt moves a prompt and takes its question back.
func (st *step) endPrompt(p *Prompt, to PromptState, by ChannelKind) {
	st.moved(PromptMoved, p.ID, string(p.State), string(to), "")
	p.State, p.EndedAt, p.EndedBy, p.ClimbAt = to, st.now, by, card.Moment{}
	st.withdraw(p, RulePromptEnded)
}

// withdraw takes a prompt's question out of the outbox.
func (st *step) withdraw(p *Prompt, rule RuleID) {
	for i := range st.s.Messages {
		if m := &st.s.Messages[i]; m.PromptID == p.ID && m.Purpose == FraudPrompt && m.Waiting() {
			st.settle(m, Refused, "", string(rule))
		}
	}
}

// newMark is a pair like "7F" that no other open prompt of the customer has, drawn from the prompt's id so that two customers who share a
// telephone seldom have the same. It has no 1, 2, Y or N, which are answers, and no characters that look alike.
func (st *step) newMark(promptID string) string {
	const digits, letters = "3456789", "ACDEFHJKLMPRTUVWX"
	first := hash64("mark", promptID) % uint64(len(digits)*len(letters))
	for n := first; ; n++ {
		mark := string([]byte{digits[n%uint64(len(digits))], letters[n/uint64(len(digits))%uint64(len(letters))]})
		taken := slices.ContainsFunc(st.s.Prompts, func(p Prompt) bool { return p.State == PromptOpen && p.Mark == mark })
		if !taken || n > first+uint64(len(digits)*len(letters)) {
			return mark
		}
	}
}
