package lint

import (
	"slices"
	"strings"

	"github.com/daypass/daypass/policy"
)

// rulesOfKeys are about which condition keys there are, and how their values are compared.
func rulesOfKeys() []rule {
	return []rule{
		{code: "INVALID_GLOBAL_CONDITION_KEY", severity: Error, statement: unknownGlobalKey,
			means: "There is no global condition key of that name.", fix: "Check the spelling of the key."},
		{code: "UNSUPPORTED_GLOBAL_CONDITION_KEY", severity: Error, statement: oldARNKey,
			means: "aws:ARN is a key of former times that requests do not have any more.", fix: "Write aws:PrincipalArn, or aws:SourceArn for services."},
		{code: "INVALID_SERVICE_CONDITION_KEY", severity: Error, statement: unknownServiceKey,
			means: "A service whose condition keys are all known has none of that name.", fix: "Check the spelling of the key."},
		{code: "INVALID_CONDITION_KEY_FORMAT", severity: Error, statement: keyFormat,
			means: "A condition key is not written service:Name.", fix: "Write the service before the colon, such as aws:SourceIp."},
		{code: "MISSING_TAG_KEY_IN_CONDITION", severity: Error, statement: tagKey,
			means: "A condition is on tags and does not say on which.", fix: "Write the tag's key behind a slash: aws:PrincipalTag/Team."},
		{code: "MISSING_QUALIFIER", severity: Error, statement: missingQualifier,
			means: "A key with several values is compared by an operator for one; such a condition is never met, negated or not.",
			fix:   "Write ForAnyValue: or ForAllValues: before the operator."},
		{code: "FORALLVALUES_WITH_SINGLE_VALUED_KEY", severity: Security, statement: forAllOfOne,
			means: "A statement allows under ForAllValues on a key with one value: that also holds when the key is missing.", fix: "Write the operator without ForAllValues."},
		{code: "FORALLVALUES_WITHOUT_NULL", severity: Security, statement: forAllWithoutNull,
			means: "A statement allows under ForAllValues, which also holds when the request has no such key at all.",
			fix:   "Add \"Null\": {KEY: \"false\"} if requests without the key are not meant."},
		{code: "FORANYVALUE_WITH_IF_EXISTS", severity: Warning, statement: anyIfExists,
			means: "ForAnyValue, which does not hold for a missing key, has the suffix IfExists, under which it does: AWS does not say which of both counts. Here it holds.",
			fix:   "Leave out one of both."},
		{code: "TYPE_MISMATCH", severity: Warning, statement: typeMismatch,
			means: "A key is compared by an operator for another type of value.", fix: "Use an operator of the key's type."},
		{code: "MISSING_PAIRED_CONDITION_KEYS", severity: Security, statement: unpairedKey,
			means: "A statement allows by a key whose value is only unique together with that of another key.",
			fix:   "Add a condition on the other key."},
		{code: "DENY_WITHOUT_MFA_MISSES_LONG_TERM_KEYS", severity: Security, statement: bareMFA,
			means: "A statement denies when aws:MultiFactorAuthPresent is false; with a long-term access key there is no such key, so that it denies nothing then.",
			fix:   "Write BoolIfExists."},
	}
}

// keyType is what values a global key has.
type keyType uint8

const (
	text   keyType = iota
	name           // an ARN
	number         // of seconds
	date
	yes // or no
	address
	epoch // a date, also as a number
)

type globalKey struct {
	name  string
	typ   keyType
	multi bool
}

// globalKeys are those of AWS ("AWS global condition context keys", IAM User Guide). One that ends with a slash takes a tag key.
func globalKeys() []globalKey {
	return []globalKey{
		{"AssumedRoot", yes, false}, {"CalledVia", text, true}, {"CalledViaAWSMCP", text, false}, {"CalledViaFirst", text, false}, {"CalledViaLast", text, false},
		{"ChatbotSourceArn", name, false}, {"CurrentTime", date, false}, {"Ec2InstanceSourcePrivateIPv4", address, false}, {"Ec2InstanceSourceVpc", text, false},
		{"EpochTime", epoch, false}, {"FederatedProvider", text, false}, {"MultiFactorAuthAge", number, false}, {"MultiFactorAuthPresent", yes, false},
		{"PrincipalAccount", text, false}, {"PrincipalArn", name, false}, {"PrincipalIsAWSService", yes, false}, {"PrincipalOrgID", text, false},
		{"PrincipalOrgPaths", text, true}, {"PrincipalServiceName", text, false}, {"PrincipalServiceNamesList", text, true}, {"PrincipalTag/", text, false},
		{"PrincipalType", text, false}, {"Referer", text, false}, {"RequestedRegion", text, false}, {"RequestTag/", text, false}, {"ResourceAccount", text, false},
		{"ResourceOrgID", text, false}, {"ResourceOrgPaths", text, true}, {"ResourceTag/", text, false}, {"SecureTransport", yes, false}, {"SourceAccount", text, false},
		{"SourceArn", name, false}, {"SourceIdentity", text, false}, {"SourceIp", address, false}, {"SourceOrgID", text, false}, {"SourceOrgPaths", text, true},
		{"SourceVpc", text, false}, {"SourceVpcArn", name, false}, {"SourceVpce", text, false}, {"TagKeys", text, true}, {"TokenIssueTime", date, false},
		{"UserAgent", text, false}, {"userid", text, false}, {"username", text, false}, {"ViaAWSMCPService", yes, false}, {"ViaAWSService", yes, false},
		{"VpceAccount", text, false}, {"VpceOrgID", text, false}, {"VpceOrgPaths", text, true}, {"VpcSourceIp", address, false},
	}
}

// global finds a global key by its folded name with aws: before it.
func global(key string) (globalKey, bool) {
	rest, ok := strings.CutPrefix(key, "aws:")
	if !ok {
		return globalKey{}, false
	}
	for _, k := range globalKeys() {
		if lower(k.name) == rest || strings.HasSuffix(k.name, "/") && strings.HasPrefix(rest, lower(k.name)) {
			return k, true
		}
	}
	return globalKey{}, false
}

// unknownGlobal says that a folded key is below aws: and not one of the global keys, with the one that was probably meant.
func unknownGlobal(key string) (near string, bad bool) {
	rest, ours := strings.CutPrefix(key, "aws:")
	if _, known := global(key); known || !ours || rest == "arn" || bareTag(key) {
		return "", false
	}
	var names []string
	for _, k := range globalKeys() {
		names = append(names, k.name)
	}
	if near = nearest(rest, names); near != "" {
		near = "aws:" + near
	}
	return near, true
}

// bareTag says that a key is one of the three for tags without the key of a tag.
func bareTag(key string) bool {
	return slices.Contains([]string{"aws:principaltag", "aws:requesttag", "aws:resourcetag"}, strings.TrimSuffix(key, "/"))
}

// several reports whether a key has several values by its definition. Of the services' own, these are known.
func several(key string) bool {
	k, ok := global(key)
	return ok && k.multi || slices.Contains([]string{"sts:transitivetagkeys", "sts:requestcontextproviders", "dynamodb:attributes", "dynamodb:leadingkeys"}, key)
}

func unknownGlobalKey(l *linter, s *statement) {
	for i, c := range s.Conditions {
		if near, bad := unknownGlobal(s.keys[i]); bad {
			l.advise(c.Key, didYouMean(near, l.rule.fix), "there is no key %s", clip(c.Key.Text))
		}
	}
}

func oldARNKey(l *linter, s *statement) {
	for i, c := range s.Conditions {
		if s.keys[i] == "aws:arn" {
			l.say(c.Key, "no request has aws:ARN")
		}
	}
}

func unknownServiceKey(l *linter, s *statement) {
	for i, c := range s.Conditions {
		service, rest, _ := strings.Cut(s.keys[i], ":")
		if words, known := l.options.Vocabulary[service]; known && words.Keys != nil && !words.hasKey(rest) {
			near := nearest(rest, words.Keys)
			if near != "" {
				near = service + ":" + near
			}
			l.advise(c.Key, didYouMean(near, l.rule.fix), "%s has no key %s", service, clip(c.Key.Text))
		}
	}
}

func keyFormat(l *linter, s *statement) {
	for i, c := range s.Conditions {
		if service, rest, ok := strings.Cut(s.keys[i], ":"); !ok || service == "" || rest == "" || strings.ContainsAny(service, " \t") {
			l.say(c.Key, "%s names no service", clip(c.Key.Text))
		}
	}
}

func tagKey(l *linter, s *statement) {
	for i, c := range s.Conditions {
		if bareTag(s.keys[i]) {
			l.say(c.Key, "%s is about no tag", clip(c.Key.Text))
		}
	}
}

func missingQualifier(l *linter, s *statement) {
	for i, c := range s.Conditions {
		if c.Operator.Set == "" && c.Operator.Values != policy.PresenceValue && several(s.keys[i]) {
			l.say(c.Key, "%s has several values, so that %s is never met", clip(c.Key.Text), c.Operator.Name)
		}
	}
}

func forAllOfOne(l *linter, s *statement) {
	for i, c := range s.Conditions {
		if k, known := global(s.keys[i]); s.allows() && c.Operator.Set == "ForAllValues" && known && !k.multi {
			l.say(c.Key, "%s has one value or none, and none meets %s", clip(c.Key.Text), c.Operator.Name)
		}
	}
}

// present says whether a statement demands that a key exists.
func (s *statement) present(key string) bool {
	for i, c := range s.Conditions {
		if s.keys[i] != key {
			continue
		}
		if demanding(&c) || c.Operator.Values == policy.PresenceValue && len(c.Values) == 1 && lower(c.Values[0].Text) != "true" {
			return true
		}
	}
	return false
}

func forAllWithoutNull(l *linter, s *statement) {
	for i, c := range s.Conditions {
		k, known := global(s.keys[i])
		if !s.allows() || c.Operator.Set != "ForAllValues" || known && !k.multi || s.present(s.keys[i]) || c.Operator.Values == policy.PresenceValue {
			continue
		}
		// Tags of the request: a call that brings none is what such a list of allowed keys is about.
		if s.keys[i] != "aws:tagkeys" && s.keys[i] != "sts:transitivetagkeys" {
			l.say(c.Key, "a request without %s meets this", clip(c.Key.Text))
		}
	}
}

func anyIfExists(l *linter, s *statement) {
	for _, c := range s.Conditions {
		if c.Operator.Set == "ForAnyValue" && c.Operator.IfExists {
			l.say(c.Key, "%s holds when %s is missing", c.Operator.Name, clip(c.Key.Text))
		}
	}
}

// fits says which operators compare values of a type.
func (t keyType) fits(v policy.ValueType) bool {
	texts := v == policy.StringValue || v == policy.FoldedValue || v == policy.PatternValue
	switch t {
	case name:
		return texts || v == policy.ARNValue
	case number:
		return v == policy.NumberValue
	case date:
		return v == policy.DateValue
	case epoch:
		return v == policy.DateValue || v == policy.NumberValue
	case yes:
		return v == policy.BoolValue
	case address:
		return v == policy.AddressValue
	}
	return texts
}

func typeMismatch(l *linter, s *statement) {
	wants := map[keyType]string{text: "String", name: "Arn", number: "Numeric", date: "Date", epoch: "Date", yes: "Bool", address: "IpAddress"}
	for i, c := range s.Conditions {
		k, known := global(s.keys[i])
		if known && c.Operator.Values != policy.PresenceValue && !k.typ.fits(c.Operator.Values) {
			l.say(c.Key, "%s is not compared by %s but by an operator such as %s…", clip(c.Key.Text), c.Operator.Name, wants[k.typ])
		}
	}
}

func unpairedKey(l *linter, s *statement) {
	for i, c := range s.Conditions {
		if s.keys[i] == "aws:vpcsourceip" && s.allows() && demanding(&c) && !s.demandsAny("aws:sourcevpc", "aws:sourcevpce") {
			l.say(c.Key, "private addresses are the same in every network: say which by aws:SourceVpc or aws:SourceVpce")
		}
	}
}

func bareMFA(l *linter, s *statement) {
	for i, c := range s.Conditions {
		if s.keys[i] == "aws:multifactorauthpresent" && s.denies() && c.Operator.Base == "Bool" && !c.Operator.IfExists &&
			len(c.Values) == 1 && lower(c.Values[0].Text) == "false" {
			l.say(c.Key, "a caller with a long-term key is not denied")
		}
	}
}
