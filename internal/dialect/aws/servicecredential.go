package aws

import (
	"strconv"
	"time"

	"github.com/daypass/daypass/internal/access"
	"github.com/daypass/daypass/internal/credential"
	"github.com/daypass/daypass/internal/dialect/aws/iamapi"
	"github.com/daypass/daypass/internal/fault"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/op"
	"github.com/daypass/daypass/internal/secret"
	"github.com/daypass/daypass/policy"
)

func serviceCredentialOperations() []op.Operation {
	return []op.Operation{
		op.Write("CreateServiceSpecificCredential",
			func(c *op.Call, in *iamapi.CreateServiceSpecificCredentialInput) ([]access.Ask, error) {
				a := aboutService(onUser(c, in.UserName), in.ServiceName)
				if in.CredentialAgeDays != nil {
					a.Keys = append(a.Keys, access.Key{Name: "iam:servicespecificcredentialagedays",
						Values: policy.Single(strconv.FormatInt(*in.CredentialAgeDays, 10))})
				}
				return one(a)
			},
			func(c *op.Call, tx *iam.Tx, in *iamapi.CreateServiceSpecificCredentialInput) (*iamapi.CreateServiceSpecificCredentialOutput, error) {
				s, password, err := credential.NewServiceCredential(tx, c.Guard.Root, c.Random, c.Account(), in.UserName, in.ServiceName, number(in.CredentialAgeDays))
				if err != nil {
					return nil, err
				}
				return &iamapi.CreateServiceSpecificCredentialOutput{ServiceSpecificCredential: freshCredential(tx, s, password)}, nil
			}),
		op.Read("ListServiceSpecificCredentials",
			func(c *op.Call, in *iamapi.ListServiceSpecificCredentialsInput) ([]access.Ask, error) {
				if is(in.AllUsers) {
					if in.UserName != nil {
						return nil, fault.BadParameter("allUsers", "true")
					}
					return one(access.Ask{Action: action(c), Resource: "arn:aws:iam::" + c.Account() + ":user/*"})
				}
				return onOwnUserOr(c, in.UserName)
			},
			func(c *op.Call, in *iamapi.ListServiceSpecificCredentialsInput) (*iamapi.ListServiceSpecificCredentialsOutput, error) {
				p, err := pageOf(in.Marker, in.MaxItems)
				if err != nil {
					return nil, err
				}
				var u *iam.User
				if !is(in.AllUsers) {
					if u, err = c.View.User(c.Account(), selfOr(c, in.UserName)); err != nil {
						return nil, err
					}
				}
				service := text(in.ServiceName, "")
				if _, known := iam.ServiceOf(service); service != "" && !known {
					return nil, fault.New(fault.Invalid, fault.ServiceCredential, service)
				}
				list, next := c.View.ServiceCredentials(c.Account(), u, service, p.after, p.limit)
				out := &iamapi.ListServiceSpecificCredentialsOutput{ServiceSpecificCredentials: each(list, func(s *iam.ServiceCredential) iamapi.ServiceSpecificCredentialMetadata {
					return listedCredential(c, s)
				})}
				out.IsTruncated, out.Marker = more(next)
				return out, nil
			}),
		op.Change("UpdateServiceSpecificCredential",
			func(c *op.Call, in *iamapi.UpdateServiceSpecificCredentialInput) ([]access.Ask, error) {
				return onOwnUserOr(c, in.UserName)
			},
			func(c *op.Call, tx *iam.Tx, in *iamapi.UpdateServiceSpecificCredentialInput) error {
				active, err := activeOf(in.Status)
				if err != nil {
					return err
				}
				return tx.UpdateServiceCredential(c.Account(), selfOr(c, in.UserName), in.ServiceSpecificCredentialId, active)
			}),
		op.Write("ResetServiceSpecificCredential",
			func(c *op.Call, in *iamapi.ResetServiceSpecificCredentialInput) ([]access.Ask, error) {
				return onOwnUserOr(c, in.UserName)
			},
			func(c *op.Call, tx *iam.Tx, in *iamapi.ResetServiceSpecificCredentialInput) (*iamapi.ResetServiceSpecificCredentialOutput, error) {
				s, password, err := credential.ResetServiceCredential(tx, c.Guard.Root, c.Random, c.Account(), selfOr(c, in.UserName), in.ServiceSpecificCredentialId)
				if err != nil {
					return nil, err
				}
				return &iamapi.ResetServiceSpecificCredentialOutput{ServiceSpecificCredential: freshCredential(tx, s, password)}, nil
			}),
		op.Change("DeleteServiceSpecificCredential",
			func(c *op.Call, in *iamapi.DeleteServiceSpecificCredentialInput) ([]access.Ask, error) {
				return onOwnUserOr(c, in.UserName)
			},
			func(c *op.Call, tx *iam.Tx, in *iamapi.DeleteServiceSpecificCredentialInput) error {
				return tx.DeleteServiceCredential(c.Account(), selfOr(c, in.UserName), in.ServiceSpecificCredentialId)
			}),
	}
}

func aboutService(a access.Ask, service string) access.Ask {
	a.Keys = append(a.Keys, access.Key{Name: "iam:servicespecificcredentialservicename", Values: policy.Single(service)})
	return a
}

// freshCredential shows the secret, which is never shown again. Services of the two sorts name its parts differently.
func freshCredential(v interface {
	UserByID(id string) (*iam.User, bool)
}, s *iam.ServiceCredential, password secret.Text) *iamapi.ServiceSpecificCredential {
	out := &iamapi.ServiceSpecificCredential{CreateDate: s.Created, ExpirationDate: moment(s.Expires), ServiceName: s.Service,
		ServiceSpecificCredentialId: s.ID, Status: status(s.Active)}
	if service, _ := iam.ServiceOf(s.Service); service.Key {
		out.ServiceCredentialAlias, out.ServiceCredentialSecret = &s.Login, ptr(password.Reveal())
	} else {
		out.ServiceUserName, out.ServicePassword = &s.Login, ptr(password.Reveal())
	}
	if u, ok := v.UserByID(s.User); ok {
		out.UserName = u.Name
	}
	return out
}

func listedCredential(c *op.Call, s *iam.ServiceCredential) iamapi.ServiceSpecificCredentialMetadata {
	out := iamapi.ServiceSpecificCredentialMetadata{Status: status(s.Active), CreateDate: s.Created, ExpirationDate: moment(s.Expires),
		ServiceSpecificCredentialId: s.ID, ServiceName: s.Service}
	if !s.Expires.IsZero() && !c.Now.Before(s.Expires) {
		out.Status = iamapi.StatusTypeExpired
	}
	if service, _ := iam.ServiceOf(s.Service); service.Key {
		out.ServiceCredentialAlias = &s.Login
	} else {
		out.ServiceUserName = &s.Login
	}
	if u, ok := c.View.UserByID(s.User); ok {
		out.UserName = u.Name
	}
	return out
}

// moment is an optional time: zero is absent.
func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
