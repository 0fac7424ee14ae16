package e2e

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

// Source of each attack: the advisory named in its comment; the numbers are those of the project's list of attacks.

// TestAttack01_SigV4QueryCredOnly sends a credential in the query, no Authorization header, and an unsigned streaming payload:
// CVE-2026-41145.
func TestAttack01_SigV4QueryCredOnly(t *testing.T) {
	t.Parallel()
	s := devServer(t)
	c := admin(s)
	day := time.Now().UTC().Format("20060102")
	cred := "X-Amz-Credential=" + c.id + "%2F" + day + "%2F" + s.Region + "%2Fsts%2Faws4_request"
	stamp := "X-Amz-Date=" + time.Now().UTC().Format("20060102T150405Z")
	for _, query := range []string{
		cred,
		cred + "&" + stamp,
		"X-Amz-Algorithm=AWS4-HMAC-SHA256&" + cred + "&" + stamp + "&X-Amz-Expires=900&X-Amz-SignedHeaders=host",
		"X-Amz-Algorithm=AWS4-HMAC-SHA256&" + cred + "&" + stamp + "&X-Amz-Expires=900&X-Amz-SignedHeaders=host&X-Amz-Signature=",
		"X-Amz-Algorithm=AWS4-HMAC-SHA256&" + cred + "&" + stamp + "&X-Amz-Expires=900&X-Amz-SignedHeaders=host&X-Amz-Signature=" + strings.Repeat("0", 64),
	} {
		for _, mode := range []string{"", "UNSIGNED-PAYLOAD", "STREAMING-UNSIGNED-PAYLOAD-TRAILER", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"} {
			for method, target := range map[string]string{"POST": "/", "GET": "/", "PUT": "/demo/notes/alice/x"} {
				r := must(http.NewRequest(method, s.Endpoint+target+"?"+query, strings.NewReader(identityForm)))(t)
				r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
				if method == "GET" {
					r = must(http.NewRequest(method, s.Endpoint+target+"?"+identityForm+"&"+query, nil))(t)
				}
				if mode != "" {
					r.Header.Set("X-Amz-Content-Sha256", mode)
				}
				a := send(t, r)
				a.refused(t, method+" "+query+" "+mode)
				if strings.Contains(a.body, ":user/alice") {
					t.Errorf("%s %s %s: the answer speaks to alice", method, query, mode)
				}
			}
		}
	}
}

// TestAttack03_SigV4HeaderNotSigned leaves headers that carry meaning out of the signature.
func TestAttack03_SigV4HeaderNotSigned(t *testing.T) {
	t.Parallel()
	s := devServer(t)
	a := by(s, admin(s))
	role := a.role(t, "holder", trust("arn:aws:iam::"+s.Account.ID+":root", ""))
	one, two := a.assume(t, role, nil), a.assume(t, role, nil)

	// The method of this test itself is right: signed fully, it passes.
	h := &hand{creds: one.creds, body: identityForm}
	if r := raw(t, s, h.text(s)); r.status != 200 {
		t.Fatalf("a correct request: %d %s", r.status, r.body)
	}
	h = &hand{creds: one.creds, body: identityForm, signed: []string{"content-type", "x-amz-date", "x-amz-security-token"}}
	raw(t, s, h.text(s)).refused(t, "host not signed", "SignatureDoesNotMatch")
	h = &hand{creds: one.creds, body: identityForm, signed: []string{"host", "x-amz-date"}}
	raw(t, s, h.text(s)).refused(t, "token not signed", "SignatureDoesNotMatch")
	h = &hand{creds: one.creds, body: identityForm, headers: [][2]string{{"X-Amz-Content-Sha256", hexHash(identityForm)}},
		signed: []string{"host", "x-amz-date", "x-amz-security-token"}}
	raw(t, s, h.text(s)).refused(t, "hash not signed", "SignatureDoesNotMatch")
	h = &hand{creds: one.creds, body: identityForm, signed: []string{"host", "x-amz-security-token"}}
	raw(t, s, h.text(s)).refused(t, "date not signed")
	h = &hand{creds: one.creds, body: identityForm}
	text := h.text(s)
	raw(t, s, strings.Replace(text, one.token, two.token, 1)).refused(t, "token of another session", "InvalidClientTokenId")
	raw(t, s, strings.Replace(text, "X-Amz-Security-Token: "+one.token+"\r\n", "", 1)).refused(t, "token taken away")
	h = &hand{creds: a.creds, body: identityForm}
	raw(t, s, h.text(s, "X-Amz-Security-Token: "+one.token)).refused(t, "token added to a long-term key")
	h = &hand{creds: a.creds, body: identityForm}
	raw(t, s, h.text(s, "X-Amz-Meta-Added: x")).refused(t, "x-amz header added on the way", "SignatureDoesNotMatch")
}

// TestAttack04_SigV4DupAndCase repeats and disguises the headers that a signature is about.
func TestAttack04_SigV4DupAndCase(t *testing.T) {
	t.Parallel()
	s := devServer(t)
	c := admin(s)
	fresh := func() *hand { return &hand{creds: c, body: identityForm} }
	stamp := time.Now().UTC().Format("20060102T150405Z")
	h := fresh()
	h.complete(s)
	auth := h.authorization(s.Region)
	for name, extra := range map[string][]string{
		"two authorizations":    {"Authorization: " + auth},
		"a second, broken one":  {"Authorization: AWS4-HMAC-SHA256 Credential=x"},
		"two dates":             {"X-Amz-Date: " + stamp},
		"two hosts":             {"Host: other.example"},
		"two tokens":            {"X-Amz-Security-Token: a", "X-Amz-Security-Token: b"},
		"an empty token":        {"X-Amz-Security-Token: "},
		"lower case second one": {"authorization: " + auth},
		"two content lengths":   {"Content-Length: 3"},
	} {
		raw(t, s, fresh().text(s, extra...)).refused(t, name)
	}
	h = fresh()
	h.body, h.hash = "3\r\nabc\r\n0\r\n\r\n", hexHash(identityForm)
	raw(t, s, h.text(s, "Transfer-Encoding: chunked", "Content-Length: 3")).refused(t, "two lengths of the body")
	// In header and query at once.
	h = fresh()
	h.target = "/?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=" + strings.Repeat("a", 64)
	raw(t, s, h.text(s)).refused(t, "header and query")
	h = fresh()
	h.target = "/?X-Amz-Signature=" + strings.Repeat("a", 64)
	raw(t, s, h.text(s)).refused(t, "header and a signature in the query")
	text := fresh().text(s)
	for name, change := range map[string][2]string{
		"upper case signature": {"Signature=", "SIGNATURE="},
		"double Signature":     {", Signature=", ", Signature=" + strings.Repeat("0", 64) + ", Signature="},
		"double Credential":    {"Credential=", "Credential=AKIAQAAAAAAAAAAAAAAA/x, Credential="},
		"header listed twice":  {"SignedHeaders=content-type;host", "SignedHeaders=content-type;host;host"},
		"upper case header":    {"SignedHeaders=content-type;host", "SignedHeaders=Content-Type;Host"},
		"unsorted headers":     {"SignedHeaders=content-type;host;x-amz-date", "SignedHeaders=host;content-type;x-amz-date"},
		"empty header name":    {"SignedHeaders=content-type;host", "SignedHeaders=content-type;;host"},
		"folded line":          {"Authorization: AWS4-HMAC-SHA256 ", "Authorization: AWS4-HMAC-SHA256\r\n "},
		"algorithm in lower":   {"AWS4-HMAC-SHA256 C", "aws4-hmac-sha256 C"},
		"another algorithm":    {"AWS4-HMAC-SHA256 C", "AWS4-ECDSA-P256-SHA256 C"},
	} {
		changed := strings.Replace(text, change[0], change[1], 1)
		if changed == text {
			t.Fatalf("%s: nothing was changed", name)
		}
		if name == "folded line" {
			// Obsolete folding is one space to some readers: it is the same header or none, never another.
			if r := raw(t, s, changed); r.status != 200 {
				r.refused(t, name)
			}
			continue
		}
		raw(t, s, changed).refused(t, name)
	}
	// What a correct client may send: several spaces inside a value count as one.
	h = fresh()
	h.headers = [][2]string{{"X-Amz-Meta-Spaced", "a   b  c"}}
	if r := raw(t, s, h.text(s)); r.status != 200 {
		t.Errorf("runs of spaces in a signed value: %d %s", r.status, r.body)
	}
}

// TestAttack05_SigV4BodyHashMismatch: the body is not the one that was signed, or comes in forms that this API does not have.
func TestAttack05_SigV4BodyHashMismatch(t *testing.T) {
	t.Parallel()
	s := devServer(t)
	c := admin(s)
	other := "Action=GetAccessKeyInfo&Version=2011-06-15"
	h := &hand{creds: c, body: other, hash: hexHash(identityForm)}
	raw(t, s, h.text(s)).refused(t, "another body", "SignatureDoesNotMatch")
	for _, mode := range []string{hexHash("other"), "UNSIGNED-PAYLOAD", "STREAMING-UNSIGNED-PAYLOAD-TRAILER", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
		"STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER", "", "x"} {
		h := &hand{creds: c, body: identityForm, hash: mode, headers: [][2]string{{"X-Amz-Content-Sha256", mode}}}
		if mode == "" {
			h.hash = hexHash("")
		}
		raw(t, s, h.text(s)).refused(t, "declared hash "+mode)
	}
	h = &hand{creds: c, body: "2c\r\n" + identityForm + "\r\n0\r\n\r\n", hash: "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
		headers: [][2]string{{"X-Amz-Content-Sha256", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"}, {"Content-Encoding", "aws-chunked"}}}
	raw(t, s, h.text(s)).refused(t, "aws-chunked")
	for _, body := range []string{"\r\n\r\n", "zz\r\nabc", "-1\r\n", "ffffffffffffffffff\r\n", "5\r\nab\r\n0\r\n\r\n"} {
		h := &hand{creds: c, body: body, hash: hexHash(identityForm)}
		raw(t, s, h.text(s, "Transfer-Encoding: chunked")).refused(t, fmt.Sprintf("chunks %q", body))
	}
	if by(s, c).arn(t) == "" {
		t.Error("the server is gone")
	}
}

// TestAttack06_SigV4ScopeReplay replays a request elsewhere and later.
func TestAttack06_SigV4ScopeReplay(t *testing.T) {
	t.Parallel()
	s := devServer(t)
	c := admin(s)
	h := &hand{creds: c, body: identityForm, service: "iam"}
	raw(t, s, h.text(s)).refused(t, "signed for iam", "SignatureDoesNotMatch")
	h = &hand{creds: c, body: identityForm, service: "demo"}
	raw(t, s, h.text(s)).refused(t, "signed for demo", "SignatureDoesNotMatch")
	h = &hand{creds: c, method: "GET", target: "/demo/notes?prefix=", service: "sts"}
	raw(t, s, h.text(s)).refused(t, "signed for sts, sent to demo")
	h = &hand{creds: c, body: identityForm, signHost: "other.example:4580"}
	raw(t, s, h.text(s)).refused(t, "signed for another host", "SignatureDoesNotMatch")
	h = &hand{creds: c, body: identityForm}
	raw(t, s, strings.Replace(h.text(s), "/"+s.Region+"/sts/", "/elsewhere-1/sts/", 1)).refused(t, "another region", "SignatureDoesNotMatch")
	h = &hand{creds: c, body: identityForm, terminator: "aws5_request"}
	raw(t, s, h.text(s)).refused(t, "another terminator", "SignatureDoesNotMatch")
	h = &hand{creds: c, body: identityForm, scopeDate: time.Now().Add(-24 * time.Hour).UTC().Format("20060102")}
	raw(t, s, h.text(s)).refused(t, "yesterday's scope", "SignatureDoesNotMatch")

	now := time.Now()
	ask := func(at time.Time) *reply { return raw(t, s, (&hand{creds: c, body: identityForm, at: at}).text(s)) }
	if r := ask(now.Add(-14 * time.Minute)); r.status != 200 {
		t.Errorf("14 minutes late: %s", r.body)
	}
	if r := ask(now.Add(14 * time.Minute)); r.status != 200 {
		t.Errorf("14 minutes early: %s", r.body)
	}
	r := ask(now.Add(-16 * time.Minute))
	r.refused(t, "16 minutes late", "SignatureDoesNotMatch")
	if !strings.HasPrefix(r.text, "Signature expired: "+now.Add(-16*time.Minute).UTC().Format("20060102T150405Z")+" is now earlier than ") || !strings.HasSuffix(r.text, " - 15 min.)") {
		t.Errorf("16 minutes late: %s", r.text)
	}
	r = ask(now.Add(16 * time.Minute))
	r.refused(t, "16 minutes early", "SignatureDoesNotMatch")
	if !strings.HasPrefix(r.text, "Signature not yet current: ") || !strings.HasSuffix(r.text, " + 15 min.)") {
		t.Errorf("16 minutes early: %s", r.text)
	}

	// Around midnight the scope of yesterday is right for who signed yesterday, within the window and not beyond. Development mode
	// also takes the machine's time, so the midnight is one that the machine is far from.
	midnight := now.UTC().Truncate(24 * time.Hour).Add(48 * time.Hour)
	must(s.Advance(midnight.Add(5 * time.Minute).Sub(time.Now()).Truncate(time.Second)))(t)
	late := midnight.Add(-5 * time.Minute)
	text := (&hand{creds: c, body: identityForm, at: late}).text(s)
	if r := raw(t, s, text); r.status != 200 {
		t.Errorf("signed five minutes before midnight, heard five minutes after: %s", r.body)
	}
	url := c.presign(t, s, identityForm, signature{at: late})
	if r := get(t, url); r.status != 200 {
		t.Errorf("presigned five minutes before midnight, heard five minutes after: %s", r.body)
	}
	must(s.Advance(11 * time.Minute))(t)
	raw(t, s, text).refused(t, "the same request eleven minutes later", "SignatureDoesNotMatch")
	get(t, url).refused(t, "the same URL eleven minutes later", "SignatureDoesNotMatch")
}

// TestAttack10_FormKeySmuggling: two readers of one form must not see two requests.
func TestAttack10_FormKeySmuggling(t *testing.T) {
	t.Parallel()
	s := devServer(t)
	a := by(s, admin(s))
	role := a.role(t, "smuggled", trust("arn:aws:iam::"+s.Account.ID+":root", ""))
	body := "Action=AssumeRole&Version=2011-06-15&RoleSessionName=xyz&RoleArn=" + strings.NewReplacer(":", "%3A", "/", "%2F").Replace(role)
	if r := raw(t, s, (&hand{creds: a.creds, body: body}).text(s)); r.status != 200 {
		t.Fatalf("a correct request: %s", r.body)
	}
	policy := "&Policy=%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%5B%5D%7D"
	arn := "arn%3Aaws%3Aiam%3A%3Aaws%3Apolicy%2FReadOnlyAccess"
	for name, x := range map[string]string{
		"two actions":             body + "&Action=GetCallerIdentity",
		"two policies":            body + policy + policy,
		"two session names":       body + "&RoleSessionName=y",
		"one index twice":         body + "&PolicyArns.member.1.arn=" + arn + "&PolicyArns.member.01.arn=" + arn,
		"index with zero":         body + "&PolicyArns.member.01.arn=" + arn,
		"index zero":              body + "&PolicyArns.member.0.arn=" + arn,
		"index with sign":         body + "&PolicyArns.member.%2B1.arn=" + arn,
		"negative index":          body + "&PolicyArns.member.-1.arn=" + arn,
		"index with space":        body + "&PolicyArns.member.%201.arn=" + arn,
		"huge index":              body + "&PolicyArns.member.99999999999999999999.arn=" + arn,
		"encoded name":            body + "&%41ction=GetCallerIdentity",
		"broken escape":           body + "&X=%4",
		"broken escape in a name": body + "&%zz=1",
	} {
		raw(t, s, (&hand{creds: a.creds, body: x}).text(s)).refused(t, name)
	}
	// A semicolon parts nothing: what is behind it belongs to the value.
	r := raw(t, s, (&hand{creds: a.creds, body: strings.Replace(body, "RoleSessionName=xyz", "RoleSessionName=xyz;Action=GetCallerIdentity", 1)}).text(s))
	r.refused(t, "semicolon", "ValidationError")
	// The same name in query and body.
	h := &hand{creds: a.creds, body: body, target: "/?Action=GetCallerIdentity"}
	raw(t, s, h.text(s)).refused(t, "actions in query and body")
	h = &hand{creds: a.creds, body: body, target: "/?Action=AssumeRole"}
	raw(t, s, h.text(s)).refused(t, "the same action in query and body")
	// Sizes.
	big := body + "&Policy=" + strings.Repeat("a", 10<<20)
	start := time.Now()
	req := form(t, s, big)
	req = a.sign(t, s, req, signature{})
	client := &http.Client{Timeout: 20 * time.Second}
	res, err := client.Do(req)
	if err == nil {
		defer res.Body.Close()
		if res.StatusCode < 400 || res.StatusCode >= 500 {
			t.Errorf("a body of 10 MiB: %d", res.StatusCode)
		}
	}
	many := body
	for i := range 20000 {
		many += fmt.Sprintf("&p%d=", i)
	}
	raw(t, s, (&hand{creds: a.creds, body: many}).text(s)).refused(t, "twenty thousand parameters")
	if took := time.Since(start); took > 10*time.Second {
		t.Errorf("refusing large requests took %v", took)
	}
}

// TestAttack11_TimingAndOracle: nobody learns which keys exist, and guessing is slowed down.
func TestAttack11_TimingAndOracle(t *testing.T) {
	t.Parallel()
	s := devServer(t)
	a := by(s, admin(s))
	disabled := a.user(t, "disabled")
	deleted := a.user(t, "deleted")
	for _, o := range []operation{
		{"iam", "UpdateAccessKey", []string{"UserName", "disabled", "AccessKeyId", disabled.id, "Status", "Inactive"}},
		{"iam", "DeleteAccessKey", []string{"UserName", "deleted", "AccessKeyId", deleted.id}},
		{"iam", "DeleteUser", []string{"UserName", "deleted"}},
	} {
		if r := o.by(t, a); r.status != 200 {
			t.Fatal(r.body)
		}
	}
	unknown := creds{"AKIA" + strings.Repeat("Q", 16), strings.Repeat("x", 40), ""}
	answers := map[string]string{}
	for name, c := range map[string]creds{
		"unknown":                 unknown,
		"disabled, right secret":  disabled.creds,
		"disabled, wrong secret":  {disabled.id, unknown.secret, ""},
		"deleted, right secret":   deleted.creds,
		"deleted, wrong secret":   {deleted.id, unknown.secret, ""},
		"temporary without token": {"ASIA" + strings.Repeat("Q", 16), unknown.secret, ""},
	} {
		r := raw(t, s, (&hand{creds: c, body: identityForm}).text(s))
		r.refused(t, name, "InvalidClientTokenId")
		answers[fmt.Sprint(r.status, r.code, r.text)] = name
	}
	if len(answers) != 1 {
		t.Errorf("credentials that are not honoured are told apart: %v", answers)
	}
	r := raw(t, s, (&hand{creds: creds{a.id, unknown.secret, ""}, body: identityForm}).text(s))
	r.refused(t, "wrong secret", "SignatureDoesNotMatch")
	if r.status != 403 {
		t.Errorf("wrong secret: %d", r.status)
	}
}
