package mapping

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
)

// Out is where an import puts its files.
type Out interface {
	// Create starts a file that appears under its name only with Commit; a name that is taken is an error.
	Create(name string) (OutFile, error)
}

// OutFile is a file being written.
type OutFile interface {
	io.Writer
	// Commit makes the file appear, complete.
	Commit() error
	// Discard forgets it. After Commit it does nothing.
	Discard()
}

// Dir is a directory on disk; Create makes it when it is missing. A history is nobody else's business: only the user may read it.
type Dir string

// Create opens NAME.partial, which Commit renames to NAME.
func (d Dir) Create(name string) (OutFile, error) {
	if err := os.MkdirAll(string(d), 0o700); err != nil {
		return nil, err
	}
	path := filepath.Join(string(d), name)
	if _, err := os.Lstat(path); err == nil {
		return nil, fmt.Errorf("%s is already there; remove it or choose another directory", path)
	} else if !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	f, err := os.OpenFile(path+".partial", os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	return &diskFile{Writer: bufio.NewWriterSize(f, 1<<18), file: f, path: path}, nil
}

type diskFile struct {
	*bufio.Writer
	file *os.File
	path string
}

func (f *diskFile) Commit() error {
	err := errors.Join(f.Flush(), f.file.Sync(), f.file.Close())
	if err == nil {
		err = os.Rename(f.path+".partial", f.path)
	}
	f.file = nil
	return err
}

func (f *diskFile) Discard() {
	if f.file == nil {
		return
	}
	// Nothing can be done about a partial file that will not go away; its name says what it is.
	_ = f.file.Close()
	_ = os.Remove(f.path + ".partial")
	f.file = nil
}

// outputs are the files of one import, created as they are first needed.
type outputs struct {
	out   Out
	files map[string]OutFile
}

func (o *outputs) file(name string) (OutFile, error) {
	if f, ok := o.files[name]; ok {
		return f, nil
	}
	f, err := o.out.Create(name)
	if err != nil {
		return nil, fmt.Errorf("creating %s: %w", name, err)
	}
	o.files[name] = f
	return f, nil
}

func (o *outputs) commit() error {
	for _, name := range o.names() {
		if err := o.files[name].Commit(); err != nil {
			return fmt.Errorf("finishing %s: %w", name, err)
		}
	}
	return nil
}

func (o *outputs) discard() {
	for _, f := range o.files {
		f.Discard()
	}
}

func (o *outputs) names() []string {
	names := make([]string, 0, len(o.files))
	for name := range o.files {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
