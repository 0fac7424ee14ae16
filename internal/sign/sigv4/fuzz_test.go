package sigv4_test

import (
	"crypto/rand"
	"net/http"
	"testing"

	"github.com/daypass/daypass/internal/sign"
	"github.com/daypass/daypass/internal/sign/sigv4"
)

// FuzzParse feeds the parser whatever may stand in a target, an Authorization header and a date.
func FuzzParse(f *testing.F) {
	post, get := signedPost(f), presignedGet(f)
	f.Add(post.Target, post.Header.Get("Authorization"), "20260301T120000Z", true)
	f.Add(get.Target, "", "", false)
	for _, v := range readRecorded(f) {
		d := v.request(f)
		f.Add(d.Target, d.Header.Get("Authorization"), d.Header.Get("X-Amz-Date"), v.S3)
	}
	f.Add("/%", "AWS4-HMAC-SHA256 Credential=////,SignedHeaders=;,Signature=", "x", true)
	f.Add("/?X-Amz-Credential=%2F%2F%2F%2F&x-amz-Signature", "", "", false)
	f.Fuzz(func(t *testing.T, target, authorization, date string, s3 bool) {
		d := &sigv4.Request{Method: http.MethodGet, Target: target, Host: "sts.corp", Header: http.Header{}}
		if authorization != "" {
			d.Header["Authorization"] = []string{authorization}
		}
		if date != "" {
			d.Header["X-Amz-Date"] = []string{date}
		}
		rules := sigv4.Rules{Services: []string{"sts", "iam", "s3", "orders"}, S3: s3}
		claim, err := rules.Parse(d)
		if err != nil {
			if sign.KindOf(err) == 0 || err.Error() == "" {
				t.Fatalf("not a problem: %v", err)
			}
			return
		}
		if claim.AccessKeyID == "" || claim.Date.IsZero() || claim.Region == "" || len(claim.SignedHeaders) == 0 {
			t.Fatalf("a claim with holes: %+v", claim)
		}
		if claim.Presigned == (authorization != "") {
			t.Fatal("the signature was read from the wrong place")
		}
		if err := claim.Verify(sign.Secret{}, claim.Date); err == nil {
			t.Fatal("verified without a secret")
		}
		_ = claim.Verify(key, claim.Date)
	})
}

// FuzzRoundTrip: what the signer signs, the verifier accepts, whatever the path, the query and a header are.
func FuzzRoundTrip(f *testing.F) {
	f.Add("/a b//c/../%2F", "x=1&y=%zz&z", "  a  b ", "body", true)
	f.Add("/\u00e4;j", "flag&q=a+b&q=%20", "", "", false)
	f.Fuzz(func(t *testing.T, path, query, header, body string, s3 bool) {
		r, err := http.NewRequest(http.MethodPost, "https://orders.corp/", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.URL.Path, r.URL.RawQuery = "/"+path, query
		r.Header["X-Amz-Note"] = []string{header}
		s := signer()
		s.Service, s.S3 = "orders", s3
		if err := s.Sign(r, []byte(body), noon); err != nil {
			return
		}
		d := &sigv4.Request{Method: r.Method, Target: r.URL.RequestURI(), Host: r.URL.Host, Header: r.Header, Body: []byte(body)}
		if err := judge(sigv4.Rules{Services: []string{"orders"}, S3: s3}, d, noon); err != nil {
			t.Fatalf("%q: %v", d.Target, err)
		}
	})
}

func benchVerify(b *testing.B, d *sigv4.Request, rules sigv4.Rules) {
	b.ReportAllocs()
	for b.Loop() {
		claim, err := rules.Parse(d)
		if err != nil {
			b.Fatal(err)
		}
		if err := claim.Verify(key, noon); err != nil {
			b.Fatal(err)
		}
	}
}

func cached(b *testing.B) sigv4.Rules {
	cache, err := sigv4.NewKeyCache(1000, rand.Reader)
	if err != nil {
		b.Fatal(err)
	}
	rules := stsRules
	rules.Keys = cache
	return rules
}

// BenchmarkParseVerify is the whole of a request with a body of 130 bytes, key cached.
func BenchmarkParseVerify(b *testing.B) { benchVerify(b, signedPost(b), cached(b)) }

// BenchmarkParseVerifyPresigned is a presigned URL, key cached.
func BenchmarkParseVerifyPresigned(b *testing.B) { benchVerify(b, presignedGet(b), cached(b)) }

// BenchmarkParseVerifyDerive derives the key each time.
func BenchmarkParseVerifyDerive(b *testing.B) { benchVerify(b, signedPost(b), stsRules) }

// BenchmarkVerify is only the verification of a parsed claim, key cached.
func BenchmarkVerify(b *testing.B) {
	claim, err := cached(b).Parse(signedPost(b))
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if err := claim.Verify(key, noon); err != nil {
			b.Fatal(err)
		}
	}
}
