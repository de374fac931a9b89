package alerts_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/alerts/conduct"
	"github.com/cardwatch/cardwatch/detectors"
)

func contactAct(verb alerts.Verb, a alerts.ContactAct) *alerts.Command {
	cmd := onAccount(verb)
	cmd.Contact = a
	return cmd
}

// late is a customer three weeks late, at 14:00 on a Sunday.
func late(t *testing.T) *customer {
	c := newCustomer(t)
	c.apply(overdue(detectors.Moderate, 20, 50))
	return c
}

// calls reserves a call and says what became of it; it returns the rules that forbade it.
func (c *customer) calls(result conduct.Result) []alerts.RuleID {
	c.t.Helper()
	reserve := contactAct(alerts.ContactReserve, alerts.ContactAct{Channel: conduct.Call})
	c.apply(reserve)
	if c.out.Refusal != "" {
		require.Equal(c.t, alerts.RefusedContact, c.out.Refusal)
		return c.out.Denials[0].Rules
	}
	c.do(contactAct(alerts.ContactResult, alerts.ContactAct{ID: reserve.ID, Result: result}), "")
	return nil
}

func TestACallIsReservedBeforeItIsMade(t *testing.T) {
	c := late(t)
	reserve := contactAct(alerts.ContactReserve, alerts.ContactAct{Channel: conduct.Call})
	c.do(reserve, "")
	require.Equal(t, []alerts.Change{{Kind: alerts.ContactMoved, ID: reserve.ID, To: "reserved", Label: "call", At: c.now}}, c.out.Changes)
	require.Len(t, c.state.Contacts.Contacts(), 1)
	require.Equal(t, conduct.KeyOf(thePhone.Reveal()), c.state.Contacts.Contacts()[0].Number)

	result := contactAct(alerts.ContactResult, alerts.ContactAct{ID: reserve.ID, Result: conduct.Conversation})
	c.do(result, "")
	require.Equal(t, conduct.Conversation, c.state.Contacts.Contacts()[0].Result)
	c.do(contactAct(alerts.ContactResult, alerts.ContactAct{ID: "never", Result: conduct.NoAnswer}), alerts.RefusedWrongState)
	c.do(contactAct(alerts.ContactResult, alerts.ContactAct{ID: reserve.ID, Result: "hung up"}), alerts.RefusedBadArgument)
	c.do(contactAct(alerts.ContactResult, alerts.ContactAct{Result: conduct.NoAnswer}), alerts.RefusedBadArgument)
}

func TestTheFourthConversationOfADayIsRefusedUntilTomorrow(t *testing.T) {
	c := late(t)
	for range 3 {
		require.Empty(t, c.calls(conduct.Conversation))
		c.after(30 * time.Minute)
	}
	require.Equal(t, []alerts.RuleID{alerts.RuleID(conduct.CNConnect)}, c.calls(conduct.Conversation))
	require.Equal(t, local(32, 0).UnixMilli, c.out.Denials[0].Until.UnixMilli, "tomorrow at eight")
	require.Equal(t, conduct.Defer, c.desk.Policy().MayReach(&c.state, "acct-9876", alerts.ContactAct{Channel: conduct.Call}, c.now).Outcome)
	require.Equal(t, conduct.Allow, c.desk.Policy().MayReach(&c.state, "acct-9876", alerts.ContactAct{Channel: conduct.Call}, local(33, 0)).Outcome)
	require.Equal(t, local(32, 0).UnixMilli, c.desk.Policy().NextContact(&c.state, c.entry(), c.now).UnixMilli)
}

func TestAnAgencysCallsCountToo(t *testing.T) {
	c := late(t)
	c.now = local(15, 0)
	for range 3 {
		report := contactAct(alerts.ContactNote, alerts.ContactAct{Channel: conduct.Call, Agency: "agency-2", Result: conduct.Conversation})
		c.do(report, "")
	}
	require.Equal(t, []alerts.RuleID{alerts.RuleID(conduct.CNConnect)}, c.calls(conduct.Conversation))
	c.do(contactAct(alerts.ContactNote, alerts.ContactAct{Channel: conduct.Call}), alerts.RefusedBadArgument)
}

func TestNobodyCallsAtNight(t *testing.T) {
	c := late(t)
	c.now = local(22, 30)
	require.Equal(t, []alerts.RuleID{alerts.RuleID(conduct.CNHours)}, c.calls(conduct.NoAnswer))
}

func TestFlagsStopContactWhateverTheHour(t *testing.T) {
	for f, rule := range map[alerts.Flag]conduct.RuleID{
		alerts.Disputed: conduct.CNDispute, alerts.Complaint: conduct.OwnComplaint, alerts.Cease: conduct.OwnCease, alerts.Lawyer: conduct.OwnLawyer,
		alerts.Bankruptcy: conduct.OwnBankruptcy, alerts.Deceased: conduct.OwnDeceased, alerts.Incapacity: conduct.OwnIncapacity, alerts.Crisis: conduct.OwnCrisis,
		alerts.Hardship: "", alerts.Vulnerable: "",
	} {
		c := late(t)
		c.do(flag(alerts.SetFlag, f), "")
		c.apply(reminder("a1"))
		if rule == "" {
			require.Empty(t, c.calls(conduct.NoAnswer), f)
			require.Len(t, c.state.Messages, 1, f)
			continue
		}
		require.Equal(t, []alerts.RuleID{alerts.RuleID(rule)}, c.out.Denials[0].Rules, f)
		require.Empty(t, c.state.Messages, f)
		require.Equal(t, []alerts.RuleID{alerts.RuleID(rule)}, c.calls(conduct.NoAnswer), f)
	}
}

func TestAFlagStopsAMessageThatWaits(t *testing.T) {
	c := late(t)
	c.apply(reminder("a1"))
	require.Len(t, c.state.Messages, 1)
	c.do(flag(alerts.SetFlag, alerts.Complaint), "")
	v := c.desk.Policy().MayContact(&c.state, c.state.Messages[0], c.now)
	require.Equal(t, alerts.Deny, v.Outcome)
	require.Equal(t, []alerts.RuleID{alerts.RuleID(conduct.OwnComplaint)}, v.Rules)
}

func TestTheCustomersRegionPicksTheRules(t *testing.T) {
	for region, want := range map[string]conduct.PackID{"": conduct.CN, "CN": conduct.CN, "US": conduct.US, "XX": conduct.Safest} {
		c := late(t)
		c.contact(func(contact *alerts.Contact) { contact.Region = region })
		require.Equal(t, want, c.desk.Policy().PackOf(&c.state).ID, region)
	}
}

func TestABankTightensTheContactRulesInItsPolicy(t *testing.T) {
	policy, most := alerts.Defaults(), 1
	policy.ContactRules = map[conduct.PackID]conduct.Overrides{conduct.CN: {Rules: map[conduct.RuleID]conduct.Override{
		conduct.CNHours: {From: "15:00"}, conduct.CNVisit: {Max: &most},
	}}}
	desk, err := alerts.NewDesk(policy)
	require.NoError(t, err)
	s, call := &alerts.State{Contact: late(t).state.Contact}, alerts.ContactAct{Channel: conduct.Call}
	for _, p := range []alerts.Policy{desk.Policy(), policy} {
		d := p.MayReach(s, "acct-9876", call, local(14, 0))
		require.Equal(t, []conduct.RuleID{conduct.CNHours}, d.Rules)
		require.Equal(t, local(15, 0).UnixMilli, d.Until.UnixMilli)
	}

	most = 2
	_, err = alerts.NewDesk(policy)
	require.ErrorContains(t, err, "contact_rules.CN.rules.CN-VISIT: max 2 is outside 1 … 1: a bank may tighten a rule, never loosen it")
}

func TestAServiceMessageIsInTheLogFromItsClaimOn(t *testing.T) {
	c := late(t)
	c.apply(reminder("a1"))
	require.Empty(t, c.state.Contacts.Contacts(), "what waits is no contact")
	id := c.state.Messages[0].ID
	c.apply(&alerts.Receipt{MessageID: id, Outcome: alerts.Sending})
	require.Equal(t, conduct.Reserved, c.state.Contacts.Contacts()[0].Result)
	require.Equal(t, alerts.Allow, c.desk.Policy().MayContact(&c.state, c.state.Messages[0], c.now).Outcome, "its own claim does not stop it")
	c.apply(&alerts.Receipt{MessageID: id, Outcome: alerts.Accepted})
	c.apply(&alerts.Receipt{MessageID: id, Outcome: alerts.Delivered})
	require.Equal(t, conduct.Sent, c.state.Contacts.Contacts()[0].Result)
	require.Equal(t, conduct.Collect, c.state.Contacts.Contacts()[0].Purpose, "a reminder of an overdue bill asks for payment")
}

func TestAMessageThatNeverWentOutIsNoContact(t *testing.T) {
	c := late(t)
	c.apply(reminder("a1"))
	c.apply(&alerts.Receipt{MessageID: c.state.Messages[0].ID, Outcome: alerts.Sending})
	c.apply(&alerts.Receipt{MessageID: c.state.Messages[0].ID, Outcome: alerts.Undelivered})
	require.Empty(t, c.state.Contacts.Contacts())
}

// Whatever staff try, in whatever order and at whatever hour, the calls that were allowed keep to the three caps of China.
func TestCallsKeepToTheCaps(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		c := late(t)
		type call struct {
			day    int32
			result conduct.Result
		}
		var made []call
		for range rapid.IntRange(1, 40).Draw(rt, "calls") {
			c.after(time.Duration(rapid.IntRange(1, 120).Draw(rt, "minutes")) * time.Minute)
			result := rapid.SampledFrom([]conduct.Result{conduct.NoAnswer, conduct.Conversation}).Draw(rt, "result")
			if c.calls(result) != nil {
				continue
			}
			require.GreaterOrEqual(rt, c.now.LocalHour(), 8)
			require.Less(rt, c.now.LocalHour(), 22)
			made = append(made, call{c.now.LocalDay(), result})
			today := map[conduct.Result]int{}
			for _, m := range made {
				if m.day == c.now.LocalDay() {
					today[m.result]++
				}
			}
			require.LessOrEqual(rt, today[conduct.Conversation], 3)
			require.LessOrEqual(rt, today[conduct.NoAnswer], 6)
		}
	})
}
