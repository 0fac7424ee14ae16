package sigv4_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/daypass/daypass/internal/secret"
	"github.com/daypass/daypass/internal/sign"
	"github.com/daypass/daypass/internal/sign/sigv4"
)

var (
	noon     = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	key      = secret.New(suiteSecret)
	stsRules = sigv4.Rules{Services: []string{"sts", "iam"}}
)

const (
	form      = "application/x-www-form-urlencoded; charset=utf-8"
	assume    = "Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fclerk&RoleSessionName=alice"
	testToken = "IQoJb3JpZ2luX2VjEXAMPLE+/token=="
)

func signer() *sigv4.Signer {
	return &sigv4.Signer{AccessKeyID: "ASIAEXAMPLE", Secret: key, SessionToken: secret.New(testToken), Region: "eu-central-1", Service: "sts"}
}

// received turns an outgoing request into what a server gets.
func received(tb testing.TB, r *http.Request, body string) *sigv4.Request {
	tb.Helper()
	var wire bytes.Buffer
	r.Body = http.NoBody
	if err := r.Write(&wire); err != nil {
		tb.Fatal(err)
	}
	in := httptest.NewRequest(r.Method, r.URL.RequestURI(), strings.NewReader(body))
	in.Header, in.Host = r.Header.Clone(), r.URL.Host
	if r.Host != "" {
		in.Host = r.Host
	}
	return sigv4.FromHTTP(in, []byte(body))
}

// signedPost is AssumeRole as a client with temporary credentials sends it.
func signedPost(tb testing.TB) *sigv4.Request {
	tb.Helper()
	r, err := http.NewRequest(http.MethodPost, "https://sts.corp:8443/?trace=a%20b", nil)
	if err != nil {
		tb.Fatal(err)
	}
	r.Header.Set("Content-Type", form)
	r.Header.Set("X-Custom", "one")
	s := signer()
	s.DeclareHash, s.Also = true, []string{"X-Custom"}
	if err := s.Sign(r, []byte(assume), noon); err != nil {
		tb.Fatal(err)
	}
	return received(tb, r, assume)
}

// presignedGet is GetCallerIdentity as a presigned URL, with a signed header of its own.
func presignedGet(tb testing.TB) *sigv4.Request {
	tb.Helper()
	r, err := http.NewRequest(http.MethodGet, "https://sts.corp/?Action=GetCallerIdentity&Version=2011-06-15", nil)
	if err != nil {
		tb.Fatal(err)
	}
	r.Header.Set("X-K8s-Aws-Id", "cluster-1")
	s := signer()
	s.Also = []string{"x-k8s-aws-id"}
	url, err := s.Presign(r, time.Minute, noon)
	if err != nil {
		tb.Fatal(err)
	}
	in := httptest.NewRequest(http.MethodGet, strings.TrimPrefix(url, "https://sts.corp"), nil)
	in.Header, in.Host = r.Header.Clone(), "sts.corp"
	return sigv4.FromHTTP(in, nil)
}

// judge parses, looks the secret up and verifies.
func judge(rules sigv4.Rules, d *sigv4.Request, now time.Time) error {
	claim, err := rules.Parse(d)
	if err != nil {
		return err
	}
	if claim.AccessKeyID != "ASIAEXAMPLE" {
		// The key id is not part of the signed text: naming another key means being verified with another secret.
		return claim.Verify(secret.New("another secret"), now)
	}
	return claim.Verify(key, now)
}

// wantKind fails unless err is a Problem of one of the kinds.
func wantKind(tb testing.TB, what string, err error, kinds ...sign.Kind) {
	tb.Helper()
	got := sign.KindOf(err)
	for _, k := range kinds {
		if got == k {
			return
		}
	}
	tb.Errorf("%s: want %v, got %v (%v)", what, kinds, got, err)
}

// clone copies a request so that a test may change the copy.
func clone(d *sigv4.Request) *sigv4.Request {
	c := *d
	c.Header, c.Body = d.Header.Clone(), bytes.Clone(d.Body)
	return &c
}

// replaceAuth changes the text of the Authorization header.
func replaceAuth(d *sigv4.Request, old, new string) *sigv4.Request {
	c := clone(d)
	c.Header.Set("Authorization", strings.Replace(c.Header.Get("Authorization"), old, new, 1))
	return c
}
