package app

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"
)

// atOnce is how long the parts have to end when the store has failed: what waits for the store never does.
const atOnce = 2 * time.Second

// Run works until ctx ends, or until a part fails that the process cannot do without. When the store fails, whoever called has to end
// the process, for parts of it may hang.
func (a *App) Run(ctx context.Context) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	ended := make(chan error, 1)
	go func() { ended <- a.run(ctx) }()
	select {
	case err := <-ended:
		return err
	case err := <-a.failed:
		a.Log.Error("the store has failed; the process ends", "error", err)
		stop()
		select {
		case <-ended:
		case <-time.After(atOnce):
		}
		return err
	}
}

func (a *App) run(ctx context.Context) error {
	parts, ctx := errgroup.WithContext(ctx)
	part := func(name string, run func(context.Context) error) {
		parts.Go(func() error {
			if err := run(ctx); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			return nil
		})
	}
	if a.monitor != nil {
		part("monitor", a.monitor.Run)
		part("rules", a.rules.run)
	}
	if a.desk != nil {
		part("desk", a.desk.Run)
		part("quality", a.quality.run)
		part("figures", a.figures.run)
		part("office", a.office.follow)
		part("silences", a.Silences.run)
		part("experiments", a.Experiments.run)
		part("dispatcher", func(ctx context.Context) error { a.dispatcher.Run(ctx); return nil })
		part("inbox", func(ctx context.Context) error { a.inbox.Run(ctx); return nil })
		for _, l := range a.listeners {
			part("channel "+l.Name(), func(ctx context.Context) error { return l.Run(ctx, a.inbox.Hear(l.Name())) })
		}
	}
	for _, r := range a.rekeys {
		part("rekey", r.Run)
	}
	part("store", func(ctx context.Context) error { return a.db.KeepSynced(ctx, time.Second) })
	part("disk", a.disk.run)
	part("http", a.serveHTTP)
	return parts.Wait()
}

// WaitCaughtUp returns true once every partition of this process has seen what was in the log, false when ctx ends before.
func (a *App) WaitCaughtUp(ctx context.Context) bool {
	ticker := time.NewTicker(50 * time.Millisecond)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return false
		case <-ticker.C:
			if a.caughtUp() {
				return true
			}
		}
	}
}

func (a *App) caughtUp() bool {
	if a.monitor != nil && len(a.monitor.Status().CaughtUp()) < a.View.Partitions {
		return false
	}
	return a.desk == nil || len(a.desk.Status().CaughtUp()) == a.View.Partitions
}

// Close lets go of the store and the connections.
func (a *App) Close() error {
	var errs []error
	if a.db != nil {
		errs = append(errs, a.db.Close())
	}
	if a.Client != nil {
		errs = append(errs, a.Client.Close())
	}
	return errors.Join(errs...)
}
