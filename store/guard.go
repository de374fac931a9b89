package store

import (
	"os"

	"github.com/cockroachdb/pebble/v2/vfs"
)

// guard is a file system that ends the store at the first write that is refused, and keeps the refusal from Pebble: that panics over
// some, with locks that cannot be let go, and tries others again without end.
type guard struct {
	vfs.FS
	// refused ends the store with the error and does not return.
	refused func(error)
}

func (g guard) check(err error) {
	if err != nil {
		g.refused(err)
	}
}

func (g guard) file(f vfs.File, err error) (vfs.File, error) {
	g.check(err)
	return guardedFile{f, g}, nil
}

// Create implements vfs.FS.
func (g guard) Create(name string, category vfs.DiskWriteCategory) (vfs.File, error) {
	return g.file(g.FS.Create(name, category))
}

// ReuseForWrite implements vfs.FS.
func (g guard) ReuseForWrite(oldname, newname string, category vfs.DiskWriteCategory) (vfs.File, error) {
	return g.file(g.FS.ReuseForWrite(oldname, newname, category))
}

// OpenDir implements vfs.FS; a directory is opened to be synced. One that is not there is Pebble's business.
func (g guard) OpenDir(name string) (vfs.File, error) {
	f, err := g.FS.OpenDir(name)
	if os.IsNotExist(err) {
		return nil, err
	}
	return g.file(f, err)
}

// Link implements vfs.FS.
func (g guard) Link(oldname, newname string) error {
	g.check(g.FS.Link(oldname, newname))
	return nil
}

// Rename implements vfs.FS.
func (g guard) Rename(oldname, newname string) error {
	g.check(g.FS.Rename(oldname, newname))
	return nil
}

// Unwrap implements vfs.FS.
func (g guard) Unwrap() vfs.FS { return g.FS }

type guardedFile struct {
	vfs.File
	guard guard
}

// Write implements vfs.File.
func (f guardedFile) Write(p []byte) (int, error) {
	n, err := f.File.Write(p)
	f.guard.check(err)
	return n, nil
}

// WriteAt implements vfs.File.
func (f guardedFile) WriteAt(p []byte, offset int64) (int, error) {
	n, err := f.File.WriteAt(p, offset)
	f.guard.check(err)
	return n, nil
}

// Sync implements vfs.File.
func (f guardedFile) Sync() error {
	f.guard.check(f.File.Sync())
	return nil
}

// SyncData implements vfs.File.
func (f guardedFile) SyncData() error {
	f.guard.check(f.File.SyncData())
	return nil
}

// SyncTo implements vfs.File.
func (f guardedFile) SyncTo(length int64) (bool, error) {
	full, err := f.File.SyncTo(length)
	f.guard.check(err)
	return full, nil
}
