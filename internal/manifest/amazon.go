package manifest

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"

	"github.com/daypass/daypass/internal/arn"
)

// The output of get-account-authorization-details, as the AWS command line interface and the SDKs for scripting print it. What
// such a file has beyond these members (ids, dates, what AWS adds some day) is not read.
type details struct {
	UserDetailList []struct {
		UserName, Path          string
		GroupList               []string
		UserPolicyList          []inline
		AttachedManagedPolicies []attached
		PermissionsBoundary     boundary
		Tags                    []tag
		Arn                     string
	}
	GroupDetailList []struct {
		GroupName, Path         string
		GroupPolicyList         []inline
		AttachedManagedPolicies []attached
		Arn                     string
	}
	RoleDetailList []struct {
		RoleName, Path           string
		AssumeRolePolicyDocument json.RawMessage
		RolePolicyList           []inline
		AttachedManagedPolicies  []attached
		PermissionsBoundary      boundary
		Tags                     []tag
		Arn                      string
		InstanceProfileList      []struct{ InstanceProfileName, Path string }
	}
	Policies []struct {
		PolicyName, Path, Arn, Description, DefaultVersionId string
		PolicyVersionList                                    []struct {
			VersionId string
			Document  json.RawMessage
		}
	}
	IsTruncated bool
	Daypass     *int // of a document of ours, which is something else
}

type inline struct {
	PolicyName     string
	PolicyDocument json.RawMessage
}

type attached struct{ PolicyArn string }
type boundary struct{ PermissionsBoundaryArn string }
type tag struct{ Key, Value string }

// Import is what an AWS account was found to have.
type Import struct {
	*Manifest
	// Amazon are the policies of AWS that the file describes, by resource name.
	Amazon map[string]Policy
	// Notes say what is left out, and what the file does not tell.
	Notes []string
}

// ReadAmazon reads the output of get-account-authorization-details.
func ReadAmazon(r io.Reader) (*Import, error) {
	b, err := readAll(r)
	if err != nil {
		return nil, err
	}
	var d details
	if err := json.Unmarshal(b, &d); err != nil {
		return nil, fmt.Errorf("%w%s", err, at(b, err))
	}
	if d.Daypass != nil {
		return nil, errors.New("this is what daypass export wrote: daypass apply takes it")
	}
	if d.UserDetailList == nil && d.GroupDetailList == nil && d.RoleDetailList == nil && d.Policies == nil {
		return nil, errors.New("there is no UserDetailList, GroupDetailList, RoleDetailList or Policies: is this the output of aws iam get-account-authorization-details?")
	}
	if d.IsTruncated {
		return nil, errors.New("the file holds one page of several: let the command line fetch all of them, or raise --max-items")
	}
	i := &Import{Manifest: &Manifest{Format: Format}, Amazon: map[string]Policy{}}
	t := &taking{into: i, from: &d}
	t.policies()
	t.groups()
	t.users()
	t.roles()
	i.sort()
	return i, errors.Join(t.faults...)
}

// taking is an import on its way.
type taking struct {
	into   *Import
	from   *details
	faults []error
}

func (t *taking) fault(format string, args ...any) {
	t.faults = append(t.faults, fmt.Errorf(format, args...))
}

func (t *taking) note(format string, args ...any) {
	t.into.Notes = append(t.into.Notes, fmt.Sprintf(format, args...))
}

// owner takes the account from a resource name; all names of a file must have the same.
func (t *taking) owner(what, name string) {
	n, err := arn.Parse(name)
	switch {
	case err != nil || !arn.IsAccount(n.Account):
		t.fault("%s: %q is no resource name of an account", what, name)
	case t.into.Account == "":
		t.into.Account = n.Account
	case t.into.Account != n.Account:
		t.fault("%s belongs to account %s, others to %s", what, n.Account, t.into.Account)
	}
}

// document takes a policy as an object, or as the percent-encoded text that the API itself answers with.
func (t *taking) document(what string, raw json.RawMessage) Document {
	var text string
	if err := json.Unmarshal(raw, &text); err != nil {
		return raw
	}
	if strings.HasPrefix(text, "%") {
		plain, err := url.PathUnescape(text)
		if err != nil {
			t.fault("%s: the document is neither JSON nor percent-encoded JSON", what)
			return nil
		}
		text = plain
	}
	if !json.Valid([]byte(text)) {
		t.fault("%s: the document is no JSON", what)
		return nil
	}
	return Document(text)
}

func (t *taking) grants(what string, policies []inline, list []attached) (g Grants) {
	for _, p := range policies {
		if g.Inline == nil {
			g.Inline = map[string]Document{}
		}
		if _, twice := g.Inline[p.PolicyName]; twice {
			t.fault("%s: inline policy %s comes twice", what, p.PolicyName)
		}
		g.Inline[p.PolicyName] = t.document(what+", inline policy "+p.PolicyName, p.PolicyDocument)
	}
	for _, a := range list {
		g.Attached = append(g.Attached, a.PolicyArn)
	}
	slices.Sort(g.Attached)
	return g
}

func tags(list []tag) map[string]string {
	if len(list) == 0 {
		return nil
	}
	m := make(map[string]string, len(list))
	for _, t := range list {
		m[t.Key] = t.Value
	}
	return m
}

// tidy is how a path is written in the form: the root path is left out.
func tidy(path string) string {
	if path == "/" {
		return ""
	}
	return path
}

func (t *taking) policies() {
	for _, p := range t.from.Policies {
		what := "policy " + p.PolicyName
		policy := Policy{Name: p.PolicyName, Path: tidy(p.Path), Description: p.Description}
		for _, v := range p.PolicyVersionList {
			if v.VersionId == p.DefaultVersionId {
				policy.Document = t.document(what, v.Document)
			}
		}
		if policy.Document == nil {
			t.fault("%s: its default version %q is not in the file", what, p.DefaultVersionId)
			continue
		}
		if strings.HasPrefix(p.Arn, amazonPolicies) {
			t.into.Amazon[p.Arn] = policy
			continue
		}
		t.owner(what, p.Arn)
		if len(p.PolicyVersionList) > 1 {
			t.note("%s: only its default version %s is taken over", what, p.DefaultVersionId)
		}
		t.into.Policies = append(t.into.Policies, policy)
	}
	if len(t.into.Policies) > 0 {
		t.note("the file does not tell the tags of policies")
	}
}

func (t *taking) groups() {
	for _, g := range t.from.GroupDetailList {
		t.owner("group "+g.GroupName, g.Arn)
		t.into.Groups = append(t.into.Groups, Group{Name: g.GroupName, Path: tidy(g.Path),
			Grants: t.grants("group "+g.GroupName, g.GroupPolicyList, g.AttachedManagedPolicies)})
	}
}

func (t *taking) users() {
	for _, u := range t.from.UserDetailList {
		what := "user " + u.UserName
		t.owner(what, u.Arn)
		slices.Sort(u.GroupList)
		t.into.Users = append(t.into.Users, User{Name: u.UserName, Path: tidy(u.Path), Tags: tags(u.Tags), Boundary: u.PermissionsBoundary.PermissionsBoundaryArn,
			Groups: u.GroupList, Grants: t.grants(what, u.UserPolicyList, u.AttachedManagedPolicies)})
	}
}

// reserved are the paths of roles that AWS makes by itself.
var reserved = [...]string{"/aws-service-role/", "/aws-reserved/"}

func (t *taking) roles() {
	profiles := map[string]bool{}
	for _, r := range t.from.RoleDetailList {
		what := "role " + r.RoleName
		t.owner(what, r.Arn)
		if isReserved(r.Path) {
			t.note("%s is left out: AWS made it for a service of its own (path %s)", what, r.Path)
			continue
		}
		t.into.Roles = append(t.into.Roles, Role{Name: r.RoleName, Path: tidy(r.Path), Tags: tags(r.Tags), Boundary: r.PermissionsBoundary.PermissionsBoundaryArn,
			Trust: t.document(what+", trust policy", r.AssumeRolePolicyDocument), Grants: t.grants(what, r.RolePolicyList, r.AttachedManagedPolicies)})
		for _, p := range r.InstanceProfileList {
			if !profiles[p.InstanceProfileName] {
				profiles[p.InstanceProfileName] = true
				t.into.InstanceProfiles = append(t.into.InstanceProfiles, InstanceProfile{Name: p.InstanceProfileName, Path: tidy(p.Path), Role: r.RoleName})
			}
		}
	}
	if len(t.into.Roles) > 0 {
		t.note("the file does not tell the description and the maximum session duration of roles; new ones get none and an hour")
	}
}

func isReserved(path string) bool {
	return slices.ContainsFunc(reserved[:], func(prefix string) bool { return strings.HasPrefix(path, prefix) })
}

// amazonPolicies is how the names of AWS's own policies begin.
const amazonPolicies = "arn:aws:iam::aws:policy/"

// Adopt makes AWS's own policies that the account uses and the server does not have (has says so) policies of the account itself, with
// the text that the file gives. It returns their resource names, and those of which the file does not have the text.
func (i *Import) Adopt(has func(name string) bool) (adopted, missing []string) {
	renamed := map[string]string{}
	each := func(name *string) {
		if !strings.HasPrefix(*name, amazonPolicies) || has(*name) {
			return
		}
		if _, done := renamed[*name]; !done {
			p, told := i.Amazon[*name]
			if !told {
				renamed[*name] = *name
				missing = append(missing, *name)
				return
			}
			adopted = append(adopted, *name)
			i.Policies = append(i.Policies, p)
			renamed[*name] = arn.Policy(i.Account, cmp.Or(p.Path, "/"), p.Name)
		}
		*name = renamed[*name]
	}
	for n := range i.Users {
		each(&i.Users[n].Boundary)
		i.Users[n].eachAttached(each)
	}
	for n := range i.Groups {
		i.Groups[n].eachAttached(each)
	}
	for n := range i.Roles {
		each(&i.Roles[n].Boundary)
		i.Roles[n].eachAttached(each)
	}
	slices.Sort(adopted)
	slices.Sort(missing)
	i.sort()
	return adopted, missing
}

func (g *Grants) eachAttached(f func(*string)) {
	for i := range g.Attached {
		f(&g.Attached[i])
	}
}
