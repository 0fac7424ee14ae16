package e2e

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/aws-sdk-go-v2/service/sts/types"
)

const (
	wrongCode   = "MultiFactorAuthentication failed with invalid MFA one time pass code."
	wrongDevice = "MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid and associated with this user."
)

// become is who c says.
func (w *who) become(c *types.Credentials) *who {
	return by(w.s, creds{*c.AccessKeyId, *c.SecretAccessKey, *c.SessionToken})
}

// getToken calls GetSessionToken, with a code unless it is "".
func (w *who) getToken(d *device, code string) (*who, error) {
	in := &sts.GetSessionTokenInput{}
	if code != "" {
		in.SerialNumber, in.TokenCode = &d.serial, &code
	}
	out, err := w.sts.GetSessionToken(ctx, in)
	if err != nil {
		return nil, err
	}
	return w.become(out.Credentials), nil
}

func lasts(t *testing.T, c *types.Credentials, want time.Duration) {
	t.Helper()
	if left := time.Until(*c.Expiration); left < want-time.Minute || left > want+time.Second {
		t.Errorf("ends in %v, want %v", left, want)
	}
}

// TestGetSessionToken: a user by other credentials; what they are good for depends on the second factor and on nothing a policy says.
func TestGetSessionToken(t *testing.T) {
	t.Parallel()
	s := devServer(t)
	a := by(s, admin(s))
	mia := a.user(t, "mia", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:GetUser","Resource":"*","Condition":{"Bool":{"aws:MultiFactorAuthPresent":"true"},"NumericLessThan":{"aws:MultiFactorAuthAge":"60"}}},
		{"Effect":"Deny","Action":"sts:GetSessionToken","Resource":"*"}]}`)
	d := a.device(t, "phone")
	a.giveDevice(t, "mia", d)
	self := *must(mia.sts.GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{}))(t).UserId

	plain := must(mia.getToken(nil, ""))(t)
	if got := plain.arn(t); got != "arn:aws:iam::"+s.Account.ID+":user/mia" {
		t.Error(got)
	}
	if got := *must(plain.sts.GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{}))(t).UserId; got != self {
		t.Errorf("%s became %s", self, got)
	}
	_, err := plain.iam.GetUser(ctx, &iam.GetUserInput{})
	says(t, err, "InvalidClientTokenId", "The security token included in the request is invalid")
	_, err = mia.iam.GetUser(ctx, &iam.GetUserInput{})
	fails(t, err, "AccessDenied", "iam:GetUser")
	strong := must(mia.getToken(d, d.code(period()+1)))(t)
	if got := must(strong.iam.GetUser(ctx, &iam.GetUserInput{}))(t); *got.User.UserName != "mia" {
		t.Errorf("%+v", got.User)
	}
	for _, w := range []*who{plain, strong} {
		_, err = w.sts.GetSessionToken(ctx, &sts.GetSessionTokenInput{})
		says(t, err, "AccessDenied", "Cannot call GetSessionToken with session credentials")
		_, err = w.sts.GetFederationToken(ctx, &sts.GetFederationTokenInput{Name: aws.String("bob")})
		says(t, err, "AccessDenied", "Cannot call GetFederationToken with session credentials")
		_, err = w.sts.GetAccessKeyInfo(ctx, &sts.GetAccessKeyInfoInput{AccessKeyId: &w.id})
		fails(t, err, "AccessDenied")
	}
	role := a.assume(t, a.role(t, "anybody", trust(s.Account.ID, "")), nil)
	_, err = role.sts.GetSessionToken(ctx, &sts.GetSessionTokenInput{})
	says(t, err, "AccessDenied", "Cannot call GetSessionToken with session credentials")
	_, err = role.sts.GetFederationToken(ctx, &sts.GetFederationTokenInput{Name: aws.String("bob")})
	says(t, err, "AccessDenied", "Cannot call GetFederationToken with session credentials")

	// How long.
	lasts(t, must(mia.sts.GetSessionToken(ctx, &sts.GetSessionTokenInput{}))(t).Credentials, 12*time.Hour)
	lasts(t, must(mia.sts.GetSessionToken(ctx, &sts.GetSessionTokenInput{DurationSeconds: aws.Int32(129600)}))(t).Credentials, 36*time.Hour)
	r := by(s, root(s))
	lasts(t, must(r.sts.GetSessionToken(ctx, &sts.GetSessionTokenInput{DurationSeconds: aws.Int32(129600)}))(t).Credentials, time.Hour)
	lasts(t, must(r.sts.GetSessionToken(ctx, &sts.GetSessionTokenInput{}))(t).Credentials, time.Hour)
	_, err = mia.sts.GetSessionToken(ctx, &sts.GetSessionTokenInput{DurationSeconds: aws.Int32(899)})
	fails(t, err, "ValidationError", "durationSeconds")
	_, err = mia.sts.GetSessionToken(ctx, &sts.GetSessionTokenInput{DurationSeconds: aws.Int32(129601)})
	fails(t, err, "ValidationError", "durationSeconds")

	// Whose device, and whole pairs only.
	later := d.code(period() + 1)
	_, err = a.getToken(d, later)
	says(t, err, "AccessDenied", wrongDevice)
	_, err = mia.getToken(&device{serial: "arn:aws:iam::" + s.Account.ID + ":mfa/none"}, "123456")
	says(t, err, "AccessDenied", wrongDevice)
	_, err = mia.sts.GetSessionToken(ctx, &sts.GetSessionTokenInput{SerialNumber: &d.serial})
	says(t, err, "AccessDenied", "MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code.")
	_, err = mia.sts.GetSessionToken(ctx, &sts.GetSessionTokenInput{TokenCode: aws.String("123456")})
	says(t, err, "AccessDenied", "MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code.")

	// The session ends with the key it was made with.
	must(a.iam.UpdateAccessKey(ctx, &iam.UpdateAccessKeyInput{UserName: aws.String("mia"), AccessKeyId: &mia.id, Status: "Inactive"}))(t)
	identity(t, s, strong.creds).refused(t, "a session whose key is off", "InvalidClientTokenId")
}

// TestAttack47_MFAReuseAndRateLimit sends a code again, and guesses in parallel.
func TestAttack47_MFAReuseAndRateLimit(t *testing.T) {
	t.Parallel()
	s := devServer(t)
	a := by(s, admin(s))
	role := a.role(t, "guarded", trust(s.Account.ID, `{"Bool":{"aws:MultiFactorAuthPresent":"true"}}`))
	mia := a.user(t, "mia", allow("sts:AssumeRole", "*"))
	d := a.device(t, "phone")
	a.giveDevice(t, "mia", d)
	code := d.code(period() + 1)
	// One of many callers at once gets in, whichever operation each calls.
	type answer struct{ err error }
	answers := make(chan answer)
	const many = 8
	for i := range many {
		go func() {
			var err error
			if i%2 == 0 {
				_, err = mia.getToken(d, code)
			} else {
				_, err = mia.try(role, &sts.AssumeRoleInput{SerialNumber: &d.serial, TokenCode: &code})
			}
			answers <- answer{err}
		}()
	}
	in := 0
	for range many {
		if r := <-answers; r.err == nil {
			in++
		} else {
			says(t, r.err, "AccessDenied", wrongCode)
		}
	}
	if in != 1 {
		t.Errorf("%d of %d got in with one code", in, many)
	}
	// By now the device has heard so many wrong codes that it is deaf, also to a right one.
	for i := range 6 {
		_, err := mia.getToken(d, fmt.Sprintf("%06d", i))
		says(t, err, "AccessDenied", wrongCode)
	}
	_, err := mia.getToken(d, d.code(period()+1))
	says(t, err, "AccessDenied", wrongCode)
}

// TestMFAInAssumeRole: the trust policy sees the second factor of the call, the session that is made does not.
func TestMFAInAssumeRole(t *testing.T) {
	t.Parallel()
	s := devServer(t)
	a := by(s, admin(s))
	strict := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","Action":"iam:ListUsers","Resource":"*","Condition":{"BoolIfExists":{"aws:MultiFactorAuthPresent":"false"}}}]}`
	role := a.role(t, "guarded", trust(s.Account.ID, `{"Bool":{"aws:MultiFactorAuthPresent":"true"}}`), strict)
	fresh := a.role(t, "fresh", trust(s.Account.ID, `{"NumericLessThan":{"aws:MultiFactorAuthAge":"10"}}`))
	mia := a.user(t, "mia", allow("sts:AssumeRole", "*"))
	d := a.device(t, "phone")
	a.giveDevice(t, "mia", d)
	_, err := mia.try(role, nil)
	says(t, err, "AccessDenied", "User: arn:aws:iam::"+s.Account.ID+":user/mia is not authorized to perform: sts:AssumeRole on resource: "+role)
	code := d.code(period() + 1)
	in := mia.assume(t, role, &sts.AssumeRoleInput{SerialNumber: &d.serial, TokenCode: &code})
	must(in.iam.ListRoles(ctx, &iam.ListRolesInput{}))(t)
	_, err = in.iam.ListUsers(ctx, &iam.ListUsersInput{})
	fails(t, err, "AccessDenied", "explicit deny")
	_, err = in.try(fresh, nil)
	fails(t, err, "AccessDenied", "sts:AssumeRole")
	// Other people's devices, and roles, which have none.
	other := d.code(period() + 2)
	_, err = in.try(fresh, &sts.AssumeRoleInput{SerialNumber: &d.serial, TokenCode: &other})
	says(t, err, "AccessDenied", wrongDevice)
	_, err = a.try(fresh, &sts.AssumeRoleInput{SerialNumber: &d.serial, TokenCode: &other})
	says(t, err, "AccessDenied", wrongDevice)
}

// TestGetFederationToken: somebody whom a user vouches for has at most what both the user and the session policy have.
func TestGetFederationToken(t *testing.T) {
	t.Parallel()
	s := devServer(t)
	a := by(s, admin(s))
	name := "arn:aws:sts::" + s.Account.ID + ":federated-user/bob"
	broker := a.user(t, "broker", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["sts:GetFederationToken","sts:TagSession"],"Resource":"`+name+`","Condition":{"StringEqualsIfExists":{"aws:RequestTag/team":"blue"}}},{"Effect":"Allow","Action":"demo:*","Resource":"*"}]}`)
	out := must(broker.sts.GetFederationToken(ctx, &sts.GetFederationTokenInput{Name: aws.String("bob")}))(t)
	if *out.FederatedUser.Arn != name || *out.FederatedUser.FederatedUserId != s.Account.ID+":bob" || out.PackedPolicySize == nil || *out.PackedPolicySize != 0 {
		t.Errorf("%+v", out.FederatedUser)
	}
	lasts(t, out.Credentials, 12*time.Hour)
	bob := broker.become(out.Credentials)
	who := must(bob.sts.GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{}))(t)
	if *who.Arn != name || *who.UserId != s.Account.ID+":bob" || *who.Account != s.Account.ID {
		t.Errorf("%+v", who)
	}
	// Not the IAM API, and of STS only who he is.
	_, err := bob.iam.ListUsers(ctx, &iam.ListUsersInput{})
	says(t, err, "InvalidClientTokenId", "The security token included in the request is invalid")
	_, err = bob.try(a.role(t, "anybody", trust(s.Account.ID, "")), nil)
	fails(t, err, "AccessDenied")
	_, err = bob.sts.GetSessionToken(ctx, &sts.GetSessionTokenInput{})
	says(t, err, "AccessDenied", "Cannot call GetSessionToken with session credentials")

	tag := func(value string) []types.Tag { return []types.Tag{{Key: aws.String("team"), Value: &value}} }
	out = must(broker.sts.GetFederationToken(ctx, &sts.GetFederationTokenInput{Name: aws.String("bob"), Tags: tag("blue"), Policy: aws.String(allow("demo:*", "*")),
		PolicyArns: []types.PolicyDescriptorType{{Arn: aws.String("arn:aws:iam::aws:policy/ReadOnlyAccess")}}, DurationSeconds: aws.Int32(900)}))(t)
	lasts(t, out.Credentials, 15*time.Minute)
	if *out.PackedPolicySize < 1 {
		t.Errorf("packed %d", *out.PackedPolicySize)
	}
	_, err = broker.sts.GetFederationToken(ctx, &sts.GetFederationTokenInput{Name: aws.String("bob"), Tags: tag("red")})
	fails(t, err, "AccessDenied", "sts:GetFederationToken on resource: "+name)
	_, err = broker.sts.GetFederationToken(ctx, &sts.GetFederationTokenInput{Name: aws.String("carol")})
	fails(t, err, "AccessDenied", "federated-user/carol because no identity-based policy allows")
	_, err = broker.sts.GetFederationToken(ctx, &sts.GetFederationTokenInput{Name: aws.String("bob"), Policy: aws.String("{")})
	fails(t, err, "MalformedPolicyDocument")
	_, err = broker.sts.GetFederationToken(ctx, &sts.GetFederationTokenInput{Name: aws.String("bob"),
		PolicyArns: []types.PolicyDescriptorType{{Arn: aws.String("arn:aws:iam::aws:policy/None")}}})
	fails(t, err, "MalformedPolicyDocument")
	_, err = broker.sts.GetFederationToken(ctx, &sts.GetFederationTokenInput{Name: aws.String("bob"), Tags: []types.Tag{tag("blue")[0], {Key: aws.String("TEAM"), Value: aws.String("x")}}})
	fails(t, err, "InvalidParameterValue", "Duplicate tag keys")
	_, err = broker.sts.GetFederationToken(ctx, &sts.GetFederationTokenInput{Name: aws.String("x")})
	fails(t, err, "ValidationError", "name")
	r := by(s, root(s))
	lasts(t, must(r.sts.GetFederationToken(ctx, &sts.GetFederationTokenInput{Name: aws.String("guest"), DurationSeconds: aws.Int32(129600)}))(t).Credentials, time.Hour)
	if !strings.HasSuffix(bob.arn(t), "/bob") {
		t.Error("bob is gone")
	}
	must(a.iam.DeleteAccessKey(ctx, &iam.DeleteAccessKeyInput{UserName: aws.String("broker"), AccessKeyId: &broker.id}))(t)
	identity(t, s, bob.creds).refused(t, "a federated user whose broker's key is gone", "InvalidClientTokenId")
}
