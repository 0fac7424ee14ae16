package sqlite

import (
	"errors"
	"io/fs"
	"os"

	"golang.org/x/sys/windows"
)

// openToOthers is never true: rights are access lists here, inherited from the
// folder above.
func openToOthers(fs.FileInfo) bool { return false }

// syncFolder has nothing to do: NTFS journals names itself.
func syncFolder(*os.File) error { return nil }

// tryLock takes the lock without waiting. It ends with the process. The locked
// byte lies beyond the content, which others may then still read.
func tryLock(f *os.File) (bool, error) {
	err := windows.LockFileEx(windows.Handle(f.Fd()), windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY,
		0, 1, 0, &windows.Overlapped{OffsetHigh: 1})
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) {
		return false, nil
	}
	return err == nil, err
}
