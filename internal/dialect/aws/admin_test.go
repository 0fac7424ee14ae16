package aws

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/daypass/daypass/internal/iam"
)

func everythingUnsigned() url.Values {
	return pairs("UserName", "poor", "RoleName", "clerk", "RoleArn", "arn:aws:iam::111111111111:role/clerk", "RoleSessionName", "desk", "PolicyDocument", allowAll,
		"WebIdentityToken", "eyJhbGciOiJub25lIn0.e30.", "SAMLAssertion", "PHg+", "PrincipalArn", "arn:aws:iam::111111111111:saml-provider/x")
}

// What belongs to one account does not exist for another, not even for its administrator.
func TestAttack51_CrossTenantHandle(t *testing.T) {
	d := newDoor(t)
	d.prepare(allowAll)
	own := "arn:aws:iam::111111111111:policy/own"
	key := d.creds["subject"].AccessKeyID
	for _, c := range []struct {
		operation string
		params    []string
	}{
		{"iam:GetUser", []string{"UserName", "subject"}}, {"iam:DeleteUser", []string{"UserName", "subject"}}, {"iam:CreateAccessKey", []string{"UserName", "subject"}},
		{"iam:ListAccessKeys", []string{"UserName", "subject"}}, {"iam:DeleteAccessKey", []string{"AccessKeyId", key}}, {"iam:UpdateAccessKey", []string{"AccessKeyId", key, "Status", "Inactive"}},
		{"iam:GetAccessKeyLastUsed", []string{"AccessKeyId", key}}, {"iam:GetRole", []string{"RoleName", "clerk"}}, {"iam:UpdateAssumeRolePolicy", []string{"RoleName", "clerk", "PolicyDocument", trustHome}},
		{"iam:GetPolicy", []string{"PolicyArn", own}}, {"iam:GetPolicyVersion", []string{"PolicyArn", own, "VersionId", "v1"}}, {"iam:DeletePolicy", []string{"PolicyArn", own}},
		{"iam:CreatePolicyVersion", []string{"PolicyArn", own, "PolicyDocument", allowAll, "SetAsDefault", "true"}}, {"iam:ListEntitiesForPolicy", []string{"PolicyArn", own}},
		{"iam:TagPolicy", []string{"PolicyArn", own, "Tags.member.1.Key", "a", "Tags.member.1.Value", "b"}}, {"iam:AttachUserPolicy", []string{"UserName", "away", "PolicyArn", own}},
		{"iam:PutUserPermissionsBoundary", []string{"UserName", "away", "PermissionsBoundary", own}}, {"daypass:RevokeSessions", []string{"RoleName", "clerk"}},
	} {
		before := d.db.Revision()
		a := d.call("away", c.operation, pairs(c.params...))
		if a.code != "NoSuchEntity" || d.db.Revision() != before {
			t.Errorf("%s: %d %s %s", c.operation, a.status, a.code, a.message)
		}
		// The answer is the one for what is nowhere.
		gone := make([]string, len(c.params))
		for i, p := range c.params {
			gone[i] = strings.NewReplacer("subject", "nobody", "clerk", "nobody", "policy/own", "policy/nobody", key, key[:19]+"7").Replace(p)
		}
		b := d.call("away", c.operation, pairs(gone...))
		for _, p := range []string{"subject", "clerk", "policy/own"} {
			a.message = strings.ReplaceAll(a.message, p, strings.NewReplacer("subject", "nobody", "clerk", "nobody", "own", "nobody").Replace(p))
		}
		if b.code != a.code || strings.ReplaceAll(a.message, key, "") != strings.ReplaceAll(b.message, key[:19]+"7", "") {
			t.Errorf("%s: %q there, %q nowhere", c.operation, a.message, b.message)
		}
	}
	// Listings show one's own, and a marker of another account shows nothing more.
	a := d.good("admin", "iam:ListUsers", pairs("MaxItems", "1"))
	b := d.good("away", "iam:ListUsers", pairs("Marker", a.text("Marker")))
	if got := texts(b.body, "UserName"); len(got) != 1 || got[0] != "away" {
		t.Errorf("%v", got)
	}
}

// The server belongs to the home account: nobody else has a say, whatever his policies allow him.
func TestServerIsForTheHomeAccount(t *testing.T) {
	d := newDoor(t)
	for _, operation := range []string{"CreateAccount", "ListAccounts", "SuspendAccount", "ResumeAccount", "RotateKeys", "ListKeys"} {
		params := pairs("Cloud", "aws", "Name", "x", "AccountId", other)
		before := d.db.Revision()
		d.bad("away", "daypass:"+operation, params, 403, "AccessDenied", "Only the home account of this server may do that.")
		if a := d.call("poor", "daypass:"+operation, params); a.code != "AccessDenied" || !strings.Contains(a.message, "daypass:"+operation) {
			t.Errorf("%s by one without leave: %s %s", operation, a.code, a.message)
		}
		if d.db.Revision() != before {
			t.Errorf("%s changed something", operation)
		}
	}
	d.good("admin", "daypass:SuspendAccount", pairs("AccountId", other))
	d.bad("away", "sts:GetCallerIdentity", nil, 403, "InvalidClientTokenId", "The security token included in the request is invalid")
	d.good("admin", "daypass:ResumeAccount", pairs("AccountId", other))
	d.good("away", "sts:GetCallerIdentity", nil)
	if a := d.call("admin", "daypass:SuspendAccount", pairs("AccountId", home)); a.status == 200 {
		t.Error("the home account locked itself out")
	}
	a := d.good("admin", "daypass:CreateAccount", pairs("Cloud", "aws", "Name", "Third"))
	d.creds["third"] = d.signer(a)
	if b := d.good("third", "sts:GetCallerIdentity", nil); b.text("Account") != a.text("AccountId") || !strings.HasSuffix(b.text("Arn"), ":user/admin") {
		t.Error(b.body)
	}
}

func TestKeysOfTheRing(t *testing.T) {
	d := newDoor(t)
	if a := d.good("admin", "daypass:ListKeys", nil); a.text("State") != "Primary" || strings.Count(a.body, "<KeyId>") != 1 {
		t.Error(a.body)
	}
	a := d.good("admin", "daypass:RotateKeys", nil)
	if a.text("PrimaryFrom") != "2026-11-22T13:00:00Z" {
		t.Error(a.body)
	}
	if b := d.good("admin", "daypass:ListKeys", nil); strings.Count(b.body, "<KeyId>") != 2 || !strings.Contains(b.body, "Pending") || strings.Contains(b.body, "Wrapped") {
		t.Error(b.body)
	}
	d.now = noon.Add(time.Hour)
	if b := d.good("admin", "daypass:ListKeys", nil); !strings.Contains(b.body, "Opening") || strings.Count(b.body, "Primary<") != 1 {
		t.Error(b.body)
	}
}

func TestRevokeSessions(t *testing.T) {
	d := newDoor(t)
	d.become("admin", "before", "clerk")
	d.good("before", "sts:GetCallerIdentity", nil)
	if a := d.good("admin", "daypass:RevokeSessions", pairs("RoleName", "clerk")); a.text("RevokedBefore") != "2026-11-22T12:00:01Z" {
		t.Error(a.body)
	}
	d.bad("before", "sts:GetCallerIdentity", nil, 403, "InvalidClientTokenId", "The security token included in the request is invalid")
	d.now = noon.Add(time.Second)
	d.become("admin", "after", "clerk")
	d.good("after", "sts:GetCallerIdentity", nil)
	d.good("admin", "daypass:RevokeSessions", pairs("RoleName", "clerk", "IssuedBefore", "2026-11-22T11:00:00Z")) // takes nothing back
	d.bad("before", "sts:GetCallerIdentity", nil, 403, "InvalidClientTokenId", "The security token included in the request is invalid")
	if a := d.call("admin", "daypass:RevokeSessions", pairs("RoleName", "clerk", "IssuedBefore", "2026-11-23T00:00:00Z")); a.status != 400 {
		t.Errorf("sessions of tomorrow were revoked: %s", a.body)
	}
}

// Why somebody was denied is for the administrators of the account it happened in, and for the home account.
func TestExplain(t *testing.T) {
	d := newDoor(t)
	d.good("away", "iam:CreateUser", pairs("UserName", "intern"))
	d.creds["intern"] = d.signer(d.good("away", "iam:CreateAccessKey", pairs("UserName", "intern")))
	denied := func(who, operation string, params ...string) string {
		a := d.call(who, operation, pairs(params...))
		if a.code != "AccessDenied" {
			t.Fatalf("%s: %d %s", operation, a.status, a.code)
		}
		return a.request
	}
	granted := d.good("away", "iam:ListUsers", nil).request
	for _, c := range []struct {
		request     string
		away, admin bool
	}{
		{denied("intern", "iam:GetUser", "UserName", "away"), true, true},
		{denied("intern", "iam:GetUser", "UserName", "nobody"), true, true}, // called by a label, not by a resource name
		{denied("intern", "sts:GetAccessKeyInfo", "AccessKeyId", "AKIAQNZGKIQY56JQ7WML"), true, true},
		// The explanation shows the other account's trust policy.
		{denied("away", "sts:AssumeRole", "RoleArn", "arn:aws:iam::111111111111:role/clerk", "RoleSessionName", "desk"), false, true},
		{denied("poor", "iam:ListUsers"), false, true},
		{denied("poor", "sts:GetAccessKeyInfo", "AccessKeyId", "AKIAQNZGKIQY56JQ7WML"), false, true},
		{granted, false, false},
		{"no-such-request", false, false},
	} {
		for who, want := range map[string]bool{"away": c.away, "admin": c.admin} {
			a := d.call(who, "daypass:Explain", pairs("RequestId", c.request))
			if (a.status == 200) != want || a.status != 200 && (a.code != "NoSuchEntity" || a.message != "No denial with request id "+c.request+" is on record.") {
				t.Errorf("%s asks about %s: %d %s %s", who, c.request, a.status, a.code, a.message)
			}
			if want && (a.text("Decision") != "implicitDeny" || a.text("Explanation") == "" || a.text("ErrorMessage") == "") {
				t.Errorf("%s: %s", c.request, a.body)
			}
		}
	}
	if a := d.call("intern", "daypass:Explain", pairs("RequestId", granted)); a.code != "AccessDenied" {
		t.Errorf("%s", a.code)
	}
	d.gate.Core.Explain = nil
	d.bad("admin", "daypass:Explain", pairs("RequestId", "x"), 404, "NoSuchEntity", "No denial with request id x is on record.")
}

// Who may do something is told of one's own account, to whoever may ask.
func TestWhoCan(t *testing.T) {
	d := newDoor(t)
	d.change(func(tx *iam.Tx) {
		must[*iam.User](t)(tx.PutUserPolicy(home, "poor", "mine", `{"Version":"2012-10-17","Statement":{"Sid":"Own","Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::${aws:username}/*","Condition":{"Bool":{"aws:SecureTransport":"true"}}}}`))
	})
	ask := func(who string, params ...string) answer {
		t.Helper()
		return d.call(who, "daypass:WhoCan", pairs(params...))
	}
	a := ask("admin", "ActionName", "s3:GetObject", "ResourceArn", "arn:aws:s3:::poor/k")
	if got := strings.Join(texts(a.body, "Principal"), " "); got != "arn:aws:iam::"+home+":root arn:aws:iam::"+home+":user/admin arn:aws:iam::"+home+":user/poor" {
		t.Errorf("%s", a.body)
	}
	if got := strings.Join(texts(a.body, "Answer"), " "); got != "allowed allowed dependsOn" || !strings.Contains(a.body, "aws:SecureTransport") || !strings.Contains(a.body, "<Sid>Own</Sid>") {
		t.Errorf("%s", a.body)
	}
	const secure = "ContextEntries.member.1.ContextKeyName"
	a = ask("admin", "ActionName", "s3:GetObject", "ResourceArn", "arn:aws:s3:::poor/k", secure, "aws:SecureTransport", "ContextEntries.member.1.ContextKeyType", "boolean", "ContextEntries.member.1.ContextKeyValues.member.1", "true")
	if got := strings.Join(texts(a.body, "Answer"), " "); got != "allowed allowed allowed" {
		t.Errorf("%s", a.body)
	}
	// Page by page, and of one's own account alone.
	marker, seen := "", []string{}
	for range 5 {
		params := []string{"ActionName", "s3:GetObject", "ResourceArn", "arn:aws:s3:::poor/k", "MaxItems", "1"}
		if marker != "" {
			params = append(params, "Marker", marker)
		}
		a = ask("admin", params...)
		seen = append(seen, texts(a.body, "Principal")...)
		if marker = a.text("Marker"); marker == "" {
			break
		}
	}
	if len(seen) != 3 || marker != "" {
		t.Errorf("%q", seen)
	}
	if a = ask("away", "ActionName", "s3:GetObject", "ResourceArn", "arn:aws:s3:::poor/k"); strings.Contains(a.body, home) || len(texts(a.body, "Principal")) != 2 {
		t.Errorf("%s", a.body)
	}
	for _, c := range []struct{ who, name, value, code string }{
		{"poor", "ResourceArn", "arn:aws:s3:::poor/k", "AccessDenied"}, {"admin", "ResourceArn", "poor", "InvalidInput"}, {"admin", "Marker", "x", "ValidationError"}, {"admin", "Marker", "MTp4L3k", "InvalidInput"},
	} {
		if a = ask(c.who, "ActionName", "s3:GetObject", c.name, c.value); a.code != c.code {
			t.Errorf("%s %s %s: %s %s", c.who, c.name, c.value, a.code, a.message)
		}
	}
}

// What somebody can do at most is told to whoever may ask about them.
func TestWhatCan(t *testing.T) {
	d := newDoor(t)
	const poor = "arn:aws:iam::" + home + ":user/poor"
	d.change(func(tx *iam.Tx) {
		must[*iam.User](t)(tx.PutUserPolicy(home, "poor", "mine", `{"Version":"2012-10-17","Statement":[{"Sid":"Own","Effect":"Allow","Action":["s3:Get*","sqs:*"],"Resource":"*"},{"Effect":"Deny","Action":"sqs:*","Resource":"*"},
			{"Effect":"Allow","Action":"daypass:WhatCan","Resource":"`+poor+`"}]}`))
	})
	a := d.good("poor", "daypass:WhatCan", pairs("PrincipalArn", poor))
	if got := strings.Join(texts(a.body, "Answer"), " "); got != "always never always" || !strings.Contains(a.body, "<Limit>with an explicit deny in an identity-based policy</Limit>") || a.text("Cut") != "false" {
		t.Errorf("%s", a.body)
	}
	a = d.good("admin", "daypass:WhatCan", pairs("PrincipalArn", poor, "ActionName", "s3:*", "ResourceArn", "arn:aws:s3:::box/*"))
	if got := strings.Join(texts(a.body, "Answer"), " "); got != "sometimes" || !strings.HasPrefix(a.text("ExampleResource"), "arn:aws:s3:::box/") {
		t.Errorf("%s", a.body)
	}
	a = d.good("admin", "daypass:WhatCan", pairs("PrincipalArn", "arn:aws:iam::"+home+":root", "ActionName", "*"))
	if got := strings.Join(texts(a.body, "Answer"), " "); got != "always" {
		t.Errorf("%s", a.body)
	}
	a = d.good("admin", "daypass:WhoCan", pairs("ActionName", "sqs:*", "ResourceArn", "arn:aws:sqs:*:"+home+":*"))
	if got := strings.Join(texts(a.body, "Principal"), " "); got != "arn:aws:iam::"+home+":root arn:aws:iam::"+home+":user/admin" || strings.Count(a.body, "<Ever>") != 2 {
		t.Errorf("%s", a.body)
	}
	for _, c := range []struct{ who, principal, code string }{
		{"poor", "arn:aws:iam::" + home + ":user/admin", "AccessDenied"}, {"poor", "arn:aws:iam::" + home + ":root", "AccessDenied"}, {"admin", "arn:aws:iam::" + home + ":user/nobody", "NoSuchEntity"},
		{"admin", "arn:aws:iam::" + other + ":user/away", "NoSuchEntity"}, {"admin", "arn:aws:iam::" + other + ":root", "InvalidInput"}, {"admin", "me", "InvalidInput"},
	} {
		if a := d.call(c.who, "daypass:WhatCan", pairs("PrincipalArn", c.principal)); a.code != c.code {
			t.Errorf("%s about %s: %s %s", c.who, c.principal, a.code, a.message)
		}
	}
	for _, pattern := range [][2]string{{"Get*", "*"}, {"s3:*", "box"}} {
		d.bad("admin", "daypass:WhatCan", pairs("PrincipalArn", poor, "ActionName", pattern[0], "ResourceArn", pattern[1]), 400, "InvalidInput",
			map[bool]string{true: "The action is invalid since it is missing names", false: "ResourceNames are not in a valid ARN format: box."}[pattern[1] == "*"])
	}
}
