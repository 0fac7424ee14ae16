package policy_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/daypass/daypass/policy"
)

// world draws requests and layers from a small vocabulary, so that statements
// match often.
type world struct{ *rapid.T }

func (w world) pick(label string, of ...string) string { return rapid.SampledFrom(of).Draw(w.T, label) }

func (w world) statement(effect string, withPrincipal bool) string {
	if effect == "" {
		effect = w.pick("effect", "Allow", "Allow", "Deny")
	}
	s := fmt.Sprintf(`{"Effect":%q,%q:%q,%q:%q`, effect,
		w.pick("action element", "Action", "Action", "Action", "NotAction"),
		w.pick("action", "*", "s3:*", "s3:Get*", "s3:PutObject", "ec2:*"),
		w.pick("resource element", "Resource", "Resource", "NotResource"),
		w.pick("resource", "*", "arn:aws:s3:::b/*", "arn:aws:s3:::b/${aws:username}/*", "arn:aws:s3:::c", "arn:aws:s3:::*k"))
	if withPrincipal {
		s += fmt.Sprintf(`,%q:%s`, w.pick("principal element", "Principal", "Principal", "Principal", "NotPrincipal"),
			w.pick("principal", `"*"`, `{"AWS":"111122223333"}`, `{"AWS":"arn:aws:iam::111122223333:user/alice"}`,
				`{"AWS":"arn:aws:iam::111122223333:role/team/app"}`, `{"AWS":"arn:aws:sts::111122223333:assumed-role/app/s1"}`, `{"Service":"logs.example.com"}`))
	}
	if w.pick("conditional", "yes", "no", "no") == "yes" {
		s += fmt.Sprintf(`,"Condition":{%q:{"k:x":%s}}`,
			w.pick("operator", "StringEquals", "StringNotLike", "ForAllValues:StringEquals", "ForAnyValue:StringNotEquals", "StringEqualsIfExists", "Null", "IpAddress"),
			w.pick("values", `"a"`, `["a","b"]`, `"${aws:username}"`, `"true"`, `[]`))
	}
	return s + "}"
}

// document drops statements the parser refuses (a variable where none may stand).
func (w world) document(use policy.Use, effect string) policy.Source {
	for {
		var parts []string
		for range rapid.IntRange(1, 3).Draw(w.T, "statements") {
			parts = append(parts, w.statement(effect, use == policy.Resource))
		}
		doc := `{"Version":"2012-10-17","Statement":[` + strings.Join(parts, ",") + `]}`
		d, err := policy.Parse(policy.AWS(), use, []byte(doc))
		if err == nil {
			return policy.Source{ID: doc, Type: use.String(), Policy: d.Compile()}
		}
	}
}

func (w world) documents(label string, use policy.Use, atLeast int) *policy.Set {
	list := make([]policy.Source, rapid.IntRange(atLeast, 2).Draw(w.T, label))
	for i := range list {
		list[i] = w.document(use, "")
	}
	return policy.NewSet(list...)
}

func (w world) flip(label string) bool { return rapid.Bool().Draw(w.T, label) }

func (w world) layers() *policy.Layers {
	l := &policy.Layers{Identity: w.documents("identity", policy.Managed, 0)}
	l.Kind = rapid.SampledFrom([]policy.ResourceKind{policy.ResourceDefault, policy.ResourceDefault, policy.ResourceTrust, policy.ResourceKMS}).Draw(w.T, "kind")
	one := func(label string, use policy.Use) *policy.Source {
		if !w.flip(label) {
			return nil
		}
		s := w.document(use, "")
		return &s
	}
	l.Resource, l.Boundary = one("resource", policy.Resource), one("boundary", policy.Managed)
	if w.flip("session") {
		l.HasSession, l.Session = true, w.documents("session policies", policy.Session, 0)
	}
	if rapid.IntRange(0, 3).Draw(w.T, "organization") == 0 {
		l.SCP = []*policy.Set{w.documents("scp", policy.SCP, 1)}
	}
	return l
}

func (w world) request() *policy.Request {
	who := rapid.SampledFrom([]*policy.Principal{alice(), role(), federated(), root(), service(), nil}).Draw(w.T, "caller")
	r := &policy.Request{
		Principal: who, Action: w.pick("asked", "s3:GetObject", "s3:PutObject", "ec2:RunInstances"),
		Resource:        w.pick("on", "arn:aws:s3:::b/k", "arn:aws:s3:::b/alice/k", "arn:aws:s3:::c", "*"),
		ResourceAccount: w.pick("owner", account, account, "444455556666"),
	}
	k := policy.MapKeys{}
	switch w.pick("k:x", "none", "a", "list", "empty") {
	case "a":
		k.Set("k:x", "a")
	case "list":
		k.SetList("k:x", "a", "c")
	case "empty":
		k.SetList("k:x")
	}
	if w.flip("named") {
		k.Set("aws:username", "alice")
	}
	r.Keys = k
	return r
}

func TestPropertyExplainAgrees(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := world{t}
		l, r := w.layers(), w.request()
		d := policy.Decide(l, r)
		tr := policy.Explain(l, r)
		if tr.Decision != d {
			t.Fatalf("%+v and %+v", d, tr.Decision)
		}
		// The traced layers tell the same story.
		denied := false
		for _, lt := range tr.Layers {
			denied = denied || lt.Outcome == policy.ExplicitDeny
		}
		if denied != (d.Verdict == policy.ExplicitDeny) {
			t.Fatalf("decision %s, a layer denies: %v", d.Verdict, denied)
		}
	})
}

// What limits never grants: with one more limit nothing new is allowed. For a
// session this says that a child never has more than its parent.
func TestPropertyLimitsNeverGrant(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := world{t}
		l, r := w.layers(), w.request()
		limited := *l
		switch limit := w.pick("limit", "session", "empty session", "boundary", "scp", "rcp", "endpoint"); limit {
		case "session":
			// What a federated user may do begins with the session policies (below), so there they are no limit.
			if p := r.Principal; l.HasSession || p != nil && p.Type == policy.FederatedUser {
				return
			}
			limited.HasSession, limited.Session = true, w.documents("more", policy.Session, 1)
		case "empty session":
			if l.HasSession { // in place of session policies that deny, it would take a limit away
				return
			}
			limited.HasSession, limited.Session = true, nil
		case "boundary":
			if l.Boundary != nil {
				return
			}
			s := w.document(policy.Managed, "")
			limited.Boundary = &s
		case "scp":
			limited.SCP = append(slices.Clone(l.SCP), w.documents("more", policy.SCP, 1))
		case "rcp":
			limited.RCP = []*policy.Set{w.documents("more", policy.Resource, 1)}
		case "endpoint":
			s := w.document(policy.Resource, "")
			limited.Endpoint = &s
		}
		if policy.Decide(&limited, r).Allowed() && !policy.Decide(l, r).Allowed() {
			t.Fatal("a limit granted")
		}
		if p := r.Principal; p != nil && p.Type == policy.FederatedUser {
			if l.HasSession && len(l.Session.Sources()) == 0 && len(l.Identity.Sources()) > 0 && l.Resource == nil && policy.Decide(l, r).Allowed() {
				t.Fatal("a federated session without session policy used identity policies")
			}
		}
	})
}

// An applicable Deny wins wherever it stands, and no Deny ever allows.
func TestPropertyDenyNeverLoses(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := world{t}
		l, r := w.layers(), w.request()
		before := policy.Decide(l, r)

		some := *l
		some.Identity = with(l.Identity, w.document(policy.Managed, "Deny"))
		if after := policy.Decide(&some, r); after.Allowed() && !before.Allowed() {
			t.Fatal("a Deny allowed")
		}

		deny, err := policy.Parse(policy.AWS(), policy.Resource, []byte(`{"Statement":{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*"}}`))
		if err != nil {
			t.Fatal(err)
		}
		s := policy.Source{Policy: deny.Compile()}
		all := *l
		identified := r.Principal != nil && r.Principal.Type != policy.Service
		switch where := w.pick("where", "identity", "session", "boundary", "scp", "rcp", "endpoint", "resource"); {
		case where == "rcp":
			all.RCP = append(slices.Clone(l.RCP), policy.NewSet(s))
		case where == "endpoint":
			all.Endpoint = &s
		case where == "resource":
			if all.Resource = &s; l.Kind == policy.ResourceTrust && !identified {
				return // "*" of a trust policy is about identities
			}
		case !identified:
			return // nothing can be attached to the caller
		case where == "identity":
			all.Identity = with(l.Identity, s)
		case where == "session":
			all.HasSession, all.Session = true, with(l.Session, s)
		case where == "boundary":
			all.Boundary = &s
		case where == "scp":
			all.SCP = append(slices.Clone(l.SCP), policy.NewSet(s))
		}
		if d := policy.Decide(&all, r); d.Verdict != policy.ExplicitDeny {
			t.Fatalf("%s in spite of a Deny", d.Verdict)
		}
	})
}

// Neither the order of policies nor a second copy changes the verdict.
func TestPropertyOrderDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := world{t}
		l, r := w.layers(), w.request()
		want := policy.Decide(l, r).Verdict
		other := *l
		other.Identity = nil
		for _, s := range slices.Backward(l.Identity.Sources()) {
			other.Identity = with(other.Identity, s, s)
		}
		if got := policy.Decide(&other, r).Verdict; got != want {
			t.Fatalf("%s, and in another order %s", want, got)
		}
	})
}

// A document that was accepted is accepted again after its principals were
// rewritten and written back, and its text is the same.
func TestPropertyRewriteRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := world{t}
		src := w.document(policy.Resource, "")
		d := src.Policy.Document()
		swap := func(from, to string) func(string, string) string {
			return func(_, v string) string {
				if v == from {
					return to
				}
				return v
			}
		}
		const user, id = "arn:aws:iam::111122223333:user/alice", "AIDAALICE00000000001"
		bound, err := policy.Parse(policy.AWS(), policy.Resource, d.RewritePrincipals(swap(user, id)))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(d.Source()), string(bound.RewritePrincipals(swap(id, user)))); diff != "" {
			t.Fatal(diff)
		}
	})
}
