package lint

import (
	"fmt"
	"strings"

	"github.com/daypass/daypass/policy"
)

// rulesOfWideGrants are about statements that give a caller more than the action's name says.
func rulesOfWideGrants() []rule {
	list := []rule{
		{code: "ALLOW_WITH_NOT_RESOURCE", severity: Warning, uses: only(policy.Managed, policy.Inline, policy.Session, policy.Resource), statement: allowNotResource,
			means: "A statement allows something on everything but what NotResource lists, also on what comes later.",
			fix:   "List in Resource what is allowed."},
		{code: "ASSUME_ROLE_WITH_STAR_IN_RESOURCE", severity: Warning, uses: identity(), statement: assumeAnyRole,
			means: "A statement lets its bearer take on every role that trusts his account, in this account and in all others.",
			fix:   "Name the roles, or a part of their path."},
		{code: "PRIVILEGE_ESCALATION", severity: Security, uses: identity(), document: escalation,
			means: "Actions on IAM are allowed on everything, by which their bearer can give himself every other permission.",
			fix:   "Name the resources, or allow it under a condition such as iam:PermissionsBoundary."},
	}
	for _, a := range wideActions() {
		for _, how := range wideHows() {
			list = append(list, a.rule(how))
		}
	}
	return list
}

// wideHow is a way of allowing an action on everything.
type wideHow struct {
	code, words string
	how         reach
	notResource bool
}

func wideHows() []wideHow {
	return []wideHow{
		{"STAR_IN_RESOURCE", "by its name, on everything", byName, false},
		{"STAR_IN_ACTION_AND_RESOURCE", "by a pattern, on everything", byPattern, false},
		{"STAR_IN_RESOURCE_AND_NOTACTION", "because NotAction does not list it, on everything", byException, false},
		{"NOTRESOURCE", "by its name, on everything but what NotResource lists", byName, true},
		{"STAR_IN_ACTION_AND_NOTRESOURCE", "by a pattern, on everything but what NotResource lists", byPattern, true},
		{"NOTACTION_AND_NOTRESOURCE", "because NotAction does not list it, on everything but what NotResource lists", byException, true},
	}
}

// wideAction is an action that should never be allowed on everything, unless a condition on one of the keys limits it.
type wideAction struct {
	code     string
	severity Severity
	name     string
	kind     string // of the resource
	lets     string
	keys     []string
}

func wideActions() []wideAction {
	return []wideAction{
		{"PASS_ROLE_WITH_", Security, "iam:PassRole", "role/", "hands any role of the account to any service", []string{"iam:PassedToService", "iam:AssociatedResourceArn"}},
		{"CREATE_SLR_WITH_", Warning, "iam:CreateServiceLinkedRole", "role/aws-service-role/", "makes a service-linked role for any service", []string{"iam:AWSServiceName"}},
	}
}

func (a wideAction) rule(how wideHow) rule {
	return rule{code: a.code + how.code, severity: a.severity, uses: identity(),
		means:     fmt.Sprintf("%s is allowed %s: whoever has it %s.", a.name, how.words, a.lets),
		fix:       fmt.Sprintf("Name the roles in a statement of its own, or add a condition on %s.", a.keys[0]),
		statement: func(l *linter, s *statement) { wideGrant(l, s, a, how) }}
}

func wideGrant(l *linter, s *statement, a wideAction, want wideHow) {
	if !s.allows() || s.Resource == nil || s.Resource.Not != want.notResource || s.demandsAny(lowered(a.keys)...) {
		return
	}
	how, by := s.reaches(lower(a.name))
	if how != want.how {
		return
	}
	if want.notResource {
		l.say(by, "%s reaches %s on every resource that NotResource does not list", clip(by.Text), a.name)
		return
	}
	if r, ok := s.openTo(a.kind); ok {
		l.say(r, "%s is allowed on %s, which is every role", a.name, clip(r.Text))
	}
}

// openTo finds a resource that stands for all IAM resources of a kind, such as "role/", at least in one account.
func (s *statement) openTo(kind string) (policy.Token, bool) {
	for _, r := range s.resources() {
		owner := "000000000000"
		if f := strings.SplitN(r.Text, ":", 6); len(f) > 4 && isAccount(f[4]) {
			owner = f[4]
		}
		// No pattern means this name unless it means all.
		if r.Text == "*" || wild(r.Text) && matchesARN(r.Text, "arn:aws:iam::"+owner+":"+kind+"\x01\x01\x01") {
			return r, true
		}
	}
	return policy.Token{}, false
}

func allowNotResource(l *linter, s *statement) {
	if s.allows() && s.Resource != nil && s.Resource.Not {
		l.say(l.name(s.Resource.Start, "NotResource"), "this allows the actions on every resource but the listed ones")
	}
}

func assumeAnyRole(l *linter, s *statement) {
	how, by := s.reaches("sts:assumerole")
	if !s.allows() || len(s.Conditions) > 0 || how == unreached || how == byException || by.Text == "*" {
		return
	}
	for _, r := range s.resources() {
		if f := strings.SplitN(r.Text, ":", 6); r.Text == "*" || len(f) == 6 && wild(f[4]) && strings.Trim(strings.TrimPrefix(f[5], "role/"), "*") == "" {
			l.say(r, "%s on %s is every role of every account that trusts this one", clip(by.Text), clip(r.Text))
			return
		}
	}
}

// ladder is an action by which a caller can raise himself, and the kind of resource it is done to. (The ways are common knowledge
// of those who test clouds; each is one API operation of IAM.)
type ladder struct{ action, kind string }

func ladders() []ladder {
	return []ladder{
		{"CreatePolicyVersion", "policy/"}, {"SetDefaultPolicyVersion", "policy/"},
		{"AttachUserPolicy", "user/"}, {"AttachGroupPolicy", "group/"}, {"AttachRolePolicy", "role/"},
		{"PutUserPolicy", "user/"}, {"PutGroupPolicy", "group/"}, {"PutRolePolicy", "role/"},
		{"AddUserToGroup", "group/"}, {"UpdateAssumeRolePolicy", "role/"},
		{"CreateAccessKey", "user/"}, {"CreateLoginProfile", "user/"}, {"UpdateLoginProfile", "user/"},
		{"DeleteUserPermissionsBoundary", "user/"}, {"DeleteRolePermissionsBoundary", "role/"},
	}
}

func escalation(l *linter) {
	var open []ladder
	for _, step := range ladders() {
		if !l.takenBack("iam:" + lower(step.action)) {
			open = append(open, step)
		}
	}
	for i := range l.statements {
		l.at = &l.statements[i]
		l.climb(l.at, open)
	}
	l.at = nil
}

// climb tells the steps that one statement allows on everything. A statement of all actions says so itself.
func (l *linter) climb(s *statement, open []ladder) {
	if !s.allows() || len(s.Conditions) > 0 || s.Action == nil || s.Resource == nil || s.Resource.Not {
		return
	}
	var names []string
	var at policy.Token
	for _, step := range open {
		how, by := s.reaches("iam:" + lower(step.action))
		if how == unreached || by.Text == "*" {
			continue
		}
		if _, all := s.openTo(step.kind); !all {
			continue
		}
		if names = append(names, "iam:"+step.action); len(names) == 1 {
			at = by
		}
	}
	if len(names) > 0 {
		l.say(at, "whoever has this can give himself every permission: it allows %s on everything", some(names))
	}
}

// takenBack says whether the document denies an action on everything, without a condition.
func (l *linter) takenBack(action string) bool {
	for i := range l.statements {
		s := &l.statements[i]
		if !s.denies() || len(s.Conditions) > 0 {
			continue
		}
		how, _ := s.reaches(action)
		if _, all := s.everything(); all && how != unreached {
			return true
		}
	}
	return false
}

func lowered(words []string) []string {
	var all []string
	for _, w := range words {
		all = append(all, lower(w))
	}
	return all
}

// some lists three names, and how many more there are.
func some(names []string) string {
	if len(names) <= 3 {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:3], ", "), len(names)-3)
}
