package alerts

import (
	"strings"

	"github.com/cardwatch/cardwatch/detectors/card"
)

// askUnblock lets staff take a card's block back: at once up to Policy.UnblockAloneMinor, else when somebody else approves. Whoever asks says
// why, since a second person has nothing else to judge by.
func (st *step) askUnblock(c *Case, actor, note string) Refusal {
	switch {
	case !st.cardBlocked(c.Card):
		return RefusedNotBlocked
	case c.Unblock.By != "":
		return RefusedPending
	case note == "":
		return RefusedBadArgument
	}
	c.Unblock = UnblockRequest{By: actor, At: st.now, Note: note}
	st.move(c, ActUnblockAsked, actor, note)
	if st.unblocksAlone(c) {
		st.unblock(c, ReasonStaffUnblocked, actor, actor)
	}
	return ""
}

// unblocksAlone reports whether what is at stake is known, and small enough for one person: in this case and in every other that the card is
// blocked for, or a small case beside a large one would be a way around the second person.
func (st *step) unblocksAlone(c *Case) bool {
	return find(st.s.Cases, func(of *Case) bool {
		atStake := of.ID == c.ID || of.Card == c.Card && of.Blocked
		return atStake && (len(of.Alerts) == 0 || of.MoreAlerts > 0 || of.AtStake() > st.policy.UnblockAloneMinor)
	}) == nil
}

// answerUnblock is a second person's word on a request. The one who asked may only take it back.
func (st *step) answerUnblock(c *Case, verb Verb, actor, note string) Refusal {
	switch asked := c.Unblock.By; {
	case asked == "":
		return RefusedNoRequest
	case verb == RefuseUnblock:
		c.Unblock = UnblockRequest{}
		st.move(c, ActUnblockRefused, actor, note)
	case samePerson(asked, actor):
		return RefusedSamePerson
	default:
		st.unblock(c, ReasonTwoUnblocked, actor, nameBoth(asked, actor))
	}
	return ""
}

// unblock asks for the block of the case's card to be taken back. The word "fraud" of what is still open is taken back too; whether it was
// genuine is for the outcome of the case to say, so nothing is exempted yet.
func (st *step) unblock(c *Case, reason, actor, by string) {
	for i := range st.s.Cases {
		if of := &st.s.Cases[i]; of.Card == c.Card {
			if of.Disposition != ConfirmedFraud && (of.Blocked || st.denied(of)) {
				st.feedback(of, card.Unknown, card.FromStaff)
			}
			of.Blocked = false
		}
	}
	c.Urgent, c.Unblock = false, UnblockRequest{}
	st.cardAction(c, UnblockCard, reason, by)
	st.move(c, ActUnblocked, actor, reason)
}

// cardBlocked reports whether a block of the card has been requested for any of its cases.
func (st *step) cardBlocked(cardID string) bool {
	return find(st.s.Cases, func(c *Case) bool { return c.Card == cardID && c.Blocked }) != nil
}

// denied reports whether the customer has said no to a question about the case.
func (st *step) denied(c *Case) bool {
	return find(st.s.Prompts, func(p *Prompt) bool { return p.CaseID == c.ID && p.State == PromptNo }) != nil
}

// cancelUnblock drops a card's requests that nobody has answered: the customer has denied, or fraud is confirmed.
func (st *step) cancelUnblock(cardID, actor string) {
	for i := range st.s.Cases {
		if c := &st.s.Cases[i]; c.Card == cardID && c.Unblock.By != "" {
			st.note(&c.History, ActUnblockCancelled, actor, c.Unblock.By)
			c.Unblock = UnblockRequest{}
		}
	}
}

// samePerson compares names as the rules' four eyes do: a name typed otherwise is still one person.
func samePerson(a, b string) bool {
	return strings.EqualFold(strings.TrimSpace(a), strings.TrimSpace(b))
}

// maxNameInPair keeps two names and the sign between them within the 64 bytes of an id.
const maxNameInPair = 31

// nameBoth names two people in one id.
func nameBoth(first, second string) string { return cut(first) + "+" + cut(second) }

func cut(name string) string {
	for len(name) > maxNameInPair {
		runes := []rune(name)
		name = string(runes[:len(runes)-1])
	}
	return name
}
