package e2e

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/daypass/daypass/e2e/process"
)

// TestPasswords shares one server; each story has an account of its own where it sets the password policy.
func TestPasswords(t *testing.T) {
	t.Parallel()
	s := devServer(t)
	a := by(s, admin(s))

	a.user(t, "Anna")
	create := func(user, password string) error {
		_, err := a.iam.CreateLoginProfile(ctx, &iam.CreateLoginProfileInput{UserName: &user, Password: &password})
		return err
	}
	get := func() (*iam.GetLoginProfileOutput, error) {
		return a.iam.GetLoginProfile(ctx, &iam.GetLoginProfileInput{UserName: aws.String("anna")})
	}
	_, err := get()
	says(t, err, "NoSuchEntity", "Login Profile for User anna cannot be found.")
	says(t, create("nobody", "Pass-word-1"), "NoSuchEntity", "The user with name nobody cannot be found.")
	says(t, create("Anna", "password"), "PasswordPolicyViolation", "Password should meet 2 more of the following requirements: "+
		"Password should have at least one uppercase letter, Password should have at least one number, Password should have at least one symbol")
	_, err = a.iam.CreateLoginProfile(ctx, &iam.CreateLoginProfileInput{UserName: aws.String("Anna")})
	says(t, err, "ValidationError", "1 validation error detected: Value null at 'password' failed to satisfy constraint: Member must not be null")

	made := must(a.iam.CreateLoginProfile(ctx, &iam.CreateLoginProfileInput{UserName: aws.String("ANNA"), Password: aws.String("Pass-word-1"), PasswordResetRequired: true}))(t).LoginProfile
	if *made.UserName != "Anna" || made.CreateDate == nil || !made.PasswordResetRequired {
		t.Errorf("created %+v", made)
	}
	says(t, create("Anna", "Pass-word-1"), "EntityAlreadyExists", "Login Profile for user Anna already exists.")
	_, err = a.iam.DeleteUser(ctx, &iam.DeleteUserInput{UserName: aws.String("Anna")})
	says(t, err, "DeleteConflict", "Cannot delete entity, must delete login profile first.")
	must(a.iam.UpdateLoginProfile(ctx, &iam.UpdateLoginProfileInput{UserName: aws.String("Anna"), PasswordResetRequired: aws.Bool(false)}))(t)
	if got := must(get())(t).LoginProfile; got.PasswordResetRequired || !got.CreateDate.Equal(*made.CreateDate) {
		t.Errorf("after the update %+v", got)
	}
	// The profile follows its user into another name.
	must(a.iam.UpdateUser(ctx, &iam.UpdateUserInput{UserName: aws.String("Anna"), NewUserName: aws.String("Berta")}))(t)
	if got := must(a.iam.GetLoginProfile(ctx, &iam.GetLoginProfileInput{UserName: aws.String("berta")}))(t).LoginProfile; *got.UserName != "Berta" {
		t.Errorf("after the rename %+v", got)
	}
	must(a.iam.DeleteLoginProfile(ctx, &iam.DeleteLoginProfileInput{UserName: aws.String("Berta")}))(t)
	_, err = a.iam.UpdateLoginProfile(ctx, &iam.UpdateLoginProfileInput{UserName: aws.String("Berta"), Password: aws.String("Pass-word-1")})
	says(t, err, "NoSuchEntity", "Login Profile for User Berta cannot be found.")

	// The administrator's own, without a name.
	must(a.iam.CreateLoginProfile(ctx, &iam.CreateLoginProfileInput{Password: aws.String("Pass-word-1")}))(t)
	if got := must(a.iam.GetLoginProfile(ctx, &iam.GetLoginProfileInput{}))(t).LoginProfile; *got.UserName != "alice" {
		t.Errorf("the caller's %+v", got)
	}
	must(a.iam.DeleteLoginProfile(ctx, &iam.DeleteLoginProfileInput{}))(t)
	_, err = by(s, root(s)).iam.GetLoginProfile(ctx, &iam.GetLoginProfileInput{})
	says(t, err, "ValidationError", "Must specify userName when calling with non-User credentials")

	for name, story := range map[string]func(*testing.T, *process.Server, *who){"policy": passwordPolicyStory, "change": changePasswordStory} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			own := devServer(t)
			story(t, own, by(own, admin(own)))
		})
	}
}

func passwordPolicyStory(t *testing.T, s *process.Server, a *who) {
	get := func() (*iam.GetAccountPasswordPolicyOutput, error) {
		return a.iam.GetAccountPasswordPolicy(ctx, &iam.GetAccountPasswordPolicyInput{})
	}
	_, err := get()
	says(t, err, "NoSuchEntity", "The Password Policy with domain name "+s.Account.ID+" cannot be found.")
	_, err = a.iam.DeleteAccountPasswordPolicy(ctx, &iam.DeleteAccountPasswordPolicyInput{})
	says(t, err, "NoSuchEntity", "The account policy with name PasswordPolicy cannot be found.")
	must(a.iam.UpdateAccountPasswordPolicy(ctx, &iam.UpdateAccountPasswordPolicyInput{MinimumPasswordLength: aws.Int32(10), RequireSymbols: true, RequireNumbers: true,
		RequireUppercaseCharacters: true, RequireLowercaseCharacters: true, AllowUsersToChangePassword: true, MaxPasswordAge: aws.Int32(60),
		PasswordReusePrevention: aws.Int32(3), HardExpiry: aws.Bool(true)}))(t)
	p := must(get())(t).PasswordPolicy
	if *p.MinimumPasswordLength != 10 || !p.RequireSymbols || !p.RequireNumbers || !p.RequireUppercaseCharacters || !p.RequireLowercaseCharacters ||
		!p.AllowUsersToChangePassword || !p.ExpirePasswords || *p.MaxPasswordAge != 60 || *p.PasswordReusePrevention != 3 || !*p.HardExpiry {
		t.Errorf("%+v", p)
	}
	a.user(t, "strict")
	_, err = a.iam.CreateLoginProfile(ctx, &iam.CreateLoginProfileInput{UserName: aws.String("strict"), Password: aws.String("lowercase")})
	says(t, err, "PasswordPolicyViolation", "Password should have a minimum length of 10, Password should have at least one uppercase letter, "+
		"Password should have at least one number, Password should have at least one symbol")
	// An update replaces the whole policy by the defaults of what it does not name.
	must(a.iam.UpdateAccountPasswordPolicy(ctx, &iam.UpdateAccountPasswordPolicyInput{}))(t)
	r := a.ask(t, "iam", versions["iam"], "GetAccountPasswordPolicy")
	for _, want := range []string{"<MinimumPasswordLength>6<", "<AllowUsersToChangePassword>false<", "<ExpirePasswords>false<", "<RequireSymbols>false<",
		"<RequireNumbers>false<", "<RequireUppercaseCharacters>false<", "<RequireLowercaseCharacters>false<"} {
		if !strings.Contains(r.body, want) {
			t.Errorf("no %s in %s", want, r.body)
		}
	}
	for _, absent := range []string{"MaxPasswordAge", "PasswordReusePrevention", "HardExpiry"} {
		if strings.Contains(r.body, absent) {
			t.Errorf("%s in %s", absent, r.body)
		}
	}
	_, err = a.iam.UpdateAccountPasswordPolicy(ctx, &iam.UpdateAccountPasswordPolicyInput{MinimumPasswordLength: aws.Int32(129), MaxPasswordAge: aws.Int32(1096), PasswordReusePrevention: aws.Int32(25)})
	fails(t, err, "ValidationError", "3 validation errors detected: ", "at 'minimumPasswordLength' failed to satisfy constraint: Member must have value less than or equal to 128")
	must(a.iam.DeleteAccountPasswordPolicy(ctx, &iam.DeleteAccountPasswordPolicyInput{}))(t)
	_, err = get()
	fails(t, err, "NoSuchEntity")
}

func changePasswordStory(t *testing.T, s *process.Server, a *who) {
	u := a.user(t, "ulla", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:ChangePassword","Resource":"arn:aws:iam::*:user/${aws:username}"}]}`)
	change := func(w *who, old, next string) error {
		_, err := w.iam.ChangePassword(ctx, &iam.ChangePasswordInput{OldPassword: &old, NewPassword: &next})
		return err
	}
	says(t, change(u, "Pass-word-1", "Pass-word-2"), "NoSuchEntity", "Login Profile for User ulla cannot be found.")
	must(a.iam.CreateLoginProfile(ctx, &iam.CreateLoginProfileInput{UserName: aws.String("ulla"), Password: aws.String("Pass-word-1"), PasswordResetRequired: true}))(t)
	says(t, change(u, "Pass-word-2", "Pass-word-3"), "AccessDenied", "The old password was incorrect.")
	ok(t, change(u, "Pass-word-1", "Pass-word-2"))
	if got := must(a.iam.GetLoginProfile(ctx, &iam.GetLoginProfileInput{UserName: aws.String("ulla")}))(t).LoginProfile; got.PasswordResetRequired {
		t.Error("a changed password must still be changed")
	}
	says(t, change(u, "Pass-word-1", "Pass-word-3"), "AccessDenied", "The old password was incorrect.")
	must(a.iam.UpdateAccountPasswordPolicy(ctx, &iam.UpdateAccountPasswordPolicyInput{PasswordReusePrevention: aws.Int32(2)}))(t)
	const again = "Policy constraint violation with password reuse prevention during password change."
	says(t, change(u, "Pass-word-2", "Pass-word-2"), "PasswordPolicyViolation", again)
	says(t, change(u, "Pass-word-2", "Pass-word-1"), "PasswordPolicyViolation", again)
	ok(t, change(u, "Pass-word-2", "Pass-word-3"))
	ok(t, change(u, "Pass-word-3", "Pass-word-1"))
	_, err := a.iam.UpdateLoginProfile(ctx, &iam.UpdateLoginProfileInput{UserName: aws.String("ulla"), Password: aws.String("Pass-word-3")})
	says(t, err, "PasswordPolicyViolation", again)

	// Without a policy of his own a user may change his password only if the account lets all of them; a Deny still wins.
	plain := a.user(t, "paul")
	denied := a.user(t, "dora", `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"iam:ChangePassword","Resource":"*"}]}`)
	for _, name := range []string{"paul", "dora"} {
		must(a.iam.CreateLoginProfile(ctx, &iam.CreateLoginProfileInput{UserName: &name, Password: aws.String("Pass-word-1")}))(t)
	}
	fails(t, change(plain, "Pass-word-1", "Pass-word-2"), "AccessDenied", "iam:ChangePassword on resource: arn:aws:iam::"+s.Account.ID+":user/paul")
	must(a.iam.UpdateAccountPasswordPolicy(ctx, &iam.UpdateAccountPasswordPolicyInput{AllowUsersToChangePassword: true}))(t)
	ok(t, change(plain, "Pass-word-1", "Pass-word-2"))
	must(plain.iam.GetAccountPasswordPolicy(ctx, &iam.GetAccountPasswordPolicyInput{}))(t)
	_, err = plain.iam.UpdateLoginProfile(ctx, &iam.UpdateLoginProfileInput{UserName: aws.String("paul"), Password: aws.String("Pass-word-3")})
	fails(t, err, "AccessDenied")
	fails(t, change(denied, "Pass-word-1", "Pass-word-2"), "AccessDenied", "with an explicit deny in an identity-based policy")
	// Neither the root nor a session has a password to change.
	fails(t, change(by(s, root(s)), "Pass-word-1", "Pass-word-2"), "InvalidUserType")
	session := a.assume(t, a.role(t, "r", trust("arn:aws:iam::"+s.Account.ID+":root", ""), allow("*", "*")), nil)
	fails(t, change(session, "Pass-word-1", "Pass-word-2"), "InvalidUserType")
}
