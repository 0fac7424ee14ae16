package aws

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/daypass/daypass/internal/secret"
	"github.com/daypass/daypass/internal/sign/sigv4"
)

func TestClaim(t *testing.T) {
	d := New(nil)
	for _, c := range []struct {
		target, authorization string
		want                  bool
	}{
		{"/", "", true}, {"/?Action=GetCallerIdentity", "", true}, {"/x", "", false}, {"//", "", false},
		{"/x", "AWS4-HMAC-SHA256 Credential=x", true}, {"/x", "Bearer x", false}, {"/x", "SDK-HMAC-SHA256 x", false},
		{"/x?X-Amz-Signature=1", "", true}, {"/x?X-Amz-Algorithm=1", "", true}, {"/x?X-Amz-Credential=1", "", true}, {"/x?y=1", "", false},
	} {
		r := httptest.NewRequest(http.MethodGet, c.target, nil)
		if c.authorization != "" {
			r.Header.Set("Authorization", c.authorization)
		}
		if got := d.Claim(r); got != c.want {
			t.Errorf("%s with %q: %t", c.target, c.authorization, got)
		}
	}
}

// Which service a request means, in which order its faults are told, and in whose words.
func TestEnvelopes(t *testing.T) {
	d := newDoor(t)
	for name, c := range map[string]struct {
		who, service, body string
		status             int
		code, message      string
		namespace          string
	}{
		"nothing":            {"", "", "", 403, "MissingAuthenticationToken", "Request is missing Authentication Token", "sts"},
		"unsigned":           {"", "", "Action=ListUsers&Version=2010-05-08", 403, "MissingAuthenticationToken", "Request is missing Authentication Token", "iam"},
		"unsigned nonsense":  {"", "", "Action=X&Version=Y", 403, "MissingAuthenticationToken", "Request is missing Authentication Token", "sts"},
		"unknown action":     {"poor", "iam", "Action=ListThings&Version=2010-05-08", 400, "InvalidAction", "Could not find operation ListThings for version 2010-05-08", "iam"},
		"another's action":   {"poor", "sts", "Action=ListUsers&Version=2011-06-15", 400, "InvalidAction", "Could not find operation ListUsers for version 2011-06-15", "sts"},
		"unknown version":    {"poor", "iam", "Action=ListUsers&Version=2001-01-01", 400, "InvalidAction", "Could not find operation ListUsers for version 2001-01-01", "iam"},
		"no version":         {"poor", "iam", "Action=ListUsers", 400, "InvalidAction", "Could not find operation ListUsers for version NO_VERSION_SPECIFIED", "iam"},
		"no action":          {"poor", "sts", "Version=2011-06-15", 400, "MissingAction", "The request is missing an action or a required parameter.", "sts"},
		"signed for another": {"poor", "s3", "Action=ListUsers&Version=2010-05-08", 403, "SignatureDoesNotMatch", "Credential should be scoped to correct service: 'iam'.", "iam"},
		"an action twice":    {"poor", "sts", "Action=GetCallerIdentity&Version=2011-06-15&Action=AssumeRole", 400, "InvalidParameterCombination", "The parameter 'Action' is given more than once.", "sts"},
		"validation":         {"admin", "iam", "Action=GetRole&Version=2010-05-08", 400, "ValidationError", "1 validation error detected: Value null at 'roleName' failed to satisfy constraint: Member must not be null", "iam"},
		"validation over leave": {"poor", "sts", "Action=AssumeRole&Version=2011-06-15&RoleArn=arn:aws:iam::111111111111:role/x&RoleSessionName=Session1:2", 400, "ValidationError",
			`1 validation error detected: Value 'Session1:2' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\w+=,.@-]*`, "sts"},
	} {
		a := d.send(c.who, c.service, c.body, nil)
		if a.status != c.status || a.code != c.code || a.message != c.message || !strings.Contains(a.body, `xmlns="https://`+c.namespace+`.amazonaws.com/doc/`) {
			t.Errorf("%s: %s", name, a.body)
		}
	}
	// The region of the scope is the client's business.
	signer := d.creds["poor"]
	signer.Region = "aws-global"
	d.creds["far"] = signer
	d.good("far", "sts:GetCallerIdentity", nil)
}

// Two readers of one request must read the same: what stands in body and query is refused, also by other spellings of one list.
func TestAttack10_FormKeySmuggling(t *testing.T) {
	d := newDoor(t)
	twice := func(r *http.Request) {
		const query = "Action=GetCallerIdentity"
		r.URL.RawQuery, r.RequestURI = query, "/?"+query
	}
	const body = "Action=ListUsers&Version=2010-05-08"
	if a := d.send("", "", body, twice); a.status != 403 {
		t.Errorf("%d %s", a.status, a.code)
	}
	signer := d.creds["admin"]
	signer.Service = "iam"
	send := func(query, body string) answer {
		return d.send("", "", body, func(r *http.Request) {
			twice(r)
			r.URL.RawQuery, r.RequestURI = query, "/?"+query
			r.URL.Host, r.URL.Scheme = r.Host, "https"
			if err := signer.Sign(r, []byte(body), d.now); err != nil {
				t.Fatal(err)
			}
		})
	}
	if a := send("Action=ListUsers", "Version=2010-05-08"); a.status != 200 {
		t.Errorf("%d %s %s", a.status, a.code, a.message)
	}
	for name, c := range map[string][2]string{
		"differing":       {"Action=ListUsers", "Action=ListRoles&Version=2010-05-08"},
		"the same":        {"Action=ListUsers", "Action=ListUsers&Version=2010-05-08"},
		"a parameter":     {"UserName=admin", "Action=GetUser&Version=2010-05-08&UserName=poor"},
		"twice in a list": {"", "Action=UntagUser&Version=2010-05-08&UserName=poor&TagKeys.member.1=a&TagKeys.member.1=b"},
	} {
		if a := send(c[0], c[1]); a.status != 400 || a.code != "InvalidParameterCombination" {
			t.Errorf("%s: %d %s %s", name, a.status, a.code, a.message)
		}
	}
	for name, body := range map[string]string{
		"a number with a zero": "TagKeys.member.01=a", "two spellings": "TagKeys.member.1=a&TagKeys.member.01=b", "from zero": "TagKeys.member.0=a",
		"a sign": "TagKeys.member.%2B1=a", "a huge number": "TagKeys.member.99999999999999999999=a",
	} {
		if a := send("", "Action=UntagUser&Version=2010-05-08&UserName=poor&"+body); a.status != 400 || a.code != "ValidationError" {
			t.Errorf("%s: %d %s %s", name, a.status, a.code, a.message)
		}
	}
	if a := send("", body+"&Marker="+strings.Repeat("x", 1<<20)); a.status != http.StatusRequestEntityTooLarge {
		t.Errorf("a large body: %d %s", a.status, a.code)
	}
	if a := send("", body+strings.Repeat("&x=1", 3000)); a.status < 400 {
		t.Errorf("many parameters: %d", a.status)
	}
}

// No unsigned call gets anywhere, whatever it asks for.
func TestAttack43_AssumeRoleUnauthRoute(t *testing.T) {
	d := newDoor(t)
	before := d.db.Revision()
	for _, c := range Coverage() {
		for _, method := range []string{http.MethodPost, http.MethodGet} {
			params := everythingUnsigned()
			params.Set("Action", c.Operation)
			params.Set("Version", versions[c.Service])
			a := d.send("", "", params.Encode(), func(r *http.Request) { r.Method = method })
			want := "MissingAuthenticationToken"
			if c.Operation == "AssumeRoleWithWebIdentity" || c.Operation == "AssumeRoleWithSAML" {
				want = "UnsupportedOperation" // nobody has to sign these, as long as they are not built
				if c.Built {
					want = a.code // and then they refuse by what is wrong with the proof
					if a.code == "MissingAuthenticationToken" {
						t.Errorf("%s: must be signed", c.Operation)
					}
				}
			}
			if a.status < 400 || a.code != want {
				t.Errorf("%s %s: %d %s", method, c.Operation, a.status, a.code)
			}
		}
	}
	if d.db.Revision() != before {
		t.Error("something was changed")
	}
}

func TestCredentialsOverTheWire(t *testing.T) {
	d := newDoor(t)
	d.become("admin", "session", "clerk")
	session := d.creds["session"]
	with := func(change func(*sigv4.Signer)) {
		s := session
		change(&s)
		d.creds["changed"] = s
	}
	const invalid = "The security token included in the request is invalid"
	token := session.SessionToken.Reveal()
	for name, change := range map[string]func(*sigv4.Signer){
		"no token":        func(s *sigv4.Signer) { s.SessionToken = secret.Text{} },
		"a cut token":     func(s *sigv4.Signer) { s.SessionToken = secret.New(token[:len(token)-4]) },
		"a longer token":  func(s *sigv4.Signer) { s.SessionToken = secret.New(token + "AAAA") },
		"another key id":  func(s *sigv4.Signer) { s.AccessKeyID = "ASIAQNZGKIQY56JQ7WML" },
		"an unknown key":  func(s *sigv4.Signer) { s.AccessKeyID, s.SessionToken = "AKIAQNZGKIQY56JQ7WML", secret.Text{} },
		"a user's key id": func(s *sigv4.Signer) { s.AccessKeyID = d.creds["admin"].AccessKeyID },
	} {
		with(change)
		d.call("changed", "sts:GetCallerIdentity", nil)
		if a := d.call("changed", "sts:GetCallerIdentity", nil); a.status != 403 || a.code != "InvalidClientTokenId" || a.message != invalid {
			t.Errorf("%s: %d %s %s", name, a.status, a.code, a.message)
		}
	}
	with(func(s *sigv4.Signer) { s.Secret = secret.New("wrong") })
	if a := d.call("changed", "sts:GetCallerIdentity", nil); a.status != 403 || a.code != "SignatureDoesNotMatch" {
		t.Errorf("%d %s", a.status, a.code)
	}
	d.now = noon.Add(time.Hour)
	d.bad("session", "sts:GetCallerIdentity", nil, 403, "ExpiredToken", "The security token included in the request is expired")
}
