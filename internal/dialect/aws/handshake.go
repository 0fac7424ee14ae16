package aws

import (
	"time"

	"github.com/daypass/daypass/internal/access"
	"github.com/daypass/daypass/internal/dialect/aws/orgapi"
	"github.com/daypass/daypass/internal/fault"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/op"
)

// handshakeOperations invite accounts that exist into an organization.
func handshakeOperations() []op.Operation {
	return []op.Operation{
		op.Write("InviteAccountToOrganization",
			func(c *op.Call, in *orgapi.InviteAccountToOrganizationInput) ([]access.Ask, error) {
				a := onPlace(c, in.Target.Id)
				a.RequestTags = orgTags(in.Tags)
				return withTags(a, "organizations:TagResource")
			},
			func(c *op.Call, tx *iam.Tx, in *orgapi.InviteAccountToOrganizationInput) (*orgapi.InviteAccountToOrganizationOutput, error) {
				if in.Target.Type != orgapi.HandshakePartyTypeACCOUNT {
					// Accounts are known by their ids here; an address may be nobody's.
					return nil, fault.New(fault.Invalid, fault.Target, in.Target.Id)
				}
				h, err := tx.Invite(c.Account(), in.Target.Id, text(in.Notes, ""), orgTags(in.Tags))
				return &orgapi.InviteAccountToOrganizationOutput{Handshake: handshakeShape(tx, h, c.Now)}, err
			}),
		op.Write("AcceptHandshake",
			func(c *op.Call, in *orgapi.AcceptHandshakeInput) ([]access.Ask, error) {
				return onHandshake(c, in.HandshakeId)
			},
			func(c *op.Call, tx *iam.Tx, in *orgapi.AcceptHandshakeInput) (*orgapi.AcceptHandshakeOutput, error) {
				h, err := tx.AcceptHandshake(c.Account(), in.HandshakeId)
				return &orgapi.AcceptHandshakeOutput{Handshake: handshakeShape(tx, h, c.Now)}, err
			}),
		op.Write("DeclineHandshake",
			func(c *op.Call, in *orgapi.DeclineHandshakeInput) ([]access.Ask, error) {
				return onHandshake(c, in.HandshakeId)
			},
			func(c *op.Call, tx *iam.Tx, in *orgapi.DeclineHandshakeInput) (*orgapi.DeclineHandshakeOutput, error) {
				h, err := tx.DeclineHandshake(c.Account(), in.HandshakeId)
				return &orgapi.DeclineHandshakeOutput{Handshake: handshakeShape(tx, h, c.Now)}, err
			}),
		op.Write("CancelHandshake",
			func(c *op.Call, in *orgapi.CancelHandshakeInput) ([]access.Ask, error) {
				return onHandshake(c, in.HandshakeId)
			},
			func(c *op.Call, tx *iam.Tx, in *orgapi.CancelHandshakeInput) (*orgapi.CancelHandshakeOutput, error) {
				h, err := tx.CancelHandshake(c.Account(), in.HandshakeId)
				return &orgapi.CancelHandshakeOutput{Handshake: handshakeShape(tx, h, c.Now)}, err
			}),
		op.Read("DescribeHandshake",
			func(c *op.Call, in *orgapi.DescribeHandshakeInput) ([]access.Ask, error) {
				return onHandshake(c, in.HandshakeId)
			},
			func(c *op.Call, in *orgapi.DescribeHandshakeInput) (*orgapi.DescribeHandshakeOutput, error) {
				h, err := c.View.Handshake(c.Account(), in.HandshakeId)
				return &orgapi.DescribeHandshakeOutput{Handshake: handshakeShape(c.View, h, c.Now)}, err
			}),
		op.Read("ListHandshakesForAccount", onOrganization[orgapi.ListHandshakesForAccountInput],
			func(c *op.Call, in *orgapi.ListHandshakesForAccountInput) (*orgapi.ListHandshakesForAccountOutput, error) {
				p, err := orgPage(in.NextToken, in.MaxResults)
				if err != nil || !invites(in.Filter) {
					return &orgapi.ListHandshakesForAccountOutput{Handshakes: []orgapi.Handshake{}}, err
				}
				list, next := c.View.HandshakesTo(c.Account(), p.after, p.limit)
				return &orgapi.ListHandshakesForAccountOutput{Handshakes: handshakeShapes(c, list), NextToken: orgMore(next)}, nil
			}),
		op.Read("ListHandshakesForOrganization", onOrganization[orgapi.ListHandshakesForOrganizationInput],
			overseen(func(c *op.Call, o *iam.Organization, in *orgapi.ListHandshakesForOrganizationInput) (*orgapi.ListHandshakesForOrganizationOutput, error) {
				p, err := orgPage(in.NextToken, in.MaxResults)
				if err != nil || !invites(in.Filter) {
					return &orgapi.ListHandshakesForOrganizationOutput{Handshakes: []orgapi.Handshake{}}, err
				}
				list, next := c.View.HandshakesOf(o, p.after, p.limit)
				return &orgapi.ListHandshakesForOrganizationOutput{Handshakes: handshakeShapes(c, list), NextToken: orgMore(next)}, nil
			})),
	}
}

// invites says whether a filter lets invitations through, which are all the handshakes there are.
func invites(f *orgapi.HandshakeFilter) bool {
	return f == nil || f.ParentHandshakeId == nil && text(f.ActionType, orgapi.ActionTypeINVITE) == orgapi.ActionTypeINVITE
}

func handshakeShapes(c *op.Call, list []*iam.Handshake) []orgapi.Handshake {
	return each(list, func(h *iam.Handshake) orgapi.Handshake { return *handshakeShape(c.View, h, c.Now) })
}

// accounts tells names of accounts.
type accounts interface {
	Account(id string) (*iam.Account, error)
}

// handshakeShape is nil without a handshake, so that it can stand in a return beside an error.
func handshakeShape(v accounts, h *iam.Handshake, now time.Time) *orgapi.Handshake {
	if h == nil {
		return nil
	}
	part := func(kind, value string) orgapi.HandshakeResource {
		return orgapi.HandshakeResource{Type: &kind, Value: &value}
	}
	from := part(orgapi.HandshakeResourceTypeORGANIZATION, h.Org)
	if a, err := v.Account(h.Manager); err == nil {
		from.Resources = append(from.Resources, part(orgapi.HandshakeResourceTypeMASTERNAME, a.Name))
	}
	from.Resources = append(from.Resources, part(orgapi.HandshakeResourceTypeORGANIZATIONFEATURESET, orgapi.OrganizationFeatureSetALL))
	s := &orgapi.Handshake{Id: &h.ID, Arn: ptr(handshakeARN(h)), State: ptr(h.State(now)), Action: ptr(orgapi.ActionTypeINVITE),
		RequestedTimestamp: &h.Asked, ExpirationTimestamp: &h.Expires,
		Parties:   []orgapi.HandshakeParty{{Id: h.Org, Type: orgapi.HandshakePartyTypeORGANIZATION}, {Id: h.Account, Type: orgapi.HandshakePartyTypeACCOUNT}},
		Resources: []orgapi.HandshakeResource{from, part(orgapi.HandshakeResourceTypeACCOUNT, h.Account)}}
	if h.Notes != "" {
		s.Resources = append(s.Resources, part(orgapi.HandshakeResourceTypeNOTES, h.Notes))
	}
	return s
}
