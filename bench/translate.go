package bench

import (
	"fmt"
	"strings"

	"github.com/daypass/daypass/policy"
)

// caller is the one for whom variables are replaced.
const caller = "alice"

// statements reads every statement of some documents.
func statements(docs []string) ([]policy.Statement, error) {
	var list []policy.Statement
	for _, text := range docs {
		doc, err := policy.Parse(policy.AWS(), policy.Managed, []byte(text))
		if err != nil {
			return nil, err
		}
		for i := 0; ; i++ {
			s, ok := doc.Statement(i)
			if !ok {
				break
			}
			if len(s.NotActions)+len(s.NotResources)+len(s.Principals) > 0 {
				return nil, fmt.Errorf("statement %d has an element that is not translated", i)
			}
			list = append(list, s)
		}
	}
	return list, nil
}

// plain writes a pattern without variables.
func plain(pattern string) (string, error) {
	pattern = strings.ReplaceAll(pattern, "${aws:username}", caller)
	if strings.Contains(pattern, "${") {
		return "", fmt.Errorf("%q holds a variable that is not translated", pattern)
	}
	if strings.Contains(pattern, "?") {
		return "", fmt.Errorf("%q holds a question mark, which Cedar does not have", pattern)
	}
	return pattern, nil
}

// language is how an engine writes what statements are made of. Each returns one expression.
type language interface {
	action(pattern string) string
	resource(pattern string) string
	condition(operator, key, value string) (string, error)
	any(alternatives []string) string
}

// expressions translates the elements of a statement; all of them have to hold.
func expressions(s *policy.Statement, l language) ([]string, error) {
	var all []string
	list := func(patterns []string, one func(string) string) error {
		var some []string
		for _, p := range patterns {
			p, err := plain(p)
			if err != nil {
				return err
			}
			if p == "*" {
				return nil // everything
			}
			some = append(some, one(p))
		}
		all = append(all, l.any(some))
		return nil
	}
	if err := list(s.Actions, func(p string) string { return l.action(strings.ToLower(p)) }); err != nil {
		return nil, err
	}
	if err := list(s.Resources, l.resource); err != nil {
		return nil, err
	}
	for _, c := range s.Conditions {
		var some []string
		for _, v := range c.Values {
			v, err := plain(v)
			if err != nil {
				return nil, err
			}
			e, err := l.condition(c.Operator, c.Key, v)
			if err != nil {
				return nil, err
			}
			some = append(some, e)
		}
		all = append(all, l.any(some))
	}
	return all, nil
}

// member is the name under which the peers find a condition key.
func member(key string) string {
	return strings.NewReplacer(":", "_", "/", "_").Replace(strings.ToLower(key))
}
