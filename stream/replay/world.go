package replay

import (
	"context"
	"errors"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/store"
	"github.com/cardwatch/cardwatch/stream"
	"github.com/cardwatch/cardwatch/stream/kafka"
)

// world is both processors side by side on one partition. What one of them puts out that the other reads is applied before
// time moves on.
type world struct {
	db      *store.DB
	monitor *stream.Task[detectors.State]
	desk    *stream.Task[alerts.State]
	// inputs leads from a topic to the processors that read it.
	inputs map[string][]input
	out    *output
	offset map[string]int64
}

// input is one processor's place for a topic.
type input struct {
	index int
	apply func(index int, rec *kafka.Record) error
}

func newWorld(cfg Config, out *output) (*world, error) {
	db, err := store.Open("replay", store.Options{FS: vfs.NewMem(), CacheBytes: 32 << 20})
	if err != nil {
		return nil, err
	}
	task := func(tag byte) stream.TaskConfig {
		return stream.TaskConfig{Space: db.Space(tag, 0), Sink: stream.Discard{}, Zone: cfg.Zone, FromFile: true, Release: cfg.Release}
	}
	w := &world{db: db, out: out, offset: make(map[string]int64), inputs: make(map[string][]input)}
	monitor, desk := stream.NewMonitor(cfg.Monitor, cfg.Observe), stream.NewDesk(cfg.Desk, nil)
	if w.monitor, err = stream.NewTask[detectors.State](monitor, task(stream.MonitorTag)); err != nil {
		return nil, err
	}
	deskTask := task(stream.DeskTag)
	deskTask.FindByPhone = w.findByPhone
	if w.desk, err = stream.NewTask[alerts.State](desk, deskTask); err != nil {
		return nil, err
	}
	for i, topic := range monitor.Spec().Inputs {
		w.inputs[topic] = append(w.inputs[topic], input{i, w.monitor.Apply})
	}
	for i, topic := range desk.Spec().Inputs {
		w.inputs[topic] = append(w.inputs[topic], input{i, w.desk.Apply})
	}
	return w, nil
}

// apply puts one record in front of whoever reads its topic, and passes on what follows from it.
func (w *world) apply(topic string, rec kafka.Record) error {
	if err := w.advance(rec.Timestamp); err != nil {
		return err
	}
	return w.route(topic, rec)
}

func (w *world) route(topic string, rec kafka.Record) error {
	rec.Offset = w.offset[topic]
	w.offset[topic]++
	for _, in := range w.inputs[topic] {
		if err := in.apply(in.index, &rec); err != nil {
			return err
		}
	}
	return w.passOn()
}

// passOn writes what the processors have put out and routes it to the other one, until both are quiet.
func (w *world) passOn() error {
	for _, drain := range []func() []kafka.Message{w.monitor.Drain, w.desk.Drain} {
		for _, m := range append([]kafka.Message(nil), drain()...) {
			if err := w.out.write(m); err != nil {
				return err
			}
			if w.inputs[m.Topic] == nil {
				continue
			}
			if err := w.route(m.Topic, kafka.Record{Timestamp: m.Timestamp, Key: m.Key, Value: m.Value, Headers: m.Headers}); err != nil {
				return err
			}
		}
	}
	return nil
}

// advance moves time to now (Unix milliseconds), waking customers of both processors in order of due time.
func (w *world) advance(now int64) error {
	for {
		monitor, monitorDue, err := w.monitor.NextTimer(now)
		if err != nil {
			return err
		}
		desk, deskDue, err := w.desk.NextTimer(now)
		if err != nil {
			return err
		}
		switch {
		case monitorDue && (!deskDue || monitor <= desk):
			err = w.monitor.Advance(monitor)
		case deskDue:
			err = w.desk.Advance(desk)
		default:
			return errors.Join(w.monitor.Advance(now), w.desk.Advance(now))
		}
		if err == nil {
			err = w.passOn()
		}
		if err != nil {
			return err
		}
	}
}

func (w *world) commit(ctx context.Context) error {
	if err := w.monitor.Commit(ctx); err != nil {
		return err
	}
	return w.desk.Commit(ctx)
}

func (w *world) findByPhone(phone alerts.Phone) ([]*alerts.State, error) {
	if err := w.desk.Commit(context.Background()); err != nil {
		return nil, err
	}
	return stream.View{DB: w.db, Partitions: 1}.FindByPhone(phone)
}

func (w *world) now() time.Time {
	if w.monitor.Now().Before(w.desk.Now()) {
		return w.desk.Now().Time()
	}
	return w.monitor.Now().Time()
}
