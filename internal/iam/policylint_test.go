package iam

import (
	"slices"
	"strings"
	"testing"

	"github.com/daypass/daypass/internal/fault"
	"github.com/daypass/daypass/policy/lint"
)

const (
	passAnyRole = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:PassRole","Resource":"*"}]}`
	trustAll    = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}]}`
	trustOther  = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"222222222222"},"Action":"sts:AssumeRole"}]}`
	bareMFA     = `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"s3:*","Resource":"*","Condition":{"Bool":{"aws:MultiFactorAuthPresent":"false"}}}]}`
)

// saves are the verbs that save documents, each with one that has a finding of severity Security, or Warning where it says so.
func saves() []struct {
	name, code string
	do         func(*Tx) error
} {
	return []struct {
		name, code string
		do         func(*Tx) error
	}{
		{"CreatePolicy", "PASS_ROLE_WITH_STAR_IN_RESOURCE", func(tx *Tx) error {
			_, err := tx.CreatePolicy(home, PolicySpec{Name: "p", Document: passAnyRole})
			return err
		}},
		{"CreatePolicyVersion", "PASS_ROLE_WITH_STAR_IN_RESOURCE", func(tx *Tx) error {
			_, _, err := tx.CreatePolicyVersion(home, "arn:aws:iam::"+home+":policy/old", passAnyRole, false)
			return err
		}},
		{"PutUserPolicy", "PASS_ROLE_WITH_STAR_IN_RESOURCE", func(tx *Tx) error {
			_, err := tx.PutUserPolicy(home, "u", "p", passAnyRole)
			return err
		}},
		{"PutGroupPolicy", "PASS_ROLE_WITH_STAR_IN_RESOURCE", func(tx *Tx) error {
			_, err := tx.PutGroupPolicy(home, "g", "p", passAnyRole)
			return err
		}},
		{"PutRolePolicy", "PASS_ROLE_WITH_STAR_IN_RESOURCE", func(tx *Tx) error {
			_, err := tx.PutRolePolicy(home, "r", "p", passAnyRole)
			return err
		}},
		{"CreateRole", "PUBLIC_ACCESS", func(tx *Tx) error {
			_, err := tx.CreateRole(home, RoleSpec{Name: "new", Trust: trustAll})
			return err
		}},
		{"UpdateTrust", "PUBLIC_ACCESS", func(tx *Tx) error {
			_, err := tx.UpdateTrust(home, "r", trustAll)
			return err
		}},
		{"CreateControlPolicy", "DENY_WITHOUT_MFA_MISSES_LONG_TERM_KEYS", func(tx *Tx) error {
			_, err := tx.CreateControlPolicy(home, ControlSpec{Type: ServiceControl, Name: "p", Content: bareMFA})
			return err
		}},
		{"UpdateControlPolicy", "DENY_WITHOUT_MFA_MISSES_LONG_TERM_KEYS", func(tx *Tx) error {
			o, _ := tx.Organization(home)
			all, _ := tx.ControlPolicies(o, ServiceControl, "", 10)
			_, err := tx.UpdateControlPolicy(home, all[len(all)-1].ID, nil, nil, new(bareMFA))
			return err
		}},
	}
}

// full has one of everything that a document can be saved in.
func full(t *testing.T) *Tx {
	tx, _ := organized(t)
	ok(t)(tx.CreatePolicy(home, PolicySpec{Name: "old", Document: allowGet}))
	ok(t)(tx.CreateUser(home, UserSpec{Name: "u"}))
	ok(t)(tx.CreateGroup(home, "/", "g"))
	ok(t)(tx.CreateRole(home, RoleSpec{Name: "r", Trust: trustHome}))
	ok(t)(tx.CreateControlPolicy(home, ControlSpec{Type: ServiceControl, Name: "old", Content: scpDenyGet}))
	return tx
}

func codesOf(findings []lint.Finding) []string {
	var all []string
	for i := range findings {
		all = append(all, findings[i].Code)
	}
	return all
}

// TestEverySavedPolicyIsLinted holds for each verb: told by default, refused if so configured, silent when ignored or off.
func TestEverySavedPolicyIsLinted(t *testing.T) {
	for _, c := range saves() {
		t.Run(c.name, func(t *testing.T) {
			tx := full(t)
			tx.LintPolicies(PolicyLint{Report: true})
			must(t, c.do(tx))
			if got := codesOf(tx.Findings()); !slices.Equal(got, []string{c.code}) {
				t.Errorf("found %v, want %s", got, c.code)
			}

			tx = full(t)
			before := len(tx.Changes())
			tx.LintPolicies(PolicyLint{Report: true, Refuse: lint.Security})
			err := c.do(tx)
			f := fault.Of(err)
			if f == nil || f.Kind != fault.Malformed || !strings.HasPrefix(f.Detail, c.code+" (security) at line 1, column ") {
				t.Errorf("refused with %v", err)
			}
			if len(tx.Findings()) != 1 || len(tx.Changes()) != before {
				t.Errorf("refused with %v told and %d changes", tx.Findings(), len(tx.Changes())-before)
			}

			for _, quiet := range []PolicyLint{{}, {Report: true, Refuse: lint.Warning, Ignore: []string{c.code}}, {Refuse: lint.Error}} {
				tx = full(t)
				tx.LintPolicies(quiet)
				if err := c.do(tx); err != nil || tx.Findings() != nil {
					t.Errorf("with %+v: %v, told %v", quiet, err, tx.Findings())
				}
			}
		})
	}
}

// TestSuggestionsAreNotTold: what is told along with every reply has to be worth reading.
func TestSuggestionsAreNotTold(t *testing.T) {
	tx := full(t)
	tx.LintPolicies(PolicyLint{Report: true})
	ok(t)(tx.PutUserPolicy(home, "u", "p", `{"Version":"2012-10-17","Statement":[{"Sid":"","Effect":"Allow","Action":["s3:Get*","s3:GetObject"],"Resource":"*"}]}`))
	if tx.Findings() != nil {
		t.Errorf("told %v", tx.Findings())
	}
}

// TestWhatIsTooLargeIsNotLinted: it is refused for its size, and nobody can have the server work on it.
func TestWhatIsTooLargeIsNotLinted(t *testing.T) {
	tx := full(t)
	q := DefaultQuotas()
	q.Managed = len(passAnyRole) - 1
	tx.SetQuotas(q)
	tx.LintPolicies(PolicyLint{Report: true, Refuse: lint.Warning})
	_, err := tx.CreatePolicy(home, PolicySpec{Name: "p", Document: passAnyRole})
	wantFault(t, err, fault.Limit, fault.Document)
	if tx.Findings() != nil {
		t.Errorf("told %v", tx.Findings())
	}
}

// TestWhoseAccountIsKnown: a trust of another account is told, one of the own is not.
func TestWhoseAccountIsKnown(t *testing.T) {
	tx := full(t)
	tx.LintPolicies(PolicyLint{Report: true})
	ok(t)(tx.UpdateTrust(home, "r", trustHome))
	ok(t)(tx.UpdateTrust(home, "r", trustOther))
	if got := codesOf(tx.Findings()); !slices.Equal(got, []string{"CROSS_ACCOUNT_WITHOUT_EXTERNAL_ID"}) {
		t.Errorf("told %v", got)
	}
}

// TestOwnWordsAreNotLinted: what the server words, and what stays as it is, is not the caller's doing.
func TestOwnWordsAreNotLinted(t *testing.T) {
	tx := full(t)
	ok(t)(tx.CreateControlPolicy(home, ControlSpec{Type: ServiceControl, Name: "mfa", Content: bareMFA}))
	tx.LintPolicies(PolicyLint{Report: true, Refuse: lint.Warning})
	if made := ok(t)(tx.CreateMember(home, MemberSpec{Name: "m", Email: "m@example.org", Role: "Access"})).(*MemberRequest); made.Failure != "" {
		t.Error(made.Failure)
	}
	ok(t)(tx.CreateServiceLinkedRole(home, "ecs.amazonaws.com", nil, ""))
	o, _ := tx.Organization(home)
	all, _ := tx.ControlPolicies(o, ServiceControl, "", 10)
	for _, p := range all {
		if p.Name == "mfa" {
			ok(t)(tx.UpdateControlPolicy(home, p.ID, new("renamed"), nil, nil))
		}
	}
	if tx.Findings() != nil {
		t.Errorf("told %v", tx.Findings())
	}
	// What comes after is the caller's again.
	if _, err := tx.UpdateTrust(home, "r", trustAll); fault.Of(err) == nil {
		t.Error("a doubtful trust policy was saved")
	}
}
