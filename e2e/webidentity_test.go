package e2e

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/aws-sdk-go-v2/service/sts/types"

	"github.com/daypass/daypass/e2e/process"
)

// idToken asks the development server's own issuer for a token, with a query such as "?sub=me".
func idToken(t *testing.T, s *process.Server, query string) string {
	t.Helper()
	reply := must(http.Get(s.Endpoint + "/oidc/token" + query))(t)
	defer reply.Body.Close()
	text := string(must(io.ReadAll(reply.Body))(t))
	if reply.StatusCode != http.StatusOK {
		t.Fatalf("no token: %s", text)
	}
	return text
}

// web is what a story of web identity needs: a server, its issuer, and somebody who signs nothing.
type web struct {
	*who
	host     string // the issuer without its scheme
	provider string
	nobody   *sts.Client
}

func newWeb(t *testing.T, args ...string) *web {
	t.Helper()
	s := devServer(t, args...)
	w := &web{who: by(s, admin(s)), host: strings.TrimPrefix(s.Endpoint, "http://") + "/oidc"}
	w.provider = "arn:aws:iam::" + s.Account.ID + ":oidc-provider/" + w.host
	w.nobody = sts.New(sts.Options{Region: s.Region, BaseEndpoint: &s.Endpoint, Credentials: aws.AnonymousCredentials{}, RetryMaxAttempts: 1})
	return w
}

// believes is a trust policy for the issuer, with a condition ("" = none) that says HOST for the issuer's name.
func (w *web) believes(condition string, actions ...string) string {
	if condition == "" {
		condition = "{}"
	}
	list, _ := json.Marshal(append([]string{"sts:AssumeRoleWithWebIdentity"}, actions...))
	return fmt.Sprintf(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Federated":%q},"Action":%s,"Condition":%s}]}`,
		w.provider, list, strings.ReplaceAll(condition, "HOST", w.host))
}

func (w *web) assume(role, token string, change func(*sts.AssumeRoleWithWebIdentityInput)) (*sts.AssumeRoleWithWebIdentityOutput, error) {
	in := &sts.AssumeRoleWithWebIdentityInput{RoleArn: aws.String("arn:aws:iam::" + w.s.Account.ID + ":role/" + role), RoleSessionName: aws.String("job-1"), WebIdentityToken: &token}
	if change != nil {
		change(in)
	}
	return w.nobody.AssumeRoleWithWebIdentity(ctx, in)
}

// TestWebIdentity is told with the SDK: what comes back, what a token may change of the session, and what each refusal says.
func TestWebIdentity(t *testing.T) {
	t.Parallel()
	w := newWeb(t)
	account := w.s.Account.ID
	out := must(w.assume("web", idToken(t, w.s, ""), nil))(t)
	if *out.AssumedRoleUser.Arn != "arn:aws:sts::"+account+":assumed-role/web/job-1" || !strings.HasPrefix(*out.AssumedRoleUser.AssumedRoleId, "AROA") ||
		*out.SubjectFromWebIdentityToken != "ci" || *out.Audience != "daypass" || *out.Provider != w.provider || out.SourceIdentity != nil || out.PackedPolicySize != nil {
		t.Errorf("%+v", out)
	}
	if left := time.Until(*out.Credentials.Expiration); left < 59*time.Minute || left > time.Hour {
		t.Errorf("good for %v", left)
	}
	session := by(w.s, creds{*out.Credentials.AccessKeyId, *out.Credentials.SecretAccessKey, *out.Credentials.SessionToken})
	if me := must(session.sts.GetCallerIdentity(ctx, nil))(t); *me.Arn != *out.AssumedRoleUser.Arn {
		t.Errorf("the session is %s", *me.Arn)
	}
	// The SDK's own provider reads the token from a file.
	file := filepath.Join(t.TempDir(), "token")
	ok(t, os.WriteFile(file, []byte(idToken(t, w.s, "")), 0o600))
	provider := stscreds.NewWebIdentityRoleProvider(w.nobody, "arn:aws:iam::"+account+":role/web", stscreds.IdentityTokenFile(file), func(o *stscreds.WebIdentityRoleOptions) { o.RoleSessionName = "sdk" })
	if got := must(provider.Retrieve(ctx))(t); !strings.HasPrefix(got.AccessKeyID, "ASIA") || !got.CanExpire {
		t.Errorf("the SDK's provider gives %s", got.AccessKeyID)
	}

	// Session policies, duration, tags and source identity, each as far as trust and role allow.
	w.role(t, "full", w.believes(`{"StringEquals":{"HOST:aud":"daypass","aws:RequestTag/Team":"blue","sts:SourceIdentity":"octo"}}`, "sts:TagSession", "sts:SetSourceIdentity"))
	out = must(w.assume("full", idToken(t, w.s, "?sub=me&tag.Team=blue&transitive=Team&source_identity=octo"), func(in *sts.AssumeRoleWithWebIdentityInput) {
		in.DurationSeconds = aws.Int32(900)
		in.Policy = aws.String(allow("iam:GetUser", "*"))
		in.PolicyArns = []types.PolicyDescriptorType{{Arn: aws.String("arn:aws:iam::aws:policy/ReadOnlyAccess")}}
	}))(t)
	if *out.SourceIdentity != "octo" || out.PackedPolicySize == nil || *out.PackedPolicySize < 1 || *out.SubjectFromWebIdentityToken != "me" || time.Until(*out.Credentials.Expiration) > 15*time.Minute {
		t.Errorf("%+v", out)
	}
	_, err := w.assume("full", idToken(t, w.s, "?tag.Team=red&source_identity=octo"), nil)
	says(t, err, "AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity")
	w.role(t, "plain", w.believes(""))
	for query, action := range map[string]string{"?tag.Team=blue": "sts:TagSession", "?source_identity=octo": "sts:SetSourceIdentity"} {
		_, err = w.assume("plain", idToken(t, w.s, query), nil)
		says(t, err, "AccessDenied", "Not authorized to perform "+action)
	}
	_, err = w.assume("plain", idToken(t, w.s, ""), func(in *sts.AssumeRoleWithWebIdentityInput) { in.DurationSeconds = aws.Int32(7200) })
	says(t, err, "ValidationError", "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.")
	_, err = w.assume("plain", idToken(t, w.s, ""), func(in *sts.AssumeRoleWithWebIdentityInput) { in.ProviderId = aws.String("www.amazon.com") })
	fails(t, err, "ValidationError", "providerId")

	// A session of somebody from outside asks for another role like any other.
	w.role(t, "next", trust("arn:aws:iam::"+account+":role/web", ""))
	_, err = session.sts.AssumeRole(ctx, &sts.AssumeRoleInput{RoleArn: aws.String("arn:aws:iam::" + account + ":role/next"), RoleSessionName: aws.String("on")})
	ok(t, err)

	// It ends with its provider, and a new one of the same name does not bring it back.
	_, err = w.iam.DeleteOpenIDConnectProvider(ctx, &iam.DeleteOpenIDConnectProviderInput{OpenIDConnectProviderArn: &w.provider})
	ok(t, err)
	_, err = session.sts.GetCallerIdentity(ctx, nil)
	fails(t, err, "InvalidClientTokenId")
	_, err = w.assume("web", idToken(t, w.s, ""), nil)
	says(t, err, "InvalidIdentityToken", "No OpenIDConnect provider found in your account for http://"+w.host)
	must(w.s.Advance(2 * time.Second))(t)
	_, err = w.iam.CreateOpenIDConnectProvider(ctx, &iam.CreateOpenIDConnectProviderInput{Url: aws.String("http://" + w.host)})
	ok(t, err)
	_, err = session.sts.GetCallerIdentity(ctx, nil)
	fails(t, err, "InvalidClientTokenId")
	// Without a client id the provider is there, and no token is good.
	_, err = w.assume("web", idToken(t, w.s, ""), nil)
	says(t, err, "InvalidIdentityToken", "Incorrect token audience")
	_, err = w.iam.AddClientIDToOpenIDConnectProvider(ctx, &iam.AddClientIDToOpenIDConnectProviderInput{OpenIDConnectProviderArn: &w.provider, ClientID: aws.String("daypass")})
	ok(t, err)
	_, err = w.assume("web", idToken(t, w.s, ""), nil)
	ok(t, err)
}

// TestWebIdentityRefused: each fault of a token has AWS's code.
func TestWebIdentityRefused(t *testing.T) {
	t.Parallel()
	w := newWeb(t)
	good := idToken(t, w.s, "")
	parts := strings.Split(good, ".")
	for _, c := range []struct{ what, role, token, code, text string }{
		{"another subject", "web", idToken(t, w.s, "?sub=somebody"), "AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity"},
		{"a role that does not exist", "none", good, "AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity"},
		{"a role that trusts others", "reader", good, "AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity"},
		{"another audience", "web", idToken(t, w.s, "?aud=vault"), "InvalidIdentityToken", "Incorrect token audience"},
		{"several audiences", "web", idToken(t, w.s, "?aud=daypass&aud=vault"), "InvalidIdentityToken", "Incorrect token audience"},
		{"no JWT", "web", "a token", "InvalidIdentityToken", "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)"},
		{"a broken signature", "web", parts[0] + "." + parts[1] + "." + strings.Repeat("A", len(parts[2])), "InvalidIdentityToken", ""},
		{"no subject", "web", idToken(t, w.s, "?sub="), "InvalidIdentityToken", "Missing a required claim: sub"},
	} {
		_, err := w.assume(c.role, c.token, nil)
		fails(t, err, c.code)
		if c.text != "" {
			says(t, err, c.code, c.text)
		}
	}
	must(w.s.Advance(6 * time.Minute))(t)
	_, err := w.assume("web", good, nil)
	fails(t, err, "ExpiredTokenException", "Token expired: current date/time ", " must be before the expiration date/time")
}

// TestAttack35_OIDCSharedIssuer: what an issuer of many says of one of them is only as good as the condition on it. Every claim is
// below the issuer's own name, so that none can pass for another issuer's or for a key of the server.
func TestAttack35_OIDCSharedIssuer(t *testing.T) {
	t.Parallel()
	w := newWeb(t)
	w.role(t, "by-id", w.believes(`{"StringEquals":{"HOST:aud":"daypass","HOST:repository_owner_id":"42"},"StringLike":{"HOST:sub":"repo:octo/*"}}`))
	w.role(t, "other-issuer", w.believes(`{"StringEquals":{"idp.example.com:sub":"ci"}}`))
	w.role(t, "server-key", w.believes(`{"StringEquals":{"aws:PrincipalOrgID":"o-1"}}`))
	w.role(t, "named", w.believes(`{"StringEquals":{"sts:RoleSessionName":"boss"}}`))
	for _, c := range []struct {
		role, query string
		want        bool
	}{
		{"by-id", "?sub=repo:octo/app:ref:main&repository_owner_id=42", true},
		{"by-id", "?sub=repo:octo/app:ref:main&repository_owner_id=43", false}, // the name was given up, and somebody else took it
		{"by-id", "?sub=repo:octopus/app:ref:main&repository_owner_id=42", false},
		{"by-id", "?sub=repo:octo/app&Repository_Owner_Id=42&repository_owner_id=43", false},
		{"by-id", "?sub=repo:octo/app&repository_owner_id=42&repository_owner_id=43", false},
		{"by-id", "?sub=repo:octo/app", false},
		{"other-issuer", "?sub=ci&idp.example.com:sub=ci", false},
		{"server-key", "?aws:PrincipalOrgID=o-1&PrincipalOrgID=o-1", false},
		{"named", "?sts:RoleSessionName=boss&RoleSessionName=boss", false},
	} {
		_, err := w.assume(c.role, idToken(t, w.s, c.query), nil)
		if c.want {
			ok(t, err)
		} else {
			says(t, err, "AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity")
		}
	}
}

// TestWebIdentityOnRecord: the trail says who came, and never what he showed.
func TestWebIdentityOnRecord(t *testing.T) {
	t.Parallel()
	trail := filepath.Join(t.TempDir(), "audit.jsonl")
	w := newWeb(t, "--audit", trail)
	good, bad := idToken(t, w.s, ""), idToken(t, w.s, "?aud=vault")
	_, err := w.assume("web", good, nil)
	ok(t, err)
	_, err = w.assume("web", bad, nil)
	fails(t, err, "InvalidIdentityToken")
	text := string(must(os.ReadFile(trail))(t))
	for _, token := range []string{good, bad} {
		if strings.Contains(text, token) || strings.Contains(text, strings.Split(token, ".")[2]) {
			t.Error("a token is on record")
		}
	}
	for _, want := range []string{`"type":"WebIdentityUser"`, `"userName":"ci"`, `"identityProvider":"` + w.provider + `"`, `"principalId":"` + w.provider + `:daypass:ci"`} {
		if !strings.Contains(text, want) {
			t.Errorf("%s is not on record", want)
		}
	}
}
