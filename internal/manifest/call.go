package manifest

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/daypass/daypass/internal/wire"
)

// Server makes calls of the IAM API.
type Server interface {
	Call(ctx context.Context, action string, in, out wire.Shape) error
}

// call is one API call of a plan.
type call struct {
	action string
	in     input
}

// input is the parameters of a call that has no nested ones but lists, in the form of the query protocol.
type input []parameter

type parameter struct{ name, value string }

// Walk implements wire.Shape.
func (in input) Walk(w wire.Walker) {
	for i := range in {
		w.Text(in[i].name, &in[i].value, nil)
	}
}

// calls makes a call from names and values in turn; parameters with an empty value are left out.
func calls(action string, pairs ...string) call {
	c := call{action: action}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			c.in = append(c.in, parameter{pairs[i], pairs[i+1]})
		}
	}
	return c
}

func (c call) list(name string, values []string) call {
	for i, v := range values {
		c.in = append(c.in, parameter{fmt.Sprintf("%s.member.%d", name, i+1), v})
	}
	return c
}

func (c call) tags(tags map[string]string) call {
	for i, key := range slices.Sorted(maps.Keys(tags)) {
		c.in = append(c.in, parameter{fmt.Sprintf("Tags.member.%d.Key", i+1), key}, parameter{fmt.Sprintf("Tags.member.%d.Value", i+1), tags[key]})
	}
	return c
}
