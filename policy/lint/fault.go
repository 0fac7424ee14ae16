package lint

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/daypass/daypass/policy"
)

// maxBytes is the longest text that can hold as many characters as a document may have.
const maxBytes = utf8.UTFMax * 131072

// faults tells what a document was refused for: always, and always as errors. The words are the parser's.
func (l *linter) faults(use policy.Use, src []byte, faults []policy.Fault) {
	known := map[string]rule{}
	for _, r := range table {
		known[r.code] = r
	}
	read := reading{use: use}
	if len(src) <= maxBytes {
		read.tree = newTree(src)
	}
	for i := range faults {
		f := &faults[i]
		if len(l.found[Error]) >= MaxFindings {
			return
		}
		at, ok := place{statement: -1}, false
		if read.tree != nil {
			at, ok = read.tree.locate(f.Pos.Offset)
		}
		out := Finding{Code: "JSON_SYNTAX_ERROR", Severity: Error, Message: f.Detail, Pos: f.Pos, End: f.Pos, Statement: at.statement}
		switch {
		case ok:
			out.Code = read.code(f, &at)
			out.End = from(f.Pos, src, at.end())
			if at.in != nil {
				if sid, ok := at.in.member("Sid"); ok {
					out.Sid = sid.value.text
				}
			}
		case read.tree != nil || f.Code != policy.FaultSyntax:
			out.Code = "POLICY_SYNTAX"
		}
		out.Suggestion = known[out.Code].fix
		l.found[Error] = append(l.found[Error], out)
	}
}

// from moves a place on to a later offset.
func from(p policy.Pos, src []byte, offset int) policy.Pos {
	passed := src[p.Offset:offset]
	for _, b := range passed {
		if b == '\n' {
			p.Line, p.Column = p.Line+1, 1
		} else if utf8.RuneStart(b) {
			p.Column++
		}
	}
	p.Offset = offset
	return p
}

// reading gives a fault the code of its rule: by its kind and by what stands at its place.
type reading struct {
	use  policy.Use
	tree *tree
	told []int // offsets of the statements whose lacks were told, once for each
}

func (r *reading) code(f *policy.Fault, at *place) string {
	switch f.Code {
	case policy.FaultSyntax:
		return r.syntax(f, at)
	case policy.FaultEmpty:
		return "MISSING_STATEMENT"
	case policy.FaultPrincipalDenied:
		if r.use == policy.SCP {
			return "SCP_SYNTAX_ERROR_PRINCIPAL"
		}
		return "UNSUPPORTED_PRINCIPAL"
	case policy.FaultVersion:
		return "INVALID_VERSION"
	case policy.FaultLegacy:
		return legacy(at)
	case policy.FaultARN:
		return "MISSING_ARN_FIELD"
	case policy.FaultSid:
		if strings.Trim(lower(at.node.text), "abcdefghijklmnopqrstuvwxyz0123456789_") == "" {
			return "UNIQUE_SIDS_REQUIRED"
		}
		return "UNSUPPORTED_SID"
	case policy.FaultProhibited:
		return r.prohibited(at)
	case policy.FaultMissing:
		return r.missing(f, at)
	case policy.FaultPrincipal:
		return r.principal(at)
	case policy.FaultNoAction:
		return emptyOr(at.node, "EMPTY_ARRAY_ACTION", "MISSING_ACTION", "Action", "NotAction")
	case policy.FaultNoResource:
		return emptyOr(at.node, "EMPTY_ARRAY_RESOURCE", "MISSING_RESOURCE", "Resource", "NotResource")
	case policy.FaultResource:
		return resource(at.node.text)
	case policy.FaultAction:
		if r.use == policy.Trust {
			return "UNSUPPORTED_ACTION_IN_POLICY"
		}
		if strings.Count(at.node.text, ":") == 1 {
			return "INVALID_SERVICE_IN_ACTION"
		}
		return "INVALID_ACTION"
	}
	return "POLICY_SYNTAX"
}

// syntax looks at how deep the fault stands: the document, a statement, an element, a condition.
func (r *reading) syntax(f *policy.Fault, at *place) string {
	names := at.names
	if at.onName {
		return unknownName(at)
	}
	switch len(names) {
	case 0:
		if at.node.kind == '{' {
			return "MISSING_STATEMENT"
		}
		return "DATA_TYPE_MISMATCH"
	case 1:
		switch {
		case names[0] == "Version" && at.node.kind == '"':
			return "INVALID_VERSION"
		case names[0] == "Statement" && at.in != nil && at.node.kind == '{':
			return r.missing(f, at)
		}
		return "DATA_TYPE_MISMATCH"
	}
	switch element := names[1]; {
	case element == "Effect" && at.node.kind == '"':
		return "INVALID_EFFECT"
	case element == "Principal" || element == "NotPrincipal":
		switch at.node.kind {
		case '{':
			return "EMPTY_OBJECT_PRINCIPAL"
		case '[':
			return "EMPTY_ARRAY_PRINCIPAL"
		case '"':
			return "INVALID_PRINCIPAL_FORMAT"
		}
	case (element == "Resource" || element == "NotResource") && at.node.kind == '[':
		return "EMPTY_ARRAY_RESOURCE"
	case r.use == policy.RCP && element == "Action" && at.node.kind == '"':
		return "RCP_SYNTAX_ERROR_ACTION_WILDCARD"
	}
	return "DATA_TYPE_MISMATCH"
}

// unknownName is about a name that cannot stand where it does, or not again.
func unknownName(at *place) string {
	name := at.names[len(at.names)-1]
	n := 0
	for i := range at.of.members {
		if at.of.members[i].name == name {
			n++
		}
	}
	switch {
	case n > 1:
		return "DUPLICATE_ELEMENT"
	case len(at.names) == 3 && at.names[1] == "Condition":
		if strings.HasPrefix(name[strings.Index(name, ":")+1:], "Null") {
			return "NULL_WITH_IF_EXISTS"
		}
		return "INVALID_CONDITION_OPERATOR"
	case len(at.names) == 4 && name == "":
		return "INVALID_CONDITION_KEY_FORMAT"
	case len(at.names) == 4:
		return "DUPLICATE_KEYS_WITH_DIFFERENT_CASE"
	}
	for _, pair := range []string{"Action", "Resource", "Principal"} {
		if name == pair || name == "Not"+pair {
			return "UNSUPPORTED_ELEMENT_COMBINATION"
		}
	}
	return "INVALID_POLICY_ELEMENT"
}

// missing names what a statement lacks: the parser tells one after the other, in this order.
func (r *reading) missing(f *policy.Fault, at *place) string {
	again := 0
	for _, offset := range r.told {
		if offset == f.Pos.Offset {
			again++
		}
	}
	r.told = append(r.told, f.Pos.Offset)
	var lacks []string
	if _, ok := at.node.member("Effect"); !ok {
		lacks = append(lacks, "MISSING_EFFECT")
	}
	if r.use == policy.Trust || r.use == policy.RCP {
		if _, ok := at.node.member("Principal"); !ok {
			lacks = append(lacks, "MISSING_PRINCIPAL")
		}
	}
	lacks = append(lacks, emptyOr(at.node, "EMPTY_ARRAY_ACTION", "MISSING_ACTION", "Action", "NotAction"))
	return lacks[min(again, len(lacks)-1)]
}

// emptyOr tells an element that is there and holds nothing from one that is not there.
func emptyOr(statement *node, empty, missing string, names ...string) string {
	for _, name := range names {
		if _, ok := statement.member(name); ok {
			return empty
		}
	}
	return missing
}

func legacy(at *place) string {
	if len(at.names) == 2 && at.names[1] == "Effect" {
		return "INVALID_EFFECT"
	}
	text := at.node.text
	if len(at.names) > 3 && at.names[1] == "Condition" {
		operator := at.names[2][strings.Index(at.names[2], ":")+1:]
		if !strings.HasPrefix(operator, "String") && !strings.HasPrefix(operator, "Arn") {
			if strings.HasPrefix(operator, "Date") && !strings.Contains(text, "${") {
				return "TYPE_MISMATCH_DATE"
			}
			return "INVALID_VARIABLE_FOR_OPERATOR"
		}
	}
	return brokenVariable(text)
}

// brokenVariable says what is wrong with the first variable of a text that cannot be read.
func brokenVariable(text string) string {
	for {
		_, rest, found := strings.Cut(text, "${")
		if !found {
			return "VARIABLE_UNSUPPORTED_IN_ELEMENT" // all can be read: one stands where none may
		}
		inner, after, closed := strings.Cut(rest, "}")
		name, standIn, hasDefault := strings.Cut(inner, ",")
		name, standIn = strings.TrimSpace(name), strings.TrimSpace(standIn)
		switch {
		case !closed:
			return "MISSING_BRACE_IN_VARIABLE"
		case hasDefault && (len(standIn) < 2 || standIn[0] != '\'' || standIn[len(standIn)-1] != '\''):
			return "MISSING_QUOTE_IN_VARIABLE"
		case inner != "" && name == "":
			return "EMPTY_VARIABLE"
		case strings.ContainsAny(name, " \t"):
			return "UNSUPPORTED_SPACE_IN_VARIABLE"
		case len(name) > 1 && strings.ContainsAny(name, "'${}*?") || hasDefault && strings.Count(standIn, "'") != 2:
			return "INVALID_VARIABLE"
		}
		text = after
	}
}

func (r *reading) prohibited(at *place) string {
	element := ""
	if len(at.names) > 1 {
		element = strings.TrimPrefix(at.names[1], "Not")
	}
	switch {
	case element == "Resource":
		return "ROLE_TRUST_POLICY_SYNTAX_ERROR_RESOURCE"
	case element == "Principal" && r.use == policy.Trust:
		return "ROLE_TRUST_POLICY_SYNTAX_ERROR_NOTPRINCIPAL"
	case element == "Principal":
		return "RCP_SYNTAX_ERROR_PRINCIPAL"
	case element == "Action" && at.onName:
		return "RCP_SYNTAX_ERROR_NOTACTION"
	case element == "Action":
		return "RCP_SYNTAX_ERROR_ACTION_WILDCARD"
	case element == "":
		return "RCP_SYNTAX_ERROR_ALLOW"
	}
	return "POLICY_SYNTAX"
}

func (r *reading) principal(at *place) string {
	text, typ := at.node.text, at.names[len(at.names)-1]
	switch {
	case len(at.names) == 2 && text == "*":
		return "ROLE_TRUST_POLICY_UNSUPPORTED_WILDCARD_IN_PRINCIPAL"
	case len(at.names) == 2:
		return "INVALID_PRINCIPAL_FORMAT"
	case !slices.Contains([]string{"AWS", "Service", "Federated", "CanonicalUser"}, typ):
		return "INVALID_PRINCIPAL_KEY"
	case wild(text):
		return "UNSUPPORTED_WILDCARD_IN_PRINCIPAL"
	case text == "cognito-identity.amazonaws.com":
		return "MISSING_CONDITION_KEY_FOR_OIDC_PRINCIPAL"
	case typ == "Federated" && r.use == policy.Trust:
		return "INVALID_FEDERATED_PRINCIPAL_SYNTAX_IN_ROLE_TRUST_POLICY"
	case typ == "Service":
		return "INVALID_SERVICE_PRINCIPAL_FORMAT"
	}
	return "INVALID_PRINCIPAL"
}

// resource looks at the fields of a resource from left to right, as the parser does.
func resource(text string) string {
	f := strings.SplitN(text, ":", 6)
	switch {
	case len(f) < 2 || f[0] != "arn":
		return "INVALID_ARN_PREFIX"
	case f[1] != "aws" && !strings.HasPrefix(f[1], "aws-"):
		return "INVALID_PARTITION"
	case len(f) < 3 || wild(f[2]):
		return "WILDCARD_IN_SERVICE_NAME"
	case len(f) > 3 && f[3] != "" && f[3] != "*":
		return "ARN_REGION_NOT_ALLOWED"
	}
	return "INVALID_ARN_RESOURCE"
}
