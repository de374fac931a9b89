package dispatch_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/alerts/channel"
	"github.com/cardwatch/cardwatch/alerts/dispatch"
	"github.com/cardwatch/cardwatch/detectors/card"
)

func TestAPromptIsSentOnceAndRecorded(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bank) {
		push := app(works)
		defer b.run(push, sms(works))()
		b.suspect("c1")
		pass(10 * time.Second)
		require.Len(t, push.sent(), 1)
		m := push.sent()[0]
		require.Equal(t, "token", m.PushToken)
		require.Empty(t, m.To)
		require.Contains(t, m.Text, "Demo Bank: Card k-c1")
		require.Equal(t, []alerts.SendOutcome{alerts.Accepted}, b.recorded("c1"))
	})
}

func TestAReceiptThatTheDeskHasNotYetAppliedIsRemembered(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bank) {
		b.deskLags = true
		push := app(works)
		defer b.run(push)()
		b.suspect("c1")
		pass(10 * time.Second)
		require.Len(t, push.sent(), 1)
		require.Equal(t, []alerts.SendOutcome{alerts.Accepted}, b.recorded("c1"))
	})
}

func TestAnHourWithoutTheAppProvider(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bank) {
		push, texts := app(fails(channel.Unavailable)), sms(works)
		defer b.run(push, texts)()
		for minute := range 60 {
			for n := range 5 {
				b.suspect(fmt.Sprintf("c%d-%d", minute, n))
			}
			pass(time.Minute)
		}
		pass(2 * time.Minute)
		require.Len(t, texts.sent(), 300, "every customer was asked by text")
		require.Less(t, len(push.sent()), 3000, "the breaker spares a provider that is down")

		push.become(works)
		before := len(push.sent())
		for n := range 5 {
			pass(20 * time.Second)
			b.suspect(fmt.Sprint("later-", n))
		}
		pass(time.Minute)
		require.Greater(t, len(push.sent()), before, "the app is used again")
		require.Contains(t, b.recorded("later-4"), alerts.Accepted)
	})
}

func TestWithTheBreakerOpenAPromptFallsBackAtOnce(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bank) {
		push, texts := app(fails(channel.Unavailable)), sms(works)
		defer b.run(push, texts)()
		for n := range 20 {
			b.suspect(fmt.Sprint("c", n))
		}
		pass(9 * time.Second)
		tripped := len(push.sent())
		require.Less(t, tripped, 40)
		b.suspect("last")
		pass(time.Second)
		require.Equal(t, []alerts.SendOutcome{alerts.Undelivered, alerts.Accepted}, b.recorded("last"), "well before the ladder's minute")
	})
}

func TestAHangingProviderDelaysNobodyElse(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bank) {
		push, texts := app(hangs), sms(works)
		defer b.run(push, texts)()
		for n := range 100 {
			b.suspect(fmt.Sprint("c", n))
		}
		b.apply("textonly", &alerts.Contact{Phone: "+8613900139000", Language: card.English})
		b.accuse("textonly")
		pass(time.Second)
		require.Len(t, texts.sent(), 1, "the text lane does not wait for the app lane")
		pass(30 * time.Second)
		require.Len(t, texts.sent(), 101, "and soon everybody is asked by text")
	})
}

func TestABadNumberIsFinalAndNoOutage(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bank) {
		push := app(fails(channel.BadAddress))
		defer b.run(push, sms(works))()
		for n := range 30 {
			b.suspect(fmt.Sprint("c", n))
		}
		pass(10 * time.Second)
		require.Len(t, push.sent(), 30, "one attempt each: the breaker stayed closed and nothing was retried")
	})
}

func TestAFailureIsRetriedUnderTheSameID(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bank) {
		push := app(fails(channel.Unavailable))
		defer b.run(push)()
		b.suspect("c1")
		pass(2 * time.Second)
		push.become(works)
		pass(30 * time.Second)
		sent := push.sent()
		require.Greater(t, len(sent), 1)
		for _, m := range sent {
			require.Equal(t, sent[0].MessageID, m.MessageID)
			require.Equal(t, sent[0].Text, m.Text)
		}
		require.Equal(t, alerts.Accepted, b.recorded("c1")[len(b.recorded("c1"))-1])
	})
}

func TestRetryAfterIsHonoured(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bank) {
		push := app(func(context.Context, channel.Outgoing) error {
			return &channel.Error{Provider: "push", Reason: channel.RateLimited, RetryAfter: 40 * time.Second}
		})
		defer b.run(push)()
		b.suspect("c1")
		pass(39 * time.Second)
		require.Len(t, push.sent(), 1)
		pass(3 * time.Second)
		require.Len(t, push.sent(), 2)
	})
}

func TestRetriesEndWithTheMessagesLife(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bank) {
		push := app(fails(channel.RateLimited))
		pass(2 * time.Hour)
		b.remind("c1")
		pass(24*time.Hour - 5*time.Minute)
		defer b.run(push)()
		pass(10 * time.Minute)
		require.Equal(t, []alerts.SendOutcome{alerts.Sending, alerts.Refused}, b.recorded("c1"))
		require.Equal(t, string(alerts.RuleExpired), b.lastReason())
		n := len(push.sent())
		require.NotZero(t, n)
		pass(10 * time.Minute)
		require.Len(t, push.sent(), n)
	})
}

func TestTheRulesAreAskedAgainAtTheMomentOfSending(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bank) {
		b.suspect("c1")
		b.apply("c1", &alerts.Contact{Phone: "+8613800138000", PushToken: "token", OptOut: []alerts.ChannelKind{alerts.App}})
		push := app(works)
		defer b.run(push)()
		pass(time.Second)
		require.Empty(t, push.sent())
		require.Equal(t, alerts.Refused, b.recorded("c1")[0])
	})
}

func TestAReminderOfTheNightIsSentInTheMorning(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bank) {
		push := app(works)
		defer b.run(push)()
		b.apply("c1", &alerts.Contact{
			PushToken: "token", OffsetMinutes: 7 * 60, Consent: alerts.Consent{Push: true, Profiling: true}, // 07:00 there
		})
		b.owe("c1")
		pass(time.Hour - time.Second)
		require.Empty(t, push.sent())
		pass(2 * time.Second)
		require.Len(t, push.sent(), 1)
		require.Equal(t, []alerts.SendOutcome{alerts.Sending, alerts.Accepted}, b.recorded("c1"))
	})
}

// A crash between the provider's yes and the record of it.
func TestWhatACrashLeavesBehind(t *testing.T) {
	t.Run("a fraud prompt is sent again under the same id", func(t *testing.T) {
		inBubble(t, func(t *testing.T, b *bank) {
			push := app(works)
			stop := b.run(push)
			b.broker(true)
			b.suspect("c1")
			pass(time.Second)
			stop()
			b.broker(false)
			defer b.run(push)()
			pass(time.Second)
			require.Len(t, push.sent(), 2)
			require.Equal(t, push.sent()[0].MessageID, push.sent()[1].MessageID)
			require.Equal(t, []alerts.SendOutcome{alerts.Accepted}, b.recorded("c1"))
		})
	})
	t.Run("a reminder is not", func(t *testing.T) {
		inBubble(t, func(t *testing.T, b *bank) {
			push := app(hangs)
			stop := b.run(push)
			b.remind("c1")
			pass(time.Second)
			stop()
			push.become(works)
			defer b.run(push)()
			pass(time.Minute)
			require.Len(t, push.sent(), 1)
			require.Equal(t, []alerts.SendOutcome{alerts.Sending, alerts.OutcomeUnknown}, b.recorded("c1"))
			require.Equal(t, dispatch.ReasonInterrupted, b.lastReason())
		})
	})
	t.Run("nor one that was not yet recorded as being sent", func(t *testing.T) {
		inBubble(t, func(t *testing.T, b *bank) {
			push := app(works)
			defer b.run(push)()
			b.broker(true)
			b.remind("c1")
			pass(time.Minute)
			require.Empty(t, push.sent(), "nothing is sent that could not be remembered")
		})
	})
}

func TestAReminderWithoutAnAnswerIsNotTriedAgain(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bank) {
		push := app(hangs)
		defer b.run(push)()
		b.remind("c1")
		pass(time.Minute)
		require.Len(t, push.sent(), 1)
		require.Equal(t, []alerts.SendOutcome{alerts.Sending, alerts.OutcomeUnknown}, b.recorded("c1"))
	})
}

func TestASecondProviderOfTheKindStepsIn(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bank) {
		first, second := app(fails(channel.Unavailable)), app(works)
		second.name = "push2"
		defer b.run(first, second)()
		for n := range 30 {
			b.suspect(fmt.Sprint("c", n))
		}
		pass(10 * time.Second)
		require.NotEmpty(t, second.sent())
		for n := range 30 {
			outcomes := b.recorded(fmt.Sprint("c", n))
			require.Equal(t, []alerts.SendOutcome{alerts.Accepted}, outcomes)
		}
	})
}

// Apple's and Google's services beside each other: each gets the devices that it reaches, and a device that none of them reaches is asked by
// text message at once.
func TestAPushGoesWhereTheDeviceIs(t *testing.T) {
	ios, android, unknown := alerts.IOS, alerts.Android, alerts.PushPlatform("")
	for _, tt := range []struct {
		name          string
		apple, google []alerts.PushPlatform
		want          map[alerts.PushPlatform]string
	}{
		{"both", []alerts.PushPlatform{ios}, []alerts.PushPlatform{android, unknown},
			map[alerts.PushPlatform]string{ios: "apple", android: "google", unknown: "google"}},
		{"no way to Android", []alerts.PushPlatform{ios, unknown}, []alerts.PushPlatform{ios},
			map[alerts.PushPlatform]string{ios: "apple", android: "gateway", unknown: "apple"}},
		{"any", nil, []alerts.PushPlatform{android}, map[alerts.PushPlatform]string{ios: "apple", android: "apple", unknown: "apple"}},
	} {
		inBubble(t, func(t *testing.T, b *bank) {
			apple, google, texts := app(works), app(works), sms(works)
			apple.name, google.name = "apple", "google"
			defer b.runLimited(dispatch.Provider{Channel: apple, Platforms: tt.apple}, dispatch.Provider{Channel: google, Platforms: tt.google},
				dispatch.Provider{Channel: texts})()
			for platform := range tt.want {
				customer := "c-" + string(platform)
				b.known(customer)
				b.apply(customer, &alerts.Contact{
					Phone: phoneOf(customer), PushToken: "token", PushPlatform: platform, Language: card.English, OffsetMinutes: 480,
					Consent: alerts.Consent{SMS: true, Push: true, Profiling: true},
				})
				b.accuse(customer)
			}
			pass(time.Second)
			got := map[alerts.PushPlatform]string{}
			for _, p := range []*provider{apple, google, texts} {
				for _, m := range p.sent() {
					got[alerts.PushPlatform(m.Customer[len("c-"):])] += p.name
				}
			}
			require.Equal(t, tt.want, got, tt.name)
		})
	}
}

func TestWithoutAProviderAPromptClimbs(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bank) {
		texts := sms(works)
		defer b.run(texts)()
		b.suspect("c1")
		pass(time.Second)
		require.Len(t, texts.sent(), 1)
	})
}

func TestNewNamesWhatIsMissing(t *testing.T) {
	_, err := dispatch.New(dispatch.Config{})
	for _, field := range []string{"Outbox", "Record", "Now", "Metrics", "Log", "bank_name"} {
		require.ErrorContains(t, err, field)
	}
}

func TestMetricsRegisterOnce(t *testing.T) {
	reg := prometheus.NewRegistry()
	_, err := dispatch.NewMetrics(reg)
	require.NoError(t, err)
	_, err = dispatch.NewMetrics(reg)
	require.Error(t, err)
}
