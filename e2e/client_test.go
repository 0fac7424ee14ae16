package e2e

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"

	"github.com/daypass/daypass/e2e/process"
)

var ctx = context.Background()

// creds are what a client signs with; token is "" for a long-term key.
type creds struct{ id, secret, token string }

func admin(s *process.Server) creds {
	u := s.Account.Users[0]
	return creds{id: u.ID, secret: u.Secret}
}

func root(s *process.Server) creds {
	return creds{id: s.Account.Root.ID, secret: s.Account.Root.Secret}
}

// who is somebody with the SDK's clients.
type who struct {
	creds
	s   *process.Server
	iam *iam.Client
	sts *sts.Client
}

// unhurried reads every answer to its end at once. The SDK now and then closes a connection before it has read a longer answer
// (aws-sdk-go-v2, issue 2737), which would fail whoever tries once.
type unhurried struct{}

func (unhurried) Do(r *http.Request) (*http.Response, error) {
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		return nil, err
	}
	res.Body = io.NopCloser(bytes.NewReader(b))
	return res, nil
}

// by makes SDK clients. They try once: a test wants to see the first answer.
func by(s *process.Server, c creds) *who {
	provider := credentials.NewStaticCredentialsProvider(c.id, c.secret, c.token)
	return &who{creds: c, s: s,
		iam: iam.New(iam.Options{Region: s.Region, BaseEndpoint: &s.Endpoint, Credentials: provider, RetryMaxAttempts: 1, HTTPClient: unhurried{}}),
		sts: sts.New(sts.Options{Region: s.Region, BaseEndpoint: &s.Endpoint, Credentials: provider, RetryMaxAttempts: 1, HTTPClient: unhurried{}}),
	}
}

// fails demands an error of this code whose text has every one of the given parts.
func fails(t *testing.T, err error, code string, parts ...string) {
	t.Helper()
	var api smithy.APIError
	if !errors.As(err, &api) {
		t.Fatalf("got %v, want the error %s", err, code)
	}
	if api.ErrorCode() != code {
		t.Fatalf("got %s: %s, want the error %s", api.ErrorCode(), api.ErrorMessage(), code)
	}
	for _, part := range parts {
		if !strings.Contains(api.ErrorMessage(), part) {
			t.Errorf("%s says %q, want %q in it", code, api.ErrorMessage(), part)
		}
	}
}

// says demands an error with exactly this text.
func says(t *testing.T, err error, code, message string) {
	t.Helper()
	fails(t, err, code)
	var api smithy.APIError
	if errors.As(err, &api); api.ErrorMessage() != message {
		t.Errorf("%s says\n %q, want\n %q", code, api.ErrorMessage(), message)
	}
}

// ok demands success.
func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// must returns a value or ends the test.
func must[T any](v T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		ok(t, err)
		return v
	}
}

// user makes a user with a key and inline policies.
func (w *who) user(t *testing.T, name string, policies ...string) *who {
	t.Helper()
	_, err := w.iam.CreateUser(ctx, &iam.CreateUserInput{UserName: &name})
	ok(t, err)
	for i, p := range policies {
		_, err := w.iam.PutUserPolicy(ctx, &iam.PutUserPolicyInput{UserName: &name, PolicyName: aws.String("p" + string(rune('0'+i))), PolicyDocument: &p})
		ok(t, err)
	}
	return by(w.s, w.key(t, name))
}

// key makes an access key.
func (w *who) key(t *testing.T, user string) creds {
	t.Helper()
	k := must(w.iam.CreateAccessKey(ctx, &iam.CreateAccessKeyInput{UserName: &user}))(t).AccessKey
	return creds{id: *k.AccessKeyId, secret: *k.SecretAccessKey}
}

// role makes a role and returns its ARN.
func (w *who) role(t *testing.T, name, trust string, policies ...string) string {
	t.Helper()
	r := must(w.iam.CreateRole(ctx, &iam.CreateRoleInput{RoleName: &name, AssumeRolePolicyDocument: &trust}))(t)
	for i, p := range policies {
		_, err := w.iam.PutRolePolicy(ctx, &iam.PutRolePolicyInput{RoleName: &name, PolicyName: aws.String("p" + string(rune('0'+i))), PolicyDocument: &p})
		ok(t, err)
	}
	return *r.Role.Arn
}

// assume takes on a role; in may be nil.
func (w *who) assume(t *testing.T, role string, in *sts.AssumeRoleInput) *who {
	t.Helper()
	out, err := w.try(role, in)
	ok(t, err)
	c := out.Credentials
	return by(w.s, creds{*c.AccessKeyId, *c.SecretAccessKey, *c.SessionToken})
}

func (w *who) try(role string, in *sts.AssumeRoleInput) (*sts.AssumeRoleOutput, error) {
	var full sts.AssumeRoleInput
	if in != nil {
		full = *in
	}
	full.RoleArn = &role
	if full.RoleSessionName == nil {
		full.RoleSessionName = aws.String("story")
	}
	return w.sts.AssumeRole(ctx, &full)
}

// arn is who the server thinks this is.
func (w *who) arn(t *testing.T) string {
	t.Helper()
	return *must(w.sts.GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{}))(t).Arn
}

// allow writes a policy of one statement.
func allow(action, resource string) string {
	return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"` + action + `","Resource":"` + resource + `"}]}`
}

// allowBut allows everything except one action.
func allowBut(action string) string {
	return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","Action":"` + action + `","Resource":"*"}]}`
}

// trust lets a principal assume a role, tag its session and set the source identity, if the condition holds.
func trust(principal, condition string) string {
	if condition != "" {
		condition = `,"Condition":` + condition
	}
	return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"` + principal +
		`"},"Action":["sts:AssumeRole","sts:TagSession","sts:SetSourceIdentity"]` + condition + `}]}`
}

// reply is an answer over plain HTTP.
type reply struct {
	status int
	header http.Header
	body   string
	code   string // of the error, "" on success
	text   string // of the error
}

// send sends a request and reads the whole answer.
func send(t *testing.T, r *http.Request) *reply {
	t.Helper()
	client := &http.Client{Timeout: 30 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Do(r)
	ok(t, err)
	defer res.Body.Close()
	b := must(io.ReadAll(io.LimitReader(res.Body, 1<<20)))(t)
	a := &reply{status: res.StatusCode, header: res.Header, body: string(b)}
	var failure struct {
		Error struct{ Code, Message string }
	}
	if xml.Unmarshal(b, &failure) == nil {
		a.code, a.text = failure.Error.Code, failure.Error.Message
	}
	var plain struct {
		Type    string `json:"__type"`
		Message string
	}
	if res.StatusCode >= 400 && json.Unmarshal(b, &plain) == nil && plain.Type != "" {
		a.code, a.text = plain.Type, plain.Message
	}
	return a
}

// refused demands an error answer; it is never a server error.
func (a *reply) refused(t *testing.T, what string, codes ...string) {
	t.Helper()
	if a.status < 400 || a.status >= 500 {
		t.Errorf("%s: status %d, want a refusal: %s", what, a.status, a.body)
		return
	}
	for _, c := range codes {
		if a.code == c {
			return
		}
	}
	if len(codes) > 0 {
		t.Errorf("%s: refused with %s (%s), want %s", what, a.code, a.text, strings.Join(codes, " or "))
	}
}

const identityForm = "Action=GetCallerIdentity&Version=2011-06-15"

// form makes an unsigned POST of a form.
func form(t *testing.T, s *process.Server, body string) *http.Request {
	t.Helper()
	r := must(http.NewRequest(http.MethodPost, s.Endpoint+"/", strings.NewReader(body)))(t)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	return r
}

// signature says how to sign; zero fields mean what a client would do.
type signature struct {
	service, region string
	at              time.Time
	hash            string
}

// sign signs with the SDK's own signer.
func (c creds) sign(t *testing.T, s *process.Server, r *http.Request, how signature) *http.Request {
	t.Helper()
	if how.service == "" {
		how.service = "sts"
	}
	if how.region == "" {
		how.region = s.Region
	}
	if how.at.IsZero() {
		how.at = time.Now()
	}
	if how.hash == "" {
		how.hash = bodyHash(t, r)
	}
	who := aws.Credentials{AccessKeyID: c.id, SecretAccessKey: c.secret, SessionToken: c.token}
	ok(t, v4.NewSigner().SignHTTP(ctx, who, r, how.hash, how.service, how.region, how.at))
	return r
}

// presign makes a URL that carries the signature.
func (c creds) presign(t *testing.T, s *process.Server, query string, how signature) string {
	t.Helper()
	r := must(http.NewRequest(http.MethodGet, s.Endpoint+"/?"+query, nil))(t)
	if how.service == "" {
		how.service = "sts"
	}
	if how.at.IsZero() {
		how.at = time.Now()
	}
	who := aws.Credentials{AccessKeyID: c.id, SecretAccessKey: c.secret, SessionToken: c.token}
	u, _, err := v4.NewSigner().PresignHTTP(ctx, who, r, bodyHash(t, r), how.service, s.Region, how.at)
	ok(t, err)
	return u
}

func bodyHash(t *testing.T, r *http.Request) string {
	t.Helper()
	var body []byte
	if r.Body != nil {
		body = must(io.ReadAll(r.Body))(t)
		r.Body = io.NopCloser(bytes.NewReader(body))
	}
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:])
}

// get fetches a URL without signing anything.
func get(t *testing.T, target string) *reply {
	t.Helper()
	return send(t, must(http.NewRequest(http.MethodGet, target, nil))(t))
}

// ask sends one signed operation given as pairs of names and values.
func (w *who) ask(t *testing.T, service, version, action string, pairs ...string) *reply {
	t.Helper()
	if service == "organizations" {
		return w.tell(t, service, action, pairs...)
	}
	v := url.Values{"Action": {action}, "Version": {version}}
	for i := 0; i+1 < len(pairs); i += 2 {
		v.Set(pairs[i], shownBy(w.s).fill(pairs[i+1]))
	}
	a := send(t, w.sign(t, w.s, form(t, w.s, v.Encode()), signature{service: service}))
	if action == "GenerateOrganizationsAccessReport" && a.status == 200 {
		shownBy(w.s).order(a.body)
	}
	if service == "daypass" && v.Get("AccountId") == guestAccount {
		shownBy(w.s).meet(w.s, a.body)
	}
	return a
}
