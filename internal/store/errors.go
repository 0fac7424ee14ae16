package store

import "errors"

// The closed list of reasons an engine gives. They are matched with
// errors.Is; the engine's own words are wrapped around them.
var (
	// ErrBehind: another writer committed first.
	ErrBehind = errors.New("another writer was first")
	// ErrUnknown: whether the commit took place cannot be told.
	ErrUnknown = errors.New("the outcome of the commit is not known")
	// ErrCompacted: the history asked for was given up.
	ErrCompacted = errors.New("history no longer reaches back that far")
	// ErrLineage: the position is not a part of this history.
	ErrLineage = errors.New("the position belongs to another history")
	// ErrTooLarge: a key, value, cause or commit is over its limit.
	ErrTooLarge = errors.New("too large")
	// ErrInvalid: a key, a cause or a batch breaks a rule of its form.
	ErrInvalid = errors.New("invalid batch")
	// ErrFull: the storage has no room left; nothing was written.
	ErrFull = errors.New("the storage is full")
	// ErrClosed: the engine was closed.
	ErrClosed = errors.New("the store is closed")
	// ErrInUse: another process has this storage open.
	ErrInUse = errors.New("the storage is in use by another process")
	// ErrForeign: the storage holds something this version does not know.
	ErrForeign = errors.New("not a store of this program or version")
	// ErrCorrupt: the storage is damaged.
	ErrCorrupt = errors.New("the storage is damaged")
)
