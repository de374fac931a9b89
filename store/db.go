package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"time"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/bloom"
	"github.com/cockroachdb/pebble/v2/vfs"
)

// Options are how a DB is opened.
type Options struct {
	// FS is the file system; nil is the operating system's. Tests use vfs.NewMem and vfs.NewCrashableMem.
	FS vfs.FS
	// Logger hears of background errors; nil is slog.Default.
	Logger *slog.Logger
	// ReadOnly opens a store that must exist and keeps other processes out meanwhile, as any Open does. It changes nothing: damage is
	// reported, but not marked.
	ReadOnly bool
	// CacheBytes bounds Pebble's block cache; 0 is 64 MiB.
	CacheBytes int64
	// Fatal is called once when the store can promise nothing any more: with a *FailedError when it cannot be written, with a
	// *DamageError when what is on disk is wrong. It must not block. From then on the store refuses everything, and calls that
	// were under way may never return: end the process. Nil logs the error and ends it with status 1.
	Fatal func(error)
}

// ErrLocked says that another process has the store open.
var ErrLocked = errors.New("store: directory is in use by another process")

// DB is one process's Pebble, shared by all its partitions.
type DB struct {
	pebble   *pebble.DB
	fs       vfs.FS
	dir      string
	failure  *failure
	readOnly bool
}

// Open opens the store in dir, or makes a new one. Its errors: ErrLocked, *DamageError (see Quarantine), *FailedError, or what the
// operating system says.
func Open(dir string, o Options) (*DB, error) {
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	if o.Fatal == nil {
		o.Fatal = exit(o.Logger)
	}
	db := &DB{fs: o.FS, dir: dir, failure: newFailure(o.Fatal), readOnly: o.ReadOnly}
	if db.fs == nil {
		db.fs = vfs.Default
	}
	if o.ReadOnly {
		if there, err := pebble.Peek(dir, db.fs); errors.Is(err, fs.ErrNotExist) || err == nil && !there.Exists {
			return nil, fmt.Errorf("store: there is no store in %s", dir)
		}
	}
	if err := found(db.fs, dir); err != nil {
		return nil, err
	}
	cacheBytes := o.CacheBytes
	if cacheBytes == 0 {
		cacheBytes = 64 << 20
	}
	cache := pebble.NewCache(cacheBytes)
	defer cache.Unref()
	log := pebbleLogger{log: o.Logger, db: db}
	opts := &pebble.Options{
		FS:                          guard{db.fs, func(err error) { db.failure.refused(dir, err) }},
		ReadOnly:                    o.ReadOnly,
		Cache:                       cache,
		FormatMajorVersion:          pebbleFormat(1),
		MemTableSize:                64 << 20,
		MemTableStopWritesThreshold: 4,
		L0CompactionThreshold:       4,
		L0StopWritesThreshold:       24,
		LBaseMaxBytes:               128 << 20,
		WALBytesPerSync:             512 << 10,
		Logger:                      log,
		EventListener:               log.listener(),
	}
	opts.EnsureDefaults()
	for i := range opts.Levels {
		opts.Levels[i].FilterPolicy = bloom.FilterPolicy(10)
	}
	err := db.failure.unlessStuck(func() (err error) {
		db.pebble, err = pebble.Open(dir, opts)
		return err
	})
	if err != nil {
		return nil, opening(dir, err)
	}
	if err := db.failure.check(); err != nil { // what Pebble found when it began to tidy up
		return nil, errors.Join(err, db.failure.unlessStuck(db.pebble.Close))
	}
	return db, nil
}

// Close flushes and closes the store. One that has failed stays as it is: the end of the process lets go of it.
func (db *DB) Close() error {
	if db.failure.check() != nil {
		return nil
	}
	return db.failure.unlessStuck(func() error {
		if db.readOnly {
			return db.pebble.Close()
		}
		if err := db.pebble.Flush(); err != nil {
			return errors.Join(fmt.Errorf("store: flush: %w", err), db.pebble.Close())
		}
		if err := db.pebble.Close(); err != nil {
			return fmt.Errorf("store: close: %w", err)
		}
		return nil
	})
}

// Bytes is the disk space that the store takes, write-ahead log included.
func (db *DB) Bytes() uint64 {
	if db.failure.check() != nil {
		return 0 // Pebble may hold its locks for good
	}
	return db.pebble.Metrics().DiskSpaceUsage()
}

// Sync makes everything that is committed survive a power loss.
func (db *DB) Sync() error {
	if err := db.write(func() error { return db.pebble.LogData(nil, pebble.Sync) }); err != nil {
		return fmt.Errorf("store: sync: %w", err)
	}
	return nil
}

// KeepSynced puts the store on disk every so often until ctx ends, off the path of whoever writes.
func (db *DB) KeepSynced(ctx context.Context, every time.Duration) error {
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
			if err := db.Sync(); err != nil {
				return err
			}
		}
	}
}

// Room is the space on the store's file system in bytes: what this process may still use, and all there is. The error is
// vfs.ErrUnsupported where that cannot be told.
func (db *DB) Room() (free, total uint64, err error) {
	usage, err := db.fs.GetDiskUsage(db.dir)
	if err != nil {
		return 0, 0, fmt.Errorf("store: room on the disk of %s: %w", db.dir, err)
	}
	return usage.AvailBytes, usage.TotalBytes, nil
}

// raise brings the form of Pebble's files up to a format level.
func (db *DB) raise(level byte) error {
	format := pebbleFormat(level)
	if format <= db.pebble.FormatMajorVersion() {
		return nil
	}
	if err := db.write(func() error { return db.pebble.RatchetFormatMajorVersion(format) }); err != nil {
		return fmt.Errorf("store: raise the files to format level %d: %w", level, err)
	}
	return nil
}

// Space is the share of one processor in one partition. processor is the processor's tag, unique in this binary.
func (db *DB) Space(processor byte, partition int) *Space {
	return &Space{db: db, processor: processor, partition: partition}
}
