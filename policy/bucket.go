package policy

import (
	"errors"
	"strings"

	"github.com/daypass/daypass/policy/internal/pattern"
)

// The texts of S3 for a bucket policy it refuses (error code MalformedPolicy).
const (
	textBucketJSON      = "Policies must be valid JSON and the first byte must be '{'"
	textBucketElement   = "Statement is missing required element"
	textBucketNoCaller  = "Missing required field Principal"
	textBucketPrincipal = "Invalid principal in policy"
	textBucketResource  = "Policy has invalid resource"
	textBucketAction    = "Policy has invalid action"
	textBucketMismatch  = "Action does not apply to any resource(s) in statement"
)

// ParseBucketPolicy reads the policy of an S3 bucket: a Resource document whose
// resources are the bucket and its objects, and whose actions fit them. Faults
// are told in the words of S3. bucket is the name alone.
func ParseBucketPolicy(src []byte, bucket string) (*Document, error) {
	if len(src) == 0 || src[0] != '{' {
		f := Fault{Pos: Pos{Line: 1, Column: 1}, Code: FaultSyntax, Message: textBucketJSON, Detail: "the first byte is not an opening brace"}
		return nil, &SyntaxError{[]Fault{f}}
	}
	d, err := Parse(AWS(), Resource, src)
	if err != nil {
		var refused *SyntaxError
		if errors.As(err, &refused) {
			for i := range refused.Faults {
				refused.Faults[i].Message = bucketText(refused.Faults[i].Code)
			}
		}
		return nil, err
	}
	l := faultList{lines: d.lines}
	for i := range d.statements {
		l.bucketStatement(&d.statements[i], bucket)
	}
	if err := l.err(); err != nil {
		return nil, err
	}
	return d, nil
}

func bucketText(c FaultCode) string {
	switch c {
	case FaultNoAction, FaultNoResource:
		return textBucketElement
	case FaultPrincipal:
		return textBucketPrincipal
	case FaultResource, FaultLegacy, FaultARN:
		return textBucketResource
	case FaultAction:
		return textBucketAction
	}
	return textBucketJSON
}

// level is what an S3 action or resource is about; both bits mean either.
type level uint8

const (
	bucketLevel level = 1 << iota
	objectLevel
)

func (l *faultList) bucketStatement(s *statementText, bucket string) {
	if s.principals == nil {
		l.add(s.pos, FaultSyntax, textBucketNoCaller, "a bucket policy says whom each statement is about")
	}
	var have level
	for _, r := range s.resources.items {
		at := resourceLevel(r.s, bucket)
		if at == 0 {
			l.add(r.pos, FaultResource, textBucketResource, "the resource is not this bucket nor an object in it")
		}
		have |= at
	}
	if s.actions.not || s.resources.not || have == 0 {
		return
	}
	for _, a := range s.actions.items {
		if actionLevel(a.s)&have == 0 {
			l.add(a.pos, FaultAction, textBucketMismatch, "objects are named by the bucket's ARN with /key, the bucket by its ARN alone")
		}
	}
}

func resourceLevel(resource, bucket string) level {
	f := strings.SplitN(resource, ":", 6)
	if len(f) != 6 || f[2] != "s3" || f[3] != "" || f[4] != "" {
		return 0
	}
	rest, ok := strings.CutPrefix(f[5], bucket)
	switch {
	case !ok:
		return 0
	case rest == "":
		return bucketLevel
	case rest[0] == '/':
		return objectLevel
	case rest[0] == '*':
		return bucketLevel | objectLevel
	}
	return 0
}

// actionLevel tells by the name of an S3 action what it is about ("Actions,
// resources, and condition keys for Amazon S3", Service Authorization
// Reference). Patterns and unknown names may be about either.
func actionLevel(action string) level {
	name, ok := strings.CutPrefix(pattern.FoldASCII(action), "s3:")
	if !ok || strings.ContainsAny(name, "*?") {
		return bucketLevel | objectLevel
	}
	switch name {
	case "abortmultipartupload", "listmultipartuploadparts", "bypassgovernanceretention", "replicatedelete", "replicatetags":
		return objectLevel
	}
	switch {
	case strings.Contains(name, "bucket"), strings.HasSuffix(name, "configuration"):
		return bucketLevel
	case strings.Contains(name, "object"):
		return objectLevel
	}
	return bucketLevel | objectLevel
}
