package iam

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/daypass/daypass/internal/fault"
)

func TestCreateUser(t *testing.T) {
	tx := begin(t)
	u, err := tx.CreateUser(home, UserSpec{Path: "/eng/", Name: "Joe", Boundary: adminARN, Tags: []Tag{{"Team", "a"}}})
	must(t, err)
	if u.ARN() != "arn:aws:iam::111111111111:user/eng/Joe" || !strings.HasPrefix(u.ID, "AIDA") || len(u.ID) != 21 {
		t.Errorf("user %s %s", u.ARN(), u.ID)
	}
	if !u.Created.Equal(clock.Truncate(time.Second)) {
		t.Errorf("created %v", u.Created)
	}
	for _, name := range []string{"Joe", "joe", "JOE"} {
		if got, err := tx.User(home, name); err != nil || got != u {
			t.Errorf("User(%q) = %v, %v", name, got, err)
		}
	}
	if got, found := tx.UserByID(u.ID); !found || got != u {
		t.Error("not found by id")
	}

	long := strings.Repeat("n", 65)
	for name, c := range map[string]struct {
		account string
		spec    UserSpec
		kind    fault.Kind
		what    fault.What
	}{
		"no account":       {"999999999999", UserSpec{Name: "x"}, fault.NotFound, fault.Account},
		"no name":          {home, UserSpec{}, fault.Invalid, fault.Parameter},
		"long name":        {home, UserSpec{Name: long}, fault.Invalid, fault.Parameter},
		"bad name":         {home, UserSpec{Name: "a/b"}, fault.Invalid, fault.Parameter},
		"not ASCII":        {home, UserSpec{Name: "jürgen"}, fault.Invalid, fault.Parameter},
		"bad path":         {home, UserSpec{Name: "x", Path: "eng/"}, fault.Invalid, fault.Parameter},
		"open path":        {home, UserSpec{Name: "x", Path: "/eng"}, fault.Invalid, fault.Parameter},
		"double slash":     {home, UserSpec{Name: "x", Path: "//"}, fault.Invalid, fault.Parameter},
		"path with space":  {home, UserSpec{Name: "x", Path: "/a b/"}, fault.Invalid, fault.Parameter},
		"long path":        {home, UserSpec{Name: "x", Path: "/" + strings.Repeat("p", 511) + "/"}, fault.Invalid, fault.Parameter},
		"taken":            {home, UserSpec{Name: "Joe"}, fault.Exists, fault.User},
		"taken in case":    {home, UserSpec{Name: "jOE", Path: "/other/"}, fault.Exists, fault.User},
		"boundary unknown": {home, UserSpec{Name: "x", Boundary: "arn:aws:iam::111111111111:policy/none"}, fault.NotAttachable, fault.Boundary},
		"boundary no ARN":  {home, UserSpec{Name: "x", Boundary: "Admin"}, fault.Invalid, fault.ARN},
		"duplicate tag":    {home, UserSpec{Name: "x", Tags: []Tag{{"k", "1"}, {"K", "2"}}}, fault.Invalid, fault.DuplicateTag},
		"reserved tag":     {home, UserSpec{Name: "x", Tags: []Tag{{"AWS:k", "1"}}}, fault.Invalid, fault.TagPrefix},
		"empty tag":        {home, UserSpec{Name: "x", Tags: []Tag{{"", "1"}}}, fault.Invalid, fault.Parameter},
		"bad tag":          {home, UserSpec{Name: "x", Tags: []Tag{{"a<b", "1"}}}, fault.Invalid, fault.Parameter},
		"long tag":         {home, UserSpec{Name: "x", Tags: []Tag{{"k", strings.Repeat("v", 257)}}}, fault.Invalid, fault.Parameter},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := tx.CreateUser(c.account, c.spec)
			wantFault(t, err, c.kind, c.what)
		})
	}
	if _, err := tx.CreateUser(other, UserSpec{Name: "Joe"}); err != nil {
		t.Errorf("the same name in another account: %v", err)
	}
	if _, err := tx.CreateUser(home, UserSpec{Name: "exact", Path: "/" + strings.Repeat("p", 510) + "/"}); err != nil {
		t.Errorf("a path of 512: %v", err)
	}
	settled(t, Empty(), tx)
}

func TestUpdateUser(t *testing.T) {
	tx := begin(t)
	joe := ok(t)(tx.CreateUser(home, UserSpec{Name: "joe"})).(*User)
	ok(t)(tx.CreateUser(home, UserSpec{Name: "jim"}))
	ok(t)(tx.CreateGroup(home, "", "g"))
	must(t, tx.AddUserToGroup(home, "g", "joe"))
	ok(t)(tx.AttachUserPolicy(home, "joe", adminARN))

	_, err := tx.UpdateUser(home, "joe", "", "JIM")
	wantFault(t, err, fault.Exists, fault.User)
	_, err = tx.UpdateUser(home, "nobody", "", "x")
	wantFault(t, err, fault.NotFound, fault.User)
	_, err = tx.UpdateUser(home, "joe", "", "a b")
	wantFault(t, err, fault.Invalid, fault.Parameter)
	_, err = tx.UpdateUser(home, "joe", "p", "")
	wantFault(t, err, fault.Invalid, fault.Parameter)

	ok(t)(tx.UpdateUser(home, "joe", "", "Joe")) // only the case
	u := ok(t)(tx.UpdateUser(home, "joe", "/new/", "zoe")).(*User)
	if u.ID != joe.ID || u.ARN() != "arn:aws:iam::111111111111:user/new/zoe" {
		t.Errorf("renamed to %s %s", u.ID, u.ARN())
	}
	_, err = tx.User(home, "joe")
	wantFault(t, err, fault.NotFound, fault.User)
	g, _ := tx.Group(home, "g")
	if members, _ := tx.Members(g, "", 0); len(members) != 1 || members[0] != u {
		t.Errorf("members %v", members)
	}
	entities, _ := tx.Entities(home, adminARN, EntityFilter{}, "", 0)
	if d := cmp.Diff([]Entity{{KindUser, u.ID, "/new/", "zoe", UsagePermissions}}, entities); d != "" {
		t.Error(d)
	}
	settled(t, Empty(), tx)
}

// TestDeleteConflicts: everything that hangs on a thing stands in the way of its deletion, in the order in which AWS tells.
func TestDeleteConflicts(t *testing.T) {
	tx := begin(t)
	own := ok(t)(tx.CreatePolicy(home, PolicySpec{Name: "own", Document: allowAll})).(*Policy).ARN()
	ok(t)(tx.CreateUser(home, UserSpec{Name: "joe"}))
	ok(t)(tx.CreateGroup(home, "", "g"))
	ok(t)(tx.CreateRole(home, RoleSpec{Name: "r", Trust: trustHome}))
	key, err := tx.NewAccessKeyID(home)
	must(t, err)

	type step struct {
		name      string
		hang      func() error // puts something in the way
		free      func() error // takes it away again
		deletion  func() error
		what      fault.What
		onSubject fault.What
	}
	deleteUser := func() error { return tx.DeleteUser(home, "joe") }
	deleteGroup := func() error { return tx.DeleteGroup(home, "g") }
	deleteRole := func() error { return tx.DeleteRole(home, "r") }
	deletePolicy := func() error { return tx.DeletePolicy(home, own) }
	steps := []step{
		{"user attached", func() error { return only(tx.AttachUserPolicy(home, "joe", own)) },
			func() error { return only(tx.DetachUserPolicy(home, "joe", own)) }, deleteUser, fault.Attachment, fault.User},
		{"user inline", func() error { return only(tx.PutUserPolicy(home, "joe", "p", allowGet)) },
			func() error { return only(tx.DeleteUserPolicy(home, "joe", "p")) }, deleteUser, fault.UserPolicy, fault.User},
		{"user key", func() error { return only(tx.CreateAccessKey(home, "joe", key, []byte("s"))) },
			func() error { return tx.DeleteAccessKey(home, "joe", key) }, deleteUser, fault.AccessKey, fault.User},
		{"user member", func() error { return tx.AddUserToGroup(home, "g", "joe") },
			func() error { return tx.RemoveUserFromGroup(home, "g", "joe") }, deleteUser, fault.Membership, fault.User},
		{"group attached", func() error { return only(tx.AttachGroupPolicy(home, "g", own)) },
			func() error { return only(tx.DetachGroupPolicy(home, "g", own)) }, deleteGroup, fault.Attachment, fault.Group},
		{"group inline", func() error { return only(tx.PutGroupPolicy(home, "g", "p", allowGet)) },
			func() error { return only(tx.DeleteGroupPolicy(home, "g", "p")) }, deleteGroup, fault.GroupPolicy, fault.Group},
		{"group member", func() error { return tx.AddUserToGroup(home, "g", "joe") },
			func() error { return tx.RemoveUserFromGroup(home, "g", "joe") }, deleteGroup, fault.Membership, fault.Group},
		{"role attached", func() error { return only(tx.AttachRolePolicy(home, "r", own)) },
			func() error { return only(tx.DetachRolePolicy(home, "r", own)) }, deleteRole, fault.Attachment, fault.Role},
		{"role inline", func() error { return only(tx.PutRolePolicy(home, "r", "p", allowGet)) },
			func() error { return only(tx.DeleteRolePolicy(home, "r", "p")) }, deleteRole, fault.RolePolicy, fault.Role},
		{"policy attached", func() error { return only(tx.AttachRolePolicy(home, "r", own)) },
			func() error { return only(tx.DetachRolePolicy(home, "r", own)) }, deletePolicy, fault.Attachment, fault.Policy},
		{"policy as boundary", func() error { return only(tx.PutUserBoundary(home, "joe", own)) },
			func() error { return only(tx.DeleteUserBoundary(home, "joe")) }, deletePolicy, fault.Boundary, fault.Policy},
		{"policy versions", func() error { _, _, err := tx.CreatePolicyVersion(home, own, allowGet, true); return err },
			func() error { return only(tx.DeletePolicyVersion(home, own, "v1")) }, deletePolicy, fault.PolicyVersion, fault.Policy},
	}
	for _, s := range steps {
		must(t, s.hang())
		f := wantFault(t, s.deletion(), fault.InUse, s.what)
		if f.Subject != s.onSubject {
			t.Errorf("%s: the fault is of %v, want %v", s.name, f.Subject, s.onSubject)
		}
		must(t, s.free())
	}
	for _, del := range []func() error{deleteUser, deleteGroup, deleteRole, deletePolicy} {
		must(t, del())
		if err := del(); !fault.IsNotFound(err) {
			t.Errorf("deleted twice: %v", err)
		}
	}
	view := settled(t, Empty(), tx)
	if n := len(dump(t, &view.tables)); n != 2 {
		t.Errorf("%d records are left besides the two accounts", n-2)
	}
}

// TestQuotas fills each list to its limit and one further.
func TestQuotas(t *testing.T) {
	tx := begin(t)
	q := DefaultQuotas()
	ok(t)(tx.CreateUser(home, UserSpec{Name: "joe"}))
	ok(t)(tx.CreateGroup(home, "", "g"))
	ok(t)(tx.CreateRole(home, RoleSpec{Name: "r", Trust: trustHome}))
	p := ok(t)(tx.CreatePolicy(home, PolicySpec{Name: "versions", Document: allowAll})).(*Policy).ARN()
	for i := range 11 {
		name := fmt.Sprintf("x%d", i)
		ok(t)(tx.CreatePolicy(home, PolicySpec{Name: name, Document: allowAll}))
		ok(t)(tx.CreateGroup(home, "", name))
	}
	arnOf := func(i int) string { return fmt.Sprintf("arn:aws:iam::%s:policy/x%d", home, i) }
	for name, c := range map[string]struct {
		limit   int
		add     func(i int) error
		what    fault.What
		subject fault.What
	}{
		"access keys": {q.KeysPerUser, func(int) error {
			id, err := tx.NewAccessKeyID(home)
			must(t, err)
			return only(tx.CreateAccessKey(home, "joe", id, []byte("s")))
		}, fault.AccessKey, fault.User},
		"root keys": {q.KeysPerUser, func(int) error {
			id, err := tx.NewAccessKeyID(home)
			must(t, err)
			return only(tx.CreateAccessKey(home, "", id, []byte("s")))
		}, fault.AccessKey, fault.User},
		"groups":         {q.GroupsPerUser, func(i int) error { return tx.AddUserToGroup(home, fmt.Sprintf("x%d", i), "joe") }, fault.Membership, fault.User},
		"user policies":  {q.AttachedPerUser, func(i int) error { return only(tx.AttachUserPolicy(home, "joe", arnOf(i))) }, fault.Attachment, fault.User},
		"group policies": {q.AttachedPerGroup, func(i int) error { return only(tx.AttachGroupPolicy(home, "g", arnOf(i))) }, fault.Attachment, fault.Group},
		"role policies":  {q.AttachedPerRole, func(i int) error { return only(tx.AttachRolePolicy(home, "r", arnOf(i))) }, fault.Attachment, fault.Role},
		"versions": {q.VersionsPerPolicy - 1, func(int) error { _, _, err := tx.CreatePolicyVersion(home, p, allowGet, false); return err },
			fault.PolicyVersion, fault.Policy},
		"tags": {q.Tags, func(i int) error { return only(tx.TagUser(home, "joe", []Tag{{fmt.Sprintf("k%d", i), ""}})) }, fault.Tag, fault.User},
		"seal keys": {q.SealKeys, func(i int) error {
			return only(tx.PutSealKey(SealKey{ID: uint32(i), Born: clock, PrimaryFrom: clock, Wrapped: []byte("w")}))
		}, fault.Key, fault.None},
	} {
		t.Run(name, func(t *testing.T) {
			for i := range c.limit {
				must(t, c.add(i))
			}
			f := wantFault(t, c.add(c.limit), fault.Limit, c.what)
			if f.Subject != c.subject || f.Limit == 0 {
				t.Errorf("%v, of %v", f, f.Subject)
			}
			if err := c.add(0); err != nil && fault.Of(err).Kind != fault.Limit {
				t.Errorf("again: %v", err)
			}
		})
	}
	settled(t, Empty(), tx)
}

// TestQuotaSizes: sizes count what is written between the white space.
func TestQuotaSizes(t *testing.T) {
	tx := begin(t)
	q := DefaultQuotas()
	ok(t)(tx.CreateUser(home, UserSpec{Name: "joe"}))
	ok(t)(tx.CreateGroup(home, "", "g"))
	ok(t)(tx.CreateRole(home, RoleSpec{Name: "r", Trust: trustHome}))
	sized := func(n int) string {
		const frame = `{"Version":"2012-10-17","Statement":[{"Sid":"%s","Effect":"Allow","Action":"*","Resource":"*"}]}`
		return fmt.Sprintf(frame, strings.Repeat("x", n-len(frame)+2))
	}
	spaced := func(n int) string { return strings.ReplaceAll(sized(n), ",", " ,\n\t") }
	version := func(doc string) error {
		_, _, err := tx.CreatePolicyVersion(home, "arn:aws:iam::"+home+":policy/m", doc, true)
		return err
	}
	trust := func(n int) string {
		frame := strings.Replace(trustHome, `"Effect"`, `"Sid":"%s","Effect"`, 1)
		return fmt.Sprintf(frame, strings.Repeat("x", n-len(frame)+2))
	}
	ok(t)(tx.CreatePolicy(home, PolicySpec{Name: "m", Document: sized(q.Managed)}))
	for name, c := range map[string]struct {
		limit int
		put   func(n int) error
		what  fault.What
	}{
		"user":    {q.InlineUser, func(n int) error { return only(tx.PutUserPolicy(home, "joe", "p", spaced(n))) }, fault.UserPolicy},
		"group":   {q.InlineGroup, func(n int) error { return only(tx.PutGroupPolicy(home, "g", "p", spaced(n))) }, fault.GroupPolicy},
		"role":    {q.InlineRole, func(n int) error { return only(tx.PutRolePolicy(home, "r", "p", spaced(n))) }, fault.RolePolicy},
		"managed": {q.Managed, func(n int) error { return version(spaced(n)) }, fault.Document},
		"trust":   {q.Trust, func(n int) error { return only(tx.UpdateTrust(home, "r", trust(n))) }, fault.TrustPolicy},
	} {
		t.Run(name, func(t *testing.T) {
			must(t, c.put(c.limit))
			if f := wantFault(t, c.put(c.limit+1), fault.Limit, c.what); f.Limit != c.limit {
				t.Errorf("%v", f)
			}
		})
	}
	// All inline policies of one bearer count together, and replacing one frees its share.
	_, err := tx.PutUserPolicy(home, "joe", "q", allowGet)
	wantFault(t, err, fault.Limit, fault.UserPolicy)
	ok(t)(tx.PutUserPolicy(home, "joe", "p", allowAll))
	ok(t)(tx.PutUserPolicy(home, "joe", "q", allowGet))

	// Documents beyond all measure are refused before they are read.
	_, err = tx.PutRolePolicy(home, "r", "big", allowAll+strings.Repeat(" ", maxDocument))
	wantFault(t, err, fault.TooLarge, fault.Document)
	_, err = tx.UpdateTrust(home, "r", trustHome+strings.Repeat(" ", maxDocument))
	wantFault(t, err, fault.TooLarge, fault.TrustPolicy)
	// White space is free of quota, but not of the bound on a row.
	blank := strings.Repeat(" ", 100_000)
	ok(t)(tx.PutGroupPolicy(home, "g", "p", allowGet+blank))
	ok(t)(tx.PutGroupPolicy(home, "g", "s2", allowGet+blank))
	_, err = tx.PutGroupPolicy(home, "g", "s3", allowGet+blank)
	wantFault(t, err, fault.TooLarge, fault.Record)
	settled(t, Empty(), tx)
}

func TestTags(t *testing.T) {
	tx := begin(t)
	ok(t)(tx.CreateUser(home, UserSpec{Name: "joe", Tags: []Tag{{"Team", "a"}, {"cost", "1"}}}))
	u := ok(t)(tx.TagUser(home, "joe", []Tag{{"TEAM", "b"}, {"new", ""}})).(*User)
	if d := cmp.Diff([]Tag{{"TEAM", "b"}, {"cost", "1"}, {"new", ""}}, u.Tags); d != "" {
		t.Error(d)
	}
	_, err := tx.TagUser(home, "joe", []Tag{{"x", "1"}, {"X", "2"}})
	wantFault(t, err, fault.Invalid, fault.DuplicateTag)
	_, err = tx.TagUser(home, "joe", []Tag{{"aWs:x", "1"}})
	wantFault(t, err, fault.Invalid, fault.TagPrefix)
	u = ok(t)(tx.UntagUser(home, "joe", []string{"team", "none"})).(*User)
	if d := cmp.Diff([]Tag{{"cost", "1"}, {"new", ""}}, u.Tags); d != "" {
		t.Error(d)
	}
	u = ok(t)(tx.UntagUser(home, "joe", []string{"cost", "new"})).(*User)
	if u.Tags != nil {
		t.Errorf("tags left: %v", u.Tags)
	}
	if v, found := TagValue([]Tag{{"Äpfel", "1"}}, "äpfel"); !found || v != "1" {
		t.Error("tag keys are compared without case")
	}
	ok(t)(tx.TagUser(home, "joe", []Tag{{"Größe x", "数/値"}}))
	settled(t, Empty(), tx)
}

func TestMembership(t *testing.T) {
	tx := begin(t)
	ok(t)(tx.CreateUser(home, UserSpec{Name: "joe"}))
	ok(t)(tx.CreateGroup(home, "", "Zed"))
	ok(t)(tx.CreateGroup(home, "", "admins"))
	must(t, tx.AddUserToGroup(home, "zed", "JOE"))
	must(t, tx.AddUserToGroup(home, "zed", "joe")) // again
	must(t, tx.AddUserToGroup(home, "admins", "joe"))
	u, _ := tx.User(home, "joe")
	groups := tx.GroupsOf(u)
	if len(groups) != 2 || groups[0].Name != "admins" || groups[1].Name != "Zed" {
		t.Errorf("groups %v", groups)
	}
	wantFault(t, tx.AddUserToGroup(home, "none", "joe"), fault.NotFound, fault.Group)
	wantFault(t, tx.AddUserToGroup(home, "zed", "none"), fault.NotFound, fault.User)
	must(t, tx.RemoveUserFromGroup(home, "zed", "joe"))
	wantFault(t, tx.RemoveUserFromGroup(home, "zed", "joe"), fault.NotFound, fault.Membership)
	wantFault(t, tx.RemoveUserFromGroup(home, "none", "joe"), fault.NotFound, fault.Group)
	wantFault(t, tx.RemoveUserFromGroup(home, "zed", "none"), fault.NotFound, fault.User)
	g := ok(t)(tx.UpdateGroup(home, "admins", "/p/", "Root")).(*Group)
	if g.ARN() != "arn:aws:iam::111111111111:group/p/Root" || len(tx.GroupsOf(sure(tx.User(home, "joe")))) != 1 {
		t.Errorf("group %s", g.ARN())
	}
	_, err := tx.UpdateGroup(home, "zed", "", "ROOT")
	wantFault(t, err, fault.Exists, fault.Group)
	_, err = tx.CreateGroup(home, "", "root")
	wantFault(t, err, fault.Exists, fault.Group)
	settled(t, Empty(), tx)
}

// sure gives the value of a lookup that cannot fail here.
func sure[V any](v V, err error) V {
	if err != nil {
		panic(err)
	}
	return v
}
