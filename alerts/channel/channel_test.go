package channel_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/alerts/channel"
)

func TestNoPrintedFormOfAMessageTellsWhomOrWhat(t *testing.T) {
	m := channel.Outgoing{MessageID: "m1", Kind: alerts.SMS, To: "+8613800138000", PushToken: "secret-token", Text: "secret-text"}
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("sent", "message", m)
	for _, printed := range []string{fmt.Sprintf("%v", m), fmt.Sprintf("%+v", m), fmt.Sprintf("%#v", m), log.String()} {
		require.Contains(t, printed, "m1")
		require.NotContains(t, printed, "138001380")
		require.NotContains(t, printed, "secret")
	}
}

func TestErrorsAreClassed(t *testing.T) {
	for reason, want := range map[channel.Reason]struct{ retryable, provider bool }{
		channel.BadAddress:     {false, false},
		channel.BadMessage:     {false, false},
		channel.Blocked:        {false, false},
		channel.BadCredentials: {false, true},
		channel.RateLimited:    {true, false},
		channel.Unavailable:    {true, true},
		channel.NoAnswer:       {true, true},
	} {
		err := fmt.Errorf("sending: %w", &channel.Error{Provider: "p", Reason: reason})
		require.Equal(t, reason, channel.ReasonOf(err))
		require.Equal(t, want.retryable, reason.Retryable(), reason)
		require.Equal(t, want.provider, reason.ProviderFailure(), reason)
	}
}

func TestADeadlineIsAHangAndNotACancelling(t *testing.T) {
	require.Equal(t, channel.NoAnswer, channel.ReasonOf(context.DeadlineExceeded))
	require.False(t, channel.Cancelled(context.DeadlineExceeded))
	require.True(t, channel.Cancelled(&channel.Error{Reason: channel.NoAnswer, Err: context.Canceled}))
	require.Equal(t, channel.NoAnswer, channel.ReasonOf(errors.New("anything else")))
}
