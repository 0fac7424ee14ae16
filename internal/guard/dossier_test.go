package guard

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/daypass/daypass/internal/access"
	"github.com/daypass/daypass/internal/fault"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/session"
	"github.com/daypass/daypass/policy"
)

// refusal is ann's denial and its message.
func (w *world) refusal(a access.Ask, env *access.Environment) (text string, file *Dossier) {
	w.t.Helper()
	s := w.subject(w.caller(w.ann, ""))
	_, err := w.guard.Ask(s, env, []access.Ask{a})
	var d *Denied
	if f := fault.Of(err); f == nil || f.Kind != fault.Denied {
		w.t.Fatalf("%v is no denial", err)
	} else {
		d = f.Err.(*Denied)
	}
	text = must[string](w.t)(w.guard.Seal(w.view, s, env, &a, d, "request-1"))
	return text, must[*Dossier](w.t)(w.guard.Unseal(w.view, home, text, noon))
}

func (w *world) policy(document string) {
	w.t.Helper()
	w.change(func(tx *iam.Tx) { must[*iam.User](w.t)(tx.PutUserPolicy(home, "ann", "all", document)) })
}

func TestDossier(t *testing.T) {
	w := newWorld(t)
	w.policy(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"},
		{"Sid":"No","Effect":"Deny","Action":"s3:Put*","NotResource":"arn:aws:s3:::own/*","Condition":{"StringEquals":{"s3:x":["1","2"]}}}]}`)
	ask := access.Ask{Action: "s3:PutObject", Resource: "arn:aws:s3:::b/k", Keys: []access.Key{{Name: "s3:x", Values: policy.Single("1")}, {Name: "s3:list", Values: policy.List("a", "b")}}}
	text, f := w.refusal(ask, environment())
	if f.ID != "request-1" || !f.Time.Equal(noon) || f.Principal != userARN || !strings.HasPrefix(f.PrincipalID, "AIDA") || f.Action != "s3:PutObject" || f.Resource != ask.Resource ||
		f.Decision.Verdict != policy.ExplicitDeny || f.Decision.Sid != "No" || f.Cut || f.Withheld || f.Foreign || f.Trace == nil {
		t.Errorf("%+v", f)
	}
	if st := f.Statement; st == nil || st.Sid != "No" || !slices.Equal(st.Actions, []string{"s3:Put*"}) || !slices.Equal(st.NotResources, []string{"arn:aws:s3:::own/*"}) || len(st.Conditions) != 1 {
		t.Errorf("%+v", st)
	}
	facts := map[string][]string{}
	for _, k := range f.Context {
		facts[k.Key] = k.Values
	}
	for key, want := range map[string][]string{"s3:x": {"1"}, "s3:list": {"a", "b"}, "aws:SourceIp": {"192.0.2.7"}, "aws:PrincipalArn": {userARN}, "aws:ResourceAccount": {home}} {
		if !slices.Equal(facts[key], want) {
			t.Errorf("%s is %q", key, facts[key])
		}
	}
	for _, account := range []string{other, ""} {
		if _, err := w.guard.Unseal(w.view, account, text, noon); fault.Of(err).Kind != fault.Invalid || fault.Of(err).What != fault.AuthorizationMessage {
			t.Errorf("for %q: %v", account, err)
		}
	}
}

// However long the policies and the request are, the message has room, keeps what decided, and says that something is missing.
func TestDossierIsCut(t *testing.T) {
	for _, n := range []int{1, 5, 10, 11, 12, 13, 14, 15, 16, 20, 24} {
		var list []string
		for i := range n {
			list = append(list, fmt.Sprintf(`{"Sid":"S%d","Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::%s/*"}`, i, strings.Repeat("<", 8)))
		}
		w := newWorld(t)
		w.change(func(tx *iam.Tx) {
			must[*iam.User](t)(tx.DeleteUserPolicy(home, "ann", "all"))
			long := must[*iam.Policy](t)(tx.CreatePolicy(home, iam.PolicySpec{Name: "long", Document: `{"Version":"2012-10-17","Statement":[` + strings.Join(list, ",") + `]}`}))
			must[*iam.User](t)(tx.AttachUserPolicy(home, "ann", long.ARN()))
		})
		for _, agent := range []int{0, 100, 1000, 3000, 8000} {
			env := environment()
			env.UserAgent = strings.Repeat("\u2028", agent)
			text, f := w.refusal(access.Ask{Action: "s3:PutObject", Resource: "arn:aws:s3:::b/" + strings.Repeat("k", 500)}, env)
			if len(text) > session.MaxMessage {
				t.Errorf("%d statements, %d: %d characters", n, agent, len(text))
			}
			if f.Trace == nil || len(f.Trace.Layers) == 0 || len(f.Trace.Layers[0].Policies) != 1 {
				t.Fatalf("%d statements, %d: the trace is gone: %+v", n, agent, f.Trace)
			}
			kept := f.Trace.Layers[0].Policies[0].Statements
			hasAgent := slices.ContainsFunc(f.Context, func(k Fact) bool { return k.Key == "aws:UserAgent" })
			if whole := len(kept) == n && hasAgent == (agent > 0); f.Cut == whole {
				t.Errorf("%d statements, %d: %d kept, agent %t, cut %t", n, agent, len(kept), hasAgent, f.Cut)
			}
			for i, st := range kept {
				if st.Sid != fmt.Sprint("S", i) {
					t.Errorf("%d stands at %d", i, st.Index)
				}
			}
		}
	}
}

// A statement that does not fit is named; a request that does not fit has no message.
func TestDossierOfLongThings(t *testing.T) {
	f := &Dossier{Statement: &policy.Statement{Sid: "No", Resources: []string{strings.Repeat("r", 9000)}}}
	var back Dossier
	if err := json.Unmarshal(must[[]byte](t)(f.fit(session.MessageRoom)), &back); err != nil || !back.Cut || back.Statement.Sid != "No" || back.Statement.Resources != nil {
		t.Errorf("%+v %v", back, err)
	}
	if _, err := (&Dossier{Resource: strings.Repeat("r", 9000)}).fit(session.MessageRoom); err == nil {
		t.Error("it fits")
	}
}

// What limits another account's resources stays there.
func TestDossierBetweenAccounts(t *testing.T) {
	for _, l := range []policy.Layer{policy.LayerRCP, policy.LayerResource, policy.LayerTrust} {
		d := policy.Decision{Verdict: policy.ExplicitDeny, Layer: l, Source: "theirs", Sid: "Their"}
		f := &Dossier{Decision: d, Statement: &policy.Statement{Sid: "Their"},
			Trace:   &policy.Trace{Decision: d, Layers: []policy.LayerTrace{{Layer: policy.LayerSCP}, {Layer: l, Policies: []policy.PolicyTrace{{Source: "theirs"}}}, {Layer: policy.LayerIdentity}}},
			Context: []Fact{{Key: "aws:ResourceOrgID", Values: []string{"theirs"}}, {Key: "aws:username", Values: []string{"ann"}}}}
		f.withhold()
		raw := string(must[[]byte](t)(f.fit(session.MessageRoom)))
		if strings.Contains(strings.ToLower(raw), "their") || strings.Contains(raw, "explicit") || !f.Withheld || !f.Foreign || len(f.Trace.Layers) != 2 || len(f.Context) != 1 {
			t.Errorf("%s: %s", l, raw)
		}
	}
	own := policy.Decision{Verdict: policy.ExplicitDeny, Layer: policy.LayerSCP, Source: "ours"}
	f := &Dossier{Decision: own, Trace: &policy.Trace{Decision: own, Layers: []policy.LayerTrace{{Layer: policy.LayerSCP}}}}
	if f.withhold(); f.Withheld || f.Foreign || f.Decision != own {
		t.Errorf("%+v", f)
	}
	w := newWorld(t)
	if _, f := w.refusal(access.Ask{Action: "s3:GetObject", Resource: "arn:aws:s3:::b/k", Account: other}, environment()); !f.Foreign || f.Decision.Verdict != policy.ImplicitDeny || f.Trace == nil {
		t.Errorf("%+v", f)
	}
}
