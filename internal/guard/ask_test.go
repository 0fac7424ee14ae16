package guard

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/daypass/daypass/internal/access"
	"github.com/daypass/daypass/internal/audit"
	"github.com/daypass/daypass/internal/fault"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/policy"
)

const userARN = "arn:aws:iam::111111111111:user/ann"

func (w *world) subject(c *Caller) *access.Subject {
	return must[*access.Subject](w.t)(c.Subject(w.view))
}

func denied(t *testing.T, err error) *Denied {
	t.Helper()
	var d *Denied
	if !errors.As(err, &d) || fault.Of(err).Kind != fault.Denied {
		t.Fatalf("%v is no denial", err)
	}
	return d
}

func TestAsk(t *testing.T) {
	w := newWorld(t)
	ann := w.subject(w.caller(w.ann, ""))
	c := w.session(noon)
	clerk := w.subject(w.caller(c.KeyID, c.Token.Reveal())) // a role without policies
	get, put := access.Ask{Action: "s3:GetObject", Resource: "arn:aws:s3:::b/k"}, access.Ask{Action: "s3:PutObject", Resource: "arn:aws:s3:::b/k", Label: "the object k"}

	d, err := w.guard.Ask(ann, environment(), []access.Ask{get, put})
	if err != nil || d.Verdict != policy.Allow || d.Source != "all" {
		t.Errorf("%+v, %v", d, err)
	}
	d, err = w.guard.Ask(clerk, environment(), []access.Ask{put, get})
	refused := denied(t, err)
	if d.Verdict != policy.ImplicitDeny || refused.Decision != d || refused.Action != "s3:PutObject" || refused.Resource != "the object k" ||
		refused.Principal != "arn:aws:sts::111111111111:assumed-role/clerk/desk" || refused.CrossAccount || refused.Quiet {
		t.Errorf("%+v", refused)
	}
	if refused.Trace == nil || refused.Trace.Decision != d || len(refused.Trace.Layers) == 0 {
		t.Errorf("a denial without explanation: %+v", refused.Trace)
	}
	if want := "arn:aws:sts::111111111111:assumed-role/clerk/desk may not s3:PutObject on the object k"; refused.Error() != want {
		t.Error(refused.Error())
	}
	quiet := access.Ask{Action: "sts:AssumeRole", Resource: "arn:aws:iam::222222222222:role/x", Account: other, Quiet: true, Kind: policy.ResourceTrust}
	_, err = w.guard.Ask(ann, environment(), []access.Ask{get, quiet, put})
	if refused := denied(t, err); !refused.CrossAccount || !refused.Quiet || refused.Action != "sts:AssumeRole" {
		t.Errorf("%+v", refused)
	}
	// One refusal among many permissions refuses.
	w.change(func(tx *iam.Tx) {
		must[*iam.User](t)(tx.PutUserPolicy(home, "ann", "no", `{"Version":"2012-10-17","Statement":{"Sid":"No","Effect":"Deny","Action":"s3:PutObject","Resource":"*"}}`))
	})
	ann = w.subject(w.caller(w.ann, ""))
	d, err = w.guard.Ask(ann, environment(), []access.Ask{get, get, put, get})
	if refused := denied(t, err); d.Verdict != policy.ExplicitDeny || d.Sid != "No" || refused.Decision != d {
		t.Errorf("%+v", d)
	}
}

func TestAskForNothingIsRefused(t *testing.T) {
	w := newWorld(t)
	for _, c := range []*Caller{w.caller(w.ann, ""), w.caller(w.root, "")} {
		for _, asks := range [][]access.Ask{nil, {}} {
			d, err := w.guard.Ask(w.subject(c), environment(), asks)
			if err == nil || fault.Of(err).Kind != fault.Internal || d.Verdict == policy.Allow {
				t.Errorf("%+v, %v", d, err)
			}
		}
	}
}

// The root is not even asked for a policy, and still the question is decided.
func TestAskOfTheRoot(t *testing.T) {
	w := newWorld(t)
	d, err := w.guard.Ask(w.subject(w.caller(w.root, "")), environment(), []access.Ask{{Action: "iam:GetUser", Resource: userARN}})
	if err != nil || d.Verdict != policy.Allow {
		t.Errorf("%+v %v", d, err)
	}
	_, err = w.guard.Ask(w.subject(w.caller(w.root, "")), environment(), []access.Ask{{Action: "iam:GetUser", Resource: "arn:aws:iam::222222222222:user/away", Account: other}})
	if refused := denied(t, err); !refused.CrossAccount {
		t.Errorf("%+v", refused)
	}
}

// What can not be read, found or written down denies.
func TestAttack54_FailOpenOnError(t *testing.T) {
	get := []access.Ask{{Action: "s3:GetObject", Resource: "arn:aws:s3:::b/k"}}
	t.Run("a policy that can not be read", func(t *testing.T) {
		w := newWorld(t)
		if _, err := w.guard.Ask(w.subject(w.caller(w.ann, "")), environment(), get); err != nil {
			t.Fatal(err)
		}
		w.spoil(`\"Effect\":\"Allow\",\"Action\":\"*\"`, `\"Effect\":\"Allow\",\"Action\":7`)
		d, err := w.guard.Ask(w.subject(w.caller(w.ann, "")), environment(), get)
		if denied(t, err); d.Verdict != policy.ExplicitDeny {
			t.Errorf("%+v", d)
		}
	})
	t.Run("one broken policy beside one that allows", func(t *testing.T) {
		w := newWorld(t)
		w.change(func(tx *iam.Tx) {
			must[*iam.User](t)(tx.AttachUserPolicy(home, "ann", "arn:aws:iam::aws:policy/AdministratorAccess"))
		})
		w.spoil(`\"Effect\":\"Allow\",\"Action\":\"*\"`, `\"Effect\":\"Permit\",\"Action\":\"*\"`)
		_, err := w.guard.Ask(w.subject(w.caller(w.ann, "")), environment(), get)
		denied(t, err)
	})
	t.Run("a boundary that is gone", func(t *testing.T) {
		w := newWorld(t)
		w.change(func(tx *iam.Tx) {
			must[*iam.User](t)(tx.PutUserBoundary(home, "ann", "arn:aws:iam::aws:policy/AdministratorAccess"))
		})
		if _, err := w.guard.Ask(w.subject(w.caller(w.ann, "")), environment(), get); err != nil {
			t.Fatal(err)
		}
		w.spoil("policy/AdministratorAccess", "policy/AdministratorAccesss")
		_, err := w.guard.Ask(w.subject(w.caller(w.ann, "")), environment(), get)
		denied(t, err)
	})
	t.Run("a session policy that can not be read", func(t *testing.T) {
		w := newWorld(t)
		r := must[*iam.Role](t)(w.view.Role(home, "clerk"))
		w.change(func(tx *iam.Tx) { must[*iam.Role](t)(tx.PutRolePolicy(home, "clerk", "all", allowAll)) })
		c := w.session(noon)
		caller := w.caller(c.KeyID, c.Token.Reveal())
		if _, err := w.guard.Ask(w.subject(caller), environment(), get); err != nil {
			t.Fatal(err)
		}
		broken := *caller.Session
		broken.Policy = "{"
		_, err := w.guard.Ask(access.RoleSession(w.view, r, &broken), environment(), get)
		denied(t, err)
	})
	t.Run("a record that can not be written", func(t *testing.T) {
		w := newWorld(t)
		full := errors.New("the disk is full")
		w.guard.Audit = sink{full}
		if err := w.guard.Record(t.Context(), &audit.Event{}); !errors.Is(err, full) {
			t.Errorf("%v", err)
		}
	})
}

type sink struct{ err error }

func (s sink) Write(context.Context, *audit.Event) error { return s.err }

func TestDescribe(t *testing.T) {
	w := newWorld(t)
	first := w.session(noon)
	u, _ := w.view.User(home, "ann")
	r, _ := w.view.Role(home, "clerk")
	caller := w.caller(first.KeyID, first.Token.Reveal())
	issuer := &audit.Issuer{Type: "Role", PrincipalID: r.ID, ARN: r.ARN(), AccountID: home, UserName: "clerk"}
	for name, c := range map[string]struct {
		caller     *Caller
		want       audit.Identity
		parent, at string
	}{
		"user": {w.caller(w.ann, ""), audit.Identity{Type: "IAMUser", PrincipalID: u.ID, ARN: userARN, AccountID: home, AccessKeyID: w.ann, UserName: "ann"}, "", ""},
		"root": {w.caller(w.root, ""), audit.Identity{Type: "Root", PrincipalID: home, ARN: "arn:aws:iam::111111111111:root", AccountID: home, AccessKeyID: w.root}, "", ""},
		"session": {caller, audit.Identity{Type: "AssumedRole", PrincipalID: r.ID + ":desk", ARN: "arn:aws:sts::111111111111:assumed-role/clerk/desk", AccountID: home,
			AccessKeyID: first.KeyID, Session: &audit.Session{Issuer: issuer, Attributes: audit.Attributes{Created: noon}}}, w.ann, w.ann},
	} {
		e := &audit.Event{}
		Describe(e, c.caller, w.subject(c.caller))
		if d := cmp.Diff(c.want, e.Identity); d != "" || e.RecipientAccount != home || e.Additional.ParentAccessKeyID != c.parent || e.Additional.OriginAccessKeyID != c.at {
			t.Errorf("%s: %s %+v", name, d, e.Additional)
		}
	}
	chained := *caller.Session
	chained.Parent, chained.Chained, chained.SourceIdentity = "ASIAPARENT", true, "ann"
	e := &audit.Event{}
	Describe(e, &Caller{KeyID: first.KeyID, Session: &chained}, w.subject(caller))
	if e.Additional.ParentAccessKeyID != "ASIAPARENT" || e.Identity.Session.SourceIdentity != "ann" {
		t.Errorf("%+v", e)
	}
}

// The record of a denial holds its explanation; that of a permission does not.
func TestDecided(t *testing.T) {
	w := newWorld(t)
	ann := w.subject(w.caller(w.ann, ""))
	asks := []access.Ask{{Action: "s3:GetObject", Resource: "arn:aws:s3:::b/k"}, {Action: "s3:PutObject", Resource: "arn:aws:s3:::b/l"}}
	d, err := w.guard.Ask(ann, environment(), asks)
	if err != nil {
		t.Fatal(err)
	}
	e := &audit.Event{}
	Decided(e, asks, d, nil)
	want := &audit.Decision{Verdict: policy.Allow, Layer: policy.LayerIdentity, Action: "s3:PutObject", Resource: "arn:aws:s3:::b/l",
		Policies: []audit.Ground{{ID: "all", Type: "user", Statement: 0}}}
	if diff := cmp.Diff(want, e.Additional.Decision); diff != "" || e.Additional.Explanation != nil || e.Denied() {
		t.Errorf("%s %+v", diff, e.Additional)
	}
	foreign := []access.Ask{asks[0], {Action: "iam:GetUser", Resource: "arn:aws:iam::222222222222:user/x", Label: "user x", Account: other}, asks[1]}
	d, err = w.guard.Ask(ann, environment(), foreign)
	e = &audit.Event{}
	Decided(e, foreign, d, denied(t, err))
	if e.Additional.Explanation == nil || !e.Denied() || e.Additional.Decision.Action != "iam:GetUser" || e.Additional.Decision.Resource != "user x" ||
		e.Additional.Decision.Policies != nil {
		t.Errorf("%+v", e.Additional.Decision)
	}
}
