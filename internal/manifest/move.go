package manifest

import (
	"cmp"
	"slices"
	"strings"

	"github.com/daypass/daypass/internal/arn"
)

// Move makes the manifest one of another account: its number takes the place of the old one wherever that stands as a number of its
// own, in resource names and in documents. An account's number has twelve digits and means nothing else.
func (m *Manifest) Move(account string) {
	old := m.Account
	m.Account = account
	if !arn.IsAccount(old) || old == account {
		return
	}
	text := func(s *string) { *s = renumber(*s, old, account) }
	document := func(d Document) Document { return Document(renumber(string(d), old, account)) }
	grants := func(g *Grants) {
		g.eachAttached(text)
		for name, d := range g.Inline {
			g.Inline[name] = document(d)
		}
	}
	for i := range m.Policies {
		m.Policies[i].Document = document(m.Policies[i].Document)
	}
	for i := range m.Groups {
		grants(&m.Groups[i].Grants)
	}
	for i := range m.Users {
		text(&m.Users[i].Boundary)
		grants(&m.Users[i].Grants)
	}
	for i := range m.Roles {
		text(&m.Roles[i].Boundary)
		m.Roles[i].Trust = document(m.Roles[i].Trust)
		grants(&m.Roles[i].Grants)
	}
}

// renumber replaces a number where no other digit stands beside it.
func renumber(s, old, number string) string {
	digit := func(i int) bool { return i >= 0 && i < len(s) && '0' <= s[i] && s[i] <= '9' }
	var b strings.Builder
	done := 0
	for at := 0; ; {
		i := strings.Index(s[at:], old)
		if i < 0 {
			b.WriteString(s[done:])
			return b.String()
		}
		i += at
		at = i + len(old)
		if !digit(i-1) && !digit(at) {
			b.WriteString(s[done:i])
			b.WriteString(number)
			done = at
		}
	}
}

// sort puts the lists into the order of the names.
func (m *Manifest) sort() {
	slices.SortFunc(m.Policies, func(a, b Policy) int { return byName(a.Name, b.Name) })
	slices.SortFunc(m.OIDCProviders, func(a, b OIDCProvider) int { return cmp.Compare(a.URL, b.URL) })
	slices.SortFunc(m.SAMLProviders, func(a, b SAMLProvider) int { return cmp.Compare(a.Name, b.Name) })
	slices.SortFunc(m.Groups, func(a, b Group) int { return byName(a.Name, b.Name) })
	slices.SortFunc(m.Users, func(a, b User) int { return byName(a.Name, b.Name) })
	slices.SortFunc(m.Roles, func(a, b Role) int { return byName(a.Name, b.Name) })
	slices.SortFunc(m.InstanceProfiles, func(a, b InstanceProfile) int { return byName(a.Name, b.Name) })
}

// fold is how names are compared: IAM keeps their case and does not tell them apart by it.
func fold(name string) string { return strings.ToLower(name) }

func byName(a, b string) int { return cmp.Compare(fold(a), fold(b)) }
