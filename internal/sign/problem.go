package sign

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Kind says why a signature does not hold. The list is closed; a dialect's words table has an entry for each.
type Kind uint8

// Kinds, in the order in which a request meets them.
const (
	// TooLarge: Field is longer or more numerous than Limit.
	TooLarge Kind = iota + 1
	// MissingToken: the request carries no signature and no part of one.
	MissingToken
	// Unsupported: the scheme Given is not one that is accepted here.
	Unsupported
	// Ambiguous: Field is there twice, or in two places, so that two readers could read two requests.
	Ambiguous
	// Incomplete: the parts in Missing are absent or empty. Given is the Authorization header as received.
	Incomplete
	// Malformed: Field has a value, Given, that its grammar does not allow.
	Malformed
	// CredentialShape: the credential, Given, does not have its five parts.
	CredentialShape
	// BadDate: the signing time, Given, of Field cannot be read.
	BadDate
	// ScopeDate: the scope's day, Given, is not that of the signing time, Want.
	ScopeDate
	// ScopeService: the scope's service, Given, is not Want.
	ScopeService
	// ScopeTerminator: the scope ends with Given and not with Want.
	ScopeTerminator
	// BadExpires: the life of a presigned request, Given, is not a whole number of seconds from 1 to Limit.
	BadExpires
	// UnsignedHeader: the request carries the header Field, which must be signed and is not.
	UnsignedHeader
	// AbsentHeader: the header Field is listed as signed and is not in the request.
	AbsentHeader
	// PayloadMode: the declared payload mode, Given, is not accepted here.
	PayloadMode
	// BadPayloadHash: the body's hash is Want and not the declared Given; an empty Want means the body is not known.
	BadPayloadHash
	// SkewPast: Date is before Bound, the server's time Now less Window.
	SkewPast
	// SkewFuture: Date is after Bound, the server's time Now plus Window.
	SkewFuture
	// ExpiredPresign: the presigned request of Date was good for Window, until Bound; Now is later.
	ExpiredPresign
	// Mismatch: the signature is not the one that this secret makes of this request.
	Mismatch

	kinds // the number of kinds plus one
)

// Kinds lists every kind, for tests that a words table is total.
func Kinds() []Kind {
	list := make([]Kind, 0, kinds-1)
	for k := TooLarge; k < kinds; k++ {
		list = append(list, k)
	}
	return list
}

// String returns the kind's name.
func (k Kind) String() string {
	switch k {
	case TooLarge:
		return "TooLarge"
	case MissingToken:
		return "MissingToken"
	case Unsupported:
		return "Unsupported"
	case Ambiguous:
		return "Ambiguous"
	case Incomplete:
		return "Incomplete"
	case Malformed:
		return "Malformed"
	case CredentialShape:
		return "CredentialShape"
	case BadDate:
		return "BadDate"
	case ScopeDate:
		return "ScopeDate"
	case ScopeService:
		return "ScopeService"
	case ScopeTerminator:
		return "ScopeTerminator"
	case BadExpires:
		return "BadExpires"
	case UnsignedHeader:
		return "UnsignedHeader"
	case AbsentHeader:
		return "AbsentHeader"
	case PayloadMode:
		return "PayloadMode"
	case BadPayloadHash:
		return "BadPayloadHash"
	case SkewPast:
		return "SkewPast"
	case SkewFuture:
		return "SkewFuture"
	case ExpiredPresign:
		return "ExpiredPresign"
	case Mismatch:
		return "Mismatch"
	}
	return fmt.Sprintf("Kind(%d)", uint8(k))
}

// Problem is the one error of this package and those below it. Which fields are set is said at each [Kind].
type Problem struct {
	Kind Kind
	// Presigned: the signature was looked for in the query and not in the header.
	Presigned bool
	// Field names a header, a query parameter or a part of one, as the wire spells it.
	Field string
	// Missing names the absent parts, in the order in which the scheme's texts list them.
	Missing []string
	// Given and Want are wire values. They come from the request; a dialect escapes them. Given is empty where the value could hold a
	// credential: a target, a header's value, a part of an Authorization header.
	Given, Want string
	// Limit is a number of bytes, of items or of seconds, as Kind says.
	Limit int
	// Date, Now and Bound are the times that were compared, UTC; Window is the length that gave Bound.
	Date, Now, Bound time.Time
	Window           time.Duration
}

// KindOf returns the kind of the Problem in err, or zero when there is none.
func KindOf(err error) Kind {
	var p *Problem
	if errors.As(err, &p) {
		return p.Kind
	}
	return 0
}

// stamp is the ISO 8601 basic form that every scheme uses in its texts.
const stamp = "20060102T150405Z"

// shown bounds what an error text repeats of a request.
const shown = 128

func clip(s string) string {
	if len(s) > shown {
		return s[:shown] + "..."
	}
	return s
}

// Error describes the problem for a log or a developer. The answer to a client is worded by the dialect.
func (p *Problem) Error() string { return "signature: " + p.text() }

func (p *Problem) text() string {
	given := clip(p.Given)
	switch p.Kind {
	case TooLarge:
		return fmt.Sprintf("%s exceeds the limit of %d", p.Field, p.Limit)
	case MissingToken:
		return "the request is not signed"
	case Unsupported:
		return fmt.Sprintf("scheme %q is not accepted here", given)
	case Ambiguous:
		return p.Field + " is given more than once"
	case Incomplete:
		return "missing " + strings.Join(p.Missing, ", ")
	case Malformed:
		return fmt.Sprintf("%s is malformed: %q", p.Field, given)
	case CredentialShape:
		return fmt.Sprintf("a credential has five parts separated by slashes, not %q", given)
	case BadDate:
		return fmt.Sprintf("%s is not a time: %q", p.Field, given)
	case ScopeDate:
		return fmt.Sprintf("the scope is of day %q, the request of %s", given, p.Want)
	case ScopeService:
		return fmt.Sprintf("the scope is for service %q, not %s", given, p.Want)
	case ScopeTerminator:
		return fmt.Sprintf("the scope ends with %q, not %s", given, p.Want)
	case BadExpires:
		return fmt.Sprintf("expiry %q is not a number of seconds from 1 to %d", given, p.Limit)
	case UnsignedHeader:
		return "header " + p.Field + " must be signed"
	case AbsentHeader:
		return "signed header " + p.Field + " is not in the request"
	}
	return p.verdict(given)
}

func (p *Problem) verdict(given string) string {
	switch p.Kind {
	case PayloadMode:
		return fmt.Sprintf("payload mode %q is not accepted here", given)
	case BadPayloadHash:
		if p.Want == "" {
			return "the body is needed to verify the signature"
		}
		return fmt.Sprintf("the declared payload hash %q is not that of the body", given)
	case SkewPast:
		return fmt.Sprintf("signed at %s, before %s (%s less %s)", p.Date.Format(stamp), p.Bound.Format(stamp), p.Now.Format(stamp), p.Window)
	case SkewFuture:
		return fmt.Sprintf("signed at %s, after %s (%s plus %s)", p.Date.Format(stamp), p.Bound.Format(stamp), p.Now.Format(stamp), p.Window)
	case ExpiredPresign:
		return fmt.Sprintf("presigned at %s for %s, expired at %s, now %s", p.Date.Format(stamp), p.Window, p.Bound.Format(stamp), p.Now.Format(stamp))
	case Mismatch:
		return "it does not match the request"
	}
	return p.Kind.String()
}
