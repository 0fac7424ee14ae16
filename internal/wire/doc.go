// Package wire carries shapes between Go values and the bytes of a request or an answer.
//
// A [Shape] names its own fields, one line per field, in its Walk method. A [Walker] is one thing that can be done with such a
// list of fields: read them from a query form ([ReadForm]), from JSON ([ReadJSON]) or from XML ([ReadXMLResponse]); write them as
// a query form ([AppendForm]), as XML ([AppendXML]) or as JSON ([AppendJSON]); or check them against their rules ([Check]).
// No reflection and no struct tags take part, so a breakpoint in a Walk method sees every field of every message.
//
// Absence is part of a value. A required member is a plain value, an optional one is a pointer. A nil slice is absent, a slice
// that is empty but not nil is present and empty; clients of the AWS query protocol see the difference in both directions.
//
// Readers check while they read, because only they know whether a member was sent at all. What is wrong with an input comes
// back as data ([Violation]); the words for it belong to the dialect that speaks to the client.
//
// The package owns: the bounded parsers of forms, JSON and XML, escaping, the envelopes of the AWS query protocol, field rules.
// It never knows what a role or a user is, never does I/O, never reads a clock, and imports only the standard library.
// Doors and the generated shapes below them call it; the domain does not.
package wire
