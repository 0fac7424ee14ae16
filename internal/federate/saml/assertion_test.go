package saml_test

import (
	"crypto"
	"crypto/rand"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/daypass/daypass/internal/federate/saml"
	"github.com/daypass/daypass/internal/federate/saml/samltest"
)

// What providers in the field send is taken: signed in either place or both, by RSA or ECDSA, with every hash that is not SHA-1.
func TestVerify(t *testing.T) {
	for name, c := range map[string]struct {
		key                 crypto.Signer
		hash                crypto.Hash
		response, assertion bool
		prefixes            string
	}{
		"RSA, assertion":        {rsaKey(), 0, false, true, ""},
		"RSA, response":         {rsaKey(), 0, true, false, ""},
		"RSA, both":             {rsaKey(), 0, true, true, ""},
		"RSA-SHA512":            {rsaKey(), crypto.SHA512, false, true, ""},
		"RSA-SHA384":            {rsaKey(), crypto.SHA384, true, true, ""},
		"ECDSA P-256":           {ecKey(), 0, true, true, ""},
		"ECDSA P-521, SHA-512":  {ecKey2(), crypto.SHA512, false, true, ""},
		"inclusive prefixes":    {ecKey(), 0, true, true, "xs saml"},
		"inclusive, one signed": {ecKey(), 0, false, true, "xs"},
	} {
		p := idp(c.key)
		p.Hash, p.Prefixes = c.hash, c.prefixes
		r := good()
		r.SignResponse, r.SignAssertion = c.response, c.assertion
		a, err := verify(p, must(p.Document(r)))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if a.ID != r.AssertionID || a.Issuer != entity || a.Subject != r.Subject || a.Format != r.Format || a.Recipient != samltest.SignIn ||
			!a.Issued.Equal(noon) || !a.Until.Equal(noon.Add(5*time.Minute)) || !slices.Equal(a.Values(samltest.At+"RoleSessionName"), []string{"carol"}) {
			t.Errorf("%s: %+v", name, a)
		}
	}
}

// Any key that the metadata names will do, and none that it does not.
func TestKeyRollover(t *testing.T) {
	old, next, foreign := idp(rsaKey()), idp(ecKey()), idp(ecKey2())
	both := must(saml.ParseMetadata([]byte(samltest.Metadata(entity, "", old.Cert, next.Cert))))
	p := must(saml.NewProvider(both.EntityID, both.Certificates, both.ValidUntil))
	for _, by := range []*samltest.IdP{old, next} {
		if _, err := p.Verify(must(by.Encode(good())), &saml.Here{}, noon); err != nil {
			t.Error(err)
		}
	}
	a, err := p.Verify(must(foreign.Encode(good())), &saml.Here{}, noon)
	refused(t, "a key that the response brings along", a, err, saml.Signature)
	// The same key under another certificate, in the response, changes nothing.
	again := idp(ecKey())
	if _, err := p.Verify(must(again.Encode(good())), &saml.Here{}, noon); err != nil {
		t.Error(err)
	}
}

func TestExpiredKeys(t *testing.T) {
	p := must(samltest.New(entity, ecKey(), rand.Reader, noon.Add(-2*time.Hour), noon.Add(-time.Minute)))
	a, err := verify(p, must(p.Document(good())))
	refused(t, "an expired certificate", a, err, saml.KeyExpired)
	p = must(samltest.New(entity, ecKey(), rand.Reader, noon.Add(time.Minute), noon.Add(time.Hour)))
	a, err = verify(p, must(p.Document(good())))
	refused(t, "a certificate of tomorrow", a, err, saml.KeyExpired)
	p = idp(ecKey())
	d := must(saml.ParseMetadata([]byte(samltest.Metadata(entity, ` validUntil="2026-03-01T12:00:00Z"`, p.Cert))))
	a, err = must(saml.NewProvider(d.EntityID, d.Certificates, d.ValidUntil)).Verify(must(p.Encode(good())), &saml.Here{}, noon)
	refused(t, "metadata that ended", a, err, saml.KeyExpired)
}

// Attack 41: an assertion counts only for this server, from this provider, now. That it counts only once is asked of the state.
func TestAttack41_SAMLBinding(t *testing.T) {
	p := idp(ecKey())
	for name, c := range map[string]struct {
		change func(*samltest.Response)
		want   saml.Kind
	}{
		"another audience":            {func(r *samltest.Response) { r.Audience = "https://sp.example.com" }, saml.Audience},
		"a longer audience":           {func(r *samltest.Response) { r.Audience += ".example.com" }, saml.Audience},
		"no audience":                 {func(r *samltest.Response) { r.Audience = "" }, saml.Audience},
		"a second, other restriction": {func(r *samltest.Response) { r.Condition = restrictedTo("https://sp.example.com") }, saml.Audience},
		"an unknown condition":        {func(r *samltest.Response) { r.Condition = `<saml:Condition/>` }, saml.Audience},
		"another recipient":           {func(r *samltest.Response) { r.Recipient = "https://sp.example.com/acs" }, saml.Recipient},
		"a longer recipient":          {func(r *samltest.Response) { r.Recipient += "/x" }, saml.Recipient},
		"a host around it":            {func(r *samltest.Response) { r.Recipient = "https://signin.aws.amazon.com.example.com/saml" }, saml.Recipient},
		"another provider's endpoint": {func(r *samltest.Response) { r.Recipient += "/acs/OTHERPROVIDER" }, saml.Recipient},
		"no recipient":                {func(r *samltest.Response) { r.Recipient = "" }, saml.Recipient},
		"another destination":         {func(r *samltest.Response) { r.Destination = "https://sp.example.com/acs" }, saml.Recipient},
		"another issuer":              {func(r *samltest.Response) { r.Issuer = "https://other.example.com" }, saml.Issuer},
		"no end":                      {func(r *samltest.Response) { r.Until = time.Time{} }, saml.Subject},
		"over":                        {func(r *samltest.Response) { r.Until = noon }, saml.Expired},
		"not yet":                     {func(r *samltest.Response) { r.NotBefore = noon.Add(3 * time.Minute) }, saml.Early},
		"issued in the future":        {func(r *samltest.Response) { r.Issued = noon.Add(3 * time.Minute) }, saml.Early},
		"issued long ago":             {func(r *samltest.Response) { r.Issued = noon.Add(-5 * time.Minute) }, saml.Stale},
		"the session is over":         {func(r *samltest.Response) { r.SessionEnds = noon }, saml.Expired},
		"failed":                      {func(r *samltest.Response) { r.Status = "urn:oasis:names:tc:SAML:2.0:status:Responder" }, saml.Status},
		"nobody authenticated":        {func(r *samltest.Response) { r.NoAuthn = true }, saml.Authn},
		"nobody":                      {func(r *samltest.Response) { r.Subject = "" }, saml.Subject},
		"a second confirmation": {func(r *samltest.Response) {
			r.InSubject = `<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"/>`
		}, saml.Subject},
		"unsigned": {func(r *samltest.Response) { r.SignAssertion = false }, saml.Signature},
	} {
		r := good()
		c.change(r)
		a, err := verify(p, must(p.Document(r)))
		refused(t, name, a, err, c.want)
	}
	// A holder of a key is no bearer.
	doc := must(p.Document(&samltest.Response{ID: "_r", AssertionID: "_a"}))
	*doc = *must(p.Document(unsigned(good())))
	doc.FindElement("//SubjectConfirmation").SelectAttr("Method").Value = "urn:oasis:names:tc:SAML:2.0:cm:holder-of-key"
	if err := p.Sign(doc.FindElement("/Response/Assertion")); err != nil {
		t.Fatal(err)
	}
	a, err := verify(p, doc)
	refused(t, "holder of key", a, err, saml.Subject)
	// What the envelope says of the issuer does not vouch for the assertion's.
	*doc = *must(p.Document(unsigned(good())))
	doc.FindElement("/Response/Assertion/Issuer").SetText("https://other.example.com")
	if err := p.Sign(doc.FindElement("/Response/Assertion")); err != nil {
		t.Fatal(err)
	}
	a, err = verify(p, doc)
	refused(t, "an assertion of another issuer", a, err, saml.Issuer)
	// A LogoutRequest, or anything else that is no response, is none, signed or not.
	raw := strings.ReplaceAll(must(must(p.Document(good())).WriteToString()), "samlp:Response", "samlp:LogoutRequest")
	doc.Child = nil
	if err := doc.ReadFromString(raw); err != nil {
		t.Fatal(err)
	}
	a, err = verify(p, doc)
	refused(t, "a logout request", a, err, saml.Form)
}

func unsigned(r *samltest.Response) *samltest.Response {
	r.SignAssertion, r.SignResponse = false, false
	return r
}

func restrictedTo(audience string) string {
	return `<saml:AudienceRestriction><saml:Audience>` + audience + `</saml:Audience></saml:AudienceRestriction>`
}

// What stands at the edge of a time is inside or outside by the second.
func TestTimes(t *testing.T) {
	p := idp(ecKey())
	r := good()
	r.NotBefore, r.Until = noon, noon.Add(time.Minute)
	response := must(p.Encode(r))
	for at, want := range map[time.Duration]bool{
		-saml.Ahead: true, -saml.Ahead - time.Second: false, 0: true, time.Minute - time.Second: true, time.Minute: false,
	} {
		if _, err := trusting(p).Verify(response, &saml.Here{}, noon.Add(at)); (err == nil) != want {
			t.Errorf("%v: %v", at, err)
		}
	}
	r = good()
	r.Until = noon.Add(24 * time.Hour)
	a := must(trusting(p).Verify(must(p.Encode(r)), &saml.Here{}, noon.Add(saml.Redeem-time.Second)))
	if !a.Until.Equal(noon.Add(saml.Redeem)) {
		t.Errorf("usable until %v", a.Until)
	}
}

// Where assertions are for is configured: AWS's endpoints in all their forms, or exactly what is configured.
func TestHere(t *testing.T) {
	p := idp(ecKey())
	own := &saml.Here{Recipients: []string{"https://sts.example.com/saml"}, Audiences: []string{"urn:example:daypass"}}
	for _, c := range []struct {
		recipient, audience string
		here                *saml.Here
		want                bool
	}{
		{samltest.SignIn, samltest.Services, &saml.Here{}, true},
		{"https://eu-central-1.signin.aws.amazon.com/saml", samltest.Services, &saml.Here{}, true},
		{"https://signin.aws.amazon.com/saml/acs/SAMLPID", samltest.Services, &saml.Here{ProviderID: "SAMLPID"}, true},
		{"https://signin.aws.amazon.com/saml/acs/SAMLPID", samltest.Services, &saml.Here{ProviderID: "OTHER"}, false},
		{samltest.SignIn, "https://signin.aws.amazon.com/saml", &saml.Here{}, true},
		{"http://signin.aws.amazon.com/saml", samltest.Services, &saml.Here{}, false},
		{"https://a.b.signin.aws.amazon.com/saml", samltest.Services, &saml.Here{}, false},
		{"https://sts.example.com/saml", "urn:example:daypass", own, true},
		{"https://sts.example.com/saml", samltest.Services, own, false},
		{samltest.SignIn, "urn:example:daypass", own, false},
		{"https://sts.example.com/saml", "urn:example:daypass", &saml.Here{}, false},
	} {
		r := good()
		r.Recipient, r.Destination, r.Audience = c.recipient, c.recipient, c.audience
		if _, err := trusting(p).Verify(must(p.Encode(r)), c.here, noon); (err == nil) != c.want {
			t.Errorf("%s for %s: %v", c.recipient, c.audience, err)
		}
	}
}

// InResponseTo is not compared with anything: no request is ever sent from here.
func TestInResponseTo(t *testing.T) {
	p, r := idp(ecKey()), good()
	r.InResponseTo = "_request"
	if _, err := verify(p, must(p.Document(r))); err != nil {
		t.Error(err)
	}
}

func TestClaims(t *testing.T) {
	p := idp(ecKey())
	r := good().Set(samltest.At+"SessionDuration", "1800").Set(samltest.At+"SourceIdentity", "carol").
		Set(samltest.At+"PrincipalTag:Team", "blue").Set(samltest.At+"PrincipalTag:Cost", "").Set(samltest.At+"TransitiveTagKeys", "Team", "Cost").
		Set(samltest.At+"Role", provider+","+role, role+"2,"+provider)
	a, err := verify(p, must(p.Document(r)))
	if err != nil {
		t.Fatal(err)
	}
	c, err := a.Claims(saml.AWS())
	if err != nil {
		t.Fatal(err)
	}
	if c.SessionName != "carol" || c.Duration != 30*time.Minute || c.SourceIdentity != "carol" ||
		!slices.Equal(c.Tags, []saml.Tag{{Key: "Team", Value: "blue"}, {Key: "Cost", Value: ""}}) || !slices.Equal(c.Transitive, []string{"Team", "Cost"}) {
		t.Errorf("%+v", c)
	}
	for pair, want := range map[[2]string]bool{
		{role, provider}: true, {role + "2", provider}: true, {role + "3", provider}: false, {role, provider + "2"}: false,
		{provider, role}: true, {role, role}: false, {"", ""}: false,
	} {
		if c.Pairs(pair[0], pair[1]) != want {
			t.Errorf("pair %v: %t", pair, !want)
		}
	}
}

func TestBadClaims(t *testing.T) {
	p := idp(ecKey())
	for _, c := range []struct {
		name   string
		values []string
		want   saml.Kind
	}{
		{"RoleSessionName", nil, saml.SessionName},
		{"RoleSessionName", []string{""}, saml.SessionName},
		{"RoleSessionName", []string{"x"}, saml.BadSessionName},
		{"RoleSessionName", []string{"a b"}, saml.BadSessionName},
		{"RoleSessionName", []string{strings.Repeat("x", 65)}, saml.BadSessionName},
		{"RoleSessionName", []string{"carol", "dave"}, saml.BadSessionName},
		{"SourceIdentity", []string{"aws:carol"}, saml.BadSourceIdentity},
		{"SourceIdentity", []string{"c"}, saml.BadSourceIdentity},
		{"SessionDuration", []string{"899"}, saml.BadDuration},
		{"SessionDuration", []string{"43201"}, saml.BadDuration},
		{"SessionDuration", []string{"1e3"}, saml.BadDuration},
		{"SessionDuration", []string{"3600", "900"}, saml.BadDuration},
		{"PrincipalTag:Team", []string{"a", "b"}, saml.BadTag},
		{"PrincipalTag:", []string{"a"}, saml.BadTag},
	} {
		a, err := verify(p, must(p.Document(good().Set(samltest.At+c.name, c.values...))))
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		_, err = a.Claims(saml.AWS())
		refused(t, c.name, nil, err, c.want)
	}
}
