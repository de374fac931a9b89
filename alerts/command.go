package alerts

import (
	"unicode/utf8"

	"github.com/cardwatch/cardwatch/detectors/card"
)

// maxNote bounds a note of staff, in runes.
const maxNote = 2000

// command applies an act of staff, or says why it cannot be.
func (st *step) command(cmd *Command) {
	switch {
	case cmd.ID != "" && st.seenBefore(eventMemory, "event", cmd.ID):
		st.out.Refusal = RefusedDuplicate
	case cmd.Actor == "":
		st.out.Refusal = RefusedNoActor
	case utf8.RuneCountInString(cmd.Note) > maxNote:
		st.out.Refusal = RefusedBadArgument
	case cmd.Account != "" && cmd.CaseID == "":
		st.out.Refusal = st.queueCommand(cmd)
	default:
		st.out.Refusal = st.caseCommand(cmd)
	}
}

func (st *step) caseCommand(cmd *Command) Refusal {
	c := st.s.Case(cmd.CaseID)
	if c == nil {
		return RefusedUnknownCase
	}
	actor, note := clone(cmd.Actor), clone(cmd.Note)
	switch cmd.Verb {
	case Claim:
		if c.Owner != "" && c.Owner != actor {
			return RefusedNotOwner
		}
		return st.tryMove(c, ActClaimed, actor, note)
	case AddNote:
		if note == "" {
			return RefusedBadArgument
		}
		st.move(c, ActNoted, actor, note)
		st.renewLease(c, actor)
		return ""
	case Reopen:
		if st.s.openCase(c.Card) != nil {
			return RefusedWrongState
		}
		return st.tryMove(c, ActReopened, actor, note)
	case Release, Close:
		if c.State != CaseClaimed {
			return RefusedWrongState
		}
		if c.Owner != actor {
			return RefusedNotOwner
		}
		if cmd.Verb == Release {
			return st.tryMove(c, ActReleased, actor, note)
		}
		return st.closeCase(c, clone(cmd.Disposition), actor, note)
	default:
		return RefusedUnknownVerb
	}
}

func (st *step) tryMove(c *Case, act ActCode, actor, note string) Refusal {
	if _, allowed := caseTable[c.State][act]; !allowed {
		return RefusedWrongState
	}
	st.move(c, act, actor, note)
	if c.State == CaseClaimed {
		c.Owner = actor
		st.renewLease(c, actor)
	}
	return ""
}

// renewLease gives an owner who is at work on a case the whole lease again.
func (st *step) renewLease(c *Case, actor string) {
	if c.Owner == actor && c.State == CaseClaimed {
		c.LeaseUntil = st.now.Add(st.policy.ClaimLease)
	}
}

// verdicts says what a disposition teaches the monitor.
var verdicts = map[Disposition]card.Verdict{
	ConfirmedFraud: card.Fraud, GenuineUse: card.Genuine, Inconclusive: card.Unknown, DuplicateCase: card.Unknown,
}

func (st *step) closeCase(c *Case, disposition Disposition, actor, note string) Refusal {
	verdict, known := verdicts[disposition]
	if !known {
		return RefusedBadArgument
	}
	if p := st.s.openPrompt(c.Card); p != nil {
		st.endPrompt(p, PromptCancelled, "")
	}
	if disposition == ConfirmedFraud {
		st.block(c, ReasonConfirmedFraud, actor)
	}
	c.Urgent = false
	st.move(c, ActClosed, actor, note)
	c.Disposition = disposition
	st.feedback(c, verdict, card.FromStaff)
	return ""
}
