package alerts

import (
	"time"
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
		st.out.Refusal = st.accountCommand(cmd)
	default:
		st.out.Refusal = st.caseCommand(cmd)
	}
}

// accountCommand applies an act of collections: to the customer's flags and restrictions, to an account's plan or instalment, or to its entry in
// the queue.
func (st *step) accountCommand(cmd *Command) Refusal {
	switch cmd.Verb {
	case SetFlag, ClearFlag:
		return st.flagCommand(cmd)
	case Restrict, LiftRestriction:
		return st.restrictionCommand(cmd)
	}
	if cmd.Verb == Rerank && cmd.Actor == ActorClock {
		return "" // every event does it
	}
	if _, is := planActs[cmd.Verb]; is {
		return st.planCommand(cmd)
	}
	if _, is := instalmentActs[cmd.Verb]; is {
		return st.instalmentCommand(cmd)
	}
	return st.queueCommand(cmd)
}

// authority is who may do an act.
type authority uint8

const (
	// anybody includes those who see that somebody else is at work on the case.
	anybody authority = iota
	// unlessHeld is anybody while nobody else holds the case.
	unlessHeld
	// holder is the one who has claimed it.
	holder
)

// caseVerbs says which act of the case table a verb asks for, and who may.
var caseVerbs = map[Verb]struct {
	act ActCode
	who authority
}{
	Claim:          {ActClaimed, unlessHeld},
	Release:        {ActReleased, holder},
	AddNote:        {ActNoted, anybody},
	Close:          {ActClosed, holder},
	Reopen:         {ActReopened, anybody},
	Escalate:       {ActEscalated, unlessHeld},
	Snooze:         {ActSnoozed, unlessHeld},
	Wake:           {ActWoken, anybody},
	Unblock:        {ActUnblockAsked, holder},
	ApproveUnblock: {ActUnblocked, anybody},
	RefuseUnblock:  {ActUnblockRefused, anybody},
}

// maxCaseSnooze bounds how long a case may be put off: a customer who cannot be reached over a weekend. Its clocks run on. Own choice.
const maxCaseSnooze = 72 * time.Hour

func (st *step) caseCommand(cmd *Command) Refusal {
	c := st.s.Case(cmd.CaseID)
	if c == nil {
		return RefusedUnknownCase
	}
	verb, known := caseVerbs[cmd.Verb]
	if !known {
		return RefusedUnknownVerb
	}
	if _, listed := caseTable[c.State][verb.act]; !listed {
		return RefusedWrongState
	}
	actor, note := clone(cmd.Actor), clone(cmd.Note)
	if verb.who != anybody && c.Owner != "" && c.Owner != actor {
		return RefusedNotOwner
	}
	if refusal := st.actOn(c, verb.act, cmd, actor, note); refusal != "" {
		return refusal
	}
	st.renewLease(c, actor)
	return ""
}

// actOn does an act that its state allows, unless it cannot be meant.
func (st *step) actOn(c *Case, act ActCode, cmd *Command, actor, note string) Refusal {
	switch cmd.Verb {
	case Close:
		return st.closeCase(c, clone(cmd.Disposition), actor, note)
	case Unblock:
		return st.askUnblock(c, actor, note)
	case ApproveUnblock, RefuseUnblock:
		return st.answerUnblock(c, cmd.Verb, actor, note)
	}
	if refusal := st.unfit(c, cmd); refusal != "" {
		return refusal
	}
	if cmd.Verb == Escalate {
		c.Escalated, c.ClaimBy = true, card.Moment{} // the second line has the whole time
	}
	st.move(c, act, actor, note)
	switch cmd.Verb {
	case Claim:
		c.Owner = actor
	case Snooze:
		c.SnoozedUntil = cmd.Until
	}
	return ""
}

// unfit says why an act cannot be meant for the case as it is.
func (st *step) unfit(c *Case, cmd *Command) Refusal {
	switch cmd.Verb {
	case AddNote:
		if cmd.Note == "" {
			return RefusedBadArgument
		}
	case Reopen:
		if st.s.openCase(c.Card) != nil {
			return RefusedWrongState
		}
	case Escalate:
		if c.Escalated {
			return RefusedWrongState
		}
	case Snooze:
		if !st.ahead(cmd, maxCaseSnooze) {
			return RefusedBadArgument
		}
	case Wake:
		if c.SnoozedUntil.IsZero() && c.Silence == "" {
			return RefusedWrongState
		}
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
	if c.Unblock.By != "" && disposition != ConfirmedFraud {
		return RefusedPending
	}
	if p := st.s.openPrompt(c.Card); p != nil {
		st.endPrompt(p, PromptCancelled, "")
	}
	if disposition == ConfirmedFraud {
		st.cancelUnblock(c.Card, actor)
		st.block(c, ReasonConfirmedFraud, actor)
	}
	c.Urgent = false
	st.move(c, ActClosed, actor, note)
	c.Disposition = disposition
	st.feedback(c, verdict, card.FromStaff)
	return ""
}
