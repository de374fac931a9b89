package alerts

import (
	"strconv"

	"github.com/cardwatch/cardwatch/detectors"
)

// maxReasons is what one alert says at most: all that a monitor sends, so that no fact that softens is cut off.
const maxReasons = 32

// alert takes in a finding of the monitor. The monitor recommends, the desk decides: findings about a card make a case, those
// about repayment a message. Overdue accounts arrive as collection events, so "collect" needs nothing here.
func (st *step) alert(a *detectors.Alert) {
	if a.Mode == detectors.Shadow {
		return
	}
	switch a.Action {
	case detectors.ConfirmWithCustomer, detectors.Review:
		st.suspicion(a)
	case detectors.OfferInstalment:
		st.offeredBy(a)
	case detectors.RemindMinPayment:
		st.service(a, PaymentReminder)
	}
}

// suspicion files a finding: in the case that knows it already, else in the card's open case, else in a new one.
func (st *step) suspicion(a *detectors.Alert) {
	if c := st.caseOf(a.AlertID); c != nil {
		known := c.alert(a.AlertID)
		if a.Revision <= known.Revision {
			return
		}
		// What happened before a case was closed belongs to that case; what happened since is a new suspicion.
		if c.State != CaseClosed || a.State == detectors.Closed || !c.MovedAt.Before(a.OccurredAt) {
			before := severityRank(c.severity())
			*known = cloneAlert(a)
			st.grown(c, a, before)
			return
		}
	}
	if a.State == detectors.Closed {
		return
	}
	c := st.s.openCase(a.Card)
	if c == nil {
		c = st.newCase(newID("case", a.Card, a.AlertID, strconv.Itoa(a.Revision)), clone(a.Card))
	}
	st.join(c, a)
}

// caseOf is the newest case that holds an alert; nil when none does.
func (st *step) caseOf(alertID string) *Case {
	for i := len(st.s.Cases) - 1; i >= 0; i-- {
		if c := &st.s.Cases[i]; c.alert(alertID) != nil {
			return c
		}
	}
	return nil
}

func (st *step) newCase(id, cardID string) *Case {
	st.s.Cases = append(st.s.Cases, Case{ID: id, Card: cardID, State: CaseNew, OpenedAt: st.now, MovedAt: st.now})
	st.moved(CaseMoved, id, "", string(CaseNew), "")
	return &st.s.Cases[len(st.s.Cases)-1]
}

// join adds a finding to a case. One that a silence covers asks nobody, and keeps a case that it opens out of the queue; one that no
// silence covers, or a graver one, brings a case back.
func (st *step) join(c *Case, a *detectors.Alert) {
	act, opens := ActJoined, len(c.Alerts) == 0 && c.State == CaseNew
	if len(c.Alerts) == 0 {
		act = ActOpened
	}
	silence, before := st.silenceOf(a), severityRank(c.severity())
	if silence != nil && opens {
		c.Silence = silence.ID
	}
	if len(c.Alerts) < maxCaseAlerts {
		c.Alerts = append(c.Alerts, cloneAlert(a))
	} else {
		c.MoreAlerts++
	}
	st.move(c, act, ActorMonitor, string(clone(a.Detector)))
	if silence != nil && opens {
		st.move(c, ActSilenced, silence.Owner, silence.ID)
		st.moved(SilenceMoved, c.ID, "", "silenced", "")
	}
	st.weigh(c, a, silence, before)
}

// weigh lets follow from a finding what does: a case comes back, a customer is asked. The rank is the case's gravest before.
func (st *step) weigh(c *Case, a *detectors.Alert, silence *Silence, before int) {
	if c.Silence != "" && silence == nil {
		st.move(c, ActSilenceEnded, ActorMonitor, c.Silence)
	}
	if !c.SnoozedUntil.IsZero() && silence == nil && severityRank(c.severity()) > before {
		st.move(c, ActSnoozeEnded, ActorMonitor, "")
	}
	if a.Action == detectors.ConfirmWithCustomer && silence == nil && c.State != CaseClosed {
		st.ask(c)
	}
}

func (st *step) grown(c *Case, a *detectors.Alert, before int) {
	if a.State == detectors.Closed {
		st.move(c, ActSettled, ActorMonitor, string(clone(a.Detector)))
		if c.Silence != "" {
			st.passSilence(c)
		}
		return
	}
	st.move(c, ActGrown, ActorMonitor, string(clone(a.Detector)))
	st.weigh(c, a, st.silenceOf(a), before)
}
