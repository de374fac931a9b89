package sandbox_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/alerts/channel"
	"github.com/cardwatch/cardwatch/alerts/channel/channeltest"
	"github.com/cardwatch/cardwatch/alerts/channel/sandbox"
	"github.com/cardwatch/cardwatch/detectors/card"
)

func noon() card.Moment { return card.Moment{UnixMilli: 1_772_337_600_000, OffsetMinutes: 480} }

func ignore(alerts.Receipt) {}

func TestSandboxIsAChannel(t *testing.T) {
	for _, kind := range []alerts.ChannelKind{alerts.App, alerts.SMS} {
		t.Run(string(kind), func(t *testing.T) {
			channeltest.Run(t, func(t *testing.T) channeltest.Subject {
				phone := sandbox.New(noon, ignore)
				return channeltest.Subject{
					Channel: phone.Channel(kind),
					Received: func() []string {
						var ids []string
						for _, m := range phone.Messages("cust-1") {
							ids = append([]string{m.MessageID}, ids...)
						}
						return ids
					},
					Break: func() { require.NoError(t, phone.Switch(sandbox.Failing)) },
					Hang:  func() { require.NoError(t, phone.Switch(sandbox.Hanging)) },
				}
			})
		})
	}
}

func send(t *testing.T, p *sandbox.Phone, customer, id string) {
	t.Helper()
	_, err := p.Channel(alerts.App).Send(t.Context(), channel.Outgoing{
		MessageID: id, Customer: customer, Kind: alerts.App, PushToken: "token", Text: "hello",
	})
	require.NoError(t, err)
}

func TestDeliveryIsReportedOncePerMessage(t *testing.T) {
	var receipts []alerts.Receipt
	phone := sandbox.New(noon, func(r alerts.Receipt) { receipts = append(receipts, r) })
	send(t, phone, "c1", "m1")
	send(t, phone, "c1", "m1")
	require.Len(t, receipts, 1)
	require.Equal(t, alerts.Delivered, receipts[0].Outcome)
	require.Equal(t, "m1", receipts[0].MessageID)
	require.Equal(t, "c1", receipts[0].Customer)
}

func TestOldMessagesAreForgotten(t *testing.T) {
	phone := sandbox.New(noon, ignore)
	for i := range 25 {
		send(t, phone, "c1", fmt.Sprint("m", i))
	}
	shown := phone.Messages("c1")
	require.Len(t, shown, 20)
	require.Equal(t, "m24", shown[0].MessageID)
	require.Equal(t, "m5", shown[19].MessageID)
}

func TestCustomersAreListedNewestFirst(t *testing.T) {
	phone := sandbox.New(noon, ignore)
	for i, customer := range []string{"a", "b", "c", "a"} {
		send(t, phone, customer, fmt.Sprint("m", i))
	}
	require.Equal(t, []string{"a", "c"}, phone.Customers(2))
}

func TestSwitchRefusesAnUnknownMode(t *testing.T) {
	phone := sandbox.New(noon, ignore)
	require.Error(t, phone.Switch("broken"))
	require.Equal(t, sandbox.Working, phone.Mode())
}
