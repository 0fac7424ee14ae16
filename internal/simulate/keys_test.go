package simulate

import (
	"slices"
	"testing"

	"github.com/daypass/daypass/internal/fault"
	"github.com/daypass/daypass/internal/iam"
)

func TestContextKeys(t *testing.T) {
	asks := func(key string) string { return policyOf("Allow", "*", "*", when(`{"Null":{"`+key+`":"true"}}`)) }
	v := state(t, func(tx *iam.Tx) {
		must[*iam.Policy](t)(tx.CreatePolicy(home, iam.PolicySpec{Name: "b", Document: asks("k:boundary")}))
		must[*iam.User](t)(tx.PutUserPolicy(home, "ann", "k", asks("k:user")))
		must[*iam.User](t)(tx.PutUserBoundary(home, "ann", "arn:aws:iam::111111111111:policy/b"))
		must[*iam.Group](t)(tx.PutGroupPolicy(home, "staff", "k", asks("k:group")))
		must[*iam.Role](t)(tx.PutRolePolicy(home, "clerk", "k", asks("k:role")))
	})
	for name, c := range map[string]struct {
		source string
		given  []string
		want   []string
	}{
		"a user":              {annIs, nil, []string{"k:user", "k:group", "k:boundary"}},
		"a group":             {"arn:aws:iam::111111111111:group/staff", nil, []string{"k:group"}},
		"a role and more":     {"arn:aws:iam::111111111111:role/clerk", []string{asks("k:more"), asks("K:Role")}, []string{"k:role", "k:more"}},
		"only what is given":  {"", []string{asks("aws:SourceIp"), policyOf("Allow", "*", "arn:aws:s3:::${aws:username}", "")}, []string{"aws:SourceIp", "aws:username"}},
		"a resource's policy": {"", []string{policyOf("Allow", "*", "*", `,"Principal":"*","Condition":{"Bool":{"k:x":"true"}}`)}, []string{"k:x"}},
		"a trust policy":      {"", []string{`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"AWS":"*"},"Condition":{"Bool":{"k:x":"true"}}}}`}, []string{"k:x"}},
		"no statement":        {"", []string{`{"Statement":[]}`}, nil},
	} {
		got := must[[]string](t)(ContextKeys(v, home, c.source, c.given))
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
	_, err := ContextKeys(v, home, "", []string{asks("k:x"), `{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"MadeUp":{"k:x":"a"}}}}`})
	if e := fault.Of(err); e == nil || e.Kind != fault.Malformed || e.What != fault.SimulatedPolicy || e.Name != "2" {
		t.Errorf("an unknown operator: %v", err)
	}
	if _, err := ContextKeys(v, home, "this-is-no-name", nil); fault.Of(err) == nil || fault.Of(err).What != fault.EntityARN {
		t.Errorf("no source: %v", err)
	}
}

func TestGranting(t *testing.T) {
	v := state(t, func(tx *iam.Tx) {
		must[*iam.User](t)(tx.PutUserPolicy(home, "ann", "Queue", allow("sqs:*", "*")))
		must[*iam.User](t)(tx.PutUserPolicy(home, "ann", "Deny", policyOf("Deny", "*", "*", "")))
	})
	for _, c := range []struct {
		entity, service string
		want            []string
	}{
		{annIs, "s3", []string{"Get of 1 ann ", "Delete of 1 ann " + deleteIs, "Put of 2 staff "}},
		{annIs, "sqs", []string{"Queue of 1 ann "}},
		{annIs, "ec2", []string{}},
		{"arn:aws:iam::111111111111:group/staff", "s3", []string{"Put of 2 staff ", "Delete of 2 staff " + deleteIs}},
		{"arn:aws:iam::111111111111:role/clerk", "S3", []string{"Any of 3 clerk "}},
	} {
		var got = []string{}
		for _, h := range must[[]iam.Held](t)(Granting(v, home, must[Entity](t)(ParseEntity(c.entity)), c.service)) {
			got = append(got, h.Name+" of "+string('0'+rune(h.Kind))+" "+h.Owner+" "+h.ARN)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s to %s: %q, want %q", c.service, c.entity, got, c.want)
		}
	}
}
