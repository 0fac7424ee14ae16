package iam

import (
	"errors"
	"fmt"
	"iter"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/daypass/daypass/internal/fault"
)

func TestDecodeIsStrict(t *testing.T) {
	tx := begin(t)
	u := ok(t)(tx.CreateUser(home, UserSpec{Name: "joe"})).(*User)
	value, err := encode(u)
	must(t, err)
	good := string(value)
	if _, err := decode(Row{u.rowKey(), value}); err != nil {
		t.Fatal(err)
	}
	if _, err := decode(Row{u.rowKey(), []byte(" " + good + "\n")}); err != nil {
		t.Errorf("white space around: %v", err)
	}
	for name, row := range map[string]Row{
		"newer version":   {u.rowKey(), []byte(strings.Replace(good, `"v":1`, `"v":2`, 1))},
		"no version":      {u.rowKey(), []byte(strings.Replace(good, `"v":1,`, ``, 1))},
		"unknown member":  {u.rowKey(), []byte(strings.Replace(good, `"v":1,`, `"v":1,"future":true,`, 1))},
		"trailing data":   {u.rowKey(), []byte(good + "{}")},
		"truncated":       {u.rowKey(), value[:len(value)-2]},
		"empty":           {u.rowKey(), []byte{}},
		"null":            {u.rowKey(), []byte("null")},
		"other key":       {"user/" + home + "/AIDAAAAAAAAAAAAAAAAAA", value},
		"other account":   {"user/" + other + "/" + u.ID, value},
		"other kind":      {"role/" + home + "/" + u.ID, value},
		"unknown kind":    {"robot/" + home + "/" + u.ID, value},
		"wrong type":      {u.rowKey(), []byte(strings.Replace(good, `"path":"/"`, `"path":1`, 1))},
		"longer than all": {u.rowKey(), []byte(strings.Repeat(" ", MaxRow) + good)},
	} {
		if r, err := decode(row); !errors.Is(err, ErrRow) {
			t.Errorf("%s: %v, %v", name, r, err)
		}
		if _, err := Load(func(yield func(Row, error) bool) { yield(row, nil) }, 1); !errors.Is(err, ErrRow) {
			t.Errorf("Load, %s: %v", name, err)
		}
		if _, err := tx.View(1).Apply([]Row{row}, 2); !errors.Is(err, ErrRow) {
			t.Errorf("Apply, %s: %v", name, err)
		}
	}
}

func TestChanges(t *testing.T) {
	tx := begin(t)
	ok(t)(tx.CreateUser(home, UserSpec{Name: "joe"}))
	base := tx.View(1)

	next := NewTx(base, clock, chance(5))
	if len(next.Changes()) != 0 {
		t.Errorf("changes before any: %v", next.Changes())
	}
	ok(t)(next.CreateUser(home, UserSpec{Name: "gone"}))
	must(t, next.DeleteUser(home, "gone"))
	if len(next.Changes()) != 0 {
		t.Errorf("created and deleted leaves %v", next.Changes())
	}
	must(t, next.DeleteUser(home, "joe"))
	second := ok(t)(next.CreateUser(home, UserSpec{Name: "joe"})).(*User)
	rows := next.Changes()
	if len(rows) != 2 || rows[0].Key >= rows[1].Key {
		t.Errorf("changes %v", rows)
	}
	view := settled(t, base, next)
	if u := sure(view.User(home, "joe")); u.ID != second.ID || view.Revision() != 2 || base.Revision() != 1 {
		t.Errorf("%s at %d", u.ID, view.Revision())
	}
	for _, row := range rows {
		if len(row.Key) > 512 || strings.ContainsFunc(row.Key, func(r rune) bool { return r < 0x21 || r > 0x7e }) {
			t.Errorf("key %q", row.Key)
		}
	}
}

// TestApplyInAnyOrder: within a batch names pass from one record to another, in whatever order the keys stand.
func TestApplyInAnyOrder(t *testing.T) {
	for n := range byte(20) {
		tx := NewTx(begin(t).View(1), clock, chance(n))
		ok(t)(tx.CreateUser(home, UserSpec{Name: "a"}))
		ok(t)(tx.CreateUser(home, UserSpec{Name: "b"}))
		ok(t)(tx.CreateGroup(home, "", "g"))
		must(t, tx.AddUserToGroup(home, "g", "a"))
		must(t, tx.AddUserToGroup(home, "g", "b"))
		ok(t)(tx.AttachUserPolicy(home, "a", adminARN))
		base := tx.View(2)
		swap := NewTx(base, clock, chance(n+100))
		ok(t)(swap.UpdateUser(home, "a", "", "x"))
		ok(t)(swap.UpdateUser(home, "b", "", "a"))
		ok(t)(swap.UpdateUser(home, "x", "", "b"))
		ok(t)(swap.CreatePolicy(home, PolicySpec{Name: "p", Document: allowAll}))
		ok(t)(swap.AttachUserPolicy(home, "a", "arn:aws:iam::"+home+":policy/p"))
		settled(t, base, swap)
	}
}

func TestApplyRefuses(t *testing.T) {
	tx := begin(t)
	u := ok(t)(tx.CreateUser(home, UserSpec{Name: "joe"})).(*User)
	view := tx.View(5)
	value, err := encode(u)
	must(t, err)
	before := dump(t, &view.tables)
	namesake := *u
	namesake.ID, namesake.Name = "AIDAAAAAAAAAAAAAAAAAA", "JOE"
	twin, err := encode(&namesake)
	must(t, err)
	moved := *u
	moved.Account = other
	abroad, err := encode(&moved)
	must(t, err)
	for name, rows := range map[string][]Row{
		"a name taken": {{u.rowKey(), value}, {namesake.rowKey(), twin}},
		"an id taken":  {{u.rowKey(), value}, {moved.rowKey(), abroad}},
	} {
		_, err := Load(func(yield func(Row, error) bool) {
			for _, row := range rows {
				if !yield(row, nil) {
					return
				}
			}
		}, 1)
		if !errors.Is(err, ErrRow) {
			t.Errorf("Load, %s: %v", name, err)
		}
	}
	for name, c := range map[string]struct {
		rows     []Row
		revision uint64
	}{
		"same revision":  {nil, 5},
		"older revision": {nil, 4},
		"deletes twice":  {[]Row{{Key: u.rowKey()}, {Key: u.rowKey()}}, 6},
		"deletes none":   {[]Row{{Key: "user/" + home + "/AIDAAAAAAAAAAAAAAAAAA"}}, 6},
		"row twice":      {[]Row{{u.rowKey(), value}, {u.rowKey(), value}}, 6},
		"name taken":     {[]Row{{namesake.rowKey(), twin}}, 6},
		"id taken":       {[]Row{{moved.rowKey(), abroad}}, 6},
		"second is bad":  {[]Row{{Key: u.rowKey()}, {"user/x", value}}, 6},
	} {
		if _, err := view.Apply(c.rows, c.revision); !errors.Is(err, ErrRow) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if d := cmp.Diff(before, dump(t, &view.tables)); d != "" {
		t.Errorf("a refused batch changed the view: %s", d)
	}
}

func TestLoad(t *testing.T) {
	state := manyUsers(t, 5000)
	workers := runtime.NumGoroutine()
	v, err := Load(rowsOf(state), 9)
	must(t, err)
	must(t, v.Check())
	if v.Revision() != 9 || v.Counts(home).Users != 5000 {
		t.Errorf("revision %d, %+v", v.Revision(), v.Counts(home))
	}
	if d := cmp.Diff(state, dump(t, &v.tables)); d != "" {
		t.Error(d)
	}
	broken := errors.New("disk")
	_, err = Load(func(yield func(Row, error) bool) {
		for row := range rowsOf(state) {
			if !yield(row, nil) {
				return
			}
		}
		yield(Row{}, broken)
	}, 1)
	if !errors.Is(err, broken) {
		t.Errorf("the sequence's error is %v", err)
	}
	twice := func(yield func(Row, error) bool) {
		for range 2 {
			for row := range rowsOf(state) {
				if !yield(row, nil) {
					return
				}
			}
		}
	}
	if _, err := Load(iter.Seq2[Row, error](twice), 1); !errors.Is(err, ErrRow) {
		t.Errorf("rows twice: %v", err)
	}
	// A worker that has said that it is done may still be on its last step out.
	n := runtime.NumGoroutine()
	for start := time.Now(); n > workers && time.Since(start) < 10*time.Second; n = runtime.NumGoroutine() {
		runtime.Gosched()
	}
	if n > workers {
		t.Errorf("%d goroutines left", n-workers)
	}
}

// TestCheckNotices plants one fault of each sort; a Check that misses one is worth nothing to the doctor.
func TestCheckNotices(t *testing.T) {
	tx := begin(t)
	populate(t, tx)
	good := tx.View(1)
	must(t, good.Check())
	joe := sure(good.User(home, "a"))
	key := good.KeysOf(home, joe.ID)[0]
	r := sure(good.Role(home, "a"))
	p := sure(good.Policy(home, "arn:aws:iam::"+home+":policy/a"))
	g := sure(good.Group(home, "a"))
	seal := good.SealKeys()[0]
	// replant takes the place of a record without touching the indexes, or with them.
	user := func(change func(*User)) func(*tables) {
		return func(s *tables) { c := *joe; change(&c); c.prepare(); c.enter(s) }
	}
	for name, spoil := range map[string]func(*tables){
		"user without index":   func(s *tables) { c := *joe; s.users = s.users.Set(c.ID, &c) },
		"user under other id":  func(s *tables) { s.users = s.users.Set("AIDAAAAAAAAAAAAAAAAAA", joe) },
		"user gone, key stays": func(s *tables) { joe.leave(s) },
		"name left over":       func(s *tables) { s.users = s.users.Delete(joe.ID) },
		"bad name":             user(func(u *User) { u.Name = "a b" }),
		"bad path":             user(func(u *User) { u.Path = "x" }),
		"foreign id":           user(func(u *User) { u.ID = "AROAAAAAAAAAAAAAAAAAA" }),
		"group gone":           func(s *tables) { g.leave(s) },
		"member left over": func(s *tables) {
			s.change(home, func(r *realm) { r.members = addTo(r.members, g.ID, "ghost", "AIDAAAAAAAAAAAAAAAAAA") })
		},
		"use left over": func(s *tables) {
			s.change(home, func(r *realm) { r.uses = addTo(r.uses, adminARN, "a/u/ghost", "AIDAAAAAAAAAAAAAAAAAA") })
		},
		"use missing": func(s *tables) {
			s.change(home, func(r *realm) { r.uses = r.uses.Delete(adminARN) })
		},
		"tags alike":          user(func(u *User) { u.Tags = []Tag{{"a", "1"}, {"A", "2"}} }),
		"too many tags":       user(func(u *User) { u.Tags = make([]Tag, 51) }),
		"too many groups":     user(func(u *User) { u.Groups = make([]string, 11) }),
		"groups out of order": user(func(u *User) { u.Groups = []string{g.ID, g.ID} }),
		"too many policies":   user(func(u *User) { u.Attached = make([]string, 11) }),
		"foreign policy":      user(func(u *User) { u.Attached = []string{"arn:aws:iam::" + other + ":policy/a"} }),
		"inline too large": user(func(u *User) {
			u.Inline = []Inline{{Name: "p", Document: strings.Replace(allowAll, "*", "s3:"+strings.Repeat("x", 3000), 1)}}
		}),
		"inline out of order": user(func(u *User) { u.Inline = []Inline{{Name: "b", Document: allowAll}, {Name: "a", Document: allowAll}} }),
		"account gone":        func(s *tables) { s.accounts = s.accounts.Delete(home) },
		"two homes": func(s *tables) {
			(&Account{ID: "555555555555", Cloud: "aws", Name: "x", Home: true}).enter(s)
		},
		"home suspended": func(s *tables) { (&Account{ID: home, Cloud: "aws", Name: "x", Home: true, Suspended: true}).enter(s) },
		"key of other id": func(s *tables) {
			c := *key
			c.ID = "AKIAQNZGKIQY56JQ7WML"
			c.enter(s)
		},
		"key unowned":      func(s *tables) { s.change(home, func(r *realm) { r.keys = r.keys.Delete(joe.ID) }) },
		"key without seal": func(s *tables) { c := *key; c.Sealed = nil; c.enter(s) },
		"seal key":         func(s *tables) { c := *seal; c.Wrapped = nil; c.enter(s) },
		"no trust":         func(s *tables) { c := *r; c.Trust = ""; c.prepare(); c.enter(s) },
		"session length":   func(s *tables) { c := *r; c.MaxSession = 0; c.prepare(); c.enter(s) },
		"no default":       func(s *tables) { c := *p; c.Default = 9; c.prepare(); c.enter(s) },
		"version twice": func(s *tables) {
			c := *p
			c.Versions = append(c.Versions[:1:1], c.Versions[0])
			c.prepare()
			c.enter(s)
		},
		"policy gone": func(s *tables) { p.leave(s) },
		"stale compiled": func(s *tables) {
			c := *p
			c.Versions = append([]Version(nil), c.Versions...)
			c.Versions[0].Document = denyGet
			c.enter(s)
		},
	} {
		bad := &View{good.tables}
		spoil(&bad.tables)
		if bad.Check() == nil {
			t.Errorf("%s goes unnoticed", name)
		}
	}
	must(t, good.Check())
}

// TestAttack51_CrossTenantHandle: every name, id and resource name of one account, used by another, names nothing.
func TestAttack51_CrossTenantHandle(t *testing.T) {
	tx := begin(t)
	populate(t, tx) // everything belongs to home
	ok(t)(tx.CreateUser(other, UserSpec{Name: "mine"}))
	ok(t)(tx.CreateRole(other, RoleSpec{Name: "mine", Trust: trustHome}))
	ok(t)(tx.CreateGroup(other, "", "mine"))
	u := sure(tx.User(home, "a"))
	key := tx.KeysOf(home, u.ID)[0].ID
	p := "arn:aws:iam::" + home + ":policy/a"
	before := dump(t, &tx.tables)
	for name, c := range map[string]struct {
		err  error
		kind fault.Kind
	}{
		"get user":              {only(tx.User(other, "a")), fault.NotFound},
		"get user by id":        {only(tx.User(other, u.ID)), fault.NotFound},
		"get policy":            {only(tx.Policy(other, p)), fault.NotFound},
		"update user":           {only(tx.UpdateUser(other, "a", "/x/", "")), fault.NotFound},
		"delete user":           {tx.DeleteUser(other, "a"), fault.NotFound},
		"tag user":              {only(tx.TagUser(other, "a", []Tag{{"k", "v"}})), fault.NotFound},
		"use key as own user":   {only(tx.UpdateAccessKey(other, "mine", key, false)), fault.NotFound},
		"use key as root":       {only(tx.UpdateAccessKey(other, "", key, false)), fault.NotFound},
		"delete key":            {tx.DeleteAccessKey(other, "mine", key), fault.NotFound},
		"delete key as root":    {tx.DeleteAccessKey(other, "", key), fault.NotFound},
		"attach to user":        {only(tx.AttachUserPolicy(other, "mine", p)), fault.NotAttachable},
		"attach to group":       {only(tx.AttachGroupPolicy(other, "mine", p)), fault.NotAttachable},
		"attach to role":        {only(tx.AttachRolePolicy(other, "mine", p)), fault.NotAttachable},
		"detach":                {only(tx.DetachUserPolicy(other, "mine", p)), fault.NotFound},
		"user boundary":         {only(tx.PutUserBoundary(other, "mine", p)), fault.NotAttachable},
		"role boundary":         {only(tx.PutRoleBoundary(other, "mine", p)), fault.NotAttachable},
		"boundary at birth":     {only(tx.CreateUser(other, UserSpec{Name: "n", Boundary: p})), fault.NotAttachable},
		"new version":           {func() error { _, _, err := tx.CreatePolicyVersion(other, p, allowAll, true); return err }(), fault.NotFound},
		"default version":       {only(tx.SetDefaultVersion(other, p, "v2")), fault.NotFound},
		"delete version":        {only(tx.DeletePolicyVersion(other, p, "v2")), fault.NotFound},
		"delete policy":         {tx.DeletePolicy(other, p), fault.NotFound},
		"tag policy":            {only(tx.TagPolicy(other, p, []Tag{{"k", "v"}})), fault.NotFound},
		"group of the other":    {tx.AddUserToGroup(other, "a", "mine"), fault.NotFound},
		"user of the other":     {tx.AddUserToGroup(other, "mine", "a"), fault.NotFound},
		"trust of the other":    {only(tx.UpdateTrust(other, "a", trustAWS("*"))), fault.NotFound},
		"revoke at the other":   {only(tx.RevokeSessions(other, "a", clock)), fault.NotFound},
		"role policy":           {only(tx.PutRolePolicy(other, "a", "p", allowAll)), fault.NotFound},
		"delete role":           {tx.DeleteRole(other, "a"), fault.NotFound},
		"delete group":          {tx.DeleteGroup(other, "a"), fault.NotFound},
		"key of another's user": {only(tx.CreateAccessKey(other, "a", key, []byte("s"))), fault.NotFound},
	} {
		if fault.Of(c.err) == nil || fault.Of(c.err).Kind != c.kind {
			t.Errorf("%s: %v", name, c.err)
		}
	}
	if d := cmp.Diff(before, dump(t, &tx.tables)); d != "" {
		t.Errorf("something changed: %s", d)
	}
	// A page marker of one account begins a page in the other, and shows only that one's.
	_, marker := tx.Users(home, "", "", 1)
	page, _ := tx.Users(other, "", marker, 10)
	if len(page) != 1 || page[0].Account != other {
		t.Errorf("page %v", page)
	}
	if keys := tx.KeysOf(other, u.ID); len(keys) != 0 {
		t.Errorf("keys %v", keys)
	}
	settled(t, Empty(), tx)
}

func FuzzDecode(f *testing.F) {
	tx := begin(f)
	ok(f)(tx.CreateUser(home, UserSpec{Name: "joe"}))
	for key, value := range dump(f, &tx.tables) {
		f.Add(key, []byte(value))
	}
	f.Fuzz(func(t *testing.T, key string, value []byte) {
		r, err := decode(Row{key, value})
		if err != nil {
			return
		}
		again, err := encode(r)
		if err != nil {
			t.Fatalf("decoded and not encoded: %v", err)
		}
		if _, err := decode(Row{key, again}); err != nil && len(again) <= MaxRow {
			t.Fatalf("encoded and not decoded: %v", err)
		}
		r.prepare()
		s := Empty().tables
		s.enter(r)
		s.leave(r)
	})
}

// manyUsers gives the rows of a state with n users.
func manyUsers(t testing.TB, n int) map[string]string {
	t.Helper()
	tx := begin(t)
	state := dump(t, &tx.tables)
	random := chance(4)
	for i := range n {
		id, err := NewEntityID(PrefixUser, random)
		must(t, err)
		u := &User{Account: home, ID: id, Path: "/", Name: fmt.Sprintf("user%06d", i), Created: tx.now}
		u.Attached = []string{adminARN}
		value, err := encode(u)
		must(t, err)
		state[u.rowKey()] = string(value)
	}
	return state
}
