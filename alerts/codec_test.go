package alerts_test

import (
	"cmp"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/alerts/conduct"
	"github.com/cardwatch/cardwatch/detectors"
)

// busy is a customer with something of everything.
func busy(t *testing.T) *customer {
	c := newCustomer(t)
	c.contact(func(contact *alerts.Contact) { contact.OptOut = []alerts.ChannelKind{"voice"} })
	c.apply(overdue(detectors.Mild, 5, 40))
	promise := onAccount(alerts.Promise)
	promise.AmountMinor, promise.Until = 1000, c.now.Add(time.Hour)
	c.apply(promise)
	c.apply(reminder("a0"))
	c.apply(alert("a1", largeAmount))
	c.after(time.Minute)
	c.apply(text("STOP"))
	c.apply(tap(c.prompt().ID, alerts.No))
	c.do(staff(alerts.Claim, c.theCase().ID), "")
	c.pays(100)
	c.do(flag(alerts.SetFlag, alerts.Hardship), "")
	c.do(planOffer(), "")
	c.do(onAccount(alerts.OfferInstalment), "")
	c.do(application(), "")
	c.do(contactAct(alerts.ContactReserve, alerts.ContactAct{Channel: conduct.Call, Agency: "agency-2"}), "")
	return c
}

func TestAStateSurvivesTheStore(t *testing.T) {
	c := busy(t)
	encoded := c.state.AppendBinary([]byte("prefix"))
	require.Equal(t, "prefix", string(encoded[:6]))
	var back alerts.State
	require.NoError(t, back.UnmarshalBinary(encoded[6:]))
	require.Equal(t, c.state, back)
}

// What came after version 4 stands behind what was there, so that a state without it is the bytes that it always was.
func TestADevicesPlatformSurvivesTheStore(t *testing.T) {
	c := busy(t)
	before := c.state.AppendBinary(nil)
	c.contact(func(contact *alerts.Contact) {
		contact.OptOut, contact.PushPlatform = []alerts.ChannelKind{"voice"}, alerts.Android
	})
	var back alerts.State
	require.NoError(t, back.UnmarshalBinary(c.state.AppendBinary(nil)))
	require.Equal(t, alerts.Android, back.Contact.PushPlatform)
	require.Equal(t, c.state, back)
	var old alerts.State
	require.NoError(t, old.UnmarshalBinary(before))
	require.Empty(t, old.Contact.PushPlatform)
	require.Equal(t, before, old.AppendBinary(nil))

	whole := c.state.AppendBinary(nil)
	require.ErrorContains(t, back.UnmarshalBinary(append(whole, 3, 0)), "left over", "a part comes once")
	require.ErrorContains(t, back.UnmarshalBinary(append(whole, 200)), "of a newer release")
}

func TestADamagedStateIsAnError(t *testing.T) {
	c := busy(t)
	whole := c.state.AppendBinary(nil)
	olderForms := 0
	for n := range whole {
		var s alerts.State
		if s.UnmarshalBinary(whole[:n]) == nil {
			require.Equal(t, whole[:n], s.AppendBinary(nil), "what can be read is whole")
			olderForms++
			continue
		}
		require.Equal(t, alerts.State{}, s, "cut after %d bytes", n)
	}
	require.Equal(t, 3, olderForms, "a state without the parts that came after version 4: restrictions, debts, instalments")
	var s alerts.State
	require.ErrorContains(t, s.UnmarshalBinary(append([]byte{9}, whole[1:]...)), "version 9")
	require.ErrorContains(t, s.UnmarshalBinary(append(whole, 0)), "left over")
}

func FuzzUnmarshalBinary(f *testing.F) {
	c := &customer{t: &testing.T{}}
	desk, err := alerts.NewDesk(alerts.Defaults())
	require.NoError(f, err)
	c.desk, c.now = desk, start
	c.contact(func(*alerts.Contact) {})
	c.apply(alert("a1", largeAmount))
	c.apply(overdue(detectors.SevereA, 40, 50))
	c.apply(promise(c, 1000, day))
	c.apply(flag(alerts.SetFlag, alerts.Disputed))
	c.apply(planOffer())
	c.apply(signature())
	c.pays(100)
	c.apply(onAccount(alerts.OfferInstalment))
	f.Add(c.state.AppendBinary(nil))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, data []byte) {
		c := strangerAt(t, alerts.Defaults())
		if c.state.UnmarshalBinary(data) != nil {
			return
		}
		// What was readable must be usable.
		c.after(time.Minute)
		c.apply(alert("a9", largeAmount))
		c.apply(text("N"))
		c.apply(overdue(detectors.Mild, 5, 40))
		c.pays(100)
		c.apply(contactAct(alerts.ContactReserve, alerts.ContactAct{Channel: conduct.Call}))
		c.apply(planOffer())
		c.apply(onAccount(alerts.PlanReview))
		c.apply(onAccount(alerts.OfferInstalment))
		c.apply(consent())
		c.state.Index(func(alerts.IndexRow) {})
	})
}

// anyEvent draws an event that could arrive at any time.
func anyEvent(rt *rapid.T, c *customer) {
	cards := []string{"tok-card-1234", "tok-card-5678"}
	switch rapid.IntRange(0, 7).Draw(rt, "event") {
	case 0, 1:
		a := alert(rapid.SampledFrom([]string{"a1", "a2", "a3", "a4"}).Draw(rt, "alert"), rapid.SampledFrom([]int64{smallAmount, largeAmount}).Draw(rt, "amount"))
		a.Card = cards[int(a.AlertID[1])%2]
		a.Revision = rapid.IntRange(1, 3).Draw(rt, "revision")
		a.Severity = rapid.SampledFrom([]detectors.Severity{detectors.Medium, detectors.High, detectors.Critical}).Draw(rt, "severity")
		a.OccurredAt = c.now
		c.apply(a)
	case 2, 3:
		r := text(rapid.SampledFrom([]string{"Y", "N", "hm", "STOP", "HELP", "no idea what"}).Draw(rt, "words"))
		if len(c.state.Prompts) > 0 && rapid.Bool().Draw(rt, "named") {
			r.PromptID = rapid.SampledFrom(c.state.Prompts).Draw(rt, "prompt").ID
			r.Verified = rapid.Bool().Draw(rt, "verified")
		}
		c.apply(r)
	case 4:
		if len(c.state.Cases) > 0 {
			cmd := staff(rapid.SampledFrom([]alerts.Verb{
				alerts.Claim, alerts.Close, alerts.Reopen, alerts.Release, alerts.Escalate, alerts.Snooze, alerts.Wake, alerts.Unblock, alerts.ApproveUnblock,
			}).Draw(rt, "verb"),
				rapid.SampledFrom(c.state.Cases).Draw(rt, "case").ID)
			cmd.Disposition = rapid.SampledFrom([]alerts.Disposition{alerts.ConfirmedFraud, alerts.GenuineUse}).Draw(rt, "disposition")
			cmd.Note, cmd.Until = "because", c.now.Add(time.Hour)
			c.apply(cmd)
		}
	case 5:
		c.deliver()
	case 6:
		collectionsEvent(rt, c)
	case 7:
		c.after(time.Duration(rapid.IntRange(1, 120).Draw(rt, "minutes")) * time.Minute)
	}
}

// What must hold whatever arrives in whatever order.
func TestLawsOfTheDesk(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		c := newCustomer(t)
		for range rapid.IntRange(1, 60).Draw(rt, "events") {
			anyEvent(rt, c)
			openCases, openPrompts := map[string]int{}, map[string]int{}
			for _, k := range c.state.Cases {
				if k.State != alerts.CaseClosed {
					openCases[k.Card]++
				}
				require.Equal(rt, k.State == alerts.CaseClaimed, k.Owner != "", "owners hold claimed cases alone")
				require.Equal(rt, k.State == alerts.CaseClosed, k.Disposition != "", "closed cases alone have an outcome")
			}
			for _, p := range c.state.Prompts {
				if p.State == alerts.PromptOpen {
					openPrompts[p.Card]++
					require.NotEqual(rt, alerts.CaseClosed, c.state.Case(p.CaseID).State)
				}
			}
			for _, n := range openCases {
				require.Equal(rt, 1, n, "one open case a card")
			}
			for _, n := range openPrompts {
				require.Equal(rt, 1, n, "one open prompt a card")
			}
			for _, f := range c.out.Feedback {
				require.Equal(rt, f.ExemptScope != "", f.Verdict.String() == "genuine")
			}
			wake := c.desk.NextWake(&c.state)
			require.True(rt, wake.IsZero() || c.now.Before(wake), "nothing that is due is left undone")

			var back alerts.State
			encoded := c.state.AppendBinary(nil)
			require.NoError(rt, back.UnmarshalBinary(encoded))
			require.Equal(rt, encoded, back.AppendBinary(nil))
		}
	})
}

func TestIndexFollowsTheState(t *testing.T) {
	c := newCustomer(t)
	rows := func() map[alerts.IndexKind][]alerts.IndexRow {
		got := map[alerts.IndexKind][]alerts.IndexRow{}
		c.state.Index(func(r alerts.IndexRow) { got[r.Kind] = append(got[r.Kind], r) })
		return got
	}
	require.Equal(t, []alerts.IndexRow{{Kind: alerts.IndexPhone, Key: alerts.PhoneKey(thePhone)}}, rows()[alerts.IndexPhone])
	require.NotContains(t, alerts.PhoneKey(thePhone), "138")

	c.apply(alert("a1", smallAmount))
	c.apply(overdue(detectors.Mild, 5, 40))
	got := rows()
	require.Equal(t, c.theCase().ID, got[alerts.IndexCases][0].Key)
	require.Equal(t, c.prompt().ID, got[alerts.IndexPrompt][0].Key)
	require.Equal(t, "mild", got[alerts.IndexQueue][0].Group)
	require.Equal(t, []alerts.IndexRow{{
		Kind: alerts.IndexOutbox, Group: "app", Order: uint64(c.now.UnixMilli), Key: c.state.Messages[0].ID,
	}}, got[alerts.IndexOutbox])

	c.deliver()
	require.Empty(t, rows()[alerts.IndexOutbox], "a receipt takes the message out of the outbox")
	c.apply(tap(c.prompt().ID, alerts.Yes))
	require.Equal(t, []string{alerts.GroupClosed}, c.groups(c.theCase().ID))
	require.Len(t, rows()[alerts.IndexCase], 1, "a closed case can still be found")
}

func TestTheLastClosedCaseComesFirst(t *testing.T) {
	c := newCustomer(t)
	for i := range 20 {
		a := alert(fmt.Sprint("a", i), smallAmount)
		a.Action = detectors.Review
		c.apply(a)
		id := c.state.Cases[len(c.state.Cases)-1].ID
		c.do(staff(alerts.Claim, id), "")
		done := staff(alerts.Close, id)
		done.Disposition = alerts.Inconclusive
		c.do(done, "")
		c.after(time.Minute)
	}
	var closed []alerts.IndexRow
	c.state.Index(func(r alerts.IndexRow) {
		if r.Kind == alerts.IndexCases {
			closed = append(closed, r)
		}
	})
	slices.SortFunc(closed, func(a, b alerts.IndexRow) int { return cmp.Compare(a.Order, b.Order) })
	require.Len(t, closed, 16, "what the state forgets, the index forgets")
	for i, r := range closed {
		require.Equal(t, alerts.GroupClosed, r.Group)
		require.Equal(t, c.state.Cases[len(c.state.Cases)-1-i].ID, r.Key)
	}
}

func TestOrdersPutTheMostUrgentFirst(t *testing.T) {
	now := start.UnixMilli
	require.Less(t, alerts.OutboxOrder(0, now+1), alerts.OutboxOrder(1, now))
	require.Less(t, alerts.OutboxOrder(1, now), alerts.OutboxOrder(1, now+1))

	c := newCustomer(t)
	c.apply(alert("a1", smallAmount))
	worse := graver(alert("a2", smallAmount))
	worse.Card = "tok-card-5678"
	c.after(time.Second)
	c.apply(worse)
	orders := map[string]uint64{}
	c.state.Index(func(r alerts.IndexRow) {
		if r.Kind == alerts.IndexCases {
			orders[r.Key] = r.Order
		}
	})
	require.Less(t, orders[c.state.Cases[1].ID], orders[c.state.Cases[0].ID])
}

func TestNoPrintedFormShowsANumber(t *testing.T) {
	c := newCustomer(t)
	c.apply(alert("a1", smallAmount))
	c.after(time.Minute)
	requireMasked(t, c.state.Contact, c.state.Messages[1], c.state.Prompts[0], *text("Y"))
}
