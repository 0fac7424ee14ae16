package sts

import (
	"strconv"
	"time"

	"github.com/daypass/daypass/internal/access"
	"github.com/daypass/daypass/internal/arn"
	"github.com/daypass/daypass/internal/fault"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/session"
	"github.com/daypass/daypass/policy"
)

// Durations of the sessions of users (AWS STS API Reference, GetSessionToken and GetFederationToken).
const (
	DefaultTokenDuration = 12 * time.Hour
	MaxTokenDuration     = 36 * time.Hour
	RootTokenDuration    = time.Hour // the most an account's root gets, whatever it asks for
)

// tokenSession is what GetSessionToken and GetFederationToken have in common: a session of the caller's own, for long-term credentials
// only.
func tokenSession(caller *access.Subject, origin session.Origin, asked time.Duration, now time.Time) (*session.Session, error) {
	root := caller.Principal.Type == policy.Root
	if caller.Session != nil || caller.Outside != nil || !root && caller.Principal.Type != policy.User {
		return nil, &fault.Error{Kind: fault.Denied, What: fault.SessionCredentials}
	}
	duration := asked
	if duration == 0 {
		duration = DefaultTokenDuration
	}
	if duration < MinDuration || duration > MaxTokenDuration || duration%time.Second != 0 {
		return nil, fault.BadParameter("durationSeconds", strconv.FormatInt(int64(duration/time.Second), 10))
	}
	if root {
		duration = min(duration, RootTokenDuration)
	}
	issued := now.UTC().Truncate(time.Second)
	return &session.Session{Account: caller.Principal.Account, Issued: issued, Expires: issued.Add(duration), Origin: origin}, nil
}

// NewUserSession makes the session of GetSessionToken: the caller itself by other credentials, with the second factor it showed.
func NewUserSession(caller *access.Subject, origin session.Origin, duration time.Duration, now time.Time) (*session.Session, error) {
	s, err := tokenSession(caller, origin, duration, now)
	if err != nil {
		return nil, err
	}
	s.Kind = session.OfUser
	if !caller.MFA.IsZero() {
		s.MFA = s.Issued
	}
	return s, nil
}

// Federation is what a caller of GetFederationToken asks for.
type Federation struct {
	Name       string
	Policy     string // inline session policy; "" = none
	PolicyARNs []string
	Duration   time.Duration // 0 = default
	Tags       []iam.Tag
}

// FederationPlan is a GetFederationToken whose parameters are in order; leave has not been asked yet.
type FederationPlan struct {
	Session session.Session

	asks    []access.Ask
	missing error // a managed session policy that does not exist
}

// Asks lists what must be allowed, all of it.
func (p *FederationPlan) Asks() []access.Ask { return p.asks }

// Ready says whether the plan may be carried out once leave has been given.
func (p *FederationPlan) Ready() error { return p.missing }

// ARN is the federated user's name.
func (p *FederationPlan) ARN() string { return arn.FederatedUser(p.Session.Account, p.Session.Name) }

// PackedPolicySize is how much of the room for policies and tags the session uses, in percent.
func (p *FederationPlan) PackedPolicySize() int {
	return percent(p.Session.Packed(), session.Allotment)
}

// NewFederation checks everything about in that does not depend on policies.
func NewFederation(v *iam.View, caller *access.Subject, origin session.Origin, in *Federation, now time.Time) (*FederationPlan, error) {
	s, err := tokenSession(caller, origin, in.Duration, now)
	if err != nil {
		return nil, err
	}
	if err := iam.CheckTags(in.Tags); err != nil {
		return nil, err
	}
	if len(in.Tags) > maxTags {
		return nil, &fault.Error{Kind: fault.Limit, What: fault.SessionTags, Limit: maxTags}
	}
	limits := &AssumeRole{Policy: in.Policy, PolicyARNs: in.PolicyARNs}
	p := &FederationPlan{}
	if p.missing, err = checkPolicies(v, s.Account, limits); err != nil {
		return nil, err
	}
	p.Session = *s
	p.Session.Kind, p.Session.Name, p.Session.Tags = session.OfFederated, in.Name, in.Tags
	p.Session.Policy, p.Session.PolicyARNs = in.Policy, in.PolicyARNs
	if size := p.Session.Packed(); size > session.Allotment {
		return nil, &fault.Error{Kind: fault.TooLarge, What: packedWhat(limits), Limit: percent(size, session.Allotment)}
	}
	ask := access.Ask{Action: "sts:GetFederationToken", Resource: p.ARN(), RequestTags: in.Tags}
	p.asks = []access.Ask{ask}
	if len(in.Tags) > 0 {
		ask.Action = "sts:TagSession"
		p.asks = append(p.asks, ask)
	}
	return p, nil
}
