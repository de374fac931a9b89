package store

import (
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"syscall"

	"github.com/cockroachdb/pebble/v2"
)

// pebbleLogger keeps Pebble quiet about its chores and loud about damage. Pebble calls Fatalf when its write-ahead log can
// no longer be written and would end the process by itself; we end it through Fatal, so that the cause is logged and shown.
type pebbleLogger struct {
	log   *slog.Logger
	fatal func(error)
}

func newPebbleLogger(log *slog.Logger, fatal func(error)) pebbleLogger {
	if log == nil {
		log = slog.Default()
	}
	if fatal == nil {
		fatal = func(err error) { panic(err) }
	}
	return pebbleLogger{log: log, fatal: fatal}
}

// Infof drops Pebble's account of its flushes and compactions.
func (l pebbleLogger) Infof(string, ...any) {}

// Errorf logs what Pebble could not do.
func (l pebbleLogger) Errorf(format string, args ...any) {
	l.log.Error("store: " + fmt.Sprintf(format, args...))
}

// Fatalf ends the process: Pebble does not expect to go on.
func (l pebbleLogger) Fatalf(format string, args ...any) {
	l.fatal(fmt.Errorf("store: cannot go on: "+format, args...))
}

func (l pebbleLogger) listener() *pebble.EventListener {
	return &pebble.EventListener{
		BackgroundError: func(err error) { l.log.Error("store: background error", "error", err) },
		DataCorruption: func(info pebble.DataCorruptionInfo) {
			l.fatal(fmt.Errorf("store: corrupt data in %s: %w", info.Path, info.Details))
		},
	}
}

// isLocked recognises that the directory's lock is held: by another process the operating system says EAGAIN, by this one
// Pebble says so in words only.
func isLocked(err error) bool {
	return errors.Is(err, syscall.EAGAIN) || strings.Contains(err.Error(), "lock held by current process")
}
