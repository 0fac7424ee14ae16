package iam

import (
	"strings"

	"pgregory.net/rapid"
)

// organizing are random verbs on organizations. Their ids are taken from what is there, whosever it is.
func (d draw) organizing(t *Tx) []verb {
	typ := func() ControlType {
		return ControlType(d.of("type", string(ServiceControl), string(ResourceControl), "TAG_POLICY"))
	}
	content := func() string { return d.of("content", scpDenyGet, rcpDenyGet, allowAll, "{}") }
	return []verb{
		{"FoundOrganization", func() error {
			return only(t.FoundOrganization(d.account(), rapid.IntRange(0, 4).Draw(d.T, "billing") == 0))
		}},
		{"DissolveOrganization", func() error { return t.DissolveOrganization(d.account()) }},
		{"TrustService", func() error { return only(t.TrustService(d.account(), d.service())) }},
		{"DistrustService", func() error { return only(t.DistrustService(d.account(), d.service())) }},
		{"Delegate", func() error { return only(t.Delegate(d.account(), d.standing(t), d.service())) }},
		{"Undelegate", func() error { return only(t.Undelegate(d.account(), d.standing(t), d.service())) }},
		{"CreateUnit", func() error { return only(t.CreateUnit(d.account(), d.standing(t), d.name(), d.tags())) }},
		{"RenameUnit", func() error { return only(t.RenameUnit(d.account(), d.standing(t), d.name())) }},
		{"DeleteUnit", func() error { return t.DeleteUnit(d.account(), d.standing(t)) }},
		{"CreateMember", func() error {
			return only(t.CreateMember(d.account(), MemberSpec{Name: d.name(), Email: d.of("address", "a@x.org", "b@x.org", "bad"), Tags: d.tags()}))
		}},
		{"MoveMember", func() error { return only(t.MoveMember(d.account(), d.standing(t), d.standing(t), d.standing(t))) }},
		{"RemoveMember", func() error { return t.RemoveMember(d.account(), d.standing(t)) }},
		{"LeaveOrganization", func() error { return t.LeaveOrganization(d.account()) }},
		{"CloseMember", func() error { return t.CloseMember(d.account(), d.standing(t)) }},
		{"EnableControls", func() error { return only(t.EnableControls(d.account(), d.standing(t), typ())) }},
		{"DisableControls", func() error { return only(t.DisableControls(d.account(), d.standing(t), typ())) }},
		{"CreateControlPolicy", func() error {
			return only(t.CreateControlPolicy(d.account(), ControlSpec{Type: typ(), Name: d.name(), Content: content(), Tags: d.tags()}))
		}},
		{"UpdateControlPolicy", func() error {
			return only(t.UpdateControlPolicy(d.account(), d.standing(t), new(d.name()), nil, new(content())))
		}},
		{"DeleteControlPolicy", func() error { return t.DeleteControlPolicy(d.account(), d.standing(t)) }},
		{"AttachControl", func() error { return t.AttachControl(d.account(), d.standing(t), d.standing(t)) }},
		{"DetachControl", func() error { return t.DetachControl(d.account(), d.standing(t), d.standing(t)) }},
		{"TagAt", func() error { return t.TagAt(d.account(), d.standing(t), d.tags()) }},
		{"UntagAt", func() error { return t.UntagAt(d.account(), d.standing(t), []string{"k"}) }},
		{"SetRootSessions", func() error { return only(t.SetRootSessions(d.account(), rapid.Bool().Draw(d.T, "on"))) }},
		{"SetRootCredentials", func() error { return only(t.SetRootCredentials(d.account(), rapid.Bool().Draw(d.T, "on"))) }},
		{"Invite", func() error { return only(t.Invite(d.account(), d.account(), "", d.tags())) }},
		{"AcceptHandshake", func() error { return only(t.AcceptHandshake(d.account(), d.standing(t))) }},
		{"DeclineHandshake", func() error { return only(t.DeclineHandshake(d.account(), d.standing(t))) }},
		{"CancelHandshake", func() error { return only(t.CancelHandshake(d.account(), d.standing(t))) }},
	}
}

func (d draw) service() string { return d.of("service", "iam.amazonaws.com", "x.example", "bad") }

// standing picks one of the ids of things of organizations, and accounts.
func (d draw) standing(t *Tx) string {
	ids := []string{home, other, "333333333333", "p-FullAWSAccess", "p-RCPFullAWSAccess", "none"}
	for key, r := range t.shelf.All() {
		if key != r.rowKey() {
			continue
		}
		switch r := r.(type) {
		case *Organization:
			ids = append(ids, r.Root)
		case *Unit, *ControlPolicy, *Handshake, *Member:
			ids = append(ids, key[strings.LastIndexByte(key, '/')+1:])
		}
	}
	return d.of("id", ids...)
}
