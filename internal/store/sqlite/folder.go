package sqlite

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/daypass/daypass/internal/store"
)

const (
	stateFile = "state.db"
	lockFile  = "lock"
	// magic are the first bytes of every SQLite file ("Database File Format").
	magic = "SQLite format 3\x00"
)

// prepareFolder makes the data folder exist, for the owner alone.
func prepareFolder(folder string) error {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return fmt.Errorf("create the data folder: %w", err)
	}
	info, err := os.Stat(folder)
	if err != nil {
		return fmt.Errorf("look at the data folder: %w", err)
	}
	if !info.IsDir() {
		return fmt.Errorf("the data folder %s is a file", folder)
	}
	if !openToOthers(info) {
		return nil
	}
	if err := os.Chmod(folder, 0o700); err != nil {
		return fmt.Errorf("the data folder %s is open to other users (%s) and cannot be closed to them; name a folder inside it instead: %w",
			folder, info.Mode().Perm(), err)
	}
	return nil
}

// prepareFile makes the state file exist, for the owner alone, and refuses
// what is not SQLite before SQLite is asked: it must not be let loose on
// somebody else's file. No connection may be open yet, because closing any
// descriptor of the file drops the process's POSIX locks on it.
func prepareFile(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return fmt.Errorf("open the state file: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return fmt.Errorf("look at the state file: %w", err)
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("%w: %s is not a regular file", store.ErrForeign, path)
	}
	if openToOthers(info) {
		if err := f.Chmod(0o600); err != nil {
			return fmt.Errorf("the state file %s is open to other users (%s) and cannot be closed to them: %w", path, info.Mode().Perm(), err)
		}
	}
	if info.Size() == 0 {
		return syncNew(filepath.Dir(path))
	}
	head := make([]byte, len(magic))
	if _, err := io.ReadFull(f, head); errors.Is(err, io.ErrUnexpectedEOF) || err == nil && string(head) != magic {
		return damaged(path, errors.New("it does not begin as a SQLite file does"))
	} else if err != nil {
		return fmt.Errorf("read the state file: %w", err)
	}
	return nil
}

// syncNew makes the names of a folder and of its new files durable. Not every
// system can flush a folder; where it cannot, there is nothing to be done.
func syncNew(folder string) error {
	for _, dir := range []string{folder, filepath.Dir(folder)} {
		d, err := os.Open(dir)
		if errors.Is(err, fs.ErrPermission) && dir != folder {
			continue // a parent that may be entered but not read
		}
		if err != nil {
			return fmt.Errorf("flush the data folder: %w", err)
		}
		err = syncFolder(d)
		d.Close()
		if err != nil {
			return fmt.Errorf("flush the folder %s: %w", dir, err)
		}
	}
	return nil
}

// Missing reports whether the folder holds no state yet: Open would create one.
func Missing(folder string) (bool, error) {
	switch _, err := os.Stat(filepath.Join(folder, stateFile)); {
	case err == nil:
		return false, nil
	case errors.Is(err, os.ErrNotExist):
		return true, nil
	default:
		return false, fmt.Errorf("look for the state file: %w", err)
	}
}
