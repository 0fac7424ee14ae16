package access

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/session"
	"github.com/daypass/daypass/policy"
)

// Environment is what the server itself knows of a request.
type Environment struct {
	Now       time.Time
	Source    netip.Addr // the socket's peer, or what a trusted proxy vouches for; IPv4 in its 4-byte form, no zone
	Secure    bool       // came over TLS
	UserAgent string
	Referer   string
	Region    string // the region of the request's signature
}

// keys looks up condition keys lazily: a request pays only for those its policies ask for. Names arrive in lower case.
// Which keys exist for whom: IAM User Guide, "AWS global condition context keys", Availability notes.
type keys struct {
	subject *Subject
	ask     *Ask
	env     *Environment
}

// Lookup implements [policy.Keys]. What the server derives is looked up before anything the operation brought along, so
// that no operation and no client can speak for the server; and no key below aws: comes from an operation at all.
func (k *keys) Lookup(name string) (policy.Values, bool) {
	if rest, ok := strings.CutPrefix(name, "aws:"); ok {
		return k.global(rest)
	}
	for _, f := range k.subject.facts() {
		if f.Name == name {
			return valuesOf(f)
		}
	}
	for i := range k.ask.Keys {
		if k.ask.Keys[i].Name == name {
			return k.ask.Keys[i].Values, true
		}
	}
	service, _, _ := strings.Cut(k.ask.Action, ":")
	if rest, ok := strings.CutPrefix(name, strings.ToLower(service)); ok {
		if tag, ok := strings.CutPrefix(rest, ":resourcetag/"); ok {
			return oneTag(k.ask.ResourceTags, tag)
		}
	}
	return policy.Values{}, false
}

func (k *keys) global(name string) (policy.Values, bool) {
	if group, tag, ok := strings.Cut(name, "/"); ok {
		switch group {
		case "principaltag":
			return optional(k.subject.Tag(tag))
		case "requesttag":
			return oneTag(k.ask.RequestTags, tag)
		case "resourcetag":
			return oneTag(k.ask.ResourceTags, tag)
		}
		return policy.Values{}, false
	}
	if v, ok := k.principal(name); ok {
		return v, true
	}
	switch name {
	case "currenttime":
		return policy.Single(k.env.Now.UTC().Format(time.RFC3339)), true
	case "epochtime":
		return policy.Single(strconv.FormatInt(k.env.Now.Unix(), 10)), true
	case "securetransport":
		return policy.Single(strconv.FormatBool(k.env.Secure)), true
	case "sourceip":
		return optional(k.env.Source.String(), k.env.Source.IsValid())
	case "useragent":
		return present(k.env.UserAgent)
	case "referer":
		return present(k.env.Referer)
	case "requestedregion":
		return present(k.env.Region)
	case "viaawsservice":
		return policy.Single("false"), true
	case "resourceaccount":
		return present(k.subject.owner(k.ask))
	case "principalorgid", "principalorgpaths", "resourceorgid", "resourceorgpaths":
		return organizationKey(k.subject.view, k.subject.Principal.Account, k.subject.owner(k.ask), name)
	case "tagkeys":
		return tagKeys(k.ask.RequestTags, k.ask.TagKeys)
	}
	return policy.Values{}, false
}

func (k *keys) principal(name string) (policy.Values, bool) {
	s := k.subject
	switch name {
	case "username":
		return present(s.UserName)
	case "userid":
		return present(s.UserID)
	case "principalarn":
		return present(s.Issuer)
	case "principalaccount":
		return present(s.Principal.Account)
	case "principaltype":
		return optional(s.Principal.Type.String(), s.Outside == nil)
	case "principalisawsservice":
		return policy.Single("false"), true
	case "multifactorauthpresent":
		// There is none with a long-term key, unless this very call shows a second factor. MFA given to AssumeRole counts for that call
		// only; the session does not carry it on.
		return optional(strconv.FormatBool(!s.MFA.IsZero()), s.Session != nil || !s.MFA.IsZero())
	case "multifactorauthage":
		return optional(strconv.FormatInt(int64(max(0, k.env.Now.Sub(s.MFA))/time.Second), 10), !s.MFA.IsZero())
	}
	if s.Session == nil {
		return policy.Values{}, false
	}
	switch name {
	case "tokenissuetime":
		return policy.Single(s.Session.Issued.UTC().Format(time.RFC3339)), true
	case "sourceidentity":
		return present(s.Session.SourceIdentity)
	case "federatedprovider":
		return present(s.Session.Provider())
	case "assumedroot":
		return optional("true", s.Session.Kind == session.OfRoot)
	}
	return policy.Values{}, false
}

// valuesOf is a fact as conditions compare it.
func valuesOf(f session.Fact) (policy.Values, bool) {
	if f.Multi || len(f.Values) != 1 {
		return policy.List(f.Values...), true
	}
	return policy.Single(f.Values[0]), true
}

func oneTag(tags []iam.Tag, key string) (policy.Values, bool) {
	return optional(iam.TagValue(tags, key))
}

func tagKeys(tags []iam.Tag, more []string) (policy.Values, bool) {
	if len(tags)+len(more) == 0 {
		return policy.Values{}, false
	}
	list := slices.Clone(more)
	for _, t := range tags {
		list = append(list, t.Key)
	}
	return policy.List(list...), true
}

// present is a key that exists when it has a value.
func present(value string) (policy.Values, bool) { return optional(value, value != "") }

func optional(value string, ok bool) (policy.Values, bool) {
	if !ok {
		return policy.Values{}, false
	}
	return policy.Single(value), true
}
