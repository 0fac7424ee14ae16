package e2e

import (
	"encoding/base64"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
)

// TestAttack49_ImportBackdoor: documents that are imported try to set what their bearer could not (CVE-2024-55949, GHSA-566f), and an
// export is looked through for secrets (GHSA-3495).
func TestAttack49_ImportBackdoor(t *testing.T) {
	t.Parallel()
	s := devServer(t)
	a := by(s, admin(s))
	file := func(text string) string {
		name := filepath.Join(t.TempDir(), "account.json")
		ok(t, os.WriteFile(name, []byte(text), 0o600))
		return name
	}
	own := "arn:aws:iam::" + s.Account.ID
	// Somebody who may make users, if they are bounded.
	delegate := a.user(t, "delegate", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["iam:Get*","iam:List*","iam:TagUser"],"Resource":"*"},
		{"Effect":"Allow","Action":["iam:CreateUser","iam:AttachUserPolicy","iam:PutUserPermissionsBoundary"],"Resource":"*","Condition":{"StringEquals":{"iam:PermissionsBoundary":"arn:aws:iam::aws:policy/ReadOnlyAccess"}}}]}`)
	admins := `"attachedPolicies":["arn:aws:iam::aws:policy/AdministratorAccess"]`
	for name, c := range map[string]struct{ document, says string }{
		"a user without the boundary":  {`"users":[{"name":"back","tags":{},` + admins + `}]`, "is not authorized to perform: iam:CreateUser"},
		"a user with another boundary": {`"users":[{"name":"back","permissionsBoundary":"arn:aws:iam::aws:policy/PowerUserAccess"}]`, "is not authorized to perform: iam:CreateUser"},
		"oneself as administrator":     {`"users":[{"name":"delegate",` + admins + `}]`, "is not authorized to perform"},
		"another's boundary away":      {`"users":[{"name":"bounded"}]`, "is not authorized to perform: iam:DeleteUserPermissionsBoundary"},
		"a role that lets one in":      {`"roles":[{"name":"back","assumeRolePolicy":` + trust(own+":user/delegate", "") + `,` + admins + `}]`, "is not authorized to perform: iam:CreateRole"},
		"a key":                        {`"users":[{"name":"back","accessKeys":[{"id":"AKIAQAAAAAAAAAAAAAAA","secret":"x"}]}]`, `unknown field "accessKeys"`},
		"a password":                   {`"users":[{"name":"back","password":"x"}]`, `unknown field "password"`},
		"the root":                     {`"root":{"accessKeys":[]}`, `unknown field "root"`},
		"another account":              {`"users":[{"name":"x","attachedPolicies":["arn:aws:iam::999999999999:policy/p"],"permissionsBoundary":"arn:aws:iam::aws:policy/ReadOnlyAccess"}]`, "arn:aws:iam::999999999999:policy/p"},
	} {
		if name == "another's boundary away" {
			must(a.iam.CreateUser(ctx, &iam.CreateUserInput{UserName: aws.String("bounded"), PermissionsBoundary: aws.String("arn:aws:iam::aws:policy/ReadOnlyAccess")}))(t)
		}
		r := run(t, as(s, delegate.creds), "daypass", "apply", file(`{"daypass":1,"account":"`+s.Account.ID+`",`+c.document+`}`), "--yes")
		if r.code == 0 || !strings.Contains(r.err, c.says) {
			t.Errorf("%s: exit code %d: %s", name, r.code, r.err)
		}
	}
	_, err := a.iam.GetUser(ctx, &iam.GetUserInput{UserName: aws.String("back")})
	fails(t, err, "NoSuchEntity")
	if u := must(a.iam.GetUser(ctx, &iam.GetUserInput{UserName: aws.String("bounded")}))(t).User; u.PermissionsBoundary == nil {
		t.Error("the boundary is gone")
	}
	if list := must(a.iam.ListAttachedUserPolicies(ctx, &iam.ListAttachedUserPoliciesInput{UserName: aws.String("delegate")}))(t).AttachedPolicies; len(list) != 0 {
		t.Errorf("attached: %+v", list)
	}

	device := a.device(t, "seed")
	must(a.iam.CreateLoginProfile(ctx, &iam.CreateLoginProfileInput{UserName: aws.String("delegate"), Password: aws.String("Correct-Horse-7-Battery")}))(t)
	text := well(t, as(s, a.creds), "daypass", "export")
	for what, secret := range map[string]string{"the administrator's key": a.secret, "the root's key": root(s).secret, "a user's key": delegate.secret,
		"a password": "Correct-Horse-7-Battery", "an MFA seed": base64.StdEncoding.EncodeToString(device.seed)} {
		if strings.Contains(text, secret) {
			t.Errorf("the export holds %s", what)
		}
	}
}

// TestAttack44_CallerIdentitySpoof: who verifies somebody by having GetCallerIdentity called for it (CVE-2020-16250, CVE-2020-16251) must be
// able to believe the answer: nothing that the caller chooses becomes part of it as markup, and its form does not follow the caller's wishes
// beyond the two that there are.
func TestAttack44_CallerIdentitySpoof(t *testing.T) {
	t.Parallel()
	s := devServer(t)
	a := by(s, admin(s))
	const forged = `</Arn><Arn>arn:aws:iam::000000000000:user/victim</Arn><Arn>`
	for name, change := range map[string]func(*http.Request){
		"the caller's headers": func(r *http.Request) {
			r.Header.Set("User-Agent", forged)
			r.Header.Set("Referer", forged)
			r.Header.Set("X-Forwarded-Host", forged)
		},
		"another form":     func(r *http.Request) { r.Header.Set("Accept", "text/html, "+forged) },
		"several forms":    func(r *http.Request) { r.Header.Set("Accept", "application/xml;q=0.1, application/json") },
		"a server's label": func(r *http.Request) { r.Header.Set("X-Vault-AWS-IAM-Server-ID", "vault.example") },
	} {
		r := form(t, s, "Action=GetCallerIdentity&Version=2011-06-15&Extra="+strings.ReplaceAll(forged, "<", "%3C"))
		change(r)
		got := send(t, a.sign(t, s, r, signature{}))
		kind := got.header.Get("Content-Type")
		if got.status != 200 || kind != "text/xml" && kind != "application/json" || strings.Contains(got.body, "victim") || strings.Count(got.body, ":user/alice") != 1 {
			t.Errorf("%s: %d %s %s", name, got.status, kind, got.body)
		}
	}
	// What is refused is told inertly too.
	got := send(t, a.sign(t, s, form(t, s, "Action=%3CArn%3Ex&Version=2011-06-15"), signature{}))
	if got.status != 400 || strings.Contains(got.body, "<Arn>") {
		t.Errorf("an operation's name: %d %s", got.status, got.body)
	}
	// A label that is signed cannot be changed on the way, and a host is part of every signature.
	for name, change := range map[string]func(*http.Request){
		"label": func(r *http.Request) { r.Header.Set("X-Vault-AWS-IAM-Server-ID", "other.example") },
		"host":  func(r *http.Request) { r.Host = "sts.amazonaws.com" },
		"body":  func(r *http.Request) { r.Body = http.NoBody; r.ContentLength = 0 },
	} {
		r := form(t, s, "Action=GetCallerIdentity&Version=2011-06-15")
		r.Header.Set("X-Vault-AWS-IAM-Server-ID", "vault.example")
		r = a.sign(t, s, r, signature{})
		change(r)
		if got := send(t, r); got.status != 403 {
			t.Errorf("another %s: %d %s", name, got.status, got.body)
		}
	}
}
