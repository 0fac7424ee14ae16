package fault

// Kind is the sort of a failure. The list is closed: a dialect must have an answer for every one.
type Kind uint8

const (
	// Internal is a failure that the caller can do nothing about, and the zero Kind: an error nobody classified.
	Internal Kind = iota
	// NotFound: the thing does not exist, or not for this account.
	NotFound
	// Exists: the name is taken.
	Exists
	// InUse: the thing cannot be deleted yet; What names what stands in the way.
	InUse
	// Limit: a quota would be exceeded; Limit holds it.
	Limit
	// Invalid: a parameter has a value that is not allowed.
	Invalid
	// Malformed: a policy document is not well formed.
	Malformed
	// NotAttachable: a policy that does not exist for this account, or exists and may not be attached.
	NotAttachable
	// Unmodifiable: the thing belongs to the system and cannot be changed.
	Unmodifiable
	// Conflict: another change came first; trying again may succeed.
	Conflict
	// Denied: the caller is known and may not.
	Denied
	// Unauthenticated: the caller is not known: credentials missing, unknown, inactive or wrongly used.
	Unauthenticated
	// Expired: the credential or assertion was good and is no longer.
	Expired
	// Unsupported: the operation exists in the cloud's API and not here.
	Unsupported
	// UnknownOperation: no such operation in this API.
	UnknownOperation
	// MissingOperation: the request names no operation.
	MissingOperation
	// TooLarge: a body, document or record exceeds a technical bound.
	TooLarge
	// Throttled: too many requests; later is fine.
	Throttled
	// Unavailable: the server cannot do it now.
	Unavailable

	kinds
)

// Kinds lists every Kind, in order.
func Kinds() []Kind {
	all := make([]Kind, 0, kinds)
	for k := Internal; k < kinds; k++ {
		all = append(all, k)
	}
	return all
}

// String is the Kind's name for logs.
func (k Kind) String() string {
	if k >= kinds {
		return "unknown"
	}
	return kindNames[k]
}

var kindNames = [kinds]string{
	Internal: "internal", NotFound: "not found", Exists: "exists", InUse: "in use", Limit: "limit", Invalid: "invalid",
	Malformed: "malformed", NotAttachable: "not attachable", Unmodifiable: "unmodifiable", Conflict: "conflict",
	Denied: "denied", Unauthenticated: "unauthenticated", Expired: "expired", Unsupported: "unsupported",
	UnknownOperation: "unknown operation", MissingOperation: "missing operation", TooLarge: "too large",
	Throttled: "throttled", Unavailable: "unavailable",
}
