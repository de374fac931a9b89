package alerts

import (
	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
)

func (w *writer) fraudCase(c *Case) {
	w.str(c.ID)
	w.str(c.Card)
	w.str(string(c.State))
	w.bool(c.Urgent)
	w.bool(c.Conflict)
	w.bool(c.Blocked)
	w.int(int64(c.Priority))
	each(w, c.Why, func(why *PriorityReason) {
		w.str(string(why.Code))
		w.int(int64(why.Points))
	})
	each(w, c.Alerts, w.alert)
	w.int(int64(c.MoreAlerts))
	w.str(c.Owner)
	w.moment(c.LeaseUntil)
	w.str(string(c.Disposition))
	w.moment(c.OpenedAt)
	w.moment(c.MovedAt)
	each(w, c.History, w.act)
	w.moment(c.ClaimBy)
	w.moment(c.CloseBy)
	w.bool(c.Escalated)
	w.moment(c.SnoozedUntil)
	w.str(c.Silence)
	w.str(c.Unblock.By)
	w.moment(c.Unblock.At)
	w.str(c.Unblock.Note)
	w.str(string(c.ClaimClock))
	w.str(string(c.CloseClock))
	w.int(int64(c.Actions))
	w.bool(c.Person)
}

func (r *reader) fraudCase(c *Case) {
	c.ID, c.Card, c.State = r.String(), r.String(), CaseState(r.String())
	c.Urgent, c.Conflict, c.Blocked = r.Bool(), r.Bool(), r.Bool()
	c.Priority = int(r.Int())
	c.Why = readEach(r, func(why *PriorityReason) { why.Code, why.Points = PriorityCode(r.String()), int(r.Int()) })
	c.Alerts = readEach(r, r.alert)
	c.MoreAlerts = int(r.Int())
	c.Owner, c.LeaseUntil, c.Disposition = r.String(), r.moment(), Disposition(r.String())
	c.OpenedAt, c.MovedAt = r.moment(), r.moment()
	c.History = readEach(r, r.act)
	if r.version > 2 {
		c.ClaimBy, c.CloseBy, c.Escalated, c.SnoozedUntil = r.moment(), r.moment(), r.Bool(), r.moment()
		c.Silence = r.String()
		c.Unblock = UnblockRequest{By: r.String(), At: r.moment(), Note: r.String()}
		c.ClaimClock, c.CloseClock, c.Actions = ClockState(r.String()), ClockState(r.String()), int(r.Int())
		c.Person = r.Bool()
	}
}

func (w *writer) alert(a *detectors.Alert) {
	w.head(&a.Head)
	w.str(a.AlertID)
	w.int(int64(a.Revision))
	w.str(string(a.State))
	w.str(string(a.Detector))
	w.int(int64(a.DetectorVersion))
	w.str(a.RuleSet)
	w.str(string(a.Mode))
	w.str(string(a.Severity))
	w.int(int64(a.Score))
	w.str(a.Card)
	w.str(a.Account)
	strs(w, a.EventIDs)
	w.moment(a.OccurredAt)
	w.use(&a.Use)
	w.str(string(a.Action))
	each(w, a.Reasons, w.reason)
	w.text(a.Title)
	w.str(a.Source.Topic)
	w.uint(uint64(a.Source.Partition))
	w.int(a.Source.Offset)
}

func (r *reader) alert(a *detectors.Alert) {
	a.Head, a.AlertID, a.Revision = r.head(), r.String(), int(r.Int())
	a.State, a.Detector, a.DetectorVersion = detectors.AlertState(r.String()), detectors.Name(r.String()), int(r.Int())
	a.RuleSet, a.Mode, a.Severity = r.String(), detectors.Mode(r.String()), detectors.Severity(r.String())
	a.Score, a.Card, a.Account = int(r.Int()), r.String(), r.String()
	a.EventIDs, a.OccurredAt, a.Use = readStrs[string](r), r.moment(), r.use()
	a.Action = detectors.Action(r.String())
	a.Reasons = readEach(r, r.reason)
	if r.version > 1 {
		a.Title = r.text()
		a.Source = card.Source{Topic: r.String(), Partition: int32(r.Uint()), Offset: r.Int()}
	}
}

func (w *writer) text(t detectors.Text) {
	w.str(t.Zh)
	w.str(t.En)
}

func (r *reader) text() detectors.Text { return detectors.Text{Zh: r.String(), En: r.String()} }

func (w *writer) use(u *detectors.Use) {
	w.int(u.Amount.Minor)
	w.currency(u.Amount.Currency)
	w.str(u.City)
	w.str(u.Country)
	w.str(u.Merchant)
	w.str(u.MerchantName)
	w.bool(u.CardPresent)
}

func (r *reader) use() detectors.Use {
	return detectors.Use{
		Amount: card.Money{Minor: r.Int(), Currency: r.currency()},
		City:   r.String(), Country: r.String(), Merchant: r.String(), MerchantName: r.String(), CardPresent: r.Bool(),
	}
}

func (w *writer) reason(v *detectors.Reason) {
	w.str(string(v.Code))
	w.int(v.Value)
	w.int(v.Limit)
	w.str(string(v.Unit))
	w.text(v.Baseline)
	w.text(v.Text)
}

func (r *reader) reason(v *detectors.Reason) {
	v.Code, v.Value, v.Limit = detectors.ReasonCode(r.String()), r.Int(), r.Int()
	v.Unit, v.Baseline = detectors.Unit(r.String()), r.text()
	if r.version > 1 {
		v.Text = r.text()
	}
}

func (w *writer) act(a *Act) {
	w.moment(a.At)
	w.str(a.Actor)
	w.str(string(a.Code))
	w.str(string(a.From))
	w.str(string(a.To))
	w.str(a.Note)
}

func (r *reader) act(a *Act) {
	a.At, a.Actor, a.Code = r.moment(), r.String(), ActCode(r.String())
	a.From, a.To, a.Note = CaseState(r.String()), CaseState(r.String()), r.String()
}

func (w *writer) contact(c *Contact) {
	w.head(&c.Head)
	w.str(c.Phone.Reveal())
	w.str(c.PushToken)
	w.uint(uint64(c.Language))
	w.str(c.Timezone)
	w.int(int64(c.OffsetMinutes))
	w.bool(c.Consent.SMS)
	w.bool(c.Consent.Push)
	w.bool(c.Consent.Profiling)
	strs(w, c.OptOut)
	w.str(c.Region)
	each(w, c.Shifts, func(s *Shift) {
		w.moment(s.At)
		w.int(int64(s.OffsetMinutes))
	})
}

func (r *reader) contact(c *Contact) {
	c.Head, c.Phone, c.PushToken = r.head(), Phone(r.String()), r.String()
	c.Language, c.Timezone, c.OffsetMinutes = card.Language(r.Uint()), r.String(), int16(r.Int())
	c.Consent = Consent{SMS: r.Bool(), Push: r.Bool(), Profiling: r.Bool()}
	c.OptOut, c.Region = readStrs[ChannelKind](r), r.String()
	if r.version > 2 {
		c.Shifts = readEach(r, func(s *Shift) { s.At, s.OffsetMinutes = r.moment(), int16(r.Int()) })
	}
}
