package aws

import (
	"slices"
	"strings"

	"github.com/daypass/daypass/internal/access"
	"github.com/daypass/daypass/internal/dialect/aws/orgapi"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/op"
)

// unitOperations are on organizational units and on the tree they make.
func unitOperations() []op.Operation {
	return []op.Operation{
		op.Write("CreateOrganizationalUnit",
			func(c *op.Call, in *orgapi.CreateOrganizationalUnitInput) ([]access.Ask, error) {
				a := onPlace(c, in.ParentId)
				a.RequestTags = orgTags(in.Tags)
				return withTags(a, "organizations:TagResource")
			},
			func(c *op.Call, tx *iam.Tx, in *orgapi.CreateOrganizationalUnitInput) (*orgapi.CreateOrganizationalUnitOutput, error) {
				u, err := tx.CreateUnit(c.Account(), in.ParentId, in.Name, orgTags(in.Tags))
				if err != nil {
					return nil, err
				}
				s, err := unitOf(c, tx, u)
				return &orgapi.CreateOrganizationalUnitOutput{OrganizationalUnit: s}, err
			}),
		op.Write("UpdateOrganizationalUnit",
			func(c *op.Call, in *orgapi.UpdateOrganizationalUnitInput) ([]access.Ask, error) {
				return one(onPlace(c, in.OrganizationalUnitId))
			},
			func(c *op.Call, tx *iam.Tx, in *orgapi.UpdateOrganizationalUnitInput) (*orgapi.UpdateOrganizationalUnitOutput, error) {
				u, err := tx.RenameUnit(c.Account(), in.OrganizationalUnitId, text(in.Name, ""))
				if err != nil {
					return nil, err
				}
				s, err := unitOf(c, tx, u)
				return &orgapi.UpdateOrganizationalUnitOutput{OrganizationalUnit: s}, err
			}),
		op.Change("DeleteOrganizationalUnit",
			func(c *op.Call, in *orgapi.DeleteOrganizationalUnitInput) ([]access.Ask, error) {
				return one(onPlace(c, in.OrganizationalUnitId))
			},
			func(c *op.Call, tx *iam.Tx, in *orgapi.DeleteOrganizationalUnitInput) error {
				return tx.DeleteUnit(c.Account(), in.OrganizationalUnitId)
			}),
		op.Read("DescribeOrganizationalUnit",
			func(c *op.Call, in *orgapi.DescribeOrganizationalUnitInput) ([]access.Ask, error) {
				return one(onPlace(c, in.OrganizationalUnitId))
			},
			overseen(func(c *op.Call, o *iam.Organization, in *orgapi.DescribeOrganizationalUnitInput) (*orgapi.DescribeOrganizationalUnitOutput, error) {
				u, err := c.View.Unit(o, in.OrganizationalUnitId)
				if err != nil {
					return nil, err
				}
				return &orgapi.DescribeOrganizationalUnitOutput{OrganizationalUnit: unitShape(c.View, o, u)}, nil
			})),
		op.Read("ListOrganizationalUnitsForParent",
			func(c *op.Call, in *orgapi.ListOrganizationalUnitsForParentInput) ([]access.Ask, error) {
				return one(onPlace(c, in.ParentId))
			},
			overseen(func(c *op.Call, o *iam.Organization, in *orgapi.ListOrganizationalUnitsForParentInput) (*orgapi.ListOrganizationalUnitsForParentOutput, error) {
				p, err := orgPage(in.NextToken, in.MaxResults)
				if err != nil {
					return nil, err
				}
				list, next, err := c.View.UnitsIn(o, in.ParentId, p.after, p.limit)
				return &orgapi.ListOrganizationalUnitsForParentOutput{NextToken: orgMore(next),
					OrganizationalUnits: each(list, func(u *iam.Unit) orgapi.OrganizationalUnit { return *unitShape(c.View, o, u) })}, err
			})),
		op.Read("ListParents",
			func(c *op.Call, in *orgapi.ListParentsInput) ([]access.Ask, error) {
				return one(onPlace(c, in.ChildId))
			},
			overseen(func(c *op.Call, o *iam.Organization, in *orgapi.ListParentsInput) (*orgapi.ListParentsOutput, error) {
				id, err := c.View.ParentOf(o, in.ChildId)
				kind := orgapi.ParentTypeORGANIZATIONALUNIT
				if id == o.Root {
					kind = orgapi.ParentTypeROOT
				}
				return &orgapi.ListParentsOutput{Parents: []orgapi.Parent{{Id: &id, Type: &kind}}}, err
			})),
		op.Read("ListChildren",
			func(c *op.Call, in *orgapi.ListChildrenInput) ([]access.Ask, error) {
				return one(onPlace(c, in.ParentId))
			},
			overseen(listChildren)),
	}
}

func listChildren(c *op.Call, o *iam.Organization, in *orgapi.ListChildrenInput) (*orgapi.ListChildrenOutput, error) {
	p, err := orgPage(in.NextToken, in.MaxResults)
	if err != nil {
		return nil, err
	}
	child := func(id string) orgapi.Child { return orgapi.Child{Id: &id, Type: &in.ChildType} }
	if in.ChildType == orgapi.ChildTypeACCOUNT {
		list, next, err := c.View.AccountsIn(o, in.ParentId, p.after, p.limit)
		return &orgapi.ListChildrenOutput{NextToken: orgMore(next), Children: each(list, func(m *iam.Member) orgapi.Child { return child(m.Account) })}, err
	}
	list, next, err := c.View.UnitsIn(o, in.ParentId, p.after, p.limit)
	return &orgapi.ListChildrenOutput{NextToken: orgMore(next), Children: each(list, func(u *iam.Unit) orgapi.Child { return child(u.ID) })}, err
}

func unitOf(c *op.Call, tx *iam.Tx, u *iam.Unit) (*orgapi.OrganizationalUnit, error) {
	o, err := tx.Managing(c.Account())
	if err != nil {
		return nil, err
	}
	return unitShape(tx, o, u), nil
}

// memberOperations are on the accounts of an organization.
func memberOperations() []op.Operation {
	return []op.Operation{
		op.Write("CreateAccount",
			func(c *op.Call, in *orgapi.CreateAccountInput) ([]access.Ask, error) {
				a := inOrganization(c)
				a.RequestTags = orgTags(in.Tags)
				return withTags(a, "organizations:TagResource")
			},
			func(c *op.Call, tx *iam.Tx, in *orgapi.CreateAccountInput) (*orgapi.CreateAccountOutput, error) {
				r, err := tx.CreateMember(c.Account(), iam.MemberSpec{Name: in.AccountName, Email: in.Email, Role: text(in.RoleName, ""), Tags: orgTags(in.Tags)})
				if err != nil {
					return nil, err
				}
				return &orgapi.CreateAccountOutput{CreateAccountStatus: requestedAccount(r)}, nil
			}),
		op.Read("DescribeCreateAccountStatus", onOrganization[orgapi.DescribeCreateAccountStatusInput],
			overseen(func(c *op.Call, o *iam.Organization, in *orgapi.DescribeCreateAccountStatusInput) (*orgapi.DescribeCreateAccountStatusOutput, error) {
				r, err := c.View.MemberRequest(o, in.CreateAccountRequestId)
				if err != nil {
					return nil, err
				}
				return &orgapi.DescribeCreateAccountStatusOutput{CreateAccountStatus: ptr(settledAccount(r))}, nil
			})),
		op.Read("ListCreateAccountStatus", onOrganization[orgapi.ListCreateAccountStatusInput],
			overseen(func(c *op.Call, o *iam.Organization, in *orgapi.ListCreateAccountStatusInput) (*orgapi.ListCreateAccountStatusOutput, error) {
				p, err := orgPage(in.NextToken, in.MaxResults)
				if err != nil {
					return nil, err
				}
				made := in.States == nil || slices.Contains(in.States, orgapi.CreateAccountStateSUCCEEDED)
				failed := in.States == nil || slices.Contains(in.States, orgapi.CreateAccountStateFAILED)
				list, next := c.View.MemberRequests(o, made, failed, p.after, p.limit)
				return &orgapi.ListCreateAccountStatusOutput{CreateAccountStatuses: each(list, settledAccount), NextToken: orgMore(next)}, nil
			})),
		op.Read("DescribeAccount",
			func(c *op.Call, in *orgapi.DescribeAccountInput) ([]access.Ask, error) {
				return one(onPlace(c, in.AccountId))
			},
			overseen(func(c *op.Call, o *iam.Organization, in *orgapi.DescribeAccountInput) (*orgapi.DescribeAccountOutput, error) {
				m, err := c.View.Member(o, in.AccountId)
				if err != nil {
					return nil, err
				}
				return &orgapi.DescribeAccountOutput{Account: ptr(accountShape(c.View, o, m))}, nil
			})),
		op.Read("ListAccounts", onOrganization[orgapi.ListAccountsInput],
			overseen(func(c *op.Call, o *iam.Organization, in *orgapi.ListAccountsInput) (*orgapi.ListAccountsOutput, error) {
				p, err := orgPage(in.NextToken, in.MaxResults)
				if err != nil {
					return nil, err
				}
				list, next := c.View.AccountsOf(o, p.after, p.limit)
				return &orgapi.ListAccountsOutput{Accounts: each(list, func(m *iam.Member) orgapi.Account { return accountShape(c.View, o, m) }), NextToken: orgMore(next)}, nil
			})),
		op.Read("ListAccountsForParent",
			func(c *op.Call, in *orgapi.ListAccountsForParentInput) ([]access.Ask, error) {
				return one(onPlace(c, in.ParentId))
			},
			overseen(func(c *op.Call, o *iam.Organization, in *orgapi.ListAccountsForParentInput) (*orgapi.ListAccountsForParentOutput, error) {
				p, err := orgPage(in.NextToken, in.MaxResults)
				if err != nil {
					return nil, err
				}
				list, next, err := c.View.AccountsIn(o, in.ParentId, p.after, p.limit)
				return &orgapi.ListAccountsForParentOutput{NextToken: orgMore(next),
					Accounts: each(list, func(m *iam.Member) orgapi.Account { return accountShape(c.View, o, m) })}, err
			})),
		op.Change("MoveAccount",
			func(c *op.Call, in *orgapi.MoveAccountInput) ([]access.Ask, error) {
				return []access.Ask{onPlace(c, in.AccountId), onPlace(c, in.SourceParentId), onPlace(c, in.DestinationParentId)}, nil
			},
			func(c *op.Call, tx *iam.Tx, in *orgapi.MoveAccountInput) error {
				_, err := tx.MoveMember(c.Account(), in.AccountId, in.SourceParentId, in.DestinationParentId)
				return err
			}),
		op.Change("RemoveAccountFromOrganization",
			func(c *op.Call, in *orgapi.RemoveAccountFromOrganizationInput) ([]access.Ask, error) {
				return one(onPlace(c, in.AccountId))
			},
			func(c *op.Call, tx *iam.Tx, in *orgapi.RemoveAccountFromOrganizationInput) error {
				return tx.RemoveMember(c.Account(), in.AccountId)
			}),
		op.Change("LeaveOrganization", onOrganization[orgapi.LeaveOrganizationInput],
			func(c *op.Call, tx *iam.Tx, _ *orgapi.LeaveOrganizationInput) error {
				return tx.LeaveOrganization(c.Account())
			}),
		op.Change("CloseAccount",
			func(c *op.Call, in *orgapi.CloseAccountInput) ([]access.Ask, error) {
				return one(onPlace(c, in.AccountId))
			},
			func(c *op.Call, tx *iam.Tx, in *orgapi.CloseAccountInput) error {
				return tx.CloseMember(c.Account(), in.AccountId)
			}),
		op.Change("TagResource",
			func(c *op.Call, in *orgapi.TagResourceInput) ([]access.Ask, error) {
				a := onPlace(c, in.ResourceId)
				a.RequestTags = orgTags(in.Tags)
				return one(a)
			},
			func(c *op.Call, tx *iam.Tx, in *orgapi.TagResourceInput) error {
				return tx.TagAt(c.Account(), in.ResourceId, orgTags(in.Tags))
			}),
		op.Change("UntagResource",
			func(c *op.Call, in *orgapi.UntagResourceInput) ([]access.Ask, error) {
				return one(untagging(onPlace(c, in.ResourceId), in.TagKeys))
			},
			func(c *op.Call, tx *iam.Tx, in *orgapi.UntagResourceInput) error {
				return tx.UntagAt(c.Account(), in.ResourceId, in.TagKeys)
			}),
		op.Read("ListTagsForResource",
			func(c *op.Call, in *orgapi.ListTagsForResourceInput) ([]access.Ask, error) {
				return one(onPlace(c, in.ResourceId))
			},
			overseen(func(c *op.Call, o *iam.Organization, in *orgapi.ListTagsForResourceInput) (*orgapi.ListTagsForResourceOutput, error) {
				tags, err := c.View.TagsAt(o, in.ResourceId)
				sorted := slices.SortedFunc(slices.Values(tags), func(a, b iam.Tag) int { return strings.Compare(a.Key, b.Key) })
				return &orgapi.ListTagsForResourceOutput{Tags: each(sorted, func(t iam.Tag) orgapi.Tag { return orgapi.Tag(t) })}, err
			})),
	}
}
