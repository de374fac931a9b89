package detectors

import (
	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/detectors/pack"
)

// append writes the open alert without its Head, State and Mode, which are the same for all open alerts.
func (in *Incident) append(dst []byte) []byte {
	a := &in.Alert
	for _, s := range [...]string{a.AlertID, string(a.Detector), a.RuleSet, string(a.Severity), a.Card, a.Account, string(a.Action)} {
		dst = pack.String(dst, s)
	}
	dst = pack.Int(dst, in.FoundAt)
	dst = pack.Uint(dst, uint64(a.Revision))
	dst = pack.Uint(dst, uint64(a.DetectorVersion))
	dst = pack.Uint(dst, uint64(a.Score))
	dst = appendMoment(dst, a.OccurredAt)
	dst = a.Use.append(pack.Bool(dst, in.Approved))
	dst = pack.Uint(dst, uint64(len(a.EventIDs)))
	for _, id := range a.EventIDs {
		dst = pack.String(dst, id)
	}
	dst = pack.Uint(dst, uint64(len(a.Reasons)))
	for _, reason := range a.Reasons {
		dst = pack.String(dst, string(reason.Code))
		dst = pack.Int(pack.Int(dst, reason.Value), reason.Limit)
		dst = pack.String(dst, string(reason.Unit))
		dst = reason.Text.append(reason.Baseline.append(dst))
	}
	dst = pack.String(a.Title.append(dst), a.Source.Topic)
	return pack.Int(pack.Uint(dst, uint64(a.Source.Partition)), a.Source.Offset)
}

func (t Text) append(dst []byte) []byte { return pack.String(pack.String(dst, t.Zh), t.En) }

func readText(r *pack.Reader) Text { return Text{Zh: r.String(), En: r.String()} }

// readIncident reads an open alert of a state of version v.
func readIncident(r *pack.Reader, v byte, mode Mode) Incident {
	a := Alert{State: Open, Mode: mode, AlertID: r.String(), Detector: Name(r.String()), RuleSet: r.String(), Severity: Severity(r.String()),
		Card: r.String(), Account: r.String(), Action: Action(r.String())}
	in := Incident{FoundAt: r.Int()}
	a.Revision, a.DetectorVersion, a.Score = int(r.Uint()), int(r.Uint()), int(r.Uint())
	a.OccurredAt = readMoment(r)
	in.Approved = r.Bool()
	a.Use = readUse(r)
	for range bounded(r, 1, MaxEventIDs) {
		a.EventIDs = append(a.EventIDs, r.String())
	}
	for range r.Count(6) {
		reason := Reason{Code: ReasonCode(r.String()), Value: r.Int(), Limit: r.Int(), Unit: Unit(r.String()), Baseline: readText(r)}
		if v > 2 {
			reason.Text = readText(r)
		}
		a.Reasons = append(a.Reasons, reason)
	}
	if v > 2 {
		a.Title = readText(r)
		a.Source = card.Source{Topic: r.String(), Partition: int32(r.Uint()), Offset: r.Int()}
	}
	in.Alert = a
	return in
}
