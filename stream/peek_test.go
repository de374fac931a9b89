package stream_test

import (
	"context"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kerr"

	"github.com/cardwatch/cardwatch/stream"
)

func TestAReaderSeesWhatIsNotStoredYet(t *testing.T) {
	onSite(t, 2, func(s *site) {
		p := s.start(vfs.NewMem(), func(c *stream.EngineConfig) { c.WriteBehind = time.Hour })
		s.pay(21)
		s.settles("all is told")
		for customer, total := range s.totals {
			for partition := range 2 {
				stored, err := p.db.Space('a', partition).View(customer, func([]byte) error { return nil })
				require.NoError(s, err)
				require.False(s, stored, "the store has %s after all", customer)
			}
			var seen purse
			require.NoError(s, saver{}.LoadState(p.Peek(s.Context(), customer), &seen), customer)
			require.Equal(s, purse{payments: 3, minor: total}, seen, customer)
		}
		require.Nil(s, p.Peek(s.Context(), "a stranger"))

		p.end()
		require.Nil(s, p.Peek(s.Context(), "c1"), "nobody owns the partition any more")
	})
}

// A partition that waits for its outputs to be taken has no answer, and what it has applied may still be lost: the reader gives up when
// he wants to, and looks into the store.
func TestAReaderIsNotShownWhatIsNotAcknowledged(t *testing.T) {
	onSite(t, 1, func(s *site) {
		p := s.start(vfs.NewMem(), func(c *stream.EngineConfig) { c.WriteBehind = time.Hour })
		s.pay(7)
		s.settles("before")
		refusing := s.refuses(sums, kerr.NotEnoughReplicas)
		s.payBy("c1")
		require.NoError(s, refusing.Wait(s.Context(), 1))
		ctx, cancel := context.WithTimeout(s.Context(), time.Second)
		defer cancel()
		require.Nil(s, p.Peek(ctx, "c1"))
		require.ErrorIs(s, ctx.Err(), context.DeadlineExceeded)

		refusing.Remove()
		s.settles("after")
		require.NotNil(s, p.Peek(s.Context(), "c1"))
		p.end()
	})
}
