package main

import (
	"os"
	"strings"

	"github.com/daypass/daypass/policy"
	"github.com/daypass/daypass/policy/policytest"
)

// someone asks when nobody is named.
const someone = "arn:aws:iam::123456789012:user/someone"

// here decides by the policies in the files alone.
func (s *simulation) here() ([]verdictOf, error) {
	who := s.principal
	if who == "" {
		who = someone
	}
	principal, err := policytest.Principal(who)
	if err != nil {
		return nil, usage("--principal: %s", err)
	}
	layers, err := s.layers()
	if err != nil {
		return nil, err
	}
	told, err := readKeys(s.keys)
	if err != nil {
		return nil, err
	}
	keys := policy.MapKeys{}
	for _, k := range told {
		switch {
		case !k.list:
			keys.Set(k.name, k.values[0])
		case len(k.values) == 1 && k.values[0] == "":
			keys.SetList(k.name) // known to be absent
		default:
			keys.SetList(k.name, k.values...)
		}
	}
	resources := s.resources
	if len(resources) == 0 {
		resources = []string{"*"}
	}
	var list []verdictOf
	for _, action := range s.actions {
		for _, resource := range resources {
			r := &policy.Request{Principal: principal, Action: action, Resource: resource, ResourceAccount: s.ownerOf(resource, principal), Keys: keys}
			residual := policy.Partial(layers, r)
			v := verdictOf{Action: action, Resource: resource, Missing: residual.Missing()}
			v.explain(policy.Explain(layers, r), residual.Open())
			v.Decision = v.Explanation.Decision.Verdict.String()
			list = append(list, v)
		}
	}
	return list, nil
}

// ownerOf is the account of a resource: the one in its name, else the one that was told, else the principal's.
func (s *simulation) ownerOf(resource string, p *policy.Principal) string {
	if f := strings.SplitN(resource, ":", 6); len(f) == 6 && f[4] != "" && f[4] != "*" {
		return f[4]
	}
	if s.owner != "" {
		return s.owner
	}
	return p.Account
}

// layers reads the files.
func (s *simulation) layers() (*policy.Layers, error) {
	l := &policy.Layers{}
	var err error
	if l.Identity, err = readSet(s.policies, "identity", policy.Inline); err != nil {
		return nil, err
	}
	if len(s.session) > 0 {
		l.HasSession = true
		if l.Session, err = readSet(s.session, "session", policy.Session); err != nil {
			return nil, err
		}
	}
	for _, level := range s.scp {
		set, err := readSet(strings.Split(level, ","), "scp", policy.SCP)
		if err != nil {
			return nil, err
		}
		l.SCP = append(l.SCP, set)
	}
	for _, level := range s.rcp {
		set, err := readSet(strings.Split(level, ","), "rcp", policy.RCP, policy.Resource)
		if err != nil {
			return nil, err
		}
		l.RCP = append(l.RCP, set)
	}
	if l.Boundary, err = readOne(s.boundary, "boundary", policy.Managed); err != nil {
		return nil, err
	}
	if s.trust != "" {
		l.Kind = policy.ResourceTrust
		l.Resource, err = readOne(s.trust, "trust", policy.Trust)
		return l, err
	}
	l.Resource, err = readOne(s.resourceFile, "resource", policy.Resource)
	return l, err
}

func readSet(files []string, typ string, uses ...policy.Use) (*policy.Set, error) {
	var sources []policy.Source
	for _, file := range files {
		src, err := readOne(file, typ, uses...)
		if err != nil {
			return nil, err
		}
		if src != nil {
			sources = append(sources, *src)
		}
	}
	return policy.NewSet(sources...), nil
}

// readOne reads a policy; nil without a file.
func readOne(file, typ string, uses ...policy.Use) (*policy.Source, error) {
	if file == "" {
		return nil, nil
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var first error
	for _, use := range uses {
		doc, err := policy.Read(policy.AWS(), use, text)
		if doc != nil {
			return &policy.Source{ID: baseName(file), Type: typ, Policy: doc.Compile()}, nil
		}
		if first == nil {
			first = err
		}
	}
	return nil, refusal(file, first)
}
