package e2e_test

import (
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/cmd/internal/app"
	"github.com/cardwatch/cardwatch/stream/wire"
)

const exitFailed = 1

func (l *lane) refusesTopics(t *testing.T) {
	b := l.noTopics(t)
	s := newSettings(t, l.broker, newGroup(), "monitor, desk")
	t.Run("missing", func(t *testing.T) {
		p := l.start(t, "cardwatch", "run", "-c", s.file(t))
		require.Equal(t, exitFailed, p.wait(t))
		require.Contains(t, p.stderr.String(), wire.TransactionTopic)
		require.Contains(t, p.stderr.String(), "cardwatch topics create")
	})
	t.Run("of different sizes", func(t *testing.T) {
		specs := app.Topics(partitions, 1, app.BrokerTime, s.group+".monitor", s.group+".desk")
		for i := range specs {
			if specs[i].Name == wire.PaymentTopic {
				specs[i].Partitions = partitions - 1
			}
		}
		require.NoError(t, b.client.CreateTopics(t.Context(), specs))
		p := l.start(t, "cardwatch", "run", "-c", s.file(t))
		require.Equal(t, exitFailed, p.wait(t))
		require.Contains(t, p.stderr.String(), wire.PaymentTopic+" has 3")
		require.Contains(t, p.stderr.String(), wire.TransactionTopic+" has 4")
	})
}

// wrongBroker: nothing listens at the address; whether the process gives up or goes on trying, it names the address, and a
// signal ends it.
func (l *lane) wrongBroker(t *testing.T) {
	s := newSettings(t, freePort(t), newGroup(), "monitor, desk")
	p := l.start(t, "cardwatch", "run", "-c", s.file(t))
	require.Eventually(t, func() bool {
		return !p.running() || p.stderr.String() != ""
	}, patience, glance, "a process without a broker says nothing")
	if p.running() {
		_, took := p.signal(t, syscall.SIGTERM)
		t.Logf("ended %v after SIGTERM", took)
	}
	require.Contains(t, p.stderr.String(), s.broker)
	require.NotZero(t, p.wait(t))
}

// sameStore: a second process on a store that is in use would write over the first one's states.
func (l *lane) sameStore(t *testing.T) {
	l.freshTopics(t)
	first := newSettings(t, l.broker, l.group, "monitor, desk")
	p := l.service(t, "first", first)
	second := first
	second.site = site{console: "http://" + freePort(t), probes: "http://" + freePort(t)}
	began := time.Now()
	q := l.start(t, "second", "run", "-c", second.file(t))
	require.Equal(t, exitFailed, q.wait(t))
	t.Logf("refused after %v", time.Since(began).Round(time.Millisecond))
	require.Contains(t, q.stderr.String(), "in use by another process")
	require.Contains(t, q.stderr.String(), first.store())
	require.True(t, p.running())
}
