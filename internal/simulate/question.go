package simulate

import (
	"strconv"
	"strings"

	"github.com/daypass/daypass/internal/access"
	"github.com/daypass/daypass/internal/arn"
	"github.com/daypass/daypass/internal/fault"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/policy"
)

// Question is what is to be simulated. Texts that are empty were not given.
type Question struct {
	Account  string   // whose state may be looked at
	Source   string   // resource name of the user, group or role whose policies count; "" for none
	Policies []string // further identity policies
	Boundary []string // at most one permissions boundary, in place of the source's own

	Actions   []string
	Resources []string // none: everything, "*"
	Handling  string   // the scenario of an EC2 simulation

	ResourcePolicy string // the policy of every resource
	ResourceOwner  string // resource name of the account that owns resources whose name does not tell
	Caller         string // resource name of who is taken to ask; "" for the source
	Context        []Entry

	// Extension is what AWS's simulator does not have; nil simulates just as it does.
	Extension *Extension
}

// Simulation is a question that was found fit to be answered. It is immutable.
type Simulation struct {
	subject   *access.Subject
	resources []string // nil: "*"
	identity  *policy.Set
	boundary  *policy.Source
	resource  *policy.Source
	kind      policy.ResourceKind
	owner     string // of resources whose name does not tell; "" = the caller's account
	told      policy.MapKeys
	proposed
}

// maxWork bounds a question: how many statements one action is tried against, over all resources.
const maxWork = 1_000_000

// New reads a question. It fails with NotFound (the source), Malformed (What SimulatedPolicy, SimulatedBoundary, ResourcePolicy, with
// the number in the list as Name), Limit (What SimulatedBoundary, Simulation), or Invalid: What SimulatedAction, SimulatedResource,
// SimulationOption, EntityARN, SimulatedCaller, CallerMissing, ResourceOwner or one of those of condition keys.
func New(v *iam.View, q *Question) (*Simulation, error) {
	s := &Simulation{}
	if len(q.Boundary) > 1 {
		return nil, &fault.Error{Kind: fault.Limit, What: fault.SimulatedBoundary, Limit: 1}
	}
	var err error
	if s.resources, err = checkResources(q.Resources); err != nil {
		return nil, err
	}
	if err := checkActions(q.Actions, q.Handling, s.resources != nil); err != nil {
		return nil, err
	}
	if s.told, err = told(q.Context); err != nil {
		return nil, err
	}
	for _, values := range s.told {
		s.keyBytes += len(values.One)
		for _, value := range values.List {
			s.keyBytes += len(value)
		}
	}
	if err := s.policies(v, q); err != nil {
		return nil, err
	}
	if err := s.parties(v, q); err != nil {
		return nil, err
	}
	if err := s.extend(v, q); err != nil {
		return nil, err
	}
	if s.work() > maxWork {
		bound := maxWork
		if s.explain {
			bound /= reasonsCost
		}
		return nil, &fault.Error{Kind: fault.Limit, What: fault.Simulation, Limit: bound}
	}
	return s, nil
}

// checkResources accepts resource names, and "*" alone, for which it gives nil.
func checkResources(list []string) ([]string, error) {
	if len(list) == 0 || len(list) == 1 && list[0] == "*" {
		return nil, nil
	}
	for _, r := range list {
		f := strings.SplitN(r, ":", 6)
		if len(f) < 6 || f[0] != "arn" || f[1] == "" || f[2] == "" || f[5] == "" {
			return nil, fault.New(fault.Invalid, fault.SimulatedResource, r)
		}
	}
	return list, nil
}

// checkActions accepts whatever has a service in front. Whether a service has such an action is not known here, and a pattern is
// compared as if it were a name.
func checkActions(actions []string, handling string, explicit bool) error {
	for _, a := range actions {
		if !strings.Contains(a, ":") {
			return fault.New(fault.Invalid, fault.SimulatedAction, a)
		}
		if handling != "" && explicit && !(isScenario(handling) && strings.EqualFold(a, "ec2:RunInstances")) {
			return fault.New(fault.Invalid, fault.SimulationOption, a)
		}
	}
	return nil
}

// isScenario knows the ways to launch an instance. They differ in the resources a launch takes, each of which is asked about by
// itself; IAM does not insist on all of them being named, and neither is that done here.
func isScenario(handling string) bool {
	switch handling {
	case "EC2-Classic-InstanceStore", "EC2-Classic-EBS", "EC2-VPC-InstanceStore", "EC2-VPC-InstanceStore-Subnet", "EC2-VPC-EBS", "EC2-VPC-EBS-Subnet":
		return true
	}
	return false
}

// policies gathers what speaks for and limits the caller.
func (s *Simulation) policies(v *iam.View, q *Question) error {
	var identity []policy.Source
	if q.Source != "" {
		e, err := ParseEntity(q.Source)
		if err != nil {
			return err
		}
		f, err := e.find(v, q.Account)
		if err != nil {
			return err
		}
		s.subject, s.boundary = f.subject, f.boundary
		for _, h := range f.held {
			identity = append(identity, policy.Source{ID: heldName(h), Type: h.Source.Type, Policy: h.Source.Policy})
		}
		if s.boundary != nil {
			s.boundary = &policy.Source{ID: lastName(s.boundary.ID), Type: s.boundary.Type, Policy: s.boundary.Policy}
		}
	}
	for i, text := range q.Policies {
		src, err := given("PolicyInputList", i, fault.SimulatedPolicy, text)
		if err != nil {
			return err
		}
		identity = append(identity, *src)
	}
	s.identity = policy.NewSet(identity...)
	for i, text := range q.Boundary {
		src, err := given("PermissionsBoundaryPolicyInputList", i, fault.SimulatedBoundary, text)
		if err != nil {
			return err
		}
		s.boundary = src
	}
	return nil
}

// heldName is what IAM's simulator calls a policy: a managed one by its name, an inline one as user_OWNER_NAME.
func heldName(h iam.Held) string {
	if h.ARN != "" {
		return h.Name
	}
	prefix := map[iam.EntityKind]string{iam.KindUser: "user_", iam.KindGroup: "group_", iam.KindRole: "role_"}
	return prefix[h.Kind] + h.Owner + "_" + h.Name
}

func lastName(name string) string { return name[strings.LastIndexByte(name, '/')+1:] }

// given reads a policy that came with the question. What could not be saved as it is, but has one meaning, is simulated.
func given(list string, i int, what fault.What, text string) (*policy.Source, error) {
	number := strconv.Itoa(i + 1)
	doc, err := policy.Read(policy.AWS(), policy.Inline, []byte(text))
	if doc == nil {
		return nil, &fault.Error{Kind: fault.Malformed, What: what, Name: number, Err: err}
	}
	return &policy.Source{ID: list + "." + number, Type: "none", Policy: doc.Compile()}, nil
}

// parties finds who asks and who owns the resources.
func (s *Simulation) parties(v *iam.View, q *Question) error {
	if q.Caller != "" {
		e, err := ParseEntity(q.Caller)
		if err != nil {
			return fault.New(fault.Invalid, fault.SimulatedCaller, q.Caller)
		}
		s.subject = e.caller(v, q.Account)
	}
	if s.subject == nil {
		s.subject = access.SomeUser(v, q.Account, "")
	}
	if q.ResourceOwner != "" {
		n, err := arn.Parse(q.ResourceOwner)
		if err != nil || n.Service != "iam" || !arn.IsAccount(n.Account) {
			return fault.New(fault.Invalid, fault.ResourceOwner, q.ResourceOwner)
		}
		s.owner = n.Account
	}
	if q.ResourcePolicy == "" {
		return nil
	}
	switch {
	case s.subject.Issuer == "": // the policy says whom it means; somebody is nobody it could name
		return fault.New(fault.Invalid, fault.CallerMissing, "")
	case s.resources == nil:
		return fault.New(fault.Invalid, fault.EntityARN, "*")
	}
	return s.resourcePolicy(q.ResourcePolicy)
}

// resourcePolicy reads the policy of the resources. One whose statements name no resource is a role's trust policy, and decides as
// trust policies do: without its leave nobody takes the role on.
func (s *Simulation) resourcePolicy(text string) error {
	s.kind = policy.ResourceDefault
	doc, err := policy.Read(policy.AWS(), policy.Resource, []byte(text))
	if doc == nil {
		s.kind = policy.ResourceTrust
		doc, _ = policy.Read(policy.AWS(), policy.Trust, []byte(text))
	}
	if doc == nil {
		return &fault.Error{Kind: fault.Malformed, What: fault.ResourcePolicy, Err: err}
	}
	s.resource = &policy.Source{ID: "ResourcePolicy", Type: "resource", Policy: doc.Compile()}
	return nil
}

func (s *Simulation) work() int {
	n := 0
	for _, src := range s.identity.Sources() {
		n += s.cost(&src)
	}
	for _, src := range []*policy.Source{s.boundary, s.resource} {
		if src != nil {
			n += s.cost(src)
		}
	}
	return (n + s.proposed.work()) * max(1, len(s.resources))
}
