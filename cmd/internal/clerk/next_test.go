package clerk_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/cmd/internal/clerk"
	"github.com/cardwatch/cardwatch/cmd/internal/desktest"
	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// open is a clerk at a bank; several at one bank are several processes.
func open(b *desktest.Bank) *clerk.Clerk {
	hub := clerk.NewHub(0)
	b.Committed = append(b.Committed, hub.Changed)
	return clerk.New(clerk.Config{
		View: b.View, Desk: b.Desk, Publish: b.Publish, Now: b.Now, Hub: hub, Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
	})
}

func cases(b *desktest.Bank, n int) []string {
	ids := make([]string, n)
	for i := range ids {
		ids[i] = b.Finding(fmt.Sprint("cust-", i), fmt.Sprint("tok-", i))
	}
	return ids
}

// handOut lets many analysts at two processes ask for the next case at once, and gives who got which.
func handOut(t *testing.T, analysts int, clerks ...*clerk.Clerk) (got map[string]string, refused []error) {
	got = map[string]string{}
	var mu sync.Mutex
	var all sync.WaitGroup
	start := make(chan struct{})
	for i := range analysts {
		all.Go(func() {
			<-start
			actor := fmt.Sprint("analyst-", i)
			taken, err := clerks[i%len(clerks)].Next(context.Background(), clerk.Ask{Actor: actor, Once: "once"})
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				refused = append(refused, err)
				return
			}
			require.Empty(t, got[taken.CaseID], "%s was handed to two", taken.CaseID)
			got[taken.CaseID] = actor
		})
	}
	close(start)
	all.Wait()
	return got, refused
}

func TestNextGivesEveryAnalystTheirOwnCase(t *testing.T) {
	for name, processes := range map[string]int{"one process": 1, "two processes": 2} {
		t.Run(name, func(t *testing.T) {
			b := desktest.New(t, alerts.Defaults())
			cases(b, 40)
			clerks := make([]*clerk.Clerk, processes)
			for i := range clerks {
				clerks[i] = open(b)
			}
			got, refused := handOut(t, 30, clerks...)
			for _, err := range refused {
				require.ErrorIs(t, err, clerk.ErrContended, "an analyst went away although cases were left")
			}
			if processes == 1 {
				require.Len(t, got, 30)
			}
			owned := 0
			for i := range 40 {
				c := b.State(fmt.Sprint("cust-", i)).Cases[0]
				require.Equal(t, got[c.ID], c.Owner, "who was told and who holds it are one")
				if c.Owner != "" {
					owned++
				}
			}
			require.Equal(t, len(got), owned)
		})
	}
}

func TestNextWithFewerCasesThanAnalystsLosesNone(t *testing.T) {
	b := desktest.New(t, alerts.Defaults())
	cases(b, 7)
	got, refused := handOut(t, 25, open(b))
	require.Len(t, got, 7)
	require.Len(t, refused, 18)
	for _, err := range refused {
		require.ErrorIs(t, err, clerk.ErrNoneFree)
	}
}

func TestNextTakesTheTopCaseOfTheLine(t *testing.T) {
	b := desktest.New(t, alerts.Defaults())
	c := open(b)
	low := b.Finding("cust-1", "tok-1", func(a *detectors.Alert) { a.Severity = detectors.Low })
	top := b.Finding("cust-2", "tok-2", func(a *detectors.Alert) { a.Severity = detectors.Critical })
	hard := b.Finding("cust-3", "tok-3", func(a *detectors.Alert) { a.Severity = detectors.Critical })
	_, err := c.Submit(t.Context(), &alerts.Command{
		Head: card.Head{ID: "e", Customer: "cust-3", At: b.Now()}, Actor: "wang", Verb: alerts.Escalate, CaseID: hard,
	})
	require.NoError(t, err)
	next := func(ask clerk.Ask) string {
		t.Helper()
		taken, err := c.Next(t.Context(), ask)
		require.NoError(t, err)
		return taken.CaseID
	}
	require.Equal(t, top, next(clerk.Ask{Actor: "wang", Once: "1"}))
	require.Equal(t, top, next(clerk.Ask{Actor: "wang", Once: "1"}), "a double click")
	require.Equal(t, low, next(clerk.Ask{Actor: "wang", Once: "2"}), "the next after it, also for who holds a case")
	_, err = c.Next(t.Context(), clerk.Ask{Actor: "wang", Once: "3"})
	require.ErrorIs(t, err, clerk.ErrNoneFree)
	require.Equal(t, hard, next(clerk.Ask{Actor: "li", Line: alerts.GroupEscalated, Once: "1"}))
}

func TestNextMayLeaveOutCasesThatWaitForTheirCustomer(t *testing.T) {
	b := desktest.New(t, alerts.Defaults())
	c := open(b)
	b.Contact("cust-1", card.English)
	asked := b.Finding("cust-1", "tok-1", func(a *detectors.Alert) { a.Action, a.Severity = detectors.ConfirmWithCustomer, detectors.Critical })
	require.Equal(t, alerts.CaseWaiting, b.State("cust-1").Cases[0].State)
	_, err := c.Next(t.Context(), clerk.Ask{Actor: "wang", Once: "1", SkipWaiting: true})
	require.ErrorIs(t, err, clerk.ErrNoneFree)
	taken, err := c.Next(t.Context(), clerk.Ask{Actor: "wang", Once: "1"})
	require.NoError(t, err)
	require.Equal(t, asked, taken.CaseID)
}

func TestNextSaysWhenItCannotTell(t *testing.T) {
	t.Run("Kafka is down", func(t *testing.T) {
		b := desktest.New(t, alerts.Defaults())
		cases(b, 1)
		b.KafkaDown(true)
		_, err := open(b).Next(t.Context(), clerk.Ask{Actor: "wang", Once: "1"})
		require.ErrorIs(t, err, desktest.ErrKafka)
		require.Empty(t, b.State("cust-0").Cases[0].Owner)
	})
	t.Run("the desk is behind", func(t *testing.T) {
		b := desktest.New(t, alerts.Defaults())
		cases(b, 1)
		b.DeskBehind(true)
		ctx, cancel := context.WithCancel(t.Context())
		cancel() // nobody waits for the desk
		_, err := open(b).Next(ctx, clerk.Ask{Actor: "wang", Once: "1"})
		require.ErrorIs(t, err, clerk.ErrSlow)
	})
}

// Two who claim one case by hand at the same moment both passed the try; the log has decided, and the one who lost is told.
func TestTheLogDecidesBetweenTwoClaims(t *testing.T) {
	b := desktest.New(t, alerts.Defaults())
	id := cases(b, 1)[0]
	var both sync.WaitGroup
	both.Add(2)
	rendezvous := clerk.New(clerk.Config{
		View: b.View, Desk: b.Desk, Now: b.Now, Hub: clerk.NewHub(0), Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
		Publish: func(ctx context.Context, topic, customer string, value []byte) error {
			both.Done()
			both.Wait() // both have been tried by now
			return b.Publish(ctx, topic, customer, value)
		},
	})
	answers := make(chan alerts.Refusal, 2)
	for _, actor := range []string{"wang", "li"} {
		go func() {
			refusal, err := rendezvous.Submit(context.Background(), &alerts.Command{
				Head: card.Head{ID: "claim-" + actor, Customer: "cust-0", At: b.Now()}, Actor: actor, Verb: alerts.Claim, CaseID: id,
			})
			if err != nil {
				refusal = alerts.Refusal(err.Error())
			}
			answers <- refusal
		}()
	}
	require.ElementsMatch(t, []alerts.Refusal{"", alerts.RefusedNotOwner}, []alerts.Refusal{<-answers, <-answers})
}

func TestAnActIsWrittenOnce(t *testing.T) {
	b := desktest.New(t, alerts.Defaults())
	id := cases(b, 1)[0]
	cmd := alerts.Command{
		Head: card.Head{ID: clerk.ActID("act", "once", "claim"), Customer: "cust-0", At: b.Now()}, Actor: "wang", Verb: alerts.Claim, CaseID: id,
	}
	for range 3 {
		// A new clerk each time: the process has restarted.
		refusal, err := open(b).Submit(t.Context(), &cmd)
		require.NoError(t, err)
		require.Empty(t, refusal)
	}
	require.Len(t, b.Records("cardwatch.command.v1"), 1)
	b.Pass(time.Second)
	cmd.ID = "another"
	cmd.Actor = "li"
	refusal, err := open(b).Submit(t.Context(), &cmd)
	require.NoError(t, err)
	require.Equal(t, alerts.RefusedNotOwner, refusal)
	require.Len(t, b.Records("cardwatch.command.v1"), 1, "what would be refused is not written")
}

func TestPagesCoverTheQueueOnce(t *testing.T) {
	b := desktest.New(t, alerts.Defaults())
	ids := cases(b, 23) // of one priority, in one millisecond
	c := open(b)
	var after clerk.Position
	var seen []string
	for {
		entries, more, err := c.Page("", after, 5)
		require.NoError(t, err)
		for _, e := range entries {
			seen = append(seen, e.ID)
			after = clerk.Position{Order: e.Order, ID: e.ID}
		}
		if !more {
			break
		}
		require.Len(t, entries, 5)
	}
	require.ElementsMatch(t, ids, seen)
}
