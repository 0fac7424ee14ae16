package sqlite

import (
	"errors"
	"fmt"

	"github.com/daypass/daypass/internal/store"
)

// Primary result codes ("Result and Error Codes" in the SQLite documentation).
const (
	codeBusy     = 5
	codeLocked   = 6
	codeReadOnly = 8
	codeCorrupt  = 11
	codeFull     = 13
	codeNotADB   = 26
)

// code returns the primary result code of a driver error, or -1.
func code(err error) int {
	var coded interface {
		error
		Code() int
	}
	if errors.As(err, &coded) {
		return coded.Code() & 0xff
	}
	return -1
}

// explain puts what the driver said under the contract's errors.
func (e *Engine) explain(doing string, err error) error {
	switch code(err) {
	case codeCorrupt, codeNotADB:
		return damaged(e.path, fmt.Errorf("%s: %w", doing, err))
	case codeFull:
		return fmt.Errorf("%w: %s: %w", store.ErrFull, doing, err)
	case codeBusy, codeLocked:
		return fmt.Errorf("%w: %s: %s is locked by another program: %w", store.ErrInUse, doing, e.path, err)
	case codeReadOnly:
		return fmt.Errorf("%s: %s cannot be written: %w", doing, e.path, err)
	}
	return fmt.Errorf("%s: %w", doing, err)
}

func damaged(path string, err error) error {
	return fmt.Errorf("%w: %s: keep a copy of it and of its -wal file, then restore the newest backup into an empty data folder: %w",
		store.ErrCorrupt, path, err)
}
