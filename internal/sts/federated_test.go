package sts

import (
	"strings"
	"testing"
	"time"

	"github.com/daypass/daypass/internal/access"
	"github.com/daypass/daypass/internal/fault"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/session"
	"github.com/daypass/daypass/policy"
)

const issuerARN = "arn:aws:iam::111111111111:oidc-provider/issuer.example"

var provided = session.Origin{Account: home, Provider: issuerARN}

func someone(typ policy.PrincipalType, facts ...session.Fact) *access.Subject {
	return access.Outside(iam.Empty(), &access.Outsider{Type: typ, Provider: issuerARN, Account: home, Name: "someone", Facts: facts})
}

// federated is a trust policy for the issuer: all actions there are, under a condition if there is one.
func federated(condition string, actions ...string) string {
	text := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Federated":"` + issuerARN + `"},"Action":["` + strings.Join(actions, `","`) + `"]`
	if condition != "" {
		text += `,"Condition":` + condition
	}
	return text + `}]}`
}

// An outside identity gets a session of a role whose trust policy names its provider, by the action of its kind.
func TestFederatedPlan(t *testing.T) {
	w := newWorld(t)
	for name, trust := range map[string]string{
		"web": federated("", ActionWebIdentity), "saml": federated("", ActionSAML), "tags": federated("", ActionWebIdentity, "sts:TagSession"),
		"subject": federated(`{"StringEquals":{"issuer.example:sub":"someone"}}`, ActionWebIdentity),
		"named":   federated(`{"StringEquals":{"sts:RoleSessionName":"desk"}}`, ActionWebIdentity),
		"source":  federated(`{"StringEquals":{"sts:SourceIdentity":"me"}}`, ActionWebIdentity, "sts:SetSourceIdentity"),
	} {
		w.role(home, name, trust)
	}
	sub := session.Fact{Name: "issuer.example:sub", Values: []string{"someone"}}
	other := session.Fact{Name: "issuer.example:sub", Values: []string{"other"}}
	for _, c := range []struct {
		role   string
		caller *access.Subject
		change func(*AssumeRole)
		denied string // the action that is not allowed; "" = all are
	}{
		{"web", someone(policy.WebIdentity), nil, ""},
		{"web", someone(policy.SAML), nil, ActionSAML},
		{"saml", someone(policy.SAML), nil, ""},
		{"saml", someone(policy.WebIdentity), nil, ActionWebIdentity},
		{"clerk", someone(policy.WebIdentity), nil, ActionWebIdentity},
		{"nothing", someone(policy.WebIdentity), nil, ActionWebIdentity},
		{"subject", someone(policy.WebIdentity, sub), nil, ""},
		{"subject", someone(policy.WebIdentity, other), nil, ActionWebIdentity},
		{"subject", someone(policy.WebIdentity), nil, ActionWebIdentity},
		{"named", someone(policy.WebIdentity), nil, ""},
		{"named", someone(policy.WebIdentity), func(in *AssumeRole) { in.SessionName = "x" }, ActionWebIdentity},
		{"source", someone(policy.WebIdentity), func(in *AssumeRole) { in.SourceIdentity = "me" }, ""},
		{"web", someone(policy.WebIdentity), func(in *AssumeRole) { in.SourceIdentity = "me" }, "sts:SetSourceIdentity"},
		{"tags", someone(policy.WebIdentity), func(in *AssumeRole) { in.Tags = []iam.Tag{{Key: "a", Value: "b"}} }, ""},
		{"web", someone(policy.WebIdentity), func(in *AssumeRole) { in.Tags = []iam.Tag{{Key: "a", Value: "b"}} }, "sts:TagSession"},
	} {
		_, err := w.assumeFrom(c.caller, provided, "", ask(c.role, c.change))
		if c.denied == "" && err != nil {
			t.Errorf("%s: %v", c.role, err)
		}
		if c.denied != "" {
			if d := wantDenied(t, c.role, err, c.denied); !d.Outside {
				t.Errorf("%s: %+v", c.role, d)
			}
		}
	}
	// The caller who signed is no outside identity, whatever the trust policy says.
	_, err := w.assume(w.ann(), ask("web", nil))
	wantDenied(t, "ann", err, ActionAssumeRole)
}

func TestFederatedSession(t *testing.T) {
	w := newWorld(t)
	w.role(home, "web", federated("", ActionWebIdentity))
	facts := []session.Fact{{Name: "issuer.example:sub", Values: []string{"someone"}}}
	p, err := w.assumeFrom(someone(policy.WebIdentity), provided, "", ask("web", func(in *AssumeRole) { in.Facts = facts }))
	if err != nil {
		t.Fatal(err)
	}
	s := p.Session
	if s.Kind != session.OfRole || s.Origin != provided || s.Chained || s.Parent != "" || len(s.Via) != 0 || len(s.Facts) != 1 || s.Provider() != issuerARN {
		t.Errorf("%+v", s)
	}
	if _, ok := p.PackedPolicySize(); ok {
		t.Error("a session without policies and tags tells how full it is")
	}
	// What the provider says ends the session ends it, and does not count as the duration asked for.
	for _, c := range []struct {
		after time.Duration
		ask   time.Duration
		want  time.Duration
	}{{10 * time.Minute, 0, 10 * time.Minute}, {2 * time.Hour, 0, time.Hour}, {time.Hour + time.Millisecond, 2 * time.Hour, time.Hour}} {
		p, err := w.assumeFrom(someone(policy.WebIdentity), provided, "", ask("web", func(in *AssumeRole) { in.Duration, in.NotAfter = c.ask, noon.Add(c.after) }))
		if err != nil {
			t.Fatal(err)
		}
		if got := p.Session.Expires.Sub(p.Session.Issued); got != c.want {
			t.Errorf("%v within %v: %v", c.ask, c.after, got)
		}
	}
	_, err = w.assumeFrom(someone(policy.WebIdentity), provided, "", ask("web", func(in *AssumeRole) { in.NotAfter = noon }))
	wantFault(t, "ended already", err, fault.Internal, fault.None)
	_, err = w.assumeFrom(someone(policy.WebIdentity), provided, "", ask("web", func(in *AssumeRole) { in.Facts = make([]session.Fact, session.MaxFacts+1) }))
	wantFault(t, "too many facts", err, fault.Internal, fault.None)
	_, err = w.assumeFrom(someone(policy.WebIdentity), provided, "", ask("web", func(in *AssumeRole) {
		in.Facts = []session.Fact{{Name: "issuer.example:sub", Values: []string{strings.Repeat("x", session.Allotment)}}}
	}))
	wantFault(t, "facts too long", err, fault.TooLarge, fault.SessionTags)
	// A chain goes on from the provider: it ends with it, but what the provider said does not go on.
	w.role(home, "second", trusting(home, ""))
	next, err := w.assumeFrom(access.RoleSession(w.view, p.Role, &s), s.Origin, "ASIAX", ask("second", nil))
	if err != nil {
		t.Fatal(err)
	}
	if n := next.Session; n.Origin != provided || n.Provider() != "" || len(n.Facts) != 0 || len(n.Via) != 1 || !n.Chained {
		t.Errorf("%+v", n)
	}
}

// Which credentials are for which API: IAM User Guide, "Compare AWS STS credentials".
func TestLimits(t *testing.T) {
	of := func(kind session.Kind, mfa bool) *session.Session {
		s := &session.Session{Kind: kind}
		if mfa {
			s.MFA = noon
		}
		return s
	}
	operations := []string{"AssumeRole", "GetCallerIdentity", "GetSessionToken", "GetFederationToken", "GetAccessKeyInfo", "DecodeAuthorizationMessage", "AssumeRoot", "Anything"}
	for name, c := range map[string]struct {
		s   *session.Session
		iam bool
		sts string // the operations it may call
	}{
		"a long-term key":          {nil, true, strings.Join(operations, " ")},
		"a role":                   {of(session.OfRole, false), true, "AssumeRole GetCallerIdentity GetAccessKeyInfo DecodeAuthorizationMessage AssumeRoot Anything"},
		"an assumed root":          {of(session.OfRoot, false), true, "AssumeRole GetCallerIdentity GetAccessKeyInfo DecodeAuthorizationMessage AssumeRoot Anything"},
		"a user":                   {of(session.OfUser, false), false, "AssumeRole GetCallerIdentity"},
		"a user with MFA":          {of(session.OfUser, true), true, "AssumeRole GetCallerIdentity"},
		"a federated user":         {of(session.OfFederated, false), false, "GetCallerIdentity"},
		"a federated one, \"MFA\"": {of(session.OfFederated, true), false, "GetCallerIdentity"},
	} {
		err := IAM(c.s)
		if (err == nil) != c.iam {
			t.Errorf("%s: IAM %v", name, err)
		}
		if err != nil {
			wantFault(t, name, err, fault.Unauthenticated, fault.Credential)
		}
		var may []string
		for _, o := range operations {
			if err := STS(c.s, o); err == nil {
				may = append(may, o)
			} else if f := wantFault(t, name, err, fault.Denied, fault.SessionCredentials); f.Name != o {
				t.Errorf("%s: %v", name, err)
			}
		}
		if got := strings.Join(may, " "); got != c.sts {
			t.Errorf("%s: may %s", name, got)
		}
	}
}
