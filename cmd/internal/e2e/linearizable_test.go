package e2e_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"
	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/detectors"
)

// handled is one thing that somebody did with a case: an act, or a look at who has it (no verb).
type handled struct {
	customer, actor string
	verb            alerts.Verb
}

// seen is what they saw come of it: whether the act had its effect; or the owner, and whether the case is closed.
type seen struct {
	done   bool
	owner  string
	closed bool
}

// custody is the sequential model: a case is free, somebody's, or closed.
var custody = porcupine.Model{
	Partition: func(history []porcupine.Operation) [][]porcupine.Operation {
		byCase := map[string][]porcupine.Operation{}
		for _, op := range history {
			customer := op.Input.(handled).customer
			byCase[customer] = append(byCase[customer], op)
		}
		var parts [][]porcupine.Operation
		for _, part := range byCase {
			parts = append(parts, part)
		}
		return parts
	},
	Init: func() any { return seen{} },
	Step: func(state, input, output any) (bool, any) {
		now, in, out := state.(seen), input.(handled), output.(seen)
		mine := now.owner == in.actor
		next, allowed := now, false
		switch in.verb {
		case "":
			return out.owner == now.owner && out.closed == now.closed, now
		case alerts.Claim:
			next, allowed = seen{owner: in.actor}, !now.closed && (now.owner == "" || mine)
		case alerts.Release:
			next, allowed = seen{}, mine
		case alerts.Close:
			next, allowed = seen{closed: true}, mine
		case alerts.Reopen:
			next, allowed = seen{}, now.closed
		}
		if !allowed {
			next = now
		}
		return out.done == allowed, next
	},
	DescribeOperation: func(input, output any) string { return fmt.Sprintf("%+v: %+v", input, output) },
}

// handle does one thing with a case and waits until the desk has done it. A note behind the act, in the same partition, says when that is; the
// act's own note stands in the history if it had its effect.
func (d *deskSite) handle(in handled, n int) seen {
	if in.verb == "" {
		c := d.fraud(in.customer)
		return seen{owner: c.Owner, closed: c.State == alerts.CaseClosed}
	}
	act, after := fmt.Sprintf("%s %d", in.actor, n), fmt.Sprintf("%s after %d", in.actor, n)
	d.does(in.customer, in.actor, in.verb, act)
	d.does(in.customer, in.actor, alerts.AddNote, after)
	has := func(c *alerts.Case, note string) bool {
		return slices.ContainsFunc(c.History, func(a alerts.Act) bool { return a.Note == note })
	}
	d.becomes(in.customer, "has done "+act, func(c *alerts.Case) bool { return has(c, after) })
	return seen{done: has(d.fraud(in.customer), act)}
}

// Two analysts and an onlooker reach for the same cases at once. What each saw fits one order of all they did: no case was ever two people's.
func TestTwoAnalystsAndOneCase(t *testing.T) {
	d := newDeskSite(t)
	customers := []string{"c-one", "c-two", "c-three"}
	for _, customer := range customers {
		d.finds(customer, "m-7", detectors.Review)
		d.becomes(customer, "is there", func(*alerts.Case) bool { return true })
	}
	var (
		mu      sync.Mutex
		history []porcupine.Operation
		people  sync.WaitGroup
	)
	began := time.Now()
	take := func(client int, actor string, verbs []alerts.Verb) {
		for n, verb := range verbs {
			for _, customer := range customers {
				in := handled{customer: customer, actor: actor, verb: verb}
				op := porcupine.Operation{ClientId: client, Input: in, Call: time.Since(began).Nanoseconds()}
				op.Output = d.handle(in, n)
				op.Return = time.Since(began).Nanoseconds()
				mu.Lock()
				history = append(history, op)
				mu.Unlock()
			}
		}
	}
	shift := []alerts.Verb{alerts.Claim, alerts.Claim, alerts.Release, alerts.Claim, alerts.Close, alerts.Reopen, alerts.Claim, alerts.Release}
	people.Go(func() { take(0, "li.na", shift) })
	people.Go(func() { take(1, "wang.wei", shift) })
	people.Go(func() { take(2, "onlooker", make([]alerts.Verb, 60)) })
	people.Wait()

	require.Equal(t, porcupine.Ok, porcupine.CheckOperationsTimeout(custody, history, time.Minute), "%s", lines(history))
}

// The check above can fail: when two are told that they have the case, or one sees an owner who had let go, no order explains it.
func TestTheModelOfCustodyFindsLies(t *testing.T) {
	after := func(n int64, in handled, out seen) porcupine.Operation {
		return porcupine.Operation{ClientId: int(n % 2), Input: in, Output: out, Call: 10 * n, Return: 10*n + 5}
	}
	claim := func(n int64, actor string) porcupine.Operation {
		return after(n, handled{"c", actor, alerts.Claim}, seen{done: true})
	}
	release := after(2, handled{"c", "li.na", alerts.Release}, seen{done: true})
	stale := after(3, handled{customer: "c"}, seen{owner: "li.na"})
	require.True(t, porcupine.CheckOperations(custody, []porcupine.Operation{claim(1, "li.na"), release, claim(3, "wang.wei")}))
	require.False(t, porcupine.CheckOperations(custody, []porcupine.Operation{claim(1, "li.na"), claim(2, "wang.wei")}))
	require.False(t, porcupine.CheckOperations(custody, []porcupine.Operation{claim(1, "li.na"), release, stale}))
}

// lines writes a history down for people.
func lines(history []porcupine.Operation) (text string) {
	for _, op := range history {
		text += fmt.Sprintf("%d..%d %d %s\n", op.Call, op.Return, op.ClientId, custody.DescribeOperation(op.Input, op.Output))
	}
	return text
}
