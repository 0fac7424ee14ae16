package sts

import (
	"testing"

	"github.com/daypass/daypass/internal/iam"
)

func TestFillTemplate(t *testing.T) {
	one := func(name string, values ...string) iam.DelegationParameter {
		return iam.DelegationParameter{Name: name, Values: values}
	}
	list := func(name string, values ...string) iam.DelegationParameter {
		return iam.DelegationParameter{Name: name, Values: values, List: true}
	}
	for _, c := range []struct {
		document string
		given    []iam.DelegationParameter
		want     string // "": refused
	}{
		{`{"R":"x"}`, nil, `{"R":"x"}`},
		{`{"R":"a/@{name}/b"}`, []iam.DelegationParameter{one("name", "x")}, `{"R":"a/x/b"}`},
		{`{"R":"@{name}@{other}"}`, []iam.DelegationParameter{one("name", "x"), one("other", "y")}, `{"R":"xy"}`},
		{`{"R":["a/@{name}/b"]}`, []iam.DelegationParameter{list("name", "x", "y")}, `{"R":["a/x/b","a/y/b"]}`},
		{`{"R":"@{name}"}`, []iam.DelegationParameter{one("name", `x","*`)}, `{"R":"x\",\"*"}`},
		{`{"R":["@{name}"]}`, []iam.DelegationParameter{list("name", `x","*`)}, `{"R":["x\",\"*"]}`},
		// What a value holds is not looked at again.
		{`{"R":"@{name}@{other}"}`, []iam.DelegationParameter{one("name", "@{other}"), one("other", "y")}, `{"R":"@{other}y"}`},
		{`{"R":"@{name}"}`, nil, ""},
		{`{"R":"@{name"}`, []iam.DelegationParameter{one("name", "x")}, ""},
		{`{"R":"x"}`, []iam.DelegationParameter{one("name", "x")}, ""},
		{`{"R":"@{name}"}`, []iam.DelegationParameter{one("name")}, ""},
		{`{"R":"@{name}"}`, []iam.DelegationParameter{one("name", "x", "y")}, ""},
		{`{"R":"@{name}"}`, []iam.DelegationParameter{one("name", "x"), one("name", "y")}, ""},
		{`{"R":["@{name}@{other}"]}`, []iam.DelegationParameter{list("name", "x"), list("other", "y")}, ""},
		{`{"R":["@{other}@{name}"]}`, []iam.DelegationParameter{list("name", "x"), one("other", "y")}, ""},
		{`@{name}`, []iam.DelegationParameter{list("name", "x")}, ""},
	} {
		got, err := FillTemplate(c.document, c.given)
		if got != c.want || (err == nil) != (c.want != "") {
			t.Errorf("%s: %s, %v, want %s", c.document, got, err, c.want)
		}
	}
}
