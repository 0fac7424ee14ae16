package e2e

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	ststypes "github.com/aws/aws-sdk-go-v2/service/sts/types"
)

const (
	deniedSTS   = "User: %u is not authorized to perform: sts:AssumeRole on resource: %r"
	invalidKey  = "The security token included in the request is invalid"
	expiredText = "The security token included in the request is expired"
)

// TestSpine is the product's whole purpose in one go: a user is created, is denied, is granted a role, takes it on, and may then do
// what the role may, and no more.
func TestSpine(t *testing.T) {
	t.Parallel()
	s := devServer(t)
	a := by(s, admin(s))
	partner := a.user(t, "partner")
	role := a.role(t, "reports", trust("arn:aws:iam::"+s.Account.ID+":root", `{"StringEquals":{"sts:ExternalId":"ticket-7"}}`),
		allow("iam:ListUsers", "*"))
	withID := &sts.AssumeRoleInput{ExternalId: aws.String("ticket-7")}

	// The role delegates to the account, and nobody in the account has said yes to this user.
	text := strings.NewReplacer("%u", "arn:aws:iam::"+s.Account.ID+":user/partner", "%r", role).Replace(deniedSTS)
	_, err := partner.try(role, withID)
	says(t, err, "AccessDenied", text)

	grant := allow("sts:AssumeRole", role)
	_, err = a.iam.PutUserPolicy(ctx, &iam.PutUserPolicyInput{UserName: aws.String("partner"), PolicyName: aws.String("grant"), PolicyDocument: &grant})
	ok(t, err)
	_, err = partner.try(role, nil)
	says(t, err, "AccessDenied", text)

	out := must(partner.try(role, withID))(t)
	session := partner.assume(t, role, withID)
	want := "arn:aws:sts::" + s.Account.ID + ":assumed-role/reports/story"
	if got := *out.AssumedRoleUser.Arn; got != want {
		t.Errorf("assumed %s, want %s", got, want)
	}
	if out.PackedPolicySize != nil || out.SourceIdentity != nil {
		t.Errorf("PackedPolicySize %v and SourceIdentity %v are there without policy and tags", out.PackedPolicySize, out.SourceIdentity)
	}
	if id := *out.Credentials.AccessKeyId; len(id) != 20 || !strings.HasPrefix(id, "ASIA") {
		t.Errorf("temporary key id %s", id)
	}
	if left := time.Until(*out.Credentials.Expiration); left > time.Hour || left < 59*time.Minute {
		t.Errorf("the session lasts %v, want an hour", left)
	}
	if got := session.arn(t); got != want {
		t.Errorf("the session is %s, want %s", got, want)
	}
	me := must(session.sts.GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{}))(t)
	if *me.UserId != *out.AssumedRoleUser.AssumedRoleId || !strings.HasPrefix(*me.UserId, "AROA") || *me.Account != s.Account.ID {
		t.Errorf("user id %s of account %s, want %s of %s", *me.UserId, *me.Account, *out.AssumedRoleUser.AssumedRoleId, s.Account.ID)
	}

	_, err = session.iam.ListUsers(ctx, &iam.ListUsersInput{})
	ok(t, err)
	_, err = session.iam.ListRoles(ctx, &iam.ListRolesInput{})
	says(t, err, "AccessDenied", "User: "+want+" is not authorized to perform: iam:ListRoles on resource: arn:aws:iam::"+s.Account.ID+
		":role/ because no identity-based policy allows the iam:ListRoles action")

	narrow := partner.assume(t, role, &sts.AssumeRoleInput{ExternalId: aws.String("ticket-7"), Policy: aws.String(allow("s3:*", "*"))})
	_, err = narrow.iam.ListUsers(ctx, &iam.ListUsersInput{})
	fails(t, err, "AccessDenied", "because no session policy allows the iam:ListUsers action")
}

// TestPresignedIdentity is how a client proves to a third party who it is: the party only fetches a URL.
func TestPresignedIdentity(t *testing.T) {
	t.Parallel()
	s := devServer(t)
	a := by(s, admin(s))
	session := a.assume(t, a.role(t, "prover", trust("arn:aws:iam::"+s.Account.ID+":root", "")), nil)
	for name, c := range map[string]*who{"user": a, "session": session} {
		signed := must(sts.NewPresignClient(c.sts).PresignGetCallerIdentity(ctx, &sts.GetCallerIdentityInput{}))(t)
		if signed.Method != "GET" {
			t.Fatalf("presigned for %s", signed.Method)
		}
		r := get(t, signed.URL)
		if r.status != 200 || !strings.Contains(r.body, "<Arn>"+c.arn(t)+"</Arn>") {
			t.Errorf("%s: %d %s", name, r.status, r.body)
		}
		if r := get(t, strings.Replace(signed.URL, "GetCallerIdentity", "GetAccessKeyInfo", 1)); r.code != "SignatureDoesNotMatch" {
			t.Errorf("%s: a presigned URL for another operation: %d %s", name, r.status, r.code)
		}
	}
	if r := get(t, s.Endpoint+"/?"+identityForm); r.code != "MissingAuthenticationToken" || r.status != 403 {
		t.Errorf("unsigned: %d %s", r.status, r.code)
	}
}

// TestChain takes on one role with the credentials of another.
func TestChain(t *testing.T) {
	t.Parallel()
	s := devServer(t)
	a := by(s, admin(s))
	account := "arn:aws:iam::" + s.Account.ID
	may := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["sts:AssumeRole","sts:TagSession","sts:SetSourceIdentity"],"Resource":"*"}]}`
	first := a.role(t, "first", trust(account+":root", ""), may)
	second := a.role(t, "second", trust(first, ""), allow("iam:GetUser", account+":user/${aws:PrincipalTag/Team}"))
	a.user(t, "blue")
	long := int32(12 * 3600)
	_, err := a.iam.UpdateRole(ctx, &iam.UpdateRoleInput{RoleName: aws.String("second"), MaxSessionDuration: &long})
	ok(t, err)

	tags := []ststypes.Tag{{Key: aws.String("Team"), Value: aws.String("blue")}, {Key: aws.String("Mood"), Value: aws.String("good")}}
	one := a.assume(t, first, &sts.AssumeRoleInput{Tags: tags, TransitiveTagKeys: []string{"team"}, SourceIdentity: aws.String("ada")})
	two := one.assume(t, second, nil)

	// The transitive tag came along and names the one user this session may look at.
	_, err = two.iam.GetUser(ctx, &iam.GetUserInput{UserName: aws.String("blue")})
	ok(t, err)
	_, err = two.iam.GetUser(ctx, &iam.GetUserInput{UserName: aws.String("alice")})
	fails(t, err, "AccessDenied")

	out := must(one.try(second, nil))(t)
	if out.SourceIdentity == nil || *out.SourceIdentity != "ada" {
		t.Errorf("source identity %v, want ada", aws.ToString(out.SourceIdentity))
	}
	_, err = one.try(second, &sts.AssumeRoleInput{SourceIdentity: aws.String("bob")})
	fails(t, err, "AccessDenied", "source identity")
	_, err = one.try(second, &sts.AssumeRoleInput{Tags: []ststypes.Tag{{Key: aws.String("TEAM"), Value: aws.String("red")}}})
	says(t, err, "InvalidParameterValue", "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from the calling session.")
	_, err = one.try(second, &sts.AssumeRoleInput{DurationSeconds: aws.Int32(3601)})
	says(t, err, "ValidationError", "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.")
	_, err = one.try(second, &sts.AssumeRoleInput{DurationSeconds: aws.Int32(3600)})
	ok(t, err)
	// A tag that is not transitive stays behind: with it the third could look, without it not.
	third := a.role(t, "third", trust(second, ""), allow("iam:GetUser", account+":user/${aws:PrincipalTag/Mood}"))
	if _, err := a.iam.PutRolePolicy(ctx, &iam.PutRolePolicyInput{RoleName: aws.String("second"), PolicyName: aws.String("on"), PolicyDocument: &may}); err != nil {
		t.Fatal(err)
	}
	a.user(t, "good")
	_, err = two.assume(t, third, nil).iam.GetUser(ctx, &iam.GetUserInput{UserName: aws.String("good")})
	fails(t, err, "AccessDenied")
}

func TestSessionTags(t *testing.T) {
	t.Parallel()
	s := devServer(t)
	a := by(s, admin(s))
	role := a.role(t, "tagged", trust("arn:aws:iam::"+s.Account.ID+":root", ""))
	tag := func(k, v string) ststypes.Tag { return ststypes.Tag{Key: &k, Value: &v} }
	for _, c := range []struct {
		name, code, text string
		in               sts.AssumeRoleInput
	}{
		{"twice", "InvalidParameterValue", "Duplicate tag keys found. Please note that Tag keys are case insensitive.",
			sts.AssumeRoleInput{Tags: []ststypes.Tag{tag("a", "1"), tag("A", "2")}}},
		{"transitive without tag", "InvalidParameterValue", "The specified transitive tag key must be included in the requested tags.",
			sts.AssumeRoleInput{Tags: []ststypes.Tag{tag("a", "1")}, TransitiveTagKeys: []string{"b"}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := a.try(role, &c.in)
			says(t, err, c.code, c.text)
		})
	}
	out := must(a.try(role, &sts.AssumeRoleInput{Tags: []ststypes.Tag{tag("SessionTag1", "1")}, TransitiveTagKeys: []string{"sessiontag1"}}))(t)
	if out.PackedPolicySize == nil || *out.PackedPolicySize < 1 || *out.PackedPolicySize > 100 {
		t.Errorf("packed size %v, want a percentage", out.PackedPolicySize)
	}
	// A role that does not say sts:TagSession does not accept tags.
	plain := a.role(t, "untagged", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::`+s.Account.ID+`:root"},"Action":"sts:AssumeRole"}]}`)
	_, err := a.try(plain, &sts.AssumeRoleInput{Tags: []ststypes.Tag{tag("a", "1")}})
	says(t, err, "AccessDenied", "User: arn:aws:iam::"+s.Account.ID+":user/alice is not authorized to perform: sts:TagSession on resource: "+plain)
	_, err = a.try(plain, &sts.AssumeRoleInput{SourceIdentity: aws.String("ada")})
	says(t, err, "AccessDenied", "User: arn:aws:iam::"+s.Account.ID+":user/alice is not authorized to perform: sts:SetSourceIdentity on resource: "+plain)
}

func TestSessionDuration(t *testing.T) {
	t.Parallel()
	s := devServer(t)
	a := by(s, admin(s))
	role := a.role(t, "timed", trust("arn:aws:iam::"+s.Account.ID+":root", ""))
	for _, c := range []struct {
		seconds    int32
		code, text string
	}{
		{900, "", ""},
		{3600, "", ""},
		{3601, "ValidationError", "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."},
		{899, "ValidationError", "1 validation error detected: Value '899' at 'durationSeconds' failed to satisfy constraint: Member must have value greater than or equal to 900"},
		{43201, "ValidationError", "1 validation error detected: Value '43201' at 'durationSeconds' failed to satisfy constraint: Member must have value less than or equal to 43200"},
	} {
		out, err := a.try(role, &sts.AssumeRoleInput{DurationSeconds: &c.seconds})
		if c.code != "" {
			says(t, err, c.code, c.text)
			continue
		}
		ok(t, err)
		if left := time.Until(*out.Credentials.Expiration).Seconds(); left > float64(c.seconds) || left < float64(c.seconds)-30 {
			t.Errorf("asked for %d s, got %v s", c.seconds, left)
		}
	}
	twelve := int32(43200)
	_, err := a.iam.UpdateRole(ctx, &iam.UpdateRoleInput{RoleName: aws.String("timed"), MaxSessionDuration: &twelve})
	ok(t, err)
	_, err = a.try(role, &sts.AssumeRoleInput{DurationSeconds: &twelve})
	ok(t, err)
	// Whatever the maximum, who does not ask gets an hour.
	out := must(a.try(role, nil))(t)
	if left := time.Until(*out.Credentials.Expiration); left > time.Hour {
		t.Errorf("without asking the session lasts %v", left)
	}
}

// TestExpiry moves the server's clock: the session ends when it said it would.
func TestExpiry(t *testing.T) {
	t.Parallel()
	s := devServer(t)
	a := by(s, admin(s))
	session := a.assume(t, a.role(t, "short", trust("arn:aws:iam::"+s.Account.ID+":root", "")), &sts.AssumeRoleInput{DurationSeconds: aws.Int32(900)})
	ask := func(at time.Time) *reply {
		return send(t, session.sign(t, s, form(t, s, identityForm), signature{at: at}))
	}
	now := must(s.Advance(14*time.Minute + 30*time.Second))(t)
	if r := ask(now); r.status != 200 {
		t.Fatalf("half a minute before its end: %d %s", r.status, r.body)
	}
	now = must(s.Advance(31 * time.Second))(t)
	r := ask(now)
	if r.status != 403 || r.code != "ExpiredToken" || r.text != expiredText {
		t.Errorf("after its end: %d %s: %s", r.status, r.code, r.text)
	}
	// And for good, also when the key that sealed it has been gone for days.
	now = must(s.Advance(10 * 24 * time.Hour))(t)
	if r := ask(now); r.status != 403 || r.code != "ExpiredToken" && r.code != "InvalidClientTokenId" {
		t.Errorf("ten days later: %d %s: %s", r.status, r.code, r.text)
	}
	// The SDK corrects its clock by the server's answer and goes on.
	if _, err := a.sts.GetCallerIdentity(context.Background(), &sts.GetCallerIdentityInput{}, func(o *sts.Options) { o.RetryMaxAttempts = 3 }); err != nil {
		t.Logf("with a clock that is off by days the SDK says: %v", err)
	}
}

func TestAccessKeyInfo(t *testing.T) {
	t.Parallel()
	s := devServer(t)
	a := by(s, admin(s))
	for key, account := range map[string]string{a.id: s.Account.ID, "ASIAQNZGKIQY56JQ7WML": "029608264753"} {
		out := must(a.sts.GetAccessKeyInfo(ctx, &sts.GetAccessKeyInfoInput{AccessKeyId: &key}))(t)
		if *out.Account != account {
			t.Errorf("%s is of account %s, want %s", key, *out.Account, account)
		}
	}
	_, err := a.sts.GetAccessKeyInfo(ctx, &sts.GetAccessKeyInfoInput{AccessKeyId: aws.String("AKIA000000000000000!")})
	fails(t, err, "ValidationError", "[\\w]*")
}

// TestRootAssumes: the root of an account may not take on roles.
func TestRootAssumes(t *testing.T) {
	t.Parallel()
	s := devServer(t)
	a := by(s, admin(s))
	role := a.role(t, "any", trust("arn:aws:iam::"+s.Account.ID+":root", ""))
	_, err := by(s, root(s)).try(role, nil)
	says(t, err, "AccessDenied", "Roles may not be assumed by root accounts.")
	_, err = a.try("arn:aws:iam::"+s.Account.ID+":role/missing", nil)
	says(t, err, "AccessDenied", "User: arn:aws:iam::"+s.Account.ID+":user/alice is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::"+s.Account.ID+":role/missing")
	_, err = a.try("nothing-valid-in-here", nil)
	says(t, err, "ValidationError", "nothing-valid-in-here is invalid")
	_, err = a.try(role, &sts.AssumeRoleInput{RoleSessionName: aws.String("Session1:2")})
	says(t, err, "ValidationError", `1 validation error detected: Value 'Session1:2' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\w+=,.@-]*`)
}
