package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/cardwatch/cardwatch/cmd/internal/config"
	"github.com/cardwatch/cardwatch/store"
	"github.com/cardwatch/cardwatch/stream"
)

// openStore opens the store. One that is damaged is set aside: everything in the new one comes back from the changelog.
func (a *App) openStore() (err error) {
	dir := a.Config.Store.Dir
	quarantines := prometheus.NewGauge(prometheus.GaugeOpts{
		Namespace: "cardwatch", Name: "store_quarantined", Help: "1 when this process found its store damaged and set it aside.",
	})
	a.Metrics.MustRegister(quarantines)
	open := func() (*store.DB, error) {
		return store.Open(dir, store.Options{FS: a.Disk, Logger: a.Log, Fatal: func(err error) { a.failed <- err }})
	}
	a.db, err = open()
	var damage *store.DamageError
	if !errors.As(err, &damage) {
		return err
	}
	aside, err := store.Quarantine(a.Disk, dir, time.Now())
	if err != nil {
		return errors.Join(damage, err)
	}
	quarantines.Set(1)
	a.Log.Error("the store is damaged and was set aside; a new one is restored from the changelog; look after the disk",
		"dir", dir, "aside", aside, "damage", damage.Cause.Error())
	a.failed = make(chan error, 1) // what the damaged store said there is known
	a.db, err = open()
	return err
}

// diskWatch looks once a second how much room the store's disk has left, and holds reading back before it is full.
type diskWatch struct {
	config config.Store
	room   func() (free, total uint64, err error)
	gate   stream.Gate
	log    *slog.Logger
	free   prometheus.Gauge
	state  atomic.Pointer[diskState]
}

// diskState is what a look at the disk says; the zero state is all well.
type diskState struct {
	text   string
	paused bool
}

func newDiskWatch(cfg config.Store, db *store.DB, log *slog.Logger, reg prometheus.Registerer) *diskWatch {
	w := &diskWatch{config: cfg, room: db.Room, log: log}
	w.state.Store(new(diskState))
	w.free = prometheus.NewGauge(prometheus.GaugeOpts{Namespace: "cardwatch", Name: "store_free_bytes", Help: "Room on the store's disk."})
	reg.MustRegister(w.free, prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Namespace: "cardwatch", Name: "store_disk_state", Help: "0: room enough, 1: little room, 2: reading is paused until there is room.",
	}, func() float64 {
		switch s := w.state.Load(); {
		case s.paused:
			return 2
		case s.text != "":
			return 1
		}
		return 0
	}))
	return w
}

// run watches until ctx ends, or for nothing where the system does not tell.
func (w *diskWatch) run(ctx context.Context) error {
	ticker := time.NewTicker(time.Second)
	defer ticker.Stop()
	for w.config.MinFreePercent > 0 {
		if err := w.look(); errors.Is(err, vfs.ErrUnsupported) {
			w.log.Info("the room on the store's disk is not watched: this system does not tell it")
			break
		} else if err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
	<-ctx.Done()
	return nil
}

// look takes one look. Reading goes on only with a fifth more room than what stops it, lest it stops and goes every second.
func (w *diskWatch) look() error {
	free, total, err := w.room()
	if err != nil {
		return err
	}
	w.free.Set(float64(free))
	before, limit := w.state.Load(), total/100*uint64(w.config.MinFreePercent)
	now := new(diskState)
	now.paused = free < limit || before.paused && free < limit+limit/5
	if now.paused || free < 2*limit || free < uint64(w.config.MinFreeMiB)<<20 {
		now.text = fmt.Sprintf("store: %s has little room left on its disk", w.config.Dir)
	}
	if now.paused {
		now.text = fmt.Sprintf("store: reading is paused: the disk of %s has less than %d %% left; make room, and it goes on by itself", w.config.Dir, w.config.MinFreePercent)
		w.gate.Shut()
	} else {
		w.gate.Open()
	}
	w.state.Store(now)
	switch {
	case now.text == before.text:
	case now.text == "":
		w.log.Info("the store's disk has room again", "dir", w.config.Dir, "free_bytes", free)
	default:
		w.log.Error(now.text, "free_bytes", free, "total_bytes", total)
	}
	return nil
}

// ready says that reading is paused, nil when it is not.
func (w *diskWatch) ready() error {
	if s := w.state.Load(); s.paused {
		return errors.New(s.text)
	}
	return nil
}

// note is what an operator should know of the disk before it is a problem; "" for nothing.
func (w *diskWatch) note() string {
	if s := w.state.Load(); !s.paused {
		return s.text
	}
	return ""
}
