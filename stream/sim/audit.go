package sim

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/store"
	"github.com/cardwatch/cardwatch/stream"
	"github.com/cardwatch/cardwatch/stream/kafka"
	"github.com/cardwatch/cardwatch/stream/wire"
)

// audit compares what the topics and the stores hold with what they have to.
func (w *world) audit(ctx context.Context) error {
	c, err := w.outside()
	if err != nil {
		return err
	}
	defer c.Close()
	w.report.Records = map[string]int{}
	log, err := w.readLog(ctx, c)
	if err != nil {
		return err
	}
	a := &auditor{world: w, log: log, owed: map[refusal]int{}, queued: map[string]alerts.Message{}}
	if err := errors.Join(examine(a, monitorCore(w.rules)), examine(a, deskCore(w.policy, a.collect))); err != nil {
		return err
	}
	a.gateway()
	a.deadLetters()
	a.messages()
	return nil
}

// auditor is one audit.
type auditor struct {
	world *world
	log   ledger
	// owed are the dead letters that there have to be.
	owed map[refusal]int
	// queued are all messages that were ever in the outbox, as they were last.
	queued map[string]alerts.Message
}

// examine judges one processor, partition by partition and customer by customer.
func examine[S any](a *auditor, c core[S]) error {
	for p := range a.world.partitions {
		states, err := readStates(a.world, c.tag, p)
		if err != nil {
			return err
		}
		events := a.events(c.inputs, c.overheard, p)
		customers := slices.Sorted(maps.Keys(events))
		for customer := range states {
			if events[customer] == nil {
				a.world.violate("%s: the store has a state of %s, of whom the log knows nothing", c.name, customer)
			}
		}
		for _, customer := range customers {
			past, stored, err := readPast(states[customer], nil)
			if err != nil {
				a.world.violate("%s %s: no state in the store, although the log has %d events", c.name, customer, len(events[customer]))
				continue
			}
			f := &fold[S]{auditor: a, core: c, partition: p, customer: customer, events: events[customer]}
			f.follow(past)
			if !bytes.Equal(c.encode(&f.state), stored) {
				a.world.violate("%s %s: the stored state differs from the reference's after %d events", c.name, customer, len(past))
			}
			f.compareOutputs()
		}
	}
	return nil
}

// events are the records of a partition that pass the door, by customer, each topic in the order of its log. What does not pass is owed
// to the dead letters, unless the topic is overheard: another core owes it.
func (a *auditor) events(inputs, overheard []string, p int) map[string][]event {
	var d wire.Decoder
	events := map[string][]event{}
	for _, topic := range inputs {
		for i := range a.log[topic][p] {
			rec := &a.log[topic][p][i]
			ev, reason := decode(&d, topic, rec)
			switch {
			case reason != "" && slices.Contains(overheard, topic):
			case reason != "":
				a.owed[refusalOf(topic, p, rec, reason)]++
			case ev.Body.Meta().Customer != "":
				customer := string([]byte(ev.Body.Meta().Customer))
				events[customer] = append(events[customer], event{topic: topic, rec: rec, seen: seenOf(ev)})
			}
		}
	}
	return events
}

// readStates are the states of a partition in the store that is ahead, encoded, by customer.
func readStates(w *world, tag byte, p int) (map[string][]byte, error) {
	states, furthest := map[string][]byte{}, int64(-1)
	for _, worker := range w.workers {
		db, err := store.Open("db", store.Options{FS: worker.disk, Logger: w.log(worker.id), CacheBytes: 1 << 20})
		if err != nil {
			return nil, err
		}
		space := db.Space(tag, p)
		progress, known, err := space.Progress()
		sum := int64(0)
		for _, next := range progress.Next {
			sum += max(next, 0)
		}
		if err == nil && known && sum > furthest {
			clear(states)
			furthest = sum
			err = space.States(func(customer string, state []byte) bool {
				states[customer] = bytes.Clone(state)
				return true
			})
		}
		if err = errors.Join(err, db.Close()); err != nil {
			return nil, err
		}
	}
	return states, nil
}

// gateway judges the replies that named nobody: each went on to the customer whose number it came from, or to the dead letters. A
// provider may hand the same one over several times.
func (a *auditor) gateway() {
	var d wire.Decoder
	unnamed, dealtWith := map[string]int{}, map[string]int{}
	for p, records := range a.log[wire.ReplyTopic] {
		for i := range records {
			ev, reason := decode(&d, wire.ReplyTopic, &records[i])
			if reason != "" {
				continue
			}
			id := strings.Clone(ev.Body.Meta().ID)
			if ev.Body.Meta().Customer != "" {
				dealtWith[id]++
				continue
			}
			unnamed[id]++
			unknown := refusalOf(wire.ReplyTopic, p, &records[i], stream.UnknownCustomer)
			if slices.ContainsFunc(a.log[wire.DeadLetter(wire.ReplyTopic)][p], func(dead kafka.Record) bool { return readRefusal(&dead) == unknown }) {
				dealtWith[id]++
				a.owed[unknown]++
			}
		}
	}
	for id, n := range unnamed {
		switch extra := dealtWith[id] - n; {
		case extra < 0:
			a.world.violate("desk: of %d replies %s without a customer %d are lost", n, id, -extra)
		case extra > 0:
			a.world.report.Repeated += extra // a forward is at least once; the desk knows its event_id
		}
	}
}

func (a *auditor) deadLetters() {
	found := map[refusal]int{}
	for topic, partitions := range a.log {
		for p := range partitions {
			for i := range partitions[p] {
				if r := readRefusal(&partitions[p][i]); r.topic != "" && topic == wire.DeadLetter(r.topic) {
					found[r]++
				}
			}
		}
	}
	for r := range a.owed {
		if _, ok := found[r]; !ok {
			found[r] = 0
		}
	}
	for r, n := range found {
		if n != a.owed[r] {
			a.world.violate("%d dead letters instead of %d: %s[%s]@%s, %s", n, a.owed[r], r.topic, r.partition, r.offset, r.reason)
		}
	}
}
