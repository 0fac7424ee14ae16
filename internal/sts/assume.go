package sts

import (
	"errors"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/daypass/daypass/internal/access"
	"github.com/daypass/daypass/internal/arn"
	"github.com/daypass/daypass/internal/fault"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/session"
	"github.com/daypass/daypass/policy"
)

// Durations of role sessions (AWS STS API Reference, AssumeRole; IAM User Guide, "Role chaining").
const (
	DefaultDuration = time.Hour // whatever the role's maximum
	MinDuration     = 15 * time.Minute
	ChainDuration   = time.Hour // longest session of a role assumed with temporary credentials
)

// maxPolicies is the most managed session policies (AssumeRole, parameter PolicyArns).
const maxPolicies = 10

// maxPolicyText is the longest inline session policy, in characters (AssumeRole, parameter Policy).
const maxPolicyText = 2048

// The actions that give a session of a role. The two federated ones are for outside identities, who have no signature.
const (
	ActionAssumeRole  = "sts:AssumeRole"
	ActionWebIdentity = "sts:AssumeRoleWithWebIdentity"
	ActionSAML        = "sts:AssumeRoleWithSAML"
)

// AssumeRole is what a caller asks for: the same for AssumeRole, AssumeRoleWithWebIdentity and AssumeRoleWithSAML. Which of them it is
// follows from the caller: whom an OIDC provider vouches for asks for the second, whom a SAML provider vouches for the third.
type AssumeRole struct {
	RoleARN        string
	SessionName    string
	Policy         string // inline session policy; "" = none
	PolicyARNs     []string
	Duration       time.Duration // 0 = default
	Tags           []iam.Tag
	Transitive     []string
	SourceIdentity string // "" = not asked for; the inherited one stays
	ExternalID     string

	// Of an identity provider only:
	Facts    []session.Fact // what goes on in the session of what it said; the trust policy sees all of [access.Outsider.Facts]
	NotAfter time.Time      // ends the session, however long it may be by its duration; zero = no such end
}

// Plan is an AssumeRole, or one of its federated sisters, whose parameters are in order, with the session it would give; leave has not
// been asked yet. An operation makes it with [NewPlan], asks for [Plan.Asks], checks [Plan.Ready], and then issues [Plan.Session].
type Plan struct {
	Role    *iam.Role // nil when there is no such role: the leave it asks for is then never given
	Session session.Session

	asks     []access.Ask
	duration time.Duration // as asked for
	max      time.Duration
	missing  error // a managed session policy that does not exist
}

// Asks lists what must be allowed, all of it.
func (p *Plan) Asks() []access.Ask { return p.asks }

// NewPlan checks everything about in that does not depend on policies. caller is the one who asks (for a federated operation an
// [access.Outside]), origin the long-term credential or the identity provider at the start of its chain, callerKey the access key id
// that signed.
func NewPlan(v *iam.View, caller *access.Subject, origin session.Origin, callerKey string, in *AssumeRole, now time.Time) (*Plan, error) {
	name, err := arn.Parse(in.RoleARN)
	if err != nil {
		return nil, fault.New(fault.Invalid, fault.ARN, in.RoleARN)
	}
	kind, _, _, ok := name.Entity()
	if !ok || name.Service != "iam" || kind != "role" {
		return nil, fault.New(fault.Invalid, fault.ARN, in.RoleARN)
	}
	if caller.Principal.Type == policy.Root {
		return nil, &fault.Error{Kind: fault.Denied, What: fault.RootSession}
	}
	p := &Plan{}
	// A role of a suspended account is like one that does not exist: its sessions would be refused anyway.
	if r, err := v.RoleByARN(in.RoleARN); err == nil && v.Active(r.Account) {
		p.Role = r
	}
	tags, transitive, err := sessionTags(caller.Session, in)
	if err != nil {
		return nil, err
	}
	identity, err := sourceIdentity(caller.Session, in.SourceIdentity)
	if err != nil {
		return nil, err
	}
	if p.missing, err = checkPolicies(v, name.Account, in); err != nil {
		return nil, err
	}
	issued := now.UTC().Truncate(time.Second)
	duration := in.Duration
	if duration == 0 {
		duration = DefaultDuration
	}
	if duration < MinDuration || duration%time.Second != 0 {
		return nil, fault.BadParameter("durationSeconds", strconv.FormatInt(int64(duration/time.Second), 10))
	}
	if caller.Session != nil && duration > ChainDuration {
		return nil, fault.New(fault.Invalid, fault.ChainDuration, "")
	}
	p.Session = session.Session{
		Account: name.Account, Name: in.SessionName,
		Issued: issued, Expires: issued.Add(duration),
		SourceIdentity: identity, Tags: tags, Transitive: transitive,
		Policy: in.Policy, PolicyARNs: in.PolicyARNs, Facts: in.Facts,
		Origin: origin,
	}
	p.duration = duration
	if end := in.NotAfter.UTC().Truncate(time.Second); !in.NotAfter.IsZero() && end.Before(p.Session.Expires) {
		p.Session.Expires = end
	}
	if !p.Session.Expires.After(issued) || len(in.Facts) > session.MaxFacts {
		return nil, fault.Broken(errPlan) // who calls has checked both
	}
	if caller.Session != nil {
		p.Session.Parent, p.Session.Chained, p.Session.Via = callerKey, true, caller.Session.Handed()
		if len(p.Session.Via) > session.MaxLinks {
			return nil, &fault.Error{Kind: fault.Limit, What: fault.Role, Subject: fault.SessionPolicy, Limit: session.MaxLinks}
		}
	}
	if size := p.Session.Packed(); size > session.Allotment {
		return nil, &fault.Error{Kind: fault.TooLarge, What: packedWhat(in), Limit: percent(size, session.Allotment)}
	}
	if p.Role != nil {
		p.Session.RoleID = p.Role.ID
		p.max = p.Role.MaxSession
	}
	p.asks = p.leave(v, caller, in)
	return p, nil
}

// Ready says whether the plan may be carried out once leave has been given. The role's own maximum and the managed session
// policies of its account are asked about only now: before, the answer would tell a stranger what exists there.
func (p *Plan) Ready() error {
	if p.Role == nil {
		return fault.Missing(fault.Role, "")
	}
	if p.missing != nil {
		return p.missing
	}
	if p.duration > p.max {
		return fault.New(fault.Invalid, fault.Duration, "")
	}
	return nil
}

// PackedPolicySize is how much of the room for policies and tags the session uses, in percent; ok is false when it uses
// none, and the answer then leaves the figure out.
func (p *Plan) PackedPolicySize() (percentUsed int, ok bool) {
	if !p.Session.Restricted() && len(p.Session.Tags) == 0 {
		return 0, false
	}
	return percent(p.Session.Packed(), session.Allotment), true
}

// percent is rounded up: whatever exceeds the room shows more than 100.
func percent(size, room int) int { return (size*100 + room - 1) / room }

func packedWhat(in *AssumeRole) fault.What {
	if in.Policy != "" || len(in.PolicyARNs) > 0 {
		return fault.SessionPolicy
	}
	return fault.SessionTags
}

// leave lists the actions that the role's trust policy (and, where that only delegates, the caller's own policies) must
// allow: IAM User Guide, "Passing session tags" and "Monitor and control actions taken with assumed roles".
func (p *Plan) leave(v *iam.View, caller *access.Subject, in *AssumeRole) []access.Ask {
	ask := access.Ask{
		Resource: in.RoleARN, Account: p.Session.Account, Kind: policy.ResourceTrust, Quiet: true,
		Keys: p.keys(in), RequestTags: in.Tags,
	}
	if p.Role != nil {
		ask.Policy = v.Trust(p.Role)
		ask.ResourceTags = overlay(p.Role.Tags, inherited(caller.Session))
	}
	n := 1
	if len(p.Session.Tags) > 0 {
		n++
	}
	if p.Session.SourceIdentity != "" {
		n++
	}
	asks := make([]access.Ask, 1, n)
	asks[0] = ask
	asks[0].Action = actionOf(caller)
	if len(p.Session.Tags) > 0 {
		ask.Action = "sts:TagSession"
		asks = append(asks, ask)
	}
	if p.Session.SourceIdentity != "" {
		ask.Action = "sts:SetSourceIdentity"
		asks = append(asks, ask)
	}
	return asks
}

var errPlan = errors.New("sts: a session that has ended before it begins, or more facts than a session may have")

func actionOf(caller *access.Subject) string {
	switch caller.Principal.Type {
	case policy.WebIdentity:
		return ActionWebIdentity
	case policy.SAML:
		return ActionSAML
	}
	return ActionAssumeRole
}

func (p *Plan) keys(in *AssumeRole) []access.Key {
	keys := make([]access.Key, 0, 4)
	keys = append(keys, access.Key{Name: "sts:rolesessionname", Values: policy.Single(in.SessionName)})
	if in.ExternalID != "" {
		keys = append(keys, access.Key{Name: "sts:externalid", Values: policy.Single(in.ExternalID)})
	}
	if in.SourceIdentity != "" { // an inherited one is the caller's aws:SourceIdentity
		keys = append(keys, access.Key{Name: "sts:sourceidentity", Values: policy.Single(in.SourceIdentity)})
	}
	if len(in.Transitive) > 0 {
		keys = append(keys, access.Key{Name: "sts:transitivetagkeys", Values: policy.List(in.Transitive...)})
	}
	return keys
}

// checkPolicies holds the session policies against their rules. missing is a managed policy that the role's account does not have,
// which is told only to those who may assume the role.
func checkPolicies(v *iam.View, account string, in *AssumeRole) (missing, err error) {
	if in.Policy != "" {
		if n := utf8.RuneCountInString(in.Policy); n > maxPolicyText {
			return nil, &fault.Error{Kind: fault.TooLarge, What: fault.SessionPolicy, Limit: percent(n, maxPolicyText)}
		}
		if _, err := policy.Parse(policy.AWS(), policy.Session, []byte(in.Policy)); err != nil {
			return nil, &fault.Error{Kind: fault.Malformed, What: fault.SessionPolicy, Detail: err.Error(), Err: err}
		}
	}
	if n := len(in.PolicyARNs); n > maxPolicies {
		return nil, &fault.Error{Kind: fault.Limit, What: fault.SessionPolicy, Limit: maxPolicies}
	}
	for _, name := range in.PolicyARNs {
		_, err := v.Policy(account, name)
		switch {
		case err == nil:
		case !fault.IsNotFound(err):
			return nil, err
		case missing == nil:
			missing = fault.Missing(fault.SessionPolicy, name)
		}
	}
	return missing, nil
}

func sourceIdentity(parent *session.Session, asked string) (string, error) {
	if asked != "" && strings.HasPrefix(strings.ToLower(asked), "aws:") {
		return "", fault.New(fault.Invalid, fault.SourceIdentity, asked)
	}
	if parent == nil || parent.SourceIdentity == "" {
		return asked, nil
	}
	if asked != "" && asked != parent.SourceIdentity {
		return "", &fault.Error{Kind: fault.Denied, What: fault.SourceIdentity}
	}
	return parent.SourceIdentity, nil
}
