package e2e

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	ststypes "github.com/aws/aws-sdk-go-v2/service/sts/types"
	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/google/go-cmp/cmp"

	"github.com/daypass/daypass/e2e/process"
)

// outbound is what a service elsewhere reads in a token beyond the standard claims.
type outbound struct {
	ID       string `json:"jti"`
	Identity struct {
		Account        string            `json:"aws_account"`
		Region         string            `json:"source_region"`
		Principal      string            `json:"principal_id"`
		PrincipalTags  map[string]string `json:"principal_tags"`
		SessionExpires string            `json:"original_session_exp"`
		SourceIdentity string            `json:"source_identity"`
		RequestTags    map[string]string `json:"request_tags"`
		Organization   string            `json:"org_id"`
		Path           string            `json:"ou_path"`
	} `json:"https://sts.amazonaws.com/"`
}

// elsewhere verifies a token as a service elsewhere does, from nothing but the issuer's URL.
func elsewhere(t *testing.T, issuer, audience, token string, now time.Time) (*oidc.IDToken, outbound, error) {
	t.Helper()
	// A context of its own: the provider keeps the key set for as long as it is used.
	provider := must(oidc.NewProvider(context.Background(), issuer))(t)
	got, err := provider.Verifier(&oidc.Config{ClientID: audience, SupportedSigningAlgs: []string{"RS256", "ES384"}, Now: func() time.Time { return now }}).
		Verify(context.Background(), token)
	var more outbound
	if err == nil {
		ok(t, got.Claims(&more))
	}
	return got, more, err
}

// enable makes the account an issuer and gives its URL.
func (w *who) enableOutbound(t *testing.T) string {
	t.Helper()
	return *must(w.iam.EnableOutboundWebIdentityFederation(ctx, &iam.EnableOutboundWebIdentityFederationInput{}))(t).IssuerIdentifier
}

// prove asks for a token; in may be nil.
func (w *who) prove(audience string, in *sts.GetWebIdentityTokenInput) (string, error) {
	var full sts.GetWebIdentityTokenInput
	if in != nil {
		full = *in
	}
	full.Audience = append([]string{audience}, full.Audience...)
	if full.SigningAlgorithm == nil {
		full.SigningAlgorithm = aws.String("ES384")
	}
	out, err := w.sts.GetWebIdentityToken(ctx, &full)
	if err != nil {
		return "", err
	}
	return *out.WebIdentityToken, nil
}

// TestOutboundWebIdentity is the life of an account as an issuer, told with the Go SDK and verified with go-oidc.
func TestOutboundWebIdentity(t *testing.T) {
	t.Parallel()
	s := devServer(t)
	a := by(s, admin(s))
	const audience = "https://api.example.com"

	_, err := a.iam.GetOutboundWebIdentityFederationInfo(ctx, &iam.GetOutboundWebIdentityFederationInfoInput{})
	fails(t, err, "FeatureDisabled")
	_, err = a.iam.DisableOutboundWebIdentityFederation(ctx, &iam.DisableOutboundWebIdentityFederationInput{})
	fails(t, err, "FeatureDisabled")
	_, err = a.prove(audience, nil)
	fails(t, err, "OutboundWebIdentityFederationDisabledException")

	issuer := a.enableOutbound(t)
	if !strings.HasPrefix(issuer, s.Endpoint+"/issuer/") || strings.Contains(issuer, s.Account.ID) {
		t.Errorf("the issuer is %s", issuer)
	}
	_, err = a.iam.EnableOutboundWebIdentityFederation(ctx, &iam.EnableOutboundWebIdentityFederationInput{})
	fails(t, err, "FeatureEnabled")
	info := must(a.iam.GetOutboundWebIdentityFederationInfo(ctx, &iam.GetOutboundWebIdentityFederationInfoInput{}))(t)
	if *info.IssuerIdentifier != issuer || !info.JwtVendingEnabled {
		t.Errorf("info: %+v", info)
	}

	// A user, both algorithms, the default duration.
	_, err = a.iam.TagUser(ctx, &iam.TagUserInput{UserName: aws.String("alice"), Tags: []iamtypes.Tag{{Key: aws.String("team"), Value: aws.String("blue")}}})
	ok(t, err)
	for _, algorithm := range []string{"RS256", "ES384"} {
		before := time.Now()
		out := must(a.sts.GetWebIdentityToken(ctx, &sts.GetWebIdentityTokenInput{Audience: []string{audience}, SigningAlgorithm: &algorithm,
			Tags: []ststypes.Tag{{Key: aws.String("job"), Value: aws.String("7")}}}))(t)
		got, more, err := elsewhere(t, issuer, audience, *out.WebIdentityToken, before)
		ok(t, err)
		name := "arn:aws:iam::" + s.Account.ID + ":user/alice"
		if got.Issuer != issuer || got.Subject != name || !slices.Equal(got.Audience, []string{audience}) || len(more.ID) != 36 {
			t.Errorf("%s: %+v %+v", algorithm, got, more)
		}
		if life := got.Expiry.Sub(got.IssuedAt); life != 5*time.Minute || !got.Expiry.Equal(*out.Expiration) {
			t.Errorf("%s: issued %s, expires %s, said %s", algorithm, got.IssuedAt, got.Expiry, *out.Expiration)
		}
		id := more.Identity
		if id.Account != s.Account.ID || id.Region != s.Region || id.Principal != name || id.SessionExpires != "" || id.Organization+id.Path != "" ||
			!cmp.Equal(id.PrincipalTags, map[string]string{"team": "blue"}) || !cmp.Equal(id.RequestTags, map[string]string{"job": "7"}) {
			t.Errorf("%s: %+v", algorithm, id)
		}
		if _, _, err := elsewhere(t, issuer, "https://other.example.com", *out.WebIdentityToken, before); err == nil {
			t.Error("a token for one service is good at another")
		}
		if _, _, err := elsewhere(t, issuer, audience, *out.WebIdentityToken, got.Expiry.Add(time.Minute)); err == nil {
			t.Error("the token never ends")
		}
	}
	roleTokens(t, s, a, issuer)

	// Several audiences; and what is no algorithm, no duration, or too much.
	token := must(a.prove(audience, &sts.GetWebIdentityTokenInput{Audience: []string{"second"}, DurationSeconds: aws.Int32(60)}))(t)
	got, _, err := elsewhere(t, issuer, "second", token, time.Now())
	if err != nil || !slices.Equal(got.Audience, []string{audience, "second"}) {
		t.Errorf("two audiences: %v, %v", got, err)
	}
	for why, in := range map[string]*sts.GetWebIdentityTokenInput{
		"HS256":    {SigningAlgorithm: aws.String("HS256")},
		"lower":    {SigningAlgorithm: aws.String("es384")},
		"59 s":     {DurationSeconds: aws.Int32(59)},
		"3601 s":   {DurationSeconds: aws.Int32(3601)},
		"eleventh": {Audience: strings.Split("1234567890", "")},
	} {
		if _, err := a.prove(audience, in); err == nil {
			t.Errorf("%s: a token", why)
		} else {
			fails(t, err, "ValidationError")
		}
	}
	_, err = a.prove(audience, &sts.GetWebIdentityTokenInput{Tags: []ststypes.Tag{{Key: aws.String("k"), Value: aws.String("1")}, {Key: aws.String("K"), Value: aws.String("2")}}})
	fails(t, err, "InvalidParameterValue", "Duplicate")
	var many []ststypes.Tag
	for i := range 50 {
		many = append(many, ststypes.Tag{Key: aws.String(strings.Repeat("k", 60) + string(rune('a'+i/26)) + string(rune('a'+i%26))), Value: aws.String(strings.Repeat("v", 250))})
	}
	_, err = a.prove(audience, &sts.GetWebIdentityTokenInput{Tags: many})
	fails(t, err, "JWTPayloadSizeExceededException")

	// Switched off, nobody gets a token; those that are out go on until their time is over, and no longer.
	token = must(a.prove(audience, &sts.GetWebIdentityTokenInput{DurationSeconds: aws.Int32(3600)}))(t)
	must(a.iam.DisableOutboundWebIdentityFederation(ctx, &iam.DisableOutboundWebIdentityFederationInput{}))(t)
	_, err = a.prove(audience, nil)
	fails(t, err, "OutboundWebIdentityFederationDisabledException")
	if _, _, err = elsewhere(t, issuer, audience, token, time.Now()); err != nil {
		t.Errorf("a token from before: %v", err)
	}
	must(s.Advance(2 * time.Hour))(t)
	for _, path := range []string{"/.well-known/openid-configuration", "/.well-known/jwks.json"} {
		if r := get(t, issuer+path); r.status != 404 {
			t.Errorf("%s: %d", path, r.status)
		}
	}
	if again := a.enableOutbound(t); again != issuer {
		t.Errorf("enabled again, the account is %s, was %s", again, issuer)
	}
}

// roleTokens is about tokens of sessions: whom they name, and that none outlives its session.
func roleTokens(t *testing.T, s *process.Server, a *who, issuer string) {
	t.Helper()
	role := a.role(t, "prover", trust("arn:aws:iam::"+s.Account.ID+":root", ""), allow("sts:*", "*"))
	session := a.assume(t, role, &sts.AssumeRoleInput{DurationSeconds: aws.Int32(900), SourceIdentity: aws.String("alice"),
		Tags: []ststypes.Tag{{Key: aws.String("team"), Value: aws.String("red")}}})
	token := must(session.prove("x", nil))(t)
	got, more, err := elsewhere(t, issuer, "x", token, time.Now())
	ok(t, err)
	if got.Subject != role || more.Identity.Principal != role || more.Identity.SourceIdentity != "alice" || more.Identity.PrincipalTags["team"] != "red" {
		t.Errorf("a session's token: %s %+v", got.Subject, more)
	}
	if end := must(time.Parse(time.RFC3339, more.Identity.SessionExpires))(t); time.Until(end) > 15*time.Minute || time.Until(end) < 14*time.Minute {
		t.Errorf("the session ends at %s", end)
	}
	_, err = session.prove("x", &sts.GetWebIdentityTokenInput{DurationSeconds: aws.Int32(901)})
	fails(t, err, "SessionDurationEscalationException")
	limited := a.assume(t, role, &sts.AssumeRoleInput{Policy: aws.String(allow("sts:GetCallerIdentity", "*"))})
	_, err = limited.prove("x", nil)
	fails(t, err, "AccessDenied", "because no session policy allows the sts:GetWebIdentityToken action")
}

// TestOutboundPermissions: what policies say about audience, duration, algorithm and tags of a token holds.
func TestOutboundPermissions(t *testing.T) {
	t.Parallel()
	s := devServer(t)
	a := by(s, admin(s))
	a.enableOutbound(t)
	bob := a.user(t, "bob", `{"Version":"2012-10-17","Statement":[
		{"Effect":"Allow","Action":"sts:GetWebIdentityToken","Resource":"*","Condition":{
			"ForAllValues:StringEquals":{"sts:IdentityTokenAudience":["https://one.example","https://two.example"]},
			"NumericLessThanEquals":{"sts:DurationSeconds":300},
			"StringEquals":{"sts:SigningAlgorithm":"ES384"}}},
		{"Effect":"Allow","Action":"sts:TagGetWebIdentityToken","Resource":"arn:aws:sts::`+s.Account.ID+`:self","Condition":{
			"StringEquals":{"aws:RequestTag/scope":"read"},"ForAllValues:StringEquals":{"aws:TagKeys":"scope"}}}]}`)
	scope := func(v string) []ststypes.Tag { return []ststypes.Tag{{Key: aws.String("scope"), Value: &v}} }
	for why, c := range map[string]struct {
		audience string
		in       sts.GetWebIdentityTokenInput
		denied   string
	}{
		"as allowed":         {"https://one.example", sts.GetWebIdentityTokenInput{}, ""},
		"both, tagged":       {"https://one.example", sts.GetWebIdentityTokenInput{Audience: []string{"https://two.example"}, Tags: scope("read"), DurationSeconds: aws.Int32(300)}, ""},
		"another audience":   {"https://three.example", sts.GetWebIdentityTokenInput{}, "sts:GetWebIdentityToken"},
		"one audience more":  {"https://one.example", sts.GetWebIdentityTokenInput{Audience: []string{"https://three.example"}}, "sts:GetWebIdentityToken"},
		"longer":             {"https://one.example", sts.GetWebIdentityTokenInput{DurationSeconds: aws.Int32(301)}, "sts:GetWebIdentityToken"},
		"another algorithm":  {"https://one.example", sts.GetWebIdentityTokenInput{SigningAlgorithm: aws.String("RS256")}, "sts:GetWebIdentityToken"},
		"another tag value":  {"https://one.example", sts.GetWebIdentityTokenInput{Tags: scope("write")}, "sts:TagGetWebIdentityToken"},
		"one tag key beside": {"https://one.example", sts.GetWebIdentityTokenInput{Tags: append(scope("read"), ststypes.Tag{Key: aws.String("x"), Value: aws.String("y")})}, "sts:TagGetWebIdentityToken"},
	} {
		_, err := bob.prove(c.audience, &c.in)
		if c.denied == "" {
			if err != nil {
				t.Errorf("%s: %v", why, err)
			}
			continue
		}
		fails(t, err, "AccessDenied", "user/bob is not authorized to perform: "+c.denied+" on resource: arn:aws:sts::"+s.Account.ID+":self because no identity-based policy allows")
	}
}

// TestIssuerRotation: new keys are known a day before they sign, old ones as long as their tokens live; and a key that leaked goes
// at once.
func TestIssuerRotation(t *testing.T) {
	t.Parallel()
	s := devServer(t)
	a := by(s, admin(s))
	issuer := a.enableOutbound(t)
	now := time.Now()
	hour := &sts.GetWebIdentityTokenInput{DurationSeconds: aws.Int32(3600)}
	verify := func(when, token string, good bool) {
		t.Helper()
		if _, _, err := elsewhere(t, issuer, "x", token, now); (err == nil) != good {
			t.Errorf("%s: good %t, want %t: %v", when, err == nil, good, err)
		}
	}
	first := must(a.prove("x", hour))(t)
	old := keyIDs(t, issuer)
	env := as(s, a.creds)
	told := well(t, env, "daypass", "keys", "rotate", "--issuer", s.Account.ID)
	if n := strings.Count(told, "\n"); n != 5 || !strings.Contains(told, "ES384") || !strings.Contains(told, old[0]) {
		t.Errorf("the command says\n%s", told)
	}
	if again := well(t, env, "daypass", "keys", "rotate", "--issuer", s.Account.ID); again != told {
		t.Errorf("asked twice, it rotated twice:\n%s\n%s", told, again)
	}
	if ids := keyIDs(t, issuer); len(ids) != 4 || kid(t, must(a.prove("x", nil))(t)) != kid(t, first) {
		t.Errorf("published are %v, and the new key signs already", ids)
	}
	verify("right after", first, true)

	now = must(s.Advance(24*time.Hour - 10*time.Minute))(t)
	last := must(a.prove("x", hour))(t)
	now = must(s.Advance(20 * time.Minute))(t)
	fresh := must(a.prove("x", hour))(t)
	if kid(t, last) != kid(t, first) || kid(t, fresh) == kid(t, first) {
		t.Errorf("signed by %s, %s, %s", kid(t, first), kid(t, last), kid(t, fresh))
	}
	verify("the last token of the old key", last, true)
	verify("the first of the new key", fresh, true)
	now = must(s.Advance(2 * time.Hour))(t)
	if ids := keyIDs(t, issuer); len(ids) != 2 || slices.Contains(ids, kid(t, first)) {
		t.Errorf("the old keys are still published: %v", ids)
	}

	leaked := must(a.prove("x", hour))(t)
	verify("before the leak is known", leaked, true)
	well(t, env, "daypass", "keys", "rotate", "--issuer", s.Account.ID, "--now")
	verify("withdrawn", leaked, false)
	verify("after", must(a.prove("x", hour))(t), true)

	if r := run(t, env, "daypass", "keys", "rotate", "--now"); r.code != 2 {
		t.Errorf("--now alone: %d %s", r.code, r.err)
	}
	if r := run(t, env, "daypass", "keys", "rotate", "--issuer", "123456789012"); r.code == 0 || !strings.Contains(r.err, "123456789012") {
		t.Errorf("no issuer: %d %s", r.code, r.err)
	}
}

// keyIDs lists the ids in an issuer's key set, fetched with curl as anybody would.
func keyIDs(t *testing.T, issuer string) []string {
	t.Helper()
	var set struct {
		Keys []map[string]any `json:"keys"`
	}
	ok(t, json.Unmarshal([]byte(well(t, bare(), "curl", "-sf", issuer+"/.well-known/jwks.json")), &set))
	var ids []string
	for _, k := range set.Keys {
		for name := range k {
			if !slices.Contains([]string{"use", "kty", "kid", "crv", "alg", "x", "y", "n", "e"}, name) {
				t.Errorf("the key set tells %s", name)
			}
		}
		ids = append(ids, k["kid"].(string))
	}
	return ids
}

// kid is the id of the key that a token names.
func kid(t *testing.T, token string) string {
	t.Helper()
	var header map[string]string
	ok(t, json.Unmarshal(must(base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[0]))(t), &header))
	return header["kid"]
}

// TestIssuerSurvivesARestart: on the persistent server an account stays the same issuer with the same keys.
func TestIssuerSurvivesARestart(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "data")
	external := "http://localhost:9"
	s := serve(t, folder, "--external-url", external)
	c, _ := first(t, folder)
	a := by(s, c)
	issuer := a.enableOutbound(t)
	if !strings.HasPrefix(issuer, external+"/issuer/") {
		t.Fatalf("the issuer is %s", issuer)
	}
	path := strings.TrimPrefix(issuer, external)
	documents := func(s *process.Server) string {
		return get(t, s.Endpoint+path+"/.well-known/openid-configuration").body + get(t, s.Endpoint+path+"/.well-known/jwks.json").body
	}
	before := documents(s)
	if !strings.Contains(before, `"issuer":"`+issuer+`"`) || !strings.Contains(before, `"jwks_uri":"`+issuer+`/.well-known/jwks.json"`) {
		t.Errorf("discovery says %s", before)
	}
	token := must(a.prove("x", nil))(t)
	ok(t, s.Stop())
	s = serve(t, folder, "--external-url", external)
	if after := documents(s); after != before {
		t.Errorf("after the restart\n%s\nbefore\n%s", after, before)
	}
	if again := must(by(s, c).prove("x", nil))(t); kid(t, again) != kid(t, token) {
		t.Error("after the restart another key signs")
	}
	for _, text := range []string{s.Stderr(), s.Stdout()} {
		if strings.Contains(text, token) {
			t.Error("a token is in the log")
		}
	}
}

// TestAttack52_IssuerAndHost: who asks under another name does not change what the server calls itself, in documents or in tokens.
func TestAttack52_IssuerAndHost(t *testing.T) {
	t.Parallel()
	s := devServer(t)
	a := by(s, admin(s))
	issuer := a.enableOutbound(t)
	for _, path := range []string{"/.well-known/openid-configuration", "/.well-known/jwks.json"} {
		plain := get(t, issuer+path)
		if plain.status != 200 || plain.header.Get("Content-Type") != "application/json" || plain.header.Get("Cache-Control") != "public, max-age=3600" {
			t.Errorf("%s: %d %v", path, plain.status, plain.header)
		}
		r := must(http.NewRequest(http.MethodGet, issuer+path, nil))(t)
		r.Host = "attacker.example"
		for _, name := range []string{"X-Forwarded-Host", "X-Forwarded-Proto", "Forwarded", "Origin", "X-Original-URL"} {
			r.Header.Set(name, "https://attacker.example")
		}
		if got := send(t, r); got.body != plain.body || strings.Contains(got.body, "attacker") || got.header.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%s to another host: %s %v", path, got.body, got.header)
		}
	}
	// The SDK signs whatever host it is told to use; the token names the issuer all the same.
	r := form(t, s, "Action=GetWebIdentityToken&Version=2011-06-15&Audience.member.1=x&SigningAlgorithm=ES384")
	r.Host = "attacker.example"
	got := send(t, a.sign(t, s, r, signature{}))
	if got.status != 200 {
		t.Fatalf("%d %s", got.status, got.body)
	}
	_, token, _ := strings.Cut(got.body, "<WebIdentityToken>")
	token, _, _ = strings.Cut(token, "<")
	if _, _, err := elsewhere(t, issuer, "x", token, time.Now()); err != nil {
		t.Error(err)
	}
	for _, path := range []string{"/issuer/", "/issuer/x", "/issuer//.well-known/jwks.json", "/issuer/" + s.Account.ID + "/.well-known/jwks.json",
		strings.TrimPrefix(issuer, s.Endpoint), strings.TrimPrefix(issuer, s.Endpoint) + "/.well-known/../.well-known/jwks.json",
		strings.TrimPrefix(issuer, s.Endpoint) + "/.well-known%2Fjwks.json", strings.TrimPrefix(issuer, s.Endpoint) + "//.well-known/jwks.json"} {
		r := must(http.NewRequest(http.MethodGet, s.Endpoint, nil))(t)
		r.URL.Opaque = "//" + strings.TrimPrefix(s.Endpoint, "http://") + path
		if got := send(t, r); got.status != 404 || strings.Contains(got.body, "keys") {
			t.Errorf("%s: %d %s", path, got.status, got.body)
		}
	}
	if got := send(t, must(http.NewRequest(http.MethodPost, issuer+"/.well-known/jwks.json", strings.NewReader("{}")))(t)); got.status != 405 {
		t.Errorf("POST: %d", got.status)
	}
}

// TestAttack13_IdentityTokensAreNoSessions: a token that proves somebody elsewhere opens nothing here, and what opens something here
// is no such token.
func TestAttack13_IdentityTokensAreNoSessions(t *testing.T) {
	t.Parallel()
	s := devServer(t)
	a := by(s, admin(s))
	a.enableOutbound(t)
	token := must(a.prove("sts.amazonaws.com", nil))(t)
	session := a.assume(t, a.role(t, "actor", trust("arn:aws:iam::"+s.Account.ID+":root", "")), nil)
	for why, c := range map[string]creds{
		"with its own secret":        {session.id, session.secret, token},
		"with a long-term key":       {a.id, a.secret, token},
		"glued to a real token":      {session.id, session.secret, session.token + token},
		"its payload in their place": {session.id, session.secret, strings.Split(token, ".")[1]},
	} {
		identity(t, s, c).refused(t, why, "InvalidClientTokenId")
	}
	if strings.Count(session.token, ".") != 0 {
		t.Error("a session token looks like a signed JSON token")
	}
}
