package policy

import (
	"fmt"
	"sort"
)

// FaultCode is the kind of a fault, stable across wordings.
type FaultCode string

// The kinds of faults. IAM reports a single fault per document, the first in
// this order; SyntaxError keeps them all, sorted the same way.
const (
	FaultSyntax          FaultCode = "syntax"           // JSON, unknown or duplicate element, wrong type
	FaultEmpty           FaultCode = "empty"            // no statement at all
	FaultPrincipalDenied FaultCode = "principal-denied" // an identity policy that names a principal
	FaultVersion         FaultCode = "version"          // a managed policy in an old language version
	FaultLegacy          FaultCode = "legacy"           // Effect in the wrong case, date or variable that cannot be read
	FaultARN             FaultCode = "arn"              // an ARN that lacks fields
	FaultSid             FaultCode = "sid"              // Sid used twice, or of other characters
	FaultProhibited      FaultCode = "prohibited"       // an element this kind of policy must not have
	FaultMissing         FaultCode = "missing"          // an element a role's trust policy has to have
	FaultPrincipal       FaultCode = "principal"        // a principal that cannot be named like this
	FaultNoAction        FaultCode = "no-action"
	FaultResource        FaultCode = "resource" // a resource that is not in the required form
	FaultAction          FaultCode = "action"   // an action that is not in the required form
	FaultNoResource      FaultCode = "no-resource"
)

var faultOrder = [...]FaultCode{
	FaultSyntax, FaultEmpty, FaultPrincipalDenied, FaultVersion, FaultLegacy, FaultARN, FaultSid, FaultProhibited,
	FaultMissing, FaultPrincipal, FaultNoAction, FaultResource, FaultAction, FaultNoResource,
}

func (c FaultCode) rank() int {
	for i, o := range faultOrder {
		if o == c {
			return i
		}
	}
	return len(faultOrder)
}

// readable reports whether a document with such a fault still has one meaning. It may not be saved like this; but a document of
// another system, or of another day, can be decided by: what is odd in it matches by its text or not at all.
func (c FaultCode) readable() bool {
	switch c {
	case FaultEmpty, FaultVersion, FaultARN, FaultSid, FaultPrincipal, FaultResource, FaultAction:
		return true
	}
	return false
}

// The texts of IAM. A document is refused with the text of its first fault.
const (
	textSyntax     = "Syntax errors in policy."
	textVersion    = "Policy document must be version 2012-10-17 or greater."
	textLegacy     = "The policy failed legacy parsing"
	textSid        = "Statement IDs (SID) in a single policy must be unique."
	textSidForm    = "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*"
	textNoAction   = "Policy statement must contain actions."
	textNoResource = "Policy statement must contain resources."
	textPrincipal  = "Policy document should not specify a principal."
	textVendor     = "Resource vendor must be fully qualified and cannot contain regexes."
	textPrefix     = "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."
	textOneColon   = "Actions/Condition can contain only one colon."
)

// The texts of IAM for the trust policy of a role, which it reads with the parser of resource policies (decision 022).
const (
	textTrustJSON        = "This policy contains invalid Json"
	textTrustNull        = "This text appears not to be a policy"
	textTrustPosition    = "Syntax error at position (%d,%d)"
	textTrustUnknown     = "Unknown field %s"
	textTrustVersion     = "The policy must contain a valid version string"
	textTrustEmpty       = "Could not parse the policy: Statement is empty!"
	textTrustMissing     = "Missing required field %s"
	textTrustNobody      = "Missing required field Principal cannot be empty!"
	textTrustEffect      = "Invalid effect: %s"
	textTrustSid         = "The Statement Ids in the policy are not unique"
	textTrustStar        = `AssumeRolepolicy contained an invalid principal: "STAR":"*".`
	textTrustAllowNot    = "Allow with NotPrincipal is not allowed."
	textTrustNotCaller   = "AssumeRole policy must not contain NotPrincipal field."
	textTrustFederated   = "Federated principals must be valid domain names or SAML metadata ARNs"
	textTrustCognito     = "A condition block must be present for the Cognito provider"
	textTrustResource    = "Has prohibited field Resource."
	textTrustNotResource = "AssumeRole policy must not contain resources."
	textTrustAction      = "Trust Policy statement actions can only be sts:AssumeRole, sts:AssumeRoleWithSAML,  and sts:AssumeRoleWithWebIdentity"
	textTrustPattern     = "AssumeRole policy may only specify STS AssumeRole actions."
)

// Fault is one thing that is wrong with a document.
type Fault struct {
	Pos     Pos       `json:"pos"`
	Code    FaultCode `json:"code"`
	Message string    `json:"message"` // in the words of AWS; in another grammar the place and the detail
	Detail  string    `json:"detail"`  // in our words: what exactly, and why
}

// SyntaxError lists everything wrong with a document; Faults is never empty.
type SyntaxError struct{ Faults []Fault }

// Error returns the text the cloud would answer with: that of the first fault.
func (e *SyntaxError) Error() string { return e.Faults[0].Message }

// maxFaults bounds the report about a hostile document.
const maxFaults = 100

type faultList struct {
	lines  *lineTable
	plain  bool // told in our own words: those of the cloud are not known
	faults []Fault
	full   bool
}

func (l *faultList) add(offset int, code FaultCode, message, format string, args ...any) {
	fault := Fault{Pos: l.lines.pos(offset), Code: code, Message: message, Detail: fmt.Sprintf(format, args...)}
	if l.plain {
		fault.Message = fmt.Sprintf("line %d, column %d: %s", fault.Pos.Line, fault.Pos.Column, fault.Detail)
	}
	if len(l.faults) >= maxFaults {
		l.full = true
		// The rank of a fault decides which text is answered, so a better
		// ranked one still has to get in.
		last := &l.faults[maxFaults-1]
		if code.rank() >= last.Code.rank() {
			return
		}
		*last = fault
		return
	}
	l.faults = append(l.faults, fault)
}

// readable reports whether every fault leaves the document one meaning.
func (l *faultList) readable() bool {
	for i := range l.faults {
		if !l.faults[i].Code.readable() {
			return false
		}
	}
	return !l.full
}

func (l *faultList) err() error {
	if len(l.faults) == 0 {
		return nil
	}
	sort.SliceStable(l.faults, func(i, j int) bool {
		a, b := &l.faults[i], &l.faults[j]
		if a.Code.rank() != b.Code.rank() {
			return a.Code.rank() < b.Code.rank()
		}
		return a.Pos.Offset < b.Pos.Offset
	})
	return &SyntaxError{Faults: l.faults}
}
