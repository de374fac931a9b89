package sim

import (
	"slices"

	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/stream/wire"
)

// fold is the reference's account of one customer at one processor.
type fold[S any] struct {
	auditor   *auditor
	core      core[S]
	partition int
	customer  string
	// events is what the log has, topic by topic.
	events  []event
	state   S
	outputs []output
}

func (f *fold[S]) violate(format string, args ...any) {
	f.auditor.world.violate("%s %s: "+format, append([]any{f.core.name, f.customer}, args...)...)
}

// follow applies the events in the order in which the state has seen them, and demands that they are the log's: each topic in its order,
// none twice, none left out, and wake-ups when they were due.
func (f *fold[S]) follow(past []seen) {
	pending := map[string][]event{}
	for _, e := range f.events {
		pending[e.topic] = append(pending[e.topic], e)
	}
	newest := int64(0)
	for n, s := range past {
		if n > 0 && s.rules != past[n-1].rules {
			f.auditor.world.report.RuleChanges++
		}
		if s.topic == wire.TickTopic {
			f.tick(s)
			continue
		}
		if wake := f.core.wake(&f.state).UnixMilli; wake != 0 && wake <= s.at {
			f.violate("event %d of %s at %d came before the wake-up at %d", n, s.topic, s.at, wake)
		}
		next := pending[s.topic]
		if len(next) == 0 || !next[0].seen.is(s) {
			f.violate("event %d of %s at %d is not what the log has next: %s", n, s.topic, s.at, f.known(s, past[:n]))
			continue
		}
		pending[s.topic] = next[1:]
		if s.at < newest {
			f.auditor.world.report.Inversions++
		}
		newest = max(newest, s.at)
		f.apply(next[0], s.rules)
	}
	for _, topic := range f.core.inputs {
		if left := len(pending[topic]); left > 0 {
			f.violate("the state has not seen the last %d events of %s", left, topic)
		}
	}
}

// known explains an event out of place.
func (f *fold[S]) known(s seen, before []seen) string {
	switch {
	case slices.ContainsFunc(before, s.is):
		return "it was applied twice"
	case slices.ContainsFunc(f.events, func(e event) bool { return e.seen.is(s) }):
		return "others before it are missing"
	default:
		return "the log does not have it"
	}
}

func (f *fold[S]) apply(e event, rules byte) {
	var d wire.Decoder
	ev, _ := decode(&d, e.topic, e.rec)
	ev.Source = card.Source{Topic: e.topic, Partition: int32(f.partition), Offset: e.rec.Offset}
	reject := f.step(rules, ev)
	if reject != "" {
		f.auditor.owed[refusalOf(e.topic, f.partition, e.rec, reject)]++
	}
}

func (f *fold[S]) tick(s seen) {
	if wake := f.core.wake(&f.state); wake.UnixMilli != s.at {
		f.violate("it was woken at %d, but had asked for %d", s.at, wake.UnixMilli)
	}
	f.step(s.rules, wakeUp(f.customer, s.at))
}

func (f *fold[S]) step(rules byte, ev card.Event) (reject string) {
	out, reject := f.core.step(rules, &f.state, ev)
	f.outputs = append(f.outputs, out...)
	if f.core.observe != nil {
		f.core.observe(&f.state)
	}
	return reject
}

// compareOutputs demands that the topics hold what the reference has put out, in its order.
func (f *fold[S]) compareOutputs() {
	for _, topic := range f.core.outputs {
		var want, got []string
		for _, o := range f.outputs {
			if o.topic == topic {
				want = append(want, o.value)
			}
		}
		records := f.auditor.log[topic][f.partition]
		for i := range records {
			if string(records[i].Key) == f.customer {
				got = append(got, string(records[i].Value))
			}
		}
		f.compare(topic, want, got)
	}
}

func (f *fold[S]) compare(topic string, want, got []string) {
	for _, v := range want {
		if !slices.Contains(got, v) {
			f.violate("lost on %s: %s", topic, v)
		}
	}
	for _, v := range got {
		if !slices.Contains(want, v) {
			f.violate("nothing explains on %s: %s", topic, v)
		}
	}
	switch {
	case len(got) != len(want):
		f.violate("%s has %d records, the reference %d", topic, len(got), len(want))
	case !slices.Equal(got, want):
		f.violate("the records on %s are out of order", topic)
	}
}
