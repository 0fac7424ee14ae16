package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/daypass/daypass/internal/dialect/aws/iamapi"
	"github.com/daypass/daypass/policy"
)

// simulation is the command line of simulate.
type simulation struct {
	env     *env
	actions []string

	principal, owner              string
	offline                       bool
	resources, keys               []string
	policies, session             []string // names of files
	scp, rcp                      []string // of a level each, separated by commas
	boundary, trust, resourceFile string
}

func newSimulate(e *env) *cobra.Command {
	s := &simulation{env: e}
	c := &cobra.Command{
		Use:   "simulate ACTION...",
		Short: "Say what policies would say to a request that nobody makes",
		Long: "Decide a request without making it, and tell why: which layer of policies decides, by which statement, what came near,\n" +
			"and on which condition keys it depends. A key that is not told counts as absent.\n\n" +
			"With --principal the server is asked about a user, group or role and its policies; the other flags add to them or stand\n" +
			"in their place. Without, or with --offline, only the policies in the files count and no server is asked.\n\n" +
			"Exit codes: 0 everything is allowed, 3 something is denied; 1, 2 and 4 as elsewhere.",
		Example: "  daypass simulate s3:GetObject --principal arn:aws:iam::111122223333:user/alice --resource arn:aws:s3:::b/k --context aws:SourceIp=10.0.0.1\n" +
			"  daypass simulate s3:GetObject --policy new.json --scp organization.json --scp account.json --resource arn:aws:s3:::b/k",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usage("ACTION is missing")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			s.actions = args
			return s.run(cmd.Context())
		},
	}
	f := c.Flags()
	f.StringVar(&s.principal, "principal", "", "resource name of who asks")
	f.BoolVar(&s.offline, "offline", false, "ask no server: only the policies in the files count")
	f.StringArrayVar(&s.resources, "resource", nil, "resource name, again for more (default: *, for actions without a resource)")
	f.StringVar(&s.owner, "resource-account", "", "account that owns resources whose name does not tell")
	f.StringArrayVar(&s.keys, "context", nil, "condition key of the request, KEY=VALUE or KEY=[VALUE,VALUE], again for more")
	f.StringArrayVar(&s.policies, "policy", nil, "file of an identity policy, again for more")
	f.StringVar(&s.boundary, "boundary", "", "file of a permissions boundary")
	f.StringArrayVar(&s.session, "session-policy", nil, "file of a session policy, again for more")
	f.StringArrayVar(&s.scp, "scp", nil, "files of a level's service control policies, with commas between them, again for the level below")
	f.StringArrayVar(&s.rcp, "rcp", nil, "the same of resource control policies")
	f.StringVar(&s.trust, "trust", "", "file of the trust policy of the role that is the resource")
	f.StringVar(&s.resourceFile, "resource-policy", "", "file of the policy of the resource")
	return c
}

func (s *simulation) run(ctx context.Context) error {
	if err := s.check(); err != nil {
		return err
	}
	var list []verdictOf
	var err error
	if s.principal == "" || s.offline {
		list, err = s.here()
	} else {
		list, err = s.there(ctx)
	}
	if err != nil {
		return err
	}
	if err := s.env.printVerdicts(list); err != nil {
		return err
	}
	if slices.ContainsFunc(list, func(v verdictOf) bool { return v.Decision != policy.Allow.String() }) {
		return &quietError{code: exitDenied}
	}
	return nil
}

// check finds what is wrong with the command line, whoever is to answer.
func (s *simulation) check() error {
	if s.trust != "" && s.resourceFile != "" {
		return usage("--trust and --resource-policy: a resource has one policy")
	}
	for _, action := range s.actions {
		if !strings.Contains(action, ":") {
			return usage("%q is no action: they are written service:Name", action)
		}
	}
	for _, f := range []struct {
		flag  string
		lists []string
	}{{"policy", s.policies}, {"session-policy", s.session}, {"scp", s.scp}, {"rcp", s.rcp}} {
		for _, list := range f.lists {
			if slices.Contains(strings.Split(list, ","), "") {
				return usage("--%s %q: the name of a file is missing", f.flag, list)
			}
		}
	}
	return nil
}

// there asks the server.
func (s *simulation) there(ctx context.Context) ([]verdictOf, error) {
	in := &iamapi.ExtendedSimulatePrincipalPolicyInput{SimulatePrincipalPolicyInput: iamapi.SimulatePrincipalPolicyInput{
		PolicySourceArn: s.principal, ActionNames: s.actions, ResourceArns: s.resources}}
	in.IncludeExplanation = new(true)
	if s.owner != "" {
		in.ResourceOwner = new("arn:aws:iam::" + s.owner + ":root")
	}
	keys, err := readKeys(s.keys)
	if err != nil {
		return nil, err
	}
	for _, k := range keys {
		entry := iamapi.ContextEntry{ContextKeyName: &k.name, ContextKeyType: new("string"), ContextKeyValues: k.values}
		if k.list {
			entry.ContextKeyType = new("stringList")
		}
		in.ContextEntries = append(in.ContextEntries, entry)
	}
	var failed error
	text := func(name string) string {
		b, err := os.ReadFile(name)
		failed = errors.Join(failed, err)
		return string(b)
	}
	texts := func(names []string) (list []string) {
		for _, name := range names {
			list = append(list, text(name))
		}
		return list
	}
	one := func(name string) *string {
		if name == "" {
			return nil
		}
		return new(text(name))
	}
	in.PolicyInputList, in.SessionPolicyInputList = texts(s.policies), texts(s.session)
	if s.boundary != "" {
		in.PermissionsBoundaryPolicyInputList = texts([]string{s.boundary})
	}
	for _, level := range s.scp {
		in.ServiceControlPolicyInputList = append(in.ServiceControlPolicyInputList, iamapi.ControlPolicyLevel{PolicyInputList: texts(strings.Split(level, ","))})
	}
	for _, level := range s.rcp {
		in.ResourceControlPolicyInputList = append(in.ResourceControlPolicyInputList, iamapi.ControlPolicyLevel{PolicyInputList: texts(strings.Split(level, ","))})
	}
	in.TrustPolicyInput, in.ResourcePolicy = one(s.trust), one(s.resourceFile)
	if failed != nil {
		return nil, failed
	}
	return s.pages(ctx, in)
}

func (s *simulation) pages(ctx context.Context, in *iamapi.ExtendedSimulatePrincipalPolicyInput) ([]verdictOf, error) {
	proposes := len(s.session)+len(s.scp)+len(s.rcp) > 0 || s.trust != ""
	var list []verdictOf
	for page := 0; ; page++ {
		out := new(iamapi.ExtendedSimulateOutput)
		if err := s.env.call(ctx, "iam", iamapi.Version, "SimulatePrincipalPolicy", in, out); err != nil {
			return nil, err
		}
		for i := range out.EvaluationResults {
			r := &out.EvaluationResults[i]
			answers, err := answersOf(r)
			if err != nil {
				return nil, err
			}
			if proposes && !isExtended(r) {
				return nil, errors.New("the server is strict: it left out --session-policy, --scp, --rcp and --trust; ask without these, or with --offline")
			}
			list = append(list, answers...)
		}
		if out.IsTruncated == nil || !*out.IsTruncated {
			return list, nil
		}
		if out.Marker == nil || page == maxPages {
			return nil, errors.New("the server's list of answers has no end")
		}
		in.Marker = out.Marker
	}
}

// isExtended says whether a result is of a server that hears what AWS's simulator does not. One in strict mode passes it over.
func isExtended(r *iamapi.ExtendedEvaluationResult) bool {
	return len(r.LayerDecisionDetails) > 0 || slices.ContainsFunc(r.ResourceSpecificResults, func(s iamapi.ExtendedResourceSpecificResult) bool {
		return len(s.LayerDecisionDetails) > 0 || s.Explanation != nil
	})
}

// answersOf takes a result apart: one answer for each resource, or one without.
func answersOf(r *iamapi.ExtendedEvaluationResult) ([]verdictOf, error) {
	if len(r.ResourceSpecificResults) == 0 {
		v, err := answerOf(r.EvalActionName, deref(r.EvalResourceName), r.EvalDecision, r.MissingContextValues, &r.SimulationDetail)
		return []verdictOf{v}, err
	}
	var list []verdictOf
	for i := range r.ResourceSpecificResults {
		s := &r.ResourceSpecificResults[i]
		v, err := answerOf(r.EvalActionName, s.EvalResourceName, s.EvalResourceDecision, s.MissingContextValues, &s.SimulationDetail)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	return list, nil
}

// answerOf reads an answer. A server in strict mode gives no explanation.
func answerOf(action, resource, decision string, missing []string, d *iamapi.SimulationDetail) (verdictOf, error) {
	v := verdictOf{Action: action, Resource: resource, Decision: decision, Missing: missing}
	if d.Explanation == nil {
		return v, nil
	}
	var reasons struct {
		Trace *policy.Trace      `json:"trace"`
		Open  []policy.OpenLayer `json:"open"`
	}
	if err := json.Unmarshal([]byte(*d.Explanation), &reasons); err != nil {
		return v, fmt.Errorf("read the explanation: %w", err)
	}
	v.explain(reasons.Trace, reasons.Open)
	return v, nil
}

// told is a condition key of the command line.
type told struct {
	name   string
	values []string
	list   bool
}

// readKeys reads KEY=VALUE and KEY=[VALUE,VALUE].
func readKeys(args []string) ([]told, error) {
	var keys []told
	for _, arg := range args {
		name, value, ok := strings.Cut(arg, "=")
		if !ok || name == "" {
			return nil, usage("--context %q: it is written KEY=VALUE or KEY=[VALUE,VALUE]", arg)
		}
		if slices.ContainsFunc(keys, func(k told) bool { return policy.FoldKey(k.name) == policy.FoldKey(name) }) {
			return nil, usage("--context %q: the key is told twice", arg)
		}
		k := told{name: name, values: []string{value}}
		if inner, open := strings.CutPrefix(value, "["); open && strings.HasSuffix(inner, "]") {
			k.list, k.values = true, strings.Split(strings.TrimSuffix(inner, "]"), ",")
		}
		keys = append(keys, k)
	}
	return keys, nil
}

// baseName is what reports call a policy of a file.
func baseName(file string) string { return filepath.Base(file) }
