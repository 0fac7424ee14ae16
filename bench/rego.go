package bench

import (
	"context"
	"fmt"
	"strings"

	"github.com/open-policy-agent/opa/v1/rego"

	"github.com/daypass/daypass/policy"
)

type regoLanguage struct{}

func (regoLanguage) action(p string) string   { return regoLike("input.action", p) }
func (regoLanguage) resource(p string) string { return regoLike("input.resource", p) }

// any needs no words for one alternative; several become a list of truths.
func (regoLanguage) any(a []string) string {
	if len(a) == 1 {
		return a[0]
	}
	return "true in [" + strings.Join(a, ", ") + "]"
}

// regoLike uses the cheapest built-in function that says the same.
func regoLike(what, p string) string {
	switch strings.Count(p, "*") {
	case 0:
		return fmt.Sprintf("%s == %q", what, p)
	case 1:
		if prefix, ok := strings.CutSuffix(p, "*"); ok {
			return fmt.Sprintf("startswith(%s, %q)", what, prefix)
		}
	}
	return fmt.Sprintf("glob.match(%q, null, %s)", p, what)
}

func (regoLanguage) condition(operator, key, value string) (string, error) {
	k := "input.keys." + member(key)
	switch operator {
	case "IpAddress":
		return fmt.Sprintf("net.cidr_contains(%q, %s)", value, k), nil
	case "Bool":
		return fmt.Sprintf("%s == %q", k, value), nil
	case "StringNotEquals":
		return fmt.Sprintf("%s != %q", k, value), nil
	}
	return "", fmt.Errorf("the operator %s is not translated", operator)
}

// regoModule makes a rule of each statement. The comparison of the service comes first, for OPA's index of rules.
func regoModule(list []policy.Statement) (string, error) {
	var b strings.Builder
	b.WriteString("package mixed\n\nimport rego.v1\n\ndefault allow := false\n\nallow if { permit; not forbid }\n")
	for i := range list {
		all, err := expressions(&list[i], regoLanguage{})
		if err != nil {
			return "", err
		}
		rule := "permit"
		if list[i].Effect == policy.EffectDeny {
			rule = "forbid"
		}
		body := []string{}
		if service, ok := oneService(list[i].Actions); ok {
			body = append(body, fmt.Sprintf("input.service == %q", service))
		}
		if body = append(body, all...); len(body) == 0 {
			body = append(body, "true")
		}
		fmt.Fprintf(&b, "\n%s if {\n\t%s\n}\n", rule, strings.Join(body, "\n\t"))
	}
	// A rule set without any rule of a name would not compile.
	b.WriteString("\npermit if { input.service == \"\" }\n\nforbid if { input.service == \"\" }\n")
	return b.String(), nil
}

// oneService is the service that all actions name.
func oneService(actions []string) (string, bool) {
	service := ""
	for i, a := range actions {
		name, _, ok := strings.Cut(strings.ToLower(a), ":")
		if !ok || strings.Contains(name, "*") || i > 0 && name != service {
			return "", false
		}
		service = name
	}
	return service, service != ""
}

func regoQuery(list []policy.Statement) (rego.PreparedEvalQuery, error) {
	module, err := regoModule(list)
	if err != nil {
		return rego.PreparedEvalQuery{}, err
	}
	return rego.New(rego.Query("data.mixed.allow"), rego.Module("mixed.rego", module)).PrepareForEval(context.Background())
}

func regoInput(r *policy.Request, told policy.MapKeys) rego.EvalOption {
	keys := map[string]any{}
	for key, v := range told {
		keys[member(key)] = v.One
	}
	service, _, _ := strings.Cut(strings.ToLower(r.Action), ":")
	return rego.EvalInput(map[string]any{
		"service": service, "action": strings.ToLower(r.Action), "resource": r.Resource, "keys": keys,
	})
}

func regoAllows(q *rego.PreparedEvalQuery, input rego.EvalOption) (bool, error) {
	results, err := q.Eval(context.Background(), input)
	if err != nil {
		return false, err
	}
	if len(results) != 1 || len(results[0].Expressions) != 1 {
		return false, fmt.Errorf("%d results", len(results))
	}
	allowed, _ := results[0].Expressions[0].Value.(bool)
	return allowed, nil
}
