package alerts

import "strings"

// promptsMeant finds the prompts that a reply answers, as positions. A reply that proves nothing counts only from the number
// that was bound when the prompt was opened. A text without a mark means the one open prompt, or the newest one when none is
// open; when several are open, a no means all of them, since protecting a card too many is put right by a call, as does the wish for a
// person, and any other answer gets the question which.
func (st *step) promptsMeant(in *answered) []int {
	r := in.reply
	var bound, open, unbound []int
	for i := range st.s.Prompts {
		p := &st.s.Prompts[i]
		named := r.PromptID == p.ID || in.mark != "" && in.mark == p.Mark && p.State == PromptOpen
		if (r.PromptID != "" || in.mark != "") && !named {
			continue
		}
		if !r.Verified && (r.From == "" || r.From != p.To) {
			unbound = append(unbound, i)
			continue
		}
		bound = append(bound, i)
		if p.State == PromptOpen {
			open = append(open, i)
		}
	}
	if len(bound) == 0 {
		st.notBound(unbound)
		return nil
	}
	switch {
	case len(open) == 0:
		return bound[len(bound)-1:]
	case in.oneOnly() && in.mark != "" && r.AlsoOpen != "":
		st.sameMark(in, open)
		return nil
	case in.oneOnly() && (len(open) > 1 || r.AlsoOpen != ""):
		st.askWhich(in, open)
		return nil
	case len(open) > 1 && in.answer != No && in.answer != Person:
		return open[len(open)-1:]
	default:
		return open
	}
}

// oneOnly reports whether an answer can mean one prompt only.
func (in *answered) oneOnly() bool {
	return in.answer != No && in.answer != Person && in.answer != Stop && in.answer != Help
}

// sameMark handles the rare text whose mark two customers of one number have: asking again would not help, so people do.
func (st *step) sameMark(in *answered, open []int) {
	st.out.Refusal = RefusedAmbiguous
	for _, i := range open {
		p := &st.s.Prompts[i]
		st.move(st.s.Case(p.CaseID), ActUnclear, ActorCustomer, in.mark)
		st.say(in, PersonComing, Args{}, p)
	}
}

// notBound writes down that somebody answered who was not asked.
func (st *step) notBound(prompts []int) {
	for _, i := range prompts {
		st.out.Refusal = RefusedNotBound
		st.noteCase(st.s.Case(st.s.Prompts[i].CaseID), ActNotBound)
	}
}

// maxChoices keeps the list of open prompts within one text message.
const maxChoices = 4

// askWhich lists the open prompts with their marks.
func (st *step) askWhich(in *answered, open []int) {
	var choices []string
	for _, i := range open {
		choices = append(choices, st.s.Prompts[i].choice())
	}
	choices = append(choices, strings.Fields(in.reply.AlsoOpen)...)
	st.out.Refusal = RefusedAmbiguous
	st.say(in, AskWhich, Args{Choices: strings.Join(choices[:min(len(choices), maxChoices)], " ")}, &st.s.Prompts[open[0]])
}
