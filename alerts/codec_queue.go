package alerts

import "github.com/cardwatch/cardwatch/detectors"

func (w *writer) entry(e *QueueEntry) {
	w.str(e.Account)
	w.str(string(e.Tier))
	w.int(int64(e.DaysPastDue))
	w.int(e.OverdueMinor)
	w.int(e.BalanceMinor)
	w.currency(e.Currency)
	w.float(e.MissProbability)
	w.int(int64(e.Priority))
	w.int(int64(e.basePriority))
	each(w, e.Reasons, w.reason)
	w.moment(e.EnteredAt)
	w.moment(e.TierSince)
	w.moment(e.UpdatedAt)
	w.str(e.Owner)
	w.moment(e.LeaseUntil)
	w.moment(e.SnoozedUntil)
	w.promise(&e.Promise)
	each(w, e.History, w.act)
	each(w, e.Why, w.reason)
	w.str(string(e.Line))
	w.moment(e.LineSince)
	w.str(string(e.Rest))
	w.moment(e.RestUntil)
	w.moment(e.rankUntil)
	w.uint(e.lineOrder)
}

func (r *reader) entry(e *QueueEntry) {
	e.Account, e.Tier, e.DaysPastDue = r.String(), detectors.Tier(r.String()), int(r.Int())
	e.OverdueMinor, e.BalanceMinor, e.Currency = r.Int(), r.Int(), r.currency()
	e.MissProbability, e.Priority, e.basePriority = r.Float(), int(r.Int()), int(r.Int())
	e.Reasons = readEach(r, r.reason)
	e.EnteredAt, e.TierSince, e.UpdatedAt = r.moment(), r.moment(), r.moment()
	e.Owner, e.LeaseUntil, e.SnoozedUntil = r.String(), r.moment(), r.moment()
	e.Promise = r.promise()
	e.History = readEach(r, r.act)
	if r.version > 3 {
		e.Why = readEach(r, r.reason)
		e.Line, e.LineSince = Line(r.String()), r.moment()
		e.Rest, e.RestUntil = RestReason(r.String()), r.moment()
		e.rankUntil, e.lineOrder = r.moment(), r.Uint()
	}
}

func (w *writer) promise(p *PromiseToPay) {
	w.int(p.AmountMinor)
	w.moment(p.MadeAt)
	w.moment(p.Until)
	w.str(string(p.State))
	w.moment(p.RemindAt)
	w.int(int64(p.BrokenBefore))
}

func (r *reader) promise() (p PromiseToPay) {
	p = PromiseToPay{AmountMinor: r.Int(), MadeAt: r.moment(), Until: r.moment(), State: PromiseState(r.String())}
	if r.version > 3 {
		p.RemindAt, p.BrokenBefore = r.moment(), int(r.Int())
	}
	return p
}

func (w *writer) received(v *Received) {
	w.uint(v.ID)
	w.str(v.Account)
	w.moment(v.At)
	w.int(v.Minor)
}

func (r *reader) received(v *Received) {
	v.ID, v.Account, v.At, v.Minor = r.Uint(), r.String(), r.moment(), r.Int()
}

func (w *writer) flagged(f *Flagged) {
	w.str(string(f.Flag))
	w.str(f.Account)
	w.str(f.By)
	w.moment(f.At)
	w.str(f.Note)
}

func (r *reader) flagged(f *Flagged) {
	f.Flag, f.Account, f.By, f.At, f.Note = Flag(r.String()), r.String(), r.String(), r.moment(), r.String()
}
