// Package channeltest is the suite that every channel passes: whoever adds a provider runs it against a peer or a fake of that
// provider. It is imported by tests only.
package channeltest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/alerts/channel"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// Subject is one provider set up for the suite.
type Subject struct {
	Channel channel.Channel
	// Received lists the message ids that reached the customer's device, one for each message shown there.
	Received func() []string
	// Break makes the provider answer that it is unavailable, Hang makes it answer nothing.
	Break, Hang func()
}

// The address that must never be seen in an error.
const (
	secretPhone = "+8613800138000"
	secretToken = "push-token-that-must-not-leak"
	secretText  = "text-that-must-not-leak"
)

// Run checks a provider; make sets up a fresh one for every check.
func Run(t *testing.T, setUp func(t *testing.T) Subject) {
	checks := map[string]func(t *testing.T, s Subject){
		"names itself":                               namesItself,
		"delivers and gives the provider's id":       delivers,
		"the same message id delivers once":          deliversOnce,
		"a missing address is final and no outage":   refusesNoAddress,
		"an outage is retryable and counts":          reportsOutage,
		"a provider that hangs ends with the caller": endsWithCaller,
		"a cancelled attempt sends nothing":          sendsNothingCancelled,
	}
	for name, check := range checks {
		t.Run(name, func(t *testing.T) { check(t, setUp(t)) })
	}
}

func outgoing(s Subject, id string) channel.Outgoing {
	return channel.Outgoing{
		MessageID: id, Customer: "cust-1", Kind: s.Channel.Kind(), To: secretPhone, PushToken: secretToken, Text: secretText,
		Language: card.English, Purpose: alerts.FraudPrompt, PromptID: "prompt-1",
		ExpiresAt: card.Moment{UnixMilli: 4_000_000_000_000},
	}
}

func namesItself(t *testing.T, s Subject) {
	require.Regexp(t, `^[a-z0-9_]{1,32}$`, s.Channel.Name())
	require.Contains(t, []alerts.ChannelKind{alerts.App, alerts.SMS}, s.Channel.Kind())
}

func delivers(t *testing.T, s Subject) {
	got, err := s.Channel.Send(t.Context(), outgoing(s, "m1"))
	require.NoError(t, err)
	require.NotEmpty(t, got.ProviderMessageID)
	require.Equal(t, []string{"m1"}, s.Received())
}

func deliversOnce(t *testing.T, s Subject) {
	first, err := s.Channel.Send(t.Context(), outgoing(s, "m1"))
	require.NoError(t, err)
	second, err := s.Channel.Send(t.Context(), outgoing(s, "m1"))
	require.NoError(t, err)
	require.Equal(t, first, second)
	_, err = s.Channel.Send(t.Context(), outgoing(s, "m2"))
	require.NoError(t, err)
	require.Equal(t, []string{"m1", "m2"}, s.Received())
}

func refusesNoAddress(t *testing.T, s Subject) {
	m := outgoing(s, "m1")
	m.To, m.PushToken = "", ""
	_, err := s.Channel.Send(t.Context(), m)
	requireReason(t, err, channel.BadAddress)
	require.Empty(t, s.Received())
}

func reportsOutage(t *testing.T, s Subject) {
	s.Break()
	_, err := s.Channel.Send(t.Context(), outgoing(s, "m1"))
	requireReason(t, err, channel.Unavailable)
}

func endsWithCaller(t *testing.T, s Subject) {
	s.Hang()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		_, err := s.Channel.Send(ctx, outgoing(s, "m1"))
		done <- err
	}()
	cancel()
	err := <-done
	requireReason(t, err, channel.NoAnswer)
	require.True(t, channel.Cancelled(err), "cancelling must be told from hanging")
}

func sendsNothingCancelled(t *testing.T, s Subject) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := s.Channel.Send(ctx, outgoing(s, "m1"))
	require.ErrorIs(t, err, context.Canceled)
	require.Empty(t, s.Received())
}

// requireReason also checks that no way of printing the error tells whom or what was sent.
func requireReason(t *testing.T, err error, want channel.Reason) {
	t.Helper()
	var failed *channel.Error
	require.True(t, errors.As(err, &failed), "want a *channel.Error, got %T", err)
	require.Equal(t, want, failed.Reason)
	var log strings.Builder
	slog.New(slog.NewJSONHandler(&log, nil)).Error("send failed", "err", err)
	for _, printed := range []string{err.Error(), fmt.Sprintf("%v %+v %s", err, err, err), log.String()} {
		for _, secret := range []string{secretPhone, secretToken, secretText} {
			require.NotContains(t, printed, secret)
		}
	}
}
