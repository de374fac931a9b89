package alerts_test

import (
	"fmt"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/alerts/plan"
	"github.com/cardwatch/cardwatch/detectors"
)

// newest is the version that is written.
const newest = 4

// Desk states in stores and changelogs have the form of testdata/state_v4.bin, or of a version before; all are what busy gave when
// they were made. When the newest is no longer written as it was read, the version must rise, the forms before stay readable and a
// new file join these.
func TestGoldenDeskStateReadsBack(t *testing.T) {
	for version := 1; version <= newest; version++ {
		t.Run(fmt.Sprint("version ", version), func(t *testing.T) {
			var s alerts.State
			require.NoError(t, s.UnmarshalBinary(golden(t, version)))
			requireBusy(t, &s)
			if version == newest {
				require.Equal(t, golden(t, newest), s.AppendBinary(nil))
				requireCollecting(t, &s)
			}
		})
	}
}

func requireBusy(t *testing.T, s *alerts.State) {
	require.Equal(t, "cust-1", s.Customer)
	require.Equal(t, thePhone, s.Contact.Phone)
	require.True(t, s.OptedOut("voice"))
	require.True(t, s.OptedOut(alerts.SMS), "by answering STOP")

	require.Len(t, s.Cases, 1)
	c := &s.Cases[0]
	require.Equal(t, theCard, c.Card)
	require.Equal(t, alerts.CaseClaimed, c.State)
	require.NotEmpty(t, c.Owner)
	require.Equal(t, "a1", c.Alerts[0].AlertID)
	require.Equal(t, int64(largeAmount), c.Alerts[0].Use.Amount.Minor)
	require.Len(t, s.Prompts, 1)
	require.Equal(t, c.ID, s.Prompts[0].CaseID)
	require.NotEmpty(t, s.Messages)

	require.Len(t, s.Queue, 1)
	require.Equal(t, detectors.Mild, s.Queue[0].Tier)
	require.Equal(t, int64(1000), s.Queue[0].Promise.AmountMinor)
}

// requireCollecting is what busy has had since version 4.
func requireCollecting(t *testing.T, s *alerts.State) {
	e := &s.Queue[0]
	require.Equal(t, alerts.LineHardship, e.Line)
	require.Equal(t, alerts.RestPromised, e.Rest)
	require.Equal(t, alerts.RankCare, e.Why[0].Code)
	require.Equal(t, []alerts.Flag{alerts.Hardship}, s.FlagsOf(e.Account))
	require.Equal(t, "told by telephone", s.Flags[0].Note)
	require.Equal(t, int64(100), s.Received[0].Minor)
	require.Equal(t, plan.Offered, s.Plan(e.Account).State)
	require.Equal(t, "agency-2", s.Contacts.Contacts()[0].Agency)
}

func golden(t *testing.T, version int) []byte {
	state, err := os.ReadFile(fmt.Sprintf("testdata/state_v%d.bin", version))
	require.NoError(t, err)
	return state
}

// The parts that came after version 4 have a file of their own: what asked gave when it was made.
func TestGoldenRestrictionsReadBack(t *testing.T) {
	file, err := os.ReadFile("testdata/state_v4_restricted.bin")
	require.NoError(t, err)
	var s alerts.State
	require.NoError(t, s.UnmarshalBinary(file))
	require.Equal(t, asked(t).state.Restrictions, s.Restrictions)
	require.Equal(t, file, s.AppendBinary(nil))
}

// state_v4_instalments.bin is what inInstalments gave when it was made.
func TestGoldenInstalmentsReadBack(t *testing.T) {
	file, err := os.ReadFile("testdata/state_v4_instalments.bin")
	require.NoError(t, err)
	var s alerts.State
	require.NoError(t, s.UnmarshalBinary(file))
	require.Equal(t, inInstalments(t).state.Instalments, s.Instalments)
	i := s.Instalment("acct-9876")
	require.Equal(t, plan.InstalmentConsented, i.State)
	require.Equal(t, int64(600_000), i.Offer.AmountMinor)
	require.Equal(t, plan.Consent{Application: "app-1", Separate: "yes-1"}, i.Consent)
	require.Equal(t, file, s.AppendBinary(nil))
}

// inInstalments is a customer who let one offer pass, asked for a person, and has consented to the next.
func inInstalments(t *testing.T) *customer {
	c := watched(t)
	c.apply(stressed("s1"))
	c.pass(20 * day)
	c.do(onAccount(alerts.OfferInstalment), "")
	c.do(onAccount(alerts.AskInstalmentPerson), "")
	c.do(application(), "")
	c.do(consent(), "")
	return c
}

// asked is a customer who has asked for all that can be asked for, and has left the queue.
func asked(t *testing.T) *customer {
	c := late(t)
	c.do(restrict(alerts.RestrictionAct{Kind: alerts.InconvenientHours, Hours: hours(12, 14)}, alerts.ContactAct{}), "")
	c.do(restrict(alerts.RestrictionAct{Kind: alerts.StoppedNumber}, alerts.ContactAct{Number: "work"}), "")
	c.do(restrict(alerts.RestrictionAct{Kind: alerts.EmployerForbids}, alerts.ContactAct{}), "")
	c.apply(text("STOP"))
	c.apply(overdue(detectors.NoTier, 0, 0))
	return c
}
