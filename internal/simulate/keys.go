package simulate

import (
	"strconv"

	"github.com/daypass/daypass/internal/fault"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/policy"
)

// ContextKeys lists the condition keys that policies ask for: those given, and those that speak for a user, group or role (by its
// resource name; "" for none) with its permissions boundary. It fails with NotFound, Malformed (What SimulatedPolicy) or Invalid
// (What EntityARN).
func ContextKeys(v *iam.View, account, source string, given []string) ([]string, error) {
	var docs []*policy.Document
	if source != "" {
		e, err := ParseEntity(source)
		if err != nil {
			return nil, err
		}
		f, err := e.find(v, account)
		if err != nil {
			return nil, err
		}
		for _, h := range f.held {
			docs = append(docs, h.Source.Policy.Document())
		}
		if f.boundary != nil {
			docs = append(docs, f.boundary.Policy.Document())
		}
	}
	for i, text := range given {
		doc, err := anyPolicy(text)
		if doc == nil {
			return nil, &fault.Error{Kind: fault.Malformed, What: fault.SimulatedPolicy, Name: strconv.Itoa(i + 1), Err: err}
		}
		docs = append(docs, doc)
	}
	return policy.ContextKeys(docs...), nil
}

// anyPolicy reads a policy of whatever use: the keys it asks for do not depend on it.
func anyPolicy(text string) (*policy.Document, error) {
	var first error
	for _, use := range []policy.Use{policy.Inline, policy.Resource, policy.Trust} {
		doc, err := policy.Read(policy.AWS(), use, []byte(text))
		if doc != nil {
			return doc, nil
		}
		if first == nil {
			first = err
		}
	}
	return nil, first
}
