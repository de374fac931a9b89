package e2e_test

import (
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/stream/kafka"
	"github.com/cardwatch/cardwatch/stream/wire"
)

const (
	harbin   = "230100"
	shenzhen = "440300"
	// patience bounds every wait; nothing comes near it unless it is broken or the machine is very busy.
	patience = 90 * time.Second
	// glance is how often a wait looks again.
	glance     = 50 * time.Millisecond
	partitions = 4
)

// bank writes what a bank writes and reads what a bank reads.
type bank struct {
	client   *kafka.Client
	producer *kafka.Producer
	events   int
}

func newBank(t *testing.T, broker string) *bank {
	t.Helper()
	client, err := kafka.New(kafka.Config{
		Brokers: []string{broker}, ClientID: "e2e-bank", FetchMaxWait: 5 * time.Millisecond, DeliveryTimeout: restartLimit,
	})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, client.Close()) })
	producer, err := client.Producer(t.Context(), "")
	require.NoError(t, err)
	return &bank{client: client, producer: producer}
}

// head numbers the bank's events, so that each has an id of its own.
func (b *bank) head(customer string, at time.Time) card.Head {
	b.events++
	return card.Head{ID: "e-" + strconv.Itoa(b.events), Customer: customer, At: card.MomentOf(at)}
}

func message(topic string, body card.Body) (kafka.Message, error) {
	value, err := wire.AppendInput(nil, body)
	return kafka.Message{Topic: topic, Partition: -1, Key: []byte(body.Meta().Customer), Value: value}, err
}

func (b *bank) send(t *testing.T, topic string, bodies ...card.Body) {
	t.Helper()
	var messages []kafka.Message
	for _, body := range bodies {
		m, err := message(topic, body)
		require.NoError(t, err)
		messages = append(messages, m)
	}
	require.NoError(t, b.producer.Send(t.Context(), messages))
}

func cardOf(customer string) string { return "card-" + customer }

// opens makes somebody of Harbin a customer.
func (b *bank) opens(customer string) *card.Customer {
	return &card.Customer{
		Head: b.head(customer, time.Now().AddDate(0, -6, 0)), Home: card.Place{City: harbin}, Timezone: "Asia/Shanghai",
		MonthlyIncomeMinor: 1_200_000, Currency: cny, Language: card.English,
	}
}

// reachable says that the customer has the bank's app and a telephone.
func (b *bank) reachable(customer string) *alerts.Contact {
	return &alerts.Contact{
		Head: b.head(customer, time.Now().AddDate(0, -6, 0)), Phone: alerts.Phone(fmt.Sprintf("+86138001380%02d", b.events%100)),
		PushToken: "push-" + customer, Language: card.English, Timezone: "Asia/Shanghai",
		Consent: alerts.Consent{SMS: true, Push: true, Profiling: true}, Region: "CN",
	}
}

// spends uses the customer's card with its chip.
func (b *bank) spends(customer, city string, minor int64, at time.Time) *card.Transaction {
	return &card.Transaction{
		Head: b.head(customer, at), Card: cardOf(customer), Account: cardOf(customer), Type: card.Purchase, Status: card.Approved,
		Amount: card.Money{Minor: minor, Currency: cny}, MCC: 5411, Merchant: "m-" + city, MerchantName: "Shop of " + city,
		Entry: card.Chip, Place: card.Place{City: city},
	}
}

// lived are two weeks of ordinary days at home, which reach us as history does: late.
func (b *bank) lived(customer string) []card.Body {
	var days []card.Body
	for day := 14; day > 0; day-- {
		days = append(days, b.spends(customer, harbin, int64(9_000+100*day), time.Now().AddDate(0, 0, -day)))
	}
	return days
}

// cloned is the holder at home and, right after, a copy of the card 2,800 km away: an alert whatever else is known. It gives the
// copy's event.
func (b *bank) cloned(customer string) (uses []card.Body, event string) {
	now := time.Now()
	home, away := b.spends(customer, harbin, 8_600, now.Add(-2*time.Second)), b.spends(customer, shenzhen, 90_000, now)
	return []card.Body{home, away}, away.ID
}

// sharing names a customer whose records lie in the same partition.
func sharing(customer string) string {
	want := kafka.Partition([]byte(customer), partitions)
	for i := 0; ; i++ {
		if other := customer + "-neighbour-" + strconv.Itoa(i); kafka.Partition([]byte(other), partitions) == want {
			return other
		}
	}
}

var cny = card.Currency{'C', 'N', 'Y'}
