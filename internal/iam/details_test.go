package iam

import (
	"slices"
	"strings"
	"testing"
)

func detailName(d Detail) string {
	switch {
	case d.User != nil:
		return "user " + d.User.Name
	case d.Group != nil:
		return "group " + d.Group.Name
	case d.Role != nil:
		return "role " + d.Role.Name
	}
	return d.Policy.ARN()
}

var everything = DetailFilter{true, true, true, true, true}

func TestDetailsWalk(t *testing.T) {
	tx := begin(t)
	for _, name := range []string{"b", "A", "c"} {
		ok(t)(tx.CreateUser(home, UserSpec{Name: name}))
		ok(t)(tx.CreateGroup(home, "/", name))
		ok(t)(tx.CreateRole(home, RoleSpec{Name: name, Trust: trustHome}))
		ok(t)(tx.CreatePolicy(home, PolicySpec{Name: name, Document: allowGet}))
	}
	ok(t)(tx.CreateUser(other, UserSpec{Name: "stranger"}))
	ok(t)(tx.AttachUserPolicy(other, "stranger", "arn:aws:iam::aws:policy/ReadOnlyAccess"))
	ok(t)(tx.AttachUserPolicy(home, "A", adminARN))
	ok(t)(tx.PutRoleBoundary(home, "c", "arn:aws:iam::aws:policy/PowerUserAccess"))
	own := "arn:aws:iam::" + home + ":policy/"
	want := []string{"user A", "user b", "user c", "group A", "group b", "group c", "role A", "role b", "role c",
		own + "A", own + "b", own + "c", adminARN, "arn:aws:iam::aws:policy/PowerUserAccess"}
	for limit := 1; limit <= len(want); limit++ {
		var got []string
		for after := ""; ; {
			page, next := tx.Details(home, everything, after, limit)
			got = append(got, names(page, detailName)...)
			if after = next; next == "" {
				break
			}
			if len(page) != limit {
				t.Fatalf("a page of %d, not %d", len(page), limit)
			}
		}
		if !slices.Equal(got, want) {
			t.Fatalf("in pages of %d: %v", limit, got)
		}
	}
	for i, f := range []DetailFilter{{Users: true}, {Groups: true}, {Roles: true}, {OwnPolicies: true}} {
		page, next := tx.Details(home, f, "", 0)
		if got := names(page, detailName); next != "" || !slices.Equal(got, want[3*i:3*i+3]) {
			t.Errorf("%+v: %v %q", f, got, next)
		}
	}
	page, _ := tx.Details(home, DetailFilter{AWSPolicies: true}, "", 0)
	if got := names(page, detailName); !slices.Equal(got, want[12:]) {
		t.Errorf("policies of aws: %v", got)
	}
}

// TestDetailsSurviveChange: the thing that a marker stands for may go, others may come, and nothing else is shown twice or left out.
func TestDetailsSurviveChange(t *testing.T) {
	tx := begin(t)
	for _, name := range []string{"a", "c", "e"} {
		ok(t)(tx.CreateUser(home, UserSpec{Name: name}))
		ok(t)(tx.CreateRole(home, RoleSpec{Name: name, Trust: trustHome}))
	}
	page, next := tx.Details(home, everything, "", 3)
	if got := names(page, detailName); next == "" || got[2] != "user e" {
		t.Fatalf("%v %q", got, next)
	}
	must(t, tx.DeleteUser(home, "e"))
	ok(t)(tx.CreateUser(home, UserSpec{Name: "b"}))
	ok(t)(tx.CreateGroup(home, "/", "new"))
	page, next = tx.Details(home, everything, next, 2)
	if got := names(page, detailName); !slices.Equal(got, []string{"group new", "role a"}) {
		t.Fatalf("%v", got)
	}
	must(t, tx.DeleteRole(home, "a"))
	page, next = tx.Details(home, everything, next, 100)
	if got := names(page, detailName); next != "" || !slices.Equal(got, []string{"role c", "role e"}) {
		t.Fatalf("%v", got)
	}
	// A marker that nobody gave out begins the page somewhere in the same account, no more.
	for _, marker := range []string{"0", "1", "1/zzz", "9/x", "5/", "\x00", "2/\xff"} {
		if page, _ := tx.Details(home, everything, marker, 100); len(page) > 8 {
			t.Errorf("%q: %v", marker, names(page, detailName))
		}
	}
}

// TestDetailsAreBounded: a page ends early when its documents are long, and goes on where it ended.
func TestDetailsAreBounded(t *testing.T) {
	tx := begin(t)
	long := strings.Replace(allowGet, ":", ":"+strings.Repeat(" ", maxDetails/20), 1)
	for i := range 45 {
		ok(t)(tx.CreateRole(home, RoleSpec{Name: "r" + string(rune('A'+i/26)) + string(rune('a'+i%26)), Trust: trustHome}))
		ok(t)(tx.PutRolePolicy(home, "r"+string(rune('A'+i/26))+string(rune('a'+i%26)), "p", long))
	}
	seen, pages := 0, 0
	for after := ""; ; pages++ {
		page, next := tx.Details(home, everything, after, 1000)
		seen += len(page)
		if len(page) > 21 {
			t.Errorf("a page of %d long documents", len(page))
		}
		if after = next; next == "" {
			break
		}
	}
	if seen != 45 || pages != 2 {
		t.Errorf("%d roles after %d pages", seen, pages)
	}
}
