package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	ststypes "github.com/aws/aws-sdk-go-v2/service/sts/types"

	"github.com/daypass/daypass/e2e/process"
)

func arns(list ...string) []ststypes.PolicyDescriptorType {
	var out []ststypes.PolicyDescriptorType
	for _, a := range list {
		out = append(out, ststypes.PolicyDescriptorType{Arn: &a})
	}
	return out
}

// when allows an action under a condition.
func when(action, condition string) string {
	return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"` + action + `","Resource":"*","Condition":` + condition + `}]}`
}

// TestAttack25_ContextKeyInjection: clients send headers and parameters named as the keys that the server fills in (GHSA-6r96).
func TestAttack25_ContextKeyInjection(t *testing.T) {
	t.Parallel()
	s := devServer(t)
	a := by(s, admin(s))
	boss := "arn:aws:iam::" + s.Account.ID + ":user/boss"
	spoof := map[string]string{
		"aws:username": "boss", "aws:userid": "AIDABOSS", "aws:PrincipalArn": boss, "aws:PrincipalTag/team": "boss", "aws:SourceIp": "10.9.8.7",
		"aws:SecureTransport": "true", "aws:MultiFactorAuthPresent": "true", "aws:PrincipalType": "Boss", "aws:PrincipalAccount": "999999999999",
		"sts:ExternalId": "boss", "aws:ViaAWSService": "true", "aws:SourceVpc": "vpc-boss",
	}
	for key, value := range spoof {
		operator := "StringEquals"
		switch key {
		case "aws:SourceIp":
			operator = "IpAddress"
		case "aws:SecureTransport", "aws:MultiFactorAuthPresent", "aws:ViaAWSService":
			operator = "Bool"
		}
		name := "spoof-" + strings.NewReplacer(":", "-", "/", "-").Replace(key)
		w := a.user(t, name, when("iam:ListRoles", `{"`+operator+`":{"`+key+`":"`+value+`"}}`))
		headers := [][2]string{
			{strings.NewReplacer(":", "-", "/", "-").Replace(key), value}, {"X-Amz-Meta-" + strings.NewReplacer(":", "-", "/", "-").Replace(key), value},
			{"userid", value}, {"username", value}, {"groups", "admins"}, {"X-Forwarded-For", "10.9.8.7"}, {"X-Real-Ip", "10.9.8.7"}, {"Forwarded", "for=10.9.8.7;proto=https"},
			{"X-Forwarded-Proto", "https"}, {"X-Amz-Source-Ip", "10.9.8.7"}, {"X-Amz-Mfa", "true"},
		}
		h := &hand{creds: w.creds, service: "iam", headers: headers,
			body: "Action=ListRoles&Version=2010-05-08&" + url.QueryEscape(key) + "=" + url.QueryEscape(value)}
		raw(t, s, h.text(s)).refused(t, key+" as header and parameter", "AccessDenied")
		h = &hand{creds: w.creds, service: "iam", headers: headers, body: "Action=ListRoles&Version=2010-05-08"}
		raw(t, s, h.text(s)).refused(t, key+" as header", "AccessDenied")
	}
	// The keys work when they are true.
	w := a.user(t, "honest", when("iam:ListRoles", `{"StringEquals":{"aws:username":"honest"},"IpAddress":{"aws:SourceIp":"127.0.0.0/8"},"Bool":{"aws:SecureTransport":"false"}}`))
	must(w.iam.ListRoles(ctx, &iam.ListRolesInput{}))(t)
	// Session tags cannot take the names of the server's keys.
	role := a.role(t, "taggable", trust("arn:aws:iam::"+s.Account.ID+":root", ""))
	_, err := a.try(role, &sts.AssumeRoleInput{Tags: []ststypes.Tag{{Key: aws.String("aws:PrincipalArn"), Value: &boss}}})
	if err == nil {
		t.Error("a session tag named aws:PrincipalArn was accepted")
	}
	_, err = a.try(role, &sts.AssumeRoleInput{SourceIdentity: aws.String("aws:boss")})
	fails(t, err, "ValidationError")
}

// TestAttack27_VariableInjection: values put in for variables match as they are, never as patterns.
func TestAttack27_VariableInjection(t *testing.T) {
	t.Parallel()
	s := devServer(t)
	a := by(s, admin(s))
	account := "arn:aws:iam::" + s.Account.ID
	role := a.role(t, "variable", trust(account+":root", ""), allow("demo:*", "arn:aws:demo::"+s.Account.ID+":note/${aws:PrincipalTag/home}/*"))
	notes := func(w *who, path string) *reply {
		r := must(http.NewRequest(http.MethodPut, s.Endpoint+"/demo/notes/"+path, strings.NewReader("x")))(t)
		return send(t, w.sign(t, s, r, signature{service: "demo"}))
	}
	tagged := func(value string) (*who, error) {
		out, err := a.try(role, &sts.AssumeRoleInput{Tags: []ststypes.Tag{{Key: aws.String("home"), Value: &value}}})
		if err != nil {
			return nil, err
		}
		return by(s, creds{*out.Credentials.AccessKeyId, *out.Credentials.SecretAccessKey, *out.Credentials.SessionToken}), nil
	}
	w := must(tagged("ada"))(t)
	if r := notes(w, "ada/one"); r.status != 200 {
		t.Fatalf("her own note: %d %s", r.status, r.body)
	}
	if r := notes(w, "bob/one"); r.status != 403 {
		t.Errorf("another's note: %d %s", r.status, r.body)
	}
	for _, value := range []string{"*", "?da", "ad?", "${aws:username}", "${*}", "a*", "ada/../bob", "", "ada/", "/", ".", "ADA", "@", "note:x"} {
		w, err := tagged(value)
		if err != nil {
			fails(t, err, "ValidationError")
			continue
		}
		for _, path := range []string{"ada/one", "bob/one", "x/y"} {
			if r := notes(w, path); r.status == 200 {
				t.Errorf("home %q may write %s", value, path)
			}
		}
	}
	// Without the tag there is nothing to put in, and the statement does not match.
	if r := notes(a.assume(t, role, nil), "ada/one"); r.status != 403 {
		t.Errorf("without the tag: %d %s", r.status, r.body)
	}
	// A role session has no aws:username.
	nameless := a.role(t, "nameless", trust(account+":root", ""), allow("iam:GetUser", account+":user/${aws:username}"))
	_, err := a.assume(t, nameless, nil).iam.GetUser(ctx, &iam.GetUserInput{UserName: aws.String("alice")})
	fails(t, err, "AccessDenied")
	// Names of users and sessions cannot be patterns in the first place.
	for _, name := range []string{"*", "a*", "a?", "${aws:username}", "a/b", "../x"} {
		_, err := a.iam.CreateUser(ctx, &iam.CreateUserInput{UserName: &name})
		fails(t, err, "ValidationError")
		_, err = a.try(role, &sts.AssumeRoleInput{RoleSessionName: aws.String("xx" + name)})
		fails(t, err, "ValidationError")
	}
}

// TestAttack29_JSONAmbiguity: documents that two readers could read differently are refused when they are written.
func TestAttack29_JSONAmbiguity(t *testing.T) {
	t.Parallel()
	s := devServer(t)
	a := by(s, admin(s))
	a.user(t, "writer")
	role := a.role(t, "writer", trust("arn:aws:iam::"+s.Account.ID+":root", ""))
	st := func(statement string) string { return `{"Version":"2012-10-17","Statement":[` + statement + `]}` }
	for name, doc := range map[string]string{
		"key twice":            st(`{"Effect":"Deny","Effect":"Allow","Action":"*","Resource":"*"}`),
		"statement twice":      `{"Version":"2012-10-17","Statement":[],"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`,
		"escaped key twice":    st(`{"Effect":"Deny","\u0045ffect":"Allow","Action":"*","Resource":"*"}`),
		"key in lower case":    st(`{"effect":"Allow","Action":"*","Resource":"*"}`),
		"value in lower case":  st(`{"Effect":"allow","Action":"*","Resource":"*"}`),
		"action null":          st(`{"Effect":"Allow","Action":null,"Resource":"*"}`),
		"action number":        st(`{"Effect":"Allow","Action":1e999,"Resource":"*"}`),
		"unknown element":      st(`{"Effect":"Allow","Action":"*","Resource":"*","Comment":"x"}`),
		"not a number":         st(`{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"NumericEquals":{"aws:x":NaN}}}`),
		"comment":              st(`{"Effect":"Allow",/* x */"Action":"*","Resource":"*"}`),
		"trailing comma":       st(`{"Effect":"Allow","Action":"*","Resource":"*",}`),
		"text behind":          allow("*", "*") + `{}`,
		"byte order mark":      "\ufeff" + allow("*", "*"),
		"both actions":         st(`{"Effect":"Allow","Action":"*","NotAction":"iam:*","Resource":"*"}`),
		"single quotes":        strings.ReplaceAll(allow("*", "*"), `"`, `'`),
		"array":                "[" + allow("*", "*") + "]",
		"unknown version":      strings.Replace(allow("*", "*"), "2012-10-17", "2013-10-17", 1),
		"unpaired surrogate":   st(`{"Sid":"\ud800","Effect":"Allow","Action":"*","Resource":"*"}`),
		"unknown operator":     when("*", `{"StringEqual":{"aws:username":"x"}}`),
		"empty condition name": when("*", `{"":{"aws:username":"x"}}`),
	} {
		_, err := a.iam.PutUserPolicy(ctx, &iam.PutUserPolicyInput{UserName: aws.String("writer"), PolicyName: aws.String("p"), PolicyDocument: &doc})
		malformed(t, name+" as inline policy", err)
		_, err = a.iam.CreatePolicy(ctx, &iam.CreatePolicyInput{PolicyName: aws.String("p"), PolicyDocument: &doc})
		malformed(t, name+" as managed policy", err)
		_, err = a.try(role, &sts.AssumeRoleInput{Policy: &doc})
		malformed(t, name+" as session policy", err)
		_, err = a.iam.UpdateAssumeRolePolicy(ctx, &iam.UpdateAssumeRolePolicyInput{RoleName: aws.String("writer"), PolicyDocument: &doc})
		malformed(t, name+" as trust policy", err)
	}
	if list := must(a.iam.ListUserPolicies(ctx, &iam.ListUserPoliciesInput{UserName: aws.String("writer")}))(t).PolicyNames; len(list) != 0 {
		t.Errorf("refused policies were kept: %v", list)
	}
}

// malformed demands that a document was refused, by its grammar or by the characters it is made of.
func malformed(t *testing.T, what string, err error) {
	t.Helper()
	if err == nil {
		t.Errorf("%s: accepted", what)
		return
	}
	if text := err.Error(); !strings.Contains(text, "MalformedPolicyDocument") && !strings.Contains(text, "ValidationError") {
		t.Errorf("%s: %v", what, err)
	}
}

// tenant makes another account and returns its administrator.
func tenant(t *testing.T, s *process.Server, name string) (*who, string) {
	t.Helper()
	var made struct {
		AccountId string
		AdminUser struct{ AccessKeyId, SecretAccessKey string }
	}
	out := well(t, as(s, admin(s)), "daypass", "account", "create", name, "--output", "json")
	ok(t, json.Unmarshal([]byte(out), &made))
	return by(s, creds{made.AdminUser.AccessKeyId, made.AdminUser.SecretAccessKey, ""}), made.AccountId
}

// TestAttack31_WildcardPrincipalScope: a principal pattern does not exist, a name means one account, and an account means that its
// administrators decide (OpenBao CVE-2025-59048).
func TestAttack31_WildcardPrincipalScope(t *testing.T) {
	t.Parallel()
	s := devServer(t)
	a := by(s, admin(s))
	b, other := tenant(t, s, "other")
	account := "arn:aws:iam::" + s.Account.ID
	for _, principal := range []string{"arn:aws:iam::*:role/x", account + ":role/*", account + ":user/al*", "arn:aws:iam::*:root", account + ":*", "arn:aws:iam:::user/alice",
		"*:*", "arn:aws:sts::" + s.Account.ID + ":assumed-role/x/*", "alice"} {
		_, err := a.iam.CreateRole(ctx, &iam.CreateRoleInput{RoleName: aws.String("wild"), AssumeRolePolicyDocument: aws.String(trust(principal, ""))})
		if err == nil {
			t.Errorf("the principal %s was accepted", principal)
			must(a.iam.DeleteRole(ctx, &iam.DeleteRoleInput{RoleName: aws.String("wild")}))(t)
		}
	}
	// The same name in another account is somebody else.
	a.user(t, "twin", allow("sts:*", "*"))
	twin := b.user(t, "twin", allow("sts:*", "*"))
	role := a.role(t, "for-twin", trust(account+":user/twin", ""))
	_, err := twin.try(role, nil)
	fails(t, err, "AccessDenied")
	// The account alone lets nobody in; it lets the account decide.
	delegated := a.role(t, "delegated", trust("arn:aws:iam::"+other+":root", ""))
	idle := b.user(t, "idle")
	_, err = idle.try(delegated, nil)
	fails(t, err, "AccessDenied")
	_, err = twin.try(delegated, nil)
	ok(t, err)
	_, err = a.user(t, "insider").try(delegated, nil)
	fails(t, err, "AccessDenied")
	// Everybody, under a condition that only one meets.
	open := a.role(t, "open", trust("*", `{"StringEquals":{"aws:PrincipalArn":"`+"arn:aws:iam::"+other+`:user/twin"}}`))
	_, err = twin.try(open, nil)
	ok(t, err)
	_, err = b.try(open, nil)
	fails(t, err, "AccessDenied")
}

// TestAttack32_DeletedPrincipalRecreated: a trust policy means the user it was written for, not his name.
func TestAttack32_DeletedPrincipalRecreated(t *testing.T) {
	t.Parallel()
	s := devServer(t)
	a := by(s, admin(s))
	account := "arn:aws:iam::" + s.Account.ID
	first := a.user(t, "phoenix")
	role := a.role(t, "nest", trust(account+":user/phoenix", ""))
	_, err := first.try(role, nil)
	ok(t, err)
	id := *must(a.iam.GetUser(ctx, &iam.GetUserInput{UserName: aws.String("phoenix")}))(t).User.UserId
	must(a.iam.DeleteAccessKey(ctx, &iam.DeleteAccessKeyInput{UserName: aws.String("phoenix"), AccessKeyId: &first.id}))(t)
	must(a.iam.DeleteUser(ctx, &iam.DeleteUserInput{UserName: aws.String("phoenix")}))(t)
	shown := func() string {
		doc := must(a.iam.GetRole(ctx, &iam.GetRoleInput{RoleName: aws.String("nest")}))(t).Role.AssumeRolePolicyDocument
		return must(url.PathUnescape(*doc))(t)
	}
	if text := shown(); !strings.Contains(text, `"`+id+`"`) || strings.Contains(text, "user/phoenix") {
		t.Errorf("after the deletion the trust policy shows %s, want the id %s", text, id)
	}
	second := a.user(t, "phoenix")
	_, err = second.try(role, nil)
	fails(t, err, "AccessDenied")
	if text := shown(); strings.Contains(text, "user/phoenix") {
		t.Errorf("the namesake took the place: %s", text)
	}
	// Written again, it means the new one.
	must(a.iam.UpdateAssumeRolePolicy(ctx, &iam.UpdateAssumeRolePolicyInput{RoleName: aws.String("nest"), PolicyDocument: aws.String(trust(account+":user/phoenix", ""))}))(t)
	_, err = second.try(role, nil)
	ok(t, err)
	// The same for roles.
	caller := a.role(t, "caller", trust(account+":root", ""))
	target := a.role(t, "target", trust(caller, ""))
	_, err = a.assume(t, caller, nil).try(target, nil)
	ok(t, err)
	must(a.iam.DeleteRole(ctx, &iam.DeleteRoleInput{RoleName: aws.String("caller")}))(t)
	a.role(t, "caller", trust(account+":root", ""))
	_, err = a.assume(t, caller, nil).try(target, nil)
	fails(t, err, "AccessDenied")
}

// TestAttack33_ConfusedDeputyExternalID: a deputy of account A is sent with the wrong customer's number to the role in account B.
func TestAttack33_ConfusedDeputyExternalID(t *testing.T) {
	t.Parallel()
	s := devServer(t)
	a := by(s, admin(s))
	b, customer := tenant(t, s, "customer")
	deputy := a.user(t, "deputy", allow("sts:AssumeRole", "*"))
	home := "arn:aws:iam::" + s.Account.ID
	exact := b.role(t, "exact", trust(home+":root", `{"StringEquals":{"sts:ExternalId":"customer-42"}}`), allow("iam:ListUsers", "*"))
	like := b.role(t, "like", trust(home+":root", `{"StringLike":{"sts:ExternalId":"customer-*"}}`))
	any := b.role(t, "any", trust(home+":root", `{"StringLike":{"sts:ExternalId":"*"}}`))
	with := func(id string) *sts.AssumeRoleInput { return &sts.AssumeRoleInput{ExternalId: &id} }

	session := deputy.assume(t, exact, with("customer-42"))
	if got := session.arn(t); got != "arn:aws:sts::"+customer+":assumed-role/exact/story" {
		t.Errorf("the deputy is %s", got)
	}
	must(session.iam.ListUsers(ctx, &iam.ListUsersInput{}))(t)
	for _, id := range []string{"customer-43", "CUSTOMER-42", "customer-42 ", "customer-4*", "customer-4?", "customer-", "xcustomer-42"} {
		if _, err := deputy.try(exact, with(id)); err == nil {
			t.Errorf("the external id %q was taken for customer-42", id)
		}
	}
	for _, role := range []string{exact, like, any} {
		_, err := deputy.try(role, nil)
		says(t, err, "AccessDenied", "User: "+home+":user/deputy is not authorized to perform: sts:AssumeRole on resource: "+role)
		if _, err := deputy.try(role, with("")); err == nil {
			t.Errorf("an empty external id opened %s", role)
		}
	}
	_, err := deputy.try(like, with("customer-42"))
	ok(t, err)
	_, err = deputy.try(like, with("other-42"))
	fails(t, err, "AccessDenied")
	// Twice, once right: refused as a form.
	body := "Action=AssumeRole&Version=2011-06-15&RoleSessionName=abc&RoleArn=" + url.QueryEscape(exact)
	r := raw(t, s, (&hand{creds: deputy.creds, body: body + "&ExternalId=other&ExternalId=customer-42"}).text(s))
	r.refused(t, "two external ids")
	r = raw(t, s, (&hand{creds: deputy.creds, body: body, headers: [][2]string{{"X-Amz-External-Id", "customer-42"}}}).text(s))
	r.refused(t, "external id as header", "AccessDenied")
	// Neither side alone is enough across accounts.
	_, err = a.user(t, "ungranted").try(exact, with("customer-42"))
	fails(t, err, "AccessDenied")
	closed := b.role(t, "closed", trust("arn:aws:iam::"+customer+":root", ""))
	_, err = deputy.try(closed, nil)
	fails(t, err, "AccessDenied")
}

// TestAttack51_CrossTenantHandle: names and ids of one account are nothing in the hands of another (OpenBao CVE-2026-40264, 45808,
// 55774).
func TestAttack51_CrossTenantHandle(t *testing.T) {
	t.Parallel()
	s := devServer(t)
	a := by(s, admin(s))
	b, other := tenant(t, s, "other")
	victim := a.user(t, "victim", allow("s3:*", "*"))
	role := a.role(t, "victim", trust("arn:aws:iam::"+s.Account.ID+":root", ""))
	pol := must(a.iam.CreatePolicy(ctx, &iam.CreatePolicyInput{PolicyName: aws.String("victim"), PolicyDocument: aws.String(allow("s3:*", "*"))}))(t).Policy.Arn
	denial := a.user(t, "denied").ask(t, "iam", versions["iam"], "ListUsers").header.Get("X-Amzn-Requestid")
	b.user(t, "own")

	name, doc := "victim", allow("*", "*")
	for _, o := range []operation{
		{"iam", "GetUser", []string{"UserName", name}}, {"iam", "DeleteUser", []string{"UserName", name}},
		{"iam", "CreateAccessKey", []string{"UserName", name}}, {"iam", "ListAccessKeys", []string{"UserName", name}},
		{"iam", "UpdateAccessKey", []string{"UserName", "own", "AccessKeyId", victim.id, "Status", "Inactive"}},
		{"iam", "DeleteAccessKey", []string{"AccessKeyId", victim.id}}, {"iam", "DeleteAccessKey", []string{"UserName", "own", "AccessKeyId", victim.id}},
		{"iam", "GetAccessKeyLastUsed", []string{"AccessKeyId", victim.id}},
		{"iam", "PutUserPolicy", []string{"UserName", name, "PolicyName", "p", "PolicyDocument", doc}},
		{"iam", "GetRole", []string{"RoleName", name}}, {"iam", "UpdateAssumeRolePolicy", []string{"RoleName", name, "PolicyDocument", trust("*", "")}},
		{"iam", "GetPolicy", []string{"PolicyArn", *pol}}, {"iam", "GetPolicyVersion", []string{"PolicyArn", *pol, "VersionId", "v1"}},
		{"iam", "ListEntitiesForPolicy", []string{"PolicyArn", *pol}}, {"iam", "DeletePolicy", []string{"PolicyArn", *pol}},
		{"iam", "CreatePolicyVersion", []string{"PolicyArn", *pol, "PolicyDocument", doc, "SetAsDefault", "true"}},
		{"iam", "AttachUserPolicy", []string{"UserName", "own", "PolicyArn", *pol}}, {"iam", "PutUserPermissionsBoundary", []string{"UserName", "own", "PermissionsBoundary", *pol}},
		{"iam", "TagPolicy", []string{"PolicyArn", *pol, "Tags.member.1.Key", "k", "Tags.member.1.Value", "v"}},
		{"daypass", "RevokeSessions", []string{"RoleName", name}}, {"daypass", "Explain", []string{"RequestId", denial}},
	} {
		r := o.by(t, b)
		r.refused(t, o.name, "NoSuchEntity", "AccessDenied", "InvalidInput")
		if strings.Contains(r.body, s.Account.ID) && !strings.Contains(strings.Join(o.pairs, " "), s.Account.ID) {
			t.Errorf("%s: the answer names the other account: %s", o.name, r.body)
		}
	}
	for _, o := range []operation{
		{"daypass", "CreateAccount", []string{"Cloud", "aws", "Name", "third"}}, {"daypass", "ListAccounts", nil}, {"daypass", "SuspendAccount", []string{"AccountId", s.Account.ID}},
		{"daypass", "ResumeAccount", []string{"AccountId", other}}, {"daypass", "RotateKeys", nil}, {"daypass", "ListKeys", nil},
	} {
		o.by(t, b).refused(t, o.name, "AccessDenied")
	}
	_, err := b.try(role, nil)
	fails(t, err, "AccessDenied")
	_, err = b.try(b.role(t, "mine", trust("arn:aws:iam::"+other+":root", "")), &sts.AssumeRoleInput{PolicyArns: arns(*pol)})
	if err == nil {
		t.Error("a managed policy of another account limits a session")
	}
	// A marker from one account shows the other only what is its own.
	page := must(a.iam.ListUsers(ctx, &iam.ListUsersInput{MaxItems: aws.Int32(1)}))(t)
	mine := must(b.iam.ListUsers(ctx, &iam.ListUsersInput{Marker: page.Marker}))(t)
	for _, u := range mine.Users {
		if !strings.Contains(*u.Arn, ":"+other+":") {
			t.Errorf("account %s was shown %s", other, *u.Arn)
		}
	}
	// And the things are as they were.
	must(victim.sts.GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{}))(t)
	if v := must(a.iam.GetPolicy(ctx, &iam.GetPolicyInput{PolicyArn: pol}))(t).Policy; *v.DefaultVersionId != "v1" || *v.AttachmentCount != 0 {
		t.Errorf("the policy was touched: %+v", v)
	}
}

// TestAttack53_JSONDoS: documents made to be expensive are refused cheaply (Vault CVE-2025-6203, CVE-2025-12044, OpenBao CVE-2025-59043).
func TestAttack53_JSONDoS(t *testing.T) {
	t.Parallel()
	s := devServer(t)
	a := by(s, admin(s))
	a.user(t, "target")
	role := a.role(t, "target", trust("arn:aws:iam::"+s.Account.ID+":root", ""))
	keys := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*","Condition":{`
	for i := range 2000 {
		keys += fmt.Sprintf(`"StringEquals%d":{},`, i)
	}
	stars := allow("*", "arn:aws:s3:::"+strings.Repeat("*a", 900))
	for name, doc := range map[string]string{
		"nested arrays":  strings.Repeat("[", 60000) + strings.Repeat("]", 60000),
		"open arrays":    strings.Repeat("[", 130000),
		"nested objects": strings.Repeat(`{"Statement":`, 9000) + "1" + strings.Repeat("}", 9000),
		"many keys":      keys + `"x":{}}}]}`,
		"a long text":    allow("s3:"+strings.Repeat("a", 120000), "*"),
		"a long number":  `{"Version":` + strings.Repeat("9", 120000) + `}`,
		"white space":    strings.Repeat(" ", 130000),
	} {
		start := time.Now()
		_, err := a.iam.PutUserPolicy(ctx, &iam.PutUserPolicyInput{UserName: aws.String("target"), PolicyName: aws.String("p"), PolicyDocument: &doc})
		if err == nil {
			t.Errorf("%s: accepted", name)
		}
		_, err = a.try(role, &sts.AssumeRoleInput{Policy: &doc})
		if err == nil {
			t.Errorf("%s as session policy: accepted", name)
		}
		if took := time.Since(start); took > 5*time.Second {
			t.Errorf("%s: refused after %v", name, took)
		}
	}
	// Patterns full of stars are legal, and must not cost much to match.
	w := a.user(t, "starry")
	_, err := a.iam.PutUserPolicy(ctx, &iam.PutUserPolicyInput{UserName: aws.String("starry"), PolicyName: aws.String("p"), PolicyDocument: &stars})
	if err == nil {
		start := time.Now()
		_, err = w.iam.ListUsers(ctx, &iam.ListUsersInput{PathPrefix: aws.String("/" + strings.Repeat("a", 500))})
		if err == nil || time.Since(start) > 2*time.Second {
			t.Errorf("matching stars: %v after %v", err, time.Since(start))
		}
	}
	if a.arn(t) == "" {
		t.Error("the server is gone")
	}
}
