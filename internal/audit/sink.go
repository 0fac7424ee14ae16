package audit

import (
	"context"
	"errors"
)

// ErrNotFound says that no event with the wanted request id is within reach.
var ErrNotFound = errors.New("audit: no such event")

// ErrClosed says that a sink was written to after it was closed.
var ErrClosed = errors.New("audit: the sink is closed")

// A Sink keeps events.
type Sink interface {
	// Write keeps e. It returns an error if e may not have been kept. The end of ctx does not stop a write: the client
	// may be gone, what was done still goes on record. The event is not kept hold of.
	Write(ctx context.Context, e *Event) error
}

// A Finder gives events back.
type Finder interface {
	// Find returns the event with the request id, the newest if there are several, or [ErrNotFound].
	Find(ctx context.Context, requestID string) (*Event, error)
}

// maxRequestID bounds the request ids that are searched for.
const maxRequestID = 128

// searchable reports whether id can be a request id: printable ASCII without quote and backslash, so that it stands in a
// record exactly as it is.
func searchable(id string) bool {
	if id == "" || len(id) > maxRequestID {
		return false
	}
	for i := range len(id) {
		if c := id[i]; c <= ' ' || c >= 0x7f || c == '"' || c == '\\' {
			return false
		}
	}
	return true
}
