package store

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"time"
	"unicode/utf8"
)

// Cause says who changed the state and why. It is stored with the change, so
// that history explains itself. It never holds a secret.
type Cause struct {
	// ID is unique among all causes; a writer that got ErrUnknown looks for it
	// in history. Never empty.
	ID string
	// Principal is the resource name of the caller, or empty for the program itself.
	Principal string
	// Operation is the wire name of the operation, such as iam:CreateUser.
	Operation string
	// RequestID is the id the caller was given in the reply.
	RequestID string
	// Time is when the change was made by the clock of the node that made it.
	// It is kept in UTC to the nanosecond and is informative only: order comes
	// from the revision.
	Time time.Time
}

// causeText is the stored form: one JSON object, readable with any tool.
type causeText struct {
	ID        string    `json:"id"`
	Principal string    `json:"principal,omitempty"`
	Operation string    `json:"operation,omitempty"`
	RequestID string    `json:"request,omitempty"`
	Time      time.Time `json:"time,omitzero"`
}

// Size is what the cause counts against MaxCause and MaxCommit, in bytes.
func (c Cause) Size() int {
	return len(c.ID) + len(c.Principal) + len(c.Operation) + len(c.RequestID)
}

// Check reports ErrTooLarge or ErrInvalid, or nil.
func (c Cause) Check() error {
	if n := c.Size(); n > MaxCause {
		return fmt.Errorf("%w: the cause has %d bytes, the limit is %d", ErrTooLarge, n, MaxCause)
	}
	if c.ID == "" {
		return fmt.Errorf("%w: the cause has no id", ErrInvalid)
	}
	for _, s := range []string{c.ID, c.Principal, c.Operation, c.RequestID} {
		if !utf8.ValidString(s) {
			return fmt.Errorf("%w: the cause holds %q, which is not UTF-8", ErrInvalid, s)
		}
	}
	if y := c.Time.UTC().Year(); y < 1 || y > 9999 {
		return fmt.Errorf("%w: the cause is of the year %d", ErrInvalid, y)
	}
	return nil
}

// MarshalText gives the form engines store.
func (c Cause) MarshalText() ([]byte, error) {
	t := causeText(c)
	t.Time = c.Time.UTC()
	return json.Marshal(t)
}

// UnmarshalText reads the form engines store. It refuses unknown members and
// whatever Check refuses, with ErrCorrupt: no engine wrote that.
func (c *Cause) UnmarshalText(text []byte) error {
	// Escaping makes text at most six times as long, plus names and the time.
	if len(text) > 6*MaxCause+256 {
		return fmt.Errorf("%w: a stored cause has %d bytes", ErrCorrupt, len(text))
	}
	var t causeText
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&t); err != nil {
		return fmt.Errorf("%w: a stored cause cannot be read: %w", ErrCorrupt, err)
	}
	if _, err := d.Token(); err != io.EOF {
		return fmt.Errorf("%w: a stored cause is followed by more", ErrCorrupt)
	}
	read := Cause(t).normal()
	if err := read.Check(); err != nil {
		return fmt.Errorf("%w: a stored cause: %w", ErrCorrupt, err)
	}
	*c = read
	return nil
}

// normal is the cause as it comes back from storage.
func (c Cause) normal() Cause {
	c.Time = c.Time.Round(0).UTC()
	return c
}
