package sts

import (
	"slices"

	"github.com/daypass/daypass/internal/fault"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/session"
)

// maxTags is the most tags a session may have, inherited ones included (IAM User Guide, "Passing session tags").
const maxTags = 50

// sessionTags works out the tags of the new session and which of them the next role inherits: the transitive tags of the
// calling session, which stay transitive and can not be overridden, and the tags passed now.
func sessionTags(parent *session.Session, in *AssumeRole) (tags []iam.Tag, transitive []string, err error) {
	if err := iam.CheckTags(in.Tags); err != nil {
		return nil, nil, err
	}
	handed := inherited(parent)
	for _, t := range in.Tags {
		if _, taken := iam.TagValue(handed, t.Key); taken {
			return nil, nil, fault.New(fault.Invalid, fault.InheritedTag, t.Key)
		}
	}
	for _, key := range in.Transitive {
		if _, ok := iam.TagValue(in.Tags, key); !ok {
			return nil, nil, fault.New(fault.Invalid, fault.TransitiveTag, key)
		}
	}
	tags = slices.Concat(handed, in.Tags)
	if len(tags) > maxTags {
		return nil, nil, &fault.Error{Kind: fault.Limit, What: fault.SessionTags, Limit: maxTags}
	}
	for _, t := range slices.Concat(handed, named(in.Tags, in.Transitive)) {
		transitive = append(transitive, t.Key)
	}
	return tags, transitive, nil
}

// inherited lists the transitive tags a session hands on.
func inherited(parent *session.Session) []iam.Tag {
	if parent == nil {
		return nil
	}
	return named(parent.Tags, parent.Transitive)
}

// named lists the tags that one of the keys means, in the tags' own spelling and each once, however often it is meant.
func named(tags []iam.Tag, keys []string) []iam.Tag {
	var list []iam.Tag
	for _, t := range tags {
		if slices.ContainsFunc(keys, func(key string) bool { return iam.SameKey(key, t.Key) }) {
			list = append(list, t)
		}
	}
	return list
}

// overlay is base with the values of over put in where the keys agree, regardless of case: inherited transitive tags also
// stand in for the role's own tags while its trust policy is evaluated.
func overlay(base, over []iam.Tag) []iam.Tag {
	if len(over) == 0 {
		return base
	}
	list := slices.Clone(over)
	for _, t := range base {
		if _, ok := iam.TagValue(over, t.Key); !ok {
			list = append(list, t)
		}
	}
	return list
}
