package alerts

import (
	"slices"
	"strings"

	"github.com/cardwatch/cardwatch/detectors"
)

// clone copies a string out of a decoder's buffer.
func clone[S ~string](s S) S { return S(strings.Clone(string(s))) }

func cloneAll[S ~string](list []S) []S {
	copied := slices.Clone(list)
	for i, s := range copied {
		copied[i] = clone(s)
	}
	return copied
}

func cloneReasons(reasons []detectors.Reason) []detectors.Reason {
	kept := slices.Clone(reasons[:min(len(reasons), maxReasons)])
	for i := range kept {
		r := &kept[i]
		r.Code, r.Unit = clone(r.Code), clone(r.Unit)
		r.Baseline, r.Text = cloneText(r.Baseline), cloneText(r.Text)
	}
	return kept
}

func cloneText(t detectors.Text) detectors.Text {
	return detectors.Text{Zh: clone(t.Zh), En: clone(t.En)}
}

// cloneAlert copies an alert within the bounds of a state.
func cloneAlert(a *detectors.Alert) detectors.Alert {
	kept := *a
	kept.ID, kept.Customer, kept.AlertID = clone(a.ID), clone(a.Customer), clone(a.AlertID)
	kept.State, kept.Detector, kept.RuleSet = clone(a.State), clone(a.Detector), clone(a.RuleSet)
	kept.Mode, kept.Severity, kept.Action = clone(a.Mode), clone(a.Severity), clone(a.Action)
	kept.Card, kept.Account = clone(a.Card), clone(a.Account)
	kept.Use.City, kept.Use.Country = clone(a.Use.City), clone(a.Use.Country)
	kept.Use.Merchant, kept.Use.MerchantName = clone(a.Use.Merchant), clone(a.Use.MerchantName)
	kept.EventIDs = cloneAll(a.EventIDs[:min(len(a.EventIDs), detectors.MaxEventIDs)])
	kept.Reasons = cloneReasons(a.Reasons)
	kept.Title, kept.Source.Topic = cloneText(a.Title), clone(a.Source.Topic)
	return kept
}
