package simulate

import (
	"iter"
	"strconv"
	"strings"

	"github.com/daypass/daypass/internal/access"
	"github.com/daypass/daypass/internal/arn"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/policy"
)

// candidate is a principal who is asked about.
type candidate struct {
	marker string // with which the page after it begins
	ask    func() (f Finding, ok bool, cost int)
}

// Groups of candidates, in their order. A marker is the group and the name of the last candidate in it.
const (
	groupUsers = "u"
	groupRoles = "r"
	groupNamed = "n"
)

// from lists the candidates that follow a marker. A marker that is none gives one candidate without a marker.
func (s *survey) from(group, name string) iter.Seq[candidate] {
	return func(yield func(candidate) bool) {
		switch group {
		case "", groupUsers, groupRoles, groupNamed:
		default:
			yield(candidate{})
			return
		}
		if group == "" && !s.give(yield, groupUsers+"/", KindRoot, func() (Finding, bool, int) {
			return s.own(arn.Root(s.Account), KindRoot, access.Root(s.view, s.Account))
		}) {
			return
		}
		if (group == "" || group == groupUsers) && !s.users(name, yield) {
			return
		}
		if group == groupUsers {
			name = ""
		}
		if group != groupNamed && !s.roles(name, yield) {
			return
		}
		if group != groupNamed {
			name = ""
		}
		s.others(name, yield)
	}
}

func (s *survey) give(yield func(candidate) bool, marker, kind string, ask func() (Finding, bool, int)) bool {
	if !takes(s.Action, kind) {
		ask = nil
	}
	return yield(candidate{marker, ask})
}

func (s *survey) users(after string, yield func(candidate) bool) bool {
	for {
		page, next := s.view.Users(s.Account, "/", after, pageOfWork)
		for _, u := range page {
			if !s.give(yield, groupUsers+"/"+u.Name, KindUser, func() (Finding, bool, int) {
				return s.own(u.ARN(), KindUser, access.User(s.view, u))
			}) {
				return false
			}
		}
		if after = next; next == "" {
			return true
		}
	}
}

func (s *survey) roles(after string, yield func(candidate) bool) bool {
	for {
		page, next := s.view.Roles(s.Account, "/", after, pageOfWork)
		for _, r := range page {
			if !s.give(yield, groupRoles+"/"+r.Name, KindRole, func() (Finding, bool, int) {
				return s.own(r.ARN(), KindRole, access.AnySession(s.view, r))
			}) {
				return false
			}
		}
		if after = next; next == "" {
			return true
		}
	}
}

func (s *survey) others(after string, yield func(candidate) bool) {
	from, err := strconv.Atoi(after)
	if after == "" {
		from, err = 0, nil
	}
	if err != nil || from < 0 {
		yield(candidate{})
		return
	}
	for i := from; i < len(s.named); i++ {
		n := s.named[i]
		if !s.give(yield, groupNamed+"/"+strconv.Itoa(i+1), n.kind, func() (Finding, bool, int) { return s.other(n) }) {
			return
		}
	}
}

// named is a principal whom the resource's own policy names and who is not one of the account's users and roles.
type named struct {
	name, kind string
	also       string
	subject    *access.Subject
}

// namedBy lists whom a trust policy names, each once, in the order of the text. Of other accounts it gives no more than the policy
// does: who is meant by an id is told to whoever reads the policy, too. An id of somebody who is gone means nobody.
func (s *survey) namedBy(trust *policy.Source) []named {
	if trust.Policy == nil {
		return nil
	}
	var list []named
	seen := make(map[string]bool)
	for _, p := range trust.Policy.Document().Principals() {
		if p.Not {
			continue
		}
		var n named
		switch p.Type {
		case "Federated":
			n = s.outsider(p.Value)
		case "Service":
			n = named{name: p.Value, kind: KindService, subject: access.SomeUser(s.view, "", "")}
			n.subject.Principal = policy.Principal{Type: policy.Service, ARN: p.Value}
		case "AWS":
			n = s.stranger(p.Value)
		}
		if n.subject == nil || seen[n.kind+n.name] {
			continue
		}
		seen[n.kind+n.name] = true
		list = append(list, n)
	}
	return list
}

func (s *survey) outsider(provider string) named {
	n := named{name: provider, kind: KindWebIdentity}
	kind := policy.WebIdentity
	if strings.Contains(provider, ":saml-provider/") {
		n.kind, kind = KindSAML, policy.SAML
	}
	n.subject = access.Outside(s.view, &access.Outsider{Type: kind, Provider: provider, Account: s.Account})
	return n
}

// stranger is somebody of another account, or a session that is named by itself.
func (s *survey) stranger(value string) named {
	if value == "*" {
		return named{name: "*", kind: KindEveryone, also: "*", subject: access.SomeUser(iam.Empty(), "", "")}
	}
	account := value
	if a, err := arn.Parse(value); err == nil {
		account = a.Account
		if a.Resource != "root" {
			return named{} // users, roles and sessions stand by their ids
		}
	}
	if arn.IsAccount(account) {
		if account == s.Account {
			return named{} // its principals are asked one by one
		}
		return named{name: arn.Root(account), kind: KindAccount, also: account, subject: access.SomeUser(iam.Empty(), account, "")}
	}
	id, name, isSession := strings.Cut(value, ":")
	if u, ok := s.view.UserByID(id); ok && u.Account != s.Account {
		n := named{name: u.ARN(), kind: KindUser, also: u.Account, subject: access.SomeUser(iam.Empty(), u.Account, u.ARN())}
		n.subject.Principal.ID = u.ID
		return n
	}
	r, ok := s.view.RoleByID(id)
	if !ok || r.Account == s.Account && !isSession {
		return named{}
	}
	var n named
	if r.Account == s.Account {
		n = named{name: r.ARN(), kind: KindRole, subject: access.AnySession(s.view, r)}
	} else {
		n = named{name: r.ARN(), kind: KindRole, also: r.Account, subject: access.SomeRole(iam.Empty(), r.Account, r.ARN())}
		n.subject.Principal.RoleID = r.ID
	}
	if isSession {
		n.name, n.kind = arn.AssumedRole(r.Account, r.Name, name), KindSession
		n.subject.Principal.ARN, n.subject.Principal.SessionName = n.name, name
	}
	return n
}

// other asks for somebody whom the resource's own policy names. What somebody's own account says is not known here: its policies are
// taken to allow.
func (s *survey) other(n named) (Finding, bool, int) {
	h := s.hypothesis(n.subject)
	if n.also != "" {
		h.Identity = policy.NewSet(elsewhere(policy.Inline, ""))
	}
	h.RCP = access.ResourceControl(s.view, s.Action, s.Owner)
	return s.find(Finding{Name: n.name, Kind: n.kind, Also: n.also}, n.subject, &h)
}

// elsewhere is a policy of another account as far as it is known: what it allows at most.
func elsewhere(use policy.Use, principal string) policy.Source {
	doc, err := policy.Parse(policy.AWS(), use, []byte(`{"Version":"2012-10-17","Statement":{"Effect":"Allow"`+principal+`,"Action":"*","Resource":"*"}}`))
	if err != nil {
		return policy.Source{ID: "another account"} // denies; the text stands above
	}
	return policy.Source{ID: "another account", Type: "none", Policy: doc.Compile()}
}
