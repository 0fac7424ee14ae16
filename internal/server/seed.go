package server

import (
	"context"
	"crypto/rand"
	"strings"

	"github.com/daypass/daypass/internal/credential"
	"github.com/daypass/daypass/internal/devissuer"
	"github.com/daypass/daypass/internal/iam"
)

// DevAccount is the account of development mode.
const DevAccount = "000000000000"

// Access is a long-term key in development mode's report.
type Access struct {
	Name            string `json:"name,omitempty"`
	AccessKeyID     string `json:"access_key_id"`
	SecretAccessKey string `json:"secret_access_key"`
}

// DevReport is what development mode tells scripts once it is ready.
type DevReport struct {
	Endpoint string       `json:"endpoint"`
	Region   string       `json:"region"`
	Accounts []SeedReport `json:"accounts"`
}

// SeedReport is one ready account.
type SeedReport struct {
	Cloud string   `json:"cloud"`
	ID    string   `json:"id"`
	Root  Access   `json:"root"`
	Users []Access `json:"users"`
}

// Roles of the seeded account: one that may write and read notes below note/alice/, one that may do nothing yet, and one for tokens of
// development mode's own issuer that writes and reads notes below note/ci/.
const (
	DevUser     = "alice"
	DevUploader = "uploader"
	DevReader   = "reader"
	DevWeb      = "web"
)

// Seed fills an empty state with the account of development mode: a root key, an administrator, and two roles that the account may
// assume.
func (s *Server) Seed(ctx context.Context) (*SeedReport, error) {
	first := FirstAdmin{AccountID: DevAccount, AccountName: "dev", UserName: DevUser}
	report := &SeedReport{Cloud: "aws", ID: DevAccount}
	err := s.change(ctx, "Seed", func(tx *iam.Tx) error {
		if err := s.makeAccount(tx, &first); err != nil {
			return err
		}
		root, key, err := credential.Make(tx, s.root, rand.Reader, DevAccount, "")
		if err != nil {
			return err
		}
		report.Root = Access{AccessKeyID: root.ID, SecretAccessKey: key.Reveal()}
		for _, name := range []string{DevUploader, DevReader} {
			if _, err := tx.CreateRole(DevAccount, iam.RoleSpec{Path: "/", Name: name, Trust: fill(devTrust)}); err != nil {
				return err
			}
		}
		if _, err = tx.PutRolePolicy(DevAccount, DevUploader, "own-notes", fill(devNotes)); err != nil {
			return err
		}
		return s.seedIssuer(tx)
	})
	report.Users = []Access{{Name: DevUser, AccessKeyID: first.AccessKeyID, SecretAccessKey: first.SecretAccessKey}}
	return report, err
}

// seedIssuer registers development mode's own issuer and a role for its tokens.
func (s *Server) seedIssuer(tx *iam.Tx) error {
	if s.devIssuer == nil {
		return nil
	}
	p, err := tx.CreateOIDCProvider(DevAccount, iam.OIDCSpec{URL: s.devIssuer.URL(), Clients: []string{devissuer.Audience}, Plain: true})
	if err != nil {
		return err
	}
	trust := strings.NewReplacer("PROVIDER", p.ARN(), "HOST", p.Host(), "AUDIENCE", devissuer.Audience, "SUBJECT", devissuer.Subject).Replace(devWebTrust)
	if _, err := tx.CreateRole(DevAccount, iam.RoleSpec{Path: "/", Name: DevWeb, Trust: trust}); err != nil {
		return err
	}
	_, err = tx.PutRolePolicy(DevAccount, DevWeb, "ci-notes", strings.Replace(fill(devNotes), "note/alice/", "note/ci/", 1))
	return err
}

const devWebTrust = `{
  "Version": "2012-10-17",
  "Statement": [{
    "Sid": "Issuer", "Effect": "Allow",
    "Principal": {"Federated": "PROVIDER"},
    "Action": ["sts:AssumeRoleWithWebIdentity", "sts:TagSession", "sts:SetSourceIdentity"],
    "Condition": {"StringEquals": {"HOST:aud": "AUDIENCE", "HOST:sub": "SUBJECT"}}
  }]
}`

const devTrust = `{
  "Version": "2012-10-17",
  "Statement": [{
    "Sid": "Account", "Effect": "Allow",
    "Principal": {"AWS": "arn:aws:iam::ACCOUNT:root"},
    "Action": ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"]
  }]
}`

const devNotes = `{
  "Version": "2012-10-17",
  "Statement": [{
    "Sid": "OwnNotes", "Effect": "Allow",
    "Action": ["demo:PutNote", "demo:GetNote", "demo:ListNotes"],
    "Resource": "arn:aws:demo::ACCOUNT:note/alice/*"
  }]
}`

func fill(document string) string { return strings.ReplaceAll(document, "ACCOUNT", DevAccount) }
