package policy_test

import (
	"testing"

	"github.com/daypass/daypass/policy"
)

func TestSetKeepsItsSources(t *testing.T) {
	var none *policy.Set
	if none.Sources() != nil || len(policy.NewSet().Sources()) != 0 {
		t.Error("policies out of nowhere")
	}
	list := []policy.Source{{ID: "a", Type: "user"}, {ID: "b", Type: "group"}}
	s := policy.NewSet(list...)
	list[0].ID = "changed"
	if got := s.Sources(); len(got) != 2 || got[0].ID != "a" || got[1].Type != "group" {
		t.Errorf("%+v", got)
	}
}
