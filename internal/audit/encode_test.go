package audit

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/daypass/daypass/internal/secret"
	"github.com/daypass/daypass/policy"
)

var start = time.Date(2026, 11, 22, 7, 0, 0, 0, time.UTC)

// assumed is the event of an AssumeRole call, the one that is written most often.
func assumed(requestID string) *Event {
	return &Event{
		Identity: Identity{
			Type: TypeAssumedRole, PrincipalID: "AROA2345678ABCDEFGHIJ:alice", AccountID: "111122223333",
			ARN: "arn:aws:sts::111122223333:assumed-role/clerk/alice", AccessKeyID: "ASIAQNZGKIQY56JQ7WML",
			Session: &Session{
				Issuer: &Issuer{Type: "Role", PrincipalID: "AROA2345678ABCDEFGHIJ", ARN: "arn:aws:iam::111122223333:role/clerk",
					AccountID: "111122223333", UserName: "clerk"},
				Attributes: Attributes{Created: start, MFA: false}, SourceIdentity: "alice",
			},
		},
		Time: start, Source: "sts.amazonaws.com", Name: "AssumeRole", Region: "daypass-1", SourceIP: "10.1.2.3",
		UserAgent:         "aws-cli/2.31.0 md/awscrt#0.27.6 ua/2.1 os/linux#6.1 md/arch#x86_64 lang/python#3.13.7 cfg/retry-mode#standard",
		RequestParameters: json.RawMessage(`{"roleArn":"arn:aws:iam::111122223333:role/uploader","roleSessionName":"me","durationSeconds":3600}`),
		ResponseElements:  json.RawMessage(`{"assumedRoleUser":{"assumedRoleId":"AROA2345678ABCDEFGHIX:me","arn":"arn:aws:sts::111122223333:assumed-role/uploader/me"}}`),
		Additional: Additional{
			Decision: &Decision{Verdict: policy.Allow, Layer: policy.LayerTrust, Action: "sts:AssumeRole",
				Resource: "arn:aws:iam::111122223333:role/uploader",
				Policies: []Ground{{ID: "trust", Type: "resource", Statement: 0, Sid: "Clerks"}}},
			IssuedAccessKeyID: "ASIAQNZGKIQY56JQ7WMM", ParentAccessKeyID: "ASIAQNZGKIQY56JQ7WML", OriginAccessKeyID: "AKIAQNZGKIQY56JQ7WML",
		},
		RequestID: requestID, ID: "e-" + requestID, ReadOnly: true, ManagementEvent: true, RecipientAccount: "111122223333",
	}
}

func denied(requestID string) *Event {
	e := assumed(requestID)
	e.ErrorCode, e.ErrorMessage = "AccessDenied", `User: "x" is not authorized`
	e.ResponseElements = nil
	e.Additional = Additional{
		Decision: &Decision{Verdict: policy.ImplicitDeny, Layer: policy.LayerIdentity},
		Explanation: &policy.Trace{
			Decision: policy.Decision{Statement: -1},
			Layers: []policy.LayerTrace{{Layer: policy.LayerIdentity, Policies: []policy.PolicyTrace{{
				Source: "own-notes", Type: "role", Statements: []policy.StatementTrace{{Sid: "Own", Effect: policy.EffectAllow,
					Failed: []policy.ElementMiss{{Element: "Resource", Policy: []string{"note/a/*"}, Request: []string{"note/b"}, Near: 60}}}},
			}}}},
		},
	}
	return e
}

func TestRecordIsCloudTrail(t *testing.T) {
	record, err := Append(nil, assumed("r1"))
	if err != nil {
		t.Fatal(err)
	}
	var got map[string]any
	if err := json.Unmarshal(record, &got); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]any{
		"eventVersion": "1.11", "eventTime": "2026-11-22T07:00:00Z", "eventType": "AwsApiCall", "eventCategory": "Management",
		"managementEvent": true, "readOnly": true, "requestID": "r1", "eventID": "e-r1", "recipientAccountId": "111122223333",
	} {
		if got[name] != want {
			t.Errorf("%s is %v, want %v", name, got[name], want)
		}
	}
	session := got["userIdentity"].(map[string]any)["sessionContext"].(map[string]any)
	want := map[string]any{"creationDate": "2026-11-22T07:00:00Z", "mfaAuthenticated": "false"}
	if diff := cmp.Diff(want, session["attributes"]); diff != "" {
		t.Error(diff)
	}
	if bytes.Count(record, []byte("\n")) != 1 || record[len(record)-1] != '\n' {
		t.Errorf("not one line: %q", record)
	}

	record, err = Append(nil, &Event{})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"requestParameters":null`, `"responseElements":null`, `"eventCategory":"Data"`} {
		if !strings.Contains(string(record), want) {
			t.Errorf("the empty event lacks %s: %s", want, record)
		}
	}
}

func TestRecordRoundTrip(t *testing.T) {
	for _, e := range []*Event{assumed("r1"), denied("r2"), {Time: start}} {
		record, err := Append(nil, e)
		if err != nil {
			t.Fatal(err)
		}
		got, err := Decode(record)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(e, got); diff != "" {
			t.Errorf("%s: %s", e.RequestID, diff)
		}
	}
}

// The texts come from clients: whatever is in them, the record is one line and reads back as encoding/json would.
func TestRecordTexts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := string(rapid.SliceOfN(rapid.Byte(), 0, 200).Draw(t, "text"))
		e := &Event{Time: start, UserAgent: text, ErrorMessage: text + "\u2028\x7f", RequestID: text,
			Identity:   Identity{ARN: text, Session: &Session{SourceIdentity: text}},
			Additional: Additional{Decision: &Decision{Action: text, Policies: []Ground{{ID: text, Sid: text}, {ID: text}}}}}
		record, err := Append(nil, e)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.IndexByte(record, '\n') != len(record)-1 {
			t.Fatalf("not one line: %q", record)
		}
		got, err := Decode(record)
		if err != nil {
			t.Fatal(err)
		}
		quoted, _ := json.Marshal(text)
		var want string
		if err := json.Unmarshal(quoted, &want); err != nil {
			t.Fatal(err)
		}
		for _, text := range []string{got.UserAgent, got.RequestID, got.Identity.ARN, got.Identity.Session.SourceIdentity,
			got.Additional.Decision.Action, got.Additional.Decision.Policies[0].Sid, got.Additional.Decision.Policies[1].ID} {
			if text != want {
				t.Fatalf("got %q, want %q", text, want)
			}
		}
	})
}

func TestRecordBounds(t *testing.T) {
	long := strings.Repeat("ü", MaxText)
	got := roundTrip(t, &Event{UserAgent: long})
	if n := len(got.UserAgent); n > MaxText+len("…") || !strings.HasSuffix(got.UserAgent, "ü…") {
		t.Errorf("the text has %d bytes and ends in %q", n, got.UserAgent[n-5:])
	}

	e := denied("r1")
	e.Additional.Explanation.Layers[0].Note = strings.Repeat("x", MaxBytes)
	got = roundTrip(t, e)
	if got.Additional.Explanation != nil || !got.Additional.ExplanationOmitted {
		t.Error("the explanation that does not fit is not marked as omitted")
	}
	if string(got.RequestParameters) != string(e.RequestParameters) {
		t.Error("the parameters are gone though they fit")
	}

	e = assumed("r1")
	e.RequestParameters = json.RawMessage(`"` + strings.Repeat("x", MaxBytes) + `"`)
	if got = roundTrip(t, e); string(got.RequestParameters) != `{"omitted":true}` {
		t.Errorf("parameters %.80s", got.RequestParameters)
	}

	e = assumed("r1")
	e.Additional.Decision.Policies = make([]Ground, MaxBytes/16)
	if _, err := Append(nil, e); err == nil {
		t.Error("a record beyond the bound is written")
	}
	for _, bad := range []string{"{", "{}\n", "\r{}", "{}\n{\"requestID\":\"forged\"}", "x", `{"a":1`} {
		if out, err := Append([]byte("x"), &Event{RequestParameters: json.RawMessage(bad)}); err == nil || string(out) != "x" {
			t.Errorf("parameters %q: %q, %v", bad, out, err)
		}
	}
}

func roundTrip(t *testing.T, e *Event) *Event {
	t.Helper()
	record, err := Append(nil, e)
	if err != nil {
		t.Fatal(err)
	}
	if len(record) > MaxBytes {
		t.Errorf("the record has %d bytes", len(record))
	}
	got, err := Decode(record)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// Parameters are encoded from the operation's own values. Those that are secrets have a type that cannot show itself.
func TestAttack19_SecretsInTrail(t *testing.T) {
	const plain = "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY"
	parameters, err := json.Marshal(struct {
		UserName        string
		SecretAccessKey secret.Text
		Tokens          map[string]secret.Text
	}{"alice", secret.New(plain), map[string]secret.Text{"sessionToken": secret.New(plain)}})
	if err != nil {
		t.Fatal(err)
	}
	e := assumed("r1")
	e.RequestParameters, e.ResponseElements = parameters, parameters
	e.ErrorMessage = fmt.Sprintf("bad secret %v", secret.New(plain))
	record, err := Append(nil, e)
	if err != nil {
		t.Fatal(err)
	}
	memory := NewMemory(1)
	if err := memory.Write(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	found, err := memory.Find(t.Context(), "r1")
	if err != nil {
		t.Fatal(err)
	}
	for _, out := range []string{string(record), fmt.Sprintf("%+v", e), fmt.Sprintf("%#v", *e), fmt.Sprintf("%+v %s", found, found.RequestParameters)} {
		if strings.Contains(out, plain) {
			t.Errorf("a secret shows: %s", out)
		}
	}
	if !strings.Contains(string(record), secret.Hidden) {
		t.Error("the test did not get a secret near the record")
	}
}

func FuzzDecode(f *testing.F) {
	for _, e := range []*Event{assumed("r1"), denied("r2"), {}} {
		record, err := Append(nil, e)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(record)
	}
	f.Add([]byte(`{"requestID":"a","userIdentity":{"sessionContext":{"attributes":{"mfaAuthenticated":"true"}}}}`))
	f.Fuzz(func(t *testing.T, record []byte) {
		e, err := Decode(record)
		if err != nil {
			return
		}
		if e.Time.Year() > 9999 || e.Time.Year() < 0 {
			return // beyond what the format can write
		}
		again, err := Append(nil, e)
		if err != nil {
			return // a record with line breaks between members, or one that grew beyond the bound
		}
		if _, err := Decode(again); err != nil {
			t.Fatalf("%q became %q: %v", record, again, err)
		}
	})
}

func BenchmarkAppend(b *testing.B) {
	e := assumed("0b0f1f4e-8e1c-4f0e-9a3e-6d1f5b0c9a11")
	var buffer []byte
	b.ReportAllocs()
	for b.Loop() {
		var err error
		if buffer, err = Append(buffer[:0], e); err != nil {
			b.Fatal(err)
		}
	}
	b.SetBytes(int64(len(buffer)))
}

func BenchmarkFile(b *testing.B) {
	f, err := Open(b.TempDir()+"/audit.jsonl", FileOptions{})
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	e := assumed("0b0f1f4e-8e1c-4f0e-9a3e-6d1f5b0c9a11")
	b.ReportAllocs()
	for b.Loop() {
		if err := f.Write(b.Context(), e); err != nil {
			b.Fatal(err)
		}
	}
}

func TestFindingsInPoliciesGoOnRecord(t *testing.T) {
	e := assumed("r1")
	e.Additional.PolicyFindings = []string{"PUBLIC_ACCESS@3:7", "MISSING_VERSION@1:1", "+2"}
	record, err := Append(nil, e)
	if err != nil {
		t.Fatal(err)
	}
	if want := `"policyFindings":["PUBLIC_ACCESS@3:7","MISSING_VERSION@1:1","+2"],"issuedAccessKeyId"`; !bytes.Contains(record, []byte(want)) {
		t.Errorf("%s", record)
	}
	got, err := Decode(record)
	if err != nil || cmp.Diff(e.Additional.PolicyFindings, got.Additional.PolicyFindings) != "" {
		t.Errorf("read back as %v, %v", got, err)
	}
}
