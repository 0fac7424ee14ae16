package bench

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"github.com/cedar-policy/cedar-go"
	"github.com/cedar-policy/cedar-go/types"

	"github.com/daypass/daypass/policy"
)

type cedarLanguage struct{}

func (cedarLanguage) action(p string) string   { return "context.action like " + cedarPattern(p) }
func (cedarLanguage) resource(p string) string { return "context.resource like " + cedarPattern(p) }
func (cedarLanguage) any(a []string) string    { return "(" + strings.Join(a, " || ") + ")" }

// cedarPattern quotes a pattern: the star is the one wildcard of like.
func cedarPattern(p string) string { return strconv.Quote(p) }

func (cedarLanguage) condition(operator, key, value string) (string, error) {
	k := "context." + member(key)
	has := "context has " + member(key) + " && "
	switch operator {
	case "IpAddress":
		return fmt.Sprintf("(%s%s.isInRange(ip(%q)))", has, k, value), nil
	case "Bool":
		return fmt.Sprintf("(%s%s == %s)", has, k, value), nil
	case "StringNotEquals":
		return fmt.Sprintf("!(%s%s == %q)", has, k, value), nil
	}
	return "", fmt.Errorf("the operator %s is not translated", operator)
}

// cedarPolicies makes one policy of each statement.
func cedarPolicies(list []policy.Statement) (*cedar.PolicySet, error) {
	set := cedar.NewPolicySet()
	for i := range list {
		all, err := expressions(&list[i], cedarLanguage{})
		if err != nil {
			return nil, err
		}
		effect := "permit"
		if list[i].Effect == policy.EffectDeny {
			effect = "forbid"
		}
		text := effect + "(principal, action, resource)"
		if len(all) > 0 {
			text += " when { " + strings.Join(all, " && ") + " }"
		}
		var p cedar.Policy
		if err := p.UnmarshalCedar([]byte(text + ";")); err != nil {
			return nil, fmt.Errorf("%w\n%s", err, text)
		}
		set.Add(cedar.PolicyID(strconv.Itoa(i)), &p)
	}
	return set, nil
}

// cedarRequest writes a request with all it is about in the context, because Cedar has no patterns of entities.
func cedarRequest(r *policy.Request, keys policy.MapKeys) cedar.Request {
	context := types.RecordMap{
		"action":   types.String(strings.ToLower(r.Action)),
		"resource": types.String(r.Resource),
	}
	for key, v := range keys {
		context[types.String(member(key))] = cedarValue(v.One)
	}
	return cedar.Request{
		Principal: cedar.NewEntityUID("User", caller), Action: cedar.NewEntityUID("Action", "call"), Resource: cedar.NewEntityUID("Resource", "one"),
		Context: cedar.NewRecord(context),
	}
}

// cedarValue gives a value the type its condition compares.
func cedarValue(v string) types.Value {
	switch v {
	case "true", "false":
		return types.Boolean(v == "true")
	}
	if a, err := netip.ParseAddr(v); err == nil {
		return types.IPAddr(netip.PrefixFrom(a, a.BitLen()))
	}
	return types.String(v)
}
