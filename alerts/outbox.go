package alerts

import (
	"time"

	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// queue puts a message into the outbox if the contact rules do not forbid it, later when they say so, and reports whether it
// did. A message that was queued before is not queued again.
func (st *step) queue(m Message) bool {
	if st.s.Message(m.ID) != nil {
		return true
	}
	m.Language, m.QueuedAt, m.Outcome = st.s.Contact.Language, st.now, Queued
	inForce, _ := st.policy.template(m.Template)
	m.Version = inForce.version
	verdict := st.policy.MayContact(st.s, m, st.now)
	switch verdict.Outcome {
	case Deny:
		st.out.Denials = append(st.out.Denials, Denial{Template: m.Template, Channel: m.Channel, Rules: verdict.Rules, Until: verdict.Until})
		st.messageConduct(&m, ContactRefused, ActorMonitor, verdict.Rules)
		return false
	case Defer:
		m.DueAt = verdict.Until
	}
	st.s.Messages = append(st.s.Messages, m)
	st.moved(MessageMoved, m.ID, "", string(Queued), string(m.Channel))
	return true
}

// service queues a reminder or an offer, once per alert, over the app: a text message about money invites imitators. It reports whether the
// customer gets it.
func (st *step) service(a *detectors.Alert, template TemplateID) bool {
	if a.State == detectors.Closed {
		return false
	}
	return st.queue(st.serviceMessage(a.AlertID, clone(a.Account), template))
}

func (st *step) serviceMessage(cause, account string, template TemplateID) Message {
	return Message{
		ID: newID("msg", cause, string(template)), Purpose: Service, Channel: App, Template: template,
		Args: Args{Card: lastFour(account)}, Account: account, DueAt: st.now, ExpiresAt: st.now.Add(serviceLife),
	}
}

// serviceLife is how long a reminder or an offer may wait, for the end of the night or for a provider. Own choice.
const serviceLife = 24 * time.Hour

// outcomeRank orders the outcomes; a receipt only moves a message forward. Unknown stands below Accepted, since a late receipt
// may still settle it.
var outcomeRank = map[SendOutcome]int{
	Queued: 0, Sending: 1, OutcomeUnknown: 2, Accepted: 3, Delivered: 5, Undelivered: 5, Refused: 5,
}

// rankUnheard is the rank of a message that became unknown after its provider had accepted it: hearing once more that it was
// accepted is no news, the final word is.
const rankUnheard = 4

// FailureNoReceipt is a message that its provider took and never told of again.
const FailureNoReceipt = "no_receipt"

func (m *Message) rank() int {
	if m.Outcome == OutcomeUnknown && !m.ReceiptBy.IsZero() {
		return rankUnheard
	}
	return outcomeRank[m.Outcome]
}

// receipt applies what became of a message. Repeated, late and out-of-order receipts change nothing. A prompt that cannot be
// delivered climbs at once instead of waiting for an answer to a question never asked.
func (st *step) receipt(r *Receipt) {
	m := st.s.Message(r.MessageID)
	rank, known := outcomeRank[r.Outcome]
	if m == nil || !known || rank <= m.rank() {
		return
	}
	sent := m.rank() >= outcomeRank[Accepted]
	st.settle(m, r.Outcome, clone(r.Provider), clone(r.Reason))
	switch {
	case r.Outcome == Refused && m.Reason != string(RuleExpired): // a message that came to nothing by its age was refused by nobody
		st.messageConduct(m, ContactRefused, ActorProvider, []RuleID{RuleID(m.Reason)})
	case !sent && (r.Outcome == Accepted || r.Outcome == Delivered):
		st.messageConduct(m, ContactSent, ActorProvider, nil)
	}
	if r.Outcome == Sending {
		m.Claim = clone(r.ID)
	}
	if r.ProviderMessageID != "" {
		m.ProviderID = clone(r.ProviderMessageID)
	}
	if r.Outcome == Accepted && r.ReceiptExpected {
		m.ReceiptBy = st.now.Add(st.policy.ReceiptWait)
	}
	if r.Outcome == Undelivered || r.Outcome == Refused || r.Outcome == OutcomeUnknown {
		st.askElsewhere(m, ActorProvider)
	}
}

// unheard gives up waiting for a receipt: whether the message arrived is unknown, and a question has to be asked another way.
func (st *step) unheard(m *Message) {
	st.settle(m, OutcomeUnknown, "", FailureNoReceipt)
	st.askElsewhere(m, ActorClock)
}

// receiptDue is when a message without a receipt counts as unknown; unknown itself when no receipt is awaited.
func (m *Message) receiptDue() card.Moment {
	if m.Outcome != Accepted {
		return card.Moment{}
	}
	return m.ReceiptBy
}

// askElsewhere climbs when the question of an open prompt's present rung has not arrived.
func (st *step) askElsewhere(m *Message, actor string) {
	p := st.s.Prompt(m.PromptID)
	if m.Purpose == FraudPrompt && p != nil && p.State == PromptOpen && p.Rung == m.Channel {
		st.climb(p, ActUnreachable, actor)
	}
}

func (st *step) settle(m *Message, to SendOutcome, provider, reason string) {
	st.moved(MessageMoved, m.ID, string(m.Outcome), string(to), string(m.Channel))
	m.Outcome, m.Reason = to, reason
	if provider != "" {
		m.Provider = provider
	}
	st.logMessage(m)
}
