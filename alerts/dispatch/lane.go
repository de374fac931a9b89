package dispatch

import (
	"context"
	"math/rand/v2"
	"time"

	"github.com/cardwatch/cardwatch/alerts"
)

// lane works off one channel kind's part of the outbox. One goroutine owns its maps; attempts run in at most workers others.
type lane struct {
	cfg  Config
	kind alerts.ChannelKind
	// process is a name that no other process has.
	process   string
	providers []*provider
	rng       *rand.Rand
	wake      chan struct{}
	ended     chan result

	phones phones
	// jobs holds what the lane knows of a row beyond the outbox, until the row leaves it.
	jobs    map[string]*job
	running int
	// rows is what the last look at the outbox found, at looked; stale means that there may be more by now.
	rows   []Row
	looked time.Time
	stale  bool
}

// job is one message on its way.
type job struct {
	customer string
	running  bool
	// settled is a message whose receipt is recorded; its row stays until the desk has applied it.
	settled bool
	// began is a message that this process has claimed.
	began bool
	// failures counts the attempts that failed; notBefore is when the next may start.
	failures  int
	notBefore time.Time
}

// result is how an attempt ended.
type result struct {
	id      string
	settled bool
	began   bool
	// failed counts towards the backoff, wait asks for at least that long a pause.
	failed bool
	wait   time.Duration
}

func (l *lane) run(ctx context.Context) {
	timer := time.NewTimer(pollEvery)
	defer timer.Stop()
	l.stale = true
	for ctx.Err() == nil {
		l.look(ctx)
		l.launch(ctx)
		timer.Reset(l.nextLook())
		select {
		case <-ctx.Done():
		case <-timer.C:
			l.stale = true
		case <-l.wake:
			l.stale = true
		case r := <-l.ended:
			l.finish(r)
		}
	}
	for l.running > 0 {
		l.finish(<-l.ended)
	}
}

// roomPause is the pause between two looks whether a provider's limit leaves room again.
const roomPause = 20 * time.Millisecond

// lookPause is the least pause between two looks at the outbox: every commit of the desk asks for one, hundreds of times a second.
const lookPause = 10 * time.Millisecond

// nextLook is how long the lane may sleep: until the next retry, but no longer than pollEvery.
func (l *lane) nextLook() time.Duration {
	sleep := pollEvery
	for _, j := range l.jobs {
		if wait := time.Until(j.notBefore); !j.running && !j.settled && wait > 0 {
			sleep = min(sleep, wait)
		}
	}
	if !l.roomFor(l.running+1, time.Now()) {
		sleep = min(sleep, roomPause)
	}
	if l.stale && l.running < workers {
		sleep = min(sleep, max(lookPause-time.Since(l.looked), 0))
	}
	return sleep
}

// look reads the outbox when something may have changed there, a worker is free to do something about it, and the last look is not just
// past.
func (l *lane) look(ctx context.Context) {
	if !l.stale || l.running >= workers || time.Since(l.looked) < lookPause {
		return
	}
	rows, err := l.cfg.Outbox.Pending(ctx, l.kind, l.cfg.Now(), batch)
	l.looked, l.stale = time.Now(), false
	if err != nil {
		if ctx.Err() == nil {
			l.cfg.Log.Error("outbox cannot be read; it is tried again", "channel", l.kind, "err", err)
		}
		return
	}
	l.rows = rows
	if len(rows) < batch {
		l.forget(ctx, rows)
	}
}

// launch starts an attempt at every row for which there is a worker.
func (l *lane) launch(ctx context.Context) {
	now := time.Now()
	for _, row := range l.rows {
		j := l.jobs[row.MessageID]
		if j == nil {
			j = &job{customer: row.Customer}
			l.jobs[row.MessageID] = j
		}
		if j.running || j.settled || now.Before(j.notBefore) {
			continue
		}
		if l.running >= workers || !l.roomFor(l.running+1, now) {
			return
		}
		j.running = true
		l.running++
		go func(began bool) {
			r := l.attempt(ctx, row, began)
			r.id = row.MessageID
			l.ended <- r
		}(j.began)
	}
}

// roomFor reports whether a provider may be given so many more messages now. What waits for room waits in the outbox, where the most
// urgent comes first.
func (l *lane) roomFor(n int, now time.Time) bool {
	if len(l.providers) == 0 {
		return true
	}
	for _, p := range l.providers {
		if p.room(now) >= float64(n) {
			return true
		}
	}
	return false
}

// forget drops what is known of rows that have left the outbox. A row may only be out of sight, while its partition starts anew from an
// older state: one whose message was sent is remembered until the state says so.
func (l *lane) forget(ctx context.Context, rows []Row) {
	listed := make(map[string]bool, len(rows))
	for _, row := range rows {
		listed[row.MessageID] = true
	}
	for id, j := range l.jobs {
		if !listed[id] && !j.running && !(j.settled && l.waits(ctx, Row{j.customer, id})) {
			delete(l.jobs, id)
		}
	}
}

func (l *lane) waits(ctx context.Context, row Row) bool {
	state, err := l.cfg.Outbox.State(ctx, row.Customer)
	if err != nil {
		return false
	}
	m := state.Message(row.MessageID)
	return m != nil && m.Waiting()
}

func (l *lane) finish(r result) {
	j := l.jobs[r.id]
	l.running--
	j.running, j.settled, j.began = false, r.settled, j.began || r.began
	pause := r.wait
	if r.failed {
		pause = max(pause, l.backoff(j.failures))
		j.failures++
	}
	j.notBefore = time.Now().Add(pause)
}

const (
	backoffBase = 200 * time.Millisecond
	backoffCap  = 30 * time.Second
)

// backoff is full jitter: anything up to the base doubled with every failure, and up to the cap.
func (l *lane) backoff(failures int) time.Duration {
	ceiling := min(backoffBase<<min(failures, 10), backoffCap)
	return time.Duration(l.rng.Int64N(int64(ceiling) + 1))
}
