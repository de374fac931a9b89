package api

import (
	"slices"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/alerts/conduct"
)

// restrictionView is a restriction as it goes out: of a number no more than its end.
type restrictionView struct {
	ID      string `json:"restriction_id"`
	Kind    string `json:"kind"`
	From    string `json:"from,omitempty"`
	Until   string `json:"until,omitempty"`
	Channel string `json:"channel,omitempty"`
	Number  string `json:"number,omitempty"`
	By      string `json:"by"`
	At      moment `json:"at,omitzero"`
	Note    string `json:"note,omitempty"`
}

func restrictionViewOf(r *alerts.Restriction) restrictionView {
	v := restrictionView{ID: r.ID, Kind: string(r.Kind), Channel: string(r.Channel), By: r.By, At: moment{r.At}, Note: r.Note}
	switch r.Kind {
	case alerts.InconvenientHours:
		v.From, v.Until = r.Hours.Clock()
	case alerts.StoppedNumber:
		v.Number = "••" + r.Ending
	}
	return v
}

// restrictionAsk is what a customer asks of contact, or, by its id, asks no more.
type restrictionAsk struct {
	ID   string `json:"restriction_id"`
	Kind string `json:"kind"`
	// From and Until are times of the customer's day such as 08:30, in whole quarters of an hour.
	From    string `json:"from"`
	Until   string `json:"until"`
	Channel string `json:"channel"`
	Number  string `json:"number"`
}

func (a *restrictionAsk) check() *Problem {
	switch kind := alerts.RestrictionKind(a.Kind); {
	case kind == "":
		return missing("/restriction/kind")
	case !slices.Contains(alerts.RestrictionKinds(), kind):
		return badValue("/restriction/kind")
	case kind == alerts.StoppedChannel && !slices.Contains(alerts.Stoppable(), conduct.Channel(a.Channel)):
		return badValue("/restriction/channel")
	case len(a.Number) > alerts.MaxNumberName:
		return badValue("/restriction/number")
	case kind != alerts.InconvenientHours:
		return nil
	}
	if _, err := conduct.ParseSpan(a.From, a.Until); err != nil {
		return badValue("/restriction/from")
	}
	return nil
}

// into puts what is asked for into a command of the verbs that need it.
func (a *restrictionAsk) into(cmd *alerts.Command) {
	switch cmd.Verb {
	case alerts.LiftRestriction:
		cmd.Restriction.ID = a.ID
	case alerts.Restrict:
		cmd.Restriction.Kind = alerts.RestrictionKind(a.Kind)
		cmd.Restriction.Hours, _ = conduct.ParseSpan(a.From, a.Until) // checked, or of another kind
		cmd.Contact = alerts.ContactAct{Channel: conduct.Channel(a.Channel), Number: a.Number}
	}
}
