package store

import (
	"errors"
	"fmt"
	"log/slog"

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
	// ReadOnly opens a store that must exist, changes nothing in it, and keeps other processes out meanwhile as any Open does.
	ReadOnly bool
	// CacheBytes bounds Pebble's block cache; 0 is 64 MiB.
	CacheBytes int64
	// Fatal is called once when the store can no longer promise anything (a write-ahead log error, a corrupt table). It must
	// not return: the commit pipeline is dead afterwards. Nil panics, which ends the process.
	Fatal func(error)
}

// ErrLocked says that another process has the store open.
var ErrLocked = errors.New("store: directory is in use by another process")

// DB is one process's Pebble, shared by all its partitions.
type DB struct {
	pebble   *pebble.DB
	readOnly bool
}

// Open opens the store in dir, or makes a new one.
func Open(dir string, o Options) (*DB, error) {
	cacheBytes := o.CacheBytes
	if cacheBytes == 0 {
		cacheBytes = 64 << 20
	}
	cache := pebble.NewCache(cacheBytes)
	defer cache.Unref()
	log := newPebbleLogger(o.Logger, o.Fatal)
	opts := &pebble.Options{
		FS:                          o.FS,
		ReadOnly:                    o.ReadOnly,
		Cache:                       cache,
		FormatMajorVersion:          pebbleFormat(1),
		MemTableSize:                32 << 20,
		MemTableStopWritesThreshold: 4,
		L0CompactionThreshold:       4,
		L0StopWritesThreshold:       24,
		LBaseMaxBytes:               128 << 20,
		WALBytesPerSync:             512 << 10,
		Logger:                      log,
		EventListener:               log.listener(),
	}
	if o.FS == nil {
		opts.FS = vfs.Default
	}
	opts.EnsureDefaults()
	for i := range opts.Levels {
		opts.Levels[i].FilterPolicy = bloom.FilterPolicy(10)
	}
	db, err := pebble.Open(dir, opts)
	if err != nil {
		if isLocked(err) {
			return nil, fmt.Errorf("%w: %s", ErrLocked, dir)
		}
		return nil, fmt.Errorf("store: open %s: %w", dir, err)
	}
	return &DB{pebble: db, readOnly: o.ReadOnly}, nil
}

// Close flushes and closes the store.
func (db *DB) Close() error {
	if !db.readOnly {
		if err := db.pebble.Flush(); err != nil {
			return errors.Join(fmt.Errorf("store: flush: %w", err), db.pebble.Close())
		}
	}
	if err := db.pebble.Close(); err != nil {
		return fmt.Errorf("store: close: %w", err)
	}
	return nil
}

// Bytes is the disk space that the store takes, write-ahead log included.
func (db *DB) Bytes() uint64 { return db.pebble.Metrics().DiskSpaceUsage() }

// Sync makes everything that is committed survive a power loss.
func (db *DB) Sync() error {
	if err := db.pebble.LogData(nil, pebble.Sync); err != nil {
		return fmt.Errorf("store: sync: %w", err)
	}
	return nil
}

// raise brings the form of Pebble's files up to a format level.
func (db *DB) raise(level byte) error {
	format := pebbleFormat(level)
	if format <= db.pebble.FormatMajorVersion() {
		return nil
	}
	if err := db.pebble.RatchetFormatMajorVersion(format); err != nil {
		return fmt.Errorf("store: raise the files to format level %d: %w", level, err)
	}
	return nil
}

// Space is the share of one processor in one partition. processor is the processor's tag, unique in this binary.
func (db *DB) Space(processor byte, partition int) *Space {
	return &Space{db: db, processor: processor, partition: partition}
}
