package access

import (
	"testing"
	"time"

	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/session"
	"github.com/daypass/daypass/policy"
)

const provider = "arn:aws:iam::111111111111:oidc-provider/issuer.example/x"

// with is a state in which ann and her account's root have keys.
func withKeys(t testing.TB, more func(*iam.Tx)) (v *iam.View, ann, root session.Origin) {
	t.Helper()
	key := func(tx *iam.Tx, user string) string {
		id := must[string](t)(tx.NewAccessKeyID(home))
		must[*iam.AccessKey](t)(tx.CreateAccessKey(home, user, id, []byte("sealed")))
		return id
	}
	v = state(t, func(tx *iam.Tx) {
		ann.KeyID, root.KeyID = key(tx, "ann"), key(tx, "")
		must[*iam.Organization](t)(tx.FoundOrganization(home, false))
		must[*iam.MemberRequest](t)(tx.CreateMember(home, iam.MemberSpec{Name: "m", Email: "m@example.org"}))
		must[*iam.Organization](t)(tx.TrustService(home, "iam.amazonaws.com"))
		must[*iam.Organization](t)(tx.SetRootSessions(home, true))
		if more != nil {
			more(tx)
		}
	})
	ann.Account, root.Account = home, home
	ann.UserID = must[*iam.User](t)(v.User(home, "ann")).ID
	return v, ann, root
}

// memberOf is the account in the organization of home.
func memberOf(t testing.TB, v *iam.View) string {
	t.Helper()
	accounts, _ := v.Accounts("", 10)
	for _, a := range accounts {
		if _, _, on := v.RootSessions(a.ID); on {
			return a.ID
		}
	}
	t.Fatal("home has no member")
	return ""
}

// of is the holder of a session that ann's key, or another origin, stands behind.
func of(t testing.TB, v *iam.View, s session.Session) *Subject {
	t.Helper()
	s.KeyID, s.Issued, s.Expires = "ASIAX", noon, noon.Add(time.Hour)
	if s.Account = home; s.Kind == session.OfRoot {
		s.Account, s.Name = memberOf(t, v), home
	}
	sub, ok := Of(v, &s)
	if !ok {
		t.Fatal("the session is not honoured")
	}
	return sub
}

// otherSubjects are those beside root, user and role session that testdata/principal_keys.json tells of.
func otherSubjects(t *testing.T) map[string]*Subject {
	v, ann, root := withKeys(t, nil)
	r := must[*iam.Role](t)(v.Role(home, "clerk"))
	facts := []session.Fact{{Name: "issuer.example/x:sub", Values: []string{"someone"}}}
	web := session.Session{Account: home, RoleID: r.ID, Name: "desk", Issued: noon, Expires: noon.Add(time.Hour),
		Origin: session.Origin{Account: home, Provider: provider}, Facts: facts}
	chained := web
	chained.Chained, chained.Facts = true, nil
	user := User(v, must[*iam.User](t)(v.User(home, "ann")))
	return map[string]*Subject{
		"user-session":          of(t, v, session.Session{Kind: session.OfUser, Origin: ann}),
		"user-session-mfa":      of(t, v, session.Session{Kind: session.OfUser, Origin: ann, MFA: noon.Add(-90 * time.Second)}),
		"user-mfa-in-this-call": user.WithMFA(noon),
		"root-session":          of(t, v, session.Session{Kind: session.OfUser, Origin: root}),
		"federated-user": of(t, v, session.Session{Kind: session.OfFederated, Origin: ann, Name: "bob",
			Tags: []iam.Tag{{Key: "TEAM", Value: "guest"}}}),
		"assumed-root":                of(t, v, session.Session{Kind: session.OfRoot, Origin: root}),
		"federated-role-session":      RoleSession(v, r, &web),
		"role-chained-from-federated": RoleSession(v, r, &chained),
		"web-identity":                Outside(iam.Empty(), &Outsider{Type: policy.WebIdentity, Provider: provider, Account: home, Name: "someone", Facts: facts}),
	}
}

// What each kind of session may do, and what it never may.
func TestDecideOfEveryKind(t *testing.T) {
	v, ann, root := withKeys(t, func(tx *iam.Tx) {
		must[*iam.User](t)(tx.PutUserPolicy(home, "ann", "all", allow("s3:*", "*")))
	})
	get, sqs := Ask{Action: "s3:GetObject", Resource: object}, Ask{Action: "sqs:SendMessage", Resource: "*"}
	names := func(principal string) Ask {
		a := sqs
		a.Policy = source(t, `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"`+principal+`"},"Action":"sqs:*","Resource":"*"}]}`)
		return a
	}
	for name, c := range map[string]struct {
		s    session.Session
		a    Ask
		want bool
	}{
		"a user's session":                              {session.Session{Kind: session.OfUser, Origin: ann}, get, true},
		"a user's session, other action":                {session.Session{Kind: session.OfUser, Origin: ann}, sqs, false},
		"the root's session":                            {session.Session{Kind: session.OfUser, Origin: root}, sqs, true},
		"federated without a session policy":            {session.Session{Kind: session.OfFederated, Origin: ann, Name: "bob"}, get, false},
		"federated by root, without a session policy":   {session.Session{Kind: session.OfFederated, Origin: root, Name: "bob"}, get, false},
		"federated, both allow":                         {session.Session{Kind: session.OfFederated, Origin: ann, Name: "bob", Policy: allow("*", "*")}, get, true},
		"federated, only the session policy":            {session.Session{Kind: session.OfFederated, Origin: ann, Name: "bob", Policy: allow("*", "*")}, sqs, false},
		"federated, only the user":                      {session.Session{Kind: session.OfFederated, Origin: ann, Name: "bob", Policy: allow("sqs:*", "*")}, get, false},
		"federated by root, the session policy":         {session.Session{Kind: session.OfFederated, Origin: root, Name: "bob", Policy: allow("*", "*")}, sqs, true},
		"federated, a managed session policy":           {session.Session{Kind: session.OfFederated, Origin: ann, Name: "bob", PolicyARNs: []string{"arn:aws:iam::aws:policy/AmazonS3FullAccess"}}, get, true},
		"federated, named by a resource":                {session.Session{Kind: session.OfFederated, Origin: ann, Name: "bob"}, names("arn:aws:sts::111111111111:federated-user/bob"), true},
		"federated, another one is named by a resource": {session.Session{Kind: session.OfFederated, Origin: ann, Name: "bob"}, names("arn:aws:sts::111111111111:federated-user/carol"), false},
		"federated, its user is named by a resource":    {session.Session{Kind: session.OfFederated, Origin: ann, Name: "bob"}, names("arn:aws:iam::111111111111:user/team/a/ann"), false},
		"an assumed root without a policy":              {session.Session{Kind: session.OfRoot, Origin: root}, get, false},
		"an assumed root, its policy":                   {session.Session{Kind: session.OfRoot, Origin: root, Policy: allow("s3:GetObject", "*")}, get, true},
		"an assumed root, not its policy":               {session.Session{Kind: session.OfRoot, Origin: root, Policy: allow("s3:GetObject", "*")}, sqs, false},
		"an assumed root, a policy that is gone":        {session.Session{Kind: session.OfRoot, Origin: root, PolicyARNs: []string{"arn:aws:iam::aws:policy/gone"}}, get, false},
	} {
		if got := allowed(of(t, v, c.s), &c.a); got != c.want {
			t.Errorf("%s: %t", name, got)
		}
	}
}

// An outside identity is somebody to trust policies that name its provider, and to nobody else.
func TestDecideOfAnOutsideIdentity(t *testing.T) {
	fact := []session.Fact{{Name: "issuer.example/x:sub", Values: []string{"someone"}}, {Name: "issuer.example/x:amr", Values: []string{"a"}, Multi: true}}
	who := Outside(iam.Empty(), &Outsider{Type: policy.WebIdentity, Provider: provider, Account: home, Facts: fact})
	trusting := func(principal, condition string) *policy.Source {
		text := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":` + principal + `,"Action":"sts:AssumeRoleWithWebIdentity"`
		if condition != "" {
			text += `,"Condition":` + condition
		}
		d := must[*policy.Document](t)(policy.Parse(policy.AWS(), policy.Trust, []byte(text+`}]}`)))
		return &policy.Source{ID: "trust", Type: "trust", Policy: d.Compile()}
	}
	federated := `{"Federated":"` + provider + `"}`
	for name, c := range map[string]struct {
		trust  *policy.Source
		action string
		keys   []Key
		want   bool
	}{
		"its provider":              {trusting(federated, ""), "sts:AssumeRoleWithWebIdentity", nil, true},
		"its provider, SAML action": {trusting(federated, ""), "sts:AssumeRoleWithSAML", nil, false},
		"its provider, a fact":      {trusting(federated, `{"StringEquals":{"issuer.example/x:sub":"someone"}}`), "sts:AssumeRoleWithWebIdentity", nil, true},
		"its provider, a list":      {trusting(federated, `{"ForAllValues:StringEquals":{"issuer.example/x:amr":"a"}}`), "sts:AssumeRoleWithWebIdentity", nil, true},
		"another fact":              {trusting(federated, `{"StringEquals":{"issuer.example/x:sub":"other"}}`), "sts:AssumeRoleWithWebIdentity", nil, false},
		"a fact is not overridden": {trusting(federated, `{"StringEquals":{"issuer.example/x:sub":"other"}}`), "sts:AssumeRoleWithWebIdentity",
			[]Key{{"issuer.example/x:sub", policy.Single("other")}}, false},
		"another provider": {trusting(`{"Federated":"`+provider+`y"}`, ""), "sts:AssumeRoleWithWebIdentity", nil, false},
		"everybody":        {trusting(`{"AWS":"*"}`, ""), "sts:AssumeRoleWithWebIdentity", nil, false},
		"the account":      {trusting(`{"AWS":"111111111111"}`, ""), "sts:AssumeRoleWithWebIdentity", nil, false},
		"no such role":     {nil, "sts:AssumeRoleWithWebIdentity", nil, false},
	} {
		a := Ask{Action: c.action, Resource: "arn:aws:iam::111111111111:role/r", Account: home, Kind: policy.ResourceTrust, Policy: c.trust, Keys: c.keys}
		if got := allowed(who, &a); got != c.want {
			t.Errorf("%s: %t", name, got)
		}
	}
}
