package e2e

import (
	"bytes"
	"context"
	"io"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// TestSimulation asks with the SDK before it does, and finds that the server does what it said.
func TestSimulation(t *testing.T) {
	t.Parallel()
	s := devServer(t)
	a := by(s, admin(s))
	account := "arn:aws:iam::" + s.Account.ID
	dora := a.user(t, "dora", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:*","Resource":"`+account+`:user/${aws:username}"},
		{"Effect":"Deny","Action":"iam:DeleteUser","Resource":"*"}]}`)
	boundary := must(a.iam.CreatePolicy(ctx, &iam.CreatePolicyInput{PolicyName: aws.String("not-keys"), PolicyDocument: aws.String(allowBut("iam:CreateAccessKey"))}))(t).Policy.Arn
	must(a.iam.PutUserPermissionsBoundary(ctx, &iam.PutUserPermissionsBoundaryInput{UserName: aws.String("dora"), PermissionsBoundary: boundary}))(t)

	in := &iam.SimulatePrincipalPolicyInput{PolicySourceArn: aws.String(account + ":user/dora"), ActionNames: []string{"iam:GetUser", "iam:TagUser", "iam:CreateAccessKey", "iam:DeleteUser"},
		ResourceArns: []string{account + ":user/dora", account + ":user/alice"}, MaxItems: aws.Int32(3)}
	var results []types.EvaluationResult
	for p := iam.NewSimulatePrincipalPolicyPaginator(a.iam, in); p.HasMorePages(); {
		results = append(results, must(p.NextPage(ctx))(t).EvaluationResults...)
	}
	live := map[string]func(name string) error{
		"iam:GetUser": func(name string) error {
			_, err := dora.iam.GetUser(ctx, &iam.GetUserInput{UserName: &name})
			return err
		},
		"iam:TagUser": func(name string) error {
			_, err := dora.iam.TagUser(ctx, &iam.TagUserInput{UserName: &name, Tags: []types.Tag{{Key: aws.String("k"), Value: aws.String("v")}}})
			return err
		},
		"iam:CreateAccessKey": func(name string) error {
			_, err := dora.iam.CreateAccessKey(ctx, &iam.CreateAccessKeyInput{UserName: &name})
			return err
		},
		"iam:DeleteUser": func(name string) error {
			_, err := dora.iam.DeleteUser(ctx, &iam.DeleteUserInput{UserName: &name})
			return err
		},
	}
	const allowed, explicit, implicit = types.PolicyEvaluationDecisionTypeAllowed, types.PolicyEvaluationDecisionTypeExplicitDeny, types.PolicyEvaluationDecisionTypeImplicitDeny
	want := map[string][3]types.PolicyEvaluationDecisionType{
		"iam:GetUser": {implicit, allowed, implicit}, "iam:TagUser": {implicit, allowed, implicit},
		"iam:CreateAccessKey": {explicit, explicit, explicit}, "iam:DeleteUser": {explicit, explicit, explicit},
	}
	if len(results) != len(want) {
		t.Fatalf("%d results", len(results))
	}
	for _, r := range results {
		got := [3]types.PolicyEvaluationDecisionType{r.EvalDecision, r.ResourceSpecificResults[0].EvalResourceDecision, r.ResourceSpecificResults[1].EvalResourceDecision}
		if got != want[*r.EvalActionName] || len(r.MissingContextValues) != 0 || r.OrganizationsDecisionDetail != nil ||
			r.PermissionsBoundaryDecisionDetail.AllowedByPermissionsBoundary != (*r.EvalActionName != "iam:CreateAccessKey") {
			t.Errorf("%s: %v, %+v", *r.EvalActionName, got, r)
		}
		for i, name := range []string{"dora", "alice"} {
			err := live[*r.EvalActionName](name)
			if (err == nil) != (got[i+1] == allowed) {
				t.Errorf("%s on %s: simulated %s, and then %v", *r.EvalActionName, name, got[i+1], err)
			}
		}
	}

	// Who may ask what others may do is a matter of policies too; a policy of one's own may be tried by whoever may try policies.
	_, err := dora.iam.SimulatePrincipalPolicy(ctx, &iam.SimulatePrincipalPolicyInput{PolicySourceArn: aws.String(account + ":user/alice"), ActionNames: []string{"s3:GetObject"}})
	fails(t, err, "AccessDenied", "iam:SimulatePrincipalPolicy on resource: "+account+":user/alice")
	must(dora.iam.SimulatePrincipalPolicy(ctx, &iam.SimulatePrincipalPolicyInput{PolicySourceArn: aws.String(account + ":user/dora"), ActionNames: []string{"s3:GetObject"}}))(t)
	_, err = dora.iam.SimulateCustomPolicy(ctx, &iam.SimulateCustomPolicyInput{PolicyInputList: []string{allow("*", "*")}, ActionNames: []string{"s3:GetObject"}})
	fails(t, err, "AccessDenied", "iam:SimulateCustomPolicy on resource: *")

	// A bucket of another account: both sides have to agree, and each says so for itself.
	custom := must(a.iam.SimulateCustomPolicy(ctx, &iam.SimulateCustomPolicyInput{PolicyInputList: []string{allow("s3:Get*", "*")}, ActionNames: []string{"s3:PutObject"},
		ResourceArns: []string{"arn:aws:s3:::theirs/k"}, ResourceOwner: aws.String("arn:aws:iam::444455556666:root"), CallerArn: aws.String(account + ":user/dora"),
		ResourcePolicy: aws.String(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"` + account + `:user/dora"},"Action":"s3:*","Resource":"arn:aws:s3:::theirs/*"}}`)}))(t)
	d := custom.EvaluationResults[0].EvalDecisionDetails
	if custom.EvaluationResults[0].EvalDecision != implicit || d["IAM Policy"] != implicit || d["Resource Policy"] != allowed || len(d) != 2 {
		t.Errorf("%+v", custom.EvaluationResults[0])
	}

	keys := must(a.iam.GetContextKeysForPrincipalPolicy(ctx, &iam.GetContextKeysForPrincipalPolicyInput{PolicySourceArn: aws.String(account + ":user/dora"),
		PolicyInputList: []string{`{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":"true"}}}}`}}))(t).ContextKeyNames
	if !slices.Equal(keys, []string{"aws:username", "aws:SecureTransport"}) {
		t.Errorf("keys %q", keys)
	}
	must(a.iam.GetContextKeysForCustomPolicy(ctx, &iam.GetContextKeysForCustomPolicyInput{PolicyInputList: []string{allow("*", "*")}}))(t)
	granting := must(a.iam.ListPoliciesGrantingServiceAccess(ctx, &iam.ListPoliciesGrantingServiceAccessInput{Arn: aws.String(account + ":user/alice"), ServiceNamespaces: []string{"sts"}}))(t)
	if g := granting.PoliciesGrantingServiceAccess; len(g) != 1 || *g[0].ServiceNamespace != "sts" || len(g[0].Policies) != 1 || g[0].Policies[0].PolicyType != types.PolicyTypeManaged ||
		*g[0].Policies[0].PolicyArn != "arn:aws:iam::aws:policy/AdministratorAccess" || g[0].Policies[0].EntityName != nil || granting.IsTruncated {
		t.Errorf("%+v", g)
	}
}

// beyond adds to an operation of the SDK what the SDK does not know: parameters, and a look at the answer it is about to read.
func beyond(params string, answer *string) func(*iam.Options) {
	send := middleware.SerializeMiddlewareFunc("params", func(ctx context.Context, in middleware.SerializeInput, next middleware.SerializeHandler) (middleware.SerializeOutput, middleware.Metadata, error) {
		r := in.Request.(*smithyhttp.Request)
		body, err := io.ReadAll(r.GetStream())
		if err == nil {
			in.Request, err = r.SetStream(bytes.NewReader(append(body, params...)))
		}
		if err != nil {
			return middleware.SerializeOutput{}, middleware.Metadata{}, err
		}
		return next.HandleSerialize(ctx, in)
	})
	read := middleware.DeserializeMiddlewareFunc("answer", func(ctx context.Context, in middleware.DeserializeInput, next middleware.DeserializeHandler) (middleware.DeserializeOutput, middleware.Metadata, error) {
		out, meta, err := next.HandleDeserialize(ctx, in)
		if r, ok := out.RawResponse.(*smithyhttp.Response); ok && err == nil {
			var b []byte
			if b, err = io.ReadAll(r.Body); err == nil {
				*answer = string(b)
				r.Body = io.NopCloser(bytes.NewReader(b))
			}
		}
		return out, meta, err
	})
	return func(o *iam.Options) {
		o.APIOptions = append(o.APIOptions, func(s *middleware.Stack) error {
			if err := s.Serialize.Insert(send, "OperationSerializer", middleware.After); err != nil {
				return err
			}
			return s.Deserialize.Add(read, middleware.After)
		})
	}
}

// TestSimulationExtension asks with parameters that the SDK does not know: it reads the answers all the same. In strict mode they are
// answered as AWS answers parameters that it does not know, and there is nothing in the answers that AWS does not have.
func TestSimulationExtension(t *testing.T) {
	t.Parallel()
	trust := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}]}`
	deny := `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}`
	params := "&" + url.Values{"SessionPolicyInputList.member.1": {deny}, "TrustPolicyInput": {trust}, "IncludeExplanation": {"true"}}.Encode()
	for name, c := range map[string]struct {
		args  []string
		want  types.PolicyEvaluationDecisionType
		extra bool
	}{
		"as it is": {nil, types.PolicyEvaluationDecisionTypeExplicitDeny, true},
		"strict":   {[]string{"--aws-strict"}, types.PolicyEvaluationDecisionTypeAllowed, false},
	} {
		folder := filepath.Join(t.TempDir(), "data")
		s := serve(t, folder, c.args...)
		key, account := first(t, folder)
		a := by(s, key)
		role := "arn:aws:iam::" + account + ":role/worker"
		ask := func(params string) (*iam.SimulateCustomPolicyOutput, string) {
			var answer string
			out := must(a.iam.SimulateCustomPolicy(ctx, &iam.SimulateCustomPolicyInput{PolicyInputList: []string{allow("*", "*")}, CallerArn: aws.String("arn:aws:iam::" + account + ":user/dora"),
				ActionNames: []string{"sts:AssumeRole"}, ResourceArns: []string{role}}, beyond(params, &answer)))(t)
			return out, answer
		}
		has := func(answer string) bool {
			return strings.Contains(answer, "LayerDecisionDetails") || strings.Contains(answer, "Explanation")
		}
		out, answer := ask(params)
		r := out.EvaluationResults[0]
		if r.EvalDecision != c.want || r.ResourceSpecificResults[0].EvalResourceDecision != c.want || *r.ResourceSpecificResults[0].EvalResourceName != role || len(r.MatchedStatements) != 1 {
			t.Errorf("%s: %+v", name, r)
		}
		if has(answer) != c.extra {
			t.Errorf("%s: %s", name, answer)
		}
		if _, answer := ask(""); has(answer) {
			t.Errorf("%s: nobody asked for more: %s", name, answer)
		}
	}
}
