package fault

import (
	"context"
	"errors"
	"strconv"
)

// Error is the one error type of the core.
type Error struct {
	Kind Kind
	What What
	// Subject is the sort of thing the failed verb acted on, where What names something else: deleting a user (Subject) is
	// refused because of an access key (What). None elsewhere.
	Subject What
	// Name is the name of the thing, as the caller wrote it or as it is stored.
	Name string
	// Detail is data for the wording (a value, a version). It is shown raw only where a dialect's table documents that it
	// is a finished sentence, as for Malformed documents.
	Detail string
	// Limit is the quota or bound that was hit; 0 elsewhere.
	Limit int
	// Err is the cause, for logs and errors.Is; it is never shown to a caller.
	Err error
}

// Error is the text for logs. Dialects word their own.
func (e *Error) Error() string {
	b := make([]byte, 0, 96)
	b = append(b, e.Kind.String()...)
	if e.What != None {
		b = append(append(b, ": "...), e.What.String()...)
	}
	if e.Name != "" {
		b = strconv.AppendQuote(append(b, ' '), e.Name)
	}
	if e.Subject != None {
		b = append(append(append(b, " (of "...), e.Subject.String()...), ')')
	}
	if e.Detail != "" {
		b = strconv.AppendQuote(append(b, ": "...), e.Detail)
	}
	if e.Limit != 0 {
		b = strconv.AppendInt(append(b, ", limit "...), int64(e.Limit), 10)
	}
	if e.Err != nil {
		b = append(append(b, ": "...), e.Err.Error()...)
	}
	return string(b)
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// Is makes errors.Is(err, &Error{Kind: k}) and errors.Is(err, &Error{Kind: k, What: w}) useful: a target with only Kind and
// What matches every Error of that Kind and, unless What is None, of that What.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	if !ok || t.Subject != None || t.Name != "" || t.Detail != "" || t.Limit != 0 || t.Err != nil {
		return false
	}
	return t.Kind == e.Kind && (t.What == None || t.What == e.What)
}

// Of finds the Error in err's chain. An error of another type becomes Internal with err as its cause; the end of a context
// becomes Unavailable, a nil *Error in an error Internal. Of(nil) is nil.
func Of(err error) *Error {
	if err == nil {
		return nil
	}
	if e, ok := errors.AsType[*Error](err); ok {
		if e == nil {
			return &Error{Kind: Internal}
		}
		return e
	}
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return &Error{Kind: Unavailable, Err: err}
	}
	return &Error{Kind: Internal, Err: err}
}

// IsNotFound reports whether err is a NotFound fault.
func IsNotFound(err error) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && e != nil && e.Kind == NotFound
}

// New is an Error with a Kind, a What and a name.
func New(kind Kind, what What, name string) *Error { return &Error{Kind: kind, What: what, Name: name} }

// Missing says that a thing does not exist.
func Missing(what What, name string) *Error { return &Error{Kind: NotFound, What: what, Name: name} }

// Taken says that the name of a thing is in use.
func Taken(what What, name string) *Error { return &Error{Kind: Exists, What: what, Name: name} }

// Blocked says that a subject cannot be deleted because of what.
func Blocked(subject, what What, name string) *Error {
	return &Error{Kind: InUse, What: what, Subject: subject, Name: name}
}

// Exceeded says that a quota on what, counted per subject, would be exceeded.
func Exceeded(subject, what What, name string, limit int) *Error {
	return &Error{Kind: Limit, What: what, Subject: subject, Name: name, Limit: limit}
}

// BadParameter says that a parameter (by its lower camel case name) has a value that is not allowed.
func BadParameter(name, value string) *Error {
	return &Error{Kind: Invalid, What: Parameter, Name: name, Detail: value}
}

// MalformedDocument says that a document is not well formed; detail is the finished sentence of the grammar.
func MalformedDocument(what What, detail string, err error) *Error {
	return &Error{Kind: Malformed, What: what, Detail: detail, Err: err}
}

// Broken wraps an unexpected error as Internal.
func Broken(err error) *Error { return &Error{Kind: Internal, Err: err} }
