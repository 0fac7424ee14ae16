package aws

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/daypass/daypass/internal/dialect"
	"github.com/daypass/daypass/internal/iam"
)

// Which members an evaluation has, as recordings of the real API show: empty lists for the whole, none for a resource; details only
// where resources were named; a boundary only where there is one.
func TestSimulationMembers(t *testing.T) {
	d := newDoor(t)
	const all, denied = "EvaluationResults EvaluationResults.EvalActionName EvaluationResults.EvalDecision EvaluationResults.EvalResourceName EvaluationResults.MatchedStatements EvaluationResults.MissingContextValues IsTruncated ", "s3:DeleteObject"
	statement := func(prefix string) string {
		list := prefix + "MatchedStatements"
		for _, m := range strings.Fields("EndPosition EndPosition.Column EndPosition.Line SourcePolicyId SourcePolicyType StartPosition StartPosition.Column StartPosition.Line") {
			list += " " + prefix + "MatchedStatements." + m
		}
		return list + " "
	}
	const whole, each = "EvaluationResults.", "EvaluationResults.ResourceSpecificResults."
	const named = "EvaluationResults.EvalDecisionDetails EvaluationResults.ResourceSpecificResults " + each + "EvalResourceDecision " + each + "EvalResourceName "
	const boundary = "PermissionsBoundaryDecisionDetail %[1]sPermissionsBoundaryDecisionDetail.AllowedByPermissionsBoundary "
	get := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}]}`
	when := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"Bool":{"k:one":"true"}}}]}`
	for name, c := range map[string]struct {
		params []string
		want   string
	}{
		"allowed":            {[]string{"ActionNames.member.1", "s3:GetObject"}, all + statement(whole)},
		"denied":             {[]string{"ActionNames.member.1", denied}, all},
		"on a resource":      {[]string{"ActionNames.member.1", "s3:GetObject", "ResourceArns.member.1", "arn:aws:s3:::b/k"}, all + named + statement(whole) + statement(each)},
		"denied on it":       {[]string{"ActionNames.member.1", denied, "ResourceArns.member.1", "arn:aws:s3:::b/k"}, all + named},
		"missing keys":       {[]string{"ActionNames.member.1", denied, "ResourceArns.member.1", "arn:aws:s3:::b/k", "PolicyInputList.member.2", when}, all + named + each + "MissingContextValues"},
		"within a boundary":  {[]string{"ActionNames.member.1", "s3:GetObject", "PermissionsBoundaryPolicyInputList.member.1", allowAll}, all + statement(whole) + whole + fmt.Sprintf(boundary, whole)},
		"a boundary on each": {[]string{"ActionNames.member.1", denied, "ResourceArns.member.1", "arn:aws:s3:::b/k", "PermissionsBoundaryPolicyInputList.member.1", get}, all + named + whole + fmt.Sprintf(boundary, whole) + each + fmt.Sprintf(boundary, each)},
		"from abroad": {[]string{"ActionNames.member.1", denied, "ResourceArns.member.1", "arn:aws:s3:::b/k", "ResourceOwner", "arn:aws:iam::" + other + ":root", "CallerArn", "arn:aws:iam::" + home + ":user/poor",
			"ResourcePolicy", `{"Statement":{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::b/*"}}`},
			all + named + each + "EvalDecisionDetails " + each + "EvalDecisionDetails.entry " + each + "EvalDecisionDetails.entry.key " + each + "EvalDecisionDetails.entry.value " +
				whole + "EvalDecisionDetails.entry " + whole + "EvalDecisionDetails.entry.key " + whole + "EvalDecisionDetails.entry.value"},
	} {
		a := d.good("admin", "iam:SimulateCustomPolicy", pairs(append([]string{"PolicyInputList.member.1", get}, c.params...)...))
		if got, want := a.members(t), strings.Join(slices.Compact(strings.Fields(sortedWords(c.want))), " "); got != want {
			t.Errorf("%s:\n got %s\nwant %s", name, got, want)
		}
	}
	d.change(func(tx *iam.Tx) { must[*iam.User](t)(tx.PutUserPolicy(home, "admin", "own", get)) })
	a := d.good("admin", "iam:ListPoliciesGrantingServiceAccess", pairs("Arn", "arn:aws:iam::"+home+":user/admin", "ServiceNamespaces.member.1", "s3"))
	const policies = "PoliciesGrantingServiceAccess.Policies"
	want := "IsTruncated PoliciesGrantingServiceAccess PoliciesGrantingServiceAccess.ServiceNamespace " + policies
	for _, m := range []string{"EntityName", "EntityType", "PolicyArn", "PolicyName", "PolicyType"} {
		want += " " + policies + "." + m
	}
	if got := a.members(t); got != sortedWords(want) {
		t.Errorf("granting: %s", got)
	}
	a = d.good("admin", "iam:ListPoliciesGrantingServiceAccess", pairs("Arn", "arn:aws:iam::"+home+":user/poor", "ServiceNamespaces.member.1", "s3"))
	if got := a.members(t); got != sortedWords("IsTruncated PoliciesGrantingServiceAccess PoliciesGrantingServiceAccess.ServiceNamespace "+policies) {
		t.Errorf("granting nothing: %s", got)
	}
}

func TestSimulationPages(t *testing.T) {
	d := newDoor(t)
	params := []string{"PolicyInputList.member.1", allowAll, "MaxItems", "2"}
	for i := range 5 {
		params = append(params, fmt.Sprintf("ActionNames.member.%d", i+1), fmt.Sprintf("s3:Action%d", i))
	}
	page := func(marker string) answer {
		t.Helper()
		p := pairs(params...)
		if marker != "" {
			p.Set("Marker", marker)
		}
		return d.good("admin", "iam:SimulateCustomPolicy", p)
	}
	var seen []string
	marker := ""
	for range 3 {
		a := page(marker)
		for _, part := range strings.Split(a.body, "<EvalActionName>")[1:] {
			name, _, _ := strings.Cut(part, "<")
			seen = append(seen, name)
		}
		marker = a.text("Marker")
		if (a.text("IsTruncated") == "true") != (marker != "") {
			t.Error(a.body)
		}
	}
	if got := strings.Join(seen, " "); got != "s3:Action0 s3:Action1 s3:Action2 s3:Action3 s3:Action4" || marker != "" {
		t.Errorf("%s, then %q", got, marker)
	}
	for _, bad := range []string{"not-ours", "MTotMQ", "MTp4"} {
		d.bad("admin", "iam:SimulateCustomPolicy", pairs(append(params, "Marker", bad)...), 400, "InvalidInput", "Invalid marker for pagination.")
	}
	// A marker past the end finds nothing, as when the actions have become fewer.
	if a := d.good("admin", "iam:SimulateCustomPolicy", pairs(append(params, "Marker", "MTo5OQ")...)); a.members(t) != "EvaluationResults IsTruncated" {
		t.Error(a.body)
	}
}

func TestSimulationTexts(t *testing.T) {
	d := newDoor(t)
	entry := func(name, kind string, values ...string) []string {
		list := []string{"ContextEntries.member.1.ContextKeyName", name}
		if kind != "" {
			list = append(list, "ContextEntries.member.1.ContextKeyType", kind)
		}
		for i, v := range values {
			list = append(list, fmt.Sprintf("ContextEntries.member.1.ContextKeyValues.member.%d", i+1), v)
		}
		return list
	}
	const resource = "arn:aws:s3:::b/k"
	for _, c := range []struct {
		message string
		params  []string
	}{
		{"The action is invalid since it is missing names", []string{"ActionNames.member.1", "GetObject"}},
		{"ResourceNames are not in a valid ARN format: not-an-arn.", []string{"ResourceArns.member.1", "not-an-arn"}},
		{"Policy input list item 1 has invalid content", []string{"PolicyInputList.member.1", "{"}},
		{"The list of Permissions Boundary policies cannot exceed 1 items.", []string{"PermissionsBoundaryPolicyInputList.member.1", allowAll, "PermissionsBoundaryPolicyInputList.member.2", allowAll}},
		{"'123456789012' is not a valid as a Resource Owner.", []string{"ResourceOwner", "123456789012"}},
		{"Invalid caller - Caller cannot be null or empty.", []string{"ResourcePolicy", allowAll, "ResourceArns.member.1", resource}},
		{"Invalid caller - Caller must be an IAM user, role or group in this context.", []string{"CallerArn", "arn:aws:iam::111111111111:root"}},
		{"Invalid Entity Arn: * does not clearly define entity type and name.", []string{"ResourcePolicy", allowAll, "CallerArn", "arn:aws:iam::111111111111:user/x"}},
		{"Invalid input resource handling options. Action does not support resource handling options: s3:GetObject.", []string{"ResourceHandlingOption", "EC2-VPC-EBS", "ResourceArns.member.1", resource}},
		{"Context key stack:key has invalid type null.", entry("stack:key", "", "yes")},
		{"Context values for context key stack:key cannot be null or empty.", entry("stack:key", "string")},
		{"Context key string expected a single value, but received 2.", entry("stack:key", "string", "a", "b")},
		{"Invalid context value for key stack:key: expected numeric format.", entry("stack:key", "numeric", "abc")},
		{"Invalid context value for key stack:key: expected base-64 encoded binary format.", entry("stack:key", "binary", "!base64")},
	} {
		p := pairs("PolicyInputList.member.1", allowAll, "ActionNames.member.1", "s3:GetObject")
		for name, v := range pairs(c.params...) {
			p[name] = v
		}
		d.bad("admin", "iam:SimulateCustomPolicy", p, 400, "InvalidInput", c.message)
	}
	for name, message := range map[string]string{
		"arn:aws:iam::111111111111:user/nobody":              "The user with name nobody cannot be found.",
		"arn:aws:iam::222222222222:user/away":                "The user with name away cannot be found.",
		"arn:aws:sts::111111111111:assumed-role/clerk/a-b-c": "",
	} {
		status, code := 404, "NoSuchEntity"
		if message == "" {
			status, code, message = 400, "InvalidInput", "Invalid Entity Arn: "+name+" does not clearly define entity type and name."
		}
		d.bad("admin", "iam:SimulatePrincipalPolicy", pairs("PolicySourceArn", name, "ActionNames.member.1", "s3:GetObject"), status, code, message)
		d.bad("admin", "iam:GetContextKeysForPrincipalPolicy", pairs("PolicySourceArn", name), status, code, message)
		d.bad("admin", "iam:ListPoliciesGrantingServiceAccess", pairs("Arn", name, "ServiceNamespaces.member.1", "s3"), status, code, message)
	}
}

// What Daypass adds is there for who asks for it, is passed over by those who do not, and does not exist in strict mode.
func TestSimulationExtension(t *testing.T) {
	d := newDoor(t)
	const poor, clerk = "arn:aws:iam::" + home + ":user/poor", "arn:aws:iam::" + home + ":role/clerk"
	trust := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"` + poor + `"},"Action":"sts:AssumeRole"}]}`
	plain := []string{"PolicySourceArn", poor, "ActionNames.member.1", "sts:AssumeRole", "ResourceArns.member.1", clerk, "PolicyInputList.member.1", allowAll}
	more := append(slices.Clone(plain), "SessionPolicyInputList.member.1", allowAll, "ServiceControlPolicyInputList.member.1.PolicyInputList.member.1", allowAll,
		"ServiceControlPolicyInputList.member.2.PolicyInputList.member.1", allowAll, "TrustPolicyInput", trust, "IncludeExplanation", "true")
	answer := func(params []string) string {
		t.Helper()
		return d.good("admin", "iam:SimulatePrincipalPolicy", pairs(params...)).body
	}
	added := []string{"<LayerDecisionDetails>", "<key>Trust Policy</key><value>allowed</value>", "<key>Session Policy</key><value>allowed</value>", "<key>Service Control Policy</key><value>allowed</value>", "<Explanation>"}
	got := answer(more)
	for _, part := range added {
		if !strings.Contains(got, part) {
			t.Errorf("%s is missing in %s", part, got)
		}
	}
	if got := answer(plain); strings.Contains(got, added[0]) || strings.Contains(got, "Explanation") || !strings.Contains(got, "<EvalDecision>allowed</EvalDecision>") {
		t.Errorf("a plain question: %s", got)
	}
	if got := answer([]string{"PolicySourceArn", poor, "ActionNames.member.1", "sts:AssumeRole", "ResourceArns.member.1", clerk, "TrustPolicyInput", trust}); !strings.Contains(got, "<EvalDecision>allowed</EvalDecision>") {
		t.Errorf("a trust policy that names the user: %s", got)
	}
	d.bad("admin", "iam:SimulateCustomPolicy", pairs("PolicyInputList.member.1", allowAll, "ActionNames.member.1", "s3:GetObject", "SessionPolicyInputList.member.1", "{"),
		400, "InvalidInput", "Policy input list item SessionPolicyInputList.1 has invalid content")
	custom := d.good("admin", "iam:SimulateCustomPolicy", pairs("PolicyInputList.member.1", allowAll, "ActionNames.member.1", "s3:GetObject", "SessionPolicyInputList.member.1", allowAll)).body
	if !strings.Contains(custom, added[2]) || strings.Contains(custom, "Explanation") {
		t.Errorf("no explanation was asked for: %s", custom)
	}

	d.gate.Dialects = []dialect.Dialect{NewStrict(nil)}
	deny := `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}`
	strict := append(slices.Clone(plain), "SessionPolicyInputList.member.1", deny, "ServiceControlPolicyInputList.member.1", "{", "TrustPolicyInput", "{", "IncludeExplanation", "perhaps")
	for _, operation := range []string{"iam:SimulatePrincipalPolicy", "iam:SimulateCustomPolicy"} {
		was, is := d.good("admin", operation, pairs(plain...)), d.good("admin", operation, pairs(strict...))
		if was.members(t) != is.members(t) || !strings.Contains(is.body, "<EvalDecision>allowed</EvalDecision>") || strings.Contains(is.body, "LayerDecisionDetails") {
			t.Errorf("%s in strict mode: %s", operation, is.body)
		}
	}
	// The trust policy of the role plays no part either, as in AWS.
	d.change(func(tx *iam.Tx) {
		must[*iam.Role](t)(tx.UpdateTrust(home, "clerk", strings.Replace(trust, "user/poor", "user/admin", 1)))
	})
	if got := answer(plain); !strings.Contains(got, "<EvalDecision>allowed</EvalDecision>") {
		t.Errorf("in strict mode: %s", got)
	}
	d.gate.Dialects = []dialect.Dialect{New(nil)}
	if got := answer(plain); !strings.Contains(got, "<EvalDecision>implicitDeny</EvalDecision>") {
		t.Errorf("the role does not trust poor: %s", got)
	}
}
