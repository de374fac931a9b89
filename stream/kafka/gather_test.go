package kafka

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"
)

func TestWhatManySendAtATimeIsWrittenOnceInFewRequests(t *testing.T) {
	k := fake(t, kfake.SeedTopics(1, "log"))
	c := fakeClient(t, k)
	p, err := c.Producer(t.Context(), "")
	require.NoError(t, err)
	requests := 0
	k.ControlKey(int16(kmsg.Produce), func(kmsg.Request) (kmsg.Response, error, bool) {
		k.KeepControl()
		requests++
		return nil, nil, false
	})
	g := NewGather(p, time.Minute)
	g.mu.Lock() // until all of them stand in line
	var senders sync.WaitGroup
	want := values("v", 100)
	for _, m := range messages("log", want) {
		senders.Go(func() { require.NoError(t, g.Send(t.Context(), m)) })
	}
	g.mu.Unlock()
	senders.Wait()
	got, _ := read(t, c, "log", 0)
	slices.Sort(got)
	slices.Sort(want)
	require.Equal(t, want, got)
	require.Less(t, requests, 100)
	require.NoError(t, g.Send(t.Context(), messages("log", []string{"later"})[0]), "it goes on after a pause")
}

func TestARequestThatFailsIsToldToAllWhoAreInIt(t *testing.T) {
	k := fake(t, kfake.SeedTopics(1, "log"))
	c := newClient(t, Config{Brokers: k.ListenAddrs(), DeliveryTimeout: 50 * time.Millisecond})
	p, err := c.Producer(t.Context(), "")
	require.NoError(t, err)
	g := NewGather(p, time.Minute)
	fault := k.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Err: kerr.NotEnoughReplicas, Count: -1})
	var senders sync.WaitGroup
	for _, m := range messages("log", values("v", 5)) {
		senders.Go(func() { require.ErrorContains(t, g.Send(t.Context(), m), "write to log/0") })
	}
	senders.Wait()
	fault.Remove()
	require.NoError(t, g.Send(t.Context(), messages("log", []string{"next"})[0]))
}

func TestWhoGivesUpHoldsNobodyElse(t *testing.T) {
	k := fake(t, kfake.SeedTopics(1, "log"))
	c := fakeClient(t, k)
	p, err := c.Producer(t.Context(), "")
	require.NoError(t, err)
	g := NewGather(p, time.Minute)
	gone, giveUp := context.WithCancel(t.Context())
	giveUp()
	err = g.Send(gone, messages("log", []string{"perhaps"})[0])
	if err != nil { // it may have been faster
		require.ErrorIs(t, err, context.Canceled)
	}
	require.NoError(t, g.Send(t.Context(), messages("log", []string{"surely"})[0]))
	got, _ := read(t, c, "log", 0)
	require.Contains(t, got, "surely")
}
