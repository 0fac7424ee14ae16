// Package audit owns the record of who did what: the shape of an event, its one text form, and the places it is written to.
//
// An event has the record format of AWS CloudTrail, so that the tools which read trails read ours. What CloudTrail has no
// place for (which policies decided, why a request was denied, which key came out of a minting call) is in
// additionalEventData. Minting and use are joined by the session's access key id: the minting event names it as
// issuedAccessKeyId, every later event of the session as userIdentity.accessKeyId.
//
// An event is written before the reply goes out. When a [Sink] fails, its error goes back to the caller, who refuses the
// request: what cannot be recorded does not happen.
//
// It never decides anything, never filters, and never holds a secret: no field of [Event] is made for one, and whoever
// fills requestParameters leaves out the fields that are sensitive. Callers: guard writes, the explain operation reads.
package audit
