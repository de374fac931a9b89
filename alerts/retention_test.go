package alerts_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/alerts/conduct"
	"github.com/cardwatch/cardwatch/alerts/plan"
	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// terms are the years that a pack keeps records: data on the process after the last activity, recordings after they were made.
type terms struct{ process, recording int }

// keeper is a customer at a desk under some terms, with a naive model of what has to be there.
type keeper struct {
	*customer
	terms terms
	// activity and done are by account: the last thing done, and since when nothing is open; an account is tracked while it is in activity.
	activity, done map[string]card.Moment
	queued         map[string]bool
	disputed       map[string]bool
	complaint      bool
	hardship       bool
	reason         bool
	contacts       map[string][]card.Moment
	plans          []keptPlan
	paid           map[string]int
}

type keptPlan struct {
	account, recording string
	signed             card.Moment
}

func newKeeper(t *testing.T, name string) *keeper {
	years := 8
	policy, region, kept := alerts.Defaults(), "CN", terms{5, 2}
	switch name {
	case "US":
		region, kept = "US", terms{3, 3}
	case "a bank that keeps recordings longer":
		policy.ContactRules = map[conduct.PackID]conduct.Overrides{conduct.CN: {Rules: map[conduct.RuleID]conduct.Override{conduct.CNRecording: {Years: &years}}}}
		kept.recording = years
	}
	k := &keeper{
		customer: strangerAt(t, policy), terms: kept, activity: map[string]card.Moment{}, done: map[string]card.Moment{}, queued: map[string]bool{}, disputed: map[string]bool{},
		contacts: map[string][]card.Moment{}, paid: map[string]int{},
	}
	k.contact(func(c *alerts.Contact) { c.Region = region })
	return k
}

func (k *keeper) enter(account string) {
	c := overdue(detectors.Moderate, 20, 50)
	c.Account = account
	k.apply(c)
	k.queued[account] = true
	if _, tracked := k.activity[account]; !tracked {
		k.activity[account] = k.now
	}
	k.settle()
}

func (k *keeper) leave(account string) {
	c := overdue(detectors.NoTier, 0, 0)
	c.Account = account
	k.apply(c)
	k.queued[account] = false
	k.settle()
}

// act does something on an account, which keeps its records for another term.
func (k *keeper) act(account string, cmd *alerts.Command) {
	cmd.Account = account
	k.do(cmd, "")
	k.activity[account] = k.now
	k.settle()
}

func (k *keeper) settle() {
	for account := range k.activity {
		switch open := k.queued[account] || k.disputed[account] || k.complaint; {
		case open:
			delete(k.done, account)
		case k.done[account].IsZero():
			k.done[account] = k.now
		}
	}
}

func (k *keeper) calls(account string) {
	cmd := contactAct(alerts.ContactNote, alerts.ContactAct{Channel: conduct.Call, Result: conduct.NoAnswer})
	cmd.At = k.now
	k.act(account, cmd)
	for of, at := range k.contacts { // what no cap counts any more goes when the next comes
		var recent []card.Moment
		for _, m := range at {
			if k.now.Sub(m) < conduct.Memory {
				recent = append(recent, m)
			}
		}
		k.contacts[of] = recent
	}
	k.contacts[account] = append(k.contacts[account], k.now)
}

// agrees makes a plan by word of mouth, which is paid at once.
func (k *keeper) agrees(account, recording string) {
	offer, sign := planOffer(), signature()
	offer.Plan.Terms.FirstDue = plan.MonthsAfter(k.now, 1)
	sign.Plan.Contract.Form, sign.Plan.Contract.Recording = plan.Oral, recording
	k.act(account, offer)
	k.act(account, sign)
	k.plans = append(k.plans, keptPlan{account, recording, k.now})
	k.apply(&card.Payment{
		Account: account, Amount: card.Money{Minor: 120_000, Currency: card.Currency{'C', 'N', 'Y'}}, Method: card.ManualPayment, Status: card.Settled,
	})
	require.Equal(k.t, plan.Kept, k.state.Plan(account).State)
	k.paid[account]++
}

func years(from card.Moment, n int) card.Moment { return card.MomentOf(from.Time().AddDate(n, 0, 0)) }

// erase takes out of the model what may no longer be kept now.
func (k *keeper) erase() {
	before := len(k.activity)
	for account, done := range k.done {
		over := func(term card.Moment) bool { return !k.now.Before(term) && !k.now.Before(done) }
		process := over(years(k.activity[account], k.terms.process))
		var left []keptPlan
		recordings := 0
		for _, p := range k.plans {
			if p.account == account && over(years(p.signed, k.terms.recording)) {
				p.recording = ""
			}
			if p.account == account && process && p.recording == "" {
				continue
			}
			if p.account == account && p.recording != "" {
				recordings++
			}
			left = append(left, p)
		}
		k.plans = left
		if process {
			delete(k.contacts, account)
			delete(k.paid, account)
			if recordings == 0 {
				delete(k.activity, account)
				delete(k.done, account)
			}
		}
	}
	if before > 0 && len(k.activity) == 0 {
		k.hardship, k.reason = false, false
	}
}

func (k *keeper) check(t require.TestingT) {
	s := &k.state
	contacts, paid := map[conduct.Key]int{}, map[string]int{}
	for _, c := range s.Contacts.Contacts() {
		contacts[c.Debt]++
	}
	for _, r := range s.Received {
		paid[r.Account]++
	}
	for _, account := range []string{"a", "b"} {
		require.Equal(t, len(k.contacts[account]), contacts[conduct.KeyOf(account)], "contacts about %s at %s", account, k.now)
		require.Equal(t, k.paid[account], paid[account], "payments to %s at %s", account, k.now)
	}
	var plans []keptPlan
	for i := range s.Plans {
		p := &s.Plans[i]
		plans = append(plans, keptPlan{p.Account, p.Contract.Recording, p.SignedAt})
	}
	require.Equal(t, k.plans, plans, "plans at %s", k.now)
	var flags []alerts.Flag
	for _, f := range s.Flags {
		if f.Flag == alerts.Hardship {
			flags = append(flags, f.Flag)
		}
	}
	require.Equal(t, k.hardship, len(flags) == 1, "flags %v at %s", flags, k.now)
	for _, r := range s.Restricted() {
		require.Equal(t, k.reason, r.Note != "", "at %s", k.now)
	}
}

// Whatever happened to two debts over decades: after the desk's clock nothing is there that is older than its term, and all that is younger.
func TestRecordsGoWhenTheirTermIsOverAndNotBefore(t *testing.T) {
	for _, name := range []string{"CN", "US", "a bank that keeps recordings longer"} {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(rt *rapid.T) {
				k := newKeeper(t, name)
				for n := range rapid.IntRange(1, 30).Draw(rt, "acts") {
					account := rapid.SampledFrom([]string{"a", "b"}).Draw(rt, "account")
					k.apply(&card.Tick{})
					k.erase()
					switch act := rapid.IntRange(0, 10).Draw(rt, "act"); {
					case act == 0:
						k.enter(account)
					case act == 1 && k.queued[account]:
						k.leave(account)
					case act == 2 && k.queued[account]:
						k.calls(account)
					case act == 3 && k.queued[account] && len(k.plans) < 8:
						k.agrees(account, "rec-"+string(rune('a'+n)))
					case act == 4:
						verb := alerts.SetFlag
						if k.hardship {
							verb = alerts.ClearFlag
						}
						k.hardship = !k.hardship
						k.act(account, flag(verb, alerts.Hardship))
					case act == 5:
						verb := alerts.SetFlag
						if k.complaint {
							verb = alerts.ClearFlag
						}
						k.complaint = !k.complaint
						k.act(account, flag(verb, alerts.Complaint))
					case act == 6 && len(k.state.Restrictions) == 0:
						k.reason = true
						k.act(account, restrict(alerts.RestrictionAct{Kind: alerts.EmployerForbids}, alerts.ContactAct{}))
					case act == 7:
						verb := alerts.SetFlag
						if k.disputed[account] {
							verb = alerts.ClearFlag
						}
						k.disputed[account] = !k.disputed[account]
						k.act(account, flag(verb, alerts.Disputed))
					case act > 7:
						k.pass(time.Duration(rapid.IntRange(1, 40*30).Draw(rt, "days")) * day)
						k.erase()
					}
					var back alerts.State
					require.NoError(rt, back.UnmarshalBinary(k.state.AppendBinary(nil)))
					k.state = back
					k.check(rt)
				}
			})
		})
	}
}

// What was erased and when is on record, and not what it said; the word that stops contact stays without its reason.
func TestWhatIsErasedIsToldOf(t *testing.T) {
	k := newKeeper(t, "CN")
	k.enter("a")
	k.calls("a")
	k.agrees("a", "rec-2026-0042")
	k.act("a", flag(alerts.SetFlag, alerts.Cease))
	k.act("a", restrict(alerts.RestrictionAct{Kind: alerts.StoppedNumber}, alerts.ContactAct{Number: "work"}))
	third := contactAct(alerts.ContactNote, alerts.ContactAct{Channel: conduct.Call, Party: conduct.Third, Number: "sister", Purpose: conduct.Locate, Result: conduct.Refused})
	third.At = k.now
	k.act("a", third)
	k.leave("a")
	left := k.now

	tick := func(at card.Moment) []alerts.Conduct {
		require.Equal(t, at.UnixMilli, k.desk.NextWake(&k.state).UnixMilli, "the desk asks for a tick at %s, and has none before", at)
		k.now = at
		k.apply(&card.Tick{})
		return k.out.Conduct
	}
	told := func(account string, class conduct.RecordKind, got alerts.Conduct) {
		require.Equal(t, alerts.Conduct{Head: card.Head{ID: got.ID, Customer: "cust-1", At: k.now}, Account: account, Kind: alerts.Erased, Flag: string(class), Actor: alerts.ActorClock}, got)
	}
	got := tick(years(left, 2))
	require.Len(t, got, 1)
	told("a", conduct.PlanRecording, got[0])
	require.Empty(t, k.state.Plans[0].Contract.Recording)
	require.Len(t, k.state.Received, 1)

	got = tick(years(left, 5))
	require.Len(t, got, 2)
	told("a", conduct.ProcessData, got[0])
	told("", conduct.ProcessData, got[1])
	require.Empty(t, k.state.Plans)
	require.Empty(t, k.state.Received)
	require.Empty(t, k.state.Contacts.Contacts())
	require.True(t, k.desk.NextWake(&k.state).IsZero())

	require.Equal(t, []alerts.Flag{alerts.Cease}, k.state.FlagsOf("a"))
	require.Empty(t, k.state.Flags[0].Note)
	require.Empty(t, k.state.Restricted()[0].Note)
	rules := k.desk.Policy().MayReach(&k.state, "a", alerts.ContactAct{Channel: conduct.Call, Party: conduct.Third, Purpose: conduct.Locate, Number: "sister"}, k.now).Rules
	require.Contains(t, rules, conduct.CNThirdStop, "a third party who refused is left alone for ever")
}

// A state that an older release wrote begins its terms with its next event, and loses nothing before.
func TestAnOlderReleasesRecordsAreKeptAWholeTerm(t *testing.T) {
	k := newKeeper(t, "CN")
	require.NoError(t, k.state.UnmarshalBinary(golden(t, newest)))
	gone := overdue(detectors.NoTier, 0, 0)
	k.apply(gone)
	require.Len(t, k.state.Received, 1)
	k.pass(5*365*day - day)
	require.Len(t, k.state.Received, 1)
	k.pass(60 * day) // its plan was on offer for a month
	require.Empty(t, k.state.Received)
}
