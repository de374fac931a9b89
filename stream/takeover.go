package stream

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/cardwatch/cardwatch/store"
	"github.com/cardwatch/cardwatch/stream/kafka"
)

// A takeover makes this process the owner of a partition:
//
//	copy the changelog to its end                 the former owner may still be at work
//	wait for its release                          a second at most, and only if it wrote lately
//	take the next epoch, fence                    from here on it is refused: the changelog and the outputs are final
//	copy the rest of the changelog                states, timers, index rows, progress
//	check the inputs against the progress         same number of partitions, same topics
//	read the outputs after the progress           what need not be sent again, and in which order records were applied
//	write the epoch, and the first rules          before anything follows from them
//
// Then the task replays the inputs from the progress. What a state has seen is skipped; what was sent is made again and held back.

// How a new owner treats one that may still be there.
const (
	// alive is how long after an owner's last word it is taken for alive.
	alive = 3 * time.Second
	// releaseWait is how long a new owner waits for the release of one that is.
	releaseWait = time.Second
)

// PartitionCountError says that the topics have another number of partitions than the states were shared out over.
type PartitionCountError struct {
	Processor string
	Was, Is   int
}

// Error says what to do.
func (e *PartitionCountError) Error() string {
	return fmt.Sprintf("stream: the %s's states were made for %d partitions, the topics have %d now: customers would meet other states; "+
		"make new topics and refill them", e.Processor, e.Was, e.Is)
}

// ReplacedError says that a topic is not the one that was read before.
type ReplacedError struct {
	Topic     string
	Partition int
	// Offset is where another record stands than the one that was applied.
	Offset int64
}

// Error says what to do.
func (e *ReplacedError) Error() string {
	return fmt.Sprintf("stream: %s/%d was deleted and made anew, or changed: offset %d holds another record than the one applied; "+
		"restore the topic, or delete the changelog's partition to begin anew", e.Topic, e.Partition, e.Offset)
}

// takeover is the work of one takeover.
type takeover[S any] struct {
	*Engine[S]
	partition int
	proc      Processor[S]
	follower  *follower[S]
	producer  *kafka.Producer
	tail      Tail
}

// takeOver makes this process the owner of the partition; the follower has copied a part of the changelog, or none.
func (e *Engine[S]) takeOver(ctx context.Context, partition int, f *follower[S]) (_ *Task[S], _ *kafka.Producer, err error) {
	began := time.Now()
	t := &takeover[S]{Engine: e, partition: partition, follower: f, proc: f.proc}
	if err := f.catchUp(ctx); err != nil {
		return nil, nil, err
	}
	if err := t.awaitRelease(ctx); err != nil {
		return nil, nil, err
	}
	if err := t.fence(ctx); err != nil {
		return nil, nil, err
	}
	if err := f.catchUp(ctx); err != nil {
		return nil, nil, err
	}
	if !f.known {
		f.progress = emptyProgress(&e.spec)
		e.tellOfLoss(partition)
	}
	e.spec.fit(&f.progress)
	if err := t.check(ctx); err != nil {
		return nil, nil, err
	}
	if err := t.readTail(ctx); err != nil {
		return nil, nil, err
	}
	task, err := t.task()
	if err != nil {
		return nil, nil, err
	}
	// Who owns the partition, and by which rules, stands in the changelog before anything follows from them: an output that a successor
	// could not make again would be one that nothing explains.
	if err := task.Flush(ctx); err != nil {
		task.Close()
		return nil, nil, err
	}
	e.cfg.Metrics.takenOver(e.spec.Name, time.Since(began))
	return task, t.producer, nil
}

// tellOfLoss tells when the group has worked on a partition whose changelog knows of nothing.
func (e *Engine[S]) tellOfLoss(partition int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for topic, offsets := range e.assignment.Committed {
		if offsets[partition] > 0 {
			e.cfg.Log.Error("the changelog holds no progress of a partition that the group has worked on: it was lost; states are made again "+
				"from what the inputs still hold", "processor", e.spec.Name, "partition", partition, "topic", topic, "group_offset", offsets[partition])
			return
		}
	}
}

// awaitRelease copies on until the former owner says that it has stopped, if there is one that would.
func (t *takeover[S]) awaitRelease(ctx context.Context) error {
	f := t.follower
	if !f.known || f.progress.Released || f.epoch == t.ownEpoch(t.partition) || time.Since(f.written) > alive {
		return nil
	}
	waiting, cancel := context.WithTimeout(ctx, releaseWait)
	defer cancel()
	for !f.progress.Released {
		if err := f.step(waiting); err != nil {
			if waiting.Err() != nil && ctx.Err() == nil {
				return nil
			}
			return err
		}
	}
	return nil
}

func (t *takeover[S]) fence(ctx context.Context) (err error) {
	id := transactionalID(t.cfg.Group.Group, t.partition)
	if t.cfg.Sabotage == IgnoreEpoch {
		t.producer, err = t.cfg.Client.Producer(ctx, "")
		return err
	}
	if t.producer, err = t.cfg.Client.Producer(ctx, id); err != nil {
		return err
	}
	places := []kafka.Place{{Topic: t.follower.topic, Partition: t.partition}}
	for _, topic := range t.spec.Written() {
		places = append(places, kafka.Place{Topic: topic, Partition: t.partition})
	}
	return t.producer.Fence(ctx, places)
}

// check compares the inputs with what the progress remembers of them.
func (t *takeover[S]) check(ctx context.Context) error {
	p := &t.follower.progress
	if p.Partitions != 0 && p.Partitions != t.partitions {
		return &PartitionCountError{Processor: t.spec.Name, Was: p.Partitions, Is: t.partitions}
	}
	checks, ctx := errgroup.WithContext(ctx)
	for i, topic := range t.spec.Inputs {
		if i < len(p.Last) && p.Last[i].Offset >= 0 {
			checks.Go(func() error { return t.checkAnchor(ctx, topic, p.Last[i]) })
		}
	}
	return checks.Wait()
}

func (t *takeover[S]) checkAnchor(ctx context.Context, topic string, want store.Anchor) error {
	b, err := t.cfg.Client.Fetch(topic, t.partition, want.Offset).Next(ctx)
	var gap *kafka.GapError
	if errors.As(err, &gap) && gap.Want < gap.LogStart {
		return nil // retention has taken it; whether it took too much shows when reading goes on
	}
	if err != nil {
		return err
	}
	if len(b.Records) == 0 || b.Records[0].Offset != want.Offset {
		return nil // compaction has taken it
	}
	rec := &b.Records[0]
	if rec.Timestamp != want.Timestamp || int64(len(rec.Key)+len(rec.Value)) != want.Size {
		return &ReplacedError{Topic: topic, Partition: t.partition, Offset: want.Offset}
	}
	return nil
}

// readTail reads what the former owner sent after the progress, and where the inputs end.
func (t *takeover[S]) readTail(ctx context.Context) error {
	outputs := t.spec.Written()
	ends, err := t.ends(ctx, append(outputs, t.spec.Inputs...))
	if err != nil {
		return err
	}
	for i, topic := range outputs {
		if err := t.readOutputs(ctx, topic, t.follower.progress.Outputs[i], ends[i]); err != nil {
			return err
		}
	}
	t.tail.script.ready()
	t.tail.until, t.tail.ends = ends[len(outputs):], ends[:len(outputs)]
	return nil
}

// ends finds where the partition of each topic ends.
func (t *takeover[S]) ends(ctx context.Context, topics []string) ([]int64, error) {
	ends := make([]int64, len(topics))
	asking, ctx := errgroup.WithContext(ctx)
	for i, topic := range topics {
		asking.Go(func() (err error) {
			ends[i], err = t.cfg.Client.End(ctx, topic, t.partition)
			return err
		})
	}
	return ends, asking.Wait()
}

func (t *takeover[S]) readOutputs(ctx context.Context, topic string, from, end int64) error {
	f := t.cfg.Client.Fetch(topic, t.partition, from)
	for next := from; next < end; {
		b, err := f.Next(ctx)
		var gap *kafka.GapError
		if errors.As(err, &gap) && gap.Want < gap.LogStart {
			next = gap.LogStart // deleted outputs need no comparison
			f = t.cfg.Client.Fetch(topic, t.partition, next)
			continue
		}
		if err != nil {
			return err
		}
		next = b.Next
		for i := range b.Records {
			rec := &b.Records[i]
			t.tail.sentBefore(&kafka.Message{Topic: topic, Key: rec.Key, Value: rec.Value, Headers: rec.Headers})
			t.tail.script.read(rec.Headers, len(t.spec.Inputs))
		}
	}
	return nil
}

// task opens the task at the progress, under the rules that were recorded last: new ones take effect after the replay.
func (t *takeover[S]) task() (*Task[S], error) {
	rules, recorded, err := t.follower.space.Rules()
	if err != nil {
		return nil, err
	}
	cfg := t.taskConfig(t.partition, t.producer)
	cfg.Epoch, cfg.Tail = t.follower.epoch+1, t.tail
	if !recorded {
		rules, _ = t.rules.get()
		cfg.Rules = rules
	}
	proc, err := t.newProc(rules)
	if err != nil {
		return nil, fmt.Errorf("stream: the rules that decided last cannot be used: %w", err)
	}
	t.noteEpoch(t.partition, cfg.Epoch)
	return NewTask(proc, cfg)
}
