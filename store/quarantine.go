package store

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"
)

// damagedMark is the file that tells the next start that the store is damaged, and how.
const damagedMark = "DAMAGED"

// damaged makes the error for what was found, and leaves the mark: the next start may not come across the damage by itself.
func (db *DB) damaged(cause error) error {
	if info := pebble.ExtractDataCorruptionInfo(cause); info != nil {
		cause = fmt.Errorf("%s: %w", info.Path, info.Details)
	}
	err := error(&DamageError{db.dir, cause})
	if db.readOnly {
		return err
	}
	if marking := writeMark(db.fs, db.fs.PathJoin(db.dir, damagedMark), cause.Error()); marking != nil {
		err = errors.Join(err, fmt.Errorf("store: the mark of it was not written, move the directory away by hand: %w", marking))
	}
	return err
}

func writeMark(fs vfs.FS, path, text string) error {
	f, err := fs.Create(path, vfs.WriteCategoryUnspecified)
	if err != nil {
		return err
	}
	_, err = io.WriteString(f, text)
	return errors.Join(err, f.Sync(), f.Close())
}

// found gives the damage that an earlier run came across, or that shows at a glance; nil when there is none.
func found(fs vfs.FS, dir string) error {
	names, err := fs.List(dir)
	if err != nil {
		return nil // a new store
	}
	if slices.Contains(names, damagedMark) {
		return &DamageError{dir, errors.New(readMark(fs, fs.PathJoin(dir, damagedMark)))}
	}
	has := func(what func(name string) bool) bool { return slices.ContainsFunc(names, what) }
	manifest := has(func(name string) bool { return strings.HasPrefix(name, "marker.manifest.") })
	if data := has(func(name string) bool { return strings.HasSuffix(name, ".sst") || strings.HasSuffix(name, ".log") }); data && !manifest {
		// Pebble would begin a new store and apply the old log to it.
		return &DamageError{dir, errors.New("the file that names the manifest is missing")}
	}
	return nil
}

func readMark(fs vfs.FS, path string) string {
	f, err := fs.Open(path)
	if err != nil {
		return err.Error()
	}
	text, err := io.ReadAll(f)
	if err := errors.Join(err, f.Close()); err != nil {
		return err.Error()
	}
	return string(text)
}

// opening sorts the reasons why a directory does not open: somebody has it, the machine does not let us, a newer release wrote it, or
// it is not what was written. For the last Pebble has no one word.
func opening(dir string, err error) error {
	missing := errors.Is(err, fs.ErrNotExist)
	switch {
	case errors.As(err, new(*FailedError)):
		return err
	case isLocked(err):
		return fmt.Errorf("%w: %s", ErrLocked, dir)
	case !missing && errors.As(err, new(syscall.Errno)), strings.Contains(err.Error(), "unknown format major version"):
		return fmt.Errorf("store: open %s: %w", dir, err)
	}
	return &DamageError{dir, err}
}

// Quarantine moves a damaged store aside and tells where it is then: beside its old place, named after the time. A nil file system is
// the operating system's. ErrLocked when a process has the store open.
func Quarantine(fs vfs.FS, dir string, now time.Time) (aside string, err error) {
	if fs == nil {
		fs = vfs.Default
	}
	lock, err := pebble.LockDirectory(dir, fs)
	if err != nil {
		return "", opening(dir, err)
	}
	aside = dir + ".quarantine-" + now.UTC().Format("20060102T150405.000Z")
	if err := errors.Join(fs.Rename(dir, aside), lock.Close()); err != nil {
		return "", fmt.Errorf("store: set %s aside: %w; move it or empty it by hand, then start again", dir, err)
	}
	return aside, nil
}
