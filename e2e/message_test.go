package e2e

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/daypass/daypass/policy"
)

// note asks the demo API about a note.
func (w *who) note(t *testing.T, method, path string) *reply {
	t.Helper()
	r := must(http.NewRequest(method, w.s.Endpoint+"/demo/notes/"+path, nil))(t)
	return send(t, w.sign(t, w.s, r, signature{service: "demo"}))
}

// encoded is the message that a denial carries.
func encoded(t *testing.T, r *reply) string {
	t.Helper()
	var refused struct{ Code, Message string }
	ok(t, json.Unmarshal([]byte(r.body), &refused))
	_, message, found := strings.Cut(refused.Message, ". Encoded authorization failure message: ")
	if r.status != 403 || refused.Code != "AccessDenied" || !found || len(message) > 10240 || strings.ContainsAny(message, " \n") {
		t.Fatalf("%d %s", r.status, r.body)
	}
	return message
}

type list[T any] struct{ Items []T }

type decoded struct {
	Allowed, ExplicitDeny *bool
	MatchedStatements     list[struct {
		StatementID, Effect, SourcePolicyID string
		Actions, Resources                  list[struct{ Value string }]
	}]
	Failures *list[any]
	Context  struct {
		Principal        struct{ ID, ARN string }
		Action, Resource string
		Conditions       list[struct {
			Key    string
			Values list[struct{ Value string }]
		}]
	}
	Daypass struct {
		RequestID, Reason string
		Cut, Withheld     bool
		Trace             *policy.Trace
	}
}

func (w *who) decode(t *testing.T, message string) (d decoded) {
	t.Helper()
	out := must(w.sts.DecodeAuthorizationMessage(ctx, &sts.DecodeAuthorizationMessageInput{EncodedMessage: &message}))(t)
	ok(t, json.Unmarshal([]byte(*out.DecodedMessage), &d))
	return d
}

func TestDecodeAuthorizationMessage(t *testing.T) {
	t.Parallel()
	s := devServer(t)
	a := by(s, admin(s))
	notes := "arn:aws:demo::" + s.Account.ID + ":note/"
	bob := a.user(t, "bob", `{"Version":"2012-10-17","Statement":[{"Sid":"Own","Effect":"Allow","Action":"demo:*","Resource":"`+notes+`bob/*"},
		{"Sid":"Never","Effect":"Deny","Action":"demo:GetNote","Resource":"`+notes+`bob/secret"}]}`)
	id := must(a.iam.GetUser(ctx, &iam.GetUserInput{UserName: aws.String("bob")}))(t).User.UserId

	implicit := bob.note(t, "GET", "alice/x")
	message := encoded(t, implicit)
	d := a.decode(t, message)
	if *d.Allowed || *d.ExplicitDeny || len(d.MatchedStatements.Items) != 0 || d.Failures == nil || d.Context.Principal.ID != *id || d.Context.Principal.ARN != bob.arn(t) ||
		d.Context.Action != "demo:GetNote" || d.Context.Resource != notes+"alice/x" || d.Daypass.Cut || d.Daypass.Withheld {
		t.Errorf("%+v", d)
	}
	if d.Daypass.RequestID != implicit.header.Get("X-Daypass-Request-Id") || d.Daypass.Reason != "because no identity-based policy allows the demo:GetNote action" {
		t.Errorf("%+v", d.Daypass)
	}
	if near := d.Daypass.Trace.Nearest(1); len(near) != 1 || near[0].Sid != "Own" || near[0].Failed[0].Element != "Resource" {
		t.Errorf("%+v", near)
	}
	facts := map[string]string{}
	for _, c := range d.Context.Conditions.Items {
		facts[c.Key] = c.Values.Items[0].Value
	}
	if facts["aws:username"] != "bob" || facts["aws:SourceIp"] != "127.0.0.1" || facts["aws:RequestedRegion"] != s.Region {
		t.Errorf("%v", facts)
	}

	d = a.decode(t, encoded(t, bob.note(t, "GET", "bob/secret")))
	if !*d.ExplicitDeny || len(d.MatchedStatements.Items) != 1 {
		t.Fatalf("%+v", d)
	}
	if m := d.MatchedStatements.Items[0]; m.StatementID != "Never" || m.Effect != "DENY" || m.SourcePolicyID != "p0" || m.Actions.Items[0].Value != "demo:GetNote" ||
		m.Resources.Items[0].Value != notes+"bob/secret" {
		t.Errorf("%+v", m)
	}

	// Who was refused can not read why, and what is no message of this account's is nothing.
	_, err := bob.sts.DecodeAuthorizationMessage(ctx, &sts.DecodeAuthorizationMessageInput{EncodedMessage: &message})
	says(t, err, "AccessDenied", "User: "+bob.arn(t)+" is not authorized to perform: sts:DecodeAuthorizationMessage on resource: * because no identity-based policy allows the sts:DecodeAuthorizationMessage action")
	session := a.assume(t, "arn:aws:iam::"+s.Account.ID+":role/uploader", nil)
	for name, text := range map[string]string{"half": message[:len(message)/2], "a session token": session.token, "a text": "nonsense"} {
		_, err := a.sts.DecodeAuthorizationMessage(ctx, &sts.DecodeAuthorizationMessageInput{EncodedMessage: &text})
		if err == nil {
			t.Errorf("%s was decoded", name)
			continue
		}
		says(t, err, "InvalidAuthorizationMessageException", "Message is not valid.")
	}
	_, err = a.sts.DecodeAuthorizationMessage(ctx, &sts.DecodeAuthorizationMessageInput{EncodedMessage: aws.String(strings.Repeat("A", 10241))})
	fails(t, err, "ValidationError", "10240")
	identity(t, s, creds{id: session.id, secret: session.secret, token: message}).refused(t, "a message for a session token", "InvalidClientTokenId")
}
