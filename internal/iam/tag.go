package iam

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/daypass/daypass/internal/fault"
	"github.com/daypass/daypass/policy"
)

// Tag is a label. Keys of one thing differ in more than case; the case they were given in is kept.
type Tag struct {
	Key   string `json:"k"` // 1 to 128 characters
	Value string `json:"v"` // up to 256 characters
}

// TagValue finds a tag by its key without regard to case.
func TagValue(tags []Tag, key string) (string, bool) {
	for i := range tags {
		if SameKey(tags[i].Key, key) {
			return tags[i].Value, true
		}
	}
	return "", false
}

// SameKey reports whether two keys mean one tag. It compares as conditions do: the two must agree on which tag a key means.
func SameKey(a, b string) bool { return a == b || policy.FoldKey(a) == policy.FoldKey(b) }

// CheckTags holds a list of new tags against the rules: syntax, no prefix aws: in any case, no two keys alike but for case
// (Rules for tagging in IAM and AWS STS, IAM User Guide). The faults are Invalid with Parameter, TagPrefix or DuplicateTag.
// Session tags obey the same rules.
func CheckTags(tags []Tag) error {
	for i, t := range tags {
		if !isTagText(t.Key, 1, 128) {
			return fault.BadParameter("tags.key", t.Key)
		}
		if !isTagText(t.Value, 0, 256) {
			return fault.BadParameter("tags.value", t.Value)
		}
		if strings.HasPrefix(policy.FoldKey(t.Key), "aws:") {
			return fault.New(fault.Invalid, fault.TagPrefix, t.Key)
		}
		if _, twice := TagValue(tags[:i], t.Key); twice {
			return fault.New(fault.Invalid, fault.DuplicateTag, t.Key)
		}
	}
	return nil
}

// withTags gives old with the changes put over it. A key that is there already in another case is replaced in its place.
func (t *Tx) withTags(subject fault.What, name string, old, changes []Tag) ([]Tag, error) {
	if err := t.newTags(subject, name, changes); err != nil {
		return nil, err
	}
	out := append(make([]Tag, 0, len(old)+len(changes)), old...)
next:
	for _, c := range changes {
		for i := range out {
			if SameKey(out[i].Key, c.Key) {
				out[i] = c
				continue next
			}
		}
		out = append(out, c)
	}
	if len(out) > t.quotas.Tags {
		return nil, fault.Exceeded(subject, fault.Tag, name, t.quotas.Tags)
	}
	return out, nil
}

// newTags checks the tags of a thing that is being created or tagged.
func (t *Tx) newTags(subject fault.What, name string, tags []Tag) error {
	if len(tags) > t.quotas.Tags {
		return fault.Exceeded(subject, fault.Tag, name, t.quotas.Tags)
	}
	return CheckTags(tags)
}

// withoutTags gives old without the keys. Keys that are not there do not matter.
func withoutTags(old []Tag, keys []string) []Tag {
	var out []Tag
next:
	for _, t := range old {
		for _, k := range keys {
			if SameKey(t.Key, k) {
				continue next
			}
		}
		out = append(out, t)
	}
	return out
}

// isTagText holds a text against [\p{L}\p{Z}\p{N}_.:/=+\-@]* (tagKeyType of the IAM API model).
func isTagText(s string, least, most int) bool {
	if len(s) > 4*most || !utf8.ValidString(s) {
		return false
	}
	n := 0
	for _, r := range s {
		n++
		if !unicode.In(r, unicode.L, unicode.Z, unicode.N) && !strings.ContainsRune("_.:/=+-@", r) {
			return false
		}
	}
	return n >= least && n <= most
}

// tidy gives the one spelling of "no tags", so that a record is the same before and after it was stored.
func tidy(tags []Tag) []Tag {
	if len(tags) == 0 {
		return nil
	}
	return tags
}
