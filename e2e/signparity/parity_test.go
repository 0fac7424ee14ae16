package signparity

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/daypass/daypass/internal/secret"
	"github.com/daypass/daypass/internal/sign"
	"github.com/daypass/daypass/internal/sign/sigv4"
)

const (
	keyID  = "ASIAEXAMPLE"
	plain  = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
	token  = "IQoJb3JpZ2luX2Vj+/=="
	region = "local-1"
)

// verifier is a server that verifies every request and keeps what it found.
type verifier struct {
	*httptest.Server
	mu     sync.Mutex
	rules  sigv4.Rules
	claims []*sign.Claim
	errs   []error
}

func newVerifier(t *testing.T, rules sigv4.Rules) *verifier {
	t.Helper()
	v := &verifier{rules: rules}
	v.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		claim, err := v.rules.Parse(sigv4.FromHTTP(r, body))
		if err == nil {
			err = claim.Verify(secret.New(plain), time.Now())
		}
		v.mu.Lock()
		defer v.mu.Unlock()
		v.claims, v.errs = append(v.claims, claim), append(v.errs, err)
		// No client retries this status.
		w.WriteHeader(http.StatusNotImplemented)
	}))
	t.Cleanup(v.Close)
	return v
}

// last returns what became of the only request since the last call.
func (v *verifier) last(t *testing.T) (*sign.Claim, error) {
	t.Helper()
	v.mu.Lock()
	defer v.mu.Unlock()
	if len(v.errs) == 0 {
		t.Fatal("no request arrived")
	}
	claim, err := v.claims[len(v.claims)-1], v.errs[len(v.errs)-1]
	v.claims, v.errs = nil, nil
	return claim, err
}

func creds() aws.Credentials {
	return aws.Credentials{AccessKeyID: keyID, SecretAccessKey: plain, SessionToken: token}
}

func provider() aws.CredentialsProvider {
	return credentials.NewStaticCredentialsProvider(keyID, plain, token)
}

func noRetry() aws.Retryer { return aws.NopRetryer{} }

func TestServiceClients(t *testing.T) {
	v := newVerifier(t, sigv4.Rules{Services: []string{"sts", "iam"}})
	ctx := context.Background()
	stsClient := sts.New(sts.Options{BaseEndpoint: &v.URL, Region: region, Credentials: provider(), Retryer: noRetry()})
	iamClient := iam.New(iam.Options{BaseEndpoint: &v.URL, Region: region, Credentials: provider(), Retryer: noRetry()})
	calls := map[string]func() error{
		"sts AssumeRole": func() error {
			_, err := stsClient.AssumeRole(ctx, &sts.AssumeRoleInput{RoleArn: aws.String("arn:aws:iam::123456789012:role/a"), RoleSessionName: aws.String("a+b c=d~")})
			return err
		},
		"sts GetCallerIdentity": func() error { _, err := stsClient.GetCallerIdentity(ctx, nil); return err },
		"iam CreateUser": func() error {
			_, err := iamClient.CreateUser(ctx, &iam.CreateUserInput{UserName: aws.String("ä/ü")})
			return err
		},
	}
	for name, call := range calls {
		if err := call(); err == nil {
			t.Errorf("%s: the verifier answered", name)
		}
		claim, err := v.last(t)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if claim.AccessKeyID != keyID || claim.SessionToken.Reveal() != token || claim.Region != region || !strings.HasPrefix(name, claim.Service) || !claim.Payload.Checked {
			t.Errorf("%s: claim %+v", name, claim)
		}
	}
}

func TestPresignedCallerIdentity(t *testing.T) {
	v := newVerifier(t, sigv4.Rules{Services: []string{"sts"}})
	client := sts.New(sts.Options{BaseEndpoint: &v.URL, Region: region, Credentials: provider()})
	signed, err := sts.NewPresignClient(client).PresignGetCallerIdentity(context.Background(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(signed.URL, "X-Amz-Expires") {
		t.Error("the SDK now states an expiry: the default is no longer exercised here")
	}
	send(t, signed.Method, signed.URL, signed.SignedHeader, "")
	claim, err := v.last(t)
	if err != nil || !claim.Presigned || claim.Expires != sigv4.DefaultExpiry {
		t.Errorf("%+v, %v", claim, err)
	}
}

func send(t *testing.T, method, address string, header http.Header, body string) {
	t.Helper()
	r, err := http.NewRequest(method, address, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for name, values := range header {
		if name != "Host" {
			r.Header[name] = values
		}
	}
	do(t, r)
}

func do(t *testing.T, r *http.Request) {
	t.Helper()
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
}

const alphabet = "abzAZ09-._~ !*'()+/;:@&=?#%,$äλ"

func word(r *rand.Rand, n int) string {
	runes := []rune(alphabet)
	var out strings.Builder
	for range r.IntN(n) + 1 {
		out.WriteRune(runes[r.IntN(len(runes))])
	}
	return out.String()
}

// randomRequest is a request as a program might build it. Its path has no empty and no dot segments: there the SDK and AWS's own
// rule differ, and both forms are accepted (see TestOddPaths).
func randomRequest(t *testing.T, r *rand.Rand, base string) (*http.Request, string) {
	t.Helper()
	var path strings.Builder
	for range r.IntN(4) {
		path.WriteString("/x" + url.PathEscape(word(r, 6)))
	}
	query := url.Values{}
	for range r.IntN(5) {
		query.Add(word(r, 4), word(r, 8))
	}
	body := ""
	method := []string{"GET", "POST", "PUT", "DELETE"}[r.IntN(4)]
	if method == "POST" || method == "PUT" {
		body = word(r, 40)
	}
	req, err := http.NewRequest(method, base+path.String()+"?"+strings.ReplaceAll(query.Encode(), "+", "%20"), strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if r.IntN(2) == 0 {
		req.Header.Set("Content-Type", "application/json")
	}
	for range r.IntN(3) {
		req.Header.Add(fmt.Sprintf("X-Amz-Meta-%d", r.IntN(3)), "  v"+strings.ReplaceAll(word(r, 5), "ä", "a")+"  w ")
	}
	return req, body
}

func TestSDKSignsWeVerify(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, s3 := range []bool{false, true} {
		v := newVerifier(t, sigv4.Rules{Services: []string{"orders"}, S3: s3})
		signer := v4.NewSigner(func(o *v4.SignerOptions) { o.DisableURIPathEscaping = s3 })
		for i := range 300 {
			req, body := randomRequest(t, r, v.URL)
			hash := sigv4.HashBody([]byte(body))
			if i%2 == 0 {
				req.Header.Set("X-Amz-Content-Sha256", hash)
			}
			if err := signer.SignHTTP(context.Background(), creds(), req, hash, "orders", region, time.Now()); err != nil {
				t.Fatal(err)
			}
			do(t, req)
			if _, err := v.last(t); err != nil {
				t.Errorf("s3 %v: %s %s %v: %v", s3, req.Method, req.URL, req.Header, err)
			}
		}
	}
}

func TestWeSignAsTheSDK(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	now := time.Now().UTC().Truncate(time.Second)
	for _, s3 := range []bool{false, true} {
		signer := v4.NewSigner(func(o *v4.SignerOptions) { o.DisableURIPathEscaping = s3 })
		ours := sigv4.Signer{AccessKeyID: keyID, Secret: secret.New(plain), SessionToken: secret.New(token), Region: region, Service: "orders", S3: s3, DeclareHash: true,
			Also: []string{"content-length"}}
		for range 300 {
			req, body := randomRequest(t, r, "http://orders.corp:8080")
			theirs := req.Clone(context.Background())
			hash := sigv4.HashBody([]byte(body))
			theirs.Header.Set("X-Amz-Content-Sha256", hash)
			if err := signer.SignHTTP(context.Background(), creds(), theirs, hash, "orders", region, now); err != nil {
				t.Fatal(err)
			}
			if req.ContentLength > 0 {
				req.Header.Set("Content-Length", fmt.Sprint(req.ContentLength))
			}
			if err := ours.Sign(req, []byte(body), now); err != nil {
				t.Fatal(err)
			}
			if got, want := req.Header.Get("Authorization"), theirs.Header.Get("Authorization"); got != want {
				t.Fatalf("s3 %v: %s %s\n got %s\nwant %s", s3, req.Method, req.URL, got, want)
			}
		}
	}
}

func TestWePresignAsTheSDK(t *testing.T) {
	now := time.Now().UTC().Truncate(time.Second)
	const target = "https://sts.corp/?Action=GetCallerIdentity&Version=2011-06-15&X-Amz-Expires=60"
	theirs, err := http.NewRequest(http.MethodGet, target, nil)
	if err != nil {
		t.Fatal(err)
	}
	theirs.Header.Set("X-K8s-Aws-Id", "cluster-1")
	signed, _, err := v4.NewSigner().PresignHTTP(context.Background(), creds(), theirs, sigv4.HashBody(nil), "sts", region, now)
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequest(http.MethodGet, strings.TrimSuffix(target, "&X-Amz-Expires=60"), nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("X-K8s-Aws-Id", "cluster-1")
	ours := sigv4.Signer{AccessKeyID: keyID, Secret: secret.New(plain), SessionToken: secret.New(token), Region: region, Service: "sts", Also: []string{"x-k8s-aws-id"}}
	got, err := ours.Presign(req, time.Minute, now)
	if err != nil {
		t.Fatal(err)
	}
	if a, b := signature(t, got), signature(t, signed); a != b {
		t.Errorf("\n got %s\nwant %s", got, signed)
	}
}

func signature(t *testing.T, address string) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	s := u.Query().Get("X-Amz-Signature")
	if len(s) != 64 {
		t.Fatalf("no signature in %s", address)
	}
	return s
}

// TestOddPaths: the SDK does not remove empty and dot segments before it signs; its requests verify all the same.
func TestOddPaths(t *testing.T) {
	v := newVerifier(t, sigv4.Rules{Services: []string{"orders"}})
	for _, path := range []string{"/a//b", "/a/./b/../c", "//", "/a%2F%2Fb", "/a;b/c=d", "/~x"} {
		req, err := http.NewRequest(http.MethodGet, v.URL+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := v4.NewSigner().SignHTTP(context.Background(), creds(), req, sigv4.HashBody(nil), "orders", region, time.Now()); err != nil {
			t.Fatal(err)
		}
		do(t, req)
		if _, err := v.last(t); err != nil {
			t.Errorf("%s: %v", path, err)
		}
	}
}
