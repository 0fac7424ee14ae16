package aws

import (
	"encoding/base64"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/daypass/daypass/internal/audit"
	"github.com/daypass/daypass/internal/fault"
	"github.com/daypass/daypass/internal/federate/saml"
	"github.com/daypass/daypass/internal/federate/saml/samltest"
	"github.com/daypass/daypass/internal/iam"
)

const (
	corpRole = "arn:aws:iam::111111111111:role/teams/staff"
	allThree = `"sts:AssumeRoleWithSAML","sts:TagSession","sts:SetSourceIdentity"`
)

// trustCorp is a trust policy for a provider.
func trustCorp(provider, actions, condition string) string {
	return fmt.Sprintf(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Federated":%q},"Action":[%s],"Condition":%s}]}`, provider, actions, condition)
}

// newCorp is a door with the provider corp and the role staff, which trusts it under a condition.
func newCorp(t *testing.T, condition string) *door {
	t.Helper()
	d := newDoor(t)
	d.good("admin", "iam:CreateSAMLProvider", pairs("Name", "corp", "SAMLMetadataDocument", samlMetadata()))
	d.good("admin", "iam:CreateRole", pairs("RoleName", "staff", "Path", "/teams/", "MaxSessionDuration", "7200",
		"AssumeRolePolicyDocument", trustCorp(corp, allThree, condition)))
	d.good("admin", "iam:PutRolePolicy", pairs("RoleName", "staff", "PolicyName", "p", "PolicyDocument",
		`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["iam:ListUsers","sts:*"],"Resource":"*","Condition":{"StringEquals":{"saml:sub":"carol@example.com","saml:sub_type":"persistent"},"Null":{"saml:iss":"true"}}}]}`))
	return d
}

var responses int

// response is one that nobody used before.
func (d *door) response(change ...func(*samltest.Response)) string {
	d.t.Helper()
	responses++
	r := samltest.Good(fmt.Sprint(responses), corpRole, corp, d.now)
	for _, c := range change {
		c(r)
	}
	return must[string](d.t)(idp().Encode(r))
}

func (d *door) withSAML(response string, more ...string) answer {
	d.t.Helper()
	form := url.Values{"Action": {"AssumeRoleWithSAML"}, "Version": {"2011-06-15"}, "RoleArn": {corpRole}, "PrincipalArn": {corp}, "SAMLAssertion": {response}}
	for i := 0; i < len(more); i += 2 {
		form.Set(more[i], more[i+1])
	}
	return d.send("", "sts", form.Encode(), nil)
}

func TestAssumeRoleWithSAML(t *testing.T) {
	// BASE64(SHA1(issuer + account + "/" + name))
	const qualifier = "3uqKXKux6oXAfQ0AmKKuSI5R4p4="
	d := newCorp(t, `{"StringEquals":{"SAML:aud":"https://signin.aws.amazon.com/saml","saml:iss":"https://idp.example.com/metadata",
		"saml:sub":"carol@example.com","saml:sub_type":"persistent","saml:doc":"111111111111/corp","saml:commonName":"Carol",
		"aws:RequestTag/Team":"blue","sts:RoleSessionName":"carol"},"ForAllValues:StringEquals":{"saml:edupersonaffiliation":["staff","member"],"saml:cn":["Carol","Carola"],"sts:TransitiveTagKeys":["Team"]},
		"ArnNotLike":{"aws:PrincipalArn":"*"}}`)
	response := d.response(func(r *samltest.Response) {
		r.Set(samltest.At+"PrincipalTag:Team", "blue").Set(samltest.At+"TransitiveTagKeys", "Team").Set(samltest.At+"SourceIdentity", "carol-id")
		r.Set("urn:oid:1.3.6.1.4.1.5923.1.1.1.1", "staff").Set("urn:oid:2.5.4.3", "Carol")
		r.SessionEnds = noon.Add(40*time.Minute + time.Millisecond)
	})
	a := d.withSAML(response, "DurationSeconds", "7200")
	if a.status != 200 {
		t.Fatalf("%d %s %s", a.status, a.code, a.message)
	}
	if got := a.members(t); got != "AssumedRoleUser AssumedRoleUser.Arn AssumedRoleUser.AssumedRoleId Audience Credentials Credentials.AccessKeyId Credentials.Expiration "+
		"Credentials.SecretAccessKey Credentials.SessionToken Issuer NameQualifier PackedPolicySize SourceIdentity Subject SubjectType" {
		t.Errorf("members %s", got)
	}
	for name, want := range map[string]string{"Arn": "arn:aws:sts::111111111111:assumed-role/staff/carol", "Subject": "carol@example.com", "SubjectType": "persistent",
		"Issuer": "https://idp.example.com/metadata", "Audience": samltest.SignIn, "SourceIdentity": "carol-id", "Expiration": "2026-11-22T12:40:00Z", "NameQualifier": qualifier} {
		if got := a.text(name); got != want {
			t.Errorf("%s is %s, want %s", name, got, want)
		}
	}
	e := must[*audit.Event](t)(d.audit.Find(t.Context(), a.request))
	if e.Identity.Type != audit.TypeSAMLUser || e.Identity.IdentityProvider != corp || e.Identity.UserName != "carol@example.com" ||
		e.Identity.PrincipalID != qualifier+":carol@example.com" || e.RecipientAccount != home || e.Additional.IssuedAccessKeyID != a.text("AccessKeyId") || !e.ReadOnly {
		t.Errorf("on record is %+v", e)
	}
	if text := string(e.RequestParameters); !strings.Contains(text, corpRole) || strings.Contains(text, response[:64]) {
		t.Errorf("on record is %s", text)
	}

	// The session may what the role may, judged by what the provider said.
	d.creds["carol"] = d.signer(a)
	d.good("carol", "iam:ListUsers", nil)
	d.bad("carol", "iam:ListRoles", nil, 403, "AccessDenied",
		"User: arn:aws:sts::111111111111:assumed-role/staff/carol is not authorized to perform: iam:ListRoles on resource: arn:aws:iam::111111111111:role/ because no identity-based policy allows the iam:ListRoles action")
	who := d.good("carol", "sts:GetCallerIdentity", nil)
	if got := who.text("Arn"); got != "arn:aws:sts::111111111111:assumed-role/staff/carol" {
		t.Error(got)
	}
	// It ends with the provider, whoever takes its name.
	d.good("admin", "iam:UpdateSAMLProvider", pairs("SAMLProviderArn", corp, "SAMLMetadataDocument", samlMetadata()))
	d.good("carol", "iam:ListUsers", nil)
	d.good("admin", "iam:DeleteSAMLProvider", pairs("SAMLProviderArn", corp))
	d.bad("carol", "iam:ListUsers", nil, 403, "InvalidClientTokenId", "The security token included in the request is invalid")
	d.now = noon.Add(time.Minute)
	d.good("admin", "iam:CreateSAMLProvider", pairs("Name", "corp", "SAMLMetadataDocument", samlMetadata()))
	d.bad("carol", "iam:ListUsers", nil, 403, "InvalidClientTokenId", "The security token included in the request is invalid")
}

// What is missing in a trust policy, or in an assertion, is refused in the words that clients know.
func TestAssumeRoleWithSAMLRefused(t *testing.T) {
	const denied = "Not authorized to perform sts:AssumeRoleWithSAML"
	set := func(name string, values ...string) func(*samltest.Response) {
		return func(r *samltest.Response) { r.Set(samltest.At+name, values...) }
	}
	d := newCorp(t, `{}`)
	d.good("admin", "iam:CreateRole", pairs("RoleName", "untagged", "AssumeRolePolicyDocument", trustCorp(corp, `"sts:AssumeRoleWithSAML"`, `{}`)))
	d.good("admin", "iam:CreateRole", pairs("RoleName", "strict", "AssumeRolePolicyDocument", trustCorp(corp, allThree, `{"StringEquals":{"saml:sub":"dave"}}`)))
	d.good("admin", "iam:CreateRole", pairs("RoleName", "others", "AssumeRolePolicyDocument", trustCorp(corp+"2", allThree, `{}`)))
	d.good("admin", "iam:CreateRole", pairs("RoleName", "everyone", "AssumeRolePolicyDocument", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRoleWithSAML"}]}`))
	role := func(name string) []string { return []string{"RoleArn", "arn:aws:iam::111111111111:role/" + name} }
	may := func(name string) func(*samltest.Response) {
		return set("Role", "arn:aws:iam::111111111111:role/"+name+","+corp)
	}
	for name, c := range map[string]struct {
		change        func(*samltest.Response)
		more          []string
		status        int
		code, message string
	}{
		"another role":                         {nil, role("strict"), 403, "AccessDenied", denied},
		"another role's provider":              {set("Role", corpRole+","+corp+"2"), nil, 403, "AccessDenied", denied},
		"no role":                              {set("Role"), nil, 403, "AccessDenied", denied},
		"a role that is not there":             {may("none"), role("none"), 403, "AccessDenied", denied},
		"a condition that is not met":          {may("strict"), role("strict"), 403, "AccessDenied", denied},
		"a role of another provider":           {may("others"), role("others"), 403, "AccessDenied", denied},
		"a role for everybody with an account": {may("everyone"), role("everyone"), 403, "AccessDenied", denied},
		"tags that may not be set": {func(r *samltest.Response) { may("untagged")(r); set("PrincipalTag:a", "b")(r) }, role("untagged"), 403, "AccessDenied",
			"Not authorized to perform sts:TagSession"},
		"a source identity that may not be set": {func(r *samltest.Response) { may("untagged")(r); set("SourceIdentity", "carol")(r) }, role("untagged"), 403, "AccessDenied",
			"Not authorized to perform sts:SetSourceIdentity"},
		"longer than the role allows":  {nil, []string{"DurationSeconds", "7201"}, 400, "ValidationError", "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."},
		"a provider that is not there": {nil, []string{"PrincipalArn", corp + "2"}, 400, "InvalidIdentityToken", "Specified provider doesn't exist"},
		"no provider":                  {nil, []string{"PrincipalArn", corpRole}, 400, "ValidationError", corpRole + " is invalid"},
		"no name":                      {set("RoleSessionName"), nil, 400, "InvalidIdentityToken", "RoleSessionName is required in AuthnResponse"},
		"a bad name":                   {set("RoleSessionName", "Carol C."), nil, 400, "InvalidIdentityToken", "RoleSessionName in AuthnResponse must match [a-zA-Z_0-9+=,.@-]{2,64}"},
		"a bad source identity":        {set("SourceIdentity", "aws:x"), nil, 400, "InvalidIdentityToken", `Source Identity must match [a-zA-Z_0-9+=,.@-]{2,64} and not begin with "aws:"`},
		"unsigned":                     {func(r *samltest.Response) { r.SignAssertion = false }, nil, 400, "InvalidIdentityToken", "Response signature invalid"},
		"another issuer":               {func(r *samltest.Response) { r.Issuer = "https://other.example.com" }, nil, 400, "InvalidIdentityToken", "Issuer not present in specified provider"},
		"another audience":             {func(r *samltest.Response) { r.Audience = "urn:other" }, nil, 400, "InvalidIdentityToken", "Response does not contain the required audience"},
		"over":                         {func(r *samltest.Response) { r.Until = noon }, nil, 400, "ExpiredTokenException", "Response has expired"},
		"old":                          {func(r *samltest.Response) { r.Issued = noon.Add(-5 * time.Minute) }, nil, 400, "ExpiredTokenException", "Token must be redeemed within 5 minutes of issuance"},
		"failed":                       {func(r *samltest.Response) { r.Status += "Not" }, nil, 403, "IDPRejectedClaim", "The identity provider did not authenticate the user."},
		"not base64":                   {nil, []string{"SAMLAssertion", "!!!!"}, 400, "InvalidIdentityToken", "Invalid base64 SAMLResponse"},
		"not XML":                      {nil, []string{"SAMLAssertion", base64.StdEncoding.EncodeToString([]byte("<a>&x;"))}, 400, "InvalidIdentityToken", "Your request included an invalid SAML response: the response is malformed: not well-formed XML in UTF-8"},
		"encrypted": {func(r *samltest.Response) {
			r.InSubject = `<x:EncryptedData xmlns:x="http://www.w3.org/2001/04/xmlenc#"/>`
		}, nil, 400, "InvalidIdentityToken",
			"Encrypted SAML assertions are not supported by this server."},
		"tags alike": {func(r *samltest.Response) { set("PrincipalTag:a", "b")(r); set("PrincipalTag:A", "b")(r) }, nil, 400, "InvalidParameterValue",
			"Duplicate tag keys found. Please note that Tag keys are case insensitive."},
		"a policy that is none": {nil, []string{"Policy", "{}"}, 400, "MalformedPolicyDocument", ""},
	} {
		if c.change == nil {
			c.change = func(*samltest.Response) {}
		}
		before := d.db.Revision()
		a := d.withSAML(d.response(c.change), c.more...)
		if a.status != c.status || a.code != c.code || c.message != "" && a.message != c.message {
			t.Errorf("%s: %d %s %s", name, a.status, a.code, a.message)
		}
		if d.db.Revision() != before {
			t.Errorf("%s: the state has changed", name)
		}
	}
	// What was refused may still be used.
	response := d.response()
	if a := d.withSAML(response, "DurationSeconds", "43200"); a.status != 400 {
		t.Errorf("%d", a.status)
	}
	if a := d.withSAML(response); a.status != 200 {
		t.Errorf("%d %s %s", a.status, a.code, a.message)
	}
}

// Attack 41: a response is used once, whatever is written around the assertion that was signed.
func TestAttack41_AssertionReplay(t *testing.T) {
	d := newCorp(t, `{}`)
	doc := must[string](t)(func() (string, error) {
		raw, err := base64.StdEncoding.DecodeString(d.response())
		return string(raw), err
	}())
	first := base64.StdEncoding.EncodeToString([]byte(doc))
	again := base64.StdEncoding.EncodeToString([]byte(strings.Replace(doc, ` ID="_r`, ` ID="_other`, 1)))
	if a := d.withSAML(first); a.status != 200 {
		t.Fatalf("%d %s %s", a.status, a.code, a.message)
	}
	for _, response := range []string{first, again, first + "\n"} {
		if a := d.withSAML(response); a.code != "InvalidIdentityToken" || a.message != "The SAML assertion has been used already." {
			t.Errorf("%d %s %s", a.status, a.code, a.message)
		}
	}
	d.now = noon.Add(4 * time.Minute)
	if a := d.withSAML(first); a.code != "InvalidIdentityToken" {
		t.Errorf("%d %s %s", a.status, a.code, a.message)
	}
	d.now = noon.Add(6 * time.Minute)
	if a := d.withSAML(first); a.code != "ExpiredTokenException" {
		t.Errorf("%d %s %s", a.status, a.code, a.message)
	}
	// At the same time, only one of many is answered.
	d.now = noon
	response, results := d.response(), make(chan int)
	for range 8 {
		go func() { results <- d.withSAML(response).status }()
	}
	good := 0
	for range 8 {
		if <-results == 200 {
			good++
		}
	}
	if good != 1 {
		t.Errorf("%d of 8 were answered", good)
	}
}

// The server may be configured to be somebody else than AWS's sign-in.
func TestAssumeRoleWithSAMLHere(t *testing.T) {
	d := newCorp(t, `{"StringEquals":{"saml:aud":"https://sts.example.com/saml"}}`)
	d.gate.Core.SAML = saml.Here{Recipients: []string{"https://sts.example.com/saml"}, Audiences: []string{"urn:example"}}
	if a := d.withSAML(d.response()); a.code != "InvalidIdentityToken" {
		t.Errorf("%d %s %s", a.status, a.code, a.message)
	}
	a := d.withSAML(d.response(func(r *samltest.Response) {
		r.Recipient, r.Destination, r.Audience = "https://sts.example.com/saml", "", "urn:example"
	}))
	if a.status != 200 || a.text("Audience") != "https://sts.example.com/saml" {
		t.Errorf("%d %s %s", a.status, a.code, a.message)
	}
}

// SessionDuration and SessionNotOnOrAfter shorten, and nothing lengthens.
func TestSAMLDurations(t *testing.T) {
	for _, c := range []struct {
		asked, says string
		ends        time.Duration
		want        string
	}{
		{"", "", 0, "2026-11-22T13:00:00Z"},
		{"7200", "", 0, "2026-11-22T14:00:00Z"},
		{"7200", "900", 0, "2026-11-22T12:15:00Z"},
		{"", "7200", 0, "2026-11-22T13:00:00Z"},
		{"900", "43200", 0, "2026-11-22T12:15:00Z"},
		{"", "1800", 5 * time.Minute, "2026-11-22T12:05:00Z"},
		{"", "1800", 50 * time.Minute, "2026-11-22T12:30:00Z"},
	} {
		d := newCorp(t, `{}`)
		var more []string
		if c.asked != "" {
			more = []string{"DurationSeconds", c.asked}
		}
		a := d.withSAML(d.response(func(r *samltest.Response) {
			if c.says != "" {
				r.Set(samltest.At+"SessionDuration", c.says)
			}
			if c.ends != 0 {
				r.SessionEnds = noon.Add(c.ends)
			}
		}), more...)
		if got := a.text("Expiration"); got != c.want {
			t.Errorf("%+v: %s %s", c, got, a.message)
		}
	}
}

// Every reason to refuse an assertion has words.
func TestSAMLWordsAreTotal(t *testing.T) {
	d := New(nil)
	for _, kind := range saml.Kinds() {
		if samlWords[kind].text == "" {
			t.Errorf("no words for %d", kind)
		}
		w := d.words(iamRequest(), &fault.Error{Kind: fault.Invalid, What: fault.SAMLAssertion, Err: &saml.Problem{Kind: kind, Detail: "DETAIL"}})
		if !codeForm.MatchString(w.code) || w.status != 400 && w.status != 403 || w.text == "" || placeholder.MatchString(w.text) {
			t.Errorf("%d: %+v", kind, w)
		}
	}
	if len(samlWords) != len(saml.Kinds()) {
		t.Error("words for what is no kind")
	}
}

// A role of another account may trust the provider; a suspended account's provider vouches for nobody.
func TestSAMLAccounts(t *testing.T) {
	d := newCorp(t, `{}`)
	d.change(func(tx *iam.Tx) {
		must[*iam.Role](t)(tx.CreateRole(other, iam.RoleSpec{Name: "guest", Trust: trustCorp(corp, allThree, `{}`)}))
	})
	guest := "arn:aws:iam::222222222222:role/guest"
	a := d.withSAML(d.response(func(r *samltest.Response) { r.Set(samltest.At+"Role", corp+", "+guest) }), "RoleArn", guest)
	if a.status != 200 || a.text("Arn") != "arn:aws:sts::222222222222:assumed-role/guest/carol" {
		t.Fatalf("%d %s %s", a.status, a.code, a.message)
	}
}
