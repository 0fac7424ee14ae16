package saml

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Vocabulary is the names of the attributes in which one cloud wants to be told about roles.
type Vocabulary struct {
	Role, SessionName, SessionDuration, SourceIdentity string
	Tag                                                string // followed by the key of the tag
	Transitive                                         string
}

// AWS is the vocabulary of AWS (IAM User Guide, "Configure SAML assertions for the authentication response").
func AWS() *Vocabulary {
	const at = "https://aws.amazon.com/SAML/Attributes/"
	return &Vocabulary{Role: at + "Role", SessionName: at + "RoleSessionName", SessionDuration: at + "SessionDuration",
		SourceIdentity: at + "SourceIdentity", Tag: at + "PrincipalTag:", Transitive: at + "TransitiveTagKeys"}
}

// Claims are what an assertion says about roles.
type Claims struct {
	pairs          []string
	SessionName    string
	Duration       time.Duration // 0 if it does not say
	SourceIdentity string        // "" if it does not say
	Tags           []Tag
	Transitive     []string // keys of Tags
}

// Tag is a session tag.
type Tag struct{ Key, Value string }

// Bounds of SessionDuration.
const (
	minDuration = 15 * time.Minute
	maxDuration = 12 * time.Hour
)

var sessionName = regexp.MustCompile(`^[a-zA-Z_0-9+=,.@-]{2,64}$`)

// Claims reads the attributes of a vocabulary. The error is a *[Problem].
func (a *Assertion) Claims(v *Vocabulary) (*Claims, error) {
	c := &Claims{pairs: a.Values(v.Role), Transitive: a.Values(v.Transitive)}
	var err error
	if c.SessionName, err = a.one(v.SessionName, BadSessionName); err != nil {
		return nil, err
	}
	switch {
	case c.SessionName == "":
		return nil, problem(SessionName, "no session name")
	case !sessionName.MatchString(c.SessionName):
		return nil, problem(BadSessionName, "a session name that is not allowed")
	}
	if c.SourceIdentity, err = a.one(v.SourceIdentity, BadSourceIdentity); err != nil {
		return nil, err
	}
	if c.SourceIdentity != "" && !sessionName.MatchString(c.SourceIdentity) { // aws: has a colon
		return nil, problem(BadSourceIdentity, "a source identity that is not allowed")
	}
	text, err := a.one(v.SessionDuration, BadDuration)
	if err != nil {
		return nil, err
	}
	if text != "" {
		n, err := strconv.ParseInt(text, 10, 32)
		if c.Duration = time.Duration(n) * time.Second; err != nil || c.Duration < minDuration || c.Duration > maxDuration {
			return nil, problem(BadDuration, "a session duration that is not allowed")
		}
	}
	return c, c.tags(a, v)
}

// one is the value of an attribute that has at most one.
func (a *Assertion) one(name string, bad Kind) (string, error) {
	list := a.Values(name)
	switch len(list) {
	case 0:
		return "", nil
	case 1:
		return list[0], nil
	}
	return "", problem(bad, "several values of what has one")
}

func (c *Claims) tags(a *Assertion, v *Vocabulary) error {
	for _, at := range a.attributes {
		key, ok := strings.CutPrefix(at.name, v.Tag)
		if !ok {
			continue
		}
		if key == "" || len(at.values) != 1 {
			return problem(BadTag, "a session tag without a key, or with several values")
		}
		c.Tags = append(c.Tags, Tag{key, at.values[0]})
	}
	return nil
}

// Pairs says whether one of the role attribute's values is the pair of role and provider, in either order.
func (c *Claims) Pairs(role, provider string) bool {
	for _, text := range c.pairs {
		a, b, ok := strings.Cut(text, ",")
		a, b = strings.TrimSpace(a), strings.TrimSpace(b)
		if ok && (a == role && b == provider || a == provider && b == role) {
			return true
		}
	}
	return false
}
