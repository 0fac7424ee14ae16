package aws

import (
	"github.com/daypass/daypass/internal/access"
	"github.com/daypass/daypass/internal/arn"
	"github.com/daypass/daypass/internal/dialect/aws/iamapi"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/op"
)

// Issuers of ID tokens that an account believes.
func oidcProviderOperations() []op.Operation {
	return []op.Operation{
		op.Write("CreateOpenIDConnectProvider",
			func(c *op.Call, in *iamapi.CreateOpenIDConnectProviderInput) ([]access.Ask, error) {
				p := iam.OIDCProvider{Account: c.Account(), URL: in.Url}
				return withTags(onNew(c, p.ARN(), tagsOf(in.Tags)), "iam:TagOpenIDConnectProvider")
			},
			func(c *op.Call, tx *iam.Tx, in *iamapi.CreateOpenIDConnectProviderInput) (*iamapi.CreateOpenIDConnectProviderOutput, error) {
				p, err := tx.CreateOIDCProvider(c.Account(), iam.OIDCSpec{URL: in.Url, Clients: in.ClientIDList,
					Thumbprints: in.ThumbprintList, Tags: tagsOf(in.Tags), Plain: c.WebIdentity.Loopback()})
				if err != nil {
					return nil, err
				}
				return &iamapi.CreateOpenIDConnectProviderOutput{OpenIDConnectProviderArn: ptr(p.ARN()), Tags: tagShapes(p.Tags)}, nil
			}),
		op.Read("GetOpenIDConnectProvider",
			func(c *op.Call, in *iamapi.GetOpenIDConnectProviderInput) ([]access.Ask, error) {
				return one(onOIDCProvider(c, in.OpenIDConnectProviderArn))
			},
			func(c *op.Call, in *iamapi.GetOpenIDConnectProviderInput) (*iamapi.GetOpenIDConnectProviderOutput, error) {
				p, err := c.View.OIDCProvider(c.Account(), in.OpenIDConnectProviderArn)
				if err != nil {
					return nil, err
				}
				return &iamapi.GetOpenIDConnectProviderOutput{Url: ptr(p.Host()), ClientIDList: each(p.Clients, self),
					ThumbprintList: each(p.Thumbprints, self), CreateDate: &p.Created, Tags: tagList(p.Tags)}, nil
			}),
		op.Read("ListOpenIDConnectProviders",
			func(c *op.Call, in *iamapi.ListOpenIDConnectProvidersInput) ([]access.Ask, error) {
				return one(access.Ask{Action: action(c), Resource: arn.OIDCProvider(c.Account(), "*")})
			},
			func(c *op.Call, in *iamapi.ListOpenIDConnectProvidersInput) (*iamapi.ListOpenIDConnectProvidersOutput, error) {
				return &iamapi.ListOpenIDConnectProvidersOutput{OpenIDConnectProviderList: each(c.View.OIDCProviders(c.Account()),
					func(p *iam.OIDCProvider) iamapi.OpenIDConnectProviderListEntry {
						return iamapi.OpenIDConnectProviderListEntry{Arn: ptr(p.ARN())}
					})}, nil
			}),
		op.Change("DeleteOpenIDConnectProvider",
			func(c *op.Call, in *iamapi.DeleteOpenIDConnectProviderInput) ([]access.Ask, error) {
				return one(onOIDCProvider(c, in.OpenIDConnectProviderArn))
			},
			func(c *op.Call, tx *iam.Tx, in *iamapi.DeleteOpenIDConnectProviderInput) error {
				return tx.DeleteOIDCProvider(c.Account(), in.OpenIDConnectProviderArn)
			}),
		op.Change("AddClientIDToOpenIDConnectProvider",
			func(c *op.Call, in *iamapi.AddClientIDToOpenIDConnectProviderInput) ([]access.Ask, error) {
				return one(onOIDCProvider(c, in.OpenIDConnectProviderArn))
			},
			func(c *op.Call, tx *iam.Tx, in *iamapi.AddClientIDToOpenIDConnectProviderInput) error {
				_, err := tx.AddOIDCClient(c.Account(), in.OpenIDConnectProviderArn, in.ClientID)
				return err
			}),
		op.Change("RemoveClientIDFromOpenIDConnectProvider",
			func(c *op.Call, in *iamapi.RemoveClientIDFromOpenIDConnectProviderInput) ([]access.Ask, error) {
				return one(onOIDCProvider(c, in.OpenIDConnectProviderArn))
			},
			func(c *op.Call, tx *iam.Tx, in *iamapi.RemoveClientIDFromOpenIDConnectProviderInput) error {
				_, err := tx.RemoveOIDCClient(c.Account(), in.OpenIDConnectProviderArn, in.ClientID)
				return err
			}),
		op.Change("UpdateOpenIDConnectProviderThumbprint",
			func(c *op.Call, in *iamapi.UpdateOpenIDConnectProviderThumbprintInput) ([]access.Ask, error) {
				return one(onOIDCProvider(c, in.OpenIDConnectProviderArn))
			},
			func(c *op.Call, tx *iam.Tx, in *iamapi.UpdateOpenIDConnectProviderThumbprintInput) error {
				_, err := tx.SetOIDCThumbprints(c.Account(), in.OpenIDConnectProviderArn, in.ThumbprintList)
				return err
			}),
		op.Change("TagOpenIDConnectProvider",
			func(c *op.Call, in *iamapi.TagOpenIDConnectProviderInput) ([]access.Ask, error) {
				return one(tagging(onOIDCProvider(c, in.OpenIDConnectProviderArn), in.Tags))
			},
			func(c *op.Call, tx *iam.Tx, in *iamapi.TagOpenIDConnectProviderInput) error {
				_, err := tx.TagOIDCProvider(c.Account(), in.OpenIDConnectProviderArn, tagsOf(in.Tags))
				return err
			}),
		op.Change("UntagOpenIDConnectProvider",
			func(c *op.Call, in *iamapi.UntagOpenIDConnectProviderInput) ([]access.Ask, error) {
				return one(untagging(onOIDCProvider(c, in.OpenIDConnectProviderArn), in.TagKeys))
			},
			func(c *op.Call, tx *iam.Tx, in *iamapi.UntagOpenIDConnectProviderInput) error {
				_, err := tx.UntagOIDCProvider(c.Account(), in.OpenIDConnectProviderArn, in.TagKeys)
				return err
			}),
		op.Read("ListOpenIDConnectProviderTags",
			func(c *op.Call, in *iamapi.ListOpenIDConnectProviderTagsInput) ([]access.Ask, error) {
				return one(onOIDCProvider(c, in.OpenIDConnectProviderArn))
			},
			func(c *op.Call, in *iamapi.ListOpenIDConnectProviderTagsInput) (*iamapi.ListOpenIDConnectProviderTagsOutput, error) {
				p, err := c.View.OIDCProvider(c.Account(), in.OpenIDConnectProviderArn)
				if err != nil {
					return nil, err
				}
				out := &iamapi.ListOpenIDConnectProviderTagsOutput{}
				out.Tags, out.IsTruncated, out.Marker, err = tagPage(p.Tags, in.Marker, in.MaxItems)
				return out, err
			}),
	}
}

// onOIDCProvider asks about a provider by its ARN.
func onOIDCProvider(c *op.Call, name string) access.Ask {
	a := access.Ask{Action: action(c), Resource: name}
	if p, err := c.View.OIDCProvider(c.Account(), name); err == nil {
		a.ResourceTags = p.Tags
	}
	return a
}
