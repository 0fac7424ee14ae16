package stsapi_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/daypass/daypass/internal/dialect/aws/stsapi"
	"github.com/daypass/daypass/internal/wire"
)

// assumeRole is a call as boto3 sends it.
const assumeRole = "Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fteam%2Fdeployer" +
	"&RoleSessionName=build-4711&DurationSeconds=3600&ExternalId=c0ffee&Tags.member.1.Key=Project&Tags.member.1.Value=Atlas+2" +
	"&Tags.member.2.Key=Stage&Tags.member.2.Value=prod&TransitiveTagKeys.member.1=Project" +
	"&PolicyArns.member.1.arn=arn%3Aaws%3Aiam%3A%3A123456789012%3Apolicy%2Fnarrow"

func ptr[T any](v T) *T { return &v }

func decode(t testing.TB, raw string, in wire.Shape) []wire.Violation {
	t.Helper()
	f, err := wire.ParseForm([]byte(raw), wire.FormLimits{})
	if err != nil {
		t.Fatal(err)
	}
	return wire.ReadForm(f, in, wire.MemberList)
}

func TestDecodeAssumeRole(t *testing.T) {
	var got stsapi.AssumeRoleInput
	if vs := decode(t, assumeRole, &got); len(vs) > 0 {
		t.Fatal(vs)
	}
	want := stsapi.AssumeRoleInput{
		RoleArn: "arn:aws:iam::123456789012:role/team/deployer", RoleSessionName: "build-4711",
		DurationSeconds: ptr(int64(3600)), ExternalId: ptr("c0ffee"),
		Tags:              []stsapi.Tag{{Key: "Project", Value: "Atlas 2"}, {Key: "Stage", Value: "prod"}},
		TransitiveTagKeys: []string{"Project"},
		PolicyArns:        []stsapi.PolicyDescriptorType{{Arn: ptr("arn:aws:iam::123456789012:policy/narrow")}},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestViolationsOfAssumeRole(t *testing.T) {
	var in stsapi.AssumeRoleInput
	vs := decode(t, "RoleArn=short&RoleSessionName=Session1:2&TokenCode=12&DurationSeconds=60&Tags.member.1.Key=%7B&Tags.member.1.Value=", &in)
	var got []string
	for _, v := range vs {
		line := fmt.Sprintf("%s %d", v.Path, v.Kind)
		if v.HasValue {
			line += " " + v.Value
		}
		if v.Kind == wire.NoMatch {
			line += " " + v.Rule.Pattern.Source
		}
		got = append(got, line)
	}
	want := []string{
		fmt.Sprintf("roleArn %d short", wire.TooShort),
		fmt.Sprintf(`roleSessionName %d Session1:2 [\w+=,.@-]*`, wire.NoMatch),
		fmt.Sprintf("durationSeconds %d 60", wire.TooSmall),
		fmt.Sprintf(`tags.1.member.key %d { [\p{L}\p{Z}\p{N}_.:/=+\-@]+`, wire.NoMatch),
		fmt.Sprintf("tokenCode %d", wire.TooShort), // a one-time code is not repeated
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestArnReachesBeyondTheBasicPlane(t *testing.T) {
	in := stsapi.AssumeRoleInput{RoleArn: "arn:aws:iam::123456789012:role/🙂", RoleSessionName: "ab"}
	if vs := wire.Check(&in); len(vs) > 0 {
		t.Error(vs)
	}
}

func answer() *stsapi.AssumeRoleOutput {
	return &stsapi.AssumeRoleOutput{
		Credentials: &stsapi.Credentials{
			AccessKeyId: "ASIAIOSFODNN7EXAMPLE", SecretAccessKey: "hush/Secret", SessionToken: strings.Repeat("hushToken", 60),
			Expiration: time.Date(2019, 7, 15, 23, 28, 33, 0, time.UTC),
		},
		AssumedRoleUser: &stsapi.AssumedRoleUser{
			AssumedRoleId: "AROA3XFRBF535PLBIFPI4:s3", Arn: "arn:aws:sts::123456789012:assumed-role/deployer/s3",
		},
	}
}

func TestAnswerOfAssumeRole(t *testing.T) {
	out := answer()
	out.Credentials.SessionToken = "T"
	got := string(wire.AppendXMLResponse(nil, "AssumeRole", stsapi.Namespace, "c6104cbe", out))
	want := `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult>` +
		`<Credentials><AccessKeyId>ASIAIOSFODNN7EXAMPLE</AccessKeyId><SecretAccessKey>hush/Secret</SecretAccessKey>` +
		`<SessionToken>T</SessionToken><Expiration>2019-07-15T23:28:33Z</Expiration></Credentials>` +
		`<AssumedRoleUser><AssumedRoleId>AROA3XFRBF535PLBIFPI4:s3</AssumedRoleId>` +
		`<Arn>arn:aws:sts::123456789012:assumed-role/deployer/s3</Arn></AssumedRoleUser>` +
		`</AssumeRoleResult><ResponseMetadata><RequestId>c6104cbe</RequestId></ResponseMetadata></AssumeRoleResponse>` + "\n"
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	text := string(wire.AppendJSONResponse(nil, "AssumeRole", "c6104cbe", out))
	if !strings.Contains(text, `"Expiration":1563233313`) || !json.Valid([]byte(text)) {
		t.Error(text)
	}
}

func TestSecretsAreNotPrinted(t *testing.T) {
	out := answer()
	in := stsapi.AssumeRoleWithWebIdentityInput{WebIdentityToken: "hush"}
	for _, v := range []any{out, *out, out.Credentials, *out.Credentials, in, &in, []any{in}} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
			if got := fmt.Sprintf(verb, v); strings.Contains(got, "hush") || strings.Contains(got, "68757368") {
				t.Errorf("%s prints %s", verb, got)
			}
		}
		text, err := json.Marshal(v)
		if err != nil || strings.Contains(string(text), "hush") || !strings.Contains(string(text), "[secret]") {
			t.Errorf("%s, %v", text, err)
		}
	}
	record := string(wire.AppendJSON(nil, out, wire.JSONStyle{LowerCamel: true, Redact: true, Time: wire.AppendJSONTime}))
	want := `{"credentials":{"accessKeyId":"ASIAIOSFODNN7EXAMPLE","expiration":"2019-07-15T23:28:33Z"},` +
		`"assumedRoleUser":{"assumedRoleId":"AROA3XFRBF535PLBIFPI4:s3","arn":"arn:aws:sts::123456789012:assumed-role/deployer/s3"}}`
	if record != want {
		t.Errorf("got  %s\nwant %s", record, want)
	}
}

func TestOperations(t *testing.T) {
	ops := stsapi.Operations()
	if len(ops) != 11 {
		t.Errorf("%d operations", len(ops))
	}
	codes := map[string]bool{}
	for _, e := range stsapi.Errors() {
		codes[e.Code] = true
	}
	for _, op := range ops {
		if op.NewInput == nil || op.NewOutput == nil {
			t.Errorf("%s: constructors", op.Name)
		}
		for _, c := range op.Errors {
			if !codes[c] {
				t.Errorf("%s declares %s, which has no status", op.Name, c)
			}
		}
	}
}

// FuzzDecodeAssumeRole holds that what is accepted without a violation is within the rules and comes back the same.
func FuzzDecodeAssumeRole(f *testing.F) {
	f.Add(assumeRole)
	f.Add("RoleArn=arn:aws:iam::1:role/abcdef&RoleSessionName=ab&Tags=&PolicyArns=&ProvidedContexts.member.1=")
	f.Add("Tags.member.01.Key=a&Tags.member.1.Key=b")
	f.Fuzz(func(t *testing.T, raw string) {
		form, err := wire.ParseForm([]byte(raw), wire.FormLimits{})
		if err != nil {
			return
		}
		var in stsapi.AssumeRoleInput
		if len(wire.ReadForm(form, &in, wire.MemberList)) > 0 {
			return
		}
		if vs := wire.Check(&in); len(vs) > 0 {
			t.Fatalf("accepted, but %v", vs)
		}
		for _, p := range in.PolicyArns {
			if p.Arn == nil {
				return // such an element leaves no trace in a form
			}
		}
		for _, p := range in.ProvidedContexts {
			if p.ProviderArn == nil && p.ContextAssertion == nil {
				return
			}
		}
		var again stsapi.AssumeRoleInput
		decode(t, string(wire.AppendForm(nil, &in, wire.MemberList)), &again)
		if d := cmp.Diff(fields(in), fields(again)); d != "" {
			t.Fatal(d)
		}
	})
}

// fields shows a value without its own formatter, so that differences of sensitive members count too.
func fields(in stsapi.AssumeRoleInput) string {
	return string(wire.AppendJSON(nil, &in, wire.JSONStyle{}))
}

func BenchmarkDecodeAssumeRole(b *testing.B) {
	raw := []byte(assumeRole)
	b.ReportAllocs()
	for b.Loop() {
		f, err := wire.ParseForm(raw, wire.FormLimits{})
		if err != nil {
			b.Fatal(err)
		}
		var in stsapi.AssumeRoleInput
		if vs := wire.ReadForm(f, &in, wire.MemberList); len(vs) > 0 {
			b.Fatal(vs)
		}
	}
}

func BenchmarkRenderAssumeRole(b *testing.B) {
	out := answer()
	var buf []byte
	b.ReportAllocs()
	for b.Loop() {
		buf = wire.AppendXMLResponse(buf[:0], "AssumeRole", stsapi.Namespace, "c6104cbe-af31-11e0-8154-cbc7ccf896c7", out)
	}
}
