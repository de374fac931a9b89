package e2e_test

import (
	"fmt"
	"net/http"
	"regexp"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/cmd/internal/app"
	"github.com/cardwatch/cardwatch/stream/broker"
	"github.com/cardwatch/cardwatch/stream/wire"
)

// channels are the providers of a story and where they call back.
type channels struct {
	push *pushGateway
	sms  carrier
	hook string
}

// configure adds the providers to a process's configuration.
func (c *channels) configure(t *testing.T, s *settings) {
	listen := freePort(t)
	c.hook = "http://" + listen
	c.push.hook = c.hook
	if tw, ok := c.sms.(*twilio); ok {
		tw.hook = c.hook
	}
	s.extra += fmt.Sprintf("hooks: {listen: %q, base_url: %q}\nchannels:\n  - %s\n  - %s\n", listen, c.hook, c.push.section(t, s.dir), c.sms.section(t, s.dir))
}

// Each carrier's story is told in this process on the embedded broker.
func TestAnswersByTextOverPerlsMessageCentre(t *testing.T) {
	answersOnTheEmbeddedBroker(t, newPerlCentre(t))
}

func TestAnswersByTextOverTwilio(t *testing.T) { answersOnTheEmbeddedBroker(t, newTwilio(t)) }

func answersOnTheEmbeddedBroker(t *testing.T, sms carrier) {
	c := &channels{push: newPushGateway(t), sms: sms}
	k, err := broker.Start(broker.Config{Dir: t.TempDir()})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, k.Close()) })
	b := newBank(t, k.Addr())
	s := newSettings(t, k.Addr(), newGroup(), "monitor, desk")
	require.NoError(t, b.client.CreateTopics(t.Context(), app.Topics(partitions, 1, app.BrokerTime, s.group+".monitor", s.group+".desk")))
	c.configure(t, &s)
	runApp(t, s.file(t))
	customerSaysNoByText(t, b, s.site, c)
}

// answersByText tells the same with the real binary on Apache Kafka.
func (l *lane) answersByText(t *testing.T) {
	for name, open := range map[string]func(*testing.T) carrier{
		"Perl's message centre": func(t *testing.T) carrier { return newPerlCentre(t) },
		"Twilio":                func(t *testing.T) carrier { return newTwilio(t) },
	} {
		t.Run(name, func(t *testing.T) {
			c := &channels{push: newPushGateway(t), sms: open(t)}
			b := l.freshTopics(t)
			s := newSettings(t, l.broker, l.group, "monitor, desk")
			c.configure(t, &s)
			p := l.service(t, "cardwatch", s)
			customerSaysNoByText(t, b, s.site, c)
			code, _ := p.signal(t, syscall.SIGTERM)
			require.Equal(t, exitInterrupted, code)
		})
	}
}

// customerSaysNoByText: the app's question does not arrive, so a text message asks; the customer's N blocks the card and lifts the case
// above the one that was on top of the board.
func customerSaysNoByText(t *testing.T, b *bank, s site, c *channels) {
	const before, who = "c-else", "c-text"
	phones := map[string]string{}
	for _, customer := range []string{before, who} {
		phones[customer] = b.suspects(t, s, customer)
		m := c.push.apps.await(t, customer, 1)
		require.Equal(t, "fraud_prompt", m.Purpose)
		require.Equal(t, "push-"+customer, m.PushToken)
		require.Contains(t, m.Text, lastFour(customer))
		require.NotEmpty(t, m.PromptID)
		require.NotEmpty(t, m.AnswerURL)
	}
	require.Eventually(t, func() bool { return s.top() == lastFour(before) }, patience, glance, "the older case is on top")

	asked := c.push.apps.on(who)[0].MessageID
	require.Equal(t, http.StatusUnauthorized, c.push.tells(t, pushKey, time.Now(), "turned", "message.failed", asked), "our own key, turned round")
	require.Equal(t, http.StatusUnauthorized, c.push.tells(t, pushBackKey, time.Now().Add(-6*time.Minute), "old", "message.failed", asked))
	require.Equal(t, http.StatusOK, c.push.tells(t, pushBackKey, time.Now(), "told", "message.failed", asked))

	text := c.sms.shows(t, phones[who], 1)
	require.Regexp(t, `^[^:]+: Card `+lastFour(who)+`, .*Reply Y for yes, N for no`, text)
	require.NotRegexp(t, `(?i)https?:|www\.`, text, "no links in a text about fraud")
	require.Len(t, b.outcomes(t, who, "gateway", "undelivered"), 1)
	require.EventuallyWithT(t, func(t *assert.CollectT) { require.Len(t, b.outcomes(t, who, "carrier", "delivered"), 1) }, patience, glance, "the carrier's receipt")

	said := time.Now()
	c.sms.says(t, phones[who], "N")
	block := b.hears(t, wire.CardActionTopic, who, 1).fields
	t.Logf("from the text to the request to block the card, as a reader of the topic sees it: %v", time.Since(said).Round(time.Millisecond))
	require.Equal(t, "block", block.Action)
	require.Equal(t, cardOf(who), block.CardID)
	require.Equal(t, "customer", block.Requested)
	verdict := b.hears(t, wire.FeedbackTopic, who, 1).fields
	require.Equal(t, "fraud", verdict.Verdict)
	require.Equal(t, block.AlertID, verdict.AlertID)
	require.Eventually(t, func() bool { return s.top() == lastFour(who) }, patience, glance, "the case is not on top")
	require.Contains(t, c.sms.shows(t, phones[who], 2), "We have asked to protect card "+lastFour(who))

	s.applied(t, "desk", wire.ReplyTopic, len(b.read(t, wire.ReplyTopic)))
	require.Len(t, b.about(t, wire.CardActionTopic, who), 1, "one answer, one request, however often it was told")
	require.Empty(t, b.about(t, wire.CardActionTopic, before))
	require.Empty(t, c.push.apps.on(who)[1:], "the app was asked once")
}

// suspects makes somebody a customer whose card is copied, and gives the customer's number.
func (b *bank) suspects(t *testing.T, s site, customer string) (phone string) {
	t.Helper()
	contact := b.reachable(customer)
	b.send(t, wire.CustomerTopic, b.opens(customer))
	b.send(t, wire.ContactTopic, contact)
	s.applied(t, "monitor", wire.CustomerTopic, len(b.read(t, wire.CustomerTopic)))
	s.applied(t, "desk", wire.ContactTopic, len(b.read(t, wire.ContactTopic)))
	b.send(t, wire.TransactionTopic, b.lived(customer)...)
	uses, _ := b.cloned(customer)
	b.send(t, wire.TransactionTopic, uses...)
	return contact.Phone.Reveal()
}

// outcomes are what the desk's receipts say of a customer's messages at a provider.
func (b *bank) outcomes(t require.TestingT, customer, provider string, outcome alerts.SendOutcome) (found []record) {
	for _, r := range b.about(t, wire.ReceiptTopic, customer) {
		if r.fields.Provider == provider && r.fields.Outcome == string(outcome) {
			found = append(found, r)
		}
	}
	return found
}

// lastFour is as much of a customer's card as anybody is shown.
func lastFour(customer string) string { c := cardOf(customer); return c[len(c)-4:] }

var boardCard = regexp.MustCompile(`<span class="card">••([^<]+)</span>`)

// top is the card of the first case on the board; empty when there is none.
func (s site) top() string {
	_, page := get(s.console + "/")
	if first := boardCard.FindStringSubmatch(page); first != nil {
		return first[1]
	}
	return ""
}
