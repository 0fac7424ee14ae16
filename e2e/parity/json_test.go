package parity

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"reflect"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/organizations/types"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"

	"github.com/daypass/daypass/internal/dialect/aws/orgapi"
	"github.com/daypass/daypass/internal/wire"
)

// exchange stands in for the network of a service of the JSON protocol.
type exchange struct {
	target string
	sent   []byte
	status int
	answer []byte
}

// Do implements the HTTP client of the SDK.
func (x *exchange) Do(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	x.target, x.sent = r.Header.Get("X-Amz-Target"), body
	return &http.Response{StatusCode: x.status, Header: http.Header{"Content-Type": {"application/x-amz-json-1.1"}, "X-Amzn-Requestid": {"req-1"}},
		Body: io.NopCloser(bytes.NewReader(x.answer)), Request: r}, nil
}

func organizationsOver(x *exchange) *organizations.Client {
	return organizations.New(organizations.Options{Region: "eu-central-1", HTTPClient: x, Retryer: aws.NopRetryer{}, BaseEndpoint: aws.String("http://organizations.test"),
		Credentials: credentials.NewStaticCredentialsProvider("AKIAIOSFODNN7EXAMPLE", "not-a-real-secret", "")})
}

// TestJSONParity sends random inputs of AWS Organizations with the SDK and reads them with our reader, and lets the SDK read random
// answers of ours.
func TestJSONParity(t *testing.T) {
	start := *startFlag
	if start == 0 {
		start = uint64(time.Now().UnixNano())
	}
	t.Logf("random values start at %d: repeat with -args -random %d", start, start)
	x := &exchange{status: http.StatusOK}
	s := &service{name: "organizations", client: reflect.ValueOf(organizationsOver(x))}
	for i, op := range orgapi.Operations() {
		t.Run(op.Name, func(t *testing.T) {
			if s.inputType(op.Name) == nil {
				t.Fatal("the SDK has no such operation")
			}
			r := rand.New(rand.NewPCG(start, uint64(i)))
			for range *roundsFlag {
				jsonRound(t, s, x, r, op)
			}
		})
	}
}

func jsonRound(t *testing.T, s *service, x *exchange, r *rand.Rand, op wire.Operation) {
	t.Helper()
	var ours wire.Shape
	x.answer = []byte("{}")
	if op.NewOutput != nil {
		ours = op.NewOutput()
		(&random{r, []float64{0, 0.3, 0.8}[r.IntN(3)]}).fill(reflect.ValueOf(ours).Elem())
		complete(ours)
		x.answer = wire.AppendJSON(nil, ours, wire.JSONStyle{})
	}
	input := reflect.New(s.inputType(op.Name))
	var output reflect.Value
	var err error
	for _, absent := range []float64{0.9, 0.5, 0.3, 0.1, 0} {
		input.Elem().SetZero()
		(&random{r, absent}).fill(input.Elem())
		if output, err = s.call(op.Name, input); !errors.As(err, new(smithy.InvalidParamsError)) {
			break
		}
	}
	if err != nil {
		t.Fatalf("SDK: %v\nanswer: %s", err, x.answer)
	}
	if x.target != orgapi.Target+"."+op.Name {
		t.Errorf("the SDK aims at %s", x.target)
	}
	doc, err := wire.ParseJSON(x.sent, wire.JSONLimits{})
	if err != nil {
		t.Fatalf("%v\nsent: %s", err, x.sent)
	}
	shape := op.NewInput()
	for _, v := range wire.ReadJSON(doc, shape) {
		if v.Kind == wire.Missing || v.Kind >= wire.NotInteger {
			t.Errorf("violation %d at %s\nsent: %s", v.Kind, v.Path, x.sent)
		}
	}
	for _, d := range differences(op.Name+"Input", reflect.ValueOf(shape).Elem(), input.Elem()) {
		t.Errorf("%s\nsent: %s", d, x.sent)
	}
	if ours == nil {
		return
	}
	for _, d := range differences(op.Name+"Output", reflect.ValueOf(ours).Elem(), output) {
		t.Errorf("%s\nanswer: %s", d, x.answer)
	}
	if doc, err = wire.ParseJSON(x.answer, wire.JSONLimits{}); err != nil {
		t.Fatalf("%v\nanswer: %s", err, x.answer)
	}
	back := op.NewOutput()
	wire.ReadJSON(doc, back)
	if d := cmp.Diff(ours, back); d != "" {
		t.Errorf("JSON (-written +read):\n%s", d)
	}
}

// TestJSONFailures lets the SDK read every declared error as our door writes it, with its reason.
func TestJSONFailures(t *testing.T) {
	for _, e := range orgapi.Errors() {
		x := &exchange{status: e.Status, answer: []byte(`{"__type":"` + e.Code + `","Message":"it \"failed\" \u003cb\u003e","Reason":"OU_DEPTH_LIMIT_EXCEEDED"}`)}
		_, err := organizationsOver(x).DescribeOrganization(context.Background(), &organizations.DescribeOrganizationInput{})
		var api smithy.APIError
		if !errors.As(err, &api) || api.ErrorCode() != e.Code || api.ErrorMessage() != `it "failed" <b>` {
			t.Errorf("%s: the SDK reads %v", e.Code, err)
		}
		var typed *types.ConstraintViolationException
		if errors.As(err, &typed) && typed.Reason != types.ConstraintViolationExceptionReasonOuDepthLimitExceeded {
			t.Errorf("the SDK reads the reason %q", typed.Reason)
		}
	}
}
