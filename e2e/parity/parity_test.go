package parity

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"io"
	"math/rand/v2"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"

	"github.com/daypass/daypass/internal/dialect/aws/iamapi"
	"github.com/daypass/daypass/internal/dialect/aws/stsapi"
	"github.com/daypass/daypass/internal/wire"
)

func flags() (start *uint64, rounds *int) {
	return flag.Uint64("random", 0, "start of the random values; 0 takes the clock"), flag.Int("rounds", 12, "messages per operation")
}

var startFlag, roundsFlag = flags()

// transport stands in for the network: it keeps what the SDK sends and answers with what the test wants the SDK to read.
type transport struct {
	sent   []byte
	answer []byte
}

// Do implements the HTTP client of the SDK.
func (t *transport) Do(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	t.sent = body
	return &http.Response{
		StatusCode: http.StatusOK,
		Header:     http.Header{"Content-Type": {"text/xml"}},
		Body:       io.NopCloser(bytes.NewReader(t.answer)),
		Request:    r,
	}, nil
}

// service is one API: our table of it and a client of the SDK.
type service struct {
	name, namespace, version string
	operations               []wire.Operation
	client                   reflect.Value
	transport                *transport
}

func services() []*service {
	t1, t2 := &transport{}, &transport{}
	keys := credentials.NewStaticCredentialsProvider("AKIAIOSFODNN7EXAMPLE", "not-a-real-secret", "")
	iamClient := iam.New(iam.Options{
		Region: "eu-central-1", Credentials: keys, HTTPClient: t1, Retryer: aws.NopRetryer{}, BaseEndpoint: aws.String("http://iam.test"),
	})
	stsClient := sts.New(sts.Options{
		Region: "eu-central-1", Credentials: keys, HTTPClient: t2, Retryer: aws.NopRetryer{}, BaseEndpoint: aws.String("http://sts.test"),
	})
	return []*service{
		{"iam", iamapi.Namespace, iamapi.Version, iamapi.Operations(), reflect.ValueOf(iamClient), t1},
		{"sts", stsapi.Namespace, stsapi.Version, stsapi.Operations(), reflect.ValueOf(stsClient), t2},
	}
}

// inputType is the SDK's input of an operation, nil when the SDK does not have the operation.
func (s *service) inputType(op string) reflect.Type {
	m := s.client.MethodByName(op)
	if !m.IsValid() || m.Type().NumIn() != 3 || m.Type().In(0) != reflect.TypeFor[context.Context]() {
		return nil
	}
	return m.Type().In(1).Elem()
}

func (s *service) call(op string, input reflect.Value) (output reflect.Value, err error) {
	got := s.client.MethodByName(op).Call([]reflect.Value{reflect.ValueOf(context.Background()), input})
	err, _ = got[1].Interface().(error)
	return got[0], err
}

func TestParity(t *testing.T) {
	start := *startFlag
	if start == 0 {
		start = uint64(time.Now().UnixNano())
	}
	t.Logf("random values start at %d: repeat with -args -random %d", start, start)
	for _, s := range services() {
		for i, op := range s.operations {
			t.Run(s.name+"/"+op.Name, func(t *testing.T) {
				if s.inputType(op.Name) == nil {
					t.Fatal("the SDK has no such operation")
				}
				r := rand.New(rand.NewPCG(start, uint64(i)))
				for range *roundsFlag {
					s.round(t, r, op)
				}
			})
		}
	}
}

// round sends one random input with the SDK and lets it read one random answer of ours.
func (s *service) round(t *testing.T, r *rand.Rand, op wire.Operation) {
	t.Helper()
	var ours wire.Shape
	if op.NewOutput != nil {
		ours = op.NewOutput()
		(&random{r, []float64{0, 0.3, 0.8}[r.IntN(3)]}).fill(reflect.ValueOf(ours).Elem())
		complete(ours)
	}
	s.transport.answer = wire.AppendXMLResponse(nil, op.Name, s.namespace, "req-1", ours)

	input := reflect.New(s.inputType(op.Name))
	var output reflect.Value
	var err error
	for _, absent := range []float64{0.9, 0.5, 0.3, 0.1, 0} {
		input.Elem().SetZero()
		(&random{r, absent}).fill(input.Elem())
		if output, err = s.call(op.Name, input); !errors.As(err, new(smithy.InvalidParamsError)) {
			break // else the SDK misses a required member: leave out less
		}
	}
	if err != nil {
		t.Fatalf("SDK: %v\nanswer: %s", err, s.transport.answer)
	}
	s.checkInput(t, op, input)
	if ours != nil {
		for _, d := range differences(op.Name+"Output", reflect.ValueOf(ours).Elem(), output) {
			t.Errorf("%s\nanswer: %s", d, s.transport.answer)
		}
		checkRoundTrips(t, op, ours, s.transport.answer)
	}
}

// complete makes required lists that chance left out empty, as answers always carry them.
func complete(s wire.Shape) {
	for again := true; again; {
		again = false
		for _, v := range wire.Check(s) {
			if v.Kind != wire.Missing {
				continue
			}
			at := reflect.ValueOf(s)
			for _, step := range v.Path {
				at = reflect.Indirect(at)
				if step.Index > 0 {
					at = at.Index(step.Index - 1)
				} else {
					at = at.FieldByName(strings.ToUpper(step.Name[:1]) + step.Name[1:])
				}
			}
			at.Set(reflect.MakeSlice(at.Type(), 0, 0))
			again = true
		}
	}
}

// checkInput reads what the SDK sent with our reader, compares it with the SDK's input, and writes it again.
func (s *service) checkInput(t *testing.T, op wire.Operation, input reflect.Value) {
	t.Helper()
	form, err := wire.ParseForm(s.transport.sent, wire.FormLimits{})
	if err != nil {
		t.Fatalf("%v\nsent: %s", err, s.transport.sent)
	}
	shape := op.NewInput()
	for _, v := range wire.ReadForm(form, shape, wire.MemberList) {
		if v.Kind == wire.Missing && len(v.Path) == 1 && vacant(input.Elem().FieldByName(v.Path[0].Name)) {
			continue // a structure without members: required, given, and not sent
		}
		if v.Kind == wire.Missing || v.Kind >= wire.NotInteger {
			t.Errorf("violation %d at %s\nsent: %s", v.Kind, v.Path, s.transport.sent)
		}
	}
	for _, d := range differences(op.Name+"Input", reflect.ValueOf(shape).Elem(), input.Elem()) {
		t.Errorf("%s\nsent: %s", d, s.transport.sent)
	}
	again := wire.AppendFormPair(nil, "Action", op.Name)
	again = wire.AppendFormPair(again, "Version", s.version)
	again = wire.AppendForm(again, shape, wire.MemberList)
	written, err := wire.ParseForm(again, wire.FormLimits{})
	if err != nil {
		t.Fatalf("%v\nwritten: %s", err, again)
	}
	if d := cmp.Diff(parameters(form), parameters(written)); d != "" {
		t.Errorf("parameters differ (-sent +written):\n%s", d)
	}
}

func parameters(f *wire.Form) map[string]string {
	m := map[string]string{}
	for k, v := range f.All {
		m[k] = v
	}
	return m
}

// checkRoundTrips reads our own XML and JSON back.
func checkRoundTrips(t *testing.T, op wire.Operation, ours wire.Shape, answer []byte) {
	t.Helper()
	back := op.NewOutput()
	id, err := wire.ReadXMLResponse(answer, op.Name, back, wire.XMLLimits{})
	if err != nil || id != "req-1" {
		t.Fatalf("request id %q, error %v\nanswer: %s", id, err, answer)
	}
	if d := cmp.Diff(ours, back); d != "" {
		t.Errorf("XML (-written +read):\n%s", d)
	}
	text := wire.AppendJSON(nil, ours, wire.JSONStyle{})
	doc, err := wire.ParseJSON(text, wire.JSONLimits{})
	if err != nil {
		t.Fatalf("%v\njson: %s", err, text)
	}
	back = op.NewOutput()
	for _, v := range wire.ReadJSON(doc, back) {
		if v.Kind == wire.Missing || v.Kind >= wire.NotInteger {
			t.Errorf("violation %d at %s\njson: %s", v.Kind, v.Path, text)
		}
	}
	if d := cmp.Diff(ours, back); d != "" {
		t.Errorf("JSON (-written +read):\n%s", d)
	}
}

// TestSurface compares the operations and members of the SDK with ours. The SDK may be newer than the model; what it has more is
// listed in beyond_test.go, so that a surprise fails here.
func TestSurface(t *testing.T) {
	var found []string
	for _, s := range services() {
		known := map[string]bool{}
		for _, op := range s.operations {
			known[op.Name] = true
			m := s.client.MethodByName(op.Name)
			if !m.IsValid() {
				t.Errorf("the SDK has no %s", op.Name)
				continue
			}
			seen := map[reflect.Type]bool{}
			found = append(found, more(s.name, reflect.TypeOf(op.NewInput()), m.Type().In(1), seen)...)
			if op.NewOutput != nil {
				found = append(found, more(s.name, reflect.TypeOf(op.NewOutput()), m.Type().Out(0), seen)...)
			}
		}
		for i := range s.client.NumMethod() {
			if name := s.client.Type().Method(i).Name; s.inputType(name) != nil && !known[name] {
				found = append(found, s.name+" operation "+name)
			}
		}
	}
	if d := cmp.Diff(beyond(), unique(found)); d != "" {
		t.Errorf("what the SDK has beyond the model (-reviewed +found):\n%s", d)
	}
}

func unique(list []string) []string {
	seen := map[string]bool{}
	out := []string{}
	for _, s := range list {
		if !seen[s] {
			seen[s] = true
			out = append(out, s)
		}
	}
	return out
}

// more lists the members of their type that ours does not have.
func more(service string, ours, theirs reflect.Type, seen map[reflect.Type]bool) []string {
	for ours.Kind() == reflect.Pointer || ours.Kind() == reflect.Slice {
		ours = ours.Elem()
	}
	for theirs.Kind() == reflect.Pointer || theirs.Kind() == reflect.Slice {
		theirs = theirs.Elem()
	}
	if ours.Kind() != reflect.Struct || ours == reflect.TypeFor[time.Time]() || seen[theirs] {
		return nil
	}
	seen[theirs] = true
	var out []string
	for i := range theirs.NumField() {
		f := theirs.Field(i)
		if !f.IsExported() || f.Name == "ResultMetadata" {
			continue
		}
		own, ok := ours.FieldByName(f.Name)
		if !ok {
			out = append(out, service+" member "+strings.TrimPrefix(ours.Name(), "*")+"."+f.Name)
			continue
		}
		out = append(out, more(service, own.Type, f.Type, seen)...)
	}
	return out
}
