package store

import (
	"errors"
	"fmt"
	"sync"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"
)

// FailedError says that the store cannot be written any more. What is on disk is a whole earlier state.
type FailedError struct {
	Dir   string
	Cause error
}

// Error says what to do.
func (e *FailedError) Error() string {
	if vfs.IsNoSpaceError(e.Cause) {
		return fmt.Sprintf("store: the disk of %s is full: %v; make room, then start again: nothing is lost", e.Dir, e.Cause)
	}
	return fmt.Sprintf("store: %s cannot be written any more: %v; look after the disk, then start again: nothing is lost", e.Dir, e.Cause)
}

// Unwrap is the cause.
func (e *FailedError) Unwrap() error { return e.Cause }

// DamageError says that what is on disk is not what was written. Quarantine makes room for a new store.
type DamageError struct {
	Dir   string
	Cause error
}

// Error says what to do.
func (e *DamageError) Error() string {
	return fmt.Sprintf("store: %s is damaged: %v; the next start sets it aside and restores a new one from the changelog; look after the disk",
		e.Dir, e.Cause)
}

// Unwrap is the cause.
func (e *DamageError) Unwrap() error { return e.Cause }

// failure is the end of a store that can promise nothing any more: the first reason counts.
type failure struct {
	once sync.Once
	// happened is closed with the first reason, stuck when Pebble may hold locks for good: it can be neither written nor closed.
	happened, stuck chan struct{}
	err             error
	tell            func(error)
}

func newFailure(tell func(error)) *failure {
	return &failure{happened: make(chan struct{}), stuck: make(chan struct{}), tell: tell}
}

func (f *failure) fail(err error) {
	f.once.Do(func() {
		f.err = err
		close(f.happened)
		if errors.As(err, new(*FailedError)) {
			close(f.stuck)
		}
		f.tell(err)
	})
}

// check is the reason why nothing may be read or written any more; nil while the store is well.
func (f *failure) check() error {
	select {
	case <-f.happened:
		return f.err
	default:
		return nil
	}
}

// unlessStuck waits for work whose goroutine Pebble may never let go.
func (f *failure) unlessStuck(work func() error) error {
	done := make(chan error, 1)
	go func() { done <- work() }()
	select {
	case err := <-done:
		return err
	case <-f.stuck:
		return f.err
	}
}

// refused ends the store for good: it does not return, since Pebble may hold locks here and would go on as if it had succeeded.
func (f *failure) refused(dir string, cause error) {
	f.fail(&FailedError{dir, cause})
	select {}
}

// write runs a write unless the store has failed, or was closed while the write waited for its turn.
func (db *DB) write(write func() error) (err error) {
	if err := db.failure.check(); err != nil {
		return err
	}
	defer func() {
		switch cause := recover(); cause := cause.(type) {
		case nil:
		case error:
			if !errors.Is(cause, pebble.ErrClosed) {
				panic(cause)
			}
			err = cause
		default:
			panic(cause)
		}
	}()
	return write()
}

// readError is what a read returns, given Pebble's answer. Damage ends the store: none of its values can be trusted then.
func (db *DB) readError(err error) error {
	if err != nil && pebble.IsCorruptionError(err) {
		db.failure.fail(db.damaged(err))
	}
	if failed := db.failure.check(); failed != nil {
		return failed
	}
	return err
}
