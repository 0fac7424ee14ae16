package iamapi_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/daypass/daypass/internal/dialect/aws/iamapi"
	"github.com/daypass/daypass/internal/wire"
)

func TestOperations(t *testing.T) {
	ops := iamapi.Operations()
	if len(ops) != 176 {
		t.Errorf("%d operations", len(ops))
	}
	codes := map[string]iamapi.Error{}
	for _, e := range iamapi.Errors() {
		codes[e.Code] = e
	}
	without := 0
	for i, op := range ops {
		if i > 0 && ops[i-1].Name >= op.Name {
			t.Errorf("%s is out of order", op.Name)
		}
		if op.NewOutput == nil {
			without++
		}
		if (op.NewOutput == nil) != (op.ResultWrapper == "") {
			t.Errorf("%s: wrapper %q", op.Name, op.ResultWrapper)
		}
		for _, c := range op.Errors {
			if _, ok := codes[c]; !ok {
				t.Errorf("%s declares %s, which has no status", op.Name, c)
			}
		}
	}
	if without != 79 {
		t.Errorf("%d operations without output", without)
	}
	if d := cmp.Diff(iamapi.Error{Code: "NoSuchEntity", Status: 404, Sender: true}, codes["NoSuchEntity"]); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff(iamapi.Error{Code: "ServiceFailure", Status: 500}, codes["ServiceFailure"]); d != "" {
		t.Error(d)
	}
}

// TestEmptyInputs reads nothing into every input, where every required member must be named, and writes every empty output.
func TestEmptyInputs(t *testing.T) {
	nothing, err := wire.ParseForm(nil, wire.FormLimits{})
	if err != nil {
		t.Fatal(err)
	}
	required := 0
	for _, op := range iamapi.Operations() {
		for _, v := range wire.ReadForm(nothing, op.NewInput(), wire.MemberList) {
			if v.Kind != wire.Missing || len(v.Path) != 1 {
				t.Errorf("%s: %v", op.Name, v)
			}
			required++
		}
		if op.NewOutput != nil {
			out := op.NewOutput()
			if _, err := wire.ReadXMLResponse(wire.AppendXMLResponse(nil, op.Name, iamapi.Namespace, "1", out), op.Name, op.NewOutput(), wire.XMLLimits{}); err != nil {
				t.Errorf("%s: %v", op.Name, err)
			}
		}
	}
	if required < 200 {
		t.Errorf("only %d required members", required)
	}
}

func TestAccountAlias(t *testing.T) {
	for alias, ok := range map[string]bool{
		"abc": true, "a-b": true, "a1-b2-c3": true, strings.Repeat("a", 63): true, strings.Repeat("a", 64): false,
		"ab": false, "-ab": false, "ab-": false, "a--b": false, "Abc": false, "": false, "a b": false,
	} {
		vs := wire.Check(&iamapi.CreateAccountAliasInput{AccountAlias: alias})
		if (len(vs) == 0) != ok {
			t.Errorf("%q: %v", alias, vs)
		}
	}
}

func TestAnswersCarryRequiredLists(t *testing.T) {
	got := string(wire.AppendXML(nil, &iamapi.ListUserPoliciesOutput{}))
	if got != "<PolicyNames/>" {
		t.Error(got)
	}
	got = string(wire.AppendXML(nil, &iamapi.ListAttachedRolePoliciesOutput{AttachedPolicies: []iamapi.AttachedPolicy{}}))
	if got != "<AttachedPolicies/>" {
		t.Error(got)
	}
}

func TestBoundaryType(t *testing.T) {
	if iamapi.PermissionsBoundaryAttachmentTypePolicy != "Policy" {
		t.Error("answers name the boundary's type otherwise")
	}
}
