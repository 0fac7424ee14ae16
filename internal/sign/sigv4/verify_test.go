package sigv4_test

import (
	"crypto/rand"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/daypass/daypass/internal/secret"
	"github.com/daypass/daypass/internal/sign"
	"github.com/daypass/daypass/internal/sign/sigv4"
	"github.com/google/go-cmp/cmp"
)

func TestClaimSaysWhatTheRequestSays(t *testing.T) {
	claim, err := stsRules.Parse(signedPost(t))
	if err != nil {
		t.Fatal(err)
	}
	if claim.Scheme != sign.SigV4 || claim.AccessKeyID != "ASIAEXAMPLE" || claim.SessionToken.Reveal() != testToken || !claim.Date.Equal(noon) ||
		claim.Region != "eu-central-1" || claim.Service != "sts" || claim.Presigned || claim.Expires != 0 {
		t.Errorf("claim %+v", claim)
	}
	want := sign.Payload{SHA256: sigv4.HashBody([]byte(assume)), Declared: sigv4.HashBody([]byte(assume)), Checked: true}
	if diff := cmp.Diff(want, claim.Payload); diff != "" {
		t.Error(diff)
	}
	signed := []string{"content-type", "host", "x-amz-content-sha256", "x-amz-date", "x-amz-security-token", "x-custom"}
	if diff := cmp.Diff(signed, claim.SignedHeaders); diff != "" {
		t.Error(diff)
	}
	presigned, err := stsRules.Parse(presignedGet(t))
	if err != nil {
		t.Fatal(err)
	}
	if !presigned.Presigned || presigned.Expires != time.Minute || presigned.SessionToken.Reveal() != testToken {
		t.Errorf("claim %+v", presigned)
	}
	for _, c := range []*sign.Claim{claim, presigned} {
		for _, verb := range []string{"%v", "%+v", "%#v"} {
			if text := fmt.Sprintf(verb, c); strings.Contains(text, testToken) || strings.Contains(text, suiteSecret) {
				t.Errorf("%s shows a secret: %s", verb, text)
			}
		}
	}
}

func TestVerifyNeedsTheSecret(t *testing.T) {
	claim, err := stsRules.Parse(signedPost(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, wrong := range []string{"", "x", suiteSecret + " ", suiteSecret[1:], strings.ToLower(suiteSecret)} {
		wantKind(t, wrong, claim.Verify(secret.New(wrong), noon), sign.Mismatch)
	}
	var none *sign.Claim
	wantKind(t, "no claim", none.Verify(key, noon), sign.Mismatch)
	wantKind(t, "no proof", (&sign.Claim{}).Verify(key, noon), sign.Mismatch)

	proof := claim.Proof.(*sigv4.Proof)
	signing := sigv4.DeriveKey(key, proof.Day(), claim.Region, claim.Service)
	if err := proof.VerifyKey(signing, noon); err != nil {
		t.Errorf("by signing key: %v", err)
	}
	again, ok := sigv4.NewKey(signing.Reveal())
	if err := proof.VerifyKey(again, noon); err != nil || !ok {
		t.Errorf("by a signing key that travelled: %v", err)
	}
	wantKind(t, "key of another day", proof.VerifyKey(sigv4.DeriveKey(key, "20260302", claim.Region, claim.Service), noon), sign.Mismatch)
	wantKind(t, "zero key", proof.VerifyKey(sigv4.Key{}, noon), sign.Mismatch)
	wantKind(t, "key and late", proof.VerifyKey(signing, noon.Add(time.Hour)), sign.SkewPast)
	if _, ok := sigv4.NewKey(signing.Reveal()[:31]); ok {
		t.Error("a short key is a key")
	}
	if text := fmt.Sprintf("%v %+v %#v %s %x", signing, signing, signing, signing, signing); strings.Contains(text, fmt.Sprintf("%x", signing.Reveal())) {
		t.Error("a signing key prints")
	}
}

func TestProblemsCarryTheirData(t *testing.T) {
	const auth = "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260301/eu/sts/aws4_request, SignedHeaders=host;x-amz-date, Signature=" +
		"0000000000000000000000000000000000000000000000000000000000000000"
	header := func(pairs ...string) http.Header {
		h := http.Header{}
		for i := 0; i < len(pairs); i += 2 {
			h.Add(pairs[i], pairs[i+1])
		}
		return h
	}
	const date = "20260301T120000Z"
	query := func(s string) string {
		return "/?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE/20260301/eu/sts/aws4_request&X-Amz-Date=" + date + "&X-Amz-SignedHeaders=host&X-Amz-Signature=00" + s
	}
	early, late := noon.Add(-16*time.Minute), noon.Add(16*time.Minute)
	cases := []struct {
		name   string
		target string
		header http.Header
		want   sign.Problem
	}{
		{"nothing", "/", nil, sign.Problem{Kind: sign.MissingToken}},
		{"empty", "/", header("Authorization", ""), sign.Problem{Kind: sign.MissingToken}},
		{"bearer", "/", header("Authorization", "Bearer xyz"), sign.Problem{Kind: sign.Unsupported, Given: "Bearer"}},
		{"sigv4a", "/", header("Authorization", "AWS4-ECDSA-P256-SHA256 Credential=x"), sign.Problem{Kind: sign.Unsupported, Given: "AWS4-ECDSA-P256-SHA256"}},
		{"version 2", "/?AWSAccessKeyId=x&Signature=y", nil, sign.Problem{Kind: sign.Unsupported, Presigned: true, Given: "AWS signature version 2"}},
		{"bare", "/", header("Authorization", "AWS4-HMAC-SHA256"), sign.Problem{Kind: sign.Incomplete,
			Missing: []string{"Credential", "Signature", "SignedHeaders", "X-Amz-Date"}, Given: "AWS4-HMAC-SHA256"}},
		{"no date", "/", header("Authorization", auth), sign.Problem{Kind: sign.Incomplete, Missing: []string{"X-Amz-Date"}, Given: auth}},
		{"no parts in query", "/?X-Amz-Algorithm=AWS4-HMAC-SHA256", nil, sign.Problem{Kind: sign.Incomplete, Presigned: true,
			Missing: []string{"X-Amz-Credential", "X-Amz-Signature", "X-Amz-SignedHeaders", "X-Amz-Date"}}},
		{"no algorithm", "/?X-Amz-Signature=x", nil, sign.Problem{Kind: sign.Incomplete, Presigned: true,
			Missing: []string{"X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-SignedHeaders", "X-Amz-Date"}}},
		{"date", "/", header("Authorization", auth, "X-Amz-Date", "2026-03-01T12:00:00Z"), sign.Problem{Kind: sign.BadDate, Field: "X-Amz-Date", Given: "2026-03-01T12:00:00Z"}},
		{"fraction", "/", header("Authorization", auth, "X-Amz-Date", "20260301T120000.5Z"), sign.Problem{Kind: sign.BadDate, Field: "X-Amz-Date", Given: "20260301T120000.5Z"}},
		{"http date", "/", header("Authorization", auth, "Date", "yesterday"), sign.Problem{Kind: sign.BadDate, Field: "Date", Given: "yesterday"}},
		{"four parts", "/", header("Authorization", strings.Replace(auth, "/eu", "", 1), "X-Amz-Date", date), sign.Problem{Kind: sign.CredentialShape, Field: "Credential", Given: "AKIDEXAMPLE/20260301/sts/aws4_request"}},
		{"empty key", "/", header("Authorization", strings.Replace(auth, "AKIDEXAMPLE", "", 1), "X-Amz-Date", date), sign.Problem{Kind: sign.CredentialShape, Field: "Credential", Given: "/20260301/eu/sts/aws4_request"}},
		{"expires", query("&X-Amz-Expires=604801"), nil, sign.Problem{Kind: sign.BadExpires, Presigned: true, Field: "X-Amz-Expires", Given: "604801", Limit: 604800}},
		{"skew", "/", header("Authorization", auth, "X-Amz-Date", early.Format("20060102T150405Z")),
			sign.Problem{Kind: sign.SkewPast, Date: early, Now: noon, Bound: noon.Add(-15 * time.Minute), Window: 15 * time.Minute}},
		{"ahead", "/", header("Authorization", auth, "X-Amz-Date", late.Format("20060102T150405Z")),
			sign.Problem{Kind: sign.SkewFuture, Date: late, Now: noon, Bound: noon.Add(15 * time.Minute), Window: 15 * time.Minute}},
		{"mismatch", "/", header("Authorization", auth, "X-Amz-Date", date), sign.Problem{Kind: sign.Mismatch}},
	}
	for _, c := range cases {
		d := &sigv4.Request{Method: http.MethodGet, Target: c.target, Host: "sts.corp", Header: c.header}
		err := judge(stsRules, d, noon)
		got, ok := err.(*sign.Problem)
		if !ok {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if diff := cmp.Diff(c.want, *got); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
	}
	for _, bad := range []string{"", "0", "-1", "+5", "1.5", "x", "604801", "99999999999999999999", " 5", "5 "} {
		d := &sigv4.Request{Method: http.MethodGet, Target: query("&X-Amz-Expires=" + strings.ReplaceAll(bad, " ", "%20")), Host: "h"}
		wantKind(t, "expires "+bad, judge(stsRules, d, noon), sign.BadExpires)
	}
}

// TestPresignWithoutExpires: aws-sdk-go-v2 presigns GetCallerIdentity without X-Amz-Expires.
func TestPresignWithoutExpires(t *testing.T) {
	for _, v := range readRecorded(t) {
		if v.Name != "sts presigned" {
			continue
		}
		d := v.request(t)
		if !strings.Contains(d.Target, "&X-Amz-Expires=60") {
			t.Fatal("the recording has no expiry to take away")
		}
		d.Target = strings.Replace(d.Target, "&X-Amz-Expires=60", "", 1)
		claim, err := stsRules.Parse(d)
		if err != nil || claim.Expires != sigv4.DefaultExpiry {
			t.Errorf("%+v, %v", claim, err)
		}
	}
}

func TestPayloadModesByLeave(t *testing.T) {
	s := signer()
	s.Service, s.S3 = "s3", true
	for mode, rules := range map[string]sigv4.Rules{
		sigv4.UnsignedPayload:                {Services: []string{"s3"}, S3: true, AllowUnsigned: true},
		"STREAMING-AWS4-HMAC-SHA256-PAYLOAD": {Services: []string{"s3"}, S3: true, AllowStreaming: true},
	} {
		d := &sigv4.Request{Method: http.MethodPut, Target: "/b/k", Host: "s3.corp", BodyUnread: true, Header: http.Header{
			"X-Amz-Date": {"20260301T120000Z"}, "X-Amz-Content-Sha256": {mode},
			"Authorization": {"AWS4-HMAC-SHA256 Credential=A/20260301/r/s3/aws4_request, SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature=00"},
		}}
		claim, err := rules.Parse(d)
		if err != nil || claim.Payload.Mode == sign.BodyHashed || claim.Payload.Checked || claim.Payload.Declared != mode {
			t.Errorf("%s: %+v, %v", mode, claim, err)
		}
		rules.AllowUnsigned, rules.AllowStreaming = !rules.AllowUnsigned, !rules.AllowStreaming
		_, err = rules.Parse(d)
		wantKind(t, mode+" without leave", err, sign.PayloadMode)
	}
}

// TestS3PathForms: what one client escapes and another does not is the same key; nothing else is.
func TestS3PathForms(t *testing.T) {
	rules := sigv4.Rules{Services: []string{"s3"}, S3: true}
	s := signer()
	s.Service, s.S3 = "s3", true
	r, err := http.NewRequest(http.MethodGet, "https://s3.corp/b/a%40b//c/../d", nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Sign(r, nil, noon); err != nil {
		t.Fatal(err)
	}
	good := received(t, r, "")
	for target, ok := range map[string]bool{
		"/b/a%40b//c/../d": true, "/b/a@b//c/../d": true, "/b/a%40b/c/../d": false, "/b/a%40b/d": false, "/b/a%40b//d": false, "/b/a%2540b//c/../d": false,
		"/b/a%40b%2F/c/../d": true, "/b/a%4b": false,
	} {
		c := clone(good)
		c.Target = target
		if err := judge(rules, c, noon); (err == nil) != ok {
			t.Errorf("%s: %v", target, err)
		}
	}
}

func TestFieldsMovedOutByNetHTTP(t *testing.T) {
	r, err := http.NewRequest(http.MethodPost, "https://sts.corp/", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Length", "5")
	r.Header.Set("Transfer-Encoding", "identity")
	r.Header.Set("Trailer", "X-Sum")
	s := signer()
	s.Also = []string{"content-length", "transfer-encoding", "trailer"}
	if err := s.Sign(r, []byte("hello"), noon); err != nil {
		t.Fatal(err)
	}
	d := &sigv4.Request{Method: r.Method, Target: "/", Host: "sts.corp", Header: r.Header, Body: []byte("hello"), ContentLength: -1}
	for _, name := range []string{"Content-Length", "Transfer-Encoding", "Trailer"} {
		d.Header.Del(name)
		wantKind(t, "without "+name, judge(stsRules, d, noon), sign.AbsentHeader)
		switch name {
		case "Content-Length":
			d.ContentLength = 5
		case "Transfer-Encoding":
			d.TransferEncoding = []string{"identity"}
		default:
			d.Trailer = []string{"X-Sum"}
		}
	}
	if err := judge(stsRules, d, noon); err != nil {
		t.Error(err)
	}
	d.ContentLength = 6
	wantKind(t, "another length", judge(stsRules, d, noon), sign.Mismatch)
}

func TestFromFields(t *testing.T) {
	d, err := sigv4.FromFields("GET", "/", "", fields("host", "a:1", "x-a", "1", "X-A", "2"))
	if err != nil || d.Host != "a:1" || !cmp.Equal(d.Header, http.Header{"X-A": {"1", "2"}}) || d.ContentLength >= 0 {
		t.Errorf("%+v, %v", d, err)
	}
	for what, c := range map[string]struct {
		host string
		list []sigv4.Field
		want sign.Kind
	}{
		"two hosts": {"", fields("Host", "a", "Host", "a"), sign.Ambiguous}, "another host": {"b", fields("Host", "a"), sign.Ambiguous},
		"name": {"", fields("a b", "x"), sign.Malformed}, "no name": {"", fields("", "x"), sign.Malformed},
	} {
		_, err := sigv4.FromFields("GET", "/", c.host, c.list)
		wantKind(t, what, err, c.want)
	}
}

func TestSignerRefuses(t *testing.T) {
	r, err := http.NewRequest(http.MethodGet, "https://sts.corp/", nil)
	if err != nil {
		t.Fatal(err)
	}
	for what, change := range map[string]func(*sigv4.Signer){
		"no secret": func(s *sigv4.Signer) { s.Secret = secret.New("") }, "no key": func(s *sigv4.Signer) { s.AccessKeyID = "" },
		"slash": func(s *sigv4.Signer) { s.Region = "a/b" }, "comma": func(s *sigv4.Signer) { s.Service = "a,b" },
	} {
		s := signer()
		change(s)
		if err := s.Sign(r, nil, noon); err == nil {
			t.Errorf("%s: signed", what)
		}
	}
	for _, life := range []time.Duration{0, -time.Second, time.Second - 1, 604801 * time.Second} {
		if _, err := signer().Presign(r, life, noon); sign.KindOf(err) != sign.BadExpires {
			t.Errorf("life %s: %v", life, err)
		}
	}
	if len(r.Header) != 0 {
		t.Errorf("a refused request was changed: %v", r.Header)
	}
}

func TestKeyCache(t *testing.T) {
	const max = 64
	cache, err := sigv4.NewKeyCache(max, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	want := sigv4.DeriveKey(key, "20260301", "r", "sts")
	for range 2 {
		if got := cache.Key(key, "20260301", "r", "sts"); string(got.Reveal()) != string(want.Reveal()) {
			t.Error("the cache gives another key")
		}
	}
	if hits, misses := cache.Stats(); hits != 1 || misses != 1 {
		t.Errorf("%d hits, %d misses", hits, misses)
	}
	for _, other := range []sigv4.Key{
		cache.Key(secret.New("x"), "20260301", "r", "sts"), cache.Key(key, "20260302", "r", "sts"), cache.Key(key, "20260301", "rs", "ts"), cache.Key(key, "20260301", "r", "iam"),
	} {
		if string(other.Reveal()) == string(want.Reveal()) {
			t.Error("two scopes share a key")
		}
	}
	var wait sync.WaitGroup
	for g := range 4 {
		wait.Go(func() {
			for i := range 1000 {
				day := fmt.Sprint(i % (50 * (g + 1)))
				if got := cache.Key(key, day, "r", "s"); string(got.Reveal()) != string(sigv4.DeriveKey(key, day, "r", "s").Reveal()) {
					t.Error("wrong key under load")
					return
				}
			}
		})
	}
	wait.Wait()
	if n := cache.Len(); n > max || n == 0 {
		t.Errorf("%d entries", n)
	}
	if _, err := sigv4.NewKeyCache(31, rand.Reader); err == nil {
		t.Error("a cache too small to shard")
	}
	if _, err := sigv4.NewKeyCache(max, strings.NewReader("short")); err == nil {
		t.Error("a cache without salt")
	}
	rules := stsRules
	rules.Keys = cache
	if err := judge(rules, signedPost(t), noon); err != nil {
		t.Error(err)
	}
}
