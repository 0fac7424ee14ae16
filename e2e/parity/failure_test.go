package parity

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"

	"github.com/daypass/daypass/internal/dialect/aws/iamapi"
	"github.com/daypass/daypass/internal/dialect/aws/stsapi"
	"github.com/daypass/daypass/internal/wire"
)

// refusal answers every request with one error.
type refusal struct {
	status int
	body   []byte
}

// Do implements the HTTP client of the SDK.
func (f refusal) Do(r *http.Request) (*http.Response, error) {
	return &http.Response{
		StatusCode: f.status, Header: http.Header{"Content-Type": {"text/xml"}}, Body: io.NopCloser(bytes.NewReader(f.body)), Request: r,
	}, nil
}

// TestFailures lets the SDK read every declared error of both services, and some that no model declares.
func TestFailures(t *testing.T) {
	const message = "Value 'é<b>&\"\r\n' at 'x' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]*"
	for _, e := range append(iamapi.Errors(), iamapi.Error{Code: "AccessDenied", Status: 403, Sender: true}) {
		f := wire.Failure{Type: "Sender", Code: e.Code, Message: message}
		client := iam.New(iam.Options{
			Region: "eu-central-1", Retryer: aws.NopRetryer{}, BaseEndpoint: aws.String("http://iam.test"),
			Credentials: credentials.NewStaticCredentialsProvider("AKIAIOSFODNN7EXAMPLE", "not-a-real-secret", ""),
			HTTPClient:  refusal{e.Status, wire.AppendXMLError(nil, iamapi.Namespace, "req-9", f)},
		})
		_, err := client.GetUser(context.Background(), &iam.GetUserInput{})
		checkFailure(t, err, f, e.Status)
	}
	for _, e := range append(stsapi.Errors(), stsapi.Error{Code: "InvalidClientTokenId", Status: 403, Sender: true}) {
		f := wire.Failure{Type: "Sender", Code: e.Code, Message: message}
		client := sts.New(sts.Options{
			Region: "eu-central-1", Retryer: aws.NopRetryer{}, BaseEndpoint: aws.String("http://sts.test"),
			Credentials: credentials.NewStaticCredentialsProvider("AKIAIOSFODNN7EXAMPLE", "not-a-real-secret", ""),
			HTTPClient:  refusal{e.Status, wire.AppendXMLError(nil, stsapi.Namespace, "req-9", f)},
		})
		_, err := client.AssumeRole(context.Background(), &sts.AssumeRoleInput{RoleArn: aws.String("a"), RoleSessionName: aws.String("b")})
		checkFailure(t, err, f, e.Status)
	}
}

func checkFailure(t *testing.T, err error, want wire.Failure, status int) {
	t.Helper()
	var api smithy.APIError
	if !errors.As(err, &api) || api.ErrorCode() != want.Code || api.ErrorMessage() != want.Message {
		t.Errorf("%s: the SDK reads %v", want.Code, err)
	}
	var response *awshttp.ResponseError
	if !errors.As(err, &response) || response.HTTPStatusCode() != status || response.ServiceRequestID() != "req-9" {
		t.Errorf("%s: the SDK reads %v", want.Code, err)
	}
}

// TestFailureIsTyped holds that a client that looks for one kind of error by its Go type finds it, as waiters do.
func TestFailureIsTyped(t *testing.T) {
	f := wire.Failure{Type: "Sender", Code: "NoSuchEntity", Message: "The user with name x cannot be found."}
	client := iam.New(iam.Options{
		Region: "eu-central-1", Retryer: aws.NopRetryer{}, BaseEndpoint: aws.String("http://iam.test"),
		Credentials: credentials.NewStaticCredentialsProvider("AKIAIOSFODNN7EXAMPLE", "not-a-real-secret", ""),
		HTTPClient:  refusal{404, wire.AppendXMLError(nil, iamapi.Namespace, "req-9", f)},
	})
	_, err := client.GetUser(context.Background(), &iam.GetUserInput{UserName: aws.String("x")})
	var typed *types.NoSuchEntityException
	if !errors.As(err, &typed) || aws.ToString(typed.Message) != f.Message {
		t.Errorf("the SDK reads %v", err)
	}
}
