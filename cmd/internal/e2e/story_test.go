package e2e_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/stream/wire"
)

// customerSaysNo: a copied card is used far away, the customer denies it on the signed page, the bank is asked to block the
// card, and the monitor watches it more strictly.
func customerSaysNo(t *testing.T, b *bank, s site) {
	const who = "c-no"
	meet(t, b, s, who)
	uses, copied := b.cloned(who)
	b.send(t, wire.TransactionTopic, uses...)

	alert := b.hears(t, wire.AlertTopic, who, 1).fields
	require.Equal(t, []string{copied}, alert.EventIDs)
	require.Equal(t, "large_out_of_town", alert.Detector)
	require.Equal(t, "confirm_with_customer", alert.Action)
	require.Equal(t, "high", alert.Severity)
	require.Equal(t, "open", alert.State)
	require.Equal(t, "live", alert.Mode)
	require.Equal(t, cardOf(who), alert.CardID)
	require.NotContains(t, alert.reasons(), "earlier_fraud")

	link := s.linkOnPhone(t, who)
	_, board := get(s.console + "/")
	require.Contains(t, board, `href="/cases/`, "the case is on the board")
	require.Empty(t, b.about(t, wire.ReplyTopic, who))

	asked := time.Now()
	answers(t, link, "no")
	block := b.hears(t, wire.CardActionTopic, who, 1).fields
	t.Logf("from opening the link to the request to block the card: %v", time.Since(asked).Round(time.Millisecond))
	require.Equal(t, "block", block.Action)
	require.Equal(t, cardOf(who), block.CardID)
	require.Equal(t, alert.AlertID, block.AlertID)
	require.Equal(t, "customer", block.Requested)
	verdict := b.hears(t, wire.FeedbackTopic, who, 1).fields
	require.Equal(t, "fraud", verdict.Verdict)
	require.Equal(t, "customer", verdict.Source)
	require.Equal(t, alert.AlertID, verdict.AlertID)
	require.Len(t, b.about(t, wire.ReplyTopic, who), 1, "looking at the page answers nothing")

	s.applied(t, "monitor", wire.FeedbackTopic, len(b.read(t, wire.FeedbackTopic)))
	b.send(t, wire.TransactionTopic, b.spends(who, shenzhen, 91_000, time.Now()))
	grown := b.hears(t, wire.AlertTopic, who, 2).fields
	require.Equal(t, alert.AlertID, grown.AlertID)
	require.Equal(t, 2, grown.Revision)
	require.Contains(t, grown.reasons(), "earlier_fraud", "the answer changed what the monitor does next")
}

// customerSaysYes: the customer was it; the case closes, and the like of it is not asked about again.
func customerSaysYes(t *testing.T, b *bank, s site) {
	const who = "c-yes"
	meet(t, b, s, who)
	uses, _ := b.cloned(who)
	b.send(t, wire.TransactionTopic, uses...)
	alert := b.hears(t, wire.AlertTopic, who, 1).fields
	link := s.linkOnPhone(t, who)
	closedBefore := s.casesClosed()

	answers(t, link, "yes")
	verdict := b.hears(t, wire.FeedbackTopic, who, 1).fields
	require.Equal(t, "genuine", verdict.Verdict)
	require.Equal(t, alert.AlertID, verdict.AlertID)
	require.NotEmpty(t, verdict.ExemptTill)
	require.Empty(t, b.about(t, wire.CardActionTopic, who))
	require.Eventually(t, func() bool { return s.casesClosed() == closedBefore+1 }, patience, glance, "the case is not closed")

	s.applied(t, "monitor", wire.FeedbackTopic, len(b.read(t, wire.FeedbackTopic)))
	like := b.spends(who, shenzhen, 92_000, time.Now())
	b.send(t, wire.TransactionTopic, like)
	// The neighbour's alert comes after whatever the customer's own use would have caused.
	neighbour := sharing(who)
	meet(t, b, s, neighbour)
	uses, _ = b.cloned(neighbour)
	b.send(t, wire.TransactionTopic, uses...)
	b.hears(t, wire.AlertTopic, neighbour, 1)
	for _, r := range b.about(t, wire.AlertTopic, who) {
		require.Equal(t, alert.AlertID, r.fields.AlertID)
		require.NotContains(t, r.fields.EventIDs, like.ID)
	}
}

// meet makes somebody a customer with two weeks of history, and waits until monitor and desk know it.
func meet(t *testing.T, b *bank, s site, customer string) {
	t.Helper()
	b.send(t, wire.CustomerTopic, b.opens(customer))
	b.send(t, wire.ContactTopic, b.reachable(customer))
	s.applied(t, "monitor", wire.CustomerTopic, len(b.read(t, wire.CustomerTopic)))
	s.applied(t, "desk", wire.ContactTopic, len(b.read(t, wire.ContactTopic)))
	b.send(t, wire.TransactionTopic, b.lived(customer)...)
}

func (s site) casesClosed() int {
	return int(s.metric("cardwatch_desk_moves_total", label("kind", "case"), label("state", "closed")))
}
