package iam

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// TestListsAreOrdered: by name without regard to case, whatever the path.
func TestListsAreOrdered(t *testing.T) {
	tx := begin(t)
	for name, path := range map[string]string{"bob": "/z/", "Alice": "/", "carol": "/a/", "DAVE": "/a/b/", "b_b": "/z/"} {
		ok(t)(tx.CreateUser(home, UserSpec{Name: name, Path: path}))
		ok(t)(tx.CreateGroup(home, path, name))
		ok(t)(tx.CreateRole(home, RoleSpec{Name: name, Path: path, Trust: trustHome}))
		ok(t)(tx.CreatePolicy(home, PolicySpec{Name: name, Path: path, Document: allowGet}))
	}
	ok(t)(tx.CreateUser(other, UserSpec{Name: "aaa"}))
	all := []string{"Alice", "b_b", "bob", "carol", "DAVE"}
	lists := map[string]func(prefix, after string, limit int) ([]string, string){
		"users": func(prefix, after string, limit int) ([]string, string) {
			page, next := tx.Users(home, prefix, after, limit)
			return names(page, func(u *User) string { return u.Name }), next
		},
		"groups": func(prefix, after string, limit int) ([]string, string) {
			page, next := tx.Groups(home, prefix, after, limit)
			return names(page, func(g *Group) string { return g.Name }), next
		},
		"roles": func(prefix, after string, limit int) ([]string, string) {
			page, next := tx.Roles(home, prefix, after, limit)
			return names(page, func(r *Role) string { return r.Name }), next
		},
		"policies": func(prefix, after string, limit int) ([]string, string) {
			page, next := tx.Policies(home, PolicyFilter{Scope: ScopeLocal, PathPrefix: prefix}, after, limit)
			return names(page, func(p *Policy) string { return p.Name }), next
		},
	}
	for name, list := range lists {
		if got, next := list("", "", 0); next != "" || !slices.Equal(got, all) {
			t.Errorf("%s: %v %q", name, got, next)
		}
		if got, _ := list("/a/", "", 0); !slices.Equal(got, []string{"carol", "DAVE"}) {
			t.Errorf("%s under /a/: %v", name, got)
		}
		var walked []string
		for marker, pages := "", 0; ; pages++ {
			page, next := list("", marker, 2)
			if walked = append(walked, page...); next == "" {
				break
			}
			if marker = next; len(page) != 2 || pages > 5 {
				t.Fatalf("%s: page %v then %q", name, page, next)
			}
		}
		if !slices.Equal(walked, all) {
			t.Errorf("%s in pages: %v", name, walked)
		}
		if got, next := list("", "zzz", 2); len(got) != 0 || next != "" {
			t.Errorf("%s after the end: %v %q", name, got, next)
		}
	}
	if page, next := tx.Users("999999999999", "", "", 10); len(page) != 0 || next != "" {
		t.Errorf("users of no account: %v", page)
	}
}

func names[V any](page []V, name func(V) string) []string {
	var out []string
	for _, v := range page {
		out = append(out, name(v))
	}
	return out
}

// TestPagingSurvivesChange: whoever was there from the first page to the last is listed exactly once, whatever comes and goes
// between the pages.
func TestPagingSurvivesChange(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		tx := begin(t)
		var stay []string
		for i := range 20 {
			ok(t)(tx.CreateUser(home, UserSpec{Name: fmt.Sprintf("u%02d", i)}))
			if i%2 == 0 {
				stay = append(stay, fmt.Sprintf("u%02d", i))
			}
		}
		var seen []string
		marker := ""
		for {
			page, next := tx.Users(home, "", marker, rapid.IntRange(1, 7).Draw(rt, "limit"))
			seen = append(seen, names(page, func(u *User) string { return u.Name })...)
			if marker = next; marker == "" {
				break
			}
			odd := fmt.Sprintf("u%02d", 2*rapid.IntRange(0, 9).Draw(rt, "odd")+1)
			if rapid.Bool().Draw(rt, "last goes") && (marker[len(marker)-1]-'0')%2 == 1 {
				odd = marker
			}
			if tx.DeleteUser(home, odd) != nil {
				ok(t)(tx.CreateUser(home, UserSpec{Name: odd}))
			}
		}
		for _, name := range stay {
			if n := strings.Count(" "+strings.Join(seen, " ")+" ", " "+name+" "); n != 1 {
				rt.Fatalf("%s was listed %d times: %v", name, n, seen)
			}
		}
		if !slices.IsSorted(seen) || len(slices.Compact(slices.Clone(seen))) != len(seen) {
			rt.Fatalf("out of order: %v", seen)
		}
	})
}

func TestPolicyLists(t *testing.T) {
	tx := begin(t)
	a := ok(t)(tx.CreatePolicy(home, PolicySpec{Name: "a", Document: allowGet})).(*Policy).ARN()
	b := ok(t)(tx.CreatePolicy(home, PolicySpec{Name: "b", Document: allowGet})).(*Policy).ARN()
	ok(t)(tx.CreatePolicy(home, PolicySpec{Name: "unused", Document: allowGet}))
	ok(t)(tx.CreatePolicy(other, PolicySpec{Name: "foreign", Document: allowGet}))
	joe := ok(t)(tx.CreateUser(home, UserSpec{Name: "joe", Boundary: b})).(*User)
	r := ok(t)(tx.CreateRole(home, RoleSpec{Name: "r", Path: "/p/", Trust: trustHome, Boundary: a})).(*Role)
	g := ok(t)(tx.CreateGroup(home, "/p/", "g")).(*Group)
	ok(t)(tx.AttachUserPolicy(home, "joe", a))
	ok(t)(tx.AttachGroupPolicy(home, "g", a))
	ok(t)(tx.AttachUserPolicy(home, "joe", adminARN))
	ok(t)(tx.CreateUser(other, UserSpec{Name: "joe", Boundary: adminARN}))

	list := func(account string, f PolicyFilter) []string {
		var out []string
		for marker := ""; ; {
			page, next := tx.Policies(account, f, marker, 3)
			out = append(out, names(page, func(p *Policy) string { return p.Name })...)
			if marker = next; marker == "" {
				return out
			}
		}
	}
	aws := names(sureFirst(tx.Policies(home, PolicyFilter{Scope: ScopeAWS}, "", 1000)), func(p *Policy) string { return p.Name })
	for name, c := range map[string]struct {
		account string
		f       PolicyFilter
		want    []string
	}{
		"all":             {home, PolicyFilter{}, append([]string{"a", "b", "unused"}, aws...)},
		"local":           {home, PolicyFilter{Scope: ScopeLocal}, []string{"a", "b", "unused"}},
		"aws":             {home, PolicyFilter{Scope: ScopeAWS}, aws},
		"used":            {home, PolicyFilter{Attached: true}, []string{"a", "b", "AdministratorAccess"}},
		"used by other":   {other, PolicyFilter{Attached: true}, []string{"AdministratorAccess"}},
		"as permissions":  {home, PolicyFilter{Usage: UsagePermissions}, []string{"a", "AdministratorAccess"}},
		"as boundary":     {home, PolicyFilter{Usage: UsageBoundary}, []string{"a", "b"}},
		"other, boundary": {other, PolicyFilter{Usage: UsageBoundary, Scope: ScopeAWS}, []string{"AdministratorAccess"}},
	} {
		if d := cmp.Diff(c.want, list(c.account, c.f)); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
	if attached, boundaries := tx.UseCounts(home, a); attached != 2 || boundaries != 1 {
		t.Errorf("uses of a: %d %d", attached, boundaries)
	}
	if attached, boundaries := tx.UseCounts(other, adminARN); attached != 0 || boundaries != 1 {
		t.Errorf("uses of the administrator's policy in the other account: %d %d", attached, boundaries)
	}
	eu := Entity{KindUser, joe.ID, "/", "joe", UsagePermissions}
	eg := Entity{KindGroup, g.ID, "/p/", "g", UsagePermissions}
	er := Entity{KindRole, r.ID, "/p/", "r", UsageBoundary}
	for name, c := range map[string]struct {
		f    EntityFilter
		want []Entity
	}{
		"all":      {EntityFilter{}, []Entity{eg, eu, er}},
		"users":    {EntityFilter{Kind: KindUser}, []Entity{eu}},
		"path":     {EntityFilter{PathPrefix: "/p/"}, []Entity{eg, er}},
		"boundary": {EntityFilter{Usage: UsageBoundary}, []Entity{er}},
	} {
		var got []Entity
		for marker := ""; ; {
			page, next := tx.Entities(home, a, c.f, marker, 1)
			got = append(got, page...)
			if marker = next; marker == "" {
				break
			}
		}
		if d := cmp.Diff(c.want, got); d != "" {
			t.Errorf("entities, %s: %s", name, d)
		}
	}
	if page, _ := tx.Entities(other, a, EntityFilter{}, "", 0); len(page) != 0 {
		t.Errorf("another account sees %v", page)
	}
	attached := names(tx.AttachedTo(&sure(tx.User(home, "joe")).Grants), func(p *Policy) string { return p.Name })
	if !slices.Equal(attached, []string{"a", "AdministratorAccess"}) {
		t.Errorf("attached %v", attached)
	}
}

func sureFirst[V, W any](v V, _ W) V { return v }

func TestSlice(t *testing.T) {
	list := []string{"a", "b", "c"}
	page, next := Slice(list, func(s string) string { return s }, "", 2)
	if !slices.Equal(page, []string{"a", "b"}) || next != "b" {
		t.Errorf("%v %q", page, next)
	}
	page, next = Slice(list, func(s string) string { return s }, "b", 2)
	if !slices.Equal(page, []string{"c"}) || next != "" {
		t.Errorf("%v %q", page, next)
	}
}
