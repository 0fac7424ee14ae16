package iam

import (
	"strings"
	"testing"

	"github.com/daypass/daypass/internal/fault"
)

func TestInstanceProfile(t *testing.T) {
	tx := begin(t)
	r := ok(t)(tx.CreateRole(home, RoleSpec{Name: "Machine", Trust: trustHome})).(*Role)
	ok(t)(tx.CreateRole(home, RoleSpec{Name: "spare", Trust: trustHome}))
	ok(t)(tx.CreateRole(other, RoleSpec{Name: "theirs", Trust: trustHome}))
	base := tx.View(1)
	next := NewTx(base, clock, chance(2))
	p := ok(t)(next.CreateInstanceProfile(home, InstanceProfileSpec{Path: "/a/", Name: "Web"})).(*InstanceProfile)
	if p.ARN() != "arn:aws:iam::"+home+":instance-profile/a/Web" || !strings.HasPrefix(p.ID, "AIPA") {
		t.Errorf("%s %s", p.ARN(), p.ID)
	}
	ok(t)(next.CreateInstanceProfile(home, InstanceProfileSpec{Name: "app"}))
	_, err := next.CreateInstanceProfile(home, InstanceProfileSpec{Name: "WEB"})
	wantFault(t, err, fault.Exists, fault.InstanceProfile)
	_, err = next.CreateInstanceProfile("333333333333", InstanceProfileSpec{Name: "x"})
	wantFault(t, err, fault.NotFound, fault.Account)
	wantFault(t, next.AddRoleToInstanceProfile(home, "none", "none"), fault.NotFound, fault.InstanceProfile)
	wantFault(t, next.AddRoleToInstanceProfile(home, "web", "theirs"), fault.NotFound, fault.Role)
	must(t, next.AddRoleToInstanceProfile(home, "web", "machine"))
	must(t, next.AddRoleToInstanceProfile(home, "APP", "MACHINE"))
	f := wantFault(t, next.AddRoleToInstanceProfile(home, "web", "spare"), fault.Limit, fault.Role)
	if f.Limit != 1 {
		t.Errorf("limit %d", f.Limit)
	}
	wantFault(t, next.DeleteRole(home, "Machine"), fault.InUse, fault.InstanceProfile)
	wantFault(t, next.DeleteInstanceProfile(home, "Web"), fault.InUse, fault.InstanceProfile)
	wantFault(t, next.RemoveRoleFromInstanceProfile(home, "web", "spare"), fault.NotFound, fault.Role)
	view := settled(t, base, next)
	if page, more := view.InstanceProfilesOf(r, "", 1); len(page) != 1 || page[0].Name != "app" || more != "app" {
		t.Errorf("%v %q", page, more)
	}
	if page, _ := view.InstanceProfiles(home, "/a/", "", 0); len(page) != 1 || page[0].Name != "Web" {
		t.Errorf("below /a/ %v", page)
	}
	if page, _ := view.InstanceProfiles(other, "/", "", 0); len(page) != 0 {
		t.Errorf("of another account %v", page)
	}

	last := NewTx(view, clock, chance(3))
	q := last.quotas
	q.InstanceProfilesPerAccount = 2
	last.SetQuotas(q)
	_, err = last.CreateInstanceProfile(home, InstanceProfileSpec{Name: "third"})
	wantFault(t, err, fault.Limit, fault.InstanceProfile)
	for _, name := range []string{"web", "app"} {
		must(t, last.RemoveRoleFromInstanceProfile(home, name, "machine"))
		must(t, last.DeleteInstanceProfile(home, name))
	}
	must(t, last.DeleteRole(home, "machine"))
	settled(t, view, last)
}
