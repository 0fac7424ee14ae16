package aws

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/daypass/daypass/internal/audit"
	"github.com/daypass/daypass/internal/iam"
)

// Which members an operation returns and which it leaves out, as recordings of the real API show.
func TestMembers(t *testing.T) {
	d := newDoor(t)
	const role, tags, boundary = "AssumeRolePolicyDocument Arn CreateDate Path RoleId RoleName", "Tags Tags.Key Tags.Value", "PermissionsBoundary PermissionsBoundary.PermissionsBoundaryArn PermissionsBoundary.PermissionsBoundaryType"
	const pol = "Arn AttachmentCount CreateDate DefaultVersionId IsAttachable Path PermissionsBoundaryUsageCount PolicyId PolicyName UpdateDate"
	in := func(prefix, members string) string {
		return prefix + " " + prefix + "." + strings.ReplaceAll(members, " ", " "+prefix+".")
	}
	own := "arn:aws:iam::111111111111:policy/own"
	for _, c := range []struct {
		operation string
		params    []string
		want      string
	}{
		{"iam:CreateUser", []string{"UserName", "bare"}, in("User", "Arn CreateDate Path UserId UserName")},
		{"iam:CreateUser", []string{"UserName", "full", "Tags.member.1.Key", "k", "Tags.member.1.Value", "v", "PermissionsBoundary", administrator},
			in("User", "Arn CreateDate Path "+boundary+" "+tags+" UserId UserName")},
		{"iam:GetUser", []string{"UserName", "bare"}, in("User", "Arn CreateDate Path UserId UserName")},
		{"iam:GetUser", []string{"UserName", "full"}, in("User", "Arn CreateDate Path "+boundary+" "+tags+" UserId UserName")},
		{"iam:ListUsers", nil, "IsTruncated " + in("Users", "Arn CreateDate Path UserId UserName")},
		{"iam:CreateRole", []string{"RoleName", "bare", "AssumeRolePolicyDocument", trustHome}, in("Role", role)},
		{"iam:CreateRole", []string{"RoleName", "full", "AssumeRolePolicyDocument", trustHome, "Description", "d", "MaxSessionDuration", "7200", "Tags.member.1.Key", "k",
			"Tags.member.1.Value", "v", "PermissionsBoundary", administrator}, in("Role", "AssumeRolePolicyDocument Arn CreateDate Description Path "+boundary+" RoleId RoleName "+tags)},
		{"iam:GetRole", []string{"RoleName", "bare"}, in("Role", "AssumeRolePolicyDocument Arn CreateDate MaxSessionDuration Path RoleId RoleLastUsed RoleName")},
		{"iam:GetRole", []string{"RoleName", "full"}, in("Role", "AssumeRolePolicyDocument Arn CreateDate Description MaxSessionDuration Path "+boundary+" RoleId RoleLastUsed RoleName "+tags)},
		{"iam:ListRoles", nil, "IsTruncated " + in("Roles", "AssumeRolePolicyDocument Arn CreateDate Description MaxSessionDuration Path RoleId RoleName")},
		{"iam:UpdateRole", []string{"RoleName", "bare"}, ""},
		{"iam:CreatePolicy", []string{"PolicyName", "own", "PolicyDocument", allowAll, "Description", "d"}, in("Policy", pol)},
		{"iam:GetPolicy", []string{"PolicyArn", own}, in("Policy", "Arn AttachmentCount CreateDate DefaultVersionId Description IsAttachable Path PermissionsBoundaryUsageCount PolicyId PolicyName Tags UpdateDate")},
		{"iam:ListPolicies", []string{"Scope", "Local"}, "IsTruncated " + in("Policies", pol)},
		{"iam:CreatePolicyVersion", []string{"PolicyArn", own, "PolicyDocument", allowAll}, in("PolicyVersion", "CreateDate IsDefaultVersion VersionId")},
		{"iam:GetPolicyVersion", []string{"PolicyArn", own, "VersionId", "v2"}, in("PolicyVersion", "CreateDate Document IsDefaultVersion VersionId")},
		{"iam:ListPolicyVersions", []string{"PolicyArn", own}, "IsTruncated " + in("Versions", "CreateDate IsDefaultVersion VersionId")},
		{"iam:ListUserPolicies", []string{"UserName", "bare"}, "IsTruncated PolicyNames"},
		{"iam:ListAttachedRolePolicies", []string{"RoleName", "bare"}, "AttachedPolicies IsTruncated"},
		{"iam:ListEntitiesForPolicy", []string{"PolicyArn", own}, "IsTruncated PolicyGroups PolicyRoles PolicyUsers"},
		{"iam:ListUserTags", []string{"UserName", "bare"}, "IsTruncated Tags"},
		{"iam:ListAccessKeys", []string{"UserName", "bare"}, "AccessKeyMetadata IsTruncated"},
		{"iam:ListGroupsForUser", []string{"UserName", "bare"}, "Groups IsTruncated"},
		{"iam:CreateGroup", []string{"GroupName", "g"}, in("Group", "Arn CreateDate GroupId GroupName Path")},
		{"iam:GetGroup", []string{"GroupName", "g"}, in("Group", "Arn CreateDate GroupId GroupName Path") + " IsTruncated Users"},
		{"iam:CreateAccessKey", []string{"UserName", "bare"}, in("AccessKey", "AccessKeyId CreateDate SecretAccessKey Status UserName")},
		{"iam:ListAccessKeys", []string{"UserName", "bare"}, in("AccessKeyMetadata", "AccessKeyId CreateDate Status UserName") + " IsTruncated"},
		{"iam:AttachUserPolicy", []string{"UserName", "bare", "PolicyArn", own}, ""},
		{"sts:GetCallerIdentity", nil, "Account Arn UserId"},
		{"sts:AssumeRole", []string{"RoleArn", "arn:aws:iam::111111111111:role/clerk", "RoleSessionName", "desk"},
			in("AssumedRoleUser", "Arn AssumedRoleId") + " " + in("Credentials", "AccessKeyId Expiration SecretAccessKey SessionToken")},
		{"sts:AssumeRole", []string{"RoleArn", "arn:aws:iam::111111111111:role/clerk", "RoleSessionName", "desk", "SourceIdentity", "me", "Policy", allowAll},
			in("AssumedRoleUser", "Arn AssumedRoleId") + " " + in("Credentials", "AccessKeyId Expiration SecretAccessKey SessionToken") + " PackedPolicySize SourceIdentity"},
	} {
		a := d.good("admin", c.operation, pairs(c.params...))
		if got, want := a.members(t), sortedWords(c.want); got != want {
			t.Errorf("%s %v:\n got %s\nwant %s", c.operation, c.params, got, want)
		}
		_, action, _ := strings.Cut(c.operation, ":")
		if !strings.HasPrefix(a.body, "<"+action+"Response xmlns=\"https://") || a.header.Get("Content-Type") != "text/xml" || a.text("RequestId") != a.request {
			t.Errorf("%s: %s", c.operation, a.body)
		}
		if hasResult := strings.Contains(a.body, "<"+action+"Result>"); hasResult != (c.operation != "iam:AttachUserPolicy") {
			t.Errorf("%s has a result element: %t", c.operation, hasResult)
		}
	}
}

func sortedWords(s string) string {
	words := strings.Fields(s)
	slices.Sort(words)
	return strings.Join(words, " ")
}

func TestValues(t *testing.T) {
	d := newDoor(t)
	a := d.good("admin", "iam:CreateUser", pairs("UserName", "ann", "Path", "/x/", "PermissionsBoundary", administrator))
	for name, want := range map[string]string{"Arn": "arn:aws:iam::111111111111:user/x/ann", "CreateDate": stamped, "Path": "/x/",
		"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": administrator} {
		if got := a.text(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	a = d.good("admin", "iam:GetRole", pairs("RoleName", "CLERK"))
	if a.text("MaxSessionDuration") != "3600" || a.text("RoleName") != "clerk" || !strings.Contains(a.body, "<RoleLastUsed/>") && !strings.Contains(a.body, "<RoleLastUsed></RoleLastUsed>") {
		t.Error(a.body)
	}
	a = d.good("admin", "iam:CreatePolicy", pairs("PolicyName", "p", "PolicyDocument", allowAll))
	if a.text("DefaultVersionId") != "v1" || a.text("AttachmentCount") != "0" || a.text("IsAttachable") != "true" || len(a.text("PolicyId")) != 21 {
		t.Error(a.body)
	}
	d.good("admin", "iam:AttachUserPolicy", pairs("UserName", "ann", "PolicyArn", "arn:aws:iam::111111111111:policy/p"))
	if a = d.good("admin", "iam:GetPolicy", pairs("PolicyArn", "arn:aws:iam::111111111111:policy/p")); a.text("AttachmentCount") != "1" {
		t.Error(a.body)
	}
	// The trust policy is shown with names, though it is kept with ids.
	d.good("admin", "iam:CreateRole", pairs("RoleName", "forAnn", "AssumeRolePolicyDocument",
		`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111111111111:user/x/ann"},"Action":"sts:AssumeRole"}]}`))
	if a = d.good("admin", "iam:GetRole", pairs("RoleName", "forAnn")); !strings.Contains(a.text("AssumeRolePolicyDocument"), "user%2Fx%2Fann") {
		t.Error(a.text("AssumeRolePolicyDocument"))
	}
}

// Documents come back percent-encoded, so that one that itself holds %3A survives a client that decodes once.
func TestPercentEncoding(t *testing.T) {
	const written = `{"Version":"2012-10-17","Statement":[{"Sid":"A1","Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::b%3A/ +~*é-_.","Condition":{"StringLike":{"s3:prefix":"a b+c"}}}]}`
	const want = `%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%5B%7B%22Sid%22%3A%22A1%22%2C%22Effect%22%3A%22Allow%22%2C%22Action%22%3A%22s3%3A%2A%22%2C` +
		`%22Resource%22%3A%22arn%3Aaws%3As3%3A%3A%3Ab%253A%2F%20%2B~%2A%C3%A9-_.%22%2C%22Condition%22%3A%7B%22StringLike%22%3A%7B%22s3%3Aprefix%22%3A%22a%20b%2Bc%22%7D%7D%7D%5D%7D`
	if got := document(written); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	d := newDoor(t)
	for _, c := range []struct {
		put, get string
		params   []string
	}{
		{"iam:PutUserPolicy", "iam:GetUserPolicy", []string{"UserName", "poor", "PolicyName", "p"}},
		{"iam:PutRolePolicy", "iam:GetRolePolicy", []string{"RoleName", "clerk", "PolicyName", "p"}},
	} {
		d.good("admin", c.put, pairs(append(c.params, "PolicyDocument", written)...))
		if a := d.good("admin", c.get, pairs(c.params...)); a.text("PolicyDocument") != want {
			t.Errorf("%s: %s", c.get, a.text("PolicyDocument"))
		}
	}
	d.good("admin", "iam:CreatePolicy", pairs("PolicyName", "p", "PolicyDocument", written))
	if a := d.good("admin", "iam:GetPolicyVersion", pairs("PolicyArn", "arn:aws:iam::111111111111:policy/p", "VersionId", "v1")); a.text("Document") != want {
		t.Errorf("%s", a.text("Document"))
	}
}

func TestPages(t *testing.T) {
	d := newDoor(t)
	d.change(func(tx *iam.Tx) {
		must[*iam.User](t)(tx.CreateUser(home, iam.UserSpec{Name: "Zed"}))
		must[*iam.Group](t)(tx.CreateGroup(home, "/", "g"))
		for i := range 7 {
			name := fmt.Sprint("n", i)
			must[*iam.User](t)(tx.CreateUser(home, iam.UserSpec{Name: name}))
			must[*iam.Group](t)(tx.CreateGroup(home, "/", name))
			must[*iam.Role](t)(tx.CreateRole(home, iam.RoleSpec{Name: name, Trust: trustHome}))
			p := must[*iam.Policy](t)(tx.CreatePolicy(home, iam.PolicySpec{Name: name, Document: allowAll}))
			must[*iam.User](t)(tx.AttachUserPolicy(home, "Zed", p.ARN()))
			must[*iam.Group](t)(tx.AttachGroupPolicy(home, "g", p.ARN()))
			must[*iam.Role](t)(tx.AttachRolePolicy(home, "clerk", p.ARN()))
			must[*iam.User](t)(tx.PutUserPolicy(home, "Zed", name, allowAll))
			must[*iam.Group](t)(tx.PutGroupPolicy(home, "g", name, allowAll))
			must[*iam.Role](t)(tx.PutRolePolicy(home, "clerk", name, allowAll))
			must[*iam.User](t)(tx.AttachUserPolicy(home, name, administrator))
			for _, err := range []error{tx.AddUserToGroup(home, "g", name), tx.AddUserToGroup(home, name, "Zed")} {
				if err != nil {
					t.Fatal(err)
				}
			}
			tag := []iam.Tag{{Key: name, Value: "v"}}
			must[*iam.User](t)(tx.TagUser(home, "Zed", tag))
			must[*iam.Role](t)(tx.TagRole(home, "clerk", tag))
			must[*iam.Policy](t)(tx.TagPolicy(home, "arn:aws:iam::111111111111:policy/n0", tag))
			must[*iam.Account](t)(tx.CreateAccount(fmt.Sprintf("33333333333%d", i), name))
		}
		for range 4 {
			if _, _, err := tx.CreatePolicyVersion(home, "arn:aws:iam::111111111111:policy/n0", allowAll, false); err != nil {
				t.Fatal(err)
			}
		}
		for _, name := range []string{"AdministratorAccess", "ReadOnlyAccess"} {
			must[*iam.User](t)(tx.AttachUserPolicy(home, "Zed", "arn:aws:iam::aws:policy/"+name))
		}
		for range 2 {
			id := must[string](t)(tx.NewAccessKeyID(home))
			must[*iam.AccessKey](t)(tx.CreateAccessKey(home, "Zed", id, []byte("x")))
		}
	})
	const n0 = "arn:aws:iam::111111111111:policy/n0"
	for _, c := range []struct {
		operation, element string
		params             []string
		total              int
	}{
		{"iam:ListUsers", "UserName", nil, 10}, {"iam:ListGroups", "GroupName", nil, 8}, {"iam:ListRoles", "RoleName", nil, 8},
		{"iam:ListPolicies", "PolicyName", []string{"Scope", "Local"}, 7}, {"iam:ListPolicies", "PolicyName", []string{"Scope", "AWS", "PathPrefix", "/job-function/"}, 7},
		{"iam:ListPolicies", "PolicyName", []string{"PolicyUsageFilter", "PermissionsPolicy"}, 9}, {"iam:ListPolicies", "PolicyName", []string{"OnlyAttached", "true"}, 9},
		{"iam:GetGroup", "UserName", []string{"GroupName", "g"}, 7}, {"iam:ListGroupsForUser", "GroupName", []string{"UserName", "Zed"}, 7},
		{"iam:ListUserPolicies", "member", []string{"UserName", "Zed"}, 7}, {"iam:ListGroupPolicies", "member", []string{"GroupName", "g"}, 7},
		{"iam:ListRolePolicies", "member", []string{"RoleName", "clerk"}, 7},
		{"iam:ListAttachedUserPolicies", "PolicyName", []string{"UserName", "Zed"}, 9}, {"iam:ListAttachedGroupPolicies", "PolicyName", []string{"GroupName", "g"}, 7},
		{"iam:ListAttachedRolePolicies", "PolicyName", []string{"RoleName", "clerk"}, 7},
		{"iam:ListEntitiesForPolicy", "UserName", []string{"PolicyArn", administrator}, 9}, {"iam:ListPolicyVersions", "VersionId", []string{"PolicyArn", n0}, 5},
		{"iam:ListUserTags", "Key", []string{"UserName", "Zed"}, 7}, {"iam:ListRoleTags", "Key", []string{"RoleName", "clerk"}, 7}, {"iam:ListPolicyTags", "Key", []string{"PolicyArn", n0}, 7},
		{"iam:ListAccessKeys", "AccessKeyId", []string{"UserName", "Zed"}, 2}, {"daypass:ListAccounts", "AccountId", nil, 9},
	} {
		whole := d.good("admin", c.operation, pairs(c.params...))
		all := texts(whole.body, c.element)
		if len(all) != c.total || whole.text("IsTruncated") != "false" || strings.Contains(whole.body, "<Marker>") {
			t.Errorf("%s shows %d of %d: %v", c.operation, len(all), c.total, all)
		}
		for _, size := range []int{1, 3, c.total, c.total + 1} {
			var seen []string
			params := pairs(append([]string{"MaxItems", fmt.Sprint(size)}, c.params...)...)
			for pages := 0; ; pages++ {
				a := d.good("admin", c.operation, params)
				part := texts(a.body, c.element)
				seen = append(seen, part...)
				last := len(seen) == c.total
				if marker := a.text("Marker"); len(part) > size || (a.text("IsTruncated") == "true") == last || (marker == "") != last || pages > c.total {
					t.Errorf("%s by %d: page %v, truncated %s, marker %q", c.operation, size, part, a.text("IsTruncated"), marker)
					break
				} else if last {
					break
				} else {
					params.Set("Marker", marker)
				}
			}
			if fmt.Sprint(seen) != fmt.Sprint(all) {
				t.Errorf("%s by %d: %v, want %v", c.operation, size, seen, all)
			}
		}
		for what, marker := range map[string]string{"not base64": "!", "of another form": base64.RawURLEncoding.EncodeToString([]byte("2:n0")),
			"of no form": "bjA", "without a key": base64.RawURLEncoding.EncodeToString([]byte("1:")), "with padding": base64.URLEncoding.EncodeToString([]byte("1:n3"))} {
			params := pairs(append([]string{"Marker", marker}, c.params...)...)
			a := d.call("admin", c.operation, params)
			if a.status != http.StatusBadRequest || a.code != "ValidationError" || a.message != "Invalid Marker." {
				t.Errorf("%s with a marker %s: %d %s %s", c.operation, what, a.status, a.code, a.message)
			}
		}
	}
	a := d.good("admin", "iam:ListPolicyVersions", pairs("PolicyArn", n0))
	if got := texts(a.body, "VersionId"); fmt.Sprint(got) != "[v5 v4 v3 v2 v1]" {
		t.Errorf("%v", got)
	}
	// Case does not matter for the order, and a page goes on where it was even if its last item is gone.
	a = d.good("admin", "iam:ListUsers", pairs("MaxItems", "2"))
	if got := texts(a.body, "UserName"); fmt.Sprint(got) != "[admin n0]" {
		t.Errorf("%v", got)
	}
	d.change(func(tx *iam.Tx) { must[*iam.User](t)(tx.UpdateUser(home, "n0", "", "zz")) })
	a = d.good("admin", "iam:ListUsers", pairs("Marker", a.text("Marker")))
	if got := texts(a.body, "UserName"); fmt.Sprint(got) != "[n1 n2 n3 n4 n5 n6 poor Zed zz]" {
		t.Errorf("%v", got)
	}
}

// texts lists the contents of all elements of a name that hold text.
func texts(body, element string) (list []string) {
	for {
		_, rest, found := strings.Cut(body, "<"+element+">")
		if !found {
			return list
		}
		text, after, _ := strings.Cut(rest, "</"+element+">")
		if !strings.Contains(text, "<") {
			list = append(list, text)
		}
		body = after
		if strings.Contains(text, "<") {
			body = rest
		}
	}
}

func TestSelf(t *testing.T) {
	d := newDoor(t)
	d.good("admin", "iam:PutUserPolicy", pairs("UserName", "poor", "PolicyName", "p", "PolicyDocument", allowAll))
	d.good("admin", "iam:PutRolePolicy", pairs("RoleName", "clerk", "PolicyName", "p", "PolicyDocument", allowAll))
	d.become("admin", "session", "clerk")
	if a := d.good("poor", "iam:GetUser", nil); a.text("UserName") != "poor" {
		t.Error(a.body)
	}
	a := d.good("root", "iam:GetUser", nil)
	if a.text("Arn") != "arn:aws:iam::111111111111:root" || a.text("UserId") != home || a.text("CreateDate") != stamped {
		t.Error(a.body)
	}
	// A session is no user: without a name there is nobody to act on.
	for _, operation := range []string{"GetUser", "CreateAccessKey", "ListAccessKeys"} {
		d.bad("session", "iam:"+operation, nil, 400, "ValidationError", "Must specify userName when calling with non-User credentials")
	}
	for _, operation := range []string{"UpdateAccessKey", "DeleteAccessKey"} {
		d.bad("session", "iam:"+operation, pairs("AccessKeyId", "AKIAQNZGKIQY56JQ7WML", "Status", "Active"), 400, "ValidationError",
			"Must specify userName when calling with non-User credentials")
	}
	if a := d.good("session", "iam:GetUser", pairs("UserName", "poor")); a.text("UserName") != "poor" {
		t.Error(a.body)
	}
	// The keys of the root are the root's.
	if a := d.good("root", "iam:ListAccessKeys", nil); a.text("AccessKeyId") != d.creds["root"].AccessKeyID || strings.Contains(a.body, "<UserName>") {
		t.Error(a.body)
	}
	a = d.good("poor", "iam:CreateAccessKey", nil)
	d.creds["second"] = d.signer(a)
	if a.text("UserName") != "poor" || a.text("Status") != "Active" || len(a.text("SecretAccessKey")) < 40 {
		t.Error(a.body)
	}
	if a := d.good("second", "sts:GetCallerIdentity", nil); a.text("Arn") != "arn:aws:iam::111111111111:user/poor" {
		t.Error(a.body)
	}
	d.good("poor", "iam:UpdateAccessKey", pairs("AccessKeyId", d.creds["second"].AccessKeyID, "Status", "Inactive"))
	d.bad("second", "sts:GetCallerIdentity", nil, 403, "InvalidClientTokenId", "The security token included in the request is invalid")
	if a := d.good("poor", "iam:GetAccessKeyLastUsed", pairs("AccessKeyId", d.creds["second"].AccessKeyID)); a.text("ServiceName") != "sts" || a.text("Region") != "eu-central-1" || a.text("LastUsedDate") != stamped {
		t.Error(a.body)
	}
}

func TestCallerIdentity(t *testing.T) {
	d := newDoor(t)
	d.become("admin", "session", "clerk")
	r, _ := d.db.View().Role(home, "clerk")
	u, _ := d.db.View().User(home, "poor")
	for who, want := range map[string][2]string{
		"root":    {home, "arn:aws:iam::111111111111:root"},
		"poor":    {u.ID, "arn:aws:iam::111111111111:user/poor"},
		"session": {r.ID + ":desk", "arn:aws:sts::111111111111:assumed-role/clerk/desk"},
	} {
		if a := d.good(who, "sts:GetCallerIdentity", nil); a.text("UserId") != want[0] || a.text("Arn") != want[1] || a.text("Account") != home {
			t.Errorf("%s: %s", who, a.body)
		}
	}
	// Even to one whom everything is denied.
	d.good("admin", "iam:PutUserPolicy", pairs("UserName", "poor", "PolicyName", "no", "PolicyDocument", `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}`))
	d.good("poor", "sts:GetCallerIdentity", nil)
	// In JSON to those who want it.
	a := d.send("poor", "sts", "Action=GetCallerIdentity&Version=2011-06-15", func(r *http.Request) { r.Header.Set("Accept", "application/json; charset=utf-8") })
	if a.header.Get("Content-Type") != "application/json" || !strings.HasPrefix(a.body, `{"GetCallerIdentityResponse":{"GetCallerIdentityResult":{`) {
		t.Error(a.body)
	}
	a = d.send("", "sts", "Action=GetCallerIdentity&Version=2011-06-15", func(r *http.Request) { r.Header.Set("Accept", "application/json") })
	if a.status != 403 || !strings.HasPrefix(a.body, `{"Error":{"Code":"MissingAuthenticationToken"`) {
		t.Error(a.body)
	}
}

// No secret that was ever made stands in a record, nor in an answer but the one that hands it out.
func TestSecretsAreNotRecorded(t *testing.T) {
	d := newDoor(t)
	d.prepare(allowAll)
	d.become("subject", "session", "clerk")
	d.good("admin", "daypass:CreateAccount", pairs("Cloud", "aws", "Name", "x"))
	d.call("session", "iam:GetUser", pairs("UserName", "poor"))
	for _, e := range must[[]*audit.Event](t)(d.audit.Events()) {
		record := string(must[[]byte](t)(audit.Append(nil, e)))
		for _, text := range d.given {
			if strings.Contains(record, text) {
				t.Errorf("the record of %s holds a secret", e.Name)
			}
		}
	}
	if len(d.given) < 8 {
		t.Errorf("only %d secrets", len(d.given))
	}
}
