package store

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"syscall"

	"github.com/cockroachdb/pebble/v2"
)

// pebbleLogger keeps Pebble quiet about its chores and loud about damage.
type pebbleLogger struct {
	log *slog.Logger
	db  *DB
}

// Infof drops Pebble's account of its flushes and compactions.
func (l pebbleLogger) Infof(string, ...any) {}

// Errorf logs what Pebble could not do.
func (l pebbleLogger) Errorf(format string, args ...any) {
	l.log.Error("store: " + fmt.Sprintf(format, args...))
}

// Fatalf ends the store and does not return.
func (l pebbleLogger) Fatalf(format string, args ...any) {
	cause := fmt.Errorf(format, args...)
	for _, arg := range args {
		if err, ok := arg.(error); ok {
			cause = fmt.Errorf("%w: %w", cause, err)
		}
	}
	l.db.failure.refused(l.db.dir, cause)
}

// listener hears of what happens behind the reads' and writes' back. What cannot be read there, Pebble tries again without end while
// writes pile up.
func (l pebbleLogger) listener() *pebble.EventListener {
	return &pebble.EventListener{
		BackgroundError: func(err error) {
			var refused syscall.Errno
			switch {
			case l.db.failure.check() != nil:
				return // Pebble tries again and again
			case pebble.IsCorruptionError(err):
				l.db.failure.fail(l.db.damaged(err))
			case errors.As(err, &refused):
				l.db.failure.fail(&FailedError{l.db.dir, err})
			default:
				l.log.Error("store: background error", "error", err.Error())
			}
		},
		DataCorruption: func(info pebble.DataCorruptionInfo) {
			l.db.failure.fail(l.db.damaged(fmt.Errorf("%s: %w", info.Path, info.Details)))
		},
	}
}

// exit is how a store that nobody listens to ends the process.
func exit(log *slog.Logger) func(error) {
	return func(err error) {
		log.Error("the process ends", "error", err)
		os.Exit(1)
	}
}

// isLocked recognises that the directory's lock is held: by another process the operating system says EAGAIN, by this one
// Pebble says so in words only.
func isLocked(err error) bool {
	return errors.Is(err, syscall.EAGAIN) || strings.Contains(err.Error(), "lock held by current process")
}
