package aws

import (
	"errors"

	"github.com/daypass/daypass/internal/access"
	"github.com/daypass/daypass/internal/arn"
	"github.com/daypass/daypass/internal/dialect/aws/iamapi"
	"github.com/daypass/daypass/internal/fault"
	"github.com/daypass/daypass/internal/federate/saml"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/op"
)

// SAML identity providers. Their metadata is read when it is stored, and what it says is stored with it: no assertion ever waits for it
// to be read again.
func samlProviderOperations() []op.Operation {
	return []op.Operation{
		op.Write("CreateSAMLProvider",
			func(c *op.Call, in *iamapi.CreateSAMLProviderInput) ([]access.Ask, error) {
				return withTags(onNew(c, arn.SAMLProvider(c.Account(), in.Name), tagsOf(in.Tags)), "iam:TagSAMLProvider")
			},
			func(c *op.Call, tx *iam.Tx, in *iamapi.CreateSAMLProviderInput) (*iamapi.CreateSAMLProviderOutput, error) {
				if err := checkEncryption(in.AssertionEncryptionMode, in.AddPrivateKey, nil); err != nil {
					return nil, err
				}
				keys, err := metadataKeys(in.SAMLMetadataDocument)
				if err != nil {
					return nil, err
				}
				p, err := tx.CreateSAMLProvider(c.Account(), iam.SAMLProviderSpec{Name: in.Name, Metadata: []byte(in.SAMLMetadataDocument),
					Keys: *keys, EncryptionMode: text(in.AssertionEncryptionMode, ""), Tags: tagsOf(in.Tags)})
				if err != nil {
					return nil, err
				}
				return &iamapi.CreateSAMLProviderOutput{SAMLProviderArn: ptr(p.ARN()), Tags: tagShapes(p.Tags)}, nil
			}),
		op.Read("GetSAMLProvider",
			func(c *op.Call, in *iamapi.GetSAMLProviderInput) ([]access.Ask, error) {
				return one(onSAMLProvider(c, in.SAMLProviderArn))
			},
			func(c *op.Call, in *iamapi.GetSAMLProviderInput) (*iamapi.GetSAMLProviderOutput, error) {
				p, err := c.View.SAMLProvider(c.Account(), in.SAMLProviderArn)
				if err != nil {
					return nil, err
				}
				return &iamapi.GetSAMLProviderOutput{SAMLProviderUUID: &p.ID, SAMLMetadataDocument: ptr(string(p.Metadata)), CreateDate: &p.Created,
					ValidUntil: &p.Ends, Tags: tagShapes(p.Tags), AssertionEncryptionMode: opt(p.EncryptionMode)}, nil
			}),
		op.Read("ListSAMLProviders",
			func(c *op.Call, _ *iamapi.ListSAMLProvidersInput) ([]access.Ask, error) {
				return one(access.Ask{Action: action(c), Resource: "*"})
			},
			func(c *op.Call, _ *iamapi.ListSAMLProvidersInput) (*iamapi.ListSAMLProvidersOutput, error) {
				return &iamapi.ListSAMLProvidersOutput{SAMLProviderList: each(c.View.SAMLProviders(c.Account()),
					func(p *iam.SAMLProvider) iamapi.SAMLProviderListEntry {
						return iamapi.SAMLProviderListEntry{Arn: ptr(p.ARN()), ValidUntil: &p.Ends, CreateDate: &p.Created}
					})}, nil
			}),
		op.Write("UpdateSAMLProvider",
			func(c *op.Call, in *iamapi.UpdateSAMLProviderInput) ([]access.Ask, error) {
				return one(onSAMLProvider(c, in.SAMLProviderArn))
			},
			func(c *op.Call, tx *iam.Tx, in *iamapi.UpdateSAMLProviderInput) (*iamapi.UpdateSAMLProviderOutput, error) {
				if err := checkEncryption(in.AssertionEncryptionMode, in.AddPrivateKey, in.RemovePrivateKey); err != nil {
					return nil, err
				}
				if in.SAMLMetadataDocument == nil && in.AssertionEncryptionMode == nil {
					return nil, fault.New(fault.Invalid, fault.SAMLProvider, in.SAMLProviderArn)
				}
				var keys *iam.SAMLKeys
				if in.SAMLMetadataDocument != nil {
					var err error
					if keys, err = metadataKeys(*in.SAMLMetadataDocument); err != nil {
						return nil, err
					}
				}
				p, err := tx.UpdateSAMLProvider(c.Account(), in.SAMLProviderArn, []byte(text(in.SAMLMetadataDocument, "")), keys,
					text(in.AssertionEncryptionMode, ""))
				if err != nil {
					return nil, err
				}
				return &iamapi.UpdateSAMLProviderOutput{SAMLProviderArn: ptr(p.ARN())}, nil
			}),
		op.Change("DeleteSAMLProvider",
			func(c *op.Call, in *iamapi.DeleteSAMLProviderInput) ([]access.Ask, error) {
				return one(onSAMLProvider(c, in.SAMLProviderArn))
			},
			func(c *op.Call, tx *iam.Tx, in *iamapi.DeleteSAMLProviderInput) error {
				return tx.DeleteSAMLProvider(c.Account(), in.SAMLProviderArn)
			}),
		op.Change("TagSAMLProvider",
			func(c *op.Call, in *iamapi.TagSAMLProviderInput) ([]access.Ask, error) {
				return one(tagging(onSAMLProvider(c, in.SAMLProviderArn), in.Tags))
			},
			func(c *op.Call, tx *iam.Tx, in *iamapi.TagSAMLProviderInput) error {
				return tx.TagSAMLProvider(c.Account(), in.SAMLProviderArn, tagsOf(in.Tags))
			}),
		op.Change("UntagSAMLProvider",
			func(c *op.Call, in *iamapi.UntagSAMLProviderInput) ([]access.Ask, error) {
				return one(untagging(onSAMLProvider(c, in.SAMLProviderArn), in.TagKeys))
			},
			func(c *op.Call, tx *iam.Tx, in *iamapi.UntagSAMLProviderInput) error {
				return tx.UntagSAMLProvider(c.Account(), in.SAMLProviderArn, in.TagKeys)
			}),
		op.Read("ListSAMLProviderTags",
			func(c *op.Call, in *iamapi.ListSAMLProviderTagsInput) ([]access.Ask, error) {
				return one(onSAMLProvider(c, in.SAMLProviderArn))
			},
			func(c *op.Call, in *iamapi.ListSAMLProviderTagsInput) (*iamapi.ListSAMLProviderTagsOutput, error) {
				p, err := c.View.SAMLProvider(c.Account(), in.SAMLProviderArn)
				if err != nil {
					return nil, err
				}
				out := &iamapi.ListSAMLProviderTagsOutput{}
				out.Tags, out.IsTruncated, out.Marker, err = tagPage(p.Tags, in.Marker, in.MaxItems)
				return out, err
			}),
	}
}

// onSAMLProvider asks about a SAML provider by its ARN.
func onSAMLProvider(c *op.Call, name string) access.Ask {
	a := access.Ask{Action: action(c), Resource: name}
	if p, err := c.View.SAMLProvider(c.Account(), name); err == nil {
		a.ResourceTags = p.Tags
	} else {
		a.Label = "saml-provider " + name
	}
	return a
}

// metadataKeys reads the metadata of a provider that is to be stored.
func metadataKeys(document string) (*iam.SAMLKeys, error) {
	d, err := saml.ParseMetadata([]byte(document))
	if err != nil {
		return nil, badMetadata(err)
	}
	ends, err := d.Ends()
	if err != nil {
		return nil, badMetadata(err)
	}
	return &iam.SAMLKeys{EntityID: d.EntityID, Certificates: d.Certificates, Until: d.ValidUntil, Ends: ends, Formats: d.NameIDFormats}, nil
}

func badMetadata(err error) error {
	f := &fault.Error{Kind: fault.Malformed, What: fault.SAMLMetadata, Err: err}
	if p, ok := errors.AsType[*saml.Problem](err); ok {
		f.Detail = p.Detail
	}
	return f
}

// checkEncryption refuses what would have encrypted assertions accepted, which this server does not read. "Allowed" without a key
// changes nothing, here as on AWS.
func checkEncryption(mode, add, remove *string) error {
	switch {
	case add != nil:
		return fault.New(fault.Unsupported, fault.SAMLKey, "AddPrivateKey")
	case remove != nil:
		return fault.New(fault.NotFound, fault.SAMLKey, *remove)
	case text(mode, "") == "Required":
		return fault.New(fault.Invalid, fault.SAMLKey, "")
	}
	return nil
}
