package aws

import (
	"fmt"

	"github.com/daypass/daypass/internal/access"
	"github.com/daypass/daypass/internal/credential"
	"github.com/daypass/daypass/internal/dialect/aws/iamapi"
	"github.com/daypass/daypass/internal/fault"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/op"
	"github.com/daypass/daypass/internal/secret"
	"github.com/daypass/daypass/internal/wire"
	"github.com/daypass/daypass/policy"
)

func passwordOperations() []op.Operation {
	return []op.Operation{
		op.PreparedWrite("CreateLoginProfile",
			func(c *op.Call, in *iamapi.CreateLoginProfileInput) ([]access.Ask, error) {
				return onOwnUserOr(c, in.UserName)
			},
			func(c *op.Call, in *iamapi.CreateLoginProfileInput) (*credential.Ready, error) {
				name := selfOr(c, in.UserName)
				if _, err := c.View.LoginProfile(c.Account(), name); err == nil {
					return nil, fault.Taken(fault.LoginProfile, name)
				}
				if in.Password == nil {
					// The model leaves it out for the root's password, which there is none of here.
					return nil, &violations{list: []wire.Violation{{Kind: wire.Missing, Path: wire.Path{{Name: "Password"}}}}}
				}
				return c.Passwords.Ready(c.Context, c.View, c.Account(), name, secret.New(*in.Password))
			},
			func(c *op.Call, tx *iam.Tx, in *iamapi.CreateLoginProfileInput, ready *credential.Ready) (*iamapi.CreateLoginProfileOutput, error) {
				name := selfOr(c, in.UserName)
				if err := tx.CheckPassword(c.Account(), *in.Password); err != nil {
					return nil, err
				}
				p, err := tx.CreateLoginProfile(c.Account(), name, ready.Sealed, in.PasswordResetRequired != nil && *in.PasswordResetRequired)
				if err != nil {
					return nil, err
				}
				return &iamapi.CreateLoginProfileOutput{LoginProfile: loginShape(tx, p)}, nil
			}),
		op.Read("GetLoginProfile",
			func(c *op.Call, in *iamapi.GetLoginProfileInput) ([]access.Ask, error) {
				return onOwnUserOr(c, in.UserName)
			},
			func(c *op.Call, in *iamapi.GetLoginProfileInput) (*iamapi.GetLoginProfileOutput, error) {
				p, err := c.View.LoginProfile(c.Account(), selfOr(c, in.UserName))
				if err != nil {
					return nil, err
				}
				return &iamapi.GetLoginProfileOutput{LoginProfile: loginShape(c.View, p)}, nil
			}),
		op.PreparedChange("UpdateLoginProfile",
			func(c *op.Call, in *iamapi.UpdateLoginProfileInput) ([]access.Ask, error) {
				return one(onUser(c, in.UserName))
			},
			func(c *op.Call, in *iamapi.UpdateLoginProfileInput) (*credential.Ready, error) {
				if _, err := c.View.LoginProfile(c.Account(), in.UserName); err != nil || in.Password == nil {
					return &credential.Ready{}, err
				}
				return c.Passwords.Ready(c.Context, c.View, c.Account(), in.UserName, secret.New(*in.Password))
			},
			func(c *op.Call, tx *iam.Tx, in *iamapi.UpdateLoginProfileInput, ready *credential.Ready) error {
				if in.Password != nil {
					if err := tx.CheckPassword(c.Account(), *in.Password); err != nil {
						return err
					}
				}
				_, err := tx.UpdateLoginProfile(c.Account(), in.UserName,
					iam.LoginChange{Sealed: ready.Sealed, Over: ready.Over, ResetRequired: in.PasswordResetRequired})
				return err
			}),
		op.Change("DeleteLoginProfile",
			func(c *op.Call, in *iamapi.DeleteLoginProfileInput) ([]access.Ask, error) {
				return onOwnUserOr(c, in.UserName)
			},
			func(c *op.Call, tx *iam.Tx, in *iamapi.DeleteLoginProfileInput) error {
				return tx.DeleteLoginProfile(c.Account(), selfOr(c, in.UserName))
			}),
		op.PreparedChange("ChangePassword",
			func(c *op.Call, in *iamapi.ChangePasswordInput) ([]access.Ask, error) {
				if c.Subject.Principal.Type != policy.User {
					return nil, fault.New(fault.Invalid, fault.CallerType, "")
				}
				return one(byPasswordPolicy(c, onUser(c, c.Subject.UserName)))
			},
			changedPassword,
			func(c *op.Call, tx *iam.Tx, in *iamapi.ChangePasswordInput, ready *credential.Ready) error {
				if err := tx.CheckPassword(c.Account(), in.NewPassword); err != nil {
					return err
				}
				_, err := tx.UpdateLoginProfile(c.Account(), c.Subject.UserName,
					iam.LoginChange{Sealed: ready.Sealed, Over: ready.Over, ResetRequired: ptr(false)})
				return err
			}),
		op.Read("GetAccountPasswordPolicy",
			func(c *op.Call, in *iamapi.GetAccountPasswordPolicyInput) ([]access.Ask, error) {
				return one(byPasswordPolicy(c, access.Ask{Action: action(c), Resource: "*"}))
			},
			func(c *op.Call, in *iamapi.GetAccountPasswordPolicyInput) (*iamapi.GetAccountPasswordPolicyOutput, error) {
				p, err := c.View.PasswordPolicy(c.Account())
				if err != nil {
					return nil, err
				}
				return &iamapi.GetAccountPasswordPolicyOutput{PasswordPolicy: passwordPolicyShape(p)}, nil
			}),
		op.Change("UpdateAccountPasswordPolicy",
			func(c *op.Call, in *iamapi.UpdateAccountPasswordPolicyInput) ([]access.Ask, error) {
				return one(access.Ask{Action: action(c), Resource: "*"})
			},
			func(c *op.Call, tx *iam.Tx, in *iamapi.UpdateAccountPasswordPolicyInput) error {
				_, err := tx.SetPasswordPolicy(iam.PasswordPolicy{Account: c.Account(), MinimumLength: number(in.MinimumPasswordLength),
					Symbols: is(in.RequireSymbols), Numbers: is(in.RequireNumbers), Uppercase: is(in.RequireUppercaseCharacters),
					Lowercase: is(in.RequireLowercaseCharacters), UsersMayChange: is(in.AllowUsersToChangePassword),
					MaxAge: number(in.MaxPasswordAge), Remember: number(in.PasswordReusePrevention), HardExpiry: in.HardExpiry})
				return err
			}),
		op.Change("DeleteAccountPasswordPolicy",
			func(c *op.Call, in *iamapi.DeleteAccountPasswordPolicyInput) ([]access.Ask, error) {
				return one(access.Ask{Action: action(c), Resource: "*"})
			},
			func(c *op.Call, tx *iam.Tx, in *iamapi.DeleteAccountPasswordPolicyInput) error {
				return tx.DeletePasswordPolicy(c.Account())
			}),
	}
}

// onOwnUserOr is onSelfOr for what only users have: the root of an account must name one.
func onOwnUserOr(c *op.Call, name *string) ([]access.Ask, error) {
	if name == nil && c.Subject.Principal.Type != policy.User {
		return nil, fault.New(fault.Invalid, fault.User, "")
	}
	return onSelfOr(c, name)
}

// changedPassword makes a user's new password ready, if he knows the old one. Wrong guesses count as failed signatures do: whoever has
// a key of the user must not find out his password with it.
func changedPassword(c *op.Call, in *iamapi.ChangePasswordInput) (*credential.Ready, error) {
	name := c.Subject.UserName
	p, err := c.View.LoginProfile(c.Account(), name)
	if err != nil {
		return nil, err
	}
	right, err := c.Passwords.Check(c.Context, p, secret.New(in.OldPassword))
	if err != nil {
		return nil, err
	}
	if !right {
		c.Guard.Failures.Count(c.Env.Source, c.Account(), c.Now)
		return nil, fault.New(fault.Denied, fault.Password, "")
	}
	return c.Passwords.Ready(c.Context, c.View, c.Account(), name, secret.New(in.NewPassword))
}

// byPasswordPolicy lets every user of an account do what its password policy lets all of them do, without a policy of his own: the
// account speaks as a resource does that names him. A Deny still wins (IAM User Guide, "Permit IAM users to change their own passwords").
func byPasswordPolicy(c *op.Call, a access.Ask) access.Ask {
	p, err := c.View.PasswordPolicy(c.Account())
	if err != nil || !p.UsersMayChange || c.Subject.Principal.Type != policy.User {
		return a
	}
	document := fmt.Sprintf(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":%q},"Action":%q,"Resource":"*"}]}`,
		c.Subject.Principal.ARN, a.Action)
	// What can not be read would deny, as every source does that is not there.
	a.Policy = &policy.Source{ID: "account password policy", Type: "resource"}
	if d, err := policy.Parse(policy.AWS(), policy.Resource, []byte(document)); err == nil {
		a.Policy.Policy = d.Compile()
	}
	return a
}

func loginShape(v interface {
	UserByID(id string) (*iam.User, bool)
}, p *iam.LoginProfile) iamapi.LoginProfile {
	s := iamapi.LoginProfile{CreateDate: p.Created, PasswordResetRequired: ptr(p.ResetRequired)}
	if u, ok := v.UserByID(p.User); ok {
		s.UserName = u.Name
	}
	return s
}

// passwordPolicyShape leaves out what nobody set.
func passwordPolicyShape(p *iam.PasswordPolicy) iamapi.PasswordPolicy {
	s := iamapi.PasswordPolicy{MinimumPasswordLength: ptr(int64(p.MinimumLength)), RequireSymbols: &p.Symbols, RequireNumbers: &p.Numbers,
		RequireUppercaseCharacters: &p.Uppercase, RequireLowercaseCharacters: &p.Lowercase, AllowUsersToChangePassword: &p.UsersMayChange,
		ExpirePasswords: ptr(p.MaxAge > 0), HardExpiry: p.HardExpiry}
	if p.MaxAge > 0 {
		s.MaxPasswordAge = ptr(int64(p.MaxAge))
	}
	if p.Remember > 0 {
		s.PasswordReusePrevention = ptr(int64(p.Remember))
	}
	return s
}

// is and number read optional members; absent is false and 0.
func is(b *bool) bool { return b != nil && *b }

func number(n *int64) int {
	if n == nil {
		return 0
	}
	return int(*n)
}
