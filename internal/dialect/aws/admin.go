package aws

import (
	"encoding/json"
	"errors"
	"time"

	"github.com/daypass/daypass/internal/access"
	"github.com/daypass/daypass/internal/arn"
	"github.com/daypass/daypass/internal/audit"
	"github.com/daypass/daypass/internal/credential"
	"github.com/daypass/daypass/internal/dialect/aws/adminapi"
	"github.com/daypass/daypass/internal/fault"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/op"
	"github.com/daypass/daypass/internal/seal"
	"github.com/daypass/daypass/internal/session"
)

// adminOperations are Daypass's own. Those that concern the whole server are for the home account alone: an administrator of
// another account may have "*" on "*" there and still has no say here.
func adminOperations() []op.Operation {
	return []op.Operation{
		op.Write("CreateAccount", onServer[adminapi.CreateAccountInput], createAccount),
		op.Read("ListAccounts", onServer[adminapi.ListAccountsInput], listAccounts),
		op.Change("SuspendAccount", onServer[adminapi.SuspendAccountInput],
			func(c *op.Call, tx *iam.Tx, in *adminapi.SuspendAccountInput) error {
				_, err := tx.SuspendAccount(in.AccountId)
				return err
			}),
		op.Change("ResumeAccount", onServer[adminapi.ResumeAccountInput],
			func(c *op.Call, tx *iam.Tx, in *adminapi.ResumeAccountInput) error {
				_, err := tx.ResumeAccount(in.AccountId)
				return err
			}),
		op.Write("RotateKeys", onServer[adminapi.RotateKeysInput],
			func(c *op.Call, tx *iam.Tx, _ *adminapi.RotateKeysInput) (*adminapi.RotateKeysOutput, error) {
				k, err := session.Rotate(tx, seal.DefaultSchedule(), c.Guard.Root, c.Random, c.Now)
				if err != nil {
					return nil, err
				}
				return &adminapi.RotateKeysOutput{KeyId: int64(k.ID), PrimaryFrom: k.PrimaryFrom}, nil
			}),
		op.Prepared("RotateIssuerKeys", onServer[adminapi.RotateIssuerKeysInput], freshIssuerKeys, rotateIssuerKeys),
		op.Read("GetDelegationToken",
			func(c *op.Call, in *adminapi.GetDelegationTokenInput) ([]access.Ask, error) {
				return one(access.Ask{Action: action(c), Resource: "arn:aws:daypass::" + c.Account() + ":delegation-request/" + in.DelegationRequestId})
			},
			getDelegationToken),
		op.Read("ListKeys", onServer[adminapi.ListKeysInput], listKeys),
		op.Write("RevokeSessions",
			func(c *op.Call, in *adminapi.RevokeSessionsInput) ([]access.Ask, error) {
				return one(onRole(c, in.RoleName))
			},
			revokeSessions),
		op.Read("Explain",
			func(c *op.Call, in *adminapi.ExplainInput) ([]access.Ask, error) {
				return one(access.Ask{Action: action(c), Resource: "arn:aws:daypass::" + c.Account() + ":denial/" + in.RequestId})
			},
			explain),
		op.Read("WhoCan",
			func(c *op.Call, _ *adminapi.WhoCanInput) ([]access.Ask, error) {
				return one(access.Ask{Action: action(c), Resource: arn.Root(c.Account())})
			},
			whoCan),
		op.Read("WhatCan",
			func(c *op.Call, in *adminapi.WhatCanInput) ([]access.Ask, error) {
				return onPrincipal(c, in.PrincipalArn)
			},
			whatCan),
	}
}

// onServer asks leave for an operation on the server as a whole, and refuses every account but the home account.
func onServer[In any](c *op.Call, _ *In) ([]access.Ask, error) {
	if !isHome(c) {
		return nil, fault.New(fault.Denied, fault.Account, c.Account())
	}
	return one(access.Ask{Action: action(c), Resource: "arn:aws:daypass::" + c.Account() + ":server"})
}

func isHome(c *op.Call) bool {
	a, err := c.View.Account(c.Account())
	return err == nil && a.Home
}

func createAccount(c *op.Call, tx *iam.Tx, in *adminapi.CreateAccountInput) (*adminapi.CreateAccountOutput, error) {
	name := text(in.AdminUserName, "admin")
	a, err := credential.NewAccount(tx, text(in.AccountId, ""), in.Name, name)
	if err != nil {
		return nil, err
	}
	k, key, err := credential.Make(tx, c.Guard.Root, c.Random, a.ID, name)
	if err != nil {
		return nil, err
	}
	return &adminapi.CreateAccountOutput{AccountId: a.ID, Cloud: a.Cloud, Name: a.Name,
		AdminUser: adminapi.AdminUser{UserName: name, AccessKeyId: k.ID, SecretAccessKey: key.Reveal()}}, nil
}

func listAccounts(c *op.Call, in *adminapi.ListAccountsInput) (*adminapi.ListAccountsOutput, error) {
	p, err := pageOf(in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	list, next := c.View.Accounts(p.after, p.limit)
	out := &adminapi.ListAccountsOutput{Accounts: each(list, func(a *iam.Account) adminapi.Account {
		state := adminapi.StateActive
		if a.Suspended {
			state = adminapi.StateSuspended
		}
		return adminapi.Account{AccountId: a.ID, Cloud: a.Cloud, Name: a.Name, State: state, Home: a.Home, CreateDate: a.Created}
	})}
	truncated, marker := more(next)
	out.IsTruncated, out.Marker = *truncated, marker
	return out, nil
}

func listKeys(c *op.Call, _ *adminapi.ListKeysInput) (*adminapi.ListKeysOutput, error) {
	primary, err := c.Guard.Mint.Primary(c.View, c.Now)
	if err != nil {
		return nil, fault.Broken(err)
	}
	return &adminapi.ListKeysOutput{Keys: each(c.View.SealKeys(), func(k *iam.SealKey) adminapi.Key {
		s := adminapi.Key{KeyId: int64(k.ID), Born: k.Born, PrimaryFrom: k.PrimaryFrom, State: adminapi.StateOpening}
		if !k.Retired.IsZero() {
			s.Retired = &k.Retired
		}
		switch {
		case !k.Retired.IsZero() && !c.Now.Before(k.Retired):
			s.State = adminapi.StateRetired
		case k.ID == primary:
			s.State = adminapi.StatePrimary
		case k.PrimaryFrom.After(c.Now):
			s.State = adminapi.StatePending
		}
		return s
	})}, nil
}

func revokeSessions(c *op.Call, tx *iam.Tx, in *adminapi.RevokeSessionsInput) (*adminapi.RevokeSessionsOutput, error) {
	// Sessions carry whole seconds. The next second as bound takes in those issued in this one.
	before := c.Now.UTC().Truncate(time.Second).Add(time.Second)
	if in.IssuedBefore != nil {
		before = *in.IssuedBefore
	}
	r, err := tx.RevokeSessions(c.Account(), in.RoleName, before)
	if err != nil {
		return nil, err
	}
	return &adminapi.RevokeSessionsOutput{RoleName: r.Name, RevokedBefore: r.RevokedBefore}, nil
}

// explain shows the record of a denial to an administrator of the account it happened in, or of the home account. To others it
// does not exist.
func explain(c *op.Call, in *adminapi.ExplainInput) (*adminapi.ExplainOutput, error) {
	if c.Explain == nil {
		return nil, fault.Missing(fault.Explanation, in.RequestId)
	}
	e, err := c.Explain.Find(c.Context, in.RequestId)
	if err != nil && !errors.Is(err, audit.ErrNotFound) {
		return nil, &fault.Error{Kind: fault.Unavailable, What: fault.Explanation, Err: err}
	}
	if err != nil || !e.Denied() || (!isHome(c) && !concerns(e, c.Account())) {
		return nil, fault.Missing(fault.Explanation, in.RequestId)
	}
	d := e.Additional.Decision
	out := &adminapi.ExplainOutput{EventTime: e.Time, PrincipalArn: e.Identity.ARN, Action: d.Action, Resource: d.Resource,
		Decision: d.Verdict.String(), ErrorMessage: opt(e.ErrorMessage)}
	if e.Additional.Explanation != nil {
		b, err := json.Marshal(e.Additional.Explanation)
		if err != nil {
			return nil, fault.Broken(err)
		}
		out.Explanation = ptr(string(b))
	}
	return out, nil
}

// concerns says whether an event is an account's own: its caller's, and only when no other account's policies were looked at.
func concerns(e *audit.Event, account string) bool {
	if e.Identity.AccountID != account {
		return false
	}
	n, err := arn.Parse(e.Additional.Decision.Resource)
	return err != nil || n.Account == "" || n.Account == account
}
