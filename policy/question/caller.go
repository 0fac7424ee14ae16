package question

import (
	"slices"
	"strconv"
	"strings"

	"github.com/daypass/daypass/policy"
)

// caller stands for all callers whom the documents name in the same way.
type caller struct{ who *policy.Principal }

// mostCallers bounds the callers of one question.
const mostCallers = 2000

// otherAccount is the account of examples, if no document mentions it;
// freshAccount makes sure.
const otherAccount = "111122223333"

// owners are the accounts a resource may belong to: the caller's own, or another.
func (c *caller) owners() []string {
	if c.who == nil || c.who.Account == "" {
		return []string{otherAccount}
	}
	return []string{c.who.Account, freshAccount([]string{c.who.Account})}
}

func freshAccount(taken []string) string {
	account := otherAccount
	for n := 222_222_222_222; slices.Contains(taken, account); n++ {
		account = strconv.Itoa(n)
	}
	return account
}

// named is every name that Principal elements use, by what it is about.
type named struct {
	accounts, users, roles, sessions, federated []string // but accounts, ARNs
	userIDs, roleIDs, sessionNames              []string
	services, providers, canonical              []string
}

func add(list *[]string, s string) {
	if !slices.Contains(*list, s) {
		*list = append(*list, s)
	}
}

func (n *named) read(typ, v string) {
	f := strings.SplitN(v, ":", 6)
	switch {
	case typ == "Service":
		add(&n.services, v)
	case typ == "Federated":
		add(&n.providers, v)
	case typ == "CanonicalUser":
		add(&n.canonical, v)
	case len(v) == 12 && strings.Trim(v, "0123456789") == "":
		add(&n.accounts, v)
	case strings.HasPrefix(v, "AIDA"):
		add(&n.userIDs, v)
	case strings.HasPrefix(v, "AROA"):
		id, session, found := strings.Cut(v, ":")
		if add(&n.roleIDs, id); found {
			add(&n.sessionNames, session)
		}
	case len(f) == 6:
		n.arn(v, f)
	}
}

func (n *named) arn(v string, f []string) {
	add(&n.accounts, f[4])
	switch kind, rest, _ := strings.Cut(f[5], "/"); kind {
	case "user":
		add(&n.users, v)
	case "role":
		add(&n.roles, v)
	case "assumed-role":
		role, session, _ := strings.Cut(rest, "/")
		add(&n.sessions, v)
		add(&n.roles, "arn:"+f[1]+":iam::"+f[4]+":role/"+role)
		add(&n.sessionNames, session)
	case "federated-user":
		add(&n.federated, v)
	}
}

// callersOf lists callers, one of each kind that the Principal elements of the
// documents can tell apart. all is false if there are more than mostCallers.
// Documents without the element tell no callers apart: one user stands for all.
func callersOf(sources []policy.Source) (list []caller, all bool) {
	var n named
	some := false
	for _, s := range sources {
		if s.Policy == nil {
			continue
		}
		for _, p := range s.Policy.Document().Principals() {
			n.read(p.Type, p.Value)
			some = true
		}
	}
	account := freshAccount(n.accounts)
	user := &policy.Principal{Type: policy.User, ARN: "arn:aws:iam::" + account + ":user/alice", Account: account}
	if !some {
		return []caller{{user}}, true
	}
	add(&n.accounts, account)
	for _, a := range n.accounts {
		n.ofAccount(a, func(p policy.Principal) {
			if len(list) < mostCallers {
				list = append(list, caller{&p})
			}
		})
	}
	add(&n.services, "service.example.com")
	add(&n.providers, "arn:aws:iam::"+account+":oidc-provider/idp.example.com")
	for _, s := range n.services {
		list = append(list, caller{&policy.Principal{Type: policy.Service, ARN: s}})
	}
	for _, p := range n.providers {
		typ := policy.WebIdentity
		if strings.Contains(p, ":saml-provider/") {
			typ = policy.SAML
		}
		list = append(list, caller{&policy.Principal{Type: typ, ARN: p}})
	}
	return append(list, caller{nil}), len(list) < mostCallers
}

// ofAccount makes the callers of an account, with every combination of names.
func (n *named) ofAccount(account string, visit func(policy.Principal)) {
	in := func(arns []string, more ...string) []string {
		var list []string
		for _, a := range arns {
			if f := strings.SplitN(a, ":", 6); len(f) == 6 && f[4] == account {
				list = append(list, a)
			}
		}
		return append(list, more...)
	}
	or := func(list []string, more string) []string { return append(slices.Clone(list), more) }
	users := in(n.users, "arn:aws:iam::"+account+":user/another-user")
	for _, canonical := range or(n.canonical, "") {
		for _, arn := range users {
			for _, id := range or(n.userIDs, "") {
				visit(policy.Principal{Type: policy.User, ARN: arn, Account: account, ID: id, CanonicalID: canonical})
			}
		}
		for _, role := range in(n.roles, "arn:aws:iam::"+account+":role/another-role") {
			for _, session := range or(n.sessionNames, "another-session") {
				for _, id := range or(n.roleIDs, "") {
					p := policy.Principal{
						Type: policy.AssumedRole, ARN: sessionARN(role, session), Account: account,
						RoleARN: role, RoleID: id, SessionName: session, CanonicalID: canonical,
					}
					visit(p)
					p.RoleARN = "" // known by the session's ARN alone
					visit(p)
				}
			}
		}
		visit(policy.Principal{Type: policy.Root, ARN: "arn:aws:iam::" + account + ":root", Account: account, CanonicalID: canonical})
		for _, arn := range in(n.federated, "arn:aws:sts::"+account+":federated-user/another-session") {
			for _, issuer := range or(users, "arn:aws:iam::"+account+":root") {
				for _, id := range or(n.userIDs, "") {
					visit(policy.Principal{
						Type: policy.FederatedUser, ARN: arn, Account: account, IssuerARN: issuer, IssuerID: id, CanonicalID: canonical,
					})
				}
			}
		}
	}
}

// sessionARN is the ARN of a session of a role; it has no path.
func sessionARN(role, session string) string {
	f := strings.SplitN(role, ":", 6)
	name := f[5][strings.LastIndexByte(f[5], '/')+1:]
	return "arn:" + f[1] + ":sts::" + f[4] + ":assumed-role/" + name + "/" + session
}
