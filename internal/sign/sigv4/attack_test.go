package sigv4_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/daypass/daypass/internal/sign"
	"github.com/daypass/daypass/internal/sign/sigv4"
)

// TestAttack01_SigV4QueryCredOnly: a credential in the query and nothing that proves it.
func TestAttack01_SigV4QueryCredOnly(t *testing.T) {
	const credential = "X-Amz-Credential=AKIDEXAMPLE%2F20260301%2Feu-central-1%2Fsts%2Faws4_request"
	for _, query := range []string{
		credential,
		credential + "&X-Amz-Date=20260301T120000Z",
		credential + "&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Date=20260301T120000Z&X-Amz-SignedHeaders=host",
		credential + "&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Date=20260301T120000Z&X-Amz-SignedHeaders=host&X-Amz-Signature=",
	} {
		for _, body := range []string{"", "STREAMING-UNSIGNED-PAYLOAD-TRAILER", sigv4.UnsignedPayload} {
			d := &sigv4.Request{Method: "PUT", Target: "/bucket/key?" + query, Host: "s3.corp", Header: http.Header{}}
			if body != "" {
				d.Header.Set("X-Amz-Content-Sha256", body)
			}
			for _, rules := range []sigv4.Rules{stsRules, {Services: []string{"sts"}, S3: true, AllowUnsigned: true, AllowStreaming: true}} {
				wantKind(t, query+" "+body, judge(rules, d, noon), sign.Incomplete)
			}
		}
	}
	d := presignedGet(t)
	at := strings.Index(d.Target, "&X-Amz-Signature=") + len("&X-Amz-Signature=")
	for _, forged := range []string{strings.Repeat("0", 64), "00", "x", strings.ToUpper(d.Target[at:]), d.Target[at:] + "00", d.Target[at : len(d.Target)-1]} {
		c := clone(d)
		c.Target = d.Target[:at] + forged
		wantKind(t, forged, judge(stsRules, c, noon), sign.Mismatch)
	}
}

// TestAttack03_SigV4HeaderNotSigned: what identifies the request or its sender must be covered.
func TestAttack03_SigV4HeaderNotSigned(t *testing.T) {
	good := signedPost(t)
	if err := judge(stsRules, good, noon); err != nil {
		t.Fatal(err)
	}
	for _, drop := range []string{"host;", "x-amz-content-sha256;", "x-amz-date;", ";x-amz-security-token"} {
		if !strings.Contains(good.Header.Get("Authorization"), drop) {
			t.Fatalf("%q is not signed to begin with", drop)
		}
		wantKind(t, "without "+drop, judge(stsRules, replaceAuth(good, drop, ""), noon), sign.UnsignedHeader)
	}
	for _, add := range []string{"X-Amz-Acl", "X-Amz-Security-Token-2", "X-Amz-Meta-Owner"} {
		c := clone(good)
		c.Header.Set(add, "x")
		wantKind(t, "added "+add, judge(stsRules, c, noon), sign.UnsignedHeader)
	}
	swapped := clone(good)
	swapped.Header.Set("X-Amz-Security-Token", "another")
	wantKind(t, "swapped token", judge(stsRules, swapped, noon), sign.Mismatch)
	gone := clone(good)
	gone.Header.Del("X-Amz-Security-Token")
	wantKind(t, "token taken away", judge(stsRules, gone, noon), sign.AbsentHeader)

	presigned := presignedGet(t)
	added := clone(presigned)
	added.Header.Set("X-Amz-Acl", "public-read")
	wantKind(t, "presigned with an added header", judge(stsRules, added, noon), sign.UnsignedHeader)
	other := clone(presigned)
	other.Header.Set("X-K8s-Aws-Id", "cluster-2")
	wantKind(t, "presigned for another cluster", judge(stsRules, other, noon), sign.Mismatch)
}

// TestAttack04_SigV4DupAndCase: whatever two readers could read differently is refused.
func TestAttack04_SigV4DupAndCase(t *testing.T) {
	post, get := signedPost(t), presignedGet(t)
	for _, name := range []string{"Authorization", "X-Amz-Date", "X-Amz-Security-Token", "X-Amz-Content-Sha256"} {
		c := clone(post)
		c.Header.Add(name, c.Header.Get(name))
		wantKind(t, "two "+name, judge(stsRules, c, noon), sign.Ambiguous)
		c = clone(post)
		c.Header[strings.ToLower(name)] = []string{"x"}
		wantKind(t, "a second spelling of "+name, judge(stsRules, c, noon), sign.Malformed)
	}
	host := clone(post)
	host.Header["Host"] = []string{"evil"}
	wantKind(t, "two hosts", judge(stsRules, host, noon), sign.Ambiguous)

	_, query, _ := strings.Cut(get.Target, "?")
	for _, part := range strings.Split(query, "&") {
		if !strings.HasPrefix(part, "X-Amz-") {
			continue
		}
		name, _, _ := strings.Cut(part, "=")
		c := clone(get)
		c.Target += "&" + part
		wantKind(t, "two "+name, judge(stsRules, c, noon), sign.Ambiguous)
		c = clone(get)
		c.Target += "&" + strings.ToLower(part)
		wantKind(t, "also in lower case "+name, judge(stsRules, c, noon), sign.Ambiguous)
		c = clone(get)
		c.Target = strings.Replace(get.Target, "&"+name+"=", "&"+strings.ToLower(name)+"=", 1)
		wantKind(t, "only in lower case "+name, judge(stsRules, c, noon), sign.Ambiguous)
		c = clone(post)
		c.Target += "&" + part
		wantKind(t, "header and query "+name, judge(stsRules, c, noon), sign.Ambiguous)
	}
	for _, name := range []string{"X-Amz-Date", "X-Amz-Security-Token"} {
		c := clone(get)
		c.Header.Set(name, "20260301T120000Z")
		wantKind(t, "query and header "+name, judge(stsRules, c, noon), sign.Ambiguous)
	}
	legacy := clone(post)
	legacy.Target += "&AWSAccessKeyId=x&Signature=y"
	wantKind(t, "header and version 2", judge(stsRules, legacy, noon), sign.Ambiguous)
	both := clone(get)
	both.Header.Set("Authorization", "")
	wantKind(t, "query and an empty Authorization", judge(stsRules, both, noon), sign.Ambiguous)

	for what, c := range map[string]*sigv4.Request{
		"Credential twice":   replaceAuth(post, "Credential=", "Credential=a/20260301/r/sts/aws4_request, Credential="),
		"Signature twice":    replaceAuth(post, "Signature=", "Signature=00, Signature="),
		"unknown part":       replaceAuth(post, "Credential=", "Extra=1, Credential="),
		"odd case of a part": replaceAuth(post, "Credential=", "credential="),
		"upper-case header":  replaceAuth(post, ";host;", ";Host;"),
		"header twice":       replaceAuth(post, ";host;", ";host;host;"),
		"order":              replaceAuth(post, "content-type;host;", "host;content-type;"),
		"empty name":         replaceAuth(post, ";host;", ";;host;"),
		"trailing semicolon": replaceAuth(post, ", Signature", ";, Signature"),
		"lower-case scheme":  replaceAuth(post, "AWS4-HMAC", "aws4-hmac"),
		"no blank":           replaceAuth(post, "SHA256 ", "SHA256"),
	} {
		wantKind(t, what, judge(stsRules, c, noon), sign.Ambiguous, sign.Malformed, sign.Unsupported)
	}
}

// TestAttack05_SigV4BodyHashMismatch: the body is the one that was signed, and streamed bodies have no business here.
func TestAttack05_SigV4BodyHashMismatch(t *testing.T) {
	good := signedPost(t)
	c := clone(good)
	c.Body = append(c.Body, "&DurationSeconds=43200"...)
	wantKind(t, "another body", judge(stsRules, c, noon), sign.BadPayloadHash)
	c = clone(good)
	c.Body = nil
	wantKind(t, "no body", judge(stsRules, c, noon), sign.BadPayloadHash)
	c = clone(good)
	c.Body, c.BodySHA256 = nil, sigv4.HashBody([]byte("other"))
	wantKind(t, "another described hash", judge(stsRules, c, noon), sign.BadPayloadHash)
	c = clone(good)
	c.Body, c.BodySHA256 = nil, "zz"
	wantKind(t, "a described hash that is none", judge(stsRules, c, noon), sign.BadPayloadHash)
	c = clone(good)
	c.Body = append(c.Body, 'x')
	c.Header.Set("X-Amz-Content-Sha256", sigv4.HashBody(c.Body))
	wantKind(t, "body and header changed together", judge(stsRules, c, noon), sign.Mismatch)

	for _, mode := range []string{sigv4.UnsignedPayload, "STREAMING-AWS4-HMAC-SHA256-PAYLOAD", "STREAMING-UNSIGNED-PAYLOAD-TRAILER", "STREAMING-", "streaming-",
		"unsigned-payload", "e3b0", strings.ToUpper(sigv4.HashBody(nil)), strings.Repeat("g", 64)} {
		c := clone(good)
		c.Header.Set("X-Amz-Content-Sha256", mode)
		wantKind(t, mode, judge(stsRules, c, noon), sign.PayloadMode)
	}
	// A described request whose body nobody has read: only a declared hash can stand in, and it is not called checked.
	unread := clone(good)
	unread.Body, unread.BodyUnread = nil, true
	claim, err := stsRules.Parse(unread)
	if err != nil {
		t.Fatal(err)
	}
	if err := claim.Verify(key, noon); err != nil || claim.Payload.Checked || claim.Payload.SHA256 != sigv4.HashBody([]byte(assume)) {
		t.Errorf("unread body: %v, %+v", err, claim.Payload)
	}
	silent := clone(unread)
	silent.Header.Del("X-Amz-Content-Sha256")
	wantKind(t, "unread and undeclared", judge(stsRules, silent, noon), sign.BadPayloadHash)
	withBody := presignedGet(t)
	withBody.Body = []byte("smuggled")
	wantKind(t, "presigned GET with a body", judge(stsRules, withBody, noon), sign.Mismatch)
}

// TestAttack06_SigV4ScopeReplay: a signature is for one service, one host and one quarter of an hour.
func TestAttack06_SigV4ScopeReplay(t *testing.T) {
	good := signedPost(t)
	wantKind(t, "at another service", judge(sigv4.Rules{Services: []string{"orders"}}, good, noon), sign.ScopeService)
	wantKind(t, "where no service is named", judge(sigv4.Rules{}, good, noon), sign.ScopeService)
	wantKind(t, "service rewritten", judge(sigv4.Rules{Services: []string{"iam"}}, replaceAuth(good, "/sts/", "/iam/"), noon), sign.Mismatch)
	wantKind(t, "region rewritten", judge(stsRules, replaceAuth(good, "/eu-central-1/", "/us-east-1/"), noon), sign.Mismatch)
	wantKind(t, "terminator", judge(stsRules, replaceAuth(good, "aws4_request", "aws5_request"), noon), sign.ScopeTerminator)
	wantKind(t, "day", judge(stsRules, replaceAuth(good, "/20260301/", "/20260302/"), noon), sign.ScopeDate)
	host := clone(good)
	host.Host = "sts.other:8443"
	wantKind(t, "at another host", judge(stsRules, host, noon), sign.Mismatch)
	host.Host = "sts.corp"
	wantKind(t, "at another port", judge(stsRules, host, noon), sign.Mismatch)

	for _, c := range []struct {
		after time.Duration
		want  sign.Kind
	}{
		{0, 0}, {15 * time.Minute, 0}, {-15 * time.Minute, 0}, {15*time.Minute + time.Second, sign.SkewPast}, {-15*time.Minute - time.Second, sign.SkewFuture},
		{24 * time.Hour, sign.SkewPast}, {-24 * time.Hour, sign.SkewFuture},
	} {
		wantKind(t, c.after.String(), judge(stsRules, good, noon.Add(c.after)), c.want)
	}
	get := presignedGet(t)
	for _, c := range []struct {
		after time.Duration
		want  sign.Kind
	}{
		{0, 0}, {time.Minute, 0}, {time.Minute + time.Second, sign.ExpiredPresign}, {-15 * time.Minute, 0}, {-16 * time.Minute, sign.SkewFuture},
	} {
		wantKind(t, "presigned "+c.after.String(), judge(stsRules, get, noon.Add(c.after)), c.want)
	}
}

// TestSkewAtMidnight: the scope's day is that of the signing time, not that of the server.
func TestSkewAtMidnight(t *testing.T) {
	r, err := http.NewRequest(http.MethodPost, "https://sts.corp/", nil)
	if err != nil {
		t.Fatal(err)
	}
	before := time.Date(2026, 3, 1, 23, 55, 0, 0, time.UTC)
	if err := signer().Sign(r, nil, before); err != nil {
		t.Fatal(err)
	}
	if err := judge(stsRules, received(t, r, ""), before.Add(10*time.Minute)); err != nil {
		t.Errorf("five past midnight: %v", err)
	}
}
