package kafka

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const testSession = 3 * time.Second

// testMember is a group member whose assignments a test can follow.
type testMember struct {
	assigned chan Assignment
	revoked  chan Assignment
	left     chan error
	leave    context.CancelFunc
}

// join makes a member; onRevoke runs while partitions are handed over.
func join(t *testing.T, c *Client, cfg GroupConfig, onRevoke func(a Assignment) error) *testMember {
	t.Helper()
	cfg.SessionTimeout, cfg.HeartbeatInterval, cfg.RebalanceTimeout = testSession, 50*time.Millisecond, 10*time.Second
	ctx, cancel := context.WithCancel(t.Context())
	m := &testMember{assigned: make(chan Assignment, 100), revoked: make(chan Assignment, 100), left: make(chan error, 1), leave: cancel}
	go func() {
		m.left <- c.Join(ctx, cfg, func(ctx context.Context, a Assignment) error {
			m.assigned <- a
			<-ctx.Done()
			defer func() { m.revoked <- a }()
			return onRevoke(a)
		})
	}()
	t.Cleanup(cancel)
	return m
}

// next waits for an assignment of that many partitions.
func (m *testMember) next(t *testing.T, partitions int) Assignment {
	t.Helper()
	ctx := within(t, readTimeout)
	for {
		select {
		case a := <-m.assigned:
			if len(a.Partitions) == partitions {
				return a
			}
		case <-ctx.Done():
			require.FailNow(t, "no assignment of that many partitions came", "%d", partitions)
		}
	}
}

func (m *testMember) end(t *testing.T) error {
	t.Helper()
	m.leave()
	select {
	case err := <-m.left:
		return err
	case <-within(t, readTimeout).Done():
		require.FailNow(t, "the member did not leave")
		return nil
	}
}

func conformGroup(t *testing.T, c *Client) {
	tx, payments := topicNamed(t, c, 4, nil), topicNamed(t, c, 4, nil)
	cfg := GroupConfig{Group: tx, Topics: []string{tx, payments}}
	commit := func(offset int64) func(Assignment) error {
		return func(a Assignment) error {
			offsets := map[int]int64{}
			for _, p := range a.Partitions {
				offsets[p] = offset + int64(p)
			}
			return a.Commit(map[string]map[int]int64{tx: offsets})
		}
	}
	first := join(t, c, cfg, commit(100))
	all := first.next(t, 4)
	require.Equal(t, []int{0, 1, 2, 3}, all.Partitions)
	none := map[int]int64{0: -1, 1: -1, 2: -1, 3: -1}
	require.Equal(t, map[string]map[int]int64{tx: none, payments: none}, all.Committed)

	second := join(t, c, cfg, commit(200))
	theirs, mine := second.next(t, 2), first.next(t, 2)
	require.Equal(t, []int{0, 1}, mine.Partitions, "who was there first keeps what it can")
	require.Equal(t, []int{2, 3}, theirs.Partitions)
	require.Equal(t, map[int]int64{2: 102, 3: 103}, theirs.Committed[tx], "committed while being handed over")
	require.Equal(t, map[int]int64{2: -1, 3: -1}, theirs.Committed[payments])

	require.NoError(t, first.end(t))
	last := second.next(t, 4)
	require.Equal(t, map[int]int64{0: 100, 1: 101, 2: 202, 3: 203}, last.Committed[tx])
	require.NoError(t, second.end(t))
}

func TestOnlyOneGenerationIsServedAtATime(t *testing.T) {
	c := fakeClient(t, fake(t))
	cfg := GroupConfig{Group: "g", Topics: []string{topicNamed(t, c, 6, nil)}}
	first := join(t, c, cfg, func(Assignment) error { return nil })
	first.next(t, 6)
	for range 3 {
		other := join(t, c, cfg, func(Assignment) error { return nil })
		before := other.next(t, 3)
		require.NoError(t, other.end(t))
		require.Less(t, before.Generation, first.next(t, 6).Generation)
	}
	require.NoError(t, first.end(t))
}

func TestAnErrorOfOnAssignedLeavesTheGroup(t *testing.T) {
	k := fake(t)
	c := fakeClient(t, k)
	topic := topicNamed(t, c, 1, nil)
	broken := errors.New("disk full")
	err := c.Join(t.Context(), GroupConfig{Group: "g", Topics: []string{topic}}, func(context.Context, Assignment) error { return broken })
	require.ErrorIs(t, err, broken)
	require.Empty(t, k.GroupInfo("g").Members)
}

func TestAMemberThatHasNothingToDoStays(t *testing.T) {
	k := fake(t)
	c := fakeClient(t, k)
	topic := topicNamed(t, c, 1, nil)
	ctx, leave := context.WithCancel(t.Context())
	idle, left := make(chan struct{}, 10), make(chan error, 1)
	go func() {
		left <- c.Join(ctx, GroupConfig{Group: "g", Topics: []string{topic}}, func(context.Context, Assignment) error {
			idle <- struct{}{}
			return nil
		})
	}()
	<-idle
	info, err := k.WaitGroupStable(t.Context(), "g", 1)
	require.NoError(t, err)
	require.Len(t, info.Members, 1)
	leave()
	require.NoError(t, <-left)
	require.Empty(t, idle, "onAssigned is called once per generation")
}

func TestSingleOwnerKeepsTheOwner(t *testing.T) {
	c := fakeClient(t, fake(t))
	cfg := GroupConfig{Group: "g", Topics: []string{topicNamed(t, c, 3, nil)}, Balancer: SingleOwner()}
	owner := join(t, c, cfg, func(Assignment) error { return nil })
	owner.next(t, 3)
	standby := join(t, c, cfg, func(Assignment) error { return nil })
	standby.next(t, 0)
	owner.next(t, 3)
	require.NoError(t, owner.end(t))
	require.Equal(t, []int{0, 1, 2}, standby.next(t, 3).Partitions)
	require.NoError(t, standby.end(t))
}
