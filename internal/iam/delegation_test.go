package iam

import (
	"testing"
	"time"

	"github.com/daypass/daypass/internal/fault"
)

func asked(workflow string) DelegationRequest {
	return DelegationRequest{Requestor: other, Workflow: workflow, Channel: "inbox", Text: "text", Template: "t", Policy: allowGet, Seconds: 3600, OwnerAccount: home}
}

func TestDelegationStates(t *testing.T) {
	tx := begin(t)
	me := "arn:aws:iam::" + home + ":user/me"
	by := Approver{ARN: me, Account: home, UserID: "AIDA", KeyID: "AKIA"}
	d := ok(t)(tx.CreateDelegation(asked("w"))).(*DelegationRequest)
	_, err := tx.CreateDelegation(asked("w"))
	refused(t, err, fault.Exists)
	bad := asked("bad")
	bad.Policy = "{}"
	_, err = tx.CreateDelegation(bad)
	refused(t, err, fault.Invalid)

	// Before somebody has taken it on, nobody can do anything else with it; and only the account that was asked can take it on.
	_, err = tx.AcceptDelegation(home, d.ID, by)
	refused(t, err, fault.NotFound)
	_, err = tx.AssociateDelegation(other, d.ID, "arn:aws:iam::"+other+":root")
	refused(t, err, fault.NotFound)
	_, err = tx.DelegationRequest("333333333333", d.ID)
	refused(t, err, fault.NotFound)
	ok(t)(tx.AssociateDelegation(home, d.ID, me))
	_, err = tx.AssociateDelegation(home, d.ID, me)
	refused(t, err, fault.Invalid)
	if page, _ := tx.DelegationRequests(home, me, "", 10); len(page) != 1 || page[0].ID != d.ID {
		t.Errorf("listed %v", page)
	}
	ok(t)(tx.UpdateDelegation(home, d.ID, "notes"))
	since := ok(t)(tx.UpdateDelegation(home, d.ID, "more notes")).(*DelegationRequest).Since
	_, err = tx.FinalizeDelegation(home, d.ID, me, []byte("t"))
	refused(t, err, fault.Invalid)
	ok(t)(tx.AcceptDelegation(home, d.ID, by))
	_, err = tx.AcceptDelegation(home, d.ID, by)
	refused(t, err, fault.Invalid)
	_, err = tx.FinalizeDelegation(other, d.ID, me, []byte("t"))
	refused(t, err, fault.NotFound)
	d = ok(t)(tx.FinalizeDelegation(home, d.ID, me, []byte("t"))).(*DelegationRequest)
	_, err = tx.RejectDelegation(home, d.ID, "late")
	refused(t, err, fault.Invalid)
	must(t, tx.Check())
	if !d.Ends().Equal(d.Since.Add(time.Hour)) || since.IsZero() || d.StateAt(d.Since.Add(7*24*time.Hour)) != DelegationExpired {
		t.Errorf("%+v", d)
	}

	// A root approves for four hours at most; what is rejected stays so; what expired long ago makes room.
	long := asked("long")
	long.Seconds = 4*3600 + 1
	l := ok(t)(tx.CreateDelegation(long)).(*DelegationRequest)
	ok(t)(tx.AssociateDelegation(home, l.ID, me))
	root := by
	root.ARN = "arn:aws:iam::" + home + ":root"
	_, err = tx.AcceptDelegation(home, l.ID, root)
	refused(t, err, fault.Limit)
	ok(t)(tx.RejectDelegation(home, l.ID, "no"))
	_, err = tx.UpdateDelegation(home, l.ID, "please")
	refused(t, err, fault.Invalid)
	unclaimed := ok(t)(tx.CreateDelegation(asked("unclaimed"))).(*DelegationRequest)
	tx = later(t, tx, clock.Add(24*time.Hour))
	_, err = tx.AssociateDelegation(home, unclaimed.ID, me)
	refused(t, err, fault.Invalid)
	tx = later(t, tx, clock.Add(60*24*time.Hour))
	ok(t)(tx.CreateDelegation(asked("w")))
	if n := len(shelfAll[*DelegationRequest](&tx.tables, delegationsFrom(other))); n != 1 {
		t.Errorf("%d requests on record", n)
	}
	must(t, tx.Check())
}
