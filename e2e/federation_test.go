package e2e

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// TestOutboundIntoAnotherAccount: an account here believes another account here as it believes any issuer: by its documents and its
// signature alone. What the token says of its holder is what the trust policy sees.
func TestOutboundIntoAnotherAccount(t *testing.T) {
	t.Parallel()
	s := devServer(t)
	home := by(s, admin(s))
	c := found(t, home)
	issuer := home.enableOutbound(t)
	host := strings.TrimPrefix(issuer, "http://")
	const audience = "sts.amazonaws.com"

	// The other account registers the issuer and trusts one role of it.
	added := must(c.member.iam.CreateOpenIDConnectProvider(ctx, &iam.CreateOpenIDConnectProviderInput{Url: &issuer, ClientIDList: []string{audience}}))(t)
	provider := *added.OpenIDConnectProviderArn
	if provider != "arn:aws:iam::"+c.account+":oidc-provider/"+host {
		t.Errorf("the provider is %s", provider)
	}
	deployer := home.role(t, "deployer", trust("arn:aws:iam::"+s.Account.ID+":root", ""), allow("sts:GetWebIdentityToken", "*"))
	condition := must(json.Marshal(map[string]any{"StringEquals": map[string]string{host + ":aud": audience, host + ":sub": deployer}}))(t)
	target := c.member.role(t, "target", fmt.Sprintf(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Federated":%q},
		"Action":"sts:AssumeRoleWithWebIdentity","Condition":%s}]}`, provider, condition), allow("iam:ListRoles", "*"))
	nobody := sts.New(sts.Options{Region: s.Region, BaseEndpoint: &s.Endpoint, Credentials: aws.AnonymousCredentials{}, RetryMaxAttempts: 1})
	enter := func(token string) (*sts.AssumeRoleWithWebIdentityOutput, error) {
		return nobody.AssumeRoleWithWebIdentity(ctx, &sts.AssumeRoleWithWebIdentityInput{RoleArn: &target, RoleSessionName: aws.String("job"), WebIdentityToken: &token})
	}

	session := home.assume(t, deployer, nil)
	for _, algorithm := range []string{"RS256", "ES384"} {
		token := must(session.prove(audience, &sts.GetWebIdentityTokenInput{SigningAlgorithm: &algorithm}))(t)
		out := must(enter(token))(t)
		if *out.SubjectFromWebIdentityToken != deployer || *out.Provider != provider || *out.Audience != audience ||
			*out.AssumedRoleUser.Arn != "arn:aws:sts::"+c.account+":assumed-role/target/job" {
			t.Errorf("%s: %+v", algorithm, out)
		}
		there := by(s, creds{*out.Credentials.AccessKeyId, *out.Credentials.SecretAccessKey, *out.Credentials.SessionToken})
		must(there.iam.ListRoles(ctx, &iam.ListRolesInput{}))(t)
		_, err := there.iam.ListUsers(ctx, &iam.ListUsersInput{})
		fails(t, err, "AccessDenied", "assumed-role/target/job is not authorized to perform: iam:ListUsers")
	}

	// Somebody else of the same account, another audience, a token changed on its way.
	_, err := enter(must(home.prove(audience, nil))(t))
	says(t, err, "AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity")
	_, err = enter(must(session.prove("elsewhere", nil))(t))
	says(t, err, "InvalidIdentityToken", "Incorrect token audience")
	good := must(session.prove(audience, nil))(t)
	parts := strings.Split(good, ".")
	_, err = enter(parts[0] + "." + parts[1] + "." + strings.Repeat("A", len(parts[2])))
	fails(t, err, "InvalidIdentityToken")

	// The other account is an issuer of its own, which nobody registered: its token is not the first one's. Both tell their place.
	theirs := c.member.enableOutbound(t)
	other := must(c.member.prove(audience, nil))(t)
	for _, p := range []struct{ issuer, token, path string }{{issuer, good, c.id + "/" + c.root + "/"}, {theirs, other, c.id + "/" + c.root + "/" + c.unit + "/"}} {
		if _, more, err := elsewhere(t, p.issuer, audience, p.token, time.Now()); err != nil || more.Identity.Organization != c.id || more.Identity.Path != p.path {
			t.Errorf("%+v, %v; want %s", more, err, p.path)
		}
	}
	_, err = enter(other)
	fails(t, err, "InvalidIdentityToken", "No OpenIDConnect provider found in your account for ")

	// And it ends: the token with its time, the sessions with the provider.
	out := must(enter(good))(t)
	there := by(s, creds{*out.Credentials.AccessKeyId, *out.Credentials.SecretAccessKey, *out.Credentials.SessionToken})
	must(s.Advance(6 * time.Minute))(t)
	_, err = enter(good)
	fails(t, err, "ExpiredTokenException")
	must(there.iam.ListRoles(ctx, &iam.ListRolesInput{}))(t)
	must(c.member.iam.DeleteOpenIDConnectProvider(ctx, &iam.DeleteOpenIDConnectProviderInput{OpenIDConnectProviderArn: &provider}))(t)
	_, err = there.iam.ListRoles(ctx, &iam.ListRolesInput{})
	fails(t, err, "InvalidClientTokenId")
}
