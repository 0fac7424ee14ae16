package policytest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/daypass/daypass/policy"
)

// testCase is one line of a corpus. Unknown fields are refused: a misspelt one
// would silently test something else.
type testCase struct {
	notes   []string // documents that could not be saved as they are
	grammar *policy.Grammar

	ID         string          `json:"id"`
	Dialect    string          `json:"dialect"` // name of a grammar; "" is "aws"
	Source     json.RawMessage `json:"source"`
	License    json.RawMessage `json:"license"`
	Confidence json.RawMessage `json:"confidence"`
	Why        json.RawMessage `json:"why"`
	Policies   documents       `json:"policies"`
	Request    question        `json:"request"`
	Expect     string          `json:"expect"`
}

type documents struct {
	Identity     []json.RawMessage   `json:"identity"`
	Resource     json.RawMessage     `json:"resource"`
	ResourceKind string              `json:"resource_kind"`
	Boundary     json.RawMessage     `json:"boundary"`
	Session      []json.RawMessage   `json:"session"` // nil: no session policy
	SCP          [][]json.RawMessage `json:"scp"`
	RCP          [][]json.RawMessage `json:"rcp"`
	Endpoint     json.RawMessage     `json:"vpce"`
}

type question struct {
	Principal       json.RawMessage            `json:"principal"`
	Action          string                     `json:"action"`
	Resource        string                     `json:"resource"`
	ResourceAccount string                     `json:"resource_account"`
	RoleARN         string                     `json:"role_arn"`
	IssuerARN       string                     `json:"issuer_arn"`
	Context         map[string]json.RawMessage `json:"context"`
	Project         string                     `json:"project"`
}

func readCase(line []byte) (testCase, error) {
	var c testCase
	dec := json.NewDecoder(bytes.NewReader(line))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&c); err != nil {
		return c, fmt.Errorf("reading the case: %w", err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return c, errors.New("reading the case: text after the JSON object")
	}
	switch c.Expect {
	case allow, deny, explicitDeny, implicitDeny, malformed:
	default:
		return c, fmt.Errorf("expect is %q: want allow, deny, explicitDeny, implicitDeny or malformed", c.Expect)
	}
	if c.Dialect == "" {
		c.Dialect = policy.AWS().Name()
	}
	var names []string
	for _, g := range policy.Grammars() {
		if names = append(names, g.Name()); g.Name() == c.Dialect {
			c.grammar = g
			return c, nil
		}
	}
	return c, fmt.Errorf("dialect is %q: want one of %s", c.Dialect, strings.Join(names, ", "))
}

// layers parses and compiles every document of the case.
func (c *testCase) layers() (*policy.Layers, error) {
	l := policy.Layers{Grammar: c.grammar}
	var err error
	use := policy.Resource
	switch c.Policies.ResourceKind {
	case "", "default":
	case "trust":
		l.Kind, use = policy.ResourceTrust, policy.Trust
	case "kms":
		l.Kind = policy.ResourceKMS
	default:
		return nil, fmt.Errorf("resource_kind is %q: want default, trust or kms", c.Policies.ResourceKind)
	}
	if l.Resource, err = c.one("resource", "resource", use, c.Policies.Resource); err != nil {
		return nil, err
	}
	if l.Boundary, err = c.one("boundary", "boundary", policy.Inline, c.Policies.Boundary); err != nil {
		return nil, err
	}
	if l.Endpoint, err = c.one("vpce", "endpoint", policy.Resource, c.Policies.Endpoint); err != nil {
		return nil, err
	}
	if err = c.identity(&l); err != nil {
		return nil, err
	}
	l.HasSession = c.Policies.Session != nil
	if l.Session, err = c.set("session", "session", policy.Session, c.Policies.Session); err != nil {
		return nil, err
	}
	if l.SCP, err = c.levels("scp", policy.SCP, c.Policies.SCP); err != nil {
		return nil, err
	}
	// Among the RCPs stands the built-in one, which allows; customers' own
	// could only deny.
	l.RCP, err = c.levels("rcp", policy.Resource, c.Policies.RCP)
	return &l, err
}

// attached is a document that counts only in one project: {"doc": …, "project": …}.
type attached struct {
	Doc     json.RawMessage `json:"doc"`
	Project string          `json:"project"`
}

// identity fills in the identity policies, those of projects apart.
func (c *testCase) identity(l *policy.Layers) error {
	var everywhere []policy.Source
	scoped := map[string][]policy.Source{}
	for i, raw := range c.Policies.Identity {
		var in attached
		dec := json.NewDecoder(bytes.NewReader(raw))
		dec.DisallowUnknownFields()
		if err := dec.Decode(&in); err == nil && len(in.Doc) > 0 {
			raw = in.Doc
		} else {
			in.Project = ""
		}
		s, err := c.one(fmt.Sprintf("identity[%d]", i), "user", policy.Inline, raw)
		switch {
		case err != nil:
			return err
		case s == nil:
			return fmt.Errorf("identity[%d] is null", i)
		case in.Project != "":
			scoped[in.Project] = append(scoped[in.Project], *s)
		default:
			everywhere = append(everywhere, *s)
		}
	}
	l.Identity = policy.NewSet(everywhere...)
	for project, sources := range scoped {
		if l.Scoped == nil {
			l.Scoped = map[string]*policy.Set{}
		}
		l.Scoped[project] = policy.NewSet(sources...)
	}
	return nil
}

func (c *testCase) levels(name string, use policy.Use, docs [][]json.RawMessage) ([]*policy.Set, error) {
	var out []*policy.Set
	for i, level := range docs {
		set, err := c.set(fmt.Sprintf("%s[%d]", name, i), name, use, level)
		if err != nil {
			return nil, err
		}
		out = append(out, set)
	}
	return out, nil
}

func (c *testCase) set(name, typ string, use policy.Use, docs []json.RawMessage) (*policy.Set, error) {
	var out []policy.Source
	for i, raw := range docs {
		s, err := c.one(fmt.Sprintf("%s[%d]", name, i), typ, use, raw)
		if err != nil {
			return nil, err
		}
		if s == nil {
			return nil, fmt.Errorf("%s[%d] is null", name, i)
		}
		out = append(out, *s)
	}
	return policy.NewSet(out...), nil
}

// one compiles a document; a document in a JSON string stands for its text,
// so that a case can hold one that is not JSON.
func (c *testCase) one(name, typ string, use policy.Use, raw json.RawMessage) (*policy.Source, error) {
	if len(raw) == 0 || string(raw) == "null" {
		return nil, nil
	}
	src := []byte(raw)
	if raw[0] == '"' {
		var s string
		if err := json.Unmarshal(raw, &s); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		src = []byte(s)
	}
	d, err := policy.Read(c.grammar, use, src)
	switch {
	case err != nil && (d == nil || c.Expect == malformed):
		return nil, fmt.Errorf("%s: %w", name, err)
	case err != nil:
		c.notes = append(c.notes, fmt.Sprintf("%s could not be saved like this: %v", name, err))
	}
	return &policy.Source{ID: name, Type: typ, Policy: d.Compile()}, nil
}

func (c *testCase) request() (*policy.Request, error) {
	p, err := readPrincipal(c.grammar, c.Request.Principal, c.Request.RoleARN, c.Request.IssuerARN)
	if err != nil {
		return nil, err
	}
	keys := policy.MapKeys{}
	for name, raw := range c.Request.Context {
		v, err := contextValue(raw)
		if err != nil {
			return nil, fmt.Errorf("context %q: %w", name, err)
		}
		folded := policy.FoldKey(name)
		if _, twice := keys[folded]; twice {
			return nil, fmt.Errorf("context %q: the key appears twice", name)
		}
		keys[folded] = v
	}
	r := &policy.Request{
		Principal: p, Action: c.Request.Action, Resource: c.Request.Resource,
		ResourceAccount: c.Request.ResourceAccount, Scope: c.Request.Project, Keys: keys,
	}
	if r.ResourceAccount == "" {
		r.ResourceAccount = p.Account
		if owner, ok := c.grammar.Owner(r.Resource); ok {
			r.ResourceAccount = owner
		}
	}
	return r, nil
}

// contextValue: a scalar is a single-valued key, a list a multivalued one.
func contextValue(raw json.RawMessage) (policy.Values, error) {
	if raw[0] != '[' {
		s, err := scalar(raw)
		return policy.Single(s), err
	}
	var items []json.RawMessage
	if err := json.Unmarshal(raw, &items); err != nil {
		return policy.Values{}, err
	}
	list := make([]string, 0, len(items))
	for _, it := range items {
		s, err := scalar(it)
		if err != nil {
			return policy.Values{}, err
		}
		list = append(list, s)
	}
	return policy.List(list...), nil
}

// scalar returns a string's text, and the JSON text of everything else: numbers
// and booleans are compared as text, and an object is a value no operator reads.
func scalar(raw json.RawMessage) (string, error) {
	if string(raw) == "null" {
		return "", errors.New("null is no value; leave the key out")
	}
	if raw[0] != '"' {
		return string(raw), nil
	}
	var s string
	err := json.Unmarshal(raw, &s)
	return s, err
}
