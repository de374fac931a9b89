package stream

import (
	"bytes"
	"context"
	"fmt"
	"sync"
)

// Rules decide, and they change while partitions run. A change takes effect at a place that the changelog records: everything decided
// so far is written under the old rules, then the new ones are recorded, then the next record is decided. So whoever takes the
// partition over repeats the old rules' work up to exactly there, and the new rules' from there on.
//
// Each process is told of a change by itself. A partition that moves to a process with other rules is decided by that one's as soon as it
// is live there: recorded, told in the log and counted, so that two processes that disagree for long are seen to.

// ruleBoard holds the rules that partitions are to be decided by. Safe for concurrent use.
type ruleBoard struct {
	mu    sync.Mutex
	rules []byte
	// replaced is closed when other rules come.
	replaced chan struct{}
}

func newRuleBoard(rules []byte) *ruleBoard {
	return &ruleBoard{rules: rules, replaced: make(chan struct{})}
}

// get gives the rules, and what is closed when they are no longer the newest.
func (b *ruleBoard) get() (rules []byte, replaced <-chan struct{}) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.rules, b.replaced
}

func (b *ruleBoard) set(rules []byte) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if bytes.Equal(rules, b.rules) {
		return
	}
	close(b.replaced)
	b.rules, b.replaced = rules, make(chan struct{})
}

// Reload gives the engine other rules: all, or on an error none. Partitions that run here are decided by them from their next batch on, those
// that still repeat a predecessor's work from its end on; Status tells which are. Safe for any goroutine.
func (e *Engine[S]) Reload(rules []byte) error {
	if _, err := e.newProc(rules); err != nil {
		return fmt.Errorf("stream: %s: the rules are refused, those before stay: %w", e.spec.Name, err)
	}
	e.rules.set(bytes.Clone(rules))
	return nil
}

// newest makes the processor of the newest rules, and listens for newer ones.
func (r *runner[S]) newest() (Processor[S], []byte, error) {
	rules, replaced := r.engine.rules.get()
	r.replaced = replaced
	proc, err := r.engine.newProc(rules)
	return proc, rules, err
}

// changeRules lets the newest rules decide from here on. While a predecessor's work is being repeated, goLive will.
func (r *runner[S]) changeRules(ctx context.Context) error {
	proc, rules, err := r.newest()
	if err != nil || !r.live {
		return err
	}
	if err := r.task.Commit(ctx); err != nil {
		return err
	}
	return r.decideBy(ctx, proc, rules)
}

// decideBy changes the task's rules and tells of it.
func (r *runner[S]) decideBy(ctx context.Context, proc Processor[S], rules []byte) error {
	changed, err := r.task.ChangeRules(ctx, proc, rules)
	if err != nil || !changed {
		return err
	}
	from := r.firstOffsets()
	r.status.decidedBy(rules, from)
	r.engine.cfg.Metrics.ruleChange(r.task.spec.Name)
	r.log.Info("other rules decide from here on", "processor", r.task.spec.Name, "partition", r.partition, "from", from)
	return nil
}

// firstOffsets are, per input, the offset of the first record that has not been applied.
func (r *runner[S]) firstOffsets() map[string]int64 {
	from := make(map[string]int64)
	for i, topic := range r.task.spec.Inputs {
		from[topic] = max(r.task.Next(i), 0)
	}
	return from
}

// Rules are those that decide now, nil for none.
func (t *Task[S]) Rules() []byte { return t.decidedBy }

// ChangeRules lets other rules decide from the record after the last one applied, unless they are the recorded ones: everything is
// written under the old ones first, and the new ones are recorded with the next progress. Call it right after Commit.
func (t *Task[S]) ChangeRules(ctx context.Context, proc Processor[S], rules []byte) (changed bool, err error) {
	if err := atLevel(t.cfg.Space, proc); err != nil || bytes.Equal(t.decidedBy, rules) {
		return false, err
	}
	if err := t.Flush(ctx); err != nil {
		return false, err
	}
	t.proc, t.rules, t.decidedBy = proc, rules, rules
	return true, t.Flush(ctx)
}
