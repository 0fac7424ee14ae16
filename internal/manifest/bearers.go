package manifest

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/daypass/daypass/internal/arn"
	"github.com/daypass/daypass/policy"
)

// bearer is a user, group or role in a plan: Kind is how people call it, noun how actions and parameters do.
type bearer struct {
	kind, noun, name string
}

func (b bearer) parameter() string { return b.noun + "Name" }

func (b bearer) call(verb, rest string, pairs ...string) call {
	return calls(verb+b.noun+rest, append([]string{b.parameter(), b.name}, pairs...)...)
}

func (p *planner) groups() {
	for i := range p.want.Groups {
		w := &p.want.Groups[i]
		b := bearer{"group", "Group", w.Name}
		h := find(p.have.Groups, groupName, w.Name)
		if h == nil {
			p.step(Create, b.kind, w.Name, "", b.call("Create", "", "Path", w.Path))
			h = &Group{Path: w.Path}
		}
		if h.Path != w.Path {
			p.step(Change, b.kind, w.Name, "path", b.call("Update", "", "NewPath", cmp.Or(w.Path, "/")))
		}
		p.grants(b, &h.Grants, &w.Grants)
	}
}

func (p *planner) users() {
	for i := range p.want.Users {
		w := &p.want.Users[i]
		b := bearer{"user", "User", w.Name}
		h := find(p.have.Users, userName, w.Name)
		if h == nil {
			p.step(Create, b.kind, w.Name, "", b.call("Create", "", "Path", w.Path, "PermissionsBoundary", w.Boundary).tags(w.Tags))
			h = &User{Path: w.Path, Boundary: w.Boundary, Tags: w.Tags}
		}
		if h.Path != w.Path {
			p.step(Change, b.kind, w.Name, "path", b.call("Update", "", "NewPath", cmp.Or(w.Path, "/")))
		}
		p.boundary(b, h.Boundary, w.Boundary)
		p.tags(b.kind, b.name, b.noun, b.parameter(), b.name, h.Tags, w.Tags)
		p.grants(b, &h.Grants, &w.Grants)
		for _, g := range missing(w.Groups, h.Groups) {
			p.step(Change, b.kind, w.Name, "join group "+g, calls("AddUserToGroup", "GroupName", g, "UserName", w.Name))
		}
		for _, g := range missing(h.Groups, w.Groups) {
			p.step(Change, b.kind, w.Name, "leave group "+g, calls("RemoveUserFromGroup", "GroupName", g, "UserName", w.Name))
		}
	}
}

// closed is the trust policy of a role whose own one names what is still to be made: nobody may assume it.
const closed = `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"sts:AssumeRole"}]}`

func (p *planner) roles() {
	there := names{arns: map[string]bool{}, groups: map[string]bool{}, roles: map[string]bool{}}
	p.have.names(there)
	for _, u := range p.want.Users {
		there.arns[arn.User(p.want.Account, cmp.Or(u.Path, "/"), u.Name)] = true
	}
	for i := range p.want.Roles {
		w := &p.want.Roles[i]
		b := bearer{"role", "Role", w.Name}
		trust := calls("UpdateAssumeRolePolicy", "RoleName", w.Name, "PolicyDocument", string(w.Trust))
		h := find(p.have.Roles, roleName, w.Name)
		switch {
		case h == nil:
			first := string(w.Trust)
			if !p.resolves(w.Trust, there) {
				first = closed
				p.later = append(p.later, Step{Sign: Change, Kind: b.kind, Name: w.Name, Detail: "trust policy", calls: []call{trust}})
			}
			p.step(Create, b.kind, w.Name, "", b.call("Create", "", "Path", w.Path, "AssumeRolePolicyDocument", first, "Description", w.Description,
				"MaxSessionDuration", seconds(w.MaxSession), "PermissionsBoundary", w.Boundary).tags(w.Tags))
			h = &Role{Path: w.Path, Boundary: w.Boundary, Tags: w.Tags, Description: w.Description, MaxSession: w.MaxSession, Trust: w.Trust}
		case !same(h.Trust, w.Trust):
			p.later = append(p.later, Step{Sign: Change, Kind: b.kind, Name: w.Name, Detail: "trust policy", calls: []call{trust}})
		}
		there.arns[arn.Role(p.want.Account, cmp.Or(w.Path, "/"), w.Name)] = true
		if h.Path != w.Path {
			p.fault("role %s: its path is %q and cannot be changed to %q; delete it first", w.Name, h.Path, w.Path)
		}
		p.role(b, h, w)
		p.boundary(b, h.Boundary, w.Boundary)
		p.tags(b.kind, b.name, b.noun, b.parameter(), b.name, h.Tags, w.Tags)
		p.grants(b, &h.Grants, &w.Grants)
	}
	p.steps = append(p.steps, p.later...)
}

func (p *planner) role(b bearer, h, w *Role) {
	if h.Description != w.Description {
		// An empty description has to be sent too: it clears.
		c := call{action: "UpdateRole", in: input{{"RoleName", w.Name}, {"Description", w.Description}}}
		p.step(Change, b.kind, w.Name, "description", c)
	}
	if w.MaxSession != 0 && h.MaxSession != w.MaxSession {
		p.step(Change, b.kind, w.Name, "maximum session duration", calls("UpdateRole", "RoleName", w.Name, "MaxSessionDuration", seconds(w.MaxSession)))
	}
}

// resolves says whether all users and roles of the account that a trust policy names are there already.
func (p *planner) resolves(trust Document, there names) bool {
	d, err := policy.Parse(policy.AWS(), policy.Trust, trust)
	if err != nil {
		return true // which check has told
	}
	return !slices.ContainsFunc(d.Principals(), func(r policy.PrincipalRef) bool {
		n, err := arn.Parse(r.Value)
		if err != nil || n.Account != p.want.Account || strings.ContainsAny(r.Value, "*?") {
			return false
		}
		kind, _, _, ok := n.Entity()
		return ok && (kind == "user" || kind == "role") && !there.arns[r.Value]
	})
}

func (p *planner) boundary(b bearer, have, want string) {
	switch {
	case have == want:
	case want == "":
		p.step(Change, b.kind, b.name, "no permissions boundary", b.call("Delete", "PermissionsBoundary"))
	default:
		p.step(Change, b.kind, b.name, "permissions boundary "+want, b.call("Put", "PermissionsBoundary", "PermissionsBoundary", want))
	}
}

// grants changes what gives permissions: first everything is taken that goes, then comes what is new.
func (p *planner) grants(b bearer, have, want *Grants) {
	for _, name := range missing(have.Attached, want.Attached) {
		p.step(Change, b.kind, b.name, "detach "+name, b.call("Detach", "Policy", "PolicyArn", name))
	}
	for _, name := range slices.Sorted(maps.Keys(have.Inline)) {
		if _, stays := want.Inline[name]; !stays {
			p.step(Change, b.kind, b.name, "delete inline policy "+name, b.call("Delete", "Policy", "PolicyName", name))
		}
	}
	for _, name := range missing(want.Attached, have.Attached) {
		p.step(Change, b.kind, b.name, "attach "+name, b.call("Attach", "Policy", "PolicyArn", name))
	}
	for _, name := range slices.Sorted(maps.Keys(want.Inline)) {
		if old, ok := have.Inline[name]; !ok || !same(old, want.Inline[name]) {
			p.step(Change, b.kind, b.name, "put inline policy "+name, b.call("Put", "Policy", "PolicyName", name, "PolicyDocument", string(want.Inline[name])))
		}
	}
}

// tags changes the tags of a thing. noun is how the tagging actions call it, parameter and id how they are told which one.
func (p *planner) tags(kind, name, noun, parameter, id string, have, want map[string]string) {
	changed := map[string]string{}
	for key, value := range want {
		if old, ok := have[key]; !ok || old != value {
			changed[key] = value
		}
	}
	var gone []string
	for _, key := range slices.Sorted(maps.Keys(have)) {
		if _, stays := want[key]; !stays {
			gone = append(gone, key)
		}
	}
	if len(gone) > 0 {
		p.step(Change, kind, name, "remove tags "+strings.Join(gone, ", "), calls("Untag"+noun, parameter, id).list("TagKeys", gone))
	}
	if len(changed) > 0 {
		p.step(Change, kind, name, "set tags "+strings.Join(slices.Sorted(maps.Keys(changed)), ", "), calls("Tag"+noun, parameter, id).tags(changed))
	}
}

// missing lists what is in a and not in b.
func missing(a, b []string) []string {
	return slices.DeleteFunc(slices.Clone(a), func(s string) bool { return slices.Contains(b, s) })
}
