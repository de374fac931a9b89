package alerts

import (
	"slices"

	"github.com/cardwatch/cardwatch/detectors/card"
)

// reply applies a customer's answer: which prompts it means, whether it counts, and what the reply table says.
func (st *step) reply(r *Reply) {
	repeated := r.ID != "" && st.seenBefore(eventMemory, "event", r.ID)
	if r.ProviderMessageID != "" && st.seenBefore(providerMemory, "provider", string(r.Channel), r.ProviderMessageID) {
		repeated = true
	}
	if repeated {
		st.out.Refusal = RefusedDuplicate
		return
	}
	answer, mark := r.meaning()
	if mark != "" && !st.openMark(mark) {
		// A mark is never guessed at; but whoever denies is heard, whatever they add.
		mark = ""
		if answer != No && answer != Stop && answer != Help {
			answer = Unclear
		}
	}
	in := answered{reply: r, answer: answer, mark: mark}
	prompts := st.promptsMeant(&in)
	if len(prompts) == 0 {
		st.unprompted(&in)
		return
	}
	for _, i := range prompts {
		st.answer(&in, &st.s.Prompts[i])
	}
}

func (st *step) openMark(mark string) bool {
	return slices.ContainsFunc(st.s.Prompts, func(p Prompt) bool { return p.State == PromptOpen && p.Mark == mark })
}

// answered is one reply on its way through the desk.
type answered struct {
	reply  *Reply
	answer Answer
	mark   string
}

// unprompted handles a reply that means no prompt: a STOP from the customer's own number is honoured all the same.
func (st *step) unprompted(in *answered) {
	r := in.reply
	own := r.Verified || r.From != "" && r.From == st.s.Contact.Phone
	if in.answer == Stop && own {
		st.optOut(in, nil)
		return
	}
	if st.out.Refusal == "" {
		st.out.Refusal = RefusedNoPrompt
	}
}

// answer does to one prompt what the reply table says. A yes that proves nothing is too weak for a large amount.
func (st *step) answer(in *answered, p *Prompt) {
	answer := in.answer
	if answer == Yes && !in.reply.Verified && p.AmountMinor > st.policy.SMSYesLimitMinor {
		answer = StepUp
	}
	rule, listed := replyTable[p.State][answer]
	if !listed {
		rule = replyTable[p.State][Unclear]
	}
	if rule.to != p.State {
		st.endPrompt(p, rule.to, clone(in.reply.Channel))
	}
	for _, r := range rule.react {
		st.react(r, in, p)
	}
}

func (st *step) react(r reaction, in *answered, p *Prompt) {
	c := st.caseFor(p, r)
	switch r {
	case protect:
		st.protect(in, p, c)
	case contradict:
		if c != nil {
			c.Conflict = true
		}
	case release:
		st.release(p, c)
	case sayThanks:
		st.say(in, ThankYou, Args{}, p)
	case sayEnded:
		st.out.Refusal = RefusedLate
		st.say(in, RequestEnded, Args{}, p)
		st.noteCase(c, ActLateYes)
	case askInApp:
		st.move(c, ActStepUp, ActorCustomer, "")
		st.say(in, ConfirmInApp, Args{}, p)
	case optOut:
		st.optOut(in, p)
		st.noteCase(c, ActOptedOut)
	case nextRung:
		if p.Rung == in.reply.Channel {
			st.climb(p, ActUnreachable, ActorCustomer)
		}
	case sayHelp:
		st.say(in, HelpText, Args{Why: why(st.s.Case(p.CaseID))}, p)
		st.noteCase(c, ActHelped)
	case helpOnce:
		st.helpOnce(in, p, c)
	case callPerson:
		st.callPerson(in, p, c)
	case callAnalyst:
		c.Urgent = true
		st.move(c, ActSuspect, ActorCustomer, "")
	case writeDown:
		st.noteCase(c, ActRepeated)
	}
}

// caseFor is the case that an answer is about. A card has one open case at most, so an answer to an old prompt that calls for
// work goes to the card's open case if it has another; when even the old case is gone, a new one takes a late report.
func (st *step) caseFor(p *Prompt, r reaction) *Case {
	own := st.s.Case(p.CaseID)
	if r != protect && r != callAnalyst && r != callPerson {
		return own
	}
	if open := st.s.openCase(p.Card); open != nil {
		return open
	}
	if own == nil {
		own = st.newCase(newID("case", p.ID, "late"), p.Card)
	}
	return own
}

func (st *step) noteCase(c *Case, act ActCode) {
	if c != nil {
		st.note(&c.History, act, ActorCustomer, "")
	}
}

func (st *step) helpOnce(in *answered, p *Prompt, c *Case) {
	if p.HelpSent {
		st.move(c, ActUnclear, ActorCustomer, "")
		return
	}
	p.HelpSent = true
	st.say(in, HelpText, Args{Why: why(c)}, p)
	st.noteCase(c, ActHelped)
}

// protect is what a denial causes, in the same step: the card's block is requested and the case is on top. Another question
// about the card would be pointless now, and its yes would be dangerous.
func (st *step) protect(in *answered, p *Prompt, c *Case) {
	if other := st.s.openPrompt(p.Card); other != nil {
		st.endPrompt(other, PromptCancelled, "")
	}
	st.cancelUnblock(p.Card, ActorCustomer)
	again := c.Blocked && c.State != CaseClosed
	if !again {
		c.Urgent = true
		st.move(c, ActSaidNo, ActorCustomer, string(clone(in.reply.Channel)))
		st.block(c, ReasonCustomerDenied, ActorCustomer)
		asked := st.s.Case(p.CaseID)
		if asked == nil {
			asked = c
		}
		st.feedback(asked, card.Fraud, card.FromCustomer)
	} else {
		st.move(c, ActRepeated, ActorCustomer, "")
	}
	st.say(in, CardProtected, Args{Card: lastFour(p.Card)}, p)
}

// callPerson takes the decision from the machine (PIPL art. 24), whatever it was: nothing more is asked about the card, the case goes to
// an analyst, and the customer is told so. A yes or no to the question still counts: it is the customer's word.
func (st *step) callPerson(in *answered, p *Prompt, c *Case) {
	c.Person = true
	if open := st.s.openPrompt(p.Card); open != nil {
		open.Rung, open.ClimbAt = Analyst, card.Moment{}
		st.withdraw(open, RulePersonAsked)
	}
	st.move(c, ActPersonAsked, ActorCustomer, string(clone(in.reply.Channel)))
	st.say(in, PersonComing, Args{}, p)
}

func (st *step) release(p *Prompt, c *Case) {
	st.cancelUnblock(c.Card, ActorCustomer)
	c.Urgent = false
	st.move(c, ActSaidYes, ActorCustomer, string(p.EndedBy))
	c.Disposition = GenuineUse
	st.feedback(c, card.Genuine, card.FromCustomer)
}

func (st *step) optOut(in *answered, p *Prompt) {
	kind := clone(in.reply.Channel)
	if kind == Link {
		kind = App
	}
	if !slices.Contains(st.s.OptOut, kind) && (kind == App || kind == SMS) {
		st.s.OptOut = append(st.s.OptOut, kind)
		for i := range st.s.Queue {
			st.conduct(Conduct{Account: st.s.Queue[i].Account, Kind: OptedOut, Channel: string(kind), Actor: ActorCustomer})
		}
	}
	if kind == App || kind == SMS {
		st.stopped(kind)
	}
	st.say(in, OptedOutConfirmation, Args{}, p)
}

// say answers a customer over the channel they used: text for text, the app for the app and the answering page.
func (st *step) say(in *answered, template TemplateID, args Args, p *Prompt) {
	if in.reply.Quiet {
		return
	}
	m := Message{
		ID: newID("msg", in.reply.ID, in.reply.ProviderMessageID, string(template)), Purpose: FraudAnswer, Channel: App,
		Template: template, Args: args, DueAt: st.now, ExpiresAt: st.now.Add(answerLife),
	}
	if in.reply.Channel == SMS {
		m.Channel, m.To = SMS, clone(in.reply.From)
	}
	if p != nil {
		m.CaseID, m.PromptID = p.CaseID, p.ID
		m.Args.Card = lastFour(p.Card)
	}
	st.queue(m)
}
