package e2e

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/rogpeppe/go-internal/testscript"

	"github.com/daypass/daypass/internal/federate/saml/samltest"
)

// newIdP is the one identity provider of all stories.
var newIdP = sync.OnceValue(func() *samltest.IdP {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	p, err := samltest.New("https://idp.example.com/metadata", key, rand.Reader, time.Now().Add(-time.Hour), time.Now().Add(24*time.Hour))
	if err != nil {
		panic(err)
	}
	return p
})

// signedIn is a fresh response, in base64, in which the provider vouches for carol.
func signedIn(t *testing.T, role, provider string, change ...func(*samltest.Response)) string {
	t.Helper()
	r := samltest.Good(strings.ToLower(rand.Text()), role, provider, time.Now())
	for _, c := range change {
		c(r)
	}
	return must(newIdP().Encode(r))(t)
}

// idpCommand is an identity provider: idp metadata FILE, or idp response FILE ROLE PROVIDER [NAME=VALUE...] with further attributes
// of AWS's.
func idpCommand(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: idp metadata FILE | idp response FILE ROLE PROVIDER [NAME=VALUE...]")
	}
	text := newIdP().Metadata()
	if args[0] == "response" {
		r := samltest.Good(strings.ToLower(rand.Text()), args[2], args[3], time.Now())
		for _, pair := range args[4:] {
			name, value, _ := strings.Cut(pair, "=")
			r.Set(samltest.At+name, value)
		}
		var err error
		text, err = newIdP().Encode(r)
		ts.Check(err)
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(text), 0o600))
}

// trustIdP is the trust policy of a role for those whom an identity provider vouches for.
func trustIdP(provider, condition string) string {
	return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Federated":"` + provider +
		`"},"Action":["sts:AssumeRoleWithSAML","sts:TagSession","sts:SetSourceIdentity"],"Condition":` + condition + `}]}`
}

// TestAssumeRoleWithSAML: carol signs in at her company, takes a role by the response, and works until the provider is gone. The client
// has no credentials of its own.
func TestAssumeRoleWithSAML(t *testing.T) {
	t.Parallel()
	s := devServer(t)
	a := by(s, admin(s))
	provider, document := "arn:aws:iam::"+s.Account.ID+":saml-provider/corp", newIdP().Metadata()
	must(a.iam.CreateSAMLProvider(ctx, &iam.CreateSAMLProviderInput{Name: new("corp"), SAMLMetadataDocument: &document}))(t)
	role := a.role(t, "staff", trustIdP(provider, `{"StringEquals":{"SAML:aud":"https://signin.aws.amazon.com/saml","saml:sub_type":"persistent"},"StringLike":{"aws:RequestTag/Team":"*"}}`),
		`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:ListUsers","Resource":"*","Condition":{"StringEquals":{"saml:sub":"carol@example.com","aws:PrincipalTag/Team":"blue"}}}]}`)
	anonymous := sts.New(sts.Options{Region: s.Region, BaseEndpoint: &s.Endpoint, Credentials: aws.AnonymousCredentials{}, RetryMaxAttempts: 1})
	team := func(r *samltest.Response) {
		r.Set(samltest.At+"PrincipalTag:Team", "blue").Set(samltest.At+"SourceIdentity", "carol").Set(samltest.At+"SessionDuration", "1800")
		r.SignResponse = true
	}
	response := signedIn(t, role, provider, team)
	in := &sts.AssumeRoleWithSAMLInput{RoleArn: &role, PrincipalArn: &provider, SAMLAssertion: &response, DurationSeconds: new(int32(3600))}
	out := must(anonymous.AssumeRoleWithSAML(ctx, in))(t)
	if *out.AssumedRoleUser.Arn != "arn:aws:sts::"+s.Account.ID+":assumed-role/staff/carol" || *out.Subject != "carol@example.com" ||
		*out.SubjectType != "persistent" || *out.Issuer != "https://idp.example.com/metadata" || *out.Audience != samltest.SignIn ||
		len(*out.NameQualifier) != 28 || *out.SourceIdentity != "carol" || *out.PackedPolicySize < 1 {
		t.Errorf("%+v", out)
	}
	if left := time.Until(*out.Credentials.Expiration); left > 30*time.Minute || left < 25*time.Minute {
		t.Errorf("for %v", left)
	}
	carol := by(s, creds{id: *out.Credentials.AccessKeyId, secret: *out.Credentials.SecretAccessKey, token: *out.Credentials.SessionToken})
	must(carol.iam.ListUsers(ctx, &iam.ListUsersInput{}))(t)
	_, err := carol.iam.ListRoles(ctx, &iam.ListRolesInput{})
	fails(t, err, "AccessDenied", "assumed-role/staff/carol is not authorized to perform: iam:ListRoles")

	_, err = anonymous.AssumeRoleWithSAML(ctx, in)
	says(t, err, "InvalidIdentityToken", "The SAML assertion has been used already.")
	untagged := signedIn(t, role, provider)
	_, err = anonymous.AssumeRoleWithSAML(ctx, &sts.AssumeRoleWithSAMLInput{RoleArn: &role, PrincipalArn: &provider, SAMLAssertion: &untagged})
	says(t, err, "AccessDenied", "Not authorized to perform sts:AssumeRoleWithSAML")
	forged := signedIn(t, role, provider, func(r *samltest.Response) { r.SignAssertion = false })
	_, err = anonymous.AssumeRoleWithSAML(ctx, &sts.AssumeRoleWithSAMLInput{RoleArn: &role, PrincipalArn: &provider, SAMLAssertion: &forged})
	says(t, err, "InvalidIdentityToken", "Response signature invalid")

	_, err = a.iam.DeleteSAMLProvider(ctx, &iam.DeleteSAMLProviderInput{SAMLProviderArn: &provider})
	ok(t, err)
	_, err = carol.iam.ListUsers(ctx, &iam.ListUsersInput{})
	fails(t, err, "InvalidClientTokenId")
}

// TestSAMLProvider makes the calls of the Terraform resource aws_iam_saml_provider: create, read, update, tag, import, delete.
func TestSAMLProvider(t *testing.T) {
	t.Parallel()
	s := devServer(t)
	a := by(s, admin(s))
	arn, document := "arn:aws:iam::"+s.Account.ID+":saml-provider/Corp.IdP_1", newIdP().Metadata()
	made := must(a.iam.CreateSAMLProvider(ctx, &iam.CreateSAMLProviderInput{Name: new("Corp.IdP_1"), SAMLMetadataDocument: &document,
		Tags: []types.Tag{{Key: new("team"), Value: new("blue")}}}))(t)
	if *made.SAMLProviderArn != arn || len(made.Tags) != 1 {
		t.Errorf("created %+v", made)
	}
	got := must(a.iam.GetSAMLProvider(ctx, &iam.GetSAMLProviderInput{SAMLProviderArn: &arn}))(t)
	if *got.SAMLMetadataDocument != document || time.Until(*got.ValidUntil) < 23*time.Hour || time.Until(*got.ValidUntil) > 25*time.Hour ||
		time.Since(*got.CreateDate) > time.Minute || len(*got.SAMLProviderUUID) < 22 || len(got.Tags) != 1 || got.AssertionEncryptionMode != "" {
		t.Errorf("got %+v", got)
	}
	list := must(a.iam.ListSAMLProviders(ctx, &iam.ListSAMLProvidersInput{}))(t).SAMLProviderList
	if len(list) != 1 || *list[0].Arn != arn || !list[0].ValidUntil.Equal(*got.ValidUntil) {
		t.Errorf("list %+v", list)
	}
	newer := strings.Replace(document, `entityID="`, `validUntil="2100-01-01T00:00:00Z" entityID="`, 1) + "<!-- second edition, \r\n with ]]> & äöü -->"
	_, err := a.iam.UpdateSAMLProvider(ctx, &iam.UpdateSAMLProviderInput{SAMLProviderArn: &arn, SAMLMetadataDocument: &newer})
	ok(t, err)
	again := must(a.iam.GetSAMLProvider(ctx, &iam.GetSAMLProviderInput{SAMLProviderArn: &arn}))(t)
	if *again.SAMLMetadataDocument != newer || !again.CreateDate.Equal(*got.CreateDate) || *again.SAMLProviderUUID != *got.SAMLProviderUUID {
		t.Errorf("updated %+v", again)
	}
	_, err = a.iam.UpdateSAMLProvider(ctx, &iam.UpdateSAMLProviderInput{SAMLProviderArn: &arn, AssertionEncryptionMode: types.AssertionEncryptionModeTypeRequired})
	says(t, err, "InvalidInput", "Unable to set assertion encryption mode to Required because no private key is provided.")
	_, err = a.iam.UpdateSAMLProvider(ctx, &iam.UpdateSAMLProviderInput{SAMLProviderArn: &arn, AddPrivateKey: new("-----BEGIN PRIVATE KEY-----")})
	fails(t, err, "InvalidInput", "AddPrivateKey is not supported")

	_, err = a.iam.TagSAMLProvider(ctx, &iam.TagSAMLProviderInput{SAMLProviderArn: &arn, Tags: []types.Tag{{Key: new("Team"), Value: new("red")}, {Key: new("x"), Value: new("")}}})
	ok(t, err)
	_, err = a.iam.UntagSAMLProvider(ctx, &iam.UntagSAMLProviderInput{SAMLProviderArn: &arn, TagKeys: []string{"x"}})
	ok(t, err)
	tags := must(a.iam.ListSAMLProviderTags(ctx, &iam.ListSAMLProviderTagsInput{SAMLProviderArn: &arn}))(t)
	if len(tags.Tags) != 1 || *tags.Tags[0].Value != "red" || tags.IsTruncated {
		t.Errorf("tags %+v", tags)
	}
	_, err = a.iam.DeleteSAMLProvider(ctx, &iam.DeleteSAMLProviderInput{SAMLProviderArn: &arn})
	ok(t, err)
	_, err = a.iam.GetSAMLProvider(ctx, &iam.GetSAMLProviderInput{SAMLProviderArn: &arn})
	says(t, err, "NoSuchEntity", "Manifest not found for arn "+arn)
	if list := must(a.iam.ListSAMLProviders(ctx, &iam.ListSAMLProvidersInput{}))(t).SAMLProviderList; list == nil || len(list) != 0 {
		t.Errorf("list %+v", list)
	}
}
