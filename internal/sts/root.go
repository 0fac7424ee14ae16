package sts

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/daypass/daypass/internal/access"
	"github.com/daypass/daypass/internal/arn"
	"github.com/daypass/daypass/internal/fault"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/session"
	"github.com/daypass/daypass/policy"
)

// MaxRootDuration is the longest session of an assumed root, and what it lasts when nothing is asked for (AWS STS API Reference,
// AssumeRoot).
const MaxRootDuration = 15 * time.Minute

// rootTasks is where the policies are that say what an assumed root is for.
const rootTasks = "arn:aws:iam::aws:policy/root-task/"

// AssumeRoot is what a caller of AssumeRoot asks for.
type AssumeRoot struct {
	Target   string // a member account, by its id or its root's ARN
	Task     string // ARN of one of the policies under root-task/
	Duration time.Duration
}

// RootPlan is an AssumeRoot whose parameters are in order; leave has not been asked yet.
type RootPlan struct {
	Session session.Session

	ask     access.Ask
	refused error // the caller's account may not
}

// Asks lists what must be allowed.
func (p *RootPlan) Asks() []access.Ask { return []access.Ask{p.ask} }

// Ready says whether the plan may be carried out once leave has been given. Whose member an account is, and whether its organization takes
// such sessions, is told only now.
func (p *RootPlan) Ready() error { return p.refused }

// NewAssumeRoot checks everything about in that does not depend on policies. See [NewPlan].
func NewAssumeRoot(v *iam.View, caller *access.Subject, origin session.Origin, callerKey string, in *AssumeRoot, now time.Time) (*RootPlan, error) {
	if caller.Principal.Type == policy.Root {
		return nil, &fault.Error{Kind: fault.Denied, What: fault.RootSession}
	}
	target := in.Target
	if n, err := arn.Parse(in.Target); err == nil && n.Service == "iam" && n.Resource == "root" {
		target = n.Account
	}
	if !arn.IsAccount(target) {
		return nil, fault.New(fault.Invalid, fault.ARN, in.Target)
	}
	task, err := v.Policy(target, in.Task)
	if err != nil || !strings.HasPrefix(in.Task, rootTasks) {
		return nil, fault.New(fault.Invalid, fault.ARN, in.Task)
	}
	duration := in.Duration
	if duration == 0 {
		duration = MaxRootDuration
	}
	if duration < 0 || duration > MaxRootDuration || duration%time.Second != 0 {
		return nil, fault.BadParameter("durationSeconds", strconv.FormatInt(int64(duration/time.Second), 10))
	}
	issued := now.UTC().Truncate(time.Second)
	p := &RootPlan{Session: session.Session{
		Kind: session.OfRoot, Account: target, Name: caller.Principal.Account, Issued: issued, Expires: issued.Add(duration),
		PolicyARNs: []string{task.ARN()}, Origin: origin,
	}}
	if s := caller.Session; s != nil {
		p.Session.Parent, p.Session.Chained, p.Session.Via, p.Session.SourceIdentity = callerKey, true, s.Handed(), s.SourceIdentity
		if len(p.Session.Via) > session.MaxLinks {
			return nil, &fault.Error{Kind: fault.Limit, What: fault.Role, Subject: fault.SessionPolicy, Limit: session.MaxLinks}
		}
	}
	p.ask = access.Ask{Action: "sts:AssumeRoot", Resource: arn.Root(target),
		Keys: []access.Key{{Name: "sts:taskpolicyarn", Values: policy.Single(task.ARN())}}}
	if !mayAssumeRoot(v, caller.Principal.Account, target) {
		p.refused = &fault.Error{Kind: fault.Denied, What: fault.AssumedRoot, Name: caller.Principal.ARN, Detail: arn.Root(target)}
	}
	return p, nil
}

// mayAssumeRoot says whether an account may take sessions as the root of another: it manages the other's organization, or administers IAM
// for it, and the organization takes such sessions.
func mayAssumeRoot(v *iam.View, account, target string) bool {
	manager, administrators, enabled := v.RootSessions(target)
	return enabled && v.Active(target) && account != target && (account == manager || slices.Contains(administrators, account))
}
