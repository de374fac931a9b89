package alerts_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/alerts/conduct"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// restrict is what a customer asks of contact, as a collector writes it down.
func restrict(a alerts.RestrictionAct, c alerts.ContactAct) *alerts.Command {
	cmd := onAccount(alerts.Restrict)
	cmd.Restriction, cmd.Contact, cmd.Note = a, c, "asked for it on the telephone"
	return cmd
}

func lift(id string) *alerts.Command {
	cmd := onAccount(alerts.LiftRestriction)
	cmd.Restriction.ID, cmd.Note = id, "asked for contact again"
	return cmd
}

func hours(from, until int) conduct.Span { return conduct.Span{From: from * 60, Until: until * 60} }

// may judges a contact with the customer now, without making it.
func (c *customer) may(a alerts.ContactAct) conduct.Decision {
	return c.desk.Policy().MayReach(&c.state, "acct-9876", a, c.now)
}

// What is asked for keeps back the contacts that it is about, by the rule that it names, and no others.
func TestARestrictionKeepsBackWhatItIsAbout(t *testing.T) {
	call, text := alerts.ContactAct{Channel: conduct.Call}, alerts.ContactAct{Channel: conduct.SMS}
	letter, work := alerts.ContactAct{Channel: conduct.Letter, Number: "home"}, alerts.ContactAct{Channel: conduct.Call, Number: "desk at work", AtWork: true}
	for _, tt := range []struct {
		name    string
		act     alerts.RestrictionAct
		about   alerts.ContactAct
		stopped []alerts.ContactAct
		rule    conduct.RuleID
		until   card.Moment
		free    []alerts.ContactAct
	}{
		{"hours that are now", alerts.RestrictionAct{Kind: alerts.InconvenientHours, Hours: hours(13, 17)}, alerts.ContactAct{},
			[]alerts.ContactAct{call, text, work}, conduct.OwnAsked, local(17, 0), []alerts.ContactAct{letter}},
		{"hours over midnight", alerts.RestrictionAct{Kind: alerts.InconvenientHours, Hours: hours(12, 9)}, alerts.ContactAct{},
			[]alerts.ContactAct{call, text, work}, conduct.OwnAsked, local(24+9, 0), []alerts.ContactAct{letter}},
		{"hours that are over", alerts.RestrictionAct{Kind: alerts.InconvenientHours, Hours: hours(9, 12)}, alerts.ContactAct{},
			nil, "", card.Moment{}, []alerts.ContactAct{call, text, letter, work}},
		{"a channel", alerts.RestrictionAct{Kind: alerts.StoppedChannel}, alerts.ContactAct{Channel: conduct.Call},
			[]alerts.ContactAct{call, work}, conduct.OwnMedium, card.Moment{}, []alerts.ContactAct{text, letter}},
		{"their own number", alerts.RestrictionAct{Kind: alerts.StoppedNumber}, alerts.ContactAct{},
			[]alerts.ContactAct{call, text}, conduct.OwnNumber, card.Moment{}, []alerts.ContactAct{letter, work}},
		{"an address", alerts.RestrictionAct{Kind: alerts.StoppedNumber}, alerts.ContactAct{Number: "home"},
			[]alerts.ContactAct{letter}, conduct.OwnNumber, card.Moment{}, []alerts.ContactAct{call, text, work}},
		{"the workplace", alerts.RestrictionAct{Kind: alerts.EmployerForbids}, alerts.ContactAct{},
			[]alerts.ContactAct{work}, conduct.OwnWork, card.Moment{}, []alerts.ContactAct{call, text, letter}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := late(t)
			c.do(restrict(tt.act, tt.about), "")
			for _, a := range tt.stopped {
				d := c.may(a)
				require.Equal(t, []conduct.RuleID{tt.rule}, d.Rules, "%s", a.Channel)
				require.Equal(t, tt.until.UnixMilli, d.Until.UnixMilli, "%s: %s", a.Channel, d.Until)
				require.Equal(t, tt.until.IsZero(), d.Outcome == conduct.Deny)
			}
			for _, a := range tt.free {
				require.Equal(t, conduct.Allow, c.may(a).Outcome, "%s", a.Channel)
			}

			set := c.state.Restricted()[0]
			require.Equal(t, []any{"zhao.min", c.now, "asked for it on the telephone"}, []any{set.By, set.At, set.Note})
			require.Equal(t, alerts.ActRestricted, c.entry().History[len(c.entry().History)-1].Code)
			c.do(lift(set.ID), "")
			require.Empty(t, c.state.Restricted())
			require.Equal(t, conduct.Allow, c.may(call).Outcome)
			require.Equal(t, []alerts.Conduct{{Head: c.out.Conduct[0].Head, Account: "acct-9876", Kind: alerts.FlagCleared, Tier: c.entry().Tier,
				Currency: c.entry().Currency, Flag: string(tt.act.Kind), Channel: string(tt.about.Channel), Actor: "zhao.min"}}, c.out.Conduct)
		})
	}
}

func TestARestrictionThatCannotBeMeantIsRefused(t *testing.T) {
	c := late(t)
	for _, a := range []alerts.RestrictionAct{
		{}, {Kind: "shy"}, {Kind: alerts.StoppedChannel}, {Kind: alerts.InconvenientHours},
		{Kind: alerts.InconvenientHours, Hours: hours(9, 9)}, {Kind: alerts.InconvenientHours, Hours: hours(9, 24)},
		{Kind: alerts.InconvenientHours, Hours: hours(-1, 9)}, {Kind: alerts.InconvenientHours, Hours: conduct.Span{From: 541, Until: 600}},
	} {
		c.do(restrict(a, alerts.ContactAct{}), alerts.RefusedBadArgument)
	}
	c.do(restrict(alerts.RestrictionAct{Kind: alerts.StoppedChannel}, alerts.ContactAct{Channel: "pigeon"}), alerts.RefusedBadArgument)
	silent := restrict(alerts.RestrictionAct{Kind: alerts.EmployerForbids}, alerts.ContactAct{})
	silent.Note = ""
	c.do(silent, alerts.RefusedBadArgument)
	c.do(restrict(alerts.RestrictionAct{Kind: alerts.EmployerForbids}, alerts.ContactAct{}), "")
	c.do(restrict(alerts.RestrictionAct{Kind: alerts.EmployerForbids}, alerts.ContactAct{}), alerts.RefusedWrongState)
	c.do(lift("restriction-none"), alerts.RefusedWrongState)
	c.contact(func(contact *alerts.Contact) { contact.Phone = "" })
	c.do(restrict(alerts.RestrictionAct{Kind: alerts.StoppedNumber}, alerts.ContactAct{}), alerts.RefusedBadArgument)
	for n := range 23 {
		c.do(restrict(alerts.RestrictionAct{Kind: alerts.StoppedNumber}, alerts.ContactAct{Number: string(rune('a' + n))}), "")
	}
	c.do(restrict(alerts.RestrictionAct{Kind: alerts.StoppedNumber}, alerts.ContactAct{Number: "z"}), alerts.RefusedTooMany)
}

// A STOP to a question about fraud, or to nothing that was asked, stops texts about debts as well, and says so to whoever opens the account;
// calls go on. It needs no room among what staff have written down.
func TestASTOPByTextStopsTextsAboutDebts(t *testing.T) {
	for _, word := range []string{"STOP", "退订", "TD"} {
		for _, prompted := range []bool{false, true} {
			c := late(t)
			if prompted {
				c.apply(alert("a1", largeAmount))
				c.after(time.Minute)
			}
			c.apply(reminder("r1"))
			c.apply(text(word))
			require.Equal(t, []alerts.TemplateID{alerts.OptedOutConfirmation}, slices.Compact(slices.DeleteFunc(c.queued(), func(id alerts.TemplateID) bool {
				return id != alerts.OptedOutConfirmation
			})), "one confirmation, as ever")
			require.Equal(t, []conduct.RuleID{conduct.OwnMedium}, c.may(alerts.ContactAct{Channel: conduct.SMS}).Rules)
			require.Equal(t, conduct.Allow, c.may(alerts.ContactAct{Channel: conduct.Call}).Outcome)
			got := c.state.Restricted()
			require.Len(t, got, 1)
			require.Equal(t, []any{alerts.StoppedChannel, conduct.SMS, alerts.ActorCustomer, c.now}, []any{got[0].Kind, got[0].Channel, got[0].By, got[0].At})
			c.apply(text(word))
			require.Len(t, c.state.Restricted(), 1)

			c.do(lift(got[0].ID), "")
			require.Equal(t, conduct.Allow, c.may(alerts.ContactAct{Channel: conduct.SMS}).Outcome)
			require.False(t, c.state.OptedOut(alerts.SMS))
		}
	}
}

func TestASTOPFromAnotherNumberRestrictsNothing(t *testing.T) {
	c := late(t)
	c.apply(&alerts.Reply{Channel: alerts.SMS, From: otherPhone, Text: "STOP"})
	require.Empty(t, c.state.Restricted())
}

// An older release kept a STOP without saying when it came; it is shown and can be lifted all the same.
func TestASTOPToAnOlderReleaseIsShown(t *testing.T) {
	c := late(t)
	require.NoError(t, c.state.UnmarshalBinary(golden(t, newest)))
	got := c.state.Restricted()
	require.Len(t, got, 1)
	require.Equal(t, []any{conduct.SMS, alerts.ActorCustomer, card.Moment{}}, []any{got[0].Channel, got[0].By, got[0].At})
	c.do(lift(got[0].ID), "")
	require.Empty(t, c.state.Restricted())
	require.False(t, c.state.OptedOut(alerts.SMS))
}

func TestQuestionsAboutFraudDoNotHeedWhatWasAskedAboutDebts(t *testing.T) {
	c := late(t)
	c.do(restrict(alerts.RestrictionAct{Kind: alerts.InconvenientHours, Hours: hours(13, 17)}, alerts.ContactAct{}), "")
	c.do(restrict(alerts.RestrictionAct{Kind: alerts.StoppedChannel}, alerts.ContactAct{Channel: conduct.SMS}), "")
	c.do(restrict(alerts.RestrictionAct{Kind: alerts.StoppedChannel}, alerts.ContactAct{Channel: conduct.Push}), "")
	c.do(restrict(alerts.RestrictionAct{Kind: alerts.StoppedNumber}, alerts.ContactAct{}), "")
	c.apply(alert("a1", largeAmount))
	require.Equal(t, alerts.Allow, c.desk.Policy().MayContact(&c.state, c.state.Messages[0], c.now).Outcome)
	c.after(time.Minute)
	require.Equal(t, alerts.SMS, c.state.Messages[1].Channel)
	require.Equal(t, alerts.Allow, c.desk.Policy().MayContact(&c.state, c.state.Messages[1], c.now).Outcome)
}

// Whatever was asked for and lifted, in whatever order and through whatever store, a call is allowed exactly when none of it speaks of that hour,
// of calls, or of the number; and the next allowed time is one of those hours.
func TestACallIsAllowedWhenNothingThatWasAskedForSpeaksAgainstIt(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		c := late(t)
		quiet, channels := map[conduct.Span]bool{}, map[conduct.Channel]bool{}
		for range rapid.IntRange(1, 12).Draw(rt, "acts") {
			var cmd *alerts.Command
			again := false
			if rapid.Bool().Draw(rt, "hours") {
				h := hours(rapid.IntRange(8, 21).Draw(rt, "from"), rapid.IntRange(8, 21).Draw(rt, "until"))
				if h.From == h.Until {
					continue
				}
				cmd, again = restrict(alerts.RestrictionAct{Kind: alerts.InconvenientHours, Hours: h}, alerts.ContactAct{}), quiet[h]
				quiet[h] = !quiet[h]
			} else {
				ch := rapid.SampledFrom(alerts.Stoppable()).Draw(rt, "channel")
				cmd, again = restrict(alerts.RestrictionAct{Kind: alerts.StoppedChannel}, alerts.ContactAct{Channel: ch}), channels[ch]
				channels[ch] = !channels[ch]
			}
			if again {
				at := slices.IndexFunc(c.state.Restricted(), func(r alerts.Restriction) bool {
					return r.Kind == cmd.Restriction.Kind && r.Hours == cmd.Restriction.Hours && r.Channel == cmd.Contact.Channel
				})
				cmd = lift(c.state.Restricted()[at].ID)
			}
			c.do(cmd, "")
			var back alerts.State
			require.NoError(rt, back.UnmarshalBinary(c.state.AppendBinary(nil)))
			c.state = back
		}
		free := func(hour int) bool {
			for h, set := range quiet {
				in := h.From <= hour*60 && hour*60 < h.Until
				if h.From > h.Until {
					in = hour*60 >= h.From || hour*60 < h.Until
				}
				if set && in {
					return false
				}
			}
			return hour >= 8 && hour < 22
		}
		anyFree := false
		for hour := range 24 {
			anyFree = anyFree || free(hour)
		}
		hour := rapid.IntRange(8, 21).Draw(rt, "hour")
		c.now = local(24+hour, 0)
		d := c.may(alerts.ContactAct{Channel: conduct.Call})
		switch {
		case channels[conduct.Call], !anyFree:
			require.Equal(rt, conduct.Deny, d.Outcome)
		case free(hour):
			require.Equal(rt, conduct.Allow, d.Outcome)
		default:
			require.Equal(rt, conduct.Defer, d.Outcome)
			next := hour + 1
			for !free(next % 24) {
				next++
			}
			require.Equal(rt, local(24+next, 0).UnixMilli, d.Until.UnixMilli, "hour %d: %s", hour, d.Until)
		}
	})
}
