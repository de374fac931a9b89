package alerts

import (
	"strconv"
	"time"

	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// The reasons of card actions.
const (
	ReasonCustomerDenied = "customer_denied"
	ReasonConfirmedFraud = "confirmed_fraud"
	// ReasonStaffUnblocked is one person's decision, ReasonTwoUnblocked that of two.
	ReasonStaffUnblocked = "staff_unblocked"
	ReasonTwoUnblocked   = "two_staff_unblocked"
)

const (
	// answerLife is how long an answer to a customer's own message is worth sending. Own choice.
	answerLife = time.Hour
	// retryLife is the exemption for a use whose place and merchant are unknown: it can only cover the whole card, so it lasts no
	// longer than the customer needs to try again. Own choice.
	retryLife = time.Hour
)

// block requests a block of the case's card, once until it is taken back.
func (st *step) block(c *Case, reason, by string) {
	if c.Blocked {
		return
	}
	c.Blocked = true
	st.cardAction(c, BlockCard, reason, by)
	st.note(&c.History, ActBlocked, by, reason)
}

// cardAction asks the bank's authorisation system for something. Its id differs from those of the case's earlier requests.
func (st *step) cardAction(c *Case, action CardActionKind, reason, by string) {
	id := []string{c.ID, string(action)}
	if c.Actions > 0 {
		id = append(id, strconv.Itoa(c.Actions))
	}
	c.Actions++
	st.out.CardActions = append(st.out.CardActions, CardAction{
		Head: card.Head{ID: newID("action", id...), Customer: st.s.Customer, At: st.now},
		Card: c.Card, Action: action, Reason: reason, AlertID: c.Strongest().AlertID, RequestedBy: by,
	})
}

// feedback tells the monitor what each of the case's alerts turned out to be.
func (st *step) feedback(c *Case, verdict card.Verdict, source card.FeedbackSource) {
	for i := range c.Alerts {
		a := &c.Alerts[i]
		f := card.Feedback{
			Head: card.Head{
				ID:       newID("feedback", a.AlertID, verdict.String(), source.String(), st.now.String()),
				Customer: st.s.Customer, At: st.now,
			},
			Card: c.Card, AlertID: a.AlertID, Verdict: verdict, Source: source,
		}
		if verdict == card.Genuine {
			f.ExemptScope, f.ExemptUntil = st.exemption(&a.Use)
		}
		st.out.Feedback = append(st.out.Feedback, f)
	}
}

// exemption is what a confirmed use stops from being asked about again, and until when: the city that the card was in, else
// the merchant. The scopes are the monitor's, whose cities cover card-present uses alone.
func (st *step) exemption(u *detectors.Use) (scope string, until card.Moment) {
	until = st.now.Add(st.policy.ExemptFor)
	switch {
	case u.CardPresent && u.City != "":
		return "city:" + u.City, until
	case u.Merchant != "":
		return "merchant:" + u.Merchant, until
	}
	return "card", st.now.Add(min(retryLife, st.policy.ExemptFor))
}
