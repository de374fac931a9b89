package alerts

import (
	"slices"

	"github.com/cardwatch/cardwatch/detectors/card"
)

// ActCode names what happened to a case or a queue entry.
type ActCode string

// The acts.
const (
	ActOpened   ActCode = "opened"
	ActJoined   ActCode = "joined"
	ActGrown    ActCode = "grown"
	ActSettled  ActCode = "settled"
	ActAsked    ActCode = "asked"
	ActSaidYes  ActCode = "said_yes"
	ActSaidNo   ActCode = "said_no"
	ActSuspect  ActCode = "suspect_answer"
	ActUnclear  ActCode = "unclear_answer"
	ActHelped   ActCode = "asked_for_help"
	ActStepUp   ActCode = "step_up_needed"
	ActOptedOut ActCode = "opted_out"
	ActLateYes  ActCode = "late_yes"
	// ActPersonAsked is a customer who wants a person to decide.
	ActPersonAsked ActCode = "person_asked"
	ActRepeated    ActCode = "repeated_answer"
	ActNotBound    ActCode = "not_bound"
	// ActNoAnswer is a ladder that was climbed to its end, ActUnreachable one that had no rung.
	ActNoAnswer    ActCode = "no_answer"
	ActUnreachable ActCode = "unreachable"
	// ActQuietHours is a question that waits for the end of the customer's night, while an analyst looks.
	ActQuietHours ActCode = "quiet_hours"
	// ActExpired is a prompt whose time is up.
	ActExpired      ActCode = "prompt_expired"
	ActBlocked      ActCode = "block_requested"
	ActClaimed      ActCode = "claimed"
	ActReleased     ActCode = "released"
	ActLeaseExpired ActCode = "lease_expired"
	ActNoted        ActCode = "noted"
	ActClosed       ActCode = "closed"
	ActReopened     ActCode = "reopened"
	ActEscalated    ActCode = "escalated"
	// ActWoken is a case that staff brought back before its time.
	ActWoken ActCode = "woken"
	// ActSilenced is a case that a silence covers, ActSilenceEnded one that it no longer does.
	ActSilenced     ActCode = "silenced"
	ActSilenceEnded ActCode = "silence_ended"
	// ActClaimLate and ActCloseLate are clocks of Policy.SLA that ran out.
	ActClaimLate ActCode = "claim_late"
	ActCloseLate ActCode = "close_late"
	// ActUnblockAsked is a request to take a block back; it ends in one of the other four. ActUnblockExpired is one that no second person
	// answered within Policy.UnblockWait.
	ActUnblockAsked     ActCode = "unblock_asked"
	ActUnblocked        ActCode = "unblocked"
	ActUnblockRefused   ActCode = "unblock_refused"
	ActUnblockCancelled ActCode = "unblock_cancelled"
	ActUnblockExpired   ActCode = "unblock_expired"
	// Cases and accounts can be put off.
	ActSnoozed     ActCode = "snoozed"
	ActSnoozeEnded ActCode = "snooze_ended"
	// The remaining acts belong to the collections queue.
	ActEntered   ActCode = "entered_queue"
	ActTierMoved ActCode = "tier_moved"
	ActLineMoved ActCode = "line_moved"
	ActPaid      ActCode = "paid"
	ActPaidBack  ActCode = "paid_back"
	ActPlanMoved ActCode = "plan_moved"
	// ActInstalmentMoved is an ordinary instalment that was offered, applied for, consented to, booked, or came to an end.
	ActInstalmentMoved ActCode = "instalment_moved"
	// ActContactReserved is a contact that is about to be made, ActContactMade one that was.
	ActContactReserved ActCode = "contact_reserved"
	ActContactMade     ActCode = "contact_made"
	ActPromised        ActCode = "promised"
	ActPromiseBroken   ActCode = "promise_broken"
	// ActPromisePartial is a promise of which only a part came, ActPromiseKept one of which enough did.
	ActPromisePartial   ActCode = "promise_partial"
	ActPromiseKept      ActCode = "promise_kept"
	ActPromiseCancelled ActCode = "promise_cancelled"
	// ActPromiseReopened is a promise that a payment taken back has made open again.
	ActPromiseReopened ActCode = "promise_reopened"
	ActFlagged         ActCode = "flagged"
	ActUnflagged       ActCode = "unflagged"
	// ActRestricted is a restriction of contact that was written down.
	ActRestricted        ActCode = "restricted"
	ActRestrictionLifted ActCode = "restriction_lifted"
)

// caseTable says where an act takes a case. An act that a state does not list is refused when staff ask for it, and only
// written down when it happens by itself.
var caseTable = map[CaseState]map[ActCode]CaseState{
	CaseNew: {
		ActAsked: CaseWaiting, ActUnreachable: CaseQueued, ActQuietHours: CaseQueued, ActSaidNo: CaseQueued, ActSuspect: CaseQueued, ActPersonAsked: CaseQueued,
		ActClaimed: CaseClaimed, ActNoted: CaseNew, ActEscalated: CaseNew, ActSnoozed: CaseNew, ActWoken: CaseNew,
		ActUnblocked: CaseNew, ActUnblockRefused: CaseNew, ActUnblockExpired: CaseNew,
	},
	CaseWaiting: {
		ActSaidYes: CaseClosed, ActSaidNo: CaseQueued, ActSuspect: CaseQueued, ActPersonAsked: CaseQueued, ActUnclear: CaseQueued, ActStepUp: CaseQueued,
		ActNoAnswer: CaseQueued, ActUnreachable: CaseQueued, ActExpired: CaseQueued, ActQuietHours: CaseQueued,
		// The customer's answer is still awaited, whoever else will look.
		ActClaimed: CaseClaimed, ActNoted: CaseWaiting, ActEscalated: CaseWaiting, ActSnoozed: CaseWaiting, ActWoken: CaseWaiting,
		ActUnblocked: CaseWaiting, ActUnblockRefused: CaseWaiting, ActUnblockExpired: CaseWaiting,
	},
	CaseQueued: {
		ActSaidYes: CaseClosed, ActPersonAsked: CaseQueued,
		ActClaimed: CaseClaimed, ActNoted: CaseQueued, ActEscalated: CaseQueued, ActSnoozed: CaseQueued, ActWoken: CaseQueued,
		ActUnblocked: CaseQueued, ActUnblockRefused: CaseQueued, ActUnblockExpired: CaseQueued,
	},
	// A yes in time closes the case under the analyst's hands: the customer's word is what they are waiting for.
	CaseClaimed: {
		ActSaidYes: CaseClosed, ActPersonAsked: CaseClaimed, ActClosed: CaseClosed, ActReleased: CaseQueued, ActLeaseExpired: CaseQueued,
		ActClaimed: CaseClaimed, ActNoted: CaseClaimed, ActEscalated: CaseQueued, ActSnoozed: CaseQueued,
		ActUnblockAsked: CaseClaimed, ActUnblocked: CaseClaimed, ActUnblockRefused: CaseClaimed, ActUnblockExpired: CaseClaimed,
	},
	CaseClosed: {ActSaidNo: CaseQueued, ActSuspect: CaseQueued, ActPersonAsked: CaseQueued, ActReopened: CaseQueued, ActNoted: CaseClosed},
}

// rouses lists the acts that bring a case back which was put off or silenced: somebody is at work on it, or the customer has said what
// nobody may sleep on.
var rouses = map[ActCode]bool{
	ActSaidNo: true, ActSuspect: true, ActPersonAsked: true, ActRepeated: true, ActSaidYes: true,
	ActClaimed: true, ActEscalated: true, ActWoken: true, ActClosed: true, ActReopened: true,
}

// move does an act to a case: the state changes as the table says, owner and disposition follow the state, and the history
// gains a line. It reports false, and does nothing but write the line, when the table has no such act.
func (st *step) move(c *Case, act ActCode, actor, note string) bool {
	from := c.State
	to, listed := caseTable[from][act]
	if !listed {
		to = from
	}
	c.State = to
	if to != from {
		c.MovedAt = st.now
	}
	if to != CaseClaimed {
		c.Owner, c.LeaseUntil = "", card.Moment{}
	}
	if to != CaseClosed {
		c.Disposition = ""
	}
	st.record(&c.History, Act{At: st.now, Actor: actor, Code: act, From: from, To: to, Note: note})
	st.settleCase(c, act)
	st.moved(CaseMoved, c.ID, string(from), string(to), "")
	return listed
}

// settleCase brings everything that hangs on a case's state in line with it.
func (st *step) settleCase(c *Case, act ActCode) {
	if rouses[act] || act == ActSnoozeEnded {
		c.SnoozedUntil = card.Moment{}
	}
	if (rouses[act] || act == ActSilenceEnded) && c.Silence != "" {
		st.moved(SilenceMoved, c.ID, "silenced", "lifted", "")
		c.Silence = ""
	}
	if c.State == CaseClosed {
		c.Person = false
	}
	st.setClocks(c)
	c.Priority, c.Why = casePriority(c)
}

// note writes down an act that moves nothing.
func (st *step) note(history *[]Act, act ActCode, actor, note string) {
	st.record(history, Act{At: st.now, Actor: actor, Code: act, Note: note})
}

// record appends to a history. The same thing happening again only renews its last line, and what a customer says again with nothing
// but other words of theirs in between renews its line too, so that a flood of replies, of one kind or of several in turn, cannot wash out
// what people did. Beyond the bound the second line goes, since the first says how it began.
func (st *step) record(history *[]Act, a Act) {
	list := *history
	if a.From == a.To {
		for i := len(list) - 1; i > 0 && list[i].Actor == a.Actor && list[i].From == list[i].To; i-- {
			if i < len(list)-1 && a.Actor != ActorCustomer {
				break
			}
			if list[i].Code == a.Code && list[i].Note == a.Note {
				list = slices.Delete(list, i, i+1)
				break
			}
		}
	}
	if len(list) >= maxHistory {
		list = slices.Delete(list, 1, 2)
	}
	*history = append(list, a)
}
