package e2e

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/daypass/daypass/e2e/process"
)

func (c creds) with(token string) creds { return creds{c.id, c.secret, token} }

// identity asks who these credentials are, signed correctly with them.
func identity(t *testing.T, s *process.Server, c creds) *reply {
	t.Helper()
	return raw(t, s, (&hand{creds: c, body: identityForm}).text(s))
}

// TestAttack12_TokenSelfMinted: holders of secrets make tokens of their own (RustFS GHSA-ccrv, 48rf, xvfh).
func TestAttack12_TokenSelfMinted(t *testing.T) {
	t.Parallel()
	s := devServer(t)
	a := by(s, admin(s))
	session := a.assume(t, a.role(t, "model", trust("arn:aws:iam::"+s.Account.ID+":root", "")), nil)
	b64 := base64.RawURLEncoding.EncodeToString
	head, claims := b64([]byte(`{"alg":"HS256","typ":"JWT"}`)), b64([]byte(`{"sub":"root","policy":"AdministratorAccess","exp":9999999999,"accessKey":"`+a.id+`"}`))
	none := b64([]byte(`{"alg":"none"}`)) + "." + claims + "."
	own := head + "." + claims + "." + b64(mac([]byte(a.secret), head+"."+claims))
	for name, token := range map[string]string{"JWT": own, "JWT without algorithm": none, "JSON": claims, "text": "let-me-in", "the secret itself": a.secret,
		"the temporary secret": session.secret, "zero bytes": b64(make([]byte, 300))} {
		for _, c := range []creds{a.creds, root(s), session.creds, {"ASIA" + a.id[4:], a.secret, ""}} {
			identity(t, s, c.with(token)).refused(t, name+" with "+c.id, "InvalidClientTokenId")
		}
	}
	// A right token with a long-term key of the same account.
	identity(t, s, a.with(session.token)).refused(t, "token of a session with a user's key", "InvalidClientTokenId")
	// A temporary key without its token.
	identity(t, s, session.with("")).refused(t, "temporary key without token", "InvalidClientTokenId")
	// A right token of another server.
	other := devServer(t)
	b := by(other, admin(other))
	foreign := b.assume(t, b.role(t, "model", trust("arn:aws:iam::"+s.Account.ID+":root", "")), nil)
	identity(t, s, foreign.creds).refused(t, "token of another server", "InvalidClientTokenId")
}

// TestAttack14_TokenTruncatedOrExtended changes a good token in every small way (Zitadel: truncated opaque tokens stayed valid).
func TestAttack14_TokenTruncatedOrExtended(t *testing.T) {
	t.Parallel()
	s := devServer(t)
	a := by(s, admin(s))
	role := a.role(t, "sealed", trust("arn:aws:iam::"+s.Account.ID+":root", ""))
	one, two := a.assume(t, role, nil), a.assume(t, role, nil)
	refuse := func(what string, c creds) {
		t.Helper()
		r := identity(t, s, c)
		r.refused(t, what, "InvalidClientTokenId")
		if r.text != invalidKey {
			t.Errorf("%s: %s", what, r.text)
		}
	}
	for i := 1; i < len(one.token); i++ {
		refuse(fmt.Sprintf("the first %d of %d characters", i, len(one.token)), one.with(one.token[:i]))
	}
	alphabet := "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	for i := range one.token {
		b := []byte(one.token)
		b[i] = alphabet[(strings.IndexByte(alphabet, b[i])+1)%len(alphabet)]
		refuse(fmt.Sprintf("character %d changed", i), one.with(string(b)))
	}
	for _, more := range []string{"A", "AA", "=", "==", ".", "%00", "/", "AAAA"} {
		refuse("followed by "+more, one.with(one.token+more))
	}
	for name, token := range map[string]string{
		"twice": one.token + one.token, "padding moved": strings.TrimRight(one.token, "=") + "===", "upper": strings.ToUpper(one.token),
		"front cut": one.token[4:], "other half": one.token[:len(one.token)/2] + two.token[len(one.token)/2:], "reversed alphabet": swap(one.token),
	} {
		if token != one.token {
			refuse(name, one.with(token))
		}
	}
	refuse("token of the other", one.with(two.token))
	refuse("key of the other", creds{two.id, two.secret, one.token})
	refuse("id of the other", creds{two.id, one.secret, one.token})
	if r := identity(t, s, one.creds); r.status != 200 {
		t.Errorf("the token as it was: %s", r.body)
	}
}

// swap writes a token in the other base64 alphabet.
func swap(s string) string {
	r := strings.NewReplacer("+", "-", "/", "_", "-", "+", "_", "/").Replace(s)
	if r == s {
		r = s + "-"
	}
	return r
}

// TestAttack17_DerivedKeyFromRoot: tokens hang on the ring's keys and on nothing that an administrator knows; rotating changes who can
// open new ones, and keeps old ones alive until their end (GHSA-m77q, 75fx, 68cw).
func TestAttack17_DerivedKeyFromRoot(t *testing.T) {
	t.Parallel()
	s := devServer(t)
	a := by(s, admin(s))
	role := a.role(t, "ringed", trust("arn:aws:iam::"+s.Account.ID+":root", ""))
	twelve := int32(43200)
	must(a.iam.UpdateRole(ctx, &iam.UpdateRoleInput{RoleName: aws.String("ringed"), MaxSessionDuration: &twelve}))(t)
	env := as(s, a.creds)
	keys := func() map[string]int {
		var list struct{ Keys []struct{ State string } }
		ok(t, json.Unmarshal([]byte(well(t, env, "daypass", "keys", "list", "--output", "json")), &list))
		states := map[string]int{}
		for _, k := range list.Keys {
			states[strings.ToLower(k.State)]++
		}
		return states
	}
	if got := keys(); got["primary"] != 1 {
		t.Fatalf("keys before: %v", got)
	}
	old := a.assume(t, role, &sts.AssumeRoleInput{DurationSeconds: &twelve})
	well(t, env, "daypass", "keys", "rotate")
	if got := keys(); got["primary"] != 1 || got["pending"] != 1 {
		t.Errorf("keys just after rotating: %v", got)
	}
	must(s.Advance(time.Hour))(t)
	if got := keys(); got["primary"] != 1 || got["opening"] != 1 {
		t.Errorf("keys an hour later: %v", got)
	}
	fresh := a.assume(t, role, &sts.AssumeRoleInput{DurationSeconds: &twelve})
	for name, c := range map[string]creds{"old": old.creds, "fresh": fresh.creds} {
		if r := identity(t, s, c); r.status != 200 {
			t.Errorf("the %s session an hour after rotating: %s", name, r.body)
		}
	}
	// Two sessions of one role and one moment share nothing.
	one, two := a.assume(t, role, nil), a.assume(t, role, nil)
	if one.id == two.id || one.secret == two.secret || one.token == two.token {
		t.Error("two sessions share credentials")
	}
	must(s.Advance(11*time.Hour + time.Minute))(t)
	identity(t, s, old.creds).refused(t, "the old session after its end", "ExpiredToken", "InvalidClientTokenId")
	if r := identity(t, s, fresh.creds); r.status != 403 && r.status != 200 {
		t.Errorf("the fresh session: %s", r.body)
	}
}

// TestAttack20_SessionOutlivesPrincipal: whatever a session hangs on is taken away, and the very next request is refused
// (CVE-2020-25816, minio#19493).
func TestAttack20_SessionOutlivesPrincipal(t *testing.T) {
	t.Parallel()
	s := devServer(t)
	a := by(s, admin(s))
	account := "arn:aws:iam::" + s.Account.ID
	may := allow("sts:AssumeRole", "*")
	for _, c := range []struct {
		name, code string
		end        func(t *testing.T, user, role string, w *who)
	}{
		{"key disabled", "InvalidClientTokenId", func(t *testing.T, user, role string, w *who) {
			must(a.iam.UpdateAccessKey(ctx, &iam.UpdateAccessKeyInput{UserName: &user, AccessKeyId: &w.id, Status: "Inactive"}))(t)
		}},
		{"key deleted", "InvalidClientTokenId", func(t *testing.T, user, role string, w *who) {
			must(a.iam.DeleteAccessKey(ctx, &iam.DeleteAccessKeyInput{UserName: &user, AccessKeyId: &w.id}))(t)
		}},
		{"user deleted", "InvalidClientTokenId", func(t *testing.T, user, role string, w *who) {
			must(a.iam.DeleteAccessKey(ctx, &iam.DeleteAccessKeyInput{UserName: &user, AccessKeyId: &w.id}))(t)
			must(a.iam.DeleteUserPolicy(ctx, &iam.DeleteUserPolicyInput{UserName: &user, PolicyName: aws.String("p0")}))(t)
			must(a.iam.DeleteUser(ctx, &iam.DeleteUserInput{UserName: &user}))(t)
		}},
		{"role deleted", "InvalidClientTokenId", func(t *testing.T, user, role string, w *who) {
			must(a.iam.DeleteRolePolicy(ctx, &iam.DeleteRolePolicyInput{RoleName: &role, PolicyName: aws.String("p0")}))(t)
			must(a.iam.DeleteRole(ctx, &iam.DeleteRoleInput{RoleName: &role}))(t)
		}},
		{"role deleted and made again", "InvalidClientTokenId", func(t *testing.T, user, role string, w *who) {
			must(a.iam.DeleteRolePolicy(ctx, &iam.DeleteRolePolicyInput{RoleName: &role, PolicyName: aws.String("p0")}))(t)
			must(a.iam.DeleteRole(ctx, &iam.DeleteRoleInput{RoleName: &role}))(t)
			a.role(t, role, trust(account+":root", ""), allow("*", "*"))
		}},
		{"sessions revoked", "InvalidClientTokenId", func(t *testing.T, user, role string, w *who) {
			well(t, as(s, a.creds), "daypass", "session", "revoke", role)
		}},
		{"policy taken away", "AccessDenied", func(t *testing.T, user, role string, w *who) {
			must(a.iam.DeleteRolePolicy(ctx, &iam.DeleteRolePolicyInput{RoleName: &role, PolicyName: aws.String("p0")}))(t)
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			user := strings.ReplaceAll(c.name, " ", "-")
			w := a.user(t, user, may)
			role := "of-" + user
			arn := a.role(t, role, trust(account+":root", ""), allow("*", "*"))
			session := w.assume(t, arn, nil)
			chained := session.assume(t, a.role(t, "next-"+user, trust(account+":root", ""), allow("*", "*")), nil)
			for _, x := range []*who{session, chained} {
				must(x.iam.ListUsers(ctx, &iam.ListUsersInput{}))(t)
			}
			c.end(t, user, role, w)
			_, err := session.iam.ListUsers(ctx, &iam.ListUsersInput{})
			fails(t, err, c.code)
			if c.code == "InvalidClientTokenId" {
				// Not even who it was is told any more.
				identity(t, s, session.creds).refused(t, "identity", c.code)
			}
			if strings.HasPrefix(c.name, "key") || c.name == "user deleted" {
				_, err := chained.iam.ListUsers(ctx, &iam.ListUsersInput{})
				fails(t, err, c.code)
			}
		})
	}
	// Who may still take the role on gets a session that counts, in the same second.
	again := a.assume(t, account+":role/of-policy-taken-away", nil)
	if again.arn(t) == "" {
		t.Error("no new session")
	}
	// A whole account.
	var made struct {
		AccountId string
		AdminUser struct{ AccessKeyId, SecretAccessKey string }
	}
	env := as(s, a.creds)
	ok(t, json.Unmarshal([]byte(well(t, env, "daypass", "account", "create", "tenant", "--output", "json")), &made))
	b := by(s, creds{made.AdminUser.AccessKeyId, made.AdminUser.SecretAccessKey, ""})
	session := b.assume(t, b.role(t, "inside", trust("arn:aws:iam::"+made.AccountId+":root", ""), allow("*", "*")), nil)
	for i, want := range []int{200, 403, 200} {
		if r := identity(t, s, session.creds); r.status != want {
			t.Errorf("step %d: the session: %d %s", i, r.status, r.code)
		}
		if r := identity(t, s, b.creds); r.status != want {
			t.Errorf("step %d: the administrator: %d %s", i, r.status, r.code)
		}
		if i < 2 {
			well(t, env, "daypass", "account", []string{"suspend", "resume"}[i], made.AccountId)
		}
	}
}

// TestAttack21_SessionPolicyEscape: a session that was limited tries to shed the limit (CVE-2025-62506, GHSA-xgr5, CVE-2024-24747).
func TestAttack21_SessionPolicyEscape(t *testing.T) {
	t.Parallel()
	s := devServer(t)
	a := by(s, admin(s))
	account := "arn:aws:iam::" + s.Account.ID
	all := allow("*", "*")
	role := a.role(t, "mighty", trust(account+":root", ""), all)
	limited := a.assume(t, role, &sts.AssumeRoleInput{Policy: aws.String(allow("iam:GetUser", "*"))})
	must(limited.iam.GetUser(ctx, &iam.GetUserInput{UserName: aws.String("alice")}))(t)
	f := newFixture(t, s)
	free := setUp(t, a, f)
	for _, o := range operations(f) {
		if o.name == "GetUser" || free[o.action()] {
			continue
		}
		r := o.by(t, limited)
		denied := r.status == 403 && r.code == "AccessDenied" || o.service == "organizations" && r.code == "AccessDeniedException"
		// What acts on the very user who calls is not for sessions of roles at all.
		noUser := r.code == "InvalidUserType" || strings.Contains(r.text, "non-User credentials")
		if !denied && !noUser {
			t.Errorf("%s by a session limited to GetUser: %d %s: %s", o.name, r.status, r.code, r.text)
		}
	}
	_, err := limited.try(role, nil)
	fails(t, err, "AccessDenied")
	// By a managed policy too, and both together mean both.
	byARN := a.assume(t, role, &sts.AssumeRoleInput{PolicyArns: arns("arn:aws:iam::aws:policy/IAMReadOnlyAccess")})
	must(byARN.iam.ListUsers(ctx, &iam.ListUsersInput{}))(t)
	_, err = byARN.iam.CreateUser(ctx, &iam.CreateUserInput{UserName: aws.String("escaped")})
	fails(t, err, "AccessDenied", "because no session policy allows the iam:CreateUser action")
	// A session cannot ask for more than its role has.
	weak := a.role(t, "weak", trust(account+":root", ""), allow("iam:GetUser", "*"))
	greedy := a.assume(t, weak, &sts.AssumeRoleInput{Policy: &all})
	_, err = greedy.iam.ListUsers(ctx, &iam.ListUsersInput{})
	fails(t, err, "AccessDenied", "because no identity-based policy allows")
	// An explicit deny of the session stays one.
	barred := a.assume(t, role, &sts.AssumeRoleInput{Policy: aws.String(allowBut("iam:CreateUser"))})
	_, err = barred.iam.CreateUser(ctx, &iam.CreateUserInput{UserName: aws.String("escaped")})
	fails(t, err, "AccessDenied", "with an explicit deny in a session policy")
}

// TestAttack22_SessionDenyThroughChain: a session policy that denies taking on roles is walked around by taking on a role
// (seaweedfs#10103).
func TestAttack22_SessionDenyThroughChain(t *testing.T) {
	t.Parallel()
	s := devServer(t)
	a := by(s, admin(s))
	account := "arn:aws:iam::" + s.Account.ID
	first := a.role(t, "first", trust(account+":root", ""), allow("*", "*"))
	delegating := a.role(t, "delegating", trust(account+":root", ""), allow("*", "*"))
	naming := a.role(t, "naming", trust(first, ""), allow("*", "*"))
	everyone := a.role(t, "everyone", trust("*", ""), allow("*", "*"))
	for name, policy := range map[string]string{"denied": allowBut("sts:AssumeRole"), "not allowed": allow("iam:*", "*")} {
		session := a.assume(t, first, &sts.AssumeRoleInput{Policy: &policy})
		for _, role := range []string{delegating, naming, everyone, first} {
			_, err := session.try(role, nil)
			if role == everyone && name == "not allowed" {
				// A trust policy that names everyone grants to the session itself, which only an explicit deny limits: IAM User
				// Guide, "Policy evaluation logic", principals of resource-based policies.
				continue
			}
			if err == nil {
				t.Errorf("%s by the session policy, and %s was taken on", name, role)
				continue
			}
			fails(t, err, "AccessDenied")
		}
	}
	free := a.assume(t, first, nil)
	for _, role := range []string{delegating, naming} {
		_, err := free.try(role, nil)
		ok(t, err)
	}
}
