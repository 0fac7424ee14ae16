package aws

import (
	"github.com/daypass/daypass/internal/access"
	"github.com/daypass/daypass/internal/arn"
	"github.com/daypass/daypass/internal/credential"
	"github.com/daypass/daypass/internal/dialect/aws/iamapi"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/op"
	"github.com/daypass/daypass/internal/secret"
)

func signingCertificateOperations() []op.Operation {
	return []op.Operation{
		op.Write("UploadSigningCertificate",
			func(c *op.Call, in *iamapi.UploadSigningCertificateInput) ([]access.Ask, error) {
				return onSelfOr(c, in.UserName)
			},
			func(c *op.Call, tx *iam.Tx, in *iamapi.UploadSigningCertificateInput) (*iamapi.UploadSigningCertificateOutput, error) {
				s, err := tx.UploadSigningCertificate(c.Account(), selfOr(c, in.UserName), in.CertificateBody)
				if err != nil {
					return nil, err
				}
				return &iamapi.UploadSigningCertificateOutput{Certificate: signingShape(tx, s)}, nil
			}),
		op.Read("ListSigningCertificates",
			func(c *op.Call, in *iamapi.ListSigningCertificatesInput) ([]access.Ask, error) {
				return onSelfOr(c, in.UserName)
			},
			func(c *op.Call, in *iamapi.ListSigningCertificatesInput) (*iamapi.ListSigningCertificatesOutput, error) {
				p, err := pageOf(in.Marker, in.MaxItems)
				if err != nil {
					return nil, err
				}
				owner := ""
				if name := selfOr(c, in.UserName); name != "" {
					u, err := c.View.User(c.Account(), name)
					if err != nil {
						return nil, err
					}
					owner = u.ID
				}
				list, last := iam.Slice(c.View.SigningCertificates(c.Account(), owner), func(s *iam.SigningCertificate) string { return s.ID }, p.after, p.limit)
				out := &iamapi.ListSigningCertificatesOutput{Certificates: each(list, func(s *iam.SigningCertificate) iamapi.SigningCertificate { return signingShape(c.View, s) })}
				out.IsTruncated, out.Marker = more(last)
				return out, nil
			}),
		op.Change("UpdateSigningCertificate",
			func(c *op.Call, in *iamapi.UpdateSigningCertificateInput) ([]access.Ask, error) {
				return onSelfOr(c, in.UserName)
			},
			func(c *op.Call, tx *iam.Tx, in *iamapi.UpdateSigningCertificateInput) error {
				active, err := activeOf(in.Status)
				if err != nil {
					return err
				}
				return tx.UpdateSigningCertificate(c.Account(), selfOr(c, in.UserName), in.CertificateId, active)
			}),
		op.Change("DeleteSigningCertificate",
			func(c *op.Call, in *iamapi.DeleteSigningCertificateInput) ([]access.Ask, error) {
				return onSelfOr(c, in.UserName)
			},
			func(c *op.Call, tx *iam.Tx, in *iamapi.DeleteSigningCertificateInput) error {
				return tx.DeleteSigningCertificate(c.Account(), selfOr(c, in.UserName), in.CertificateId)
			}),
	}
}

// signingShape shows the root's certificates under the root's name.
func signingShape(v interface {
	UserByID(id string) (*iam.User, bool)
}, s *iam.SigningCertificate) iamapi.SigningCertificate {
	out := iamapi.SigningCertificate{UserName: "root", CertificateId: s.ID, CertificateBody: s.Body, Status: status(s.Active), UploadDate: &s.Created}
	if u, ok := v.UserByID(s.User); ok {
		out.UserName = u.Name
	}
	return out
}

func serverCertificateOperations() []op.Operation {
	return []op.Operation{
		op.Write("UploadServerCertificate",
			func(c *op.Call, in *iamapi.UploadServerCertificateInput) ([]access.Ask, error) {
				a := onNew(c, arn.ServerCertificate(c.Account(), text(in.Path, "/"), in.ServerCertificateName), tagsOf(in.Tags))
				return withTags(a, "iam:TagServerCertificate")
			},
			func(c *op.Call, tx *iam.Tx, in *iamapi.UploadServerCertificateInput) (*iamapi.UploadServerCertificateOutput, error) {
				s, err := credential.UploadServerCertificate(tx, c.Guard.Root, c.Account(), iam.ServerCertificateSpec{Path: text(in.Path, "/"),
					Name: in.ServerCertificateName, Body: in.CertificateBody, Chain: text(in.CertificateChain, ""), Tags: tagsOf(in.Tags)}, secret.New(in.PrivateKey))
				if err != nil {
					return nil, err
				}
				return &iamapi.UploadServerCertificateOutput{ServerCertificateMetadata: ptr(serverCertificateShape(s)), Tags: tagShapes(s.Tags)}, nil
			}),
		op.Read("GetServerCertificate",
			func(c *op.Call, in *iamapi.GetServerCertificateInput) ([]access.Ask, error) {
				return one(onServerCertificate(c, in.ServerCertificateName))
			},
			func(c *op.Call, in *iamapi.GetServerCertificateInput) (*iamapi.GetServerCertificateOutput, error) {
				s, err := c.View.ServerCertificate(c.Account(), in.ServerCertificateName)
				if err != nil {
					return nil, err
				}
				return &iamapi.GetServerCertificateOutput{ServerCertificate: iamapi.ServerCertificate{ServerCertificateMetadata: serverCertificateShape(s),
					CertificateBody: s.Body, CertificateChain: opt(s.Chain), Tags: tagList(s.Tags)}}, nil
			}),
		op.Read("ListServerCertificates",
			func(c *op.Call, in *iamapi.ListServerCertificatesInput) ([]access.Ask, error) {
				return one(onAll(c, "server-certificate", in.PathPrefix))
			},
			func(c *op.Call, in *iamapi.ListServerCertificatesInput) (*iamapi.ListServerCertificatesOutput, error) {
				p, err := pageOf(in.Marker, in.MaxItems)
				if err != nil {
					return nil, err
				}
				list, next := c.View.ServerCertificates(c.Account(), text(in.PathPrefix, "/"), p.after, p.limit)
				out := &iamapi.ListServerCertificatesOutput{ServerCertificateMetadataList: each(list, serverCertificateShape)}
				out.IsTruncated, out.Marker = more(next)
				return out, nil
			}),
		op.Change("UpdateServerCertificate",
			func(c *op.Call, in *iamapi.UpdateServerCertificateInput) ([]access.Ask, error) {
				renamed := onNew(c, arn.ServerCertificate(c.Account(), text(in.NewPath, "/"), text(in.NewServerCertificateName, in.ServerCertificateName)), nil)
				if s, err := c.View.ServerCertificate(c.Account(), in.ServerCertificateName); err == nil {
					renamed.Resource = arn.ServerCertificate(s.Account, text(in.NewPath, s.Path), text(in.NewServerCertificateName, s.Name))
				}
				// As for users: leave for both names.
				return []access.Ask{onServerCertificate(c, in.ServerCertificateName), renamed}, nil
			},
			func(c *op.Call, tx *iam.Tx, in *iamapi.UpdateServerCertificateInput) error {
				return tx.UpdateServerCertificate(c.Account(), in.ServerCertificateName, text(in.NewPath, ""), text(in.NewServerCertificateName, ""))
			}),
		op.Change("DeleteServerCertificate",
			func(c *op.Call, in *iamapi.DeleteServerCertificateInput) ([]access.Ask, error) {
				return one(onServerCertificate(c, in.ServerCertificateName))
			},
			func(c *op.Call, tx *iam.Tx, in *iamapi.DeleteServerCertificateInput) error {
				return tx.DeleteServerCertificate(c.Account(), in.ServerCertificateName)
			}),
		op.Change("TagServerCertificate",
			func(c *op.Call, in *iamapi.TagServerCertificateInput) ([]access.Ask, error) {
				return one(tagging(onServerCertificate(c, in.ServerCertificateName), in.Tags))
			},
			func(c *op.Call, tx *iam.Tx, in *iamapi.TagServerCertificateInput) error {
				return tx.TagServerCertificate(c.Account(), in.ServerCertificateName, tagsOf(in.Tags))
			}),
		op.Change("UntagServerCertificate",
			func(c *op.Call, in *iamapi.UntagServerCertificateInput) ([]access.Ask, error) {
				return one(untagging(onServerCertificate(c, in.ServerCertificateName), in.TagKeys))
			},
			func(c *op.Call, tx *iam.Tx, in *iamapi.UntagServerCertificateInput) error {
				return tx.UntagServerCertificate(c.Account(), in.ServerCertificateName, in.TagKeys)
			}),
		op.Read("ListServerCertificateTags",
			func(c *op.Call, in *iamapi.ListServerCertificateTagsInput) ([]access.Ask, error) {
				return one(onServerCertificate(c, in.ServerCertificateName))
			},
			func(c *op.Call, in *iamapi.ListServerCertificateTagsInput) (*iamapi.ListServerCertificateTagsOutput, error) {
				s, err := c.View.ServerCertificate(c.Account(), in.ServerCertificateName)
				if err != nil {
					return nil, err
				}
				out := &iamapi.ListServerCertificateTagsOutput{}
				out.Tags, out.IsTruncated, out.Marker, err = tagPage(s.Tags, in.Marker, in.MaxItems)
				return out, err
			}),
	}
}

func onServerCertificate(c *op.Call, name string) access.Ask {
	a := access.Ask{Action: action(c)}
	if s, err := c.View.ServerCertificate(c.Account(), name); err == nil {
		a.Resource, a.ResourceTags = s.ARN(), s.Tags
	} else {
		a.Resource, a.Label = arn.ServerCertificate(c.Account(), "/", name), "server certificate "+name
	}
	return a
}

func serverCertificateShape(s *iam.ServerCertificate) iamapi.ServerCertificateMetadata {
	return iamapi.ServerCertificateMetadata{Path: s.Path, ServerCertificateName: s.Name, ServerCertificateId: s.ID, Arn: s.ARN(),
		UploadDate: &s.Created, Expiration: &s.Expiration}
}
