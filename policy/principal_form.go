package policy

import "strings"

// principalType is a member of Principal.
type principalType struct {
	name     string // AWS, RAM, IAM, Service, …
	sort     principalSort
	everyone bool   // "*" is everyone
	account  bool   // an account id alone is the account
	ids      bool   // users and roles may be meant by their unique ids
	bare     bool   // the names may stand as Principal itself, without the member
	hint     string // what can stand there
}

type principalSort uint8

const (
	sortIdentity  principalSort = iota // accounts and who is in them
	sortService                        // services
	sortProvider                       // identity providers
	sortCanonical                      // accounts by their canonical user id
)

// identityForm is a kind of resource that can be a principal.
type identityForm struct {
	service string
	path    string // what the resource begins with, or all of it
	kind    principalKind
}

// called tells whom a value of a type means. With ok=false nobody can be called
// so; what is returned then matches by its text or not at all.
func (g *Grammar) called(typ, v string) (n principalName, ok bool) {
	t, known := g.principalType(typ)
	if !known {
		return principalName{namesFederated, v}, false
	}
	switch t.sort {
	case sortService:
		return principalName{namesService, v}, isHostName(v)
	case sortCanonical:
		return principalName{namesCanonical, v}, v != "" && isVendor(v)
	case sortProvider:
		n, ok = g.identity(v)
		return principalName{namesProvider, v}, containsWord(g.providers, v) || ok && n.kind == namesProvider
	}
	switch {
	case t.everyone && v == "*":
		return principalName{namesEveryone, v}, true
	case t.account && g.accounts.match(v):
		return principalName{namesAccount, v}, true
	case t.ids && isUniqueID(v):
		return principalName{namesID, v}, true
	case t.ids && isSessionID(v):
		return principalName{namesSessionID, v}, true
	}
	n, ok = g.identity(v)
	if n.kind == namesProvider { // is one, but not here
		return principalName{namesFederated, v}, false
	}
	return n, ok
}

func (g *Grammar) principalType(name string) (principalType, bool) {
	for _, t := range g.principals {
		if t.name == name {
			return t, true
		}
	}
	return principalType{}, false
}

// identity reads the resource name of a principal. A wildcard in it never means
// anybody: "arn:aws:iam::*:role/x" would reach into every account by a name
// anyone can choose.
func (g *Grammar) identity(v string) (n principalName, ok bool) {
	rest, ok := strings.CutPrefix(v, g.resource.prefix)
	if len(g.partition) > 0 {
		var partition string
		partition, rest, _ = strings.Cut(rest, ":")
		ok = ok && containsWord(g.partition, partition)
	}
	f := strings.SplitN(rest, ":", 4) // service, region, account, and what it is
	if len(f) < 4 {
		return principalName{namesFederated, v}, false
	}
	ok = ok && f[1] == "" && g.accounts.match(f[2]) && !strings.ContainsAny(f[3], "*?")
	for _, form := range g.identities {
		name, found := strings.CutPrefix(f[3], form.path)
		if !found || form.kind == namesAccount && name != "" { // "rooted" is not the root
			continue
		}
		n = principalName{form.kind, v}
		whole := name != "" && !strings.HasSuffix(name, "/")
		switch form.kind {
		case namesAccount:
			n.value, whole = f[2], true
		case namesSession:
			role, session, _ := strings.Cut(name, "/")
			whole = role != "" && session != ""
		case namesProvider, namesFederated:
			whole = name != ""
		}
		return n, ok && whole && f[0] == form.service
	}
	return principalName{namesFederated, v}, false
}

// hint says what can stand where a principal could not be read.
func (g *Grammar) hint(typ, value string) string {
	if strings.ContainsAny(value, "*?") {
		return "a principal has no wildcards, except a single * for everyone where the cloud has that"
	}
	if t, known := g.principalType(typ); known {
		return t.hint
	}
	names := make([]string, len(g.principals))
	for i, t := range g.principals {
		names[i] = t.name
	}
	return "the kinds of principals are " + strings.Join(names, ", ")
}
