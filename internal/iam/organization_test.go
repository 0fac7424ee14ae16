package iam

import (
	"strings"
	"testing"
	"time"

	"github.com/daypass/daypass/internal/fault"
	"github.com/daypass/daypass/policy"
)

const (
	scpDenyGet = `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"s3:GetObject","Resource":"*"}]}`
	rcpDenyGet = `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"s3:GetObject","Resource":"*"}]}`
)

// organized has an organization that home manages, with both policy types in use.
func organized(t testing.TB) (*Tx, *Organization) {
	t.Helper()
	tx := begin(t)
	o := ok(t)(tx.FoundOrganization(home, false)).(*Organization)
	ok(t)(tx.EnableControls(home, o.Root, ServiceControl))
	return tx, ok(t)(tx.EnableControls(home, o.Root, ResourceControl)).(*Organization)
}

// member makes an account in the organization of home.
func member(t testing.TB, tx *Tx, name string) string {
	t.Helper()
	r := ok(t)(tx.CreateMember(home, MemberSpec{Name: name, Email: name + "@example.org"})).(*MemberRequest)
	if r.Failure != "" {
		t.Fatal(r.Failure)
	}
	return r.Account
}

func TestFoundOrganization(t *testing.T) {
	tx := begin(t)
	_, err := tx.Organization(home)
	wantFault(t, err, fault.NotFound, fault.Organization)
	o := ok(t)(tx.FoundOrganization(home, false)).(*Organization)
	_, err = tx.FoundOrganization(home, false)
	wantFault(t, err, fault.Exists, fault.Organization)
	_, err = tx.FoundOrganization("333333333333", false)
	wantFault(t, err, fault.NotFound, fault.Account)
	if want := "arn:aws:organizations::" + home + ":root/" + o.ID + "/" + o.Root; o.RootARN() != want {
		t.Errorf("%s, want %s", o.RootARN(), want)
	}
	id := member(t, tx, "one")
	wantFault(t, tx.DissolveOrganization(home), fault.InUse, fault.Member)
	wantFault(t, tx.DissolveOrganization(id), fault.Denied, fault.Organization)
	ok(t)(tx.CreateUnit(home, o.Root, "unit", nil))
	ok(t)(tx.CreateControlPolicy(home, ControlSpec{Type: ServiceControl, Name: "p", Content: scpDenyGet}))
	base := tx.View(1)
	next := NewTx(base, clock, chance(2))
	must(t, next.LeaveOrganization(id))
	must(t, next.DissolveOrganization(home))
	view := settled(t, base, next)
	if view.shelf.Len() != 0 {
		t.Errorf("%d keys are left", view.shelf.Len())
	}
}

func TestCreateMember(t *testing.T) {
	tx, o := organized(t)
	id := member(t, tx, "one")
	r, err := tx.Role(id, "OrganizationAccountAccessRole")
	must(t, err)
	admin := ok(t)(tx.CreateUser(home, UserSpec{Name: "ann"})).(*User)
	stranger := ok(t)(tx.CreateUser(other, UserSpec{Name: "eve"})).(*User)
	view := tx.View(1)
	if !trusts(view, r, asUser(admin)) || trusts(view, r, asUser(stranger)) {
		t.Error("the role trusts others than the manager")
	}
	twin := ok(t)(tx.CreateMember(home, MemberSpec{Name: "two", Email: "ONE@example.org"})).(*MemberRequest)
	if twin.Failure != FailureEmail || twin.Account != "" {
		t.Errorf("an address twice: %+v", twin)
	}
	for _, bad := range []MemberSpec{{Name: "", Email: "a@b.cd"}, {Name: "x", Email: "a@b"}, {Name: "x", Email: "a b@c.de"}, {Name: "x", Email: "a@b.cd", Role: "a/b"}} {
		_, err := tx.CreateMember(home, bad)
		wantFault(t, err, fault.Invalid, fault.Parameter)
	}
	_, err = tx.CreateMember(other, MemberSpec{Name: "x", Email: "x@example.org"})
	wantFault(t, err, fault.NotFound, fault.Organization)
	_, err = tx.CreateMember(id, MemberSpec{Name: "x", Email: "x@example.org"})
	wantFault(t, err, fault.Denied, fault.Organization)
	q := DefaultQuotas()
	q.AccountsPerOrganization = 2
	tx.SetQuotas(q)
	_, err = tx.CreateMember(home, MemberSpec{Name: "x", Email: "x@example.org"})
	wantFault(t, err, fault.Limit, fault.Member)
	q.AccountsPerOrganization, q.Accounts = 10, 3
	tx.SetQuotas(q)
	full := ok(t)(tx.CreateMember(home, MemberSpec{Name: "x", Email: "x@example.org"})).(*MemberRequest)
	if full.Failure != FailureLimit {
		t.Errorf("no room on the server: %+v", full)
	}
	found := ok(t)(tx.MemberRequest(o, full.ID)).(*MemberRequest)
	if found != full {
		t.Error("the request is not found again")
	}
}

func TestUnits(t *testing.T) {
	tx, o := organized(t)
	parent := o.Root
	for i := range maxDepth {
		u := ok(t)(tx.CreateUnit(home, parent, "down", nil)).(*Unit)
		if depth, _ := tx.depth(o, u.ID); depth != i+1 {
			t.Errorf("depth %d", depth)
		}
		parent = u.ID
	}
	_, err := tx.CreateUnit(home, parent, "deeper", nil)
	wantFault(t, err, fault.Limit, fault.UnitDepth)
	_, err = tx.CreateUnit(home, o.Root, "down", nil)
	wantFault(t, err, fault.Exists, fault.Unit)
	_, err = tx.CreateUnit(home, "ou-none-12345678", "x", nil)
	wantFault(t, err, fault.NotFound, fault.Parent)
	side := ok(t)(tx.CreateUnit(home, o.Root, "side", nil)).(*Unit)
	_, err = tx.RenameUnit(home, side.ID, "down")
	wantFault(t, err, fault.Exists, fault.Unit)
	ok(t)(tx.RenameUnit(home, side.ID, "Side"))
	id := member(t, tx, "one")
	_, err = tx.MoveMember(home, id, side.ID, parent)
	wantFault(t, err, fault.NotFound, fault.SourceParent)
	_, err = tx.MoveMember(home, id, o.Root, "ou-none-12345678")
	wantFault(t, err, fault.NotFound, fault.DestinationParent)
	_, err = tx.MoveMember(home, id, o.Root, o.Root)
	wantFault(t, err, fault.Exists, fault.DestinationParent)
	ok(t)(tx.MoveMember(home, id, o.Root, side.ID))
	wantFault(t, tx.DeleteUnit(home, side.ID), fault.InUse, fault.Child)
	if got, want := tx.Standing(id).Path, o.ID+"/"+o.Root+"/"+side.ID+"/"; got != want {
		t.Errorf("path %s, want %s", got, want)
	}
	ok(t)(tx.MoveMember(home, id, side.ID, parent))
	must(t, tx.DeleteUnit(home, side.ID))
	if n := strings.Count(tx.Standing(id).Path, "/"); n != 2+maxDepth {
		t.Errorf("path %s", tx.Standing(id).Path)
	}
	wantFault(t, tx.LeaveOrganization(home), fault.Unmodifiable, fault.Member)
	settled(t, Empty(), tx)
}

// TestControlsReachEveryLevel: what each level must allow, for whom, and how soon a change is seen.
func TestControlsReachEveryLevel(t *testing.T) {
	tx, o := organized(t)
	u := ok(t)(tx.CreateUnit(home, o.Root, "unit", nil)).(*Unit)
	id := member(t, tx, "one")
	ok(t)(tx.MoveMember(home, id, o.Root, u.ID))
	may := func(s *tables, account string) policy.Verdict {
		st := s.Standing(account)
		return policy.Decide(&policy.Layers{SCP: st.SCP, RCP: st.RCP}, &policy.Request{
			Principal: &policy.Principal{Type: policy.Root, Account: account, ARN: "arn:aws:iam::" + account + ":root"},
			Action:    "s3:GetObject", Resource: "arn:aws:s3:::b/k", ResourceAccount: account, Keys: policy.MapKeys{},
		}).Verdict
	}
	want := func(verdict policy.Verdict, why string) {
		t.Helper()
		if got := may(&tx.tables, id); got != verdict {
			t.Errorf("%s: %v", why, got)
		}
		if got := may(&tx.tables, home); got != policy.Allow {
			t.Errorf("%s: the manager: %v", why, got)
		}
	}
	want(policy.Allow, "the default policies")
	p := ok(t)(tx.CreateControlPolicy(home, ControlSpec{Type: ServiceControl, Name: "no get", Content: scpDenyGet})).(*ControlPolicy)
	r := ok(t)(tx.CreateControlPolicy(home, ControlSpec{Type: ResourceControl, Name: "no get", Content: rcpDenyGet})).(*ControlPolicy)
	for _, c := range []*ControlPolicy{p, r} {
		for _, target := range []string{o.Root, u.ID, id} {
			before := tx.View(7)
			must(t, tx.AttachControl(home, c.ID, target))
			want(policy.ExplicitDeny, "a policy at "+target)
			if got := may(&before.tables, id); got != policy.Allow {
				t.Errorf("the view of before: %v", got)
			}
			must(t, tx.DetachControl(home, c.ID, target))
			want(policy.Allow, "no policy at "+target)
		}
	}
	allow := ok(t)(tx.CreateControlPolicy(home, ControlSpec{Type: ServiceControl, Name: "put only",
		Content: `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:PutObject","Resource":"*"}}`})).(*ControlPolicy)
	wantFault(t, tx.DetachControl(home, ServiceControl.Default(), u.ID), fault.InUse, fault.Attachment)
	wantFault(t, tx.DetachControl(home, ResourceControl.Default(), u.ID), fault.Unmodifiable, fault.Attachment)
	must(t, tx.AttachControl(home, allow.ID, u.ID))
	want(policy.Allow, "beside the default")
	must(t, tx.DetachControl(home, ServiceControl.Default(), u.ID))
	want(policy.ImplicitDeny, "a level that allows something else")
	content := scpDenyGet
	ok(t)(tx.UpdateControlPolicy(home, allow.ID, nil, nil, &content))
	want(policy.ExplicitDeny, "another content")
	// Out of use nothing is left of it, also when the type comes into use again.
	ok(t)(tx.DisableControls(home, o.Root, ServiceControl))
	want(policy.Allow, "out of use")
	o = ok(t)(tx.EnableControls(home, o.Root, ServiceControl)).(*Organization)
	want(policy.Allow, "in use again")
	must(t, tx.DeleteControlPolicy(home, allow.ID))
	settled(t, Empty(), tx)
}

func TestControlPolicies(t *testing.T) {
	tx, o := organized(t)
	id := member(t, tx, "one")
	for _, bad := range []string{"", "{}", allowAll + "x", `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*"}]}`} {
		_, err := tx.CreateControlPolicy(home, ControlSpec{Type: ServiceControl, Name: "p", Content: bad})
		wantFault(t, err, fault.Malformed, fault.ControlPolicy)
	}
	for _, bad := range []string{scpDenyGet, `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"*"}]}`,
		`{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":{"AWS":"111111111111"},"Action":"s3:*","Resource":"*"}]}`,
		`{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","NotAction":"s3:*","Resource":"*"}]}`} {
		_, err := tx.CreateControlPolicy(home, ControlSpec{Type: ResourceControl, Name: "p", Content: bad})
		wantFault(t, err, fault.Malformed, fault.ControlPolicy)
	}
	_, err := tx.CreateControlPolicy(home, ControlSpec{Type: "TAG_POLICY", Name: "p", Content: "{}"})
	wantFault(t, err, fault.Unsupported, fault.PolicyType)
	_, err = tx.CreateControlPolicy(home, ControlSpec{Type: ServiceControl, Name: "p", Content: scpDenyGet + strings.Repeat(" ", 5120)})
	wantFault(t, err, fault.Limit, fault.Document)
	_, err = tx.CreateControlPolicy(home, ControlSpec{Type: ServiceControl, Name: "FullAWSAccess", Content: scpDenyGet})
	wantFault(t, err, fault.Exists, fault.ControlPolicy)
	p := ok(t)(tx.CreateControlPolicy(home, ControlSpec{Type: ServiceControl, Name: "p", Content: scpDenyGet})).(*ControlPolicy)
	_, err = tx.CreateControlPolicy(home, ControlSpec{Type: ServiceControl, Name: "p", Content: scpDenyGet})
	wantFault(t, err, fault.Exists, fault.ControlPolicy)
	must(t, tx.AttachControl(home, p.ID, id))
	wantFault(t, tx.AttachControl(home, p.ID, id), fault.Exists, fault.Attachment)
	wantFault(t, tx.AttachControl(home, "p-none12345678", id), fault.NotFound, fault.ControlPolicy)
	wantFault(t, tx.AttachControl(home, p.ID, other), fault.NotFound, fault.Target)
	wantFault(t, tx.DetachControl(home, p.ID, o.Root), fault.NotFound, fault.Attachment)
	wantFault(t, tx.DeleteControlPolicy(home, p.ID), fault.InUse, fault.Attachment)
	wantFault(t, tx.DeleteControlPolicy(home, "p-FullAWSAccess"), fault.Unmodifiable, fault.ControlPolicy)
	_, err = tx.UpdateControlPolicy(home, "p-RCPFullAWSAccess", nil, nil, new(scpDenyGet))
	wantFault(t, err, fault.Unmodifiable, fault.ControlPolicy)
	targets, next := tx.Targets(o, ok(t)(tx.ControlPolicy(o, "p-FullAWSAccess")).(*ControlPolicy), "", 1)
	var seen []string
	for {
		for _, at := range targets {
			seen = append(seen, at.ID)
		}
		if next == "" {
			break
		}
		targets, next = tx.Targets(o, ok(t)(tx.ControlPolicy(o, "p-FullAWSAccess")).(*ControlPolicy), next, 1)
	}
	if len(seen) != 3 || seen[0] != o.Root {
		t.Errorf("targets %v", seen)
	}
	for i := range 3 {
		extra := ok(t)(tx.CreateControlPolicy(home, ControlSpec{Type: ServiceControl, Name: strings.Repeat("x", i+1), Content: scpDenyGet})).(*ControlPolicy)
		must(t, tx.AttachControl(home, extra.ID, id))
	}
	last := ok(t)(tx.CreateControlPolicy(home, ControlSpec{Type: ServiceControl, Name: "last", Content: scpDenyGet})).(*ControlPolicy)
	wantFault(t, tx.AttachControl(home, last.ID, id), fault.Limit, fault.Attachment)
	ok(t)(tx.DisableControls(home, o.Root, ServiceControl))
	wantFault(t, tx.AttachControl(home, last.ID, id), fault.NotFound, fault.PolicyType)
	must(t, tx.TagAt(home, last.ID, []Tag{{"k", "v"}}))
	must(t, tx.TagAt(home, id, []Tag{{"k", "v"}}))
	must(t, tx.TagAt(home, o.Root, []Tag{{"k", "v"}}))
	wantFault(t, tx.TagAt(home, "p-FullAWSAccess", []Tag{{"k", "v"}}), fault.Unmodifiable, fault.ControlPolicy)
	wantFault(t, tx.TagAt(home, other, []Tag{{"k", "v"}}), fault.NotFound, fault.Target)
	must(t, tx.UntagAt(home, o.Root, []string{"K"}))
	settled(t, Empty(), tx)
}

// TestAttack51_AnotherOrganizationsThings: what one organization has is not there for another, by whatever id.
func TestAttack51_AnotherOrganizationsThings(t *testing.T) {
	tx, o := organized(t)
	u := ok(t)(tx.CreateUnit(home, o.Root, "unit", nil)).(*Unit)
	id := member(t, tx, "one")
	p := ok(t)(tx.CreateControlPolicy(home, ControlSpec{Type: ServiceControl, Name: "p", Content: scpDenyGet})).(*ControlPolicy)
	req := ok(t)(tx.CreateMember(home, MemberSpec{Name: "two", Email: "two@example.org"})).(*MemberRequest)
	theirs := ok(t)(tx.FoundOrganization(other, false)).(*Organization)
	theirs = ok(t)(tx.EnableControls(other, theirs.Root, ServiceControl)).(*Organization)
	_, err := tx.CreateUnit(other, o.Root, "x", nil)
	wantFault(t, err, fault.NotFound, fault.Parent)
	_, err = tx.CreateUnit(other, u.ID, "x", nil)
	wantFault(t, err, fault.NotFound, fault.Parent)
	_, err = tx.RenameUnit(other, u.ID, "x")
	wantFault(t, err, fault.NotFound, fault.Unit)
	wantFault(t, tx.DeleteUnit(other, u.ID), fault.NotFound, fault.Unit)
	_, err = tx.MoveMember(other, id, o.Root, theirs.Root)
	wantFault(t, err, fault.NotFound, fault.Member)
	wantFault(t, tx.RemoveMember(other, id), fault.NotFound, fault.Member)
	wantFault(t, tx.CloseMember(other, id), fault.NotFound, fault.Member)
	wantFault(t, tx.AttachControl(other, p.ID, theirs.Root), fault.NotFound, fault.ControlPolicy)
	wantFault(t, tx.AttachControl(other, "p-FullAWSAccess", id), fault.NotFound, fault.Target)
	wantFault(t, tx.AttachControl(other, "p-FullAWSAccess", u.ID), fault.NotFound, fault.Target)
	wantFault(t, tx.DeleteControlPolicy(other, p.ID), fault.NotFound, fault.ControlPolicy)
	_, err = tx.UpdateControlPolicy(other, p.ID, new("x"), nil, nil)
	wantFault(t, err, fault.NotFound, fault.ControlPolicy)
	wantFault(t, tx.TagAt(other, p.ID, nil), fault.NotFound, fault.Target)
	_, err = tx.EnableControls(other, o.Root, ResourceControl)
	wantFault(t, err, fault.NotFound, fault.OrganizationRoot)
	_, err = tx.MemberRequest(theirs, req.ID)
	wantFault(t, err, fault.NotFound, fault.MemberRequest)
	ok(t)(tx.TrustService(other, "iam.amazonaws.com"))
	_, err = tx.Delegate(other, id, "iam.amazonaws.com")
	wantFault(t, err, fault.NotFound, fault.Member)
	if page, _ := tx.AccountsOf(theirs, "", 10); len(page) != 1 || page[0].Account != other {
		t.Errorf("%v", page)
	}
	settled(t, Empty(), tx)
}

// TestAttack54_UnreadableControlDenies: a control policy that cannot be read any more, is gone, or hangs in a tree that is broken
// denies everything, for it may have denied that.
func TestAttack54_UnreadableControlDenies(t *testing.T) {
	tx, o := organized(t)
	u := ok(t)(tx.CreateUnit(home, o.Root, "unit", nil)).(*Unit)
	id := member(t, tx, "one")
	ok(t)(tx.MoveMember(home, id, o.Root, u.ID))
	p := ok(t)(tx.CreateControlPolicy(home, ControlSpec{Type: ServiceControl, Name: "p", Content: allowAll})).(*ControlPolicy)
	must(t, tx.AttachControl(home, p.ID, u.ID))
	denied := func(s *tables, why string) {
		t.Helper()
		st := s.Standing(id)
		d := policy.Decide(&policy.Layers{SCP: st.SCP, RCP: st.RCP}, &policy.Request{
			Principal: &policy.Principal{Type: policy.Root, Account: id}, Action: "s3:PutObject", Resource: "*", ResourceAccount: id, Keys: policy.MapKeys{}})
		if d.Verdict != policy.ExplicitDeny || d.Layer != policy.LayerSCP {
			t.Errorf("%s: %+v", why, d)
		}
	}
	garbled := tx.View(2).tables
	c := *p
	c.Content, c.compiled = "{", nil
	c.prepare()
	garbled.shelve(&c)
	denied(&garbled, "garbled")
	gone := tx.View(2).tables
	gone.unshelve(p)
	denied(&gone, "gone")
	loose := tx.View(2).tables
	loose.unshelve(u)
	denied(&loose, "a unit is gone")
	headless := tx.View(2).tables
	headless.unshelve(o)
	denied(&headless, "the organization is gone")
	for _, s := range []*tables{&garbled, &gone, &loose, &headless} {
		if s.Check() == nil {
			t.Error("the check finds nothing")
		}
	}
}

func TestHandshakes(t *testing.T) {
	tx, o := organized(t)
	h := ok(t)(tx.Invite(home, other, "join us", []Tag{{"k", "v"}})).(*Handshake)
	_, err := tx.Invite(home, other, "", nil)
	wantFault(t, err, fault.Exists, fault.Handshake)
	_, err = tx.AcceptHandshake(home, h.ID)
	wantFault(t, err, fault.Denied, fault.Organization)
	_, err = tx.CancelHandshake(other, h.ID)
	wantFault(t, err, fault.Denied, fault.Organization)
	ok(t)(tx.CreateAccount("333333333333", "Third"))
	_, err = tx.AcceptHandshake("333333333333", h.ID)
	wantFault(t, err, fault.NotFound, fault.Handshake)
	ok(t)(tx.AcceptHandshake(other, h.ID))
	m := ok(t)(tx.Member(o, other)).(*Member)
	if !m.Invited || len(m.Tags) != 1 || m.Parent != o.Root {
		t.Errorf("%+v", m)
	}
	_, err = tx.AcceptHandshake(other, h.ID)
	wantFault(t, err, fault.Exists, fault.Closure)
	_, err = tx.DeclineHandshake(other, h.ID)
	wantFault(t, err, fault.Conflict, fault.Handshake)
	_, err = tx.Invite(home, other, "", nil)
	wantFault(t, err, fault.Exists, fault.Member)
	late := ok(t)(tx.Invite(home, "333333333333", "", nil)).(*Handshake)
	base := tx.View(1)
	next := NewTx(base, clock.Add(handshakeLife+time.Second), chance(9))
	_, err = next.AcceptHandshake("333333333333", late.ID)
	wantFault(t, err, fault.Conflict, fault.Handshake)
	must(t, next.LeaveOrganization(other))
	again := ok(t)(next.Invite(home, other, "", nil)).(*Handshake)
	ok(t)(next.DeclineHandshake(other, again.ID))
	last := ok(t)(next.Invite(home, other, "", nil)).(*Handshake)
	ok(t)(next.CancelHandshake(home, last.ID))
	settled(t, base, next)
	// The home account of the server is managed by nobody else.
	third := ok(t)(next.FoundOrganization(other, false)).(*Organization)
	must(t, next.DissolveOrganization(home))
	trap := ok(t)(next.Invite(other, home, "", nil)).(*Handshake)
	_, err = next.AcceptHandshake(home, trap.ID)
	wantFault(t, err, fault.Denied, fault.Handshake)
	if trap.Org != third.ID {
		t.Errorf("%+v", trap)
	}
}

func TestRootAccess(t *testing.T) {
	tx, o := organized(t)
	id := member(t, tx, "one")
	_, err := tx.SetRootSessions(other, true)
	wantFault(t, err, fault.NotFound, fault.Organization)
	_, err = tx.SetRootSessions(home, true)
	wantFault(t, err, fault.NotFound, fault.TrustedService)
	ok(t)(tx.TrustService(home, "iam.amazonaws.com"))
	_, err = tx.SetRootSessions(id, true)
	wantFault(t, err, fault.Denied, fault.RootAccess)
	ok(t)(tx.SetRootSessions(home, true))
	if manager, _, on := tx.RootSessions(id); manager != home || !on {
		t.Errorf("%s %t", manager, on)
	}
	for _, account := range []string{home, other} {
		if _, _, on := tx.RootSessions(account); on {
			t.Errorf("the root of %s", account)
		}
	}
	_, err = tx.Delegate(home, home, "iam.amazonaws.com")
	wantFault(t, err, fault.Unmodifiable, fault.Delegation)
	_, err = tx.Delegate(home, id, "guardduty.amazonaws.com")
	wantFault(t, err, fault.NotFound, fault.TrustedService)
	ok(t)(tx.Delegate(home, id, "iam.amazonaws.com"))
	_, err = tx.Delegate(home, id, "iam.amazonaws.com")
	wantFault(t, err, fault.Exists, fault.Delegation)
	ok(t)(tx.SetRootCredentials(id, true)) // an administrator may
	if _, list, _ := tx.RootSessions(id); len(list) != 1 || list[0] != id {
		t.Errorf("%v", list)
	}
	wantFault(t, tx.LeaveOrganization(id), fault.InUse, fault.Delegation)
	_, err = tx.DistrustService(home, "iam.amazonaws.com")
	wantFault(t, err, fault.InUse, fault.Delegation)
	ok(t)(tx.Undelegate(home, id, "iam.amazonaws.com"))
	_, err = tx.Undelegate(home, id, "iam.amazonaws.com")
	wantFault(t, err, fault.NotFound, fault.Delegation)
	o = ok(t)(tx.DistrustService(home, "iam.amazonaws.com")).(*Organization)
	if _, _, on := tx.RootSessions(id); on || o.RootCredentials {
		t.Error("the features outlive the trust")
	}
	must(t, tx.CloseMember(home, id))
	wantFault(t, tx.CloseMember(home, id), fault.Exists, fault.Closure)
	wantFault(t, tx.CloseMember(home, home), fault.Unmodifiable, fault.Closure)
	if tx.Active(id) {
		t.Error("a closed account is active")
	}
	settled(t, Empty(), tx)
	poor := begin(t)
	ok(t)(poor.FoundOrganization(home, true))
	ok(t)(poor.TrustService(home, "iam.amazonaws.com"))
	_, err = poor.SetRootSessions(home, true)
	wantFault(t, err, fault.Unsupported, fault.Organization)
}
